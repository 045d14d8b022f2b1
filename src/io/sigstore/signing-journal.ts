import { X509Certificate } from 'node:crypto';
import { rmSync } from 'node:fs';

import { unlessRefused } from '../../errors/evidence-error.ts';
import { MAX_REQUEST_BYTES } from '../../limits.ts';
import { escapeInvisible } from '../../quote.ts';
import {
  encodeSigningState,
  parseSigningState,
  refuseState,
  type SigningState,
} from '../../sign/signing-state.ts';
import { readPrivate, writePrivate } from '../disk/private-file.ts';

/** What a signing left that can go on. */
export interface LeftSigning {
  readonly path: string;
  /** The end of its certificate. */
  readonly until: Date;
}

/** Where a signing that is interrupted leaves what it has. */
export interface SigningJournal {
  /** Of an earlier signing, interrupted or not. */
  readonly found: SigningState | undefined;
  /** In one turn of the event loop: an interrupted program has no other one. */
  readonly keep: (state: SigningState) => void;
  /** When what was kept is of no use; once the archive is written, what was found neither. What another signing kept since then stays. */
  readonly remove: (isWritten: boolean) => void;
  /** What is there of this signing; undefined too if it is of no use any more, or another signing replaced or removed it. */
  readonly left: () => LeftSigning | undefined;
}

/** Beside the archive that is to be written. */
export function signingStatePath(out: string): string {
  return `${out}.signing.json`;
}

/**
 * @throws EvidenceError SIGNING_STATE_INVALID for a file that is not ours, FILE_UNREADABLE; its `keep`:
 *   FILE_UNWRITABLE
 */
export function openSigningJournal(out: string): SigningJournal {
  const path = signingStatePath(out);
  const found = readOwn(path);
  let kept: SigningState | undefined;
  return {
    found,
    keep: (state) => {
      writePrivate(path, encodeSigningState(state));
      kept = state;
    },
    remove: (isWritten) => {
      const state = kept ?? (isWritten ? found : undefined);
      if (state !== undefined && isOf(path, state)) rmSync(path, { force: true });
      kept = undefined;
    },
    left: () => {
      if (kept === undefined || !isOf(path, kept)) return undefined;
      const until = new X509Certificate(kept.envelope.verifier.der).validToDate;
      return until > new Date() ? { path, until } : undefined;
    },
  };
}

/** Whether the file is of the same signing: another one to the same archive may run at once. */
function isOf(path: string, { envelope }: SigningState): boolean {
  return unlessRefused(() => readOwn(path))?.envelope.signature.equals(envelope.signature) === true;
}

function readOwn(path: string): SigningState | undefined {
  const bytes = readPrivate(path, MAX_REQUEST_BYTES, refuseState);
  return bytes && parseSigningState(bytes, escapeInvisible(path));
}
