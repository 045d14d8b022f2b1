import { readFileSync, readdirSync } from 'node:fs';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Plain, type Data } from '../../../src/document/data.ts';
import { decodeYaml } from '../../../src/document/yaml.ts';
import { parseRecipe } from '../../../src/evidence/recipe/recipe.ts';
import { MAX_CONSTRAINTS } from '../../../src/limits.ts';
import {
  AICR_V011,
  AICR_V1,
  AICR_V1ALPHA3,
  AICR_V1BETA1,
  AICR_V1BETA2,
} from '../../../src/media-types.ts';
import { dataFrom } from '../../document/data-from.ts';
import { refusalOf } from '../../document/refusal.ts';

const RECIPE = {
  kind: 'RecipeResult',
  apiVersion: AICR_V1,
  metadata: { version: 'v1.0.0', appliedOverlays: ['base'] },
  criteria: {
    service: 'eks',
    accelerator: 'h100',
    intent: 'training',
    os: 'ubuntu',
    platform: 'any',
  },
  constraints: [{ name: 'K8s.server.version', value: '>= 1.32.4' }],
  componentRefs: [
    { name: 'cert-manager', type: 'Helm', source: 'https://charts.example', version: 'v1.17.2' },
  ],
  deploymentOrder: ['cert-manager'],
  validation: {
    conformance: { checks: ['dra-support'] },
    readiness: { constraints: [{ name: 'OS.release.ID', value: 'ubuntu' }] },
    deployment: {
      checks: ['operator-health', 'expected-resources'],
      constraints: [{ name: 'Deployment.gpu-operator.version', value: '>= v24.6.0' }],
    },
  },
};

function parse(changes: object = {}) {
  return parseRecipe(dataFrom({ ...RECIPE, ...changes }), 'recipe.yaml');
}

function refusal(changes: object) {
  return refusalOf(() => parse(changes));
}

describe('parseRecipe', () => {
  it('reads what is evaluated and packed', () => {
    const recipe = parse();
    expect(recipe).toMatchObject({
      file: 'recipe.yaml',
      apiVersion: 'aicr.run/v1',
      retired: false,
      dialect: 'current',
      name: 'h100-eks-ubuntu-training',
      criteria: { service: 'eks', platform: '', nodes: 0 },
      findings: [],
    });
    expect(recipe.constraints.map(({ expression, at }) => [expression, at])).toEqual([
      ['>= 1.32.4', 'recipe.yaml#/constraints/0'],
      ['ubuntu', 'recipe.yaml#/validation/readiness/constraints/0'],
    ]);
    expect(recipe.phases.map(({ phase, checks }) => [phase, checks])).toEqual([
      ['deployment', ['operator-health', 'expected-resources']],
      ['conformance', ['dra-support']],
    ]);
    expect(recipe.phases[0]?.constraints).toMatchObject([
      { name: 'Deployment.gpu-operator.version', expression: '>= v24.6.0' },
    ]);
  });

  it('reads the smallest real recipe: no constraints, no validation, an empty source', () => {
    const recipe = parseRecipe(
      dataFrom({
        apiVersion: AICR_V1,
        componentRefs: [{ chart: 'c', name: 'c', namespace: 'n', source: '', type: 'Helm' }],
        criteria: { accelerator: 'h100', intent: 'training', os: 'ubuntu', service: 'eks' },
        deploymentOrder: ['c'],
        kind: 'RecipeResult',
        metadata: {},
      }),
      'recipe.yaml',
    );
    expect(recipe).toMatchObject({ constraints: [], phases: [], findings: [] });
    expect(recipe.components).toMatchObject([
      { name: 'c', source: '', version: '', enabled: true },
    ]);
  });

  it.each([
    [AICR_V011, 'v0.11', true],
    [AICR_V1ALPHA3, 'current', true],
    [undefined, 'current', true],
    [AICR_V1, 'current', false],
  ])('takes the dialect from the apiVersion %j', (apiVersion, dialect, retired) => {
    expect(parse({ apiVersion })).toMatchObject({
      apiVersion: apiVersion ?? '',
      dialect,
      retired,
    });
  });

  it('H-10 keeps a retired apiVersion as it is', () => {
    expect(parse({ apiVersion: AICR_V011 }).apiVersion).toBe('aicr.nvidia.com/v1alpha1');
  });

  it('reads a recipe without kind only if it looks like one', () => {
    expect(parse({ kind: undefined }).findings).toMatchObject([{ code: 'KIND_MISSING' }]);
    expect(refusalOf(() => parseRecipe(dataFrom({ a: 1 }), 'r.yaml'))).toMatchObject({
      code: 'FIELD_MISSING',
      at: 'r.yaml',
    });
  });

  it('doubts a development version of the tool', () => {
    expect(parse({ metadata: { version: 'dev' } }).findings).toMatchObject([
      { code: 'VERSION_DOUBTFUL', at: 'recipe.yaml#/metadata/version' },
    ]);
  });
});

