import { dirname } from 'node:path';
import { getSystemErrorMap } from 'node:util';

import { EvidenceError } from '../../errors/evidence-error.ts';
import { refusal } from '../../place.ts';
import { escapeInvisible } from '../../quote.ts';

/** What the operating system answered, e.g. ENOENT. */
export interface SystemError extends Error {
  readonly code: string;
  readonly errno: number;
  readonly syscall?: unknown;
}

export function isSystemError(error: unknown): error is SystemError {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    'errno' in error &&
    typeof error.errno === 'number' &&
    'syscall' in error
  );
}

/** FILE_UNREADABLE for what the system refused; any other error as it is. */
export function unreadable(
  error: unknown,
  path: string,
  wanted: 'file' | 'directory' = 'file',
  hint?: string,
): unknown {
  if (!isSystemError(error)) return error;
  return new EvidenceError('FILE_UNREADABLE', {
    at: escapeInvisible(path),
    found: reasonOf(error),
    expected: `a ${wanted} that can be read`,
    hint:
      wanted === 'directory' && error.code === 'ENOTDIR'
        ? 'name a directory'
        : (hint ?? readHint(error.code, path)),
    cause: error,
  });
}

/** FILE_UNWRITABLE for what the system refused; any other error as it is. */
export function unwritable(error: unknown, path: string): unknown {
  if (!isSystemError(error)) return error;
  const at = escapeInvisible(path);
  const hint = `${writeHint(error.code, path)}, then run the same command again; this file was not written`;
  const expected = 'a folder that exists, may be written to and has space';
  return refusal({ code: 'FILE_UNWRITABLE', at, hint }, reasonOf(error), expected, error);
}

/** Does something to a file that is written. Throws FILE_UNWRITABLE for what the system refuses. */
export function orUnwritable<T>(path: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw unwritable(error, path);
  }
}

const EMPTY_PATH = 'name a file: the path is empty, perhaps from a variable that is not set';
const NO_FILE = 'check the path; it is relative to the directory that you are in';

function readHint(code: string, path: string): string {
  if (path === '') return EMPTY_PATH;
  if (code === 'ENOENT' && /[*?[{]/.test(path)) return NO_PATTERN;
  return READ_HINTS[code] ?? 'check the path and its permissions';
}

const NO_PATTERN =
  'no file has this name: as INPUT of verify-evidence or evidence list a pattern stands for the files that fit it, seen from the folder that you are in; in a list (--from) and anywhere else, name each file itself';

const READ_HINTS: Readonly<Record<string, string>> = {
  ENOENT: NO_FILE,
  ENOTDIR: NO_FILE,
  EACCES: 'get the permission to read it',
  EPERM: 'get the permission to read it',
  ELOOP: 'name the file itself, not a link to it',
};

const NO_SPACE = 'free space, or choose another path';
const NO_PERMISSION = 'get the permission to write there, or choose another path';

/** What helps, by the system's name of the error. */
const WRITE_HINTS: Readonly<Record<string, string>> = {
  ENOTDIR: 'choose another path: a part of this one is a file, and no folder',
  ENOSPC: NO_SPACE,
  EDQUOT: NO_SPACE,
  EFBIG: NO_SPACE,
  EACCES: NO_PERMISSION,
  EPERM: NO_PERMISSION,
  EROFS: NO_PERMISSION,
};

function writeHint(code: string, path: string): string {
  if (path === '') return EMPTY_PATH;
  const make = `make the folder ${escapeInvisible(dirname(path))}, or choose another path`;
  return code === 'ENOENT' ? make : (WRITE_HINTS[code] ?? 'choose another path');
}

/** In the system's words, e.g. `no such file or directory`. */
function reasonOf({ code, errno }: SystemError): string {
  return getSystemErrorMap().get(errno)?.[1] ?? code;
}
