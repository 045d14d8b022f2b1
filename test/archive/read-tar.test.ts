import { isDeepStrictEqual } from 'node:util';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { readTar } from '../../src/archive/read-tar.ts';
import { MAX_ARCHIVE_PADDING_BYTES, MAX_PAX_BYTES } from '../../src/limits.ts';
import { rejection } from '../document/refusal.ts';
import { propertyRuns } from '../property-runs.ts';
import type { Part } from './tar-parts.ts';
import { END, bytesOf, entry, header, pax, pieces, received, tar } from './tar-parts.ts';

const RECIPE = { name: 'recipe.yaml', content: 'kind: RecipeResult\n' };
const TIME = [['mtime', '1']] as const;
const LOG = { name: 'logs/deployment/a.log', content: 'x'.repeat(1000) };

async function refusal(archive: Uint8Array) {
  return await rejection(received(archive));
}

/** Path and content of every entry; content that is skipped reads as "". */
async function entriesOf(archive: Uint8Array, skip: (path: string) => boolean = () => false) {
  const entries: [string, string, string][] = [];
  for await (const { path, type, content } of readTar(pieces(archive))) {
    entries.push([path, type, skip(path) ? '' : String(await bytesOf(content))]);
  }
  return entries;
}

async function listed(archive: Uint8Array) {
  return [...(await received(archive)).values()].map(({ path, size }) => [path, size]);
}

describe('readTar reads', () => {
  it('files and directories of ustar archives', async () => {
    const archive = tar({ name: './', typeFlag: '5' }, RECIPE, LOG);
    expect(await entriesOf(archive)).toEqual([
      ['./', 'directory', ''],
      ['recipe.yaml', 'file', RECIPE.content],
      ['logs/deployment/a.log', 'file', LOG.content],
    ]);
  });

  it.each<[string, Part]>([
    ['GNU magic', { ...RECIPE, magic: 'ustar  \0' }],
    ['a NUL as type', { ...RECIPE, typeFlag: '\0' }],
    ['a size that a space ends', { ...RECIPE, size: '00000000023 ' }],
    ['a size without an end', { ...RECIPE, size: '000000000023' }],
    [
      'a binary owner number of GNU tar',
      { ...RECIPE, patch: (block) => block.write('\x80\0\0\0\0\x2d\xc6\xc0', 108, 'latin1') },
    ],
    ['a path that is split in prefix and name', { ...RECIPE, name: 'a.log', prefix: 'logs/x' }],
  ])('a header with %s', async (_, part) => {
    const path = part.prefix === undefined ? part.name : `${part.prefix}/${part.name}`;
    expect(await entriesOf(tar(part))).toEqual([[path, 'file', RECIPE.content]]);
  });

  it('pax headers of times, owners and attributes, once for all and for each entry', async () => {
    const archive = tar(
      pax([['comment', '3a158316b82c1bc15631c2982746d5d240f55015']], 'g'),
      pax([
        ['mtime', '1700000000.25'],
        ['uid', '3000000'],
        ['uname', 'jörg'],
        ['SCHILY.xattr.user.note', 'a\ny=z'],
        ['LIBARCHIVE.xattr.user.note', 'eA'],
      ]),
      RECIPE,
      pax([['atime', '1']]),
      LOG,
    );
    expect((await entriesOf(archive)).map(([path]) => path)).toEqual([RECIPE.name, LOG.name]);
  });

  it('on after content that nobody read', async () => {
    const archive = tar(LOG, RECIPE);
    expect(await entriesOf(archive, (path) => path === LOG.name)).toEqual([
      [LOG.name, 'file', ''],
      [RECIPE.name, 'file', RECIPE.content],
    ]);
  });

  it('zeros after the end, as records of tar programs have them', async () => {
    const padded = Buffer.concat([tar(RECIPE), Buffer.alloc(MAX_ARCHIVE_PADDING_BYTES)]);
    expect(await entriesOf(padded)).toHaveLength(1);
  });

  it('an archive without entries', async () => {
    expect(await entriesOf(END)).toEqual([]);
  });
});

