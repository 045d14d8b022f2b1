import { parse } from '@oclif/core/parser';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Command } from '../../../src/cli/call/command.ts';
import type { OptionValue } from '../../../src/cli/call/options.ts';
import { readWords, type Mistake, type Reading } from '../../../src/cli/call/read-words.ts';
import { COMMANDS, findCommand } from '../../../src/cli/command-table.ts';
import { COMMANDS as OCLIF_COMMANDS } from '../../../src/cli/oclif-commands.ts';
import { propertyRuns } from '../../property-runs.ts';

const names = Object.keys(COMMANDS);

async function commandOf(name: string): Promise<Command> {
  const command = await findCommand(name);
  if (command === undefined) throw new Error(`no command ${name}`);
  return command;
}

function wordsIn(line: string): readonly string[] {
  return line.split(' ').filter((word) => word !== '');
}

async function read(name: string, line: string): Promise<Reading> {
  return readWords(wordsIn(line), await commandOf(name));
}

function givenIn(reading: Reading): ReadonlyMap<string, OptionValue> | undefined {
  return 'given' in reading ? reading.given : undefined;
}

/** What oclif's parser makes of the words by the same flags; undefined if it refuses them. */
async function oclifReading(
  name: string,
  words: readonly string[],
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const { args, flags } = OCLIF_COMMANDS[name] ?? {};
  if (args === undefined || flags === undefined) throw new Error(`oclif has no ${name}`);
  const given = await parse([...words], { args, flags, strict: true }).catch(() => undefined);
  return given && { ...given.flags, ...given.args };
}

/** Words as people mistype them: real flags, values of every kind, and what is nearly a flag. */
function wordsOf({ args, flags }: Command): fc.Arbitrary<readonly string[]> {
  const chars = Object.values(flags).flatMap(({ char }) => char ?? []);
  const flag = fc.oneof(
    fc
      .constantFrom(...Object.keys(flags), 'nope', 'constructor', 'format')
      .map((name) => `--${name}`),
    fc.constantFrom(...chars, 'x').map((char) => `-${char}`),
  );
  const value = fc.constantFrom(
    ...[
      'a',
      'b=c',
      'json',
      'json=a',
      'json=',
      '7',
      '65536',
      '007',
      '1e3',
      '',
      '-',
      '--',
      '-x',
      '--force',
      '=a',
    ],
  );
  const word = fc.oneof(
    flag.map((name) => [name]),
    fc.tuple(flag, value).map(([name, text]) => [name, text]),
    fc.tuple(flag, value).map(([name, text]) => [`${name}=${text}`]),
    fc.tuple(flag, value).map(([name, text]) => [`${name}${text}`]),
    value.map((text) => [text]),
    fc.constantFrom('--no-offline', '--Format=json', '---', 'évidence').map((text) => [text]),
  );
  // Most calls would lack them otherwise.
  const required = Object.entries(flags)
    .filter(([, each]) => 'required' in each)
    .map(([name]) => `--${name}=r`);
  const results = 'results' in flags ? ['--results', 'a', '--emit-evidence=e'] : [];
  const start = fc.constantFrom([], [...Object.keys(args), ...required, ...results]);
  return fc
    .tuple(start, fc.array(word, { maxLength: 6 }))
    .map(([first, words]) => [...first, ...words.flat()]);
}

/**
 * What is refused here and not by oclif: it takes `-x` for the value of a flag, drops the value of a switch or makes an
 * operand of it, takes an empty operand, waits for standard input if one is missing, reads `-recipe` as `-r ecipe`, and
 * goes on with a list after a switch.
 */
function isStricter(mistake: Mistake, words: readonly string[], { flags }: Command): boolean {
  if (mistake.kind === 'missing') return mistake.operands.length > 0;
  if (mistake.kind === 'operand-unwanted') return hasList(words, flags);
  return ['value-missing', 'value-unwanted', 'flag-unknown'].includes(mistake.kind);
}

/** Whether a list is given that goes on until the next flag, and in oclif beyond a switch. */
function hasList(words: readonly string[], flags: Command['flags']): boolean {
  const lists = new Set(
    Object.entries(flags).flatMap(([name, flag]) =>
      flag.type === 'texts' && flag.repeated !== true ? [name] : [],
    ),
  );
  return words.some((word) => lists.has(word.replace(/^--/, '').replace(/=.*$/, '')));
}

describe('readWords, beside a parser that others wrote', () => {
  it.each(names)('reads what it reads of %s as oclif does', async (name) => {
    const command = await commandOf(name);
    let count = 0;
    await fc.assert(
      fc.asyncProperty(wordsOf(command), async (words) => {
        const reading = readWords(words, command);
        // oclif refuses a value that looks like a flag even where it is attached to one.
        if ('mistake' in reading || words.some((word) => /^-(?:\w|.*=)-./.test(word))) return;
        count += 1;
        // An empty list of operands is none in oclif.
        const given = [...reading.given].filter(
          ([, value]) => !Array.isArray(value) || value.length > 0,
        );
        expect(await oclifReading(name, words)).toMatchObject(Object.fromEntries(given));
      }),
      { numRuns: propertyRuns(500, 3000) },
    );
    expect(count).toBeGreaterThan(20);
  });

  it.each(names)('takes of %s whatever oclif takes, but for what is named here', async (name) => {
    const command = await commandOf(name);
    await fc.assert(
      fc.asyncProperty(wordsOf(command), async (words) => {
        const reading = readWords(words, command);
        if ('given' in reading || isStricter(reading.mistake, words, command)) return;
        expect(await oclifReading(name, words)).toBeUndefined();
      }),
      { numRuns: propertyRuns(500, 3000) },
    );
  });
});

