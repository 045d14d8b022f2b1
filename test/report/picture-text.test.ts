import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { linesIn } from '../../src/report/html/picture-text.ts';
import { lengthOf } from '../../src/report/render/terminal-lines.ts';
import { visible } from '../../src/report/render/visible.ts';
import { propertyRuns } from '../property-runs.ts';

describe('text in a picture', () => {
  it('breaks behind what separates words and parts of an address, and shows all that has room', () => {
    expect(linesIn('embedded public-good root', 17, 4)).toEqual(['embedded public-', 'good root']);
    expect(linesIn('https://github.com/example/gpu-lab', 17, 4)).toEqual([
      'https://github.',
      'com/example/gpu-',
      'lab',
    ]);
    expect(linesIn('short', 17, 4)).toEqual(['short']);
    expect(linesIn('', 17, 4)).toEqual(['']);
  });

  it('breaks what is longer than a line, and shows that it is cut', () => {
    expect(linesIn('a'.repeat(25), 10, 3)).toEqual(['a'.repeat(10), 'a'.repeat(10), 'aaaaa']);
    expect(linesIn('a'.repeat(40), 10, 3)).toEqual(['a'.repeat(10), 'a'.repeat(10), 'aaaaaaaaa…']);
  });

  it('has no more lines and columns than there is room for, whatever the text', () => {
    const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.lorem());
    fc.assert(
      fc.property(
        text,
        fc.integer({ min: 4, max: 50 }),
        fc.integer({ min: 1, max: 4 }),
        (...all) => {
          const [value, room, most] = all;
          const lines = linesIn(value, room, most);
          expect(lines.length).toBeLessThanOrEqual(most);
          for (const line of lines) expect(lengthOf(line)).toBeLessThanOrEqual(room);
          const bare = (shown: string): string => shown.replaceAll(/[\s…]/g, '');
          expect(bare(visible(value, 10_000)).startsWith(bare(lines.join('')))).toBe(true);
        },
      ),
      { numRuns: propertyRuns(100, 1000) },
    );
  });
});
