// A resolution as the document that `aicr recipe` prints.

import { Plain, dataMap, type Data, type DataMap } from '../../document/data.ts';
import { AICR_V1, AICR_V1BETA2 } from '../../media-types.ts';
import { AFFIDAVIT } from '../../tool.ts';
import { encodeGo } from '../aicr/go-encode.ts';
import { RECIPE_RESULT, RECIPE_RESULT_V011 } from '../aicr/recipe-types.ts';
import { renderYaml } from '../aicr/yaml-emitter.ts';
import type { Criteria } from '../recipe/criteria.ts';
import { profileData } from './apply-profile.ts';
import { DIMENSIONS } from './criteria.ts';
import type { Exclusion } from './exclusions.ts';
import type { Resolution } from './resolve.ts';

/** The recipe as `validate` reads it, in the layout of AICR. */
export function recipeText(resolution: Resolution): string {
  const { rules } = resolution.catalogue;
  const type = rules === 'v0.11' ? RECIPE_RESULT_V011 : RECIPE_RESULT;
  return renderYaml(encodeGo(type, recipeData(resolution)), 2);
}

/** The same in AICR's types. */
export function recipeData(resolution: Resolution): DataMap {
  const { criteria, selected, constraints, components, deploymentOrder, validation } = resolution;
  return dataMap({
    kind: 'RecipeResult',
    apiVersion: selected === undefined ? AICR_V1 : AICR_V1BETA2,
    metadata: metadataOf(resolution),
    criteria: criteriaData(criteria),
    constraints,
    componentRefs: components,
    deploymentOrder,
    validation,
  });
}

function metadataOf({ applied, excluded, selected, catalogue }: Resolution): DataMap {
  return dataMap({
    version: AFFIDAVIT.version,
    appliedOverlays: applied.map(({ name }) => name),
    excludedOverlays: excluded.map(({ overlay: { name }, reason }) =>
      catalogue.rules === 'v0.11' ? name : dataMap({ name, reason }),
    ),
    constraintWarnings: excluded.flatMap(warningsOf),
    selectedProfile: selected && profileData(selected),
  });
}

function warningsOf({ overlay, failed }: Exclusion): readonly DataMap[] {
  return failed.map(({ name, expected, actual = '', reason }) =>
    dataMap({ overlay: overlay.name, constraint: name, expected, actual, reason }),
  );
}

/** Every dimension, `any` if it is open. */
function criteriaData(criteria: Criteria): DataMap {
  const texts = DIMENSIONS.map((name) => [name, criteria[name] || 'any'] as const);
  return new Map<string, Data>([...texts, ['nodes', new Plain('integer', String(criteria.nodes))]]);
}
