// A resolution as the document that `aicr recipe` prints.

import { Plain, type Data, type DataMap } from '../../document/data.ts';
import { AICR_V1 } from '../../media-types.ts';
import { AFFIDAVIT } from '../../tool.ts';
import { encodeGo } from '../aicr/go-encode.ts';
import { RECIPE_RESULT } from '../aicr/recipe-types.ts';
import { renderYaml } from '../aicr/yaml-emitter.ts';
import type { Criteria } from '../recipe/criteria.ts';
import { DIMENSIONS } from './criteria.ts';
import type { Resolution } from './resolve.ts';

/** The recipe as `validate` reads it, in the layout of AICR. */
export function recipeText(resolution: Resolution): string {
  return renderYaml(encodeGo(RECIPE_RESULT, recipeData(resolution)), 2);
}

/** The same in AICR's types. */
export function recipeData(resolution: Resolution): DataMap {
  const { criteria, applied, constraints, components, deploymentOrder, validation } = resolution;
  const metadata = new Map<string, Data>([
    ['version', AFFIDAVIT.version],
    ['appliedOverlays', applied.map(({ name }) => name)],
  ]);
  const fields = new Map<string, Data>([
    ['kind', 'RecipeResult'],
    ['apiVersion', AICR_V1],
    ['metadata', metadata],
    ['criteria', criteriaData(criteria)],
    ['constraints', constraints],
    ['componentRefs', components],
    ['deploymentOrder', deploymentOrder],
  ]);
  return validation === undefined ? fields : fields.set('validation', validation);
}

/** Every dimension, `any` if it is open. */
function criteriaData(criteria: Criteria): DataMap {
  const texts = DIMENSIONS.map((name) => [name, criteria[name] || 'any'] as const);
  return new Map<string, Data>([...texts, ['nodes', new Plain('integer', String(criteria.nodes))]]);
}
