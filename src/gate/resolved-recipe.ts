// What a recipe resolves to, and where that differs between two trees.

import { compareBytes } from '../compare-bytes.ts';
import { booleanOf, textOf, type Data } from '../document/data.ts';
import type { Difference } from '../document/differences.ts';
import { encodeCompactJson } from '../document/json.ts';
import { decodeYaml } from '../document/yaml.ts';
import { faultOf, orIfRefused, type Fault } from '../errors/evidence-error.ts';
import { recipeDifferences, shownValue } from '../evidence/recipe/compare-recipes.ts';
import type { Catalogue } from '../evidence/resolve/catalogue.ts';
import { namedPaths } from '../evidence/resolve/named-files.ts';
import { namedFile } from '../evidence/resolve/recipe-files.ts';
import { recipeText } from '../evidence/resolve/recipe-text.ts';
import { refuseWhereSet, resolve, type Resolution } from '../evidence/resolve/resolve.ts';
import { isSameFile } from './recipe-inputs.ts';
import type { TreeRecipe } from './recipes.ts';

export interface ResolvedRecipe {
  readonly resolution: Resolution;
  /** As `recipe resolve` prints it. */
  readonly text: string;
  /** What it names, and the usual values of its components. */
  readonly files: ReadonlyMap<string, Uint8Array | undefined>;
  /** Health checks of the registry that are not in the text. */
  readonly checks: ReadonlyMap<string, Uint8Array | undefined>;
  /** RECIPE_FILE_MISSING: a health check that is not read. */
  readonly fault?: Fault | undefined;
}

/** The first ones, and how many more there are. */
export interface Capped<T> {
  readonly items: readonly T[];
  readonly more: number;
}

export interface FieldChange {
  /** E.g. `componentRefs[gpu-operator].version`; foreign names are in it. */
  readonly field: string;
  /** As a person reads it; undefined where the field is not there. */
  readonly base: string | undefined;
  readonly head: string | undefined;
}

export interface FileChange {
  /** In the directory of recipes. */
  readonly path: string;
  readonly change: 'added' | 'removed' | 'changed';
}

export interface RecipeDifference {
  readonly fields: Capped<FieldChange>;
  readonly files: Capped<FileChange>;
}

/** How many changes of a recipe are told one by one. */
const MOST_TOLD = 20;

export const NO_CHANGE: RecipeDifference = {
  fields: { items: [], more: 0 },
  files: { items: [], more: 0 },
};

/**
 * Throws what `resolve` throws, and RECIPE_FILE_MISSING for what the recipe itself names.
 *
 * @param alike what it is in another tree, if it can differ in the contents of files alone
 */
export function resolveRecipe(
  catalogue: Catalogue,
  { criteria, profile }: TreeRecipe,
  alike?: ResolvedRecipe,
): ResolvedRecipe {
  const { recipes } = catalogue;
  const resolution = alike?.resolution ?? resolve(catalogue, criteria, { profile });
  const paths = orIfRefused(
    () => namedPaths(resolution.components, recipes, ''),
    (error) => refuseWhereSet(error, resolution),
  );
  let fault: Fault | undefined;
  const checks = resolution.components.flatMap((component) => {
    const { assertFile: file = '', at } = catalogue.registry.get(textOf(component, 'name')) ?? {};
    if (file === '' || textOf(component, 'healthCheckAsserts') !== '') return [];
    const isSkipped = booleanOf(component.get('healthCheckSkip')) === true;
    // What is in it nobody can say, but whether base had the same.
    if (!isSkipped) {
      orIfRefused(
        () => namedFile(recipes, file, `${at}/healthCheck/assertFile`),
        (error) => (fault ??= faultOf(error)),
      );
    }
    return [file];
  });
  const read = (all: readonly string[]) =>
    new Map(all.map((path) => [path, recipes.files.get(path) ?? recipes.unread?.get(path)]));
  const text = alike?.text ?? recipeText(resolution);
  return { resolution, text, files: read(paths), checks: read(checks), fault };
}

/** What evidence can have been made with other ones of, and not say so. */
export interface Otherwise {
  /** What it names. Evidence of AICR itself does not bind it. */
  readonly files: boolean;
  /** No evidence binds them. */
  readonly checks: boolean;
  /** Other numbers of nodes for which the recipe is another one: evidence is of one number. */
  readonly nodes: readonly number[];
}

/** @param before undefined if nobody knows what it was */
export function otherwiseIn(
  before: ResolvedRecipe | undefined,
  after: ResolvedRecipe,
): Omit<Otherwise, 'nodes'> {
  return {
    files: isOtherwise(before?.files, after.files),
    checks: isOtherwise(before?.checks, after.checks),
  };
}

function isOtherwise(
  before: ResolvedRecipe['files'] = new Map(),
  after: ResolvedRecipe['files'],
): boolean {
  return [...before, ...after].some(([path]) => !isSameFile(before.get(path), after.get(path)));
}

/** With all that differs, and nothing cut off: a text for each. */
export type ExactDifference = RecipeDifference & { readonly exact: readonly string[] };

export function compareResolved(before: ResolvedRecipe, after: ResolvedRecipe): ExactDifference {
  const fields =
    before.text === after.text ? [] : recipeDifferences(dataOf(before.text), dataOf(after.text));
  const files = fileChanges(before, after);
  const exact = [
    ...fields.map(({ field, one, other }) => [field, exactly(one), exactly(other)].join('\0')),
    ...files.map((file) => JSON.stringify(file)),
  ];
  return { fields: capped(fields.map(fieldChange)), files: capped(files), exact };
}

function exactly(value: Data | undefined): string {
  return value === undefined ? 'nothing' : encodeCompactJson(value);
}

function fieldChange({ field, one, other }: Difference): FieldChange {
  return {
    field,
    base: one === undefined ? undefined : shownValue(one),
    head: other === undefined ? undefined : shownValue(other),
  };
}

function dataOf(text: string): Data {
  return decodeYaml(Buffer.from(text), 'recipe.yaml');
}

function fileChanges(before: ResolvedRecipe, after: ResolvedRecipe): readonly FileChange[] {
  const old = new Map([...before.files, ...before.checks]);
  const files = new Map([...after.files, ...after.checks]);
  const paths = [...new Set([...old.keys(), ...files.keys()])].toSorted(compareBytes);
  const changed = paths.filter((path) => !isSameFile(old.get(path), files.get(path)));
  return changed.map((path) => ({
    path,
    change: !old.has(path) ? 'added' : files.has(path) ? 'changed' : 'removed',
  }));
}

/** @param beyond how many there are that nobody has told */
export function capped<T>(items: readonly T[], most = MOST_TOLD, beyond = 0): Capped<T> {
  return { items: items.slice(0, most), more: Math.max(items.length - most, 0) + beyond };
}
