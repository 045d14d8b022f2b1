import { describe, expect, it } from 'vitest';

import { TALK_FLAGS } from '../../src/cli/call/talk-flags.ts';
import { COMMANDS, findCommand } from '../../src/cli/command-table.ts';
import { runProgram } from '../run-here.ts';

describe('words that are no call of a command', () => {
  it.each([
    [['foo'], '"foo"'],
    [['constructor'], '"constructor"'],
    [['', 'validate'], '""'],
    [['--format', 'terminal', 'verify-evidence'], 'the flag "--format" before a command'],
    [['help', 'foo'], '"foo"'],
    [['validate', 'a'], '"a", which belongs to no flag'],
    [['sandbox', 'a', 'b'], '"a", which belongs to no flag'],
    [['report', 'a', 'b'], '"b", which belongs to no flag'],
    [['report', '--', '--help', 'b'], '"b", which belongs to no flag'],
    [['verify-evidence'], 'no INPUT'],
  ])('%j is usage, and found: %s', async (words, found) => {
    const { code, stdout, stderr } = await runProgram(words);
    expect(stderr).toContain(`found: ${found}\n`);
    expect(stdout).toBe('');
    expect(code).toBe(64);
  });

  it('does not wait for standard input where an operand is missing', async () => {
    const { code } = await runProgram(['verify-evidence'], { stdin: 'evidence.tar.gz\n' });
    expect(code).toBe(64);
  });

  it.each([['--format', 'json'], ['--format=json'], ['-f', 'json'], ['-fjson'], ['-f=json']])(
    'say so as JSON with %s %s',
    async (...format) => {
      const { code, stdout } = await runProgram(['verify-evidence', '--frobnicate', ...format]);
      expect(code).toBe(64);
      const error = { code: 'USAGE', at: 'affidavit verify-evidence' };
      expect(JSON.parse(stdout)).toMatchObject({ schemaVersion: '1.0.0', exitCode: 64, error });
    },
  );
});

describe('help', () => {
  it.each(['', 'help', '--help', '-h', 'help help', '--help version', 'version -h'])(
    'affidavit %s lists the commands, with 0',
    async (line) => {
      const { code, stdout, stderr } = await runProgram(
        line.split(' ').filter((word) => word !== ''),
      );
      for (const name of ['help', 'sandbox', 'validate', 'verify-evidence', 'version']) {
        expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
      }
      expect(stderr).toBe('');
      expect(code).toBe(0);
    },
  );

  it.each(['help validate', '--help validate', '-h validate', 'validate --help', 'validate -h -h'])(
    'affidavit %s shows the flags of validate, short ones too, with 0',
    async (line) => {
      const { code, stdout, stderr } = await runProgram(line.split(' '));
      for (const flag of [
        '-r, --recipe=',
        '-s, --snapshot=',
        '-o, --output=',
        '-f, --format=',
        '-h, --help',
      ]) {
        expect(stdout).toContain(`  ${flag}`);
      }
      expect(stderr).toBe('');
      expect(code).toBe(0);
    },
  );
});

describe('help among the words of a call', () => {
  it.each([
    'verify-evidence a.tar.gz -h',
    'verify-evidence -h a.tar.gz',
    'gate --base main --head -h',
    'gate --head main --help',
    'recipe lint --help a.yaml',
  ])('is shown, and no success, since nothing of it was done: %s', async (line) => {
    const { code, stdout } = await runProgram(line.split(' '));
    expect([code, stdout.startsWith('USAGE\n') || stdout.includes('\nUSAGE\n')]).toEqual([
      64,
      true,
    ]);
  });
});

describe('the first word of several commands', () => {
  const RECIPE = /^USAGE\n {2}\$ affidavit recipe COMMAND\n\nCOMMANDS\n(?: {2}.*\n)+\n$/;

  it.each(['recipe --help', 'help recipe', 'recipe help'])(
    'is asked for with affidavit %s: its commands, a line each, and 0',
    async (line) => {
      const { code, stdout, stderr } = await runProgram(line.split(' '), {
        env: { COLUMNS: '120' },
      });
      expect(stdout).toMatch(RECIPE);
      const ours = Object.keys(COMMANDS).filter((name) => name.startsWith('recipe '));
      expect(stdout.match(/(?<=^ {2})recipe \w+(?= )/gm)).toEqual(ours);
      expect(stdout.split('\n')).toHaveLength(ours.length + 6);
      expect(stderr).toBe('');
      expect(code).toBe(0);
    },
  );

  it('says the same alone, on standard error, with 64', async () => {
    const { code, stdout, stderr } = await runProgram(['recipe'], { env: { COLUMNS: '120' } });
    expect(stderr).toMatch(RECIPE);
    expect(stdout).toBe('');
    expect(code).toBe(64);
  });

  it.each(['recipe lnit', 'recipe lnit --help', 'help recipe lnit'])(
    'with one that is misspelt, affidavit %s, is usage, and says which was meant',
    async (line) => {
      const { code, stdout, stderr } = await runProgram(line.split(' '));
      expect(stderr).toContain('found: "recipe lnit"\n');
      expect(stderr).toContain(' next: did you mean affidavit recipe lint? ');
      expect(stdout).toBe('');
      expect(code).toBe(64);
    },
  );
});

