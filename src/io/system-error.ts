import { getSystemErrorMap } from 'node:util';

import { EvidenceError } from '../errors.ts';
import { escapeInvisible } from '../quote.ts';

/** What the operating system answered, e.g. ENOENT. */
export interface SystemError extends Error {
  readonly code: string;
  readonly errno: number;
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
export function unreadable(error: unknown, path: string): unknown {
  if (!isSystemError(error)) return error;
  return new EvidenceError('FILE_UNREADABLE', {
    at: escapeInvisible(path),
    found: reasonOf(error),
    expected: 'a file that can be read',
    hint: 'check the path and its permissions',
    cause: error,
  });
}

/** FILE_UNWRITABLE for what the system refused; any other error as it is. */
export function unwritable(error: unknown, path: string): unknown {
  if (!isSystemError(error)) return error;
  return new EvidenceError('FILE_UNWRITABLE', {
    at: escapeInvisible(path),
    found: reasonOf(error),
    expected: 'a folder that exists, may be written to and has space',
    hint: 'free space or choose another path, then run the same command again; nothing was written',
    cause: error,
  });
}

/** In the system's words, e.g. `no such file or directory`. */
function reasonOf({ code, errno }: SystemError): string {
  return getSystemErrorMap().get(errno)?.[1] ?? code;
}
