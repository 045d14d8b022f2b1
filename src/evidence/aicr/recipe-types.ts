// AICR's Go types of recipes, as tables: the fields in Go's order, and those that are always written.
// Sources: pkg/recipe of AICR v0.11.1, and of the versions since.

import { pointer, struct, type GoStruct, type GoType } from './go-types.ts';

const TEXTS = { list: 'string' } as const;

export const CONSTRAINT = struct(
  { name: 'string', value: 'string', severity: 'string', remediation: 'string', unit: 'string' },
  'name value',
);

const RESOURCE = struct({ kind: 'string', name: 'string', namespace: 'string' }, 'kind name');

/** What only one of the two generations has, at its place. */
function component(pre: Record<string, GoType>, last: Record<string, GoType>): GoStruct {
  return struct(
    {
      name: 'string',
      namespace: 'string',
      chart: 'string',
      type: 'string',
      source: 'string',
      version: 'string',
      tag: 'string',
      valuesFile: 'string',
      overrides: { map: 'any' },
      patches: TEXTS,
      dependencyRefs: TEXTS,
      manifestFiles: TEXTS,
      ...pre,
      path: 'string',
      cleanup: 'bool',
      expectedResources: { list: RESOURCE },
      healthCheckAsserts: 'string',
      ...last,
    },
    'name type source',
  );
}

export const COMPONENT = component({ preManifestFiles: TEXTS }, { healthCheckSkip: 'bool' });
export const COMPONENT_V011 = component({}, {});

const PHASE = pointer(
  struct({
    timeout: 'string',
    constraints: { list: CONSTRAINT },
    checks: TEXTS,
    nodeSelection: pointer(
      struct({ selector: { map: 'string' }, maxNodes: 'int', excludeNodes: TEXTS }),
    ),
    infrastructure: 'string',
  }),
);

export const VALIDATION = pointer(
  struct({ readiness: PHASE, deployment: PHASE, performance: PHASE, conformance: PHASE }),
);

const CRITERIA_FIELDS = {
  service: 'string',
  accelerator: 'string',
  intent: 'string',
  os: 'string',
  platform: 'string',
  nodes: 'int',
} as const;

export const CRITERIA = pointer(struct(CRITERIA_FIELDS));

const WARNING = struct(
  {
    overlay: 'string',
    constraint: 'string',
    expected: 'string',
    actual: 'string',
    reason: 'string',
  },
  'overlay constraint expected reason',
);

const EXCLUDED: GoStruct = {
  ...struct({ name: 'string', reason: 'string' }, 'name'),
  // As AICR up to v0.11 wrote it.
  orText: 'name',
};

const PROFILE = pointer(
  struct(
    { name: 'string', value: 'string', advertiser: 'string', ownedPaths: { map: TEXTS } },
    'name value ownedPaths',
  ),
);

/** A resolved recipe of today's AICR. What is below `configuration` is not all known, so it is kept as it is. */
export const RECIPE_RESULT = struct(
  {
    kind: 'string',
    apiVersion: 'string',
    metadata: struct({
      version: 'string',
      appliedOverlays: TEXTS,
      excludedOverlays: { list: EXCLUDED },
      constraintWarnings: { list: WARNING },
      gpuDriverState: 'string',
      selectedProfile: PROFILE,
      mariaDBOperatorState: 'string',
      perconaOperatorState: 'string',
      defaultStorageClassState: 'string',
    }),
    criteria: CRITERIA,
    configuration: { map: 'any' },
    constraints: { list: CONSTRAINT },
    componentRefs: { list: COMPONENT },
    deploymentOrder: TEXTS,
    validation: VALIDATION,
  },
  'kind apiVersion metadata criteria componentRefs deploymentOrder',
);

/** A resolved recipe of AICR v0.11. */
export const RECIPE_RESULT_V011 = struct(
  {
    kind: 'string',
    apiVersion: 'string',
    metadata: struct({
      version: 'string',
      appliedOverlays: TEXTS,
      excludedOverlays: TEXTS,
      constraintWarnings: { list: WARNING },
    }),
    criteria: CRITERIA,
    constraints: { list: CONSTRAINT },
    componentRefs: { list: COMPONENT_V011 },
    deploymentOrder: TEXTS,
    validation: VALIDATION,
  },
  'kind apiVersion metadata criteria componentRefs deploymentOrder',
);
