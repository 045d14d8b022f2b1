import { randomBytes } from 'node:crypto';

import { EvidenceError } from '../../errors/evidence-error.ts';
import { parseOpenings, refuseOpenings, type Openings } from '../../evidence/redact/openings.ts';
import { readPrivate, writePrivate } from '../../io/disk/private-file.ts';
import { MAX_OPENINGS_BYTES } from '../../limits.ts';
import { escapeInvisible } from '../../quote.ts';
import type { Call } from '../call/command.ts';

/** Undefined if nothing is there. Throws OPENINGS_INVALID, FILE_UNREADABLE. */
export function readOpenings(path: string): Openings | undefined {
  const bytes = readPrivate(path, MAX_OPENINGS_BYTES, refuseOpenings);
  return bytes && parseOpenings(bytes, escapeInvisible(path));
}

/** What `--openings` names: the secret, and where the openings of the packed evidence go. */
export interface OpeningsFile {
  readonly secret: Uint8Array;
  /** Throws OUTPUT_EXISTS if those of another bundle are there, FILE_UNWRITABLE. */
  readonly keep: (openings: Uint8Array) => void;
}

/** Undefined if `--openings` is not given. */
export function openingsFile({ options }: Call): OpeningsFile | undefined {
  const path = options.text('openings');
  if (path === undefined) return undefined;
  const found = readOpenings(path);
  return {
    secret: found?.secret ?? randomBytes(32),
    keep: (openings) => {
      const { redaction } = parseOpenings(openings, path);
      const isOther = found !== undefined && found.redaction !== redaction;
      if (isOther && !options.has('force')) throw ofOther(path);
      writePrivate(path, openings);
    },
  };
}

function ofOther(path: string): EvidenceError {
  return new EvidenceError('OUTPUT_EXISTS', {
    at: escapeInvisible(path),
    found: 'the openings of another bundle',
    expected: 'a path that is free, or openings of the same bundle',
    hint: 'name another file, or add --force to replace them: their secret stays in use',
  });
}