describe('readTar refuses as ARCHIVE_UNREADABLE', () => {
  it.each<[string, Buffer]>([
    ['no bytes at all', Buffer.alloc(0)],
    ['something else', Buffer.from('hello'.repeat(300))],
    ['the old format without magic', tar({ ...RECIPE, magic: '' })],
    ['an end of one zero block', tar(RECIPE).subarray(0, -512)],
    ['no end', tar(RECIPE).subarray(0, -1024)],
    ['content that is cut off', tar(LOG).subarray(0, 1000)],
    ['padding that is cut off', tar(RECIPE).subarray(0, 1000)],
    ['one zero block and then an entry', Buffer.concat([Buffer.alloc(512), tar(RECIPE)])],
    ['a second archive after the end', Buffer.concat([tar(RECIPE), tar(LOG)])],
    ['one byte after the end', Buffer.concat([tar(RECIPE), Buffer.from('x')])],
    [
      'a byte far after the end',
      Buffer.concat([tar(RECIPE), Buffer.alloc(9999), Buffer.from('x')]),
    ],
    [
      'zeros without end',
      Buffer.concat([tar(RECIPE), Buffer.alloc(MAX_ARCHIVE_PADDING_BYTES + 1)]),
    ],
  ])('%s', async (_, archive) => {
    expect((await refusal(archive))?.code).toBe('ARCHIVE_UNREADABLE');
  });

  it('a header whose checksum is wrong by one', async () => {
    const archive = tar(RECIPE);
    archive.writeUInt8(archive.readUInt8(0) + 1, 0);
    expect((await refusal(archive))?.code).toBe('ARCHIVE_UNREADABLE');
  });
});

describe('readTar refuses as ARCHIVE_UNSAFE', () => {
  it.each<[string, readonly Part[], string]>([
    ['E-36 a pax path override', [pax([['path', '../x']]), RECIPE], 'PaxHeaders/x'],
    [
      'a pax path that agrees with the header',
      [pax([['path', 'recipe.yaml']]), RECIPE],
      'PaxHeaders/x',
    ],
    ['a pax link path', [pax([['linkpath', '/etc/passwd']]), RECIPE], 'PaxHeaders/x'],
    ['a pax size', [pax([['size', '5']]), RECIPE], 'PaxHeaders/x'],
    ['a pax character set', [pax([['hdrcharset', 'BINARY']]), RECIPE], 'PaxHeaders/x'],
    ['a pax sparse map', [pax([['GNU.sparse.name', 'x']]), RECIPE], 'PaxHeaders/x'],
    ['a pax size of star', [pax([['SCHILY.realsize', '5']]), RECIPE], 'PaxHeaders/x'],
    ['a path for all entries', [pax([['path', 'x']], 'g'), RECIPE], 'PaxHeaders/x'],
    [
      'a path after a harmless record',
      [
        pax([
          ['mtime', '1'],
          ['path', 'x'],
        ]),
        RECIPE,
      ],
      'PaxHeaders/x',
    ],
    ['a second global header', [pax(TIME, 'g'), pax(TIME, 'g'), RECIPE], 'PaxHeaders/x'],
    ['a pax header for a pax header', [pax(TIME), pax(TIME), RECIPE], 'PaxHeaders/x'],
    ['a pax header for nothing', [RECIPE, pax(TIME)], 'PaxHeaders/x'],
    ['a pax header without records', [pax([]), RECIPE], 'PaxHeaders/x'],
    [
      'a pax record that is too long',
      [{ ...pax([]), content: '99 mtime=1\n' }, RECIPE],
      'PaxHeaders/x',
    ],
    [
      'a pax record that is too short',
      [{ ...pax([]), content: '5 mtime=1\n' }, RECIPE],
      'PaxHeaders/x',
    ],
    [
      'a pax record without a length',
      [{ ...pax([]), content: 'mtime=1\n' }, RECIPE],
      'PaxHeaders/x',
    ],
    [
      'a pax record of length zero',
      [{ ...pax([]), content: '0 mtime=1\n' }, RECIPE],
      'PaxHeaders/x',
    ],
    ['a pax record without a key', [{ ...pax([]), content: '5 =1\n' }, RECIPE], 'PaxHeaders/x'],
    [
      'a pax record without a value',
      [{ ...pax([]), content: '8 mtime\n' }, RECIPE],
      'PaxHeaders/x',
    ],
    [
      'a pax record without a newline',
      [{ ...pax([]), content: '10 mtime=12' }, RECIPE],
      'PaxHeaders/x',
    ],
    [
      'a GNU long name',
      [{ name: '././@LongLink', typeFlag: 'L', content: 'x' }, RECIPE],
      '"././@LongLink"',
    ],
    [
      'a GNU long link',
      [{ name: '././@LongLink', typeFlag: 'K', content: 'x' }, RECIPE],
      '"././@LongLink"',
    ],
    ['a GNU sparse file', [{ ...RECIPE, typeFlag: 'S' }], RECIPE.name],
    ['a volume label', [{ name: 'label', typeFlag: 'V' }, RECIPE], 'label'],
    ['a continued file', [{ ...RECIPE, typeFlag: 'M' }], RECIPE.name],
    ['a directory listing', [{ name: 'logs', typeFlag: 'D', content: 'Na\0' }], 'logs'],
    ['a type that nobody knows', [{ ...RECIPE, typeFlag: 'Z' }], RECIPE.name],
    ['a directory with content', [{ name: 'logs/', typeFlag: '5', content: 'x' }], '"logs/"'],
    ['a negative size', [{ ...RECIPE, size: '-0000000001\0' }], RECIPE.name],
    ['a negative binary size', [{ ...RECIPE, size: '\xff'.repeat(12) }], RECIPE.name],
    ['a binary size', [{ ...RECIPE, size: `\x80${'\0'.repeat(10)}\x13` }], RECIPE.name],
    ['an empty size', [{ ...RECIPE, size: '\0'.repeat(12) }], RECIPE.name],
    ['a size with a digit after its end', [{ ...RECIPE, size: '0000000023\x001' }], RECIPE.name],
    ['a size that is not octal', [{ ...RECIPE, size: '00000000019\0' }], RECIPE.name],
    [
      'a prefix behind the GNU magic',
      [{ ...RECIPE, magic: 'ustar  \0', prefix: 'logs' }],
      RECIPE.name,
    ],
    ['the mark of star', [{ ...RECIPE, patch: (block) => block.write('tar\0', 508) }], RECIPE.name],
  ])('%s', async (_, parts, at) => {
    const error = await refusal(tar(...parts));
    expect([error?.code, error?.at]).toEqual(['ARCHIVE_UNSAFE', at]);
  });

  it('bytes that hide between content and header', async () => {
    const archive = tar(RECIPE, LOG);
    archive.write('x', 1023);
    const error = await refusal(archive);
    expect([error?.code, error?.at]).toEqual(['ARCHIVE_UNSAFE', RECIPE.name]);
  });
});

