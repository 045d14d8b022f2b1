import type { ReceivedFiles } from '../../archive/entry.ts';
import type { CheckLog } from '../../attestation/check-log.ts';
import { decodeYaml } from '../../document/yaml.ts';
import type { Fault } from '../../errors/fault.ts';
import { quote } from '../../quote.ts';
import { recipeDigest } from '../aicr/recipe-digest.ts';
import type { ReceivedPredicate } from '../claim/predicate.ts';
import type { Facts } from '../facts.ts';
import { RECIPE_FILE } from '../layout.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { parseRecipe } from '../recipe/recipe.ts';
import { documentOf } from './document-of.ts';

export interface CheckedRecipe {
  readonly recipe: Recipe;
  readonly shown: NonNullable<Facts['recipe']>;
}

/** The recipe's name and digest, derived from `recipe.yaml`, are those of the predicate. */
export function checkRecipe(
  log: CheckLog,
  files: ReceivedFiles,
  predicate: ReceivedPredicate,
): CheckedRecipe | undefined {
  return log.note('recipe-matches-digest', () => {
    const bytes = documentOf(files, RECIPE_FILE);
    const recipe = parseRecipe(decodeYaml(bytes, RECIPE_FILE), RECIPE_FILE);
    const digest = recipeDigest(bytes, RECIPE_FILE, 'v3');
    return {
      value: { recipe, shown: { name: recipe.name, digest, apiVersion: recipe.apiVersion } },
      found: `${recipe.name}, ${digest.slice(0, 12)}`,
      expected: 'the name and the canonical digest in the statement',
      faults: [
        ...differing(predicate, 'digest', digest),
        ...differing(predicate, 'name', recipe.name),
      ],
    };
  });
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
