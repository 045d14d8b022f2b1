// What every reader takes alike, and what one of them does not: found by changing archives one thing at a
// time and giving them to GNU tar, bsdtar, Python's tarfile and Go's archive/tar.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { rejection } from '../document/refusal.ts';
import { propertyRuns } from '../property-runs.ts';
import { pax, received, tar } from './tar-parts.ts';

const RECIPE = { name: 'recipe.yaml', content: 'kind: RecipeResult\n' };

const FIELDS = {
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  mtime: [136, 12],
  devmajor: [329, 8],
  devminor: [337, 8],
} as const;

type Name = keyof typeof FIELDS;

function withNumber(name: Name, bytes: Buffer): Buffer {
  const [start, length] = FIELDS[name];
  return tar(RECIPE, {
    name: 'x',
    patch: (block) => bytes.copy(block.fill(0, start, start + length), start, 0, length),
  });
}

/** GNU's binary form of a number. */
function binary(name: Name, value: bigint, first = value < 0n ? 0xff : 0x80): Buffer {
  const [, length] = FIELDS[name];
  const hex = BigInt.asUintN(8 * length, value).toString(16);
  const bytes = Buffer.from(hex.padStart(2 * length, '0'), 'hex');
  bytes.writeUInt8(first, 0);
  return bytes;
}

const OWNERS: readonly Name[] = ['uid', 'gid', 'devmajor', 'devminor'];

describe('a number in a header that is not judged', () => {
  it.each(Object.keys(FIELDS) as Name[])('may be octal or empty: %s', async (name) => {
    for (const text of ['0000644', '0000644 ', '  644 \0', '12345670', '']) {
      const files = await received(withNumber(name, Buffer.from(text)));
      expect([...files.keys()]).toEqual(['recipe.yaml', 'x']);
    }
  });

  it.each<[string, readonly Name[], bigint]>([
    ['an owner that octal digits cannot hold', OWNERS, 3_000_000n],
    ['the largest owner', OWNERS, 2n ** 32n - 1n],
    ['a time after 2242', ['mtime'], 2n ** 33n],
    ['a time before 1970', ['mtime'], -1n],
    ['the last time', ['mtime'], 2n ** 63n - 1n],
    ['the first time', ['mtime'], -(2n ** 63n)],
  ])('may be binary: %s', async (_, names, value) => {
    for (const name of names) {
      const files = await received(withNumber(name, binary(name, value)));
      expect([...files.keys()]).toEqual(['recipe.yaml', 'x']);
    }
  });

  it.each<[string, string, readonly Name[], (name: Name) => Buffer]>([
    [
      'letters',
      'Python sees the end of the archive',
      ['mode', ...OWNERS, 'mtime'],
      () => Buffer.from('x00'),
    ],
    [
      'blanks alone',
      'GNU tar fails',
      ['mode', 'uid', 'mtime'],
      (name) => Buffer.alloc(FIELDS[name][1], ' '),
    ],
    ['a sign', 'GNU tar reads base 64, Go fails', ['uid', 'mtime'], () => Buffer.from('-1')],
    ['33 bits', 'GNU tar says that it is out of range', OWNERS, (name) => binary(name, 2n ** 32n)],
    ['a negative owner', 'GNU tar says the same', OWNERS, (name) => binary(name, -2n)],
    ['a binary mode', 'Python cannot set it', ['mode'], (name) => binary(name, 0o644n)],
    ['a time of 65 bits', 'Go fails', ['mtime'], (name) => binary(name, 2n ** 63n)],
    ['a negative one of 65 bits', 'Go fails', ['mtime'], (name) => binary(name, -(2n ** 63n) - 1n)],
    ['another first byte', 'only Go reads it', ['uid', 'mtime'], (name) => binary(name, 1n, 0x81)],
    ['one with two signs', 'only Go reads it', ['uid', 'mtime'], (name) => binary(name, -1n, 0xc0)],
  ])('is refused if it is %s: %s', async (_, __, names, bytes) => {
    for (const name of names) {
      const refused = await rejection(received(withNumber(name, bytes(name))));
      expect(refused).toMatchObject({ code: 'ARCHIVE_UNSAFE', at: 'x' });
    }
  });

  it('is the same to Go and to Python, or refused', async () => {
    const byte = fc.oneof(
      fc.constantFrom(0, 0x20, 0x2d, 0x30, 0x37, 0x38, 0x80, 0xff),
      fc.integer({ min: 0, max: 255 }),
    );
    const bytes = fc.oneof(
      fc.array(byte, { minLength: 12, maxLength: 12 }),
      fc.array(fc.constantFrom(0, 0x20, 0x30, 0x37), { minLength: 12, maxLength: 12 }),
      fc
        .tuple(
          fc.constantFrom(0, 0xff),
          fc.nat(10),
          fc.array(byte, { minLength: 12, maxLength: 12 }),
        )
        .map(([fill, count, rest]) => [
          fill === 0 ? 0x80 : 0xff,
          ...Array<number>(count).fill(fill),
          ...rest,
        ]),
    );
    const names = fc.constantFrom(...(Object.keys(FIELDS) as Name[]));
    let read = 0;
    await fc.assert(
      fc.asyncProperty(names, bytes, async (name, values) => {
        const field = Buffer.from(values.slice(0, FIELDS[name][1]));
        if ((await rejection(received(withNumber(name, field)))) !== undefined) return;
        read += 1;
        const number = numberOfGo(field);
        expect(number).toBeDefined();
        expect(numberOfPython(field)).toBe(number);
      }),
      { numRuns: propertyRuns(300, 1500) },
    );
    expect(read).toBeGreaterThan(10);
  });
});

