import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import type { Catalogue } from '../../../src/evidence/resolve/catalogue.ts';
import type { DimensionName } from '../../../src/evidence/resolve/criteria.ts';
import { explain } from '../../../src/evidence/resolve/explain.ts';
import { queryOf } from '../../../src/evidence/resolve/query.ts';
import { recipeText } from '../../../src/evidence/resolve/recipe-text.ts';
import { resolve, type Resolution } from '../../../src/evidence/resolve/resolve.ts';
import { deriveCriteria } from '../../../src/evidence/resolve/snapshot-criteria.ts';
import { readSnapshot, type Snapshot } from '../../../src/evidence/snapshot/snapshot.ts';
import { refusalOf } from '../../document/refusal.ts';
import { catalogueOf, realTexts, smallToday } from './recipes.ts';
import type { Asked, Texts } from './recipes.ts';

const SAMPLES = new URL('../../../testdata/aicr-samples/', import.meta.url);
const LEGACY = sample('snapshot-legacy-v0.11.yaml');
const EKS_H100 = sample('snapshot-eks-h100-v1.yaml');

function sample(name: string): string {
  return readFileSync(new URL(name, SAMPLES), 'utf8');
}

function snapshot(text: string): Snapshot {
  return readSnapshot(Buffer.from(text), 'snapshot.yaml');
}

function resolvedFrom(catalogue: Catalogue, text: string, asked: Asked = {}): Resolution {
  const given = new Map(Object.entries(asked) as [DimensionName, string][]);
  const cluster = snapshot(text);
  const { values } = deriveCriteria(cluster, new Set(given.keys()), catalogue);
  const query = queryOf(new Map([...values, ...given]), 0, catalogue);
  return resolve(catalogue, query, { snapshot: cluster, derived: new Set(values.keys()) });
}

/** What of the snapshot does not become a criterion. */
function opened(catalogue: Catalogue, text: string, ...asked: readonly DimensionName[]) {
  return deriveCriteria(snapshot(text), new Set(asked), catalogue).findings.filter(
    ({ code }) => code !== 'API_VERSION_OUTDATED',
  );
}

function names(resolution: Resolution): readonly string[] {
  return resolution.applied.map(({ name }) => name);
}

const V011 = catalogueOf(realTexts());

describe('resolve with a snapshot by the rules of v0.11', () => {
  it('reads the criteria that nobody named', () => {
    const resolution = resolvedFrom(V011, LEGACY, { intent: 'training' });
    expect(resolution.criteria).toMatchObject({
      service: 'eks',
      accelerator: 'h100',
      os: 'ubuntu',
      intent: 'training',
    });
    expect(names(resolution)).toEqual([
      ...[
        'base',
        'monitoring-hpa',
        'eks',
        'eks-training',
        'h100-eks-training',
        'h100-eks-ubuntu-training',
      ],
    ]);
  });

  it('says of what only today’s rules can read how to name it', () => {
    expect(opened(V011, EKS_H100)).toEqual([
      {
        code: 'DIMENSION_UNKNOWN',
        at: 'snapshot.yaml',
        found:
          'accelerator: the snapshot shows "h100", but not in GPU.smi and GPU.device, which the rules of v0.11 read',
        expected: 'one that these rules can read',
        hint: 'add --accelerator h100; without it, accelerator stays open',
      },
    ]);
    expect(opened(V011, EKS_H100, 'accelerator')).toEqual([]);
    expect(opened(V011, EKS_H100.replace('ID: ubuntu', 'ID: amzn'), 'accelerator')).toMatchObject([
      { hint: 'add --os amazonlinux; without it, os stays open' },
    ]);
  });

  it('names the snapshot for a criterion of the snapshot, and the overlay that it does not fit', () => {
    const parent = resolvedFrom(V011, EKS_H100, { intent: 'training' });
    expect(parent.findings).toMatchObject([
      {
        code: 'CRITERIA_WITHOUT_OVERLAY',
        at: 'snapshot.yaml',
        found: 'os "ubuntu", which no applied overlay is for',
        hint: 'the recipe is the same without it; look for a criterion that is missing or misspelt',
      },
    ]);
    const old = LEGACY.replace('6.8.0-1021-aws', '5.15.0-1050-aws');
    const hint =
      'the snapshot does not fit the overlay "h100-eks-ubuntu-training": "OS.sysctl./proc/sys/kernel/osrelease: expected >= 6.8, got 5.15.0-1050-aws"';
    expect(resolvedFrom(V011, old, { intent: 'training' }).findings).toMatchObject([
      { code: 'CRITERIA_WITHOUT_OVERLAY', at: 'snapshot.yaml', hint },
    ]);
    expect(resolvedFrom(V011, old, { intent: 'training', os: 'ubuntu' }).findings).toMatchObject([
      { code: 'CRITERIA_WITHOUT_OVERLAY', at: '--os', hint },
    ]);
  });

  it('lets a flag count more', () => {
    const { criteria } = resolvedFrom(V011, LEGACY, { service: 'gke', os: 'cos' });
    expect(criteria).toMatchObject({ service: 'gke', accelerator: 'h100', os: 'cos' });
  });

  it('leaves out what does not hold, and keeps what others inherit from', () => {
    const old = LEGACY.replace('6.8.0-1021-aws', '5.15.0-1050-aws');
    expect(old).not.toBe(LEGACY);
    const resolution = resolvedFrom(V011, old, { intent: 'training' });
    expect(names(resolution)).toEqual([
      'base',
      'monitoring-hpa',
      'eks',
      'eks-training',
      'h100-eks-training',
    ]);
    const text = recipeText(resolution);
    expect(text.slice(text.indexOf('  excludedOverlays'), text.indexOf('criteria:')))
      .toBe(`  excludedOverlays:
    - h100-eks-ubuntu-training
  constraintWarnings:
    - overlay: h100-eks-ubuntu-training
      constraint: OS.sysctl./proc/sys/kernel/osrelease
      expected: '>= 6.8'
      actual: 5.15.0-1050-aws
      reason: expected >= 6.8, got 5.15.0-1050-aws
`);
  });

  it('leaves out what cannot be evaluated', () => {
    const resolution = resolvedFrom(
      V011,
      LEGACY.replace('/proc/sys/kernel/osrelease', '/proc/sys/kernel/other'),
      {
        intent: 'training',
      },
    );
    expect(resolution.excluded.map(({ overlay }) => overlay.name)).toEqual([
      'h100-eks-ubuntu-training',
    ]);
  });
});