describe('the resolved recipes of the real tool', () => {
  const folder = new URL('../../../testdata/aicr-goldens/resolved/', import.meta.url);

  it.each(readdirSync(folder))('%s is read under its own name, every field known', (file) => {
    const recipe = parseRecipe(decodeYaml(readFileSync(new URL(file, folder)), file), file);
    expect(`${recipe.name}.yaml`).toBe(file);
    expect(recipe).toMatchObject({ dialect: 'v0.11', retired: true });
    expect(recipe.components).not.toEqual([]);
    const codes = recipe.findings.map(({ code }) => code);
    expect(codes).toEqual(['API_VERSION_OUTDATED', 'VERSION_DOUBTFUL']);
  });
});

describe('recipes that are not read', () => {
  it.each([AICR_V1BETA1, AICR_V1BETA2, AICR_V011, undefined])(
    'refuses an overlay of %j with its own code',
    (apiVersion) => {
      const error = refusal({ kind: 'RecipeMetadata', apiVersion });
      expect(error).toMatchObject({
        code: 'RECIPE_OVERLAY_UNSUPPORTED',
        at: 'recipe.yaml#/kind',
      });
      expect(error?.hint).toContain('aicr recipe');
    },
  );

  it('refuses another kind', () => {
    expect(refusal({ kind: 'Snapshot' })).toMatchObject({
      code: 'KIND_UNEXPECTED',
      at: 'recipe.yaml#/kind',
    });
  });
});

describe('criteria', () => {
  it.each([
    [{ service: ' EKS ', os: 'Ubuntu' }, { service: 'eks', os: 'ubuntu' }, 'eks-ubuntu'],
    [{ os: 'al2' }, { os: 'amazonlinux' }, 'amazonlinux'],
    [{ os: 'AL2023' }, { os: 'amazonlinux' }, 'amazonlinux'],
    [{ service: 'self-managed', os: 'any' }, { service: '', os: '' }, 'recipe'],
    [{ service: 'self' }, { service: '' }, 'recipe'],
    [{ service: 'vanilla', platform: 'Any' }, { service: '', platform: '' }, 'recipe'],
    [{ accelerator: 'RTX-PRO-6000' }, { accelerator: 'rtx-pro-6000' }, 'rtx-pro-6000'],
    [{ service: null, nodes: 4 }, { service: '', nodes: 4 }, 'recipe'],
    [
      { platform: 'p', intent: 'i', os: 'o', service: 's', accelerator: 'a', nodes: 2 },
      { nodes: 2 },
      'a-s-o-i-p',
    ],
  ])('reads %j', (criteria, expected, name) => {
    expect(parse({ criteria })).toMatchObject({ criteria: expected, name });
  });

  it.each([null, undefined, {}])('demands nothing if there are none: %j', (criteria) => {
    expect(parse({ criteria })).toMatchObject({ name: 'recipe', findings: [] });
  });

  it('says which dimension it does not know', () => {
    expect(parse({ criteria: { servce: 'eks' } }).findings).toMatchObject([
      { code: 'FIELD_IGNORED', at: 'recipe.yaml#/criteria/servce' },
    ]);
  });
});

describe('validation', () => {
  it('a phase that is named is required, even without content', () => {
    const phases = parse({ validation: { performance: null, deployment: {} } }).phases;
    expect(phases).toEqual([
      { phase: 'deployment', checks: [], constraints: [] },
      { phase: 'performance', checks: [], constraints: [] },
    ]);
  });

  it('a phase that does not exist and a misspelt field are said', () => {
    const { findings, phases } = parse({
      validation: { deploment: {}, deployment: { check: ['a'], timeout: '5m' } },
    });
    expect(phases).toEqual([{ phase: 'deployment', checks: [], constraints: [] }]);
    expect(findings).toMatchObject([
      { code: 'FIELD_IGNORED', at: 'recipe.yaml#/validation/deployment/check' },
      { code: 'FIELD_IGNORED', at: 'recipe.yaml#/validation/deploment' },
    ]);
  });
});

describe('constraints', () => {
  it('keep the source text of an unquoted value', () => {
    const constraint = new Map<string, Data>([
      ['name', 'OS.release.VERSION_ID'],
      ['value', new Plain('float', '24.10')],
    ]);
    const data = new Map([
      ...(dataFrom(RECIPE) as Map<string, Data>),
      ['constraints', [constraint]],
    ]);
    expect(parseRecipe(data as Data, 'recipe.yaml').constraints[0]?.expression).toBe('24.10');
  });

  it.each([{ name: 'a' }, { name: 'a', value: null }, { name: 'a', value: '' }])(
    'may have an empty expression: %j',
    (constraint) => {
      expect(parse({ constraints: [constraint] }).constraints[0]?.expression).toBe('');
    },
  );

  it('keep severity and remediation', () => {
    const constraint = { name: 'a', value: 'b', severity: 'warning', remediation: 'do', unit: 's' };
    const recipe = parse({ constraints: [constraint] });
    expect(recipe.constraints[0]).toMatchObject({ severity: 'warning', remediation: 'do' });
    expect(recipe.findings).toEqual([]);
  });

  it('are limited in number', () => {
    const constraints = Array.from({ length: MAX_CONSTRAINTS }, () => ({ name: 'a', value: 'b' }));
    expect(parse({ constraints, validation: {} }).constraints).toHaveLength(MAX_CONSTRAINTS);
    expect(refusal({ constraints })).toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });
});

