import { refuse, type Place } from '../place.ts';
import { quote } from '../quote.ts';
import { decodeBase64 } from './base64.ts';

/** A log's signed tree head: https://github.com/C2SP/C2SP/blob/main/tlog-checkpoint.md */
export interface Checkpoint {
  /** The log's name, for Rekor v1 followed by ` - ` and the tree's number. */
  readonly origin: string;
  /** Decimal digits, as signed. */
  readonly treeSize: string;
  readonly rootHash: Buffer;
  readonly signatures: readonly CheckpointSignature[];
  /** What they sign: the text to the last line break before the blank line. */
  readonly signed: Buffer;
}

export interface CheckpointSignature {
  readonly name: string;
  /** The first four bytes of the key's id. */
  readonly keyHint: Buffer;
  readonly signature: Buffer;
}

const HASH_BYTES = 32;
/** Of a key's id, in a signature line. */
export const KEY_HINT_BYTES = 4;
const TREE_SIZE = /^[1-9]\d{0,18}$/;
/** https://github.com/C2SP/C2SP/blob/main/signed-note.md: a name has no blank of Unicode and no plus. */
const SIGNATURE_LINE = /^\u2014 ([^\p{White_Space}+]+) (\S+)$/u;

/**
 * Reads a checkpoint to its last byte. `@sigstore/verify` looks for signature lines anywhere in the text
 * and skips the rest, so there could be text between them that nobody signed.
 */
export function parseCheckpoint(text: string, place: Place): Checkpoint {
  const end = text.indexOf('\n\n');
  if (end < 0) refuse(place, 'no blank line', 'a note, a blank line and signatures');
  const [origin = '', treeSize = '', root = ''] = text.slice(0, end).split('\n');
  if (origin === '') refuse(place, 'a checkpoint without an origin', 'the name of the log');
  if (!TREE_SIZE.test(treeSize)) refuse(place, `the tree size ${quote(treeSize)}`, 'a number');
  const rootHash = decodeBase64(root, place);
  if (rootHash.length !== HASH_BYTES) {
    refuse(place, `a root hash of ${rootHash.length} bytes`, `${HASH_BYTES} bytes`);
  }
  return {
    origin,
    treeSize,
    rootHash,
    signatures: parseSignatures(text.slice(end + 2), place),
    signed: Buffer.from(text.slice(0, end + 1), 'utf8'),
  };
}

function parseSignatures(text: string, place: Place): readonly CheckpointSignature[] {
  if (!text.endsWith('\n')) refuse(place, 'no signature, or half a line', 'whole signature lines');
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => {
      const [, name, base64] = SIGNATURE_LINE.exec(line) ?? [];
      if (name === undefined || base64 === undefined) {
        return refuse(place, `the line ${quote(line)}`, 'a dash, a name and a signature');
      }
      const bytes = decodeBase64(base64, place);
      if (bytes.length <= KEY_HINT_BYTES) {
        refuse(place, `a signature line of ${bytes.length} bytes`, 'four bytes and a signature');
      }
      return {
        name,
        keyHint: bytes.subarray(0, KEY_HINT_BYTES),
        signature: bytes.subarray(KEY_HINT_BYTES),
      };
    });
}
