import { execFileSync } from 'node:child_process';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { commandLine } from '../src/shell-words.ts';

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

  it('writes what is invisible byte by byte, and a shell reads exactly that', () => {
    expect(commandLine(['a\u202Eb\nc'])).toBe(String.raw`"$(printf %b 'a\0342\0200\0256b\0012c')"`);
    const hostile = [
      '\u001B[31m',
      '\u200B7',
      '-\u0007',
      "\\'\t%s",
      'x\u{E0041}\n\n',
      '\n',
      '$(id)\u00AD',
    ];
    const unit = fc.constantFrom(
      'a',
      '7',
      '%',
      '-',
      "'",
      '\\',
      '\n',
      '\t',
      '\u001B',
      '\u202E',
      '\u200B',
    );
    const samples = fc.sample(fc.array(fc.string({ unit }), { maxLength: 20 }), 20);
    for (const words of [hostile, ...samples]) {
      expect(wordsInShell(commandLine(words))).toEqual(words);
    }
  });
});
