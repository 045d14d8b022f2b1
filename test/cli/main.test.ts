import { describe, expect, it } from 'vitest';

import { findCommand } from '../../src/cli/command-table.ts';
import { runCli } from '../run-cli.ts';

describe('words that are no call of a command', () => {
  it.each([
    [['foo'], '"foo"'],
    [['constructor'], '"constructor"'],
    [['', 'validate'], '""'],
    [['--format', 'terminal', 'verify-evidence'], 'the flag "--format" before a command'],
    [['help', 'foo'], '"foo"'],
    [['validate', 'a'], '"a", which belongs to no flag'],
    [['sandbox', 'a', 'b'], '"a", which belongs to no flag'],
    [['verify-evidence', 'a', 'b'], '"b", which belongs to no flag'],
    [['verify-evidence', '--', '--help', 'b'], '"b", which belongs to no flag'],
    [['verify-evidence'], 'no INPUT'],
  ])('%j is usage, and found: %s', async (words, found) => {
    const { code, stdout, stderr } = await runCli(words);
    expect(stderr).toContain(`found: ${found}\n`);
    expect(stdout).toBe('');
    expect(code).toBe(64);
  });

  it('does not wait for standard input where an operand is missing', async () => {
    const { code } = await runCli(['verify-evidence'], { stdin: 'evidence.tar.gz\n' });
    expect(code).toBe(64);
  });

  it.each([['--format', 'json'], ['--format=json'], ['-f', 'json'], ['-fjson'], ['-f=json']])(
    'say so as JSON with %s %s',
    async (...format) => {
      const { code, stdout } = await runCli(['verify-evidence', '--frobnicate', ...format]);
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
      const { code, stdout, stderr } = await runCli(line.split(' ').filter((word) => word !== ''));
      for (const name of ['help', 'sandbox', 'validate', 'verify-evidence', 'version']) {
        expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
      }
      expect(stderr).toBe('');
      expect(code).toBe(0);
    },
  );

  it.each(['help validate', '--help validate', '-h validate', 'validate --help', 'validate -r -h'])(
    'affidavit %s shows the flags of validate, short ones too, with 0',
    async (line) => {
      const { code, stdout, stderr } = await runCli(line.split(' '));
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

describe('the help of a command', () => {
  const ITEM = /\[[^\]]*\]|--\S+ [A-Z]+/g;

  it.each(
    ['sandbox', 'validate', 'verify-evidence'].flatMap((name) =>
      [40, 80, 120].map((columns) => [name, columns] as const),
    ),
  )('of %s keeps to COLUMNS=%i, and breaks no item that fits a line', async (name, columns) => {
    const { stdout } = await runCli(['help', name], { env: { COLUMNS: String(columns) } });
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

  it.each(['sandbox', 'validate', 'verify-evidence'])(
    'of %s says its summary once, and its description in whole paragraphs',
    async (name) => {
      const { stdout } = await runCli(['help', name], { env: { COLUMNS: '9999' } });
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
    const { code, stdout, stderr } = await runCli([word]);
    expect(stdout).toMatch(/^affidavit\/\d+\.\d+\.\d+ \w+-\w+ node-v\d+\.\d+\.\d+\n$/);
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });
});
