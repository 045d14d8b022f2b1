// The pointers of a commit, and whether they are where the call says.
import { EvidenceError } from '../../errors/evidence-error.ts';
import { ALLOWLIST } from '../../gate/allowlist-file.ts';
import { isEvidenceName, type PointerFiles } from '../../gate/pointers.ts';
import { readCommitFiles } from '../../io/git/read-files.ts';
import type { Repository } from '../../io/git/repository.ts';
import { MAX_CONFIG_BYTES, MAX_RECIPES_BYTES } from '../../limits.ts';
import { quote } from '../../quote.ts';
import { commandLine } from '../../shell-words.ts';

/** As RECIPE/SOURCE/sha256-HEX.yaml in some folder. */
const SIGNED = /^(?:(.*)\/)?[^/]+\/[^/]+\/sha256-[0-9a-f]{64}\.yaml$/s;

export async function readPointers(
  repository: Repository,
  commit: string,
  folder: string,
): Promise<PointerFiles> {
  const tree = await repository.listTree(commit, folder);
  // What is no file may stand in the place of a folder with pointers.
  const entries = (tree?.entries ?? []).filter(
    ({ kind, path }) => kind !== 'file' || isEvidenceName(path),
  );
  const limits = { each: MAX_CONFIG_BYTES, all: MAX_RECIPES_BYTES, what: 'a pointer' };
  return await readCommitFiles(repository, { commit, folder }, entries, limits);
}

/**
 * Nothing is asked of recipes without pointers, so a folder that is not theirs is never a pass. Only a repository before
 * its first evidence has none.
 *
 * @param isNamed whether the call names the folder
 * @throws EvidenceError EVIDENCE_NOT_FOUND if no commit has the folder
 */
export async function requirePointers(
  repository: Repository,
  sides: ReadonlyMap<string, PointerFiles>,
  { folder, isNamed }: { readonly folder: string; readonly isNamed: boolean },
): Promise<void> {
  if (![...sides.values()].every(isEmpty)) return;
  const paths: string[] = [];
  for (const commit of sides.keys()) {
    const tree = await repository.listTree(commit, '');
    paths.push(...(tree?.entries ?? []).map(({ path }) => path));
  }
  const isThere = paths.some((path) => folder === '' || path.startsWith(`${folder}/`));
  const other = paths.find((path) => SIGNED.test(path));
  if (!isThere && (isNamed || other !== undefined)) throw notFound(folder, other);
}

function isEmpty({ files, faults }: PointerFiles): boolean {
  return faults.length === 0 && [...files.keys()].every((name) => name === ALLOWLIST);
}

/** @param other what lies elsewhere as a pointer does */
function notFound(folder: string, other: string | undefined): EvidenceError {
  const begin = 'before the first evidence, commit this folder with a file in it';
  const where = other === undefined ? 'FOLDER' : (SIGNED.exec(other)?.[1] ?? '.');
  const more = other === undefined ? '' : `; but ${quote(other)} lies as a pointer does`;
  return new EvidenceError('EVIDENCE_NOT_FOUND', {
    at: '--evidence-dir',
    found: `no pointer below ${quote(folder)}, neither at base nor at head${more}`,
    expected: 'the folder of the pointers, from the root of the repository',
    hint: `name it: ${commandLine(['--evidence-dir', where])}; ${begin}`,
  });
}