const EKS =
  '  criteria: {service: eks}\n  constraints: [{name: K8s.server.version, value: ">= 1.30"}]\n';
const TODAY: Texts = {
  eks: EKS,
  'eks-h100':
    '  base: eks\n  mixins: [m]\n  criteria: {service: eks, accelerator: h100}\n  constraints: [{name: OS.release.ID, value: ubuntu}]\n',
  'any-h100': '  criteria: {accelerator: h100}\n',
};
const MIXIN = { m: '  constraints: [{name: OS.release.VERSION_ID, value: "24.04"}]\n' };

function today(changes: Texts = {}, mixins: Texts = MIXIN): Catalogue {
  return catalogueOf(smallToday({ ...TODAY, ...changes }, mixins));
}

describe("resolve with a snapshot by today's rules", () => {
  it('reads the criteria from the fingerprint, and leaves open what no overlay is for', () => {
    const resolution = resolvedFrom(today(), EKS_H100);
    expect(names(resolution)).toEqual(['base', 'any-h100', 'eks', 'eks-h100']);
    expect(resolution.criteria).toMatchObject({ service: 'eks', accelerator: 'h100', os: '' });
    expect(resolution.findings.map(({ code, at }) => [code, at])).toEqual([
      ['CRITERIA_WITHOUT_OVERLAY', 'snapshot.yaml'],
    ]);
  });

  it('refuses what somebody named and no overlay is for', () => {
    const error = refusalOf(() => resolvedFrom(today(), EKS_H100, { os: 'ubuntu' }));
    expect([error?.code, error?.at]).toEqual(['CRITERIA_UNCOVERED', '--os']);
    expect(error?.hint).toBe('no overlay is for os ubuntu with these criteria; leave --os out');
  });

  it('does not say that no overlay is for what somebody named if the snapshot leaves it out', () => {
    const overlay = '  criteria: {service: eks, os: ubuntu}\n';
    const constraints = '  constraints: [{name: OS.release.ID, value: rhel}]\n';
    const error = refusalOf(() =>
      resolvedFrom(today({ 'eks-ubuntu': overlay + constraints }), EKS_H100, { os: 'ubuntu' }),
    );
    expect([error?.code, error?.at]).toEqual(['CRITERIA_UNCOVERED', '--os']);
    expect(error?.hint).toBe(
      'the snapshot does not fit the overlay "eks-ubuntu": "OS.release.ID: expected rhel, got ubuntu"',
    );
  });

  it.each([
    [
      ['model: h100', 'model: rtx9999'],
      'accelerator: the snapshot shows "rtx9999", for which AICR has no recipes',
      'DIMENSION_UNKNOWN',
    ],
    [
      ['ID: ubuntu', 'ID: debian'],
      'os: the snapshot shows "debian", for which AICR has no recipes',
      'DIMENSION_UNKNOWN',
    ],
    [['provider: eks', 'provider: xks'], 'service: "xks"', 'CRITERIA_WITHOUT_OVERLAY'],
  ] as const)('says what of %j stays open', ([from, to], found, code) => {
    const text = EKS_H100.replace(from, to);
    expect(text).not.toBe(EKS_H100);
    expect(opened(today(), text)).toMatchObject([{ code, at: 'snapshot.yaml', found }]);
  });

  it('says nothing of a service that is open by its name', () => {
    expect(opened(today(), EKS_H100.replace('provider: eks', 'provider: vanilla'))).toEqual([]);
  });

  it('evaluates the constraints of the leaves, not those of their ancestors', () => {
    const ancestor = today({ eks: EKS.replace('1.30', '1.99') });
    expect(names(resolvedFrom(ancestor, EKS_H100))).toContain('eks-h100');
    const leaf = today({ 'eks-h100': (TODAY['eks-h100'] ?? '').replace('ubuntu', 'rhel') });
    const { excluded } = resolvedFrom(leaf, EKS_H100);
    expect(
      excluded.map(({ overlay, reason, failed }) => [overlay.name, reason, failed[0]?.reason]),
    ).toEqual([['eks-h100', 'constraint-failed', 'expected rhel, got ubuntu']]);
  });

  it('leaves out just the candidates whose mixin does not hold', () => {
    const resolution = resolvedFrom(today({}, { m: MIXIN.m.replace('24.04', '22.04') }), EKS_H100);
    expect(names(resolution)).toEqual(['base', 'any-h100']);
    const text = recipeText(resolution);
    expect(text.slice(text.indexOf('  excludedOverlays'), text.indexOf('criteria:')))
      .toBe(`  excludedOverlays:
    - name: eks-h100
      reason: mixin-constraint-failed
  constraintWarnings:
    - overlay: eks-h100
      constraint: OS.release.VERSION_ID
      expected: "22.04"
      actual: "24.04"
      reason: 'mixin-constraint-failed: expected 22.04, got 24.04'
`);
  });

  it('refuses a constraint that nobody can evaluate, and leaves out one that the snapshot does not show', () => {
    const wrong = today({
      'eks-h100': (TODAY['eks-h100'] ?? '').replace('value: ubuntu', 'value: ">= ubuntu"'),
    });
    const error = refusalOf(() => resolvedFrom(wrong, EKS_H100));
    expect([error?.code, error?.at]).toEqual([
      'FIELD_INVALID',
      'recipes/overlays/eks-h100.yaml#/spec/constraints/0/value',
    ]);
    const missing = today({
      'eks-h100': (TODAY['eks-h100'] ?? '').replace('OS.release.ID', 'OS.release.OTHER'),
    });
    expect(resolvedFrom(missing, EKS_H100).excluded).toHaveLength(1);
  });

  it('refuses a profile whose constraint does not hold, and one whose overlay was left out', () => {
    const profile = `  profile:
    name: p
    default: a
    values:
      a: {constraints: [{name: OS.release.VERSION_ID, value: "22.04"}]}
`;
    const unmet = today({
      eks: EKS + profile,
      'eks-h100': '  base: eks\n  criteria: {accelerator: h100}\n',
    });
    const error = refusalOf(() => resolvedFrom(unmet, EKS_H100));
    expect([error?.code, error?.at]).toEqual([
      'PROFILE_UNMET',
      'recipes/overlays/eks.yaml#/spec/profile/values/a/constraints/0',
    ]);
    const leftOut = today({
      'eks-h100': (TODAY['eks-h100'] ?? '').replace('ubuntu', 'rhel') + profile,
    });
    const gone = refusalOf(() => resolvedFrom(leftOut, EKS_H100));
    expect([gone?.code, gone?.at]).toEqual([
      'PROFILE_UNMET',
      'recipes/overlays/eks-h100.yaml#/spec/profile',
    ]);
    expect(gone?.hint).toContain('"eks-h100": "OS.release.ID: expected rhel, got ubuntu"');
  });
});

