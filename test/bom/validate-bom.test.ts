import { describe, expect, it } from 'vitest';

import { parseBom } from '../../src/bom/bom.ts';
import { requireValidBom } from '../../src/bom/validate-bom.ts';

async function judged(more: Readonly<Record<string, unknown>>): Promise<void> {
  const text = JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1, ...more });
  const bytes = new TextEncoder().encode(text);
  await requireValidBom(bytes, parseBom(bytes, 'bom.json'));
}

function dependsOn(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `component-${index}`);
}

describe('a list of a bill of materials that must have no duplicates', () => {
  it('may have 200,000 items, which took the rule of Ajv minutes', async () => {
    const dependencies = [{ ref: 'r', dependsOn: dependsOn(200_000) }];
    await expect(judged({ dependencies })).resolves.toBeUndefined();
  });

  it('is refused with one item twice, at its place', async () => {
    const list = [...dependsOn(100), 'component-7'];
    await expect(judged({ dependencies: [{ ref: 'r', dependsOn: list }] })).rejects.toMatchObject({
      code: 'BOM_INVALID',
      at: 'bom.json#/dependencies/0/dependsOn',
      found: 'must NOT have duplicate items',
    });
  });

  it('is refused with items that differ in the order of their keys alone', async () => {
    const one = { type: 'library', name: 'a' };
    const other = { name: 'a', type: 'library' };
    await judged({ components: [one, { ...other, version: '1' }] });
    await expect(judged({ components: [one, other] })).rejects.toMatchObject({
      code: 'BOM_INVALID',
      at: 'bom.json#/components',
    });
  });
});
