import { crc32, deflateRawSync, gunzipSync, gzipSync, constants } from 'node:zlib';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { collectFiles } from '../../src/archive/collect.ts';
import { gunzip, gzip } from '../../src/archive/gzip.ts';
import { readTar } from '../../src/archive/read-tar.ts';
import { EVIDENCE_LAYOUT } from '../../src/evidence/layout.ts';
import { MAX_FILE_BYTES, MAX_GZIP_HEADER_BYTES } from '../../src/limits.ts';
import { rejection } from '../document/refusal.ts';
import { propertyRuns } from '../property-runs.ts';
import { bytesOf, changing, header, pieces } from './tar-parts.ts';

const TEXT = Buffer.from('one line of a log\n'.repeat(50));
const GZIP = gzipSync(TEXT);

/** A gzip file with the optional fields of RFC 1952 §2.3. */
function withFields(flags: number, fields: Buffer): Buffer {
  const start = Buffer.from([0x1f, 0x8b, 8, flags, 1, 2, 3, 4, 2, 3]);
  return Buffer.concat([start, fields, GZIP.subarray(10)]);
}

function withHeaderCrc(difference: number): Buffer {
  const start = Buffer.from([0x1f, 0x8b, 8, 2, 1, 2, 3, 4, 2, 3]);
  const sum = Buffer.alloc(2);
  sum.writeUInt16LE((crc32(start) & 0xffff) ^ difference);
  return withFields(2, sum);
}

async function unpacked(file: Uint8Array, size?: number): Promise<Buffer> {
  return await bytesOf(gunzip(pieces(file, size)));
}

async function codeOf(file: Uint8Array): Promise<string | undefined> {
  return (await rejection(unpacked(file)))?.code;
}

/** Ten gigabytes of zeros after a beginning, in ten megabytes; made of one compressed piece, repeated. */
async function* bomb(beginning: Uint8Array): AsyncGenerator<Uint8Array> {
  const flushed = { finishFlush: constants.Z_FULL_FLUSH };
  const mebibyte = deflateRawSync(Buffer.alloc(1024 * 1024), flushed);
  yield Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
  if (beginning.length > 0) yield deflateRawSync(beginning, flushed);
  for (let written = 0; written < 10_000; written += 1) yield mebibyte;
  yield deflateRawSync(Buffer.alloc(0));
  yield Buffer.alloc(8);
}

