// The records of a pax extended header: POSIX.1-2017 pax §"pax Extended Header".
import { quote } from '../quote.ts';
import { unsafe } from './refusals.ts';

type Test = (value: string) => boolean;

/** A record's key and value. */
type Rule = readonly [key: RegExp, value: Test];

/** A decimal number, not negative, of at most this size. */
const upTo =
  (most: bigint): Test =>
  (value) =>
    /^\d{1,19}$/.test(value) && BigInt(value) <= most;

/** Seconds since 1970: as many as 64 bits and Python's floating point hold. */
const TIME = /^-?\d{1,18}(?:\.\d{1,30})?$/;

/** U+FFFD stands for bytes that are no UTF-8. */
const TEXT: Test = (value) => !/[\0\uFFFD]/.test(value);

/** One line of an access list as GNU tar (`\n` ends each) and libarchive (`,` between them) write it. */
const ACL_LINE = /^(?:user|group|mask|other):[^:]*:[r-][w-][x-](?::\d{1,10})?$/;
const ACE_LINE =
  /^(?:(?:user|group):[^:]*|owner@|group@|everyone@):[a-zA-Z-]+:[a-zA-Z-]*:(?:allow|deny|audit|alarm)(?::\d{1,10})?$/;

const listOf =
  (line: RegExp): Test =>
  (value) =>
    TEXT(value) &&
    value
      .replace(/\n$/, '')
      .split(/[,\n]/)
      .every((each) => line.test(each));

/**
 * What a record may say: times, owners and attributes, which nobody here reads. Everything else is
 * refused, because `path`, `size`, `linkpath`, `hdrcharset`, `GNU.sparse.*` or `SCHILY.realsize` would
 * make of the entry something else than its header says, and tar programs differ in which they obey.
 * A value that is no time or number, or out of range, stops Go's reader and makes others complain.
 */
const RULES: readonly Rule[] = [
  [/^(?:[acm]time|LIBARCHIVE\.creationtime)$/, (value) => TIME.test(value)],
  [/^[ug]id$/, upTo(2n ** 32n - 1n)],
  [/^SCHILY\.(?:dev|ino|nlink)$/, upTo(2n ** 63n - 2n)],
  [/^[ug]name$/, TEXT],
  [/^SCHILY\.acl\.(?:access|default)$/, listOf(ACL_LINE)],
  [/^SCHILY\.acl\.ace$/, listOf(ACE_LINE)],
  [/^(?:comment|SCHILY\.fflags|RHT\.security\.selinux)$/, () => true],
  // libarchive reads no longer names, and no reader a NUL.
  [/^(?:SCHILY\.xattr\.[^\0\n]{1,128}|LIBARCHIVE\.xattr\.[^\0\n]+)$/, () => true],
];

const EXPECTED = 'pax records of times, owners and attributes only';

const SPACE = 0x20;
const NEWLINE = 0x0a;
const EQUALS = 0x3d;

/** Refuses an extended header that says anything about its entry that matters. */
export function requireHarmlessPax(records: Uint8Array, at: string): void {
  if (records.length === 0) throw unsafe(at, 'a pax header without records', EXPECTED);
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
    const rule = RULES.find(([known]) => known.test(key));
    if (rule === undefined) throw unsafe(at, `the pax record ${quote(key)}`, EXPECTED);
    requireReadable(rule, String(Buffer.from(record.subarray(end + 1, -1))), { at, key });
    rest = rest.subarray(length);
  }
}

function requireReadable(
  [, isReadable]: Rule,
  value: string,
  { at, key }: { readonly at: string; readonly key: string },
): void {
  if (isReadable(value)) return;
  const found = `${quote(value)} in the pax record ${quote(key)}`;
  throw unsafe(at, found, 'a value that every reader takes');
}

/** The length that a record begins with, in decimal digits; NaN if it does not. */
function recordLength(rest: Uint8Array): number {
  const digits = Buffer.from(rest.subarray(0, rest.indexOf(SPACE))).toString('latin1');
  return /^[1-9][0-9]{0,9}$/.test(digits) ? Number(digits) : Number.NaN;
}
