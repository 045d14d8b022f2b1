// The recipe of the evidence, compared with the one that the caller has at hand.

import { digestOf, hexOf } from '../../digest.ts';
import { Plain, isDataMap, scalarText, type Data } from '../../document/data.ts';
import type { Difference } from '../../document/differences.ts';
import { EvidenceError, orIfRefused, withCode } from '../../errors/evidence-error.ts';
import type { Fault, Finding } from '../../errors/evidence-error.ts';
import { MAX_CLAIM_FAULTS } from '../../limits.ts';
import { faultAt } from '../../place.ts';
import { quote } from '../../quote.ts';
import { sentence, words, type Sentence } from '../../sentence.ts';
import type { ReceivedPredicate } from '../claim/predicate.ts';
import { isSameDemand, isSamePath } from '../constraint/same-meaning.ts';
import { RECIPE_FILE } from '../layout.ts';
import { recipeDifferences, shownValue } from '../recipe/compare-recipes.ts';
import type { NamedFile } from '../recipe/recipe-component.ts';
import type { ReadRecipe, RecipeOfBytes, TypedRecipe } from '../recipe/recipe.ts';
import type { OwnRecipe, OwnRecipes } from '../resolve/own-recipe.ts';
import { OWN_RECIPE_CHECK, type EvidenceLog } from './checks.ts';

/** What the caller has at hand; at most one of the two. */
export interface AtHand {
  /** A resolved recipe. */
  readonly recipe?: TypedRecipe | undefined;
  /** The recipes in which that of the evidence is resolved again. */
  readonly recipes?: OwnRecipes | undefined;
}

interface Compared {
  readonly recipeCompared: boolean;
  /** Those that the recipe only names; undefined if they are not bound, or not at hand. */
  readonly filesCompared?: number | undefined;
  readonly findings: readonly Finding[];
}

/** @param recipe undefined: it could not be read */
export function checkOwnRecipe(
  log: EvidenceLog,
  recipe: RecipeOfBytes | undefined,
  predicate: ReceivedPredicate,
  atHand: AtHand,
): Compared {
  const own = recipe && orIfRefused(() => ownRecipe(recipe, atHand), unresolved);
  if (own instanceof EvidenceError) log.fail(OWN_RECIPE_CHECK, own);
  if (recipe === undefined || own === undefined || own instanceof EvidenceError) {
    return { recipeCompared: false, findings: [] };
  }
  const faults = [...otherRecipe(recipe, own), ...otherFiles(predicate, own)];
  log.note(OWN_RECIPE_CHECK, () => ({
    found: 'the same values, but for apiVersion and metadata, and the same rules for constraints',
    expected: `the recipe of ${quote(own.recipe.recipe.file)}`,
    faults,
  }));
  const aicr = faults.length === 0 ? otherDigest(recipe, own) : [];
  const findings = [...aicr, ...notBound(predicate, own), ...(own.findings ?? [])];
  return { recipeCompared: true, filesCompared: comparedFiles(predicate, own), findings };
}

/** A recipe, and what is at hand of the files that it only names. */
interface Own extends Pick<OwnRecipe, 'recipe'>, Partial<Omit<OwnRecipe, 'recipe'>> {
  /** By AICR's rules of today. */
  readonly isSameDigest: boolean;
  /** What gives the recipe. */
  readonly flag: '--recipe' | '--recipes';
}

function ownRecipe(evidence: RecipeOfBytes, { recipe, recipes }: AtHand): Own | undefined {
  const own = recipes?.resolveLike(evidence.recipe, evidence) ?? (recipe && { recipe });
  if (own === undefined) return undefined;
  const isSameDigest = own.recipe.digest === digestOf(evidence.canonical('v3'));
  return { ...own, isSameDigest, flag: recipes === undefined ? '--recipe' : '--recipes' };
}

/** They are the caller's, so this says nothing about the evidence, unless it asks for what they do not have. */
function unresolved(error: EvidenceError): EvidenceError {
  if (error.code === 'RECIPE_OTHER') return error;
  return withCode(error, 'RECIPES_UNRESOLVED');
}

function otherRecipe(recipe: ReadRecipe, own: Own): readonly Fault[] {
  const faults = [...otherRules(recipe, own), ...otherFields(recipe, own)];
  return fewOf(faults, RECIPE_FILE, 'fields', own);
}

function fewOf(
  all: readonly (() => Fault)[],
  at: string,
  what: string,
  own: Own,
): readonly Fault[] {
  const faults = all.slice(0, MAX_CLAIM_FAULTS).map((fault) => fault());
  const more = all.length - faults.length;
  if (more === 0) return faults;
  const found = `${more} more ${what} that differ`;
  return [...faults, { code: 'RECIPE_OTHER', at, found, expected: 'none', hint: hintOf(own) }];
}

/**
 * Evidence has a recipe as AICR writes it, without the fields that AICR does not know. One of yours is named all the same:
 * perhaps a newer AICR knows what it demands.
 */
function otherFields({ data }: ReadRecipe, own: Own): readonly (() => Fault)[] {
  const { recipe: mine } = own;
  if (recipeDifferences(data, mine.source).length === 0) return [];
  const left = recipeDifferences(mine.data, mine.source).filter(
    ({ one, other }) => one === undefined && !isEmpty(other),
  );
  return [
    ...recipeDifferences(data, mine.data).map((found) => () => otherField(found, own)),
    ...left.map((found) => () => droppedField(found, own)),
  ];
}

