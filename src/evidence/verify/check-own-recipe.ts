// The recipe of the evidence, compared with the one that the caller has at hand.

import { Plain, describe, isDataMap, scalarText, type Data } from '../../document/data.ts';
import type { Fault } from '../../errors/evidence-error.ts';
import { MAX_CLAIM_FAULTS } from '../../limits.ts';
import { quote } from '../../quote.ts';
import { sentence, words, type Sentence } from '../../sentence.ts';
import { RECIPE_FILE } from '../layout.ts';
import { recipeDifferences, type RecipeDifference } from '../recipe/compare-recipes.ts';
import type { ReadRecipe, TypedRecipe } from '../recipe/recipe.ts';
import { OWN_RECIPE_CHECK, type EvidenceLog } from './checks.ts';

/**
 * @param recipe undefined: it could not be read
 * @param own the caller's, if there is one
 */
export function checkOwnRecipe(
  log: EvidenceLog,
  recipe: ReadRecipe | undefined,
  own: TypedRecipe | undefined,
): void {
  if (recipe === undefined || own === undefined) return;
  log.note(OWN_RECIPE_CHECK, () => ({
    found: 'the same values, but for apiVersion and metadata, and the same rules for constraints',
    expected: `the recipe of ${quote(own.recipe.file)}`,
    faults: otherRecipe(recipe, own),
  }));
}

function otherRecipe(recipe: ReadRecipe, own: TypedRecipe): readonly Fault[] {
  const { file } = own.recipe;
  const found = [...otherRules(recipe, own), ...otherFields(recipe, own)];
  const faults = found.slice(0, MAX_CLAIM_FAULTS).map((difference) => otherField(difference, file));
  const more = found.length - faults.length;
  if (more === 0) return faults;
  const rest = `${more} more fields that differ`;
  const at = RECIPE_FILE;
  return [...faults, { code: 'RECIPE_OTHER', at, found: rest, expected: 'none', hint: HINT }];
}

/**
 * Evidence has a recipe as AICR writes it, without the fields that AICR does not know. One of yours is named all the same:
 * perhaps a newer AICR knows what it demands.
 */
function otherFields({ data }: ReadRecipe, own: TypedRecipe): readonly RecipeDifference[] {
  if (recipeDifferences(data, own.source).length === 0) return [];
  const left = recipeDifferences(own.data, own.source).filter(
    ({ one, other }) => one === undefined && !isEmpty(other),
  );
  return [...recipeDifferences(data, own.data), ...left];
}

/** What AICR leaves out because it says nothing. */
function isEmpty(value: Data | undefined): boolean {
  if (value instanceof Plain) return value.type === 'null';
  if (isDataMap(value)) return value.size === 0;
  return value === undefined || value.length === 0;
}

/** The apiVersion does not count, but that the same expression means something else with another one does. */
function otherRules(
  { recipe: one }: ReadRecipe,
  { recipe: other }: ReadRecipe,
): readonly RecipeDifference[] {
  if (one.dialect === other.dialect) return [];
  const field = 'apiVersion';
  return [{ field, pointer: `/${field}`, one: one.apiVersion, other: other.apiVersion }];
}

const HINT =
  'have evidence made of your recipe, or decide that these differences do not matter and leave --recipe out';

function otherField({ field, pointer, one, other }: RecipeDifference, file: string): Fault {
  return {
    code: 'RECIPE_OTHER',
    at: `${RECIPE_FILE}#${pointer}`,
    found: `${quote(field)}: ${one === undefined ? 'not there' : shown(one)}`,
    expected:
      other === undefined
        ? `no such field, as in ${quote(file)}`
        : `${shown(other)}, as ${quote(file)} has it`,
    hint: HINT,
    sentence: sentence`the recipe is not yours: ${sayDifference(field, one, other)}`,
  };
}

function sayDifference(field: string, one: Data | undefined, other: Data | undefined): Sentence {
  if (other === undefined) return sentence`only the evidence has ${field}`;
  if (one === undefined) return sentence`only yours has ${field}`;
  return sentence`${field} is ${said(one)}, yours has ${said(other)}`;
}

/** A text in quotes, so that "1.10" is not taken for a number; of lists and maps what they are. */
function shown(data: Data | undefined): string {
  if (typeof data === 'string') return quote(data, 100);
  const text = scalarText(data);
  return text === undefined ? describe(data) : quote(text, 100).slice(1, -1);
}

function said(data: Data | undefined): Sentence {
  return scalarText(data) === undefined ? words(describe(data)) : sentence`${shown(data)}`;
}
