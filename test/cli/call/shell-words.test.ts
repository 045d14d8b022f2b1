import { execFileSync } from 'node:child_process';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { commandLine } from '../../../src/cli/call/shell-words.ts';

/** What a shell makes of a command line. */
function wordsInShell(text: string): readonly string[] {
  const script = `set -- ${text}; for word; do printf '%s\\0' "$word"; done`;
  return execFileSync('sh', ['-c', script]).toString().split('\0').slice(0, -1);
}

describe('commandLine', () => {
  it('leaves plain words as they are', () => {
    const words = ['affidavit', '--format=json', './a-b/c.tar.gz', 'https://a.test/b', 'a@b.test'];
    expect(commandLine(words)).toBe(words.join(' '));
  });

  it('quotes what a shell would change, and nothing runs', () => {
    const words = [
      '',
      ' ',
      "it's",
      '$HOME',
      '`id`',
      '$(id)',
      '!x',
      '*',
      '~',
      'a;b',
      '#c',
      '\\',
      '"',
    ];
    expect(wordsInShell(commandLine(words))).toEqual(words);
  });

  it('is read by a shell as exactly the words, whatever is printable in them', () => {
    const word = fc.string({ unit: fc.constantFrom(...'ab \'"\\$`*?[]{}()<>|&;!#~=%^-') });
    const samples = fc.sample(fc.array(word, { maxLength: 40 }), 20);
    for (const words of samples) expect(wordsInShell(commandLine(words))).toEqual(words);
  });

  it('shows what is invisible, so that a copied command is not another one', () => {
    expect(commandLine(['a\u202Eb\nc'])).toBe(String.raw`'a\u202eb\u000ac'`);
  });
});
