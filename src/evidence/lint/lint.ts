// Everything that is wrong with recipes, each thing with its place in the text.

import { compareBytes } from '../../compare-bytes.ts';
import { decodeUtf8, type Spot } from '../../document/text.ts';
import { locateIn, type Locate } from '../../document/yaml-places.ts';
import { ERROR_CATALOGUE } from '../../errors/catalogue.ts';
import { faultKey, orIfRefused, type Fault } from '../../errors/evidence-error.ts';
import { fileName } from '../resolve/catalogue.ts';
import type { RecipeFiles } from '../resolve/recipe-files.ts';
import { lintFile, pathFor, type NamedFile } from './lint-file.ts';
import { lintTree } from './lint-tree.ts';

export interface LintFinding extends Fault, Spot {
  readonly severity: 'error' | 'warning';
  readonly file: string;
  /** The JSON pointer in the file; "" is all of it. */
  readonly pointer: string;
}

/** What is linted. */
export interface LintInput {
  readonly files: readonly NamedFile[];
  readonly directories: readonly RecipeFiles[];
  /** The recipes that they are laid over: a file of them with the same path is replaced. */
  readonly data?: RecipeFiles | undefined;
}

/** Sorted by file, line and column. Of `data` only that is told which is not so without the others. */
export function lint({ files, directories, data }: LintInput): readonly LintFinding[] {
  const found =
    data === undefined
      ? [...directories.flatMap(lintDirectory), ...files.flatMap(lintAlone)]
      : [
          ...directories.flatMap((each) => lintLaid(filesOf(each), data)),
          ...lintLaid(partsFor(files, data), data),
        ];
  const known = new Map(found.map((each) => [faultKey(each), each]));
  return [...known.values()].toSorted(compareFindings);
}

/** A file, and its place in a directory of recipes; undefined if it has none. */
type Laid = NamedFile & { readonly path: string | undefined };

function lintDirectory(recipes: RecipeFiles): readonly LintFinding[] {
  return locatedIn(recipes, lintTree(recipes).faults);
}

/** Faults of recipes with their places in the text of the files. */
export function locatedIn(recipes: RecipeFiles, faults: readonly Fault[]): readonly LintFinding[] {
  return located(faults, filesOf(recipes), recipes.directory);
}

function lintAlone(file: NamedFile): readonly LintFinding[] {
  return located(lintFile(file), [file], file.file);
}

function filesOf(recipes: RecipeFiles): readonly Laid[] {
  return [...recipes.files].map(([path, bytes]) => ({
    path,
    bytes,
    file: fileName(recipes, path),
  }));
}

function partsFor(files: readonly NamedFile[], { files: there }: RecipeFiles): readonly Laid[] {
  return files.map((each) => ({ ...each, path: pathFor(each, there.keys()) }));
}

function lintLaid(laid: readonly Laid[], data: RecipeFiles): readonly LintFinding[] {
  if (laid.length === 0) return [];
  const parts = laid.flatMap(({ path, bytes }) =>
    path === undefined ? [] : [[path, bytes] as const],
  );
  const recipes = { ...data, files: new Map([...data.files, ...parts]) };
  const tree = lintTree(recipes);
  const names = new Map(laid.map(({ path = '', file }) => [fileName(data, path), file]));
  const before = new Set(lintTree(data).faults.map(faultKey));
  const inTree = locatedIn(recipes, tree.faults).flatMap((each): readonly LintFinding[] => {
    const file = names.get(each.file);
    if (file === undefined) return before.has(faultKey(each)) ? [] : [each];
    return [{ ...each, file, at: `${file}${each.pointer === '' ? '' : `#${each.pointer}`}` }];
  });
  const alone = laid.filter(({ path }) => path === undefined);
  return [...inTree, ...alone.flatMap((each) => located(lintFile(each, tree), [each], each.file))];
}

/** Codes that are about a key, not about its value. */
const OF_KEY: ReadonlySet<string> = new Set([
  'DOCUMENT_DUPLICATE_KEY',
  'FIELD_UNKNOWN',
  'FIELD_DROPPED',
  'RULES_TOO_OLD',
]);

/**
 * Each file with a finding is read once more for its places.
 *
 * @param whole the place of what is in no file
 */
export function located(
  faults: readonly Fault[],
  files: readonly NamedFile[],
  whole: string,
): readonly LintFinding[] {
  const sources = new Map(files.map(({ file, bytes }) => [file, bytes]));
  const locates = new Map<string, Locate>();
  return faults.map((fault): LintFinding => {
    const [file, pointer] = placeOf(fault.at ?? whole, sources);
    const bytes = sources.get(file);
    const locate =
      locates.get(file) ?? (bytes && locator(bytes)) ?? (() => ({ line: 1, column: 1 }));
    locates.set(file, locate);
    const severity = ERROR_CATALOGUE[fault.code][0] === 'finding' ? 'warning' : 'error';
    const spot = locate(pointer, { isKey: OF_KEY.has(fault.code) });
    return { ...fault, ...spot, severity, file, pointer };
  });
}

/** The line of a value in a document, or of the deepest part of its JSON pointer that is there. */
export function lineIn(bytes: Uint8Array, pointer: string): number {
  return locator(bytes)?.(pointer).line ?? 1;
}

function locator(bytes: Uint8Array): Locate | undefined {
  return orIfRefused(
    () => locateIn(decodeUtf8(bytes, '')),
    () => undefined,
  );
}

/** The names of files may have a `#` too. */
function placeOf(at: string, sources: ReadonlyMap<string, unknown>): readonly [string, string] {
  for (let end = at.indexOf('#'); end !== -1; end = at.indexOf('#', end + 1)) {
    if (sources.has(at.slice(0, end))) return [at.slice(0, end), at.slice(end + 1)];
  }
  return [at, ''];
}

function compareFindings(a: LintFinding, b: LintFinding): number {
  return (
    compareBytes(a.file, b.file) ||
    a.line - b.line ||
    a.column - b.column ||
    compareBytes(a.code, b.code) ||
    compareBytes(a.found, b.found)
  );
}
