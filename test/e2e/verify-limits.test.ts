import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { constants, crc32, deflateRawSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { END, header, tar } from '../archive/tar-parts.ts';
import { ROOT } from '../run-cli.ts';
import { ATTESTATION, DEMO_INPUTS, STATEMENT, fileIn, makeEvidence, withFile } from './evidence.ts';
import type { Files, JudgedByCli } from './evidence.ts';

const MEBIBYTE = 1024 * 1024;
const GIBIBYTE = 1024 * MEBIBYTE;
/** E-37's, in MiB. */
const MAX_MEBIBYTES = 300;

const evidence = await makeEvidence();
const { files } = evidence;
const parts = [...files].map(([name, content]) => ({ name, content }));

/** Linux counts what the parent of a process holds as the process's own, so that has to be little. */
const SMALL_PARENT = ['sh', '-c', '"$@"; exit $?', 'sh'];

/** The program's verdict and the largest resident memory that it had, in MiB. */
async function measured(input: string): Promise<JudgedByCli & { readonly mebibytes: number }> {
  const memory = evidence.path('.memory');
  rmSync(memory, { force: true });
  const preload = pathToFileURL(join(ROOT, 'tools/record-memory.mjs')).href;
  const env = { NODE_OPTIONS: `--import ${preload}`, AFFIDAVIT_BENCH_MEMORY: memory };
  const judged = await evidence.verify(input, evidence.pin, { env, prefix: SMALL_PARENT });
  return { ...judged, mebibytes: Number(readFileSync(memory, 'utf8')) };
}

async function bombed(path: string, content: string): Promise<Files> {
  return await evidence.rebuild({ files: { [path]: content } });
}

async function refused(input: string): Promise<readonly string[]> {
  const { code, faults, mebibytes } = await measured(input);
  expect(code).toBe(2);
  expect(mebibytes).toBeGreaterThan(20);
  expect(mebibytes).toBeLessThan(MAX_MEBIBYTES);
  return faults;
}

/** Compressed as a piece that may be repeated: it ends at a byte and refers to nothing before it. */
function deflated(bytes: Uint8Array): Buffer {
  return deflateRawSync(bytes, { level: 1, finishFlush: constants.Z_FULL_FLUSH });
}

const GZIP_HEADER = Buffer.from('1f8b08000000000004ff', 'hex');
/** An empty last block. */
const DEFLATE_END = Buffer.from('0300', 'hex');
const ZEROS = deflated(Buffer.alloc(16 * MEBIBYTE));

interface Piece {
  readonly bytes: Uint8Array;
  readonly compressed?: Buffer;
  readonly times?: number;
}

/** A whole gzip file, made without having all its content at once. */
function gzipOf(...all: readonly Piece[]): Buffer {
  const trailer = Buffer.alloc(8);
  const chunks: Buffer[] = [GZIP_HEADER];
  let sum = 0;
  let size = 0;
  for (const { bytes, compressed = deflated(bytes), times = 1 } of all) {
    for (let time = 0; time < times; time += 1) {
      chunks.push(compressed);
      sum = crc32(bytes, sum);
      size += bytes.length;
    }
  }
  trailer.writeUInt32LE(sum, 0);
  trailer.writeUInt32LE(size, 4);
  return Buffer.concat([...chunks, DEFLATE_END, trailer]);
}

/** A gzip file of some bytes and then zeros, written piece by piece. */
function bombOf(start: Buffer, zeros: number): string {
  const path = evidence.path('.tar.gz');
  const file = openSync(path, 'w');
  writeSync(file, GZIP_HEADER);
  writeSync(file, deflated(start));
  for (let size = 0; size < zeros; size += 16 * MEBIBYTE) writeSync(file, ZEROS);
  writeSync(file, DEFLATE_END);
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(start), 0);
  writeSync(file, trailer);
  closeSync(file);
  return path;
}

it('takes the bundle that all tests here change', async () => {
  const { code, mebibytes } = await measured(await evidence.pack());
  expect(code).toBe(0);
  expect(mebibytes).toBeLessThan(MAX_MEBIBYTES);
});

describe('E-37 an archive that is larger than it looks', () => {
  it('of ten gigabytes of zeros is refused', async () => {
    const path = bombOf(Buffer.alloc(0), 10 * GIBIBYTE);
    expect(await refused(path)).toEqual([`ARCHIVE_UNREADABLE ${path}`]);
  });

  it('of one file of ten gigabytes is refused before the file is read', async () => {
    // Eleven octal digits hold less, and a binary size is not read at all.
    const size = '77777777777\u0000';
    const path = bombOf(header({ name: 'logs/x.log', size }), 10 * GIBIBYTE);
    expect(await refused(path)).toEqual(['LIMIT_EXCEEDED logs/x.log']);
  });

  it('of a million entries is refused', async () => {
    // Names that differ as far as anybody reads: else the second entry would be refused as a duplicate.
    const count = 20_000;
    const first = Buffer.concat(
      Array.from({ length: count }, (_, index) =>
        header({ name: `logs/${String(index).padStart(7, '0')}` }),
      ),
    );
    const path = evidence.write(gzipOf({ bytes: first, times: 1_000_000 / count }, { bytes: END }));
    expect(await refused(path)).toEqual(['LIMIT_EXCEEDED logs/0009999']);
  });

  it('of a pax header of a gigabyte is refused', async () => {
    const size = `${GIBIBYTE.toString(8).padStart(11, '0')}\u0000`;
    const path = bombOf(header({ name: 'PaxHeaders/x', typeFlag: 'x', size }), GIBIBYTE);
    expect(await refused(path)).toEqual(['LIMIT_EXCEEDED PaxHeaders/x']);
  });
});

