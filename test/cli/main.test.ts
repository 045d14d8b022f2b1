import { describe, expect, it } from 'vitest';

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

describe('version', () => {
  it.each(['version', '--version'])('affidavit %s is one line, with 0', async (word) => {
    const { code, stdout, stderr } = await runCli([word]);
    expect(stdout).toMatch(/^affidavit\/\d+\.\d+\.\d+ \w+-\w+ node-v\d+\.\d+\.\d+\n$/);
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });
});
