// Names of other programs for our flags: each is read as ours, and none stands in the way of ours.
import { describe, expect, it } from 'vitest';

import { FLAG_ALIASES, aliasesOf, withOwnNames } from '../../../src/cli/call/flag-aliases.ts';
import { readWords } from '../../../src/cli/call/read-words.ts';
import { usageError } from '../../../src/cli/call/usage-error.ts';
import { allCommands } from '../../../src/cli/command-table.ts';
import { runProgram } from '../../run-here.ts';

const commands = [...(await allCommands())];
const uses = commands.flatMap(([name, command]) =>
  [...aliasesOf(command)].map(([alias, own]) => ({ name, command, alias, own })),
);

describe('a name of another program', () => {
  it.each([...FLAG_ALIASES.keys()])('%s is one of a command at least', (alias) => {
    expect(uses.filter((use) => use.alias === alias)).not.toEqual([]);
  });

  it.each(uses)('$alias is read as our flag by $name', ({ command, alias, own }) => {
    const flag = command.flags[own.flag];
    const alone = { ...flag, dependsOn: [], exclusive: [] };
    const free = { ...command, args: {}, instead: '', flags: { [own.flag]: alone } };
    const given = (...words: readonly string[]): unknown => {
      const reading = readWords(withOwnNames(words, command), free as typeof command);
      return 'given' in reading ? [...reading.given] : reading.mistake;
    };
    const value = flag?.type === 'number' ? '7' : 'x';
    const isSwitch = flag?.type === 'switch' || own.value !== undefined;
    const after = isSwitch ? [] : [value];
    const ours = given(`--${own.flag}`, ...(own.value === undefined ? after : [own.value]));
    expect(ours).toHaveLength(1);
    expect(given(`--${alias}`, ...after)).toEqual(ours);
    expect(given(isSwitch ? `--${alias}` : `--${alias}=${value}`)).toEqual(ours);
  });

  it.each(commands)('is no flag of %s, which would be taken from its users', (_, command) => {
    const names = Object.keys(command.flags);
    expect([...aliasesOf(command).keys()].filter((alias) => names.includes(alias))).toEqual([]);
    // What is ours stays ours, in any command.
    const words = names.flatMap((name) => [`--${name}`, `--${name}=x`]);
    expect(withOwnNames(words, command)).toEqual(words);
  });

  it('is another word after --, in a value, and where it would need one', () => {
    const verify = new Map(commands).get('verify-evidence');
    if (verify === undefined) throw new Error('no such command');
    const words = ['--', '--cert-identity', 'a', '--json'];
    expect(withOwnNames(words, verify)).toEqual(words);
    expect(withOwnNames(['--policy=--cert-identity', '--json=x'], verify)).toEqual([
      '--policy=--cert-identity',
      '--json=x',
    ]);
  });

  it('leads to no other name of another program', () => {
    for (const { flag } of FLAG_ALIASES.values()) expect(FLAG_ALIASES.has(flag)).toBe(false);
  });

  it('stands in no help', async () => {
    for (const name of ['verify-evidence', 'trust update']) {
      const { stdout } = await runProgram([...name.split(' '), '--help']);
      const aliases = uses.filter((use) => use.name === name).map(({ alias }) => alias);
      expect(aliases.length).toBeGreaterThan(1);
      const listed = new Set([...stdout.matchAll(/--([a-z-]+)/g)].map(([, flag]) => flag));
      expect(aliases.filter((alias) => listed.has(alias))).toEqual([]);
    }
  });

  it('is in the error of a wrong value under our name, in JSON if --json asks for it', async () => {
    const words = ['verify-evidence', 'nowhere', '--cert-identity', 'me@example.com', '--json'];
    const { code, stdout } = await runProgram(words);
    expect(code).toBe(64);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'IDENTITY_INCOMPLETE', at: '--certificate-oidc-issuer' },
    });
  });
});

describe('a name that is nearly one', () => {
  it.each([
    ['--cert-identty', '--certificate-identity'],
    ['--custom-trusted-rot', '--trusted-root'],
    ['--cert-identity-regex', '--certificate-identity'],
    ['--trusted-rooot', '--trusted-root'],
    ['--registry-cacerts', '--registry-ca'],
    ['--max-worker', '--jobs'],
  ])('%s is answered with %s', (word, meant) => {
    const verify = new Map(commands).get('verify-evidence');
    if (verify === undefined) throw new Error('no such command');
    const reading = readWords(withOwnNames(['x', word], verify), verify);
    if (!('mistake' in reading)) throw new Error('no mistake');
    const { hint } = usageError('verify-evidence', verify, reading.mistake);
    expect(hint).toContain(`did you mean ${meant}? `);
  });
});
