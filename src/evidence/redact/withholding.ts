// What the policy that evidence names withholds. Of another one nothing is known, and nothing is excused.

import { isUnevaluable } from '../constraint/decision.ts';
import { isVirtual } from '../constraint/evaluate.ts';
import { labelsOfDemand } from '../constraint/gpu-nodes.ts';
import { parsePath } from '../constraint/path.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { AICR_KEEP, POLICY_VERSION, snapshotKeep, type SnapshotKeep } from './policy.ts';

/** `ours` keeps whatever the recipe reads, and the verifier checks that it keeps nothing else. */
export type PolicyOwner = 'ours' | 'aicr' | 'unknown';

/** As `predicate.redaction` names it. */
export interface NamedPolicy {
  readonly policy: string;
  readonly version: string;
}

export function ownerOf({ policy, version }: NamedPolicy): PolicyOwner {
  if (policy !== 'minimal') return 'unknown';
  if (version === POLICY_VERSION) return 'ours';
  return /^v[1-4]$/.test(version) ? 'aicr' : 'unknown';
}

/** Undefined if nobody here knows what it keeps. */
export function keepOf(policy: NamedPolicy, recipe: Recipe): SnapshotKeep | undefined {
  const owner = ownerOf(policy);
  if (owner === 'unknown') return undefined;
  return owner === 'ours' ? snapshotKeep(recipe) : AICR_KEEP;
}

/** Whether a constraint reads what is withheld, or may be. */
export function isWithheld(
  { name, expression }: Pick<Recipe['constraints'][number], 'name' | 'expression'>,
  { dialect }: Pick<Recipe, 'dialect'>,
  keep: SnapshotKeep | undefined,
): boolean {
  if (keep === undefined) return true;
  const { keys, items, labels } = keep;
  if (isVirtual(name, { dialect })) {
    return labelsOfDemand(expression).some((label) => !labels.has(label));
  }
  const path = parsePath(name, dialect);
  if (isUnevaluable(path)) return false;
  const subtype = `${path.type}.${path.subtype}`;
  if (path.selector !== undefined) return items.get(subtype) === undefined;
  return keys.get(subtype)?.has(path.key) !== true;
}
