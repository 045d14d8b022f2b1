// What a report tells of the change beside the recipes, how much of it, and on which lines.

import { decodeYaml } from '../document/yaml.ts';
import { unlessRefused } from '../errors/evidence-error.ts';
import { lineIn } from '../evidence/lint/lint.ts';
import type { RecipeFiles } from '../evidence/resolve/recipe-files.ts';
import { quote } from '../quote.ts';
import { sentence, type Sentence } from '../sentence.ts';
import type { ChangedRecipes } from './changed-recipes.ts';
import type { GateJson, GateRecipe, PlacedFault } from './gate-json.ts';
import type { ComparedPointers } from './pointers.ts';
import type { TreeRecipe } from './recipes.ts';
import { capped } from './resolved-recipe.ts';

/** Of each list so many are told one by one, in every format. */
export const MOST_LISTED = 200;

export function told(
  allFaults: readonly PlacedFault[],
  pointers: ComparedPointers,
  allFindings: readonly PlacedFault[],
): Pick<GateJson, 'faults' | 'pointers' | 'findings' | 'more'> {
  // A broken contract is told by the pointers, and by the recipe.
  const once = new Map(
    allFindings.map((each) => [JSON.stringify([each.code, each.file, each.at, each.found]), each]),
  );
  const [faults, findings] = [
    capped(allFaults, MOST_LISTED),
    capped([...once.values()], MOST_LISTED),
  ];
  const [breaches, removed, orphans] = [
    capped(pointers.breaches, MOST_LISTED),
    capped(pointers.removed, MOST_LISTED),
    capped(pointers.orphans, MOST_LISTED),
  ];
  return {
    faults: faults.items,
    pointers: {
      breaches: breaches.items,
      removed: removed.items,
      orphans: orphans.items.map(({ path, bytes }) => ({ path, line: lineIn(bytes, '/recipe') })),
    },
    findings: findings.items,
    more: {
      ...{ faults: faults.more, breaches: breaches.more, removed: removed.more },
      ...{ orphans: orphans.more, findings: findings.more },
    },
  };
}

/** What fails among older pointers is for a person to know. */
export function oldFailures({ evidence }: GateRecipe): readonly PlacedFault[] {
  return evidence.flatMap(({ change, fault, pointer: { path, ...place } }) =>
    change !== 'same' || fault === undefined ? [] : [{ ...fault, file: path, ...place }],
  );
}

/** An exemption is for what nobody has, so a person has to know if the change took it away. */
export function removedButExempt(
  { name, state }: GateRecipe,
  { touched }: ComparedPointers,
): readonly PlacedFault[] {
  const own = state === 'exempt' ? (touched.get(name) ?? []) : [];
  const removed = own.filter(({ change, isMoved }) => change === 'removed' && !isMoved);
  return removed.map(({ path }) => ({
    ...({ code: 'EVIDENCE_REMOVED', at: path } as const),
    found: 'no such pointer at head',
    expected: 'the pointer, which base has',
    hint: 'put it back, or decide that it may go: the exemption lets the change merge without it',
    sentence: sentence`the change removes ${path}, and ${name} is exempt`,
  }));
}

/** Nothing is asked of what is gone, so a person has to know. */
export function removedWithEvidence(
  { recipes, files }: ChangedRecipes,
  pointed: ReadonlySet<string>,
): readonly PlacedFault[] {
  const gone = recipes.filter(
    ({ recipe, status }) => status === 'removed' && pointed.has(recipe.name),
  );
  return gone.map(({ recipe }) => ({
    ...({ code: 'RECIPE_REMOVED', at: recipe.file } as const),
    ...fileOf(files, recipe),
    found: `no recipe ${quote(recipe.name)} at head`,
    expected: 'the recipe, which has evidence at base',
    hint: 'put it back, or decide that it may go; its pointers lead to evidence of no recipe then',
    sentence: sentence`the change removes ${recipe.name}, which has evidence${criteriaNow(files, recipe)}`,
  }));
}

/** What its file is for, if it is still there. */
function criteriaNow(head: ChangedRecipes['files'], recipe: TreeRecipe): Sentence {
  const bytes = head?.files.get(pathIn(head, recipe));
  const root = bytes && unlessRefused(() => decodeYaml(bytes, recipe.file));
  const criteria = fieldOf(fieldOf(root, 'spec'), 'criteria');
  if (!(criteria instanceof Map)) return [];
  const texts = [...criteria].flatMap(([name, value]: [unknown, unknown]) =>
    typeof name === 'string' && typeof value === 'string' ? [`${name}: ${value}`] : [],
  );
  return sentence`: its file is for ${texts.join(', ')} now`;
}

function fieldOf(value: unknown, name: string): unknown {
  return value instanceof Map ? value.get(name) : undefined;
}

/** Nobody compares them, so a person has to look. */
export function filesApart(
  { apart, files }: ChangedRecipes,
  recipes: string,
): readonly PlacedFault[] {
  const folder = recipes === '' ? '' : `${recipes}/`;
  return apart.map((place) => {
    const [path = '', pointer = ''] = place.split('#', 2);
    return {
      ...({ code: 'RECIPE_FILE_APART', at: `${folder}${place}` } as const),
      ...lineAt(files, path, pointer).map((line) => ({ file: `${folder}${path}`, line }))[0],
      found: `another ${pointer === '' ? 'file' : 'value'} than at base, of which no recipe is made`,
      expected: 'a change of recipes, which the gate compares',
      hint: 'look at it by yourself: no evidence is asked for it, e.g. of other validators',
    };
  });
}

/** None where head has no such file. */
function lineAt(head: ChangedRecipes['files'], path: string, pointer: string): readonly number[] {
  const bytes = head?.files.get(path);
  if (bytes !== undefined && pointer !== '') return [lineIn(bytes, pointer)];
  return bytes !== undefined || head?.unread?.has(path) === true ? [1] : [];
}

/** Without any, nothing is protected, which may be a slip in the name of the directory. */
export function withoutPointers(
  { pointed }: ComparedPointers,
  { evidence }: { readonly evidence: string },
): readonly PlacedFault[] {
  if (pointed.size > 0) return [];
  return [
    {
      ...({ code: 'POINTERS_NONE', at: '--evidence-dir' } as const),
      found: `no pointer in ${quote(evidence)}, at base or head`,
      expected: 'the directory of evidence, with pointers once there is evidence',
      hint: 'check --evidence-dir, unless there is no evidence yet: it protects no recipe',
    },
  ];
}

/** Of what names the recipe. */
export function lineOf(
  head: ChangedRecipes['files'],
  recipe: TreeRecipe,
): { readonly line?: number } {
  const bytes = head?.files.get(pathIn(head, recipe));
  return bytes === undefined ? {} : { line: lineIn(bytes, '/spec/criteria') };
}

/** Nothing where head has no such file. */
function fileOf(
  head: ChangedRecipes['files'],
  recipe: TreeRecipe,
): Pick<PlacedFault, 'file' | 'line'> {
  const place = lineOf(head, recipe);
  return place.line === undefined ? {} : { file: recipe.file, ...place };
}

function pathIn({ directory }: RecipeFiles, { file }: TreeRecipe): string {
  return file.slice(directory.length + 1);
}
