// An ECDSA signature (r, s) verifies as (r, n - s) too. Who has one can make the other, without the key.
import { TAG, childrenOf, parseDer, type Der } from '../../src/der/read-der.ts';
import * as der from '../../src/der/write-der.ts';

/** The order of P-256 (FIPS 186-5, SP 800-186 §3.2.1.3). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

const PLACE = {
  code: 'DOCUMENT_INVALID',
  at: 'signature',
  hint: 'give an ECDSA signature',
} as const;

/** The mirrored form of a P-256 signature in DER and base64. */
export function mirrored(base64: string): string {
  return mirroredBytes(Buffer.from(base64, 'base64')).toString('base64');
}

function mirroredBytes(signature: Buffer): Buffer {
  const [r, s] = childrenOf(parseDer(signature, PLACE), TAG.sequence);
  if (r === undefined || s === undefined) throw new TypeError('no ECDSA signature');
  return der.sequence(r.raw, der.integer(ORDER - BigInt(`0x${s.contents.toString('hex')}`)));
}

/** A checkpoint with the mirrored form of its one signature, which four bytes of the key's id precede. */
export function mirroredNote(note: string): string {
  return note.replace(/(\S+)\n$/, (_, text: string) => {
    const bytes = Buffer.from(text, 'base64');
    const signature = mirroredBytes(bytes.subarray(4));
    return `${Buffer.concat([bytes.subarray(0, 4), signature]).toString('base64')}\n`;
  });
}

/** A timestamp with the mirrored form of its signature, which is the last of its values. */
export function mirroredStamp(base64: string): string {
  const token = parseDer(Buffer.from(base64, 'base64'), PLACE);
  return withLastMirrored(token).toString('base64');
}

function withLastMirrored({ tag, contents, place }: Der): Buffer {
  if (tag === TAG.octetString) return der.octetString(mirroredBytes(contents));
  const values = childrenOf({ tag, contents, raw: contents, place }, tag);
  const last = values.at(-1);
  if (last === undefined) throw new TypeError('no signature at the end');
  const others = values.slice(0, -1).map(({ raw }) => raw);
  const changed = der.sequence(...others, withLastMirrored(last));
  return Buffer.concat([Buffer.of(tag), changed.subarray(1)]);
}
