import { existsSync } from 'node:fs';
import { resolve, sep } from 'node:path';

import { EvidenceError } from '../errors.ts';
import { quote } from '../quote.ts';
import { STDIN } from './files.ts';

/** What a command reads, as the user named it. */
export interface Inputs {
  /** Files and directories; `-` is standard input. In a directory a new file harms nobody, e.g. with `--results .`. */
  readonly open: readonly string[];
  /** A bundle, if one is read: inside of it also a new file is a file too many. */
  readonly bundle?: string;
}

/** An output must not be written over what is read. Throws USAGE, with the flag that names the output. */
export function requireHarmless(flag: string, path: string, { open, bundle }: Inputs): void {
  const files = open.filter((input) => input !== STDIN);
  const spoilt =
    bundle !== undefined && isWithin(path, bundle)
      ? bundle
      : files.find((input) => spoils(path, input));
  if (spoilt !== undefined) throw wouldReplace(flag, path, `where ${quote(spoilt)} is read`);
}

export function wouldReplace(flag: string, path: string, where: string): EvidenceError {
  return new EvidenceError('USAGE', {
    at: flag,
    found: `${quote(path)}, ${where}`,
    expected: 'a path of its own',
    hint: 'name another file to write',
  });
}

function spoils(path: string, input: string): boolean {
  return resolve(path) === resolve(input) || (isWithin(path, input) && existsSync(path));
}

/** The directory itself, or anything under it. */
function isWithin(path: string, directory: string): boolean {
  return `${resolve(path)}${sep}`.startsWith(`${resolve(directory)}${sep}`);
}
