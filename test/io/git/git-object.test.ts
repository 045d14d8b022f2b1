import { createHash } from 'node:crypto';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { BlockReader } from '../../../src/archive/block-reader.ts';
import { parseTree, requireSame } from '../../../src/io/git/git-object.ts';
import { refusalOf } from '../../document/refusal.ts';
import { propertyRuns } from '../../property-runs.ts';

const ENTRY = fc.record({
  mode: fc.constantFrom('40000', '100644', '100755', '120000', '160000'),
  // No 0 and no slash, and nothing that begins with a dot.
  name: fc
    .uint8Array({ min: 1, max: 255, minLength: 1, maxLength: 8 })
    .map((bytes) =>
      Buffer.from(bytes.map((byte) => (byte === 0x2f || byte === 0x2e ? 0x61 : byte))),
    ),
  id: fc.uint8Array({ minLength: 20, maxLength: 20 }),
});

function treeOf(bytes: Uint8Array): Parameters<typeof parseTree>[0] {
  return { id: '0'.repeat(40), type: 'tree', bytes };
}

describe('parseTree', () => {
  it('finds in a tree what was written into it, whatever bytes its names have', () => {
    const unique = { selector: ({ name }: { name: Buffer }) => name.toString('latin1') };
    fc.assert(
      fc.property(fc.uniqueArray(ENTRY, unique), (written) => {
        const parts = written.map(({ mode, name, id }) =>
          Buffer.concat([Buffer.from(`${mode} `), name, Buffer.from([0]), id]),
        );
        const entries = parseTree(treeOf(Buffer.concat(parts)), 'sha1');
        expect(entries.map(({ id }) => id)).toEqual(
          written.map(({ id }) => Buffer.from(id).toString('hex')),
        );
        for (const [index, { path, isUtf8 }] of entries.entries()) {
          expect(Buffer.from(path).equals(written[index]?.name ?? Buffer.of())).toBe(isUtf8);
        }
      }),
      { numRuns: propertyRuns(200, 2000) },
    );
  });

  it('reads any bytes, or refuses them', () => {
    const codes = fc
      .sample(fc.uint8Array({ maxLength: 80 }), propertyRuns(200, 2000))
      .map((bytes) => refusalOf(() => parseTree(treeOf(bytes), 'sha1'))?.code ?? 'read');
    expect(new Set([...codes, 'read', 'GIT_OBJECT_INVALID'])).toEqual(
      new Set(['read', 'GIT_OBJECT_INVALID']),
    );
  });
});

describe('requireSame', () => {
  it.each(['sha1', 'sha256'] as const)(
    'accepts the bytes of which the id is the hash: %s',
    (format) => {
      const bytes = Buffer.from('text');
      const id = createHash(format).update('blob 4\0text').digest('hex');
      expect(refusalOf(() => requireSame({ id, type: 'blob', bytes }, format))).toBeUndefined();
      for (const other of [
        { type: 'tree', bytes },
        { type: 'blob', bytes: Buffer.from('Text') },
      ]) {
        expect(refusalOf(() => requireSame({ id, ...other }, format))?.code).toBe(
          'GIT_OBJECT_INVALID',
        );
      }
    },
  );
});

describe('BlockReader', () => {
  it('gives the same lines and bytes, however they are cut', async () => {
    const piece = fc.uint8Array({ maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(fc.array(piece), fc.integer({ min: 1, max: 12 }), async (pieces, most) => {
        const whole = Buffer.concat(pieces);
        const end = whole.subarray(0, most).indexOf(0x0a);
        const reader = new BlockReader(chunks(pieces));
        const line = await reader.readLine(most);
        expect(line && Buffer.from(line)).toEqual(end === -1 ? undefined : whole.subarray(0, end));
        const rest = Buffer.from(await reader.read(whole.length));
        expect(rest).toEqual(whole.subarray(end === -1 ? most : end + 1));
      }),
      { numRuns: propertyRuns(200, 2000) },
    );
  });
});

async function* chunks(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}