/** `parseNumeric` of archive/tar: undefined if it fails. */
function numberOfGo(field: Buffer): bigint | undefined {
  if (((field[0] ?? 0) & 0x80) === 0) {
    const text =
      field
        .toString('latin1')
        .replace(/^[ \0]+|[ \0]+$/g, '')
        .split('\0')[0] ?? '';
    return /^[0-7]*$/.test(text) ? BigInt(`0o${text === '' ? '0' : text}`) : undefined;
  }
  const isNegative = ((field[0] ?? 0) & 0x40) !== 0;
  const bits = BigInt(`0x${field.toString('hex')}`);
  const length = 8 * field.length;
  const value = isNegative ? bits - 2n ** BigInt(length) : bits - 2n ** BigInt(length - 1);
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

/** `nti` of tarfile: undefined if it fails. */
function numberOfPython(field: Buffer): bigint | undefined {
  const [first] = field;
  if (first === 0x80 || first === 0xff) {
    const rest = BigInt(`0x${field.subarray(1).toString('hex')}`);
    return first === 0x80 ? rest : rest - 256n ** BigInt(field.length - 1);
  }
  const text = (field.toString('latin1').split('\0')[0] ?? '').trim();
  return /^[0-7]*$/.test(text) ? BigInt(`0o${text === '' ? '0' : text}`) : undefined;
}

async function paxRefusal(key: string, value: string) {
  return await rejection(received(tar(pax([[key, value]]), RECIPE)));
}

const ACL = 'user::rw-,user:jörg:rwx:3000000,group::r-x,mask::r--,other::---';
const ACE = 'owner@:rwxp--aARWcCos:-------:allow,user:me:r-----:fd-----:deny:7';

describe('the value of a pax record', () => {
  it.each([
    ['mtime', '1700000000'],
    ['mtime', '-2208988799.75'],
    ['atime', '10413792000.123456789'],
    ['ctime', '0.0000000000000000001'],
    ['LIBARCHIVE.creationtime', '1700000000.5'],
    ['uid', '4294967295'],
    ['gid', '0'],
    ['uname', 'jörg_with_a_name_of_more_than_thirty_two_letters'],
    ['gname', ''],
    ['comment', 'any text\nof any kind'],
    ['SCHILY.ino', '9223372036854775806'],
    ['SCHILY.dev', '66306'],
    ['SCHILY.fflags', 'nodump'],
    ['SCHILY.xattr.user.note', 'a\0b=\n'],
    [`SCHILY.xattr.${'n'.repeat(128)}`, ''],
    ['LIBARCHIVE.xattr.user.%C3%BC', 'eA'],
    ['RHT.security.selinux', 'system_u:object_r:tmp_t:s0\0'],
    ['SCHILY.acl.access', ACL],
    ['SCHILY.acl.default', ACL.replaceAll(',', '\n').concat('\n')],
    ['SCHILY.acl.ace', ACE],
  ])('is what programs write: %s=%j', async (key, value) => {
    expect(await paxRefusal(key, value)).toBeUndefined();
  });

  it.each([
    ['mtime', ''],
    ['mtime', 'now'],
    ['mtime', '1e9'],
    ['mtime', '+1'],
    ['mtime', ' 1'],
    ['mtime', '1.'],
    ['mtime', '.5'],
    ['mtime', '1.-5'],
    ['mtime', '1\0'],
    ['mtime', '1_000'],
    ['mtime', '１'],
    ['atime', 'inf'],
    ['ctime', '9223372036854775807'],
    ['LIBARCHIVE.creationtime', '1 '],
    ['uid', ''],
    ['uid', '-1'],
    ['uid', '4294967296'],
    ['gid', '1.5'],
    ['gid', '0x1'],
    ['uname', 'a\0b'],
    ['gname', '\0'],
    ['SCHILY.ino', '9223372036854775807'],
    ['SCHILY.nlink', 'many'],
    ['SCHILY.xattr.', 'no name'],
    ['SCHILY.xattr.a\0b', 'a NUL'],
    [`SCHILY.xattr.${'n'.repeat(129)}`, ''],
    ['LIBARCHIVE.xattr.a\nb', 'a newline'],
    ['SCHILY.acl.access', 'everybody'],
    ['SCHILY.acl.default', ACE],
    ['SCHILY.acl.ace', ACL],
    ['SCHILY.acl.access', `${ACL},,`],
  ])('is refused if one reader does not take it: %s=%j', async (key, value) => {
    expect(await paxRefusal(key, value)).toMatchObject({
      code: 'ARCHIVE_UNSAFE',
      at: 'PaxHeaders/x',
    });
  });

  it('is refused if it is a name that is no UTF-8', async () => {
    const content = Buffer.from('11 uname=\xff\n', 'latin1');
    const refused = await rejection(received(tar({ ...pax([]), content }, RECIPE)));
    expect(refused).toMatchObject({ code: 'ARCHIVE_UNSAFE', at: 'PaxHeaders/x' });
  });

  it('that is a time or a number is the same to Go and to Python, or refused', async () => {
    const part = fc.oneof(
      fc.constantFrom('', '-', '+', '.', '0', '1', '9', 'e', ' ', '_', 'inf', '\0'),
      fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
      fc.nat().map(String),
    );
    const value = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(''));
    const key = fc.constantFrom('mtime', 'atime', 'uid', 'gid');
    let read = 0;
    await fc.assert(
      fc.asyncProperty(key, value, async (name, text) => {
        if ((await paxRefusal(name, text)) !== undefined) return;
        read += 1;
        expect(text).toMatch(name.endsWith('time') ? /^-?\d+(?:\.\d+)?$/ : /^\d+$/);
        const [seconds = ''] = text.split('.');
        expect(BigInt.asIntN(64, BigInt(seconds))).toBe(BigInt(seconds));
        expect(Math.abs(Number(text))).toBeLessThan(2 ** 63);
      }),
      { numRuns: propertyRuns(300, 1500) },
    );
    expect(read).toBeGreaterThan(10);
  });
});
