import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { NOT_VERIFIED, renderFile, renderTree } from '../../src/report/render/bundle-files.ts';
import { propertyRuns } from '../property-runs.ts';

const DIGEST = `sha256:${'0'.repeat(64)}`;
const MORE = 'affidavit evidence show b.tar.gz a --output FILE';

function shown(bytes: Uint8Array, size = bytes.length): string {
  return renderFile({ file: { path: 'a', size, digest: DIGEST }, start: bytes }, MORE);
}

describe('the tree of a bundle', () => {
  const files = [
    { path: 'ctrf/deployment.json', size: 12, digest: DIGEST },
    { path: 'ctrf/deep/er/x', size: 3, digest: DIGEST },
    { path: 'recipe.yaml', size: 1000, digest: DIGEST },
  ];

  it('names each directory once, and says first that nothing is verified', () => {
    expect(renderTree(files)).toBe(
      [
        NOT_VERIFIED,
        '3 files, 1015 bytes',
        '',
        'ctrf/',
        `  deployment.json    12  ${DIGEST}`,
        '  deep/',
        '    er/',
        `      x               3  ${DIGEST}`,
        `recipe.yaml        1000  ${DIGEST}`,
        '',
      ].join('\n'),
    );
  });

  it('puts the digest below the name where a line has no room for both', () => {
    const lines = renderTree(files, 80).split('\n');
    expect(lines).toContain('recipe.yaml        1000');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('breaks at words what no narrow line has room for', () => {
    const lines = renderTree(files, 60).split('\n');
    expect(lines.slice(0, 2).join(' ')).toBe(NOT_VERIFIED);
    expect(lines.filter((line) => line.length > 60 && !line.includes(DIGEST))).toEqual([]);
  });

  it('has no file: no line', () => {
    expect(renderTree([])).toBe(`${NOT_VERIFIED}\n0 files, 0 bytes\n\n`);
  });
});

describe('a file of a bundle', () => {
  it('is shown line by line, with what nobody can see escaped', () => {
    const text = 'a\tb\n\u001B[2Jgone\u202E\r\n';
    expect(shown(Buffer.from(text))).toBe(
      `${NOT_VERIFIED}\na: ${Buffer.byteLength(text)} bytes, ${DIGEST}\n\na\tb\n\\u001b[2Jgone\\u202e\\u000d\n`,
    );
  });

  it.each([
    ['has a NUL', Buffer.from('a\0b')],
    ['is no UTF-8', Buffer.from([0x61, 0xff])],
    ['ends in half a character', Buffer.from('ä').subarray(0, 1)],
  ])('is not shown if it %s, but how to get it is', (_, bytes) => {
    expect(shown(bytes)).toContain(`\n\nThis is no text. All of it: ${MORE}\n`);
  });

  it('is cut, with what is left, perhaps within a character', () => {
    const start = Buffer.from('aä').subarray(0, 2);
    expect(shown(start, 100)).toContain(`\n\na\n\n… and 98 more bytes. All of it: ${MORE}\n`);
  });

  it('never brings a control character to the terminal, whatever it holds', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.string({ unit: 'binary', maxLength: 200 }).map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(bytes, fc.nat(9), (start, left) => {
        const text = shown(start, start.length + left);
        expect(text.split('\n', 1)).toEqual([NOT_VERIFIED]);
        expect(text.replaceAll(/[\n\t]/g, '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
      { numRuns: propertyRuns(50, 2000) },
    );
  });
});
