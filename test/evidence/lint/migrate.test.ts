import { readFileSync, readdirSync } from 'node:fs';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { hexOf } from '../../../src/digest.ts';
import { EvidenceError } from '../../../src/errors/evidence-error.ts';
import { migrate, type Digests } from '../../../src/evidence/lint/migrate.ts';
import { refusalOf } from '../../document/refusal.ts';
import { propertyRuns } from '../../property-runs.ts';
import { catalogueOf, realTexts } from '../resolve/recipes.ts';

const GOLDENS = new URL('../../../testdata/aicr-goldens/', import.meta.url);
const DIGESTS = JSON.parse(readFileSync(new URL('recipe-digests.json', GOLDENS), 'utf8')) as Record<
  string,
  { readonly v3: string }
>;

function migrated(text: string, typeOf?: (name: string) => string | undefined) {
  return migrate({ file: 'f.yaml', bytes: Buffer.from(text) }, typeOf);
}

function hex(digest: Digests['canonical'] | undefined): string {
  if (digest === undefined || digest instanceof EvidenceError) throw new TypeError('no digest');
  return hexOf(digest);
}

/** The lines that differ, of two texts with equally many. */
function changes(before: string, after: string): readonly string[] {
  const [old, now] = [before.split('\n'), after.split('\n')];
  expect(now).toHaveLength(old.length);
  return now.filter((line, index) => line !== old[index]);
}

/** A resolved recipe of AICR v0.11, with a comment, a quoted value and its own order. */
const RECIPE = `# who made this
apiVersion: aicr.nvidia.com/v1alpha1 # old
kind: Recipe
criteria: {service: eks}   # kept
constraints:
  - name: K8s.server.version
    value: ">= 1.30"
componentRefs:
  - {name: a, type: Helm, source: https://charts.example, version: 1.0.0}
deploymentOrder: [a]
validation:
  performance:
    constraints: [{name: nccl-all-reduce-bw, value: ">= 300"}]
`;

const OVERLAY = `kind: RecipeMetadata
apiVersion: aicr.nvidia.com/v1alpha1
metadata: {name: x}
spec:
  criteria: {service: eks}
`;