describe('readTar', () => {
  it('refuses a pax header beyond the limit before it reads it', async () => {
    const size = `${(MAX_PAX_BYTES + 1).toString(8).padStart(11, '0')}\0`;
    const error = await refusal(header({ name: 'x', typeFlag: 'x', size }));
    expect(error?.code).toBe('LIMIT_EXCEEDED');
  });

  it('lets go of its source when its reader stops', async () => {
    let released = false;
    async function* source() {
      try {
        yield entry(RECIPE);
        yield entry(LOG);
      } finally {
        released = true;
      }
    }
    for await (const { path } of readTar(source())) if (path === RECIPE.name) break;
    expect(released).toBe(true);
  });

  it('gives the same files however the bytes come', async () => {
    const archive = tar(pax([['mtime', '1.5']]), RECIPE, { name: 'logs/', typeFlag: '5' }, LOG);
    const whole = await received(archive);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1100 }), async (size) => {
        expect(await received(archive, size)).toEqual(whole);
      }),
      { numRuns: 50 },
    );
  });

  it('refuses any one flipped bit outside the contents, or sees the same files', async () => {
    const archive = tar(pax([['mtime', '1.5']]), RECIPE, LOG);
    const original = await listed(archive);
    const others: number[] = [];
    let refused = 0;
    for (let index = 0; index < archive.length; index += 1) {
      const mutant = Buffer.from(archive);
      mutant.writeUInt8(mutant.readUInt8(index) ^ (1 << (index % 8)), index);
      if ((await rejection(received(mutant))) !== undefined) refused += 1;
      else if (!isDeepStrictEqual(await listed(mutant), original)) others.push(index);
    }
    expect(others).toEqual([]);
    expect(refused).toBeGreaterThan(3 * 500);
  });

  it('gives entries or an EvidenceError for any bytes, headers with a right checksum included', async () => {
    const field = fc.oneof(fc.string({ maxLength: 12 }), fc.constantFrom('', '00000000005\0', '7'));
    const part = fc.record({
      name: fc.oneof(fc.string({ maxLength: 99 }), fc.constantFrom('recipe.yaml', 'logs/', './a')),
      typeFlag: fc.constantFrom('0', '\0', '1', '2', '5', 'x', 'g', 'L', 'S', 'Z'),
      size: field,
      content: fc.oneof(fc.string(), fc.constantFrom('9 path=x\n', '11 mtime=1\n')),
      magic: fc.constantFrom('ustar\u000000', 'ustar  \0', 'ustar'),
    });
    const end = fc.oneof(fc.constant(END), fc.uint8Array({ maxLength: 1500 }));
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 4 }), end, async (parts, last) => {
        const error = await rejection(received(Buffer.concat([...parts.map(entry), last])));
        expect([undefined, 'ARCHIVE_UNREADABLE', 'ARCHIVE_UNSAFE', 'LIMIT_EXCEEDED']).toContain(
          error?.code,
        );
      }),
      { numRuns: propertyRuns(100, 500) },
    );
  });
});
