// The records of a pax extended header: POSIX.1-2017 pax §"pax Extended Header".
import { quote } from '../quote.ts';
import { unsafe } from './refusals.ts';

/**
 * What a record may say: times, owners and attributes, which nobody here reads. Everything else is
 * refused, because `path`, `size`, `linkpath`, `hdrcharset`, `GNU.sparse.*` or `SCHILY.realsize` would
 * make of the entry something else than its header says, and tar programs differ in which they obey.
 */
const HARMLESS =
  /^(?:[acm]time|[ug]id|[ug]name|comment|LIBARCHIVE\.(?:creationtime|xattr\..+)|SCHILY\.(?:dev|ino|nlink|fflags|xattr\..+|acl\.(?:access|default|ace))|RHT\.security\.selinux)$/;

const EXPECTED = 'pax records of times, owners and attributes only';

const SPACE = 0x20;
const NEWLINE = 0x0a;
const EQUALS = 0x3d;

/** Refuses an extended header that says anything about its entry that matters. */
export function requireHarmlessPax(records: Uint8Array, at: string): void {
  let rest = records;
  while (rest.length > 0) {
    const length = recordLength(rest);
    const record = rest.subarray(0, length);
    const start = rest.indexOf(SPACE) + 1;
    const end = record.indexOf(EQUALS);
    if (length > rest.length || end <= start || record.at(-1) !== NEWLINE) {
      throw unsafe(at, 'a pax record that is not "LENGTH KEY=VALUE"', EXPECTED);
    }
    const key = Buffer.from(record.subarray(start, end)).toString('latin1');
    if (!HARMLESS.test(key)) throw unsafe(at, `the pax record ${quote(key)}`, EXPECTED);
    rest = rest.subarray(length);
  }
}

/** The length that a record begins with, in decimal digits; NaN if it does not. */
function recordLength(rest: Uint8Array): number {
  const digits = Buffer.from(rest.subarray(0, rest.indexOf(SPACE))).toString('latin1');
  return /^[1-9][0-9]{0,9}$/.test(digits) ? Number(digits) : Number.NaN;
}
