// The 512-byte header of a tar entry: POSIX.1-2017 pax §"ustar Interchange Format", and what GNU tar
// writes in its place. https://www.gnu.org/software/tar/manual/html_node/Standard.html
import { quote } from '../quote.ts';
import { recognised } from '../recognise.ts';
import { shownPath } from './entry.ts';
import { unreadable, unsafe } from './refusals.ts';

/** Everything in a tar archive comes in blocks of this many bytes. */
export const BLOCK_BYTES = 512;

export interface TarHeader {
  /** Trailing NUL bytes removed, and nothing else: a NUL inside stays, so that no name is cut short. */
  readonly path: string;
  /** One character; a file's may be `0` or NUL. */
  readonly typeFlag: string;
  /** In bytes. */
  readonly size: number;
}

const NAME = { start: 0, end: 100 };
const MODE = { start: 100, end: 108 };
const OWNER = { start: 108, end: 116 };
const GROUP = { start: 116, end: 124 };
const SIZE = { start: 124, end: 136 };
const MODIFIED = { start: 136, end: 148 };
const CHECKSUM = { start: 148, end: 156 };
const TYPE_FLAG = 156;
const MAGIC = { start: 257, end: 265 };
const DEVICE_MAJOR = { start: 329, end: 337 };
const DEVICE_MINOR = { start: 337, end: 345 };
const PREFIX = { start: 345, end: 500 };

/** Magic and version of POSIX, which pax archives have too, and of GNU tar. */
const USTAR = 'ustar\u000000';
const GNU = 'ustar  \u0000';

/** Digits, then only what ends a field. GNU's binary numbers, signs and leading spaces are not read. */
const OCTAL = /^([0-7]+)[ \0]*$/;

/** They are not judged, but every reader must be able to read them. */
const NUMBERS = [MODE, OWNER, GROUP, MODIFIED, DEVICE_MAJOR, DEVICE_MINOR];

/** Octal digits, or nothing. */
const PLAIN = /^ *[0-7]+[ \0]*$|^\0*$/;

/** GNU's binary form: a number of 32 bits; in the longer field of a time, one of 64 bits with its sign. */
const BINARY = /^\x80\0{3}(?:[^]{4}|[\0-\x7f][^]{7})$|^\xff{4}[\x80-\xff][^]{7}$/;

/** A header, or what a program calls unreadable: `offset` is where its block begins, in bytes. */
export function decodeHeader(block: Uint8Array, offset: number, file?: string): TarHeader {
  const magic = latin1(block, MAGIC);
  if (magic !== USTAR && magic !== GNU) {
    const error = unreadable(`no tar header at byte ${offset}`, 'a ustar, GNU or pax archive');
    throw offset === 0 ? recognised(error, 'archive', { file, bytes: block }) : error;
  }
  if (octal(block, CHECKSUM) !== checksumOf(block)) {
    throw unreadable(`a wrong checksum in the header at byte ${offset}`, 'the sum of its bytes');
  }
  const path = pathOf(block, magic);
  requireReadable(block, path);
  const size = octal(block, SIZE);
  if (size === undefined) {
    throw unsafe(shownPath(path), `the size ${quote(latin1(block, SIZE))}`, 'an octal number');
  }
  return { path, typeFlag: String.fromCharCode(block[TYPE_FLAG] ?? 0), size };
}

export function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

/**
 * Go refuses an archive with another number, GNU tar says that it is out of range, and Python's tarfile
 * takes it for the end of the archive, without a word. No program writes a mode in binary form.
 */
function requireReadable(block: Uint8Array, path: string): void {
  const unread = NUMBERS.find((field) => {
    const number = latin1(block, field);
    return !PLAIN.test(number) && (field === MODE || !BINARY.test(number));
  });
  if (unread === undefined) return;
  const found = `the number ${quote(latin1(block, unread))} in a header`;
  throw unsafe(shownPath(path), found, 'octal digits, or a binary number that every reader takes');
}

interface Field {
  readonly start: number;
  readonly end: number;
}

function pathOf(block: Uint8Array, magic: string): string {
  const name = text(block, NAME);
  const prefix = text(block, PREFIX);
  // Readers disagree here: GNU's old format has times at this place, which some take for a prefix of
  // the name, and star has a shorter prefix and marks it in the last bytes. Neither is guessed at.
  if ((magic === GNU && prefix !== '') || !isZero(block.subarray(PREFIX.end))) {
    const found = 'a header with fields that tar programs read differently';
    throw unsafe(shownPath(name), found, 'a plain ustar or GNU header');
  }
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** The sum of all bytes, those of the checksum itself counted as spaces. */
function checksumOf(block: Uint8Array): number {
  let sum = 0x20 * (CHECKSUM.end - CHECKSUM.start);
  for (const byte of block) sum += byte;
  for (const byte of block.subarray(CHECKSUM.start, CHECKSUM.end)) sum -= byte;
  return sum;
}

function octal(block: Uint8Array, field: Field): number | undefined {
  const digits = OCTAL.exec(latin1(block, field))?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits, 8);
}

function text(block: Uint8Array, { start, end }: Field): string {
  const field = block.subarray(start, end);
  const length = field.findLastIndex((byte) => byte !== 0) + 1;
  // With `ignoreBOM` a byte order mark stays in the name and is refused there.
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(field.subarray(0, length));
}

function latin1(block: Uint8Array, { start, end }: Field): string {
  return Buffer.from(block.buffer, block.byteOffset + start, end - start).toString('latin1');
}
