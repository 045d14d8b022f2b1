// AICR's Go types of the documents that a recipe is made of.

import { struct, type GoStruct, type GoType } from '../aicr/go-types.ts';
import {
  COMPONENT,
  COMPONENT_V011,
  CONSTRAINT,
  CRITERIA,
  VALIDATION,
} from '../aicr/recipe-types.ts';

function document(spec: Record<string, GoType>): GoStruct {
  return struct({
    kind: 'string',
    apiVersion: 'string',
    metadata: struct({ name: 'string' }),
    spec: struct(spec),
  });
}

const PARTS = { constraints: { list: CONSTRAINT }, componentRefs: { list: COMPONENT } } as const;

const OVERRIDES = struct({ name: 'string', overrides: { map: 'any' } });

const PROFILE_VALUE = struct({
  advertiser: 'string',
  componentRefs: { list: OVERRIDES },
  constraints: { list: CONSTRAINT },
  readinessConstraints: { list: CONSTRAINT },
});

const PROFILE = struct({
  name: 'string',
  description: 'string',
  default: 'string',
  values: { map: PROFILE_VALUE },
});

export const OVERLAY_V011 = document({
  base: 'string',
  criteria: CRITERIA,
  constraints: { list: CONSTRAINT },
  componentRefs: { list: COMPONENT_V011 },
  validation: VALIDATION,
});

export const OVERLAY = document({
  base: 'string',
  criteria: CRITERIA,
  mixins: { list: 'string' },
  ...PARTS,
  validation: VALIDATION,
  profile: PROFILE,
});

export const MIXIN = document(PARTS);
