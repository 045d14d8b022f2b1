import { describe, expect, it } from 'vitest';

import { sayDemand } from '../src/demand.ts';
import { listed, sentence, words, type Sentence } from '../src/sentence.ts';

/** As a shell shows it, with values in angle brackets. */
function plain(parts: Sentence): string {
  return parts
    .map((part) => {
      return typeof part === 'string' ? part : `<${part.value}>`;
    })
    .join('');
}

describe('a sentence', () => {
  it('takes what is put in for foreign, but for what is said to be ours', () => {
    const said = sentence`${words('performance')}: ${'@team'} failed ${3} times`;
    expect(plain(said)).toBe('performance: <@team> failed 3 times');
  });

  it('lists a few values and counts the rest', () => {
    expect(plain(listed(['a'], 2))).toBe('<a>');
    expect(plain(listed(['a', 'b'], 2))).toBe('<a>, <b>');
    expect(plain(listed(['a', 'b', 'c', 'd'], 2))).toBe('<a>, <b> and 2 more');
  });

  it.each([
    ['>= 300', 'at least <300>'],
    ['<=200', 'at most <200>'],
    ['> 1', 'more than <1>'],
    ['< 1', 'less than <1>'],
    ['!= cos', 'anything but <cos>'],
    ['== 1.2', '<1.2>'],
    ['ubuntu', '<ubuntu>'],
    ['>= 1.30 < 1.34', '<>= 1.30 < 1.34>'],
    ['', '<>'],
  ])('says what %s demands', (expression, said) => {
    expect(plain(sayDemand(expression))).toBe(said === '<>' ? '' : said);
  });
});
