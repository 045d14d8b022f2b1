// Many bundles of one recipe: it is read once, and each is judged as it is alone.
import { describe, expect, it, vi } from 'vitest';

import { CheckLog } from '../../../src/attestation/check-log.ts';
import { CHECK_NAMES } from '../../../src/evidence/verify/checks.ts';
import { ReadBefore } from '../../../src/evidence/verify/read-before.ts';
import {
  readBundleBom,
  readBundleRecipe,
  valueOf,
} from '../../../src/evidence/verify/read-parts.ts';
import { recompute } from '../../../src/evidence/verify/recompute.ts';
import { changed, contentsOf, packDemo, predicateIn, receivedOf, type Contents } from '../demo.ts';

const CONTENTS = await contentsOf((await packDemo()).files);
const PREDICATE = predicateIn(CONTENTS);
const LONGER = Buffer.concat([CONTENTS.get('recipe.yaml') ?? Buffer.alloc(0), Buffer.from('\n')]);

function judged(contents: Contents, readBefore?: ReadBefore) {
  const log = new CheckLog(CHECK_NAMES);
  const received = { files: receivedOf(contents), predicate: PREDICATE };
  const judgement = recompute(log, received, { readBefore });
  return { judgement, checks: log.results() };
}

describe('what is read of one bundle', () => {
  it.each([
    ['nothing', {}],
    ['one line of the recipe', { 'recipe.yaml': LONGER }],
    ['the recipe, which is missing', { 'recipe.yaml': undefined }],
    ['the recipe, which is no text', { 'recipe.yaml': Buffer.from([0xff]) }],
    ['the bill of materials', { 'bom.cdx.json': '{"bomFormat":"CycloneDX","specVersion":"1.6"}' }],
    ['the bill of materials, which is none', { 'bom.cdx.json': '{}' }],
  ])('changes nothing in another, in which this is different: %s', (_, change) => {
    const readBefore = new ReadBefore();
    const good = judged(CONTENTS, readBefore);
    expect(good.checks.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    const other = changed(CONTENTS, change);
    expect(judged(other, readBefore)).toEqual(judged(other));
    expect(judged(CONTENTS, readBefore)).toEqual(good);
    expect(judged(CONTENTS)).toEqual(good);
  });

  it('is read no second time of the same bytes, and is by its rules', () => {
    const readBefore = new ReadBefore();
    const files = receivedOf(CONTENTS);
    const first = valueOf(readBundleRecipe(files, 'v3', readBefore));
    const bom = valueOf(readBundleBom(files, readBefore));
    const decode = vi.spyOn(TextDecoder.prototype, 'decode');
    expect(valueOf(readBundleRecipe(files, 'v3', readBefore))?.recipe).toBe(first?.recipe);
    expect(valueOf(readBundleBom(files, readBefore))).toBe(bom);
    expect(decode).not.toHaveBeenCalled();
    const legacy = valueOf(readBundleRecipe(files, 'legacy', readBefore));
    expect(decode).toHaveBeenCalledOnce();
    expect(legacy?.digest).not.toBe(first?.digest);
    vi.restoreAllMocks();
  });
});

describe('in memory', () => {
  it('are the last few alone, and none that is large', () => {
    const { boms } = new ReadBefore();
    const files = receivedOf(CONTENTS);
    const bom = valueOf(readBundleBom(files));
    if (bom === undefined) throw new TypeError('no bill of materials');
    const read = vi.fn<() => NonNullable<typeof bom>>(() => bom);
    const ask = (text: string) => boms.of(Buffer.from(text), '', read);
    for (let index = 0; index < 8; index += 1) ask(`${index}`);
    ask('0');
    expect(read).toHaveBeenCalledTimes(8);
    ask('8');
    ask('0');
    expect(read).toHaveBeenCalledTimes(9);
    ask('1');
    expect(read).toHaveBeenCalledTimes(10);
    const large = ' '.repeat(1024 * 1024);
    ask(large);
    ask(large);
    expect(read).toHaveBeenCalledTimes(12);
  });
});