describe('migrate', () => {
  it.each(readdirSync(new URL('resolved/', GOLDENS)))('changes one line of %s', (name) => {
    const text = readFileSync(new URL(`resolved/${name}`, GOLDENS), 'utf8');
    const result = migrated(text);
    expect(changes(text, result.text)).toEqual(['apiVersion: aicr.run/v1']);
    expect(hex(result.before.canonical)).toBe(DIGESTS[name]?.v3);
    expect(hex(result.after.canonical)).toBe(hex(result.after.digest));
    expect(hex(result.after.digest)).not.toBe(hex(result.before.digest));
  });

  it('changes one line of each file of AICR v0.11.1, which today has a meaning too', () => {
    const texts = realTexts();
    const isPart = (path: string): boolean => /^(?:overlays\/|registry|validators\/)/.test(path);
    const now = Object.entries(texts).map(([path, text]) => {
      if (!isPart(path)) return [path, text] as const;
      const result = migrated(text);
      expect([path, changes(text, result.text).length]).toEqual([path, 1]);
      expect(result.after.digest).toBeUndefined();
      return [path, result.text] as const;
    });
    expect(catalogueOf(Object.fromEntries(now))).toMatchObject({ rules: 'current', findings: [] });
  });

  it('keeps comments, order, quotes and line ends', () => {
    for (const [eol, quote] of [
      ['\n', ''],
      ['\r\n', "'"],
      ['\n', '"'],
    ] as const) {
      const text = RECIPE.replace(/aicr.nvidia.com\/v1alpha1/, `${quote}$&${quote}`).replaceAll(
        '\n',
        eol,
      );
      expect(migrated(text).text).toBe(
        text
          .replace('aicr.nvidia.com/v1alpha1', 'aicr.run/v1')
          .replace('kind: Recipe', 'kind: RecipeResult'),
      );
    }
  });

  it.each([
    [
      (text: string) => text.replace(/apiVersion.*\n/, ''),
      'kind: RecipeResult\napiVersion: aicr.run/v1\ncriteria',
    ],
    [
      (text: string) => text.replace(/kind.*\n/, ''),
      '# who made this\nkind: RecipeResult\napiVersion: aicr.run/v1 # old\ncriteria',
    ],
    [
      (text: string) => text.replace(/apiVersion.*\nkind.*\n/, ''),
      '# who made this\nkind: RecipeResult\napiVersion: aicr.run/v1\ncriteria',
    ],
  ])('writes a header line that is missing (%#)', (change, expected) => {
    const text = change(RECIPE);
    const result = migrated(text);
    expect(result.text).toContain(expected);
    expect(migrated(text.replaceAll('\n', '\r\n')).text).toBe(result.text.replaceAll('\n', '\r\n'));
  });

  it('changes nothing else, however the document is written', () => {
    const parts = [
      ...['criteria: {service: eks}', 'constraints: []', 'metadata:\n  version: v1.0.0'],
      ...['componentRefs:\n- {name: a, type: Helm, manifestFiles: [f]}', 'deploymentOrder: [a]'],
    ];
    const quote = fc.constantFrom('', '"', "'");
    const space = fc.constantFrom(
      '',
      ' ',
      ' # kind: Recipe',
      '  # apiVersion: aicr.nvidia.com/v1alpha1',
    );
    const line = (name: string, value: string) =>
      fc
        .tuple(quote, fc.constantFrom(' ', '   '), quote, space)
        .map(([a, gap, b, end]) => [`${a}${name}${a}:${gap}${b}`, value, `${b}${end}`] as const);
    const header = fc.tuple(line('kind', 'Recipe'), line('apiVersion', 'aicr.nvidia.com/v1alpha1'));
    fc.assert(
      fc.property(
        header,
        fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6], { minLength: 7 }),
        fc.boolean(),
        (lines, order, isCrlf) => {
          const written = (values: readonly string[]): string => {
            const heads = lines.map(
              ([start, value, end], index) => start + (values[index] ?? value) + end,
            );
            const text = order.map((index) => [...heads, ...parts][index]).join('\n# note\n');
            return isCrlf ? text.replaceAll('\n', '\r\n') : text;
          };
          expect(migrated(written([])).text).toBe(written(['RecipeResult', 'aicr.run/v1']));
        },
      ),
      { numRuns: propertyRuns(50, 1000) },
    );
  });

  it('leaves a current document as it is', () => {
    const { text } = migrated(RECIPE);
    const again = migrated(text);
    expect([again.text, again.before]).toEqual([text, again.after]);
  });

  it.each([
    ['aicr.run/v1alpha2', 'aicr.run/v1beta1'],
    ['aicr.run/v1beta1', 'aicr.run/v1beta1'],
  ])('gives an overlay of %s the header %s', (before, after) => {
    const text = OVERLAY.replace('aicr.nvidia.com/v1alpha1', before);
    expect(migrated(text).text).toBe(text.replace(before, after));
  });

  it('takes a type from the registry that the recipe does not name, or refuses', () => {
    const text = RECIPE.replace('type: Helm, ', '');
    expect(refusalOf(() => migrated(text))).toMatchObject({
      code: 'FIELD_MISSING',
      at: 'f.yaml#/componentRefs/0/type',
    });
    expect(migrated(text, () => 'Helm').text).toContain('kind: RecipeResult');
  });

  it.each([
    ['value: ">= 1.30"', 'value: "!1.30"', 'MIGRATION_REFUSED', '#/constraints/0/value'],
    ['value: ">= 1.30"', 'value: ">= 1.30 < 1.34"', 'MIGRATION_REFUSED', '#/constraints/0/value'],
    ['value: ">= 1.30"', 'value: "=1.33"', 'MIGRATION_REFUSED', '#/constraints/0/value'],
    ['value: ">= 1.30"', 'value: "1.30 || 1.31"', 'MIGRATION_REFUSED', '#/constraints/0/value'],
    ['value: ">= 1.30"', 'value: ">= 1.30.1-gke.7"', 'MIGRATION_REFUSED', '#/constraints/0/value'],
    ['value: ">= 1.30"', 'value: "<= 1.30.1"', 'MIGRATION_REFUSED', '#/constraints/0/value'],
    [
      'value: ">= 300"',
      'value: ">= 300 < 900"',
      'MIGRATION_REFUSED',
      '#/validation/performance/constraints/0/value',
    ],
    [
      'K8s.server.version',
      'SystemD.containerd.service.ActiveState',
      'MIGRATION_REFUSED',
      '#/constraints/0/name',
    ],
    [
      'K8s.server.version',
      'NodeTopology.gpu-nodes.label',
      'MIGRATION_REFUSED',
      '#/constraints/0/name',
    ],
    ['apiVersion: aicr', 'apiVersion: !!str aicr', 'DOCUMENT_UNSUPPORTED', '#/apiVersion'],
    [
      'aicr.nvidia.com/v1alpha1',
      '"aicr\\u002envidia.com/v1alpha1"',
      'MIGRATION_REFUSED',
      '#/apiVersion',
    ],
    [
      'aicr.nvidia.com/v1alpha1 # old',
      '>-\n  aicr.nvidia.com/v1alpha1',
      'MIGRATION_REFUSED',
      '#/apiVersion',
    ],
    ['aicr.nvidia.com/v1alpha1', 'aicr.nvidia.com/v7', 'API_VERSION_UNKNOWN', '#/apiVersion'],
    ['kind: Recipe', 'kind: Snapshot', 'KIND_UNEXPECTED', '#/kind'],
    ['type: Helm', 'patches: [a], type: Helm', 'FIELD_INVALID', '#/componentRefs/0/patches'],
    ['aicr.nvidia.com/v1alpha1', 'aicr.run/v1alpha3', 'FIELD_INVALID', '#/metadata'],
  ])('refuses %j as %j', (from, to, ...[code, place]) => {
    expect(RECIPE).toContain(from);
    const error = refusalOf(() => migrated(RECIPE.replace(from, to)));
    expect([error?.code, error?.at]).toEqual([code, `f.yaml${place}`]);
  });

  it('names a document of another kind, and where it belongs', () => {
    const error = refusalOf(() => migrated('kind: Snapshot\napiVersion: aicr.run/v1alpha1\n'));
    expect([error?.code, error?.at, error?.found]).toEqual([
      ...['KIND_UNEXPECTED', 'f.yaml#/kind', 'a snapshot'],
    ]);
    expect(error?.hint).toContain('give this file to affidavit validate --snapshot');
  });

  it.each([
    ['{service: eks}', '{service: eks, nodes: 4}', 'FIELD_INVALID', '#/spec/criteria/nodes'],
    [
      'spec:',
      'spec:\n  profile: {name: p, default: a, values: {a: {}}}',
      'RULES_TOO_OLD',
      '#/spec/profile',
    ],
    [
      'spec:',
      'spec:\n  constraints: [{name: OS.release.ID, value: "!a"}]',
      'MIGRATION_REFUSED',
      '#/spec/constraints/0/value',
    ],
  ])('refuses an overlay with %j as %j', (from, to, ...[code, place]) => {
    const error = refusalOf(() => migrated(OVERLAY.replace(from, to)));
    expect([error?.code, error?.at]).toEqual([code, `f.yaml${place}`]);
  });

  it('names a Helm chart and a flow header', () => {
    expect(refusalOf(() => migrated('apiVersion: v2\nname: x\nversion: 1.0.0\n'))?.code).toBe(
      'RECIPE_IS_CHART',
    );
    const flow = '{kind: RecipeCriteria, metadata: {name: a}, spec: {service: eks}}\n';
    expect(refusalOf(() => migrated(flow))).toMatchObject({
      code: 'MIGRATION_REFUSED',
      at: 'f.yaml',
    });
  });
});