describe('the help of a command', () => {
  const ITEM = /\[(?:[^[\]]|\[[^\]]*\])*\]|--\S+ [A-Z.]+/g;

  it.each(
    ['sandbox', 'validate', 'verify-evidence'].flatMap((name) =>
      [40, 120].map((columns) => [name, columns] as const),
    ),
  )('of %s keeps to COLUMNS=%i, and breaks no item that fits a line', async (name, columns) => {
    const { stdout } = await runProgram(['help', name], { env: { COLUMNS: String(columns) } });
    const [page = ''] = stdout.split('\nEXAMPLES\n');
    const lines = page.split('\n').slice(1);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
    expect(Math.max(...lines.map((line) => line.length))).toBeGreaterThan(columns - 12);
    expect(lines.filter((line) => /\s$/.test(line))).toEqual([]);
    const usage = /\nUSAGE\n(.*?)\n\n/s.exec(page)?.[1] ?? '';
    const command = await findCommand(name);
    const items = (command?.usage ?? '').replaceAll(/\s+/g, ' ').match(ITEM) ?? [];
    expect(items.length).toBeGreaterThan(1);
    const fitting = items.filter((item) => item.length <= columns - 4);
    for (const item of fitting) expect(usage).toContain(item);
    expect(usage).not.toMatch(/--\S+\n *[A-Z]/);
  });

  it.each(Object.keys(COMMANDS))(
    'of %s at 80 columns: its flags in one column under each heading, usage whole, and every flag in both',
    async (name) => {
      const { stdout } = await runProgram(['help', ...name.split(' ')], { env: { COLUMNS: '80' } });
      const [page = '', examples = ''] = stdout.split('\nEXAMPLES\n');
      expect(
        page
          .split('\n')
          .slice(1)
          .filter((line) => line.length > 80),
      ).toEqual([]);
      const { flags = {}, usage = '' } = (await findCommand(name)) ?? {};
      const shown = /\nUSAGE\n(.*?)\n\n/s.exec(page)?.[1] ?? '';
      expect(shown.replaceAll(/\s+/g, ' ')).toBe(` $ affidavit ${usage.replaceAll(/\s+/g, ' ')}`);
      const sections = [...page.matchAll(/\n[A-Z ]*FLAGS\n(.*?)\n(?=\n|$)/gs)].map(
        ([, body = '']) => body.split('\n').filter((line) => /^ {2,6}-/.test(line)),
      );
      for (const lines of sections) {
        const columns = lines.map((line) => line.indexOf('--'));
        expect(new Set(columns).size).toBe(1);
      }
      const listed = sections.flat().map((line) => /--([a-z-]+)/.exec(line)?.[1]);
      expect(listed).toHaveLength(Object.keys(flags).length + 1);
      expect(new Set(listed)).toEqual(new Set([...Object.keys(flags), 'help']));
      // Those of all commands are in no usage, as --help.
      const own = Object.keys(flags).filter((flag) => !Object.hasOwn(TALK_FLAGS, flag));
      for (const flag of own) expect(shown).toContain(`--${flag}`);
      expect(examples).toContain(`$ affidavit ${name}`);
    },
  );

  it.each(['sandbox', 'validate', 'verify-evidence'])(
    'of %s says its summary once, and its description in whole paragraphs',
    async (name) => {
      const { stdout } = await runProgram(['help', name], { env: { COLUMNS: '9999' } });
      const command = await findCommand(name);
      expect(stdout.split(command?.summary ?? '?')).toHaveLength(2);
      const paragraphs = command?.description.split('\n\n') ?? [];
      expect(stdout).toContain(`DESCRIPTION\n  ${paragraphs.join('\n\n  ')}\n`);
      expect(paragraphs.filter((paragraph) => paragraph.includes('\n'))).toEqual([]);
    },
  );
});

describe('version', () => {
  it.each(['version', '--version'])('affidavit %s is one line, with 0', async (word) => {
    const { code, stdout, stderr } = await runProgram([word], { ownProcess: true });
    expect(stdout).toMatch(/^affidavit\/\d+\.\d+\.\d+ \w+-\w+ node-v\d+\.\d+\.\d+\n$/);
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });
});