describe('components', () => {
  it.each([
    [{ enabled: false }, false],
    [{ install: false }, false],
    [{ enabled: true }, true],
    [{ enabled: 'false' }, true],
    [{ driver: { enabled: false } }, true],
    [null, true],
  ])('with the overrides %j', (overrides, enabled) => {
    expect(parse({ componentRefs: [{ name: 'a', overrides }] }).components[0]?.enabled).toBe(
      enabled,
    );
  });
});

describe('malformed fields', () => {
  it.each([
    [{ criteria: [] }, 'FIELD_INVALID', '/criteria'],
    [{ criteria: { os: ['ubuntu'] } }, 'FIELD_INVALID', '/criteria/os'],
    // The name joins values by dashes: none has one but these two, in their own places.
    [{ criteria: { platform: 'h100-eks' } }, 'FIELD_INVALID', '/criteria/platform'],
    [{ criteria: { platform: 'rtx-pro-6000' } }, 'FIELD_INVALID', '/criteria/platform'],
    [{ criteria: { os: 'self-managed' } }, 'FIELD_INVALID', '/criteria/os'],
    [{ criteria: { nodes: -1 } }, 'FIELD_INVALID', '/criteria/nodes'],
    [{ criteria: { nodes: 'many' } }, 'FIELD_INVALID', '/criteria/nodes'],
    [{ metadata: 'v1' }, 'FIELD_INVALID', '/metadata'],
    [{ metadata: { selectedProfile: 'x' } }, 'FIELD_INVALID', '/metadata/selectedProfile'],
    [{ constraints: {} }, 'FIELD_INVALID', '/constraints'],
    [{ constraints: ['a'] }, 'FIELD_INVALID', '/constraints/0'],
    [{ constraints: [{ value: 'a' }] }, 'FIELD_MISSING', '/constraints/0/name'],
    [{ constraints: [{ name: 'a', value: ['b'] }] }, 'FIELD_INVALID', '/constraints/0/value'],
    [{ componentRefs: [{}] }, 'FIELD_MISSING', '/componentRefs/0/name'],
    [{ componentRefs: [{ name: '' }] }, 'FIELD_INVALID', '/componentRefs/0/name'],
    [{ componentRefs: [{ name: 'a', version: {} }] }, 'FIELD_INVALID', '/componentRefs/0/version'],
    [
      { componentRefs: [{ name: 'a', overrides: 1 }] },
      'FIELD_INVALID',
      '/componentRefs/0/overrides',
    ],
    [{ validation: [] }, 'FIELD_INVALID', '/validation'],
    [{ validation: { deployment: 1 } }, 'FIELD_INVALID', '/validation/deployment'],
    [
      { validation: { deployment: { checks: 'a' } } },
      'FIELD_INVALID',
      '/validation/deployment/checks',
    ],
    [
      { validation: { deployment: { checks: ['a', ''] } } },
      'FIELD_INVALID',
      '/validation/deployment/checks/1',
    ],
    [
      { validation: { readiness: { constraints: [{}] } } },
      'FIELD_MISSING',
      '/validation/readiness/constraints/0/name',
    ],
  ])('%j is %s at %s', (changes, code, pointer) => {
    expect(parse().findings).toEqual([]);
    expect(refusal(changes)).toMatchObject({ code, at: `recipe.yaml#${pointer}` });
  });

  it('are refused with an EvidenceError, whatever the document is', () => {
    const key = fc.constantFrom(...Object.keys(RECIPE), 'name', 'value', 'deployment', 'checks');
    const { document } = fc.letrec((tie) => ({
      document: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom('RecipeResult', AICR_V1, '', 'a', null, true, 1, 1.5),
        fc.array(tie('document'), { maxLength: 3 }),
        fc.dictionary(key, tie('document'), { maxKeys: 5 }),
      ),
    }));
    fc.assert(
      fc.property(document, fc.constantFrom(...Object.keys(RECIPE)), (value, field) => {
        for (const data of [dataFrom(value), dataFrom({ ...RECIPE, [field]: value })]) {
          expect(refusalOf(() => parseRecipe(data, 'recipe.yaml'))?.class).not.toBe('internal');
        }
      }),
    );
  });
});
