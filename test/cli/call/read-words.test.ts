import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Command } from '../../../src/cli/call/command.ts';
import { readWords } from '../../../src/cli/call/read-words.ts';
import { COMMANDS, findCommand } from '../../../src/cli/command-table.ts';
import { parseWords } from '../../../src/cli/oclif.ts';

const names = Object.keys(COMMANDS);

async function commandOf(name: string): Promise<Command> {
  const command = await findCommand(name);
  if (command === undefined) throw new Error(`no command ${name}`);
  return command;
}

/** Words as people mistype them: real flags, values of every kind, and what is nearly a flag. */
function wordsOf({ flags }: Command): fc.Arbitrary<readonly string[]> {
  const flag = fc.constantFrom(...Object.keys(flags), 'nope', 'constructor', 'format');
  const value = fc.constantFrom(
    'a',
    'b=c',
    'json',
    '7',
    '65536',
    '007',
    '1e3',
    '',
    '-',
    '--',
    '-x',
    '--force',
  );
  const word = fc.oneof(
    flag.map((name) => [`--${name}`]),
    fc.tuple(flag, value).map(([name, text]) => [`--${name}`, text]),
    fc.tuple(flag, value).map(([name, text]) => [`--${name}=${text}`]),
    value.map((text) => [text]),
    fc.constantFrom('-f', '--no-offline', '--Format=json', '---', 'évidence').map((text) => [text]),
  );
  // Most calls would lack them otherwise.
  const required = ['--recipe', 'r', '--snapshot=s', '--results', 'a', '--emit-evidence=e'];
  const start = fc.constantFrom([], 'recipe' in flags ? required : []);
  return fc
    .tuple(start, fc.array(word, { maxLength: 6 }))
    .map(([first, words]) => [...first, ...words.flat()]);
}

describe('readWords', () => {
  it.each(names)('reads what it reads of %s as oclif does', async (name) => {
    const command = await commandOf(name);
    let read = 0;
    await fc.assert(
      fc.asyncProperty(wordsOf(command), async (words) => {
        const options = readWords(words, command);
        if (options === undefined) return;
        read += 1;
        expect(options).toEqual(await parseWords(words, command));
      }),
      { numRuns: 2000 },
    );
    expect(read).toBeGreaterThan(20);
  });

  it.each([
    ['verify-evidence', 'e.tar.gz --certificate-identity a@b --certificate-oidc-issuer=https://c'],
    ['verify-evidence', '--policy p.json --format json e.tar.gz --output=r.json --offline'],
    ['validate', '--recipe r --snapshot s --results a --results=b --emit-evidence e --sandbox'],
    ['validate', '--recipe r --snapshot s --results a --emit-evidence e --no-sign --force'],
    ['sandbox', ''],
    ['sandbox', '--port 80 --dir d'],
  ])('reads %s %s without oclif', async (name, line) => {
    const command = await commandOf(name);
    const words = line.split(' ').filter((word) => word !== '');
    const options = readWords(words, command);
    expect(options).toBeDefined();
    expect(options).toEqual(await parseWords(words, command));
  });

  it.each([
    ['verify-evidence', ''],
    ['verify-evidence', 'a b'],
    ['verify-evidence', 'a --trusted-root'],
    ['verify-evidence', 'a --trusted-root b --trusted-root c'],
    ['verify-evidence', 'a --policy b --certificate-identity c'],
    ['verify-evidence', 'a --format xml'],
    ['verify-evidence', 'a --offline=yes'],
    ['verify-evidence', '-- a'],
    ['validate', '--recipe r'],
    ['validate', '--recipe r --snapshot s --force'],
    ['validate', '--recipe r --snapshot s --results -'],
    ['sandbox', '--port 65536'],
    ['sandbox', '--port=-1'],
  ])('leaves %s %s to oclif', async (name, line) => {
    const words = line.split(' ').filter((word) => word !== '');
    expect(readWords(words, await commandOf(name))).toBeUndefined();
  });
});
