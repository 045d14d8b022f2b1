import type { Dirent } from 'node:fs';
import { join } from 'node:path';

import type { BundleFile } from '../../archive/entry.ts';
import { isBundlePath, type BundlePath } from '../../bundle-path.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { isPhase, PHASES } from '../../evidence/phase/phase.ts';
import { MAX_ENTRIES, MAX_LOG_NAME_CHARACTERS } from '../../limits.ts';
import { refusal } from '../../place.ts';
import { escapeInvisible } from '../../quote.ts';
import { hashFile } from './files.ts';
import { kindOf, listDirectory } from './open-file.ts';
import { isSystemError } from './system-error.ts';

const LIMIT = {
  most: MAX_ENTRIES,
  found: `more than ${MAX_ENTRIES} files`,
  expected: `at most ${MAX_ENTRIES} files in a bundle`,
  hint: 'pack the logs of one phase into fewer files',
};

/**
 * The logs in a directory, each `<phase>/<name>`, as files of a bundle under `logs/`; sorted.
 *
 * @throws EvidenceError LOGS_INVALID for anything else in it; FILE_UNREADABLE, FILE_CHANGED
 */
export async function logFiles(directory: string): Promise<readonly BundleFile[]> {
  const files: BundleFile[] = [];
  for (const phase of await listed(directory)) {
    const path = join(directory, phase.name);
    if (!phase.isDirectory() || !isPhase(phase.name)) {
      throw invalid(path, `a ${kindOf(phase)} of this name`, `folders named ${PHASES.join(', ')}`);
    }
    files.push(...(await phaseLogs(path, phase.name)));
  }
  return files;
}

async function phaseLogs(directory: string, phase: string): Promise<readonly BundleFile[]> {
  const files: BundleFile[] = [];
  const names = new Set<string>();
  for (const entry of await listed(directory)) {
    const path = join(directory, entry.name);
    const bundlePath = logPath(entry, path, phase);
    if (names.has(entry.name.toLowerCase())) {
      throw invalid(path, 'a name that differs from another only in its case', 'unique names');
    }
    names.add(entry.name.toLowerCase());
    files.push(await hashFile(path, bundlePath));
  }
  return files;
}

function logPath(entry: Dirent, path: string, phase: string): BundlePath {
  if (!entry.isFile()) throw invalid(path, `a ${kindOf(entry)}`, 'regular files only');
  const bundlePath = `logs/${phase}/${entry.name}`;
  if (entry.name.length <= MAX_LOG_NAME_CHARACTERS && isBundlePath(bundlePath)) return bundlePath;
  throw invalid(
    path,
    'a name that a log cannot have',
    `at most ${MAX_LOG_NAME_CHARACTERS} letters, digits, ".", "_" and "-", the first a letter or digit, the last not "."`,
  );
}

async function listed(directory: string): Promise<readonly Dirent[]> {
  try {
    return await listDirectory(directory, LIMIT);
  } catch (error) {
    if (!isNoDirectory(error)) throw error;
    throw invalid(directory, 'something that is not a folder', 'a folder with a folder per phase');
  }
}

function isNoDirectory(error: unknown): boolean {
  const cause = error instanceof EvidenceError ? error.cause : undefined;
  return isSystemError(cause) && cause.code === 'ENOTDIR';
}

function invalid(path: string, found: string, expected: string): EvidenceError {
  const hint = 'give --logs a folder with <phase>/<name> in it and nothing else';
  return refusal({ code: 'LOGS_INVALID', at: escapeInvisible(path), hint }, found, expected);
}
