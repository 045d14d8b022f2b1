// What a recipe is asked for, and what an overlay is for.

import { Plain, textOf, type DataMap } from '../../document/data.ts';
import { ObjectReader } from '../../document/object-reader.ts';
import { refuse } from '../../place.ts';
import { parseCriteria, type Criteria } from '../recipe/criteria.ts';
import type { Rules } from './rules.ts';

/** In AICR's order; `nodes` is a number and stands apart. */
export const DIMENSIONS = ['service', 'accelerator', 'intent', 'os', 'platform'] as const;
export type DimensionName = (typeof DIMENSIONS)[number];

/**
 * What an overlay is for; undefined without criteria. v0.11 compares its values as they are written, so that
 * `OKE` is never met.
 *
 * @param at the place of the map around them
 */
export function overlayCriteria(
  criteria: DataMap | undefined,
  rules: Rules,
  at: string,
): Criteria | undefined {
  if (criteria === undefined) return undefined;
  if (rules === 'current') {
    if (criteria.has('nodes')) refuseNodes(`${at}/criteria/nodes`);
    return parseCriteria(new ObjectReader(new Map([['criteria', criteria]]), at)).value;
  }
  const nodes = criteria.get('nodes');
  const [service = '', accelerator = '', intent = '', os = '', platform = ''] = DIMENSIONS.map(
    (name) => (textOf(criteria, name) === 'any' ? '' : textOf(criteria, name)),
  );
  const count = nodes instanceof Plain ? Number(nodes.text) : 0;
  return { service, accelerator, intent, os, platform, nodes: count };
}

/** Equal criteria have equal keys. */
export function criteriaKey(criteria: Criteria): string {
  return JSON.stringify([...DIMENSIONS.map((name) => criteria[name]), criteria.nodes]);
}

/** How many dimensions are concrete: the more, the later an overlay is applied. */
export function rankOf(criteria: Criteria): number {
  const concrete = DIMENSIONS.filter((name) => criteria[name] !== '').length;
  return concrete + (criteria.nodes === 0 ? 0 : 1);
}

/** AICR finds no overlay by it any more, so it would be applied to every number of nodes. */
function refuseNodes(at: string): never {
  const hint = "remove it: by today's rules the number of nodes chooses no overlay";
  refuse({ code: 'FIELD_INVALID', at, hint }, 'nodes', DIMENSIONS.join(', '));
}