describe('readWords', () => {
  it.each([
    [
      'verify-evidence e.tar.gz --certificate-identity a@b --certificate-oidc-issuer=https://c',
      {
        input: ['e.tar.gz'],
        'certificate-identity': 'a@b',
        'certificate-oidc-issuer': 'https://c',
      },
    ],
    [
      'verify-evidence --policy p.json -f json e.tar.gz -o=r.json --offline',
      { policy: 'p.json', format: ['json'], input: ['e.tar.gz'], output: 'r.json', offline: true },
    ],
    ['verify-evidence - --policy=-', { input: ['-'], policy: '-' }],
    [
      'verify-evidence -fmarkdown -or.md -- -f',
      { format: ['markdown'], output: 'r.md', input: ['-f'] },
    ],
    ['verify-evidence --from list', { from: 'list', input: [] }],
    ['verify-evidence a --offline b -- -c', { input: ['a', 'b', '-c'], offline: true }],
    ['validate -r r -s s', { recipe: 'r', snapshot: 's' }],
    [
      'validate --results a b - --recipe r --results=c d --snapshot s',
      { results: ['a', 'b', '-', 'c', 'd'], recipe: 'r', snapshot: 's' },
    ],
    ['sandbox', { port: 0 }],
    ['sandbox --port 80 --dir d', { port: 80, dir: 'd' }],
  ])('reads %s', async (line, expected) => {
    const [name = '', ...rest] = line.split(' ');
    const given = givenIn(await read(name, rest.join(' ')));
    expect(Object.fromEntries(given ?? [])).toEqual(expected);
  });

  it.each<[string, Mistake]>([
    ['verify-evidence', { kind: 'missing', operands: ['input'], flags: [] }],
    ['report a b', { kind: 'operand-unwanted', word: 'b' }],
    ['report a -- --offline', { kind: 'operand-unwanted', word: '--offline' }],
    [
      'verify-evidence a --trusted-root',
      { kind: 'value-missing', name: 'trusted-root', word: undefined },
    ],
    [
      'verify-evidence a -o --offline',
      { kind: 'value-missing', name: 'output', word: '--offline' },
    ],
    ['verify-evidence a -o -- b', { kind: 'value-missing', name: 'output', word: '--' }],
    [
      'verify-evidence a --trusted-root b --trusted-root c',
      { kind: 'flag-twice', name: 'trusted-root' },
    ],
    ['verify-evidence a -o b --output c', { kind: 'flag-twice', name: 'output' }],
    [
      'verify-evidence a --policy b --certificate-identity c',
      { kind: 'excludes', name: 'policy', other: 'certificate-identity' },
    ],
    ['verify-evidence a --format xml', { kind: 'value-wrong', name: 'format', word: 'xml' }],
    ['verify-evidence a --offline=yes', { kind: 'value-unwanted', name: 'offline' }],
    ['verify-evidence a --formt=json', { kind: 'flag-unknown', word: '--formt=json' }],
    ['verify-evidence a -x', { kind: 'flag-unknown', word: '-x' }],
    ['verify-evidence a -output b', { kind: 'flag-unknown', word: '-output' }],
    ['verify-evidence a --constructor', { kind: 'flag-unknown', word: '--constructor' }],
    ['validate', { kind: 'missing', operands: [], flags: ['recipe', 'snapshot'] }],
    ['validate -r r', { kind: 'missing', operands: [], flags: ['snapshot'] }],
    ['validate -r r -s s --force', { kind: 'needs', name: 'force', other: 'emit-evidence' }],
    [
      'validate -r r -s s --results --force',
      { kind: 'value-missing', name: 'results', word: '--force' },
    ],
    ['validate -r r -s s --results a -- b', { kind: 'operand-unwanted', word: 'b' }],
    ['sandbox --port 65536', { kind: 'value-wrong', name: 'port', word: '65536' }],
    ['sandbox --port=-1', { kind: 'value-wrong', name: 'port', word: '-1' }],
  ])('says what is wrong with %s', async (line, mistake) => {
    const [name = '', ...rest] = line.split(' ');
    expect(await read(name, rest.join(' '))).toEqual({ mistake });
  });

  it('takes an empty operand, as of a variable that was not set, for none', async () => {
    expect(readWords([''], await commandOf('verify-evidence'))).toEqual({
      mistake: { kind: 'missing', operands: ['input'], flags: [] },
    });
  });
});
