import { randomBytes } from 'node:crypto';

import { EvidenceError } from '../../errors/evidence-error.ts';
import { parseOpenings, refuseOpenings, type Openings } from '../../evidence/redact/openings.ts';
import { readPrivate, renamePrivate, writePrivate } from '../../io/disk/private-file.ts';
import { say } from '../../io/disk/talk.ts';
import { MAX_OPENINGS_BYTES } from '../../limits.ts';
import { escapeInvisible } from '../../quote.ts';
import { commandLine } from '../../shell-words.ts';
import type { Call } from '../call/command.ts';

/** Undefined if nothing is there. Throws OPENINGS_INVALID, FILE_UNREADABLE. */
export function readOpenings(path: string): Openings | undefined {
  const bytes = readPrivate(path, MAX_OPENINGS_BYTES, refuseOpenings);
  return bytes && parseOpenings(bytes, escapeInvisible(path));
}

/** What `--openings` names: the secret, and where the openings of the packed evidence go. */
export interface OpeningsFile {
  readonly secret: Uint8Array;
  /** Those of another bundle stay until it is replaced. Throws OUTPUT_EXISTS, FILE_UNWRITABLE. */
  readonly keep: (openings: Uint8Array) => void;
  /** In the turn in which the bundle gets its name. Throws FILE_UNWRITABLE. */
  readonly replace: () => void;
  /** Says where they are, also those of a bundle that was not written. */
  readonly sayEnd: () => void;
}

/** Undefined if `--openings` is not given. */
export function openingsFile({ options }: Call): OpeningsFile | undefined {
  const path = options.text('openings');
  if (path === undefined) return undefined;
  const found = readOpenings(path);
  let beside: string | undefined;
  let isWritten = false;
  return {
    secret: found?.secret ?? randomBytes(32),
    keep: (openings) => {
      const made = found && parseOpenings(openings, path).redaction;
      const isOther = made !== found?.redaction;
      if (isOther && !options.has('force')) throw ofOther(path);
      // Named by their bundle: those of no other one are there.
      if (isOther) beside = `${path}.${made?.slice(-64, -52)}`;
      writePrivate(beside ?? path, openings);
    },
    replace: () => {
      if (beside !== undefined) renamePrivate(beside, path);
      beside = undefined;
      isWritten = true;
    },
    sayEnd: () => {
      if (beside !== undefined) sayOf(`${commandLine([beside])}, of the bundle that was packed`);
      if (!isWritten) return;
      sayOf(`${commandLine([path])}, keep it secret: it shows everything that is withheld`);
      if (found !== undefined) {
        sayOf('its secret was used before: bundles of the same files can be linked');
      }
    },
  };
}

function sayOf(words: string): void {
  say(`openings: ${words}\n`);
}

function ofOther(path: string): EvidenceError {
  return new EvidenceError('OUTPUT_EXISTS', {
    at: escapeInvisible(path),
    found: 'the openings of another bundle',
    expected: 'a path that is free, or openings of the same bundle',
    hint: 'name another file, or add --force to replace them: their secret stays in use',
  });
}