describe('gunzip', () => {
  it.each<[string, Buffer]>([
    ['of the fastest and the best compression', gzipSync(TEXT, { level: 9 })],
    ['that is stored', gzipSync(TEXT, { level: 0 })],
    ['without content', gzipSync(Buffer.alloc(0))],
    ['with a name', withFields(8, Buffer.from('evidence.tar\0'))],
    ['with a comment', withFields(16, Buffer.from('a comment\0'))],
    ['with an extra field', withFields(4, Buffer.from([3, 0, 1, 2, 3]))],
    ['with all of them', withFields(29, Buffer.from([1, 0, 9, ...Buffer.from('name\0comment\0')]))],
    ['with the CRC of its header', withHeaderCrc(0)],
  ])('reads a file %s', async (_, file) => {
    expect(await unpacked(file)).toEqual(gunzipSync(file));
  });

  it('reads the same however the bytes come', async () => {
    const large = Buffer.from(
      Array.from({ length: 2_000_000 }, (__, index) => (index * index) >> 7),
    );
    for (const size of [1000, 65_536, 262_144, 262_154, 10_000_000]) {
      expect(await unpacked(gzipSync(large), size)).toEqual(large);
    }
    for (const size of [1, 7, 8, 9]) expect(await unpacked(GZIP, size)).toEqual(TEXT);
  });

  it('E-38 refuses a file that is cut off, wherever', async () => {
    for (let size = 0; size < GZIP.length; size += 1) {
      expect(await codeOf(GZIP.subarray(0, size))).toBe('ARCHIVE_UNREADABLE');
    }
  });

  it.each<[string, Buffer]>([
    ['two members', Buffer.concat([GZIP, GZIP])],
    ['an empty second member', Buffer.concat([GZIP, gzipSync(Buffer.alloc(0))])],
    ['one byte after the end', Buffer.concat([GZIP, Buffer.from('x')])],
    ['a zero after the end', Buffer.concat([GZIP, Buffer.alloc(1)])],
    ['a block of zeros after the end', Buffer.concat([GZIP, Buffer.alloc(512)])],
    ['megabytes after the end', Buffer.concat([GZIP, Buffer.alloc(5_000_000, 'x')])],
    ['another CRC', Buffer.concat([GZIP.subarray(0, -8), Buffer.alloc(4), GZIP.subarray(-4)])],
    ['another size', Buffer.concat([GZIP.subarray(0, -4), Buffer.alloc(4)])],
    ['a reserved flag', withFields(32, Buffer.alloc(0))],
    ['another method', Buffer.concat([Buffer.from([0x1f, 0x8b, 7]), GZIP.subarray(3)])],
    ['another CRC of its header', withHeaderCrc(1)],
    ['a name without end', withFields(8, Buffer.alloc(MAX_GZIP_HEADER_BYTES, 'x'))],
    ['damaged data', Buffer.concat([GZIP.subarray(0, 10), Buffer.from([7]), GZIP.subarray(11)])],
    ['no gzip at all', Buffer.from('this is a text and no archive')],
    ['zlib data', Buffer.from('789c030000000001', 'hex')],
  ])('E-38 refuses a file with %s', async (_, file) => {
    expect(await codeOf(file)).toBe('ARCHIVE_UNREADABLE');
  });

  it('E-37 stops at a limit on what comes out', async () => {
    let read = 0;
    async function* counted() {
      for await (const chunk of bomb(Buffer.alloc(0))) {
        read += chunk.length;
        yield chunk;
      }
    }
    let size = 0;
    const error = await rejection(
      (async () => {
        for await (const chunk of gunzip(counted(), 20_000_000)) size += chunk.length;
      })(),
    );
    expect(error?.code).toBe('LIMIT_EXCEEDED');
    expect(size).toBeLessThanOrEqual(20_000_000);
    expect(read).toBeLessThan(10_000_000);
  });

  it.each<[string, Buffer, string]>([
    ['as what it is, no archive', Buffer.alloc(0), 'ARCHIVE_UNREADABLE'],
    [
      'from the header of its one file',
      header({ name: 'a.log', size: '112402762000' }),
      'LIMIT_EXCEEDED',
    ],
  ])('E-37 refuses ten gigabytes of zeros in a small file %s', async (_, beginning, code) => {
    expect(Number.parseInt('112402762000', 8)).toBeGreaterThan(MAX_FILE_BYTES);
    const error = await rejection(collectFiles(readTar(gunzip(bomb(beginning))), EVIDENCE_LAYOUT));
    expect(error?.code).toBe(code);
  });

  it('refuses any one flipped bit, or sees the same content', async () => {
    const accepted: Buffer[] = [];
    for (let index = 0; index < GZIP.length; index += 1) {
      const mutant = Buffer.from(GZIP);
      mutant.writeUInt8(mutant.readUInt8(index) ^ (1 << (index % 8)), index);
      if ((await rejection(unpacked(mutant))) === undefined) accepted.push(await unpacked(mutant));
    }
    // Six bytes of the header say nothing about the content; a few in the data have a synonym.
    expect(accepted.length).toBeGreaterThanOrEqual(6);
    expect(accepted.length).toBeLessThan(GZIP.length / 5);
    expect(accepted.every((content) => content.equals(TEXT))).toBe(true);
  });

  it('gives content or an EvidenceError for any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array(), fc.nat(40), async (bytes, start) => {
        const file = Buffer.concat([GZIP.subarray(0, start), bytes]);
        expect([undefined, 'ARCHIVE_UNREADABLE']).toContain(await codeOf(file));
      }),
      { numRuns: propertyRuns(100, 300) },
    );
  });

  it('throws what its source throws', async () => {
    expect((await rejection(bytesOf(gunzip(changing(GZIP.subarray(0, 20))))))?.code).toBe(
      'FILE_CHANGED',
    );
  });
});

describe('gzip', () => {
  it('writes what gunzip reads', async () => {
    const sizes = fc.array(fc.uint8Array({ maxLength: 5000 }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(sizes, async (chunks) => {
        async function* source() {
          yield* chunks;
        }
        const file = await bytesOf(gzip(source()));
        expect(gunzipSync(file)).toEqual(Buffer.concat(chunks));
        expect(await unpacked(file)).toEqual(Buffer.concat(chunks));
      }),
      { numRuns: 50 },
    );
  });

  it('says nothing of the time and the system in the header', async () => {
    const file = await bytesOf(gzip(pieces(TEXT)));
    expect(file.subarray(0, 10).toString('hex')).toBe('1f8b08000000000000ff');
  });

  it('throws what its source throws', async () => {
    expect((await rejection(bytesOf(gzip(changing(TEXT)))))?.code).toBe('FILE_CHANGED');
  });
});