describe('explain', () => {
  it('says what was applied, why others were left out, and who set each field', () => {
    const leaf = (TODAY['eks-h100'] ?? '').replace('ubuntu', 'rhel');
    const catalogue = today({
      'eks-h100': leaf,
      eks: `${EKS}  componentRefs: [{name: one, version: "2"}]\n`,
      'eks-b200': '  base: eks\n  criteria: {service: eks, accelerator: b200}\n',
      'eks-any':
        '  base: eks\n  criteria: {service: eks}\n  componentRefs: [{name: one, version: "3", manifestFiles: [m]}]\n',
      unused: '  constraints: []\n',
    });
    expect(explain(resolvedFrom(catalogue, EKS_H100))).toBe(`Applied, in this order:
  base      recipes/overlays/base.yaml
  any-h100  recipes/overlays/any-h100.yaml
  eks       recipes/overlays/eks.yaml
  eks-any   recipes/overlays/eks-any.yaml

Left out:
  eks-b200  for accelerator b200
  eks-h100  OS.release.ID: expected rhel, got ubuntu
  unused    without criteria, and nothing that was applied inherits from it

Each field, its value, and who set it last:
  componentRefs/one/name                "one" by base
  componentRefs/one/type                "helm" by base
  constraints/K8s.server.version        ">= 1.30" by eks
  componentRefs/one/version             "3" by eks-any,  before "2" by eks
  componentRefs/one/manifestFiles       ["m"] added by eks-any
  componentRefs/one/source              "https://charts.example" by registry.yaml
  componentRefs/one/namespace           "ns" by registry.yaml
  componentRefs/one/chart               "one" by registry.yaml
  componentRefs/one/healthCheckAsserts  "apiVersion: v1\\nkind: Pod\\n" by registry.yaml
`);
  });
});