describe('E-37 a document that is larger or deeper than any real one', () => {
  const deepJson = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  const deepYaml = `a: ${deepJson}`;
  const huge = Buffer.alloc(100_000_000, '"');
  const hugeCompressed = deflated(huge);
  const aliases = `a: &a [x, x]\n${Array.from({ length: 30 }, (_, index) => {
    const [name, before] = [`b${index}`, index === 0 ? 'a' : `b${index - 1}`];
    return `${name}: &${name} [*${before}, *${before}, *${before}, *${before}]`;
  }).join('\n')}\n`;

  it.each([
    ['manifest.json', 'a manifest'],
    [STATEMENT, 'a statement'],
    ['ctrf/deployment.json', 'a report'],
    ['bom.cdx.json', 'a bill of materials'],
    [ATTESTATION, 'a signature'],
    ['recipe.yaml', 'a recipe'],
    ['snapshot.yaml', 'a snapshot'],
  ])('is refused: %s of 100 MB, %s', async (path) => {
    const others = parts.filter(({ name }) => name !== path);
    const size = `${huge.length.toString(8).padStart(11, '0')}\0`;
    const archive = gzipOf(
      { bytes: header({ name: path, size }) },
      { bytes: huge, compressed: hugeCompressed },
      { bytes: Buffer.concat([Buffer.alloc(512 - (huge.length % 512)), tar(...others)]) },
    );
    expect(await refused(evidence.write(archive))).toEqual([`LIMIT_EXCEEDED ${path}`]);
  });

  const nested: readonly (readonly [string, string, string])[] = [
    ['manifest.json', deepJson, 'MANIFEST_DIFFERS'],
    [STATEMENT, deepJson, 'STATEMENT_DIFFERS'],
    [ATTESTATION, deepJson, 'SIGSTORE_BUNDLE_INVALID'],
    ['recipe.yaml', deepYaml, 'FILE_DIFFERS'],
    ['snapshot.yaml', deepYaml, 'FILE_DIFFERS'],
    ['ctrf/deployment.json', deepJson, 'FILE_DIFFERS'],
    ['bom.cdx.json', deepJson, 'FILE_DIFFERS'],
  ];

  it.each(nested)('is refused: %s, nested 100,000 deep', async (path, content, expected) => {
    const { code, faults } = await evidence.judge(withFile(files, path, content));
    expect([code, faults[0]?.split(' ')[0]]).toEqual([2, expected]);
  });

  it('is refused though it is signed: nested 100,000 deep', async () => {
    for (const [path, content] of nested.slice(3)) {
      const changed = await evidence.rebuild({ files: { [path]: content } });
      const { code, faults } = await evidence.judge(changed);
      expect([code, faults[0]]).toEqual([2, expect.stringMatching(/^DOCUMENT_[A-Z]+ /)]);
      expect(faults[0]).toContain(` ${path}`);
    }
    for (const path of ['manifest.json', STATEMENT]) {
      const unsigned = withFile(withFile(files, ATTESTATION), path, deepJson);
      const judged = await evidence.judge(unsigned, { allowUnsigned: true });
      expect([path, judged.code]).toEqual([path, 2]);
    }
  });

  it.each([
    ['recipe.yaml', aliases],
    ['snapshot.yaml', aliases],
    ['snapshot.yaml', deepYaml],
    ['ctrf/deployment.json', `[${'[],'.repeat(5 * MEBIBYTE)}[]]`],
    ['bom.cdx.json', `{"a":[${'0,'.repeat(7 * MEBIBYTE)}0]}`],
  ])('is refused in little memory: %s, dense', async (path, content) => {
    const faults = await refused(await evidence.pack(await bombed(path, content)));
    expect(faults[0]).toMatch(/^(?:DOCUMENT|LIMIT|FIELD|KIND)_/);
    expect(faults[0]).toContain(path);
  });

  it('is not what a recipe with a thousand constraints is: that is read, and more is refused', async () => {
    const text = DEMO_INPUTS.recipe.toString();
    const constraint = '  - name: OS.release.ID\n    value: ubuntu\n';
    const many = (count: number): string =>
      text.replace('constraints:\n', `constraints:\n${constraint.repeat(count)}`);
    const red = await bombed('recipe.yaml', many(10_000));
    const { code, faults } = await evidence.judge(red);
    expect(code).toBe(2);
    expect(faults.some((fault) => fault.startsWith('LIMIT_EXCEEDED recipe.yaml'))).toBe(true);
    expect(
      (await evidence.judge(await evidence.emit({ recipe: Buffer.from(many(900)) }))).code,
    ).toBe(0);
    expect(fileIn(files, 'recipe.yaml').length).toBeGreaterThan(0);
  });
});
