import type { CheckLog } from '../../attestation/check-log.ts';
import { hexOf } from '../../digest.ts';
import type { Fault } from '../../errors/evidence-error.ts';
import { quote } from '../../quote.ts';
import type { ReceivedPredicate } from '../claim/predicate.ts';
import { RECIPE_FILE } from '../layout.ts';
import type { ReadRecipe } from '../recipe/read-recipe.ts';
import type { CheckName } from './checks.ts';

/** The recipe's name and digest, derived from `recipe.yaml`, are those of the predicate. */
export function checkRecipe(
  log: CheckLog<CheckName>,
  { recipe, digest }: ReadRecipe,
  predicate: ReceivedPredicate,
): void {
  const hex = hexOf(digest);
  log.note('recipe-matches-digest', () => ({
    found: `${recipe.name}, ${hex.slice(0, 12)}`,
    expected: 'the name and the canonical digest in the statement',
    faults: [...differing(predicate, 'digest', hex), ...differing(predicate, 'name', recipe.name)],
  }));
}

function differing(
  { at, recipe }: ReceivedPredicate,
  field: 'name' | 'digest',
  computed: string,
): readonly Fault[] {
  if (recipe[field] === computed) return [];
  return [
    {
      code: 'RECIPE_DIFFERS',
      at: `${at}/recipe/${field}`,
      found: quote(recipe[field]),
      expected: `${quote(computed)}, recomputed from ${RECIPE_FILE}`,
      hint: 'do not trust this evidence: it names another recipe than the one that it holds',
    },
  ];
}