/** What AICR leaves out because it says nothing. */
function isEmpty(value: Data | undefined): boolean {
  if (value instanceof Plain) return value.type === 'null';
  if (isDataMap(value)) return value.size === 0;
  return value === undefined || value.length === 0;
}

/** The apiVersion does not count, but that the same constraint means something else with another one does. */
function otherRules({ recipe: one }: ReadRecipe, own: Own): readonly (() => Fault)[] {
  const { recipe: other } = own.recipe;
  if (one.dialect === other.dialect) return [];
  const ofPhases = one.phases.flatMap(({ constraints }) => constraints);
  const read = [
    ...one.constraints.filter(({ name }) => !isSamePath(name)),
    ...[...one.constraints, ...ofPhases].filter(({ expression }) => !isSameDemand(expression)),
  ];
  return [...new Set(read)].map(({ at, name, expression }) => () => ({
    code: 'RECIPE_OTHER' as const,
    at,
    found: `the constraint ${quote(name)}, ${quote(expression)}, by the rules of ${one.apiVersion}`,
    expected: `what it means by those of ${other.apiVersion}, as ${quote(other.file)} has it`,
    hint: `${hintOf(own)}; affidavit recipe migrate FILE says of a recipe of AICR v0.11 what to write in another way`,
    sentence: sentence`the evidence is stale: by the rules of your recipe ${name} ${expression} means something else`,
  }));
}

/** AICR's gate goes by its digest alone, so it is said whether that shows the difference. */
function hintOf({ flag, isSameDigest }: Own): string {
  const mine = flag === '--recipe' ? 'your recipe' : 'your recipes as they are now';
  const digest = isSameDigest ? 'does not show it' : 'is another one too';
  return `have evidence made of ${mine}, or decide that these differences do not matter and leave ${flag} out; AICR's digest ${digest}`;
}

function otherField({ field, pointer, one, other }: Difference, own: Own): Fault {
  const file = quote(own.recipe.recipe.file);
  return {
    code: 'RECIPE_OTHER',
    at: `${RECIPE_FILE}#${pointer}`,
    found: `${quote(field)}: ${one === undefined ? 'not there' : shownValue(one)}`,
    expected:
      other === undefined
        ? `no such field, as in ${file}`
        : `${shownValue(other)}, as ${file} has it`,
    hint: hintOf(own),
    sentence: sentence`the evidence is stale: ${sayDifference(field, one, other)}`,
  };
}

/** Evidence made of the recipe would not have it either. */
function droppedField(difference: Difference, own: Own): Fault {
  const file = quote(own.recipe.recipe.file);
  return {
    ...otherField(difference, own),
    hint: `AICR drops this field: correct or remove it in ${file}, or leave ${own.flag} out`,
    sentence: sentence`AICR drops ${difference.field}, which your recipe has`,
  };
}

function sayDifference(field: string, one: Data | undefined, other: Data | undefined): Sentence {
  if (other === undefined) return sentence`only its recipe has ${field}`;
  if (one === undefined) return sentence`only your recipe has ${field}`;
  return sentence`${field} is ${said(one)}, your recipe has ${said(other)}`;
}

function said(data: Data | undefined): Sentence {
  return scalarText(data) === undefined ? words(shownValue(data)) : sentence`${shownValue(data)}`;
}

/** What the recipe only names may be another file, although its recipe is the same to the letter. */
function otherFiles({ affidavit }: ReceivedPredicate, own: Own): readonly Fault[] {
  if (affidavit?.files === undefined || own.files === undefined) return [];
  const at = `${affidavit.at}/files`;
  const [bound, mine] = [byPath(affidavit.files), byPath(own.files)];
  const paths = [...new Set([...bound.keys(), ...mine.keys()])];
  const differing = paths.filter((path) => bound.get(path) !== mine.get(path));
  const faults = differing.map((path) => () => ({
    code: 'RECIPE_OTHER' as const,
    at,
    found: `${quote(path)}: ${bound.get(path) ?? 'not bound'}`,
    expected: `${mine.get(path) ?? 'no such file'} in ${quote(own.recipe.recipe.file)}`,
    hint: hintOf(own),
    sentence: sentence`the evidence is stale: ${path} is another file in your recipes`,
  }));
  return fewOf(faults, at, 'files', own);
}

function comparedFiles({ affidavit }: ReceivedPredicate, { files }: Own): number | undefined {
  return files && affidavit?.files?.length;
}

function byPath(files: readonly NamedFile[]): ReadonlyMap<string, string> {
  return new Map(files.map(({ path, digest }) => [path, digest]));
}

function notBound({ at, affidavit }: ReceivedPredicate, { files }: Own): readonly Finding[] {
  if (affidavit?.files !== undefined || files === undefined || files.length === 0) return [];
  const hint = 'compare these files yourself, or have evidence made with affidavit validate --data';
  const expected = `the digests of ${files.length} files that the recipe only names`;
  const place = { code: 'FILES_NOT_BOUND', at: affidavit?.at ?? at, hint } as const;
  return [faultAt(place, 'no files', expected)];
}

/** In the digest are also the apiVersion and most of the metadata. */
function otherDigest(recipe: ReadRecipe, { recipe: own, isSameDigest }: Own): readonly Finding[] {
  if (isSameDigest) return [];
  return [
    {
      code: 'RECIPE_DIGEST_OTHER',
      at: RECIPE_FILE,
      found: `${hexOf(digestOf(recipe.canonical('v3')))}, though the recipe means the same`,
      expected: `${hexOf(own.digest)}, of ${quote(own.recipe.file)}`,
      hint: "AICR's gate goes by this digest: where it is used, have evidence made of your recipe",
    },
  ];
}
