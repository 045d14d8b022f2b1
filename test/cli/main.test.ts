import { describe, expect, it } from 'vitest';

import { runCli } from '../run-cli.ts';

describe('words that are no plain call of a command', () => {
  it.each([
    [['foo'], 'command foo not found'],
    [['constructor'], 'command constructor not found'],
    [['validate', 'a'], 'command validate:a not found'],
    [['sandbox', 'a', 'b'], 'command sandbox:a:b not found'],
    [['sandbox', '--port', '0', 'a'], 'Unexpected argument: a'],
    [['', 'validate'], 'Unexpected argument: validate'],
    [['', 'validate', 'a'], 'command validate:a not found'],
    [['verify-evidence', 'a', 'b'], 'Unexpected argument: b'],
    [['verify-evidence', '--', '--help', 'b'], 'Unexpected argument: b'],
    [['--format', 'json', 'verify-evidence'], 'command --format not found'],
  ])('%j is usage, and found: %s', async (words, found) => {
    const { code, stderr } = await runCli(words);
    expect(stderr).toContain(`found: ${found}\n`);
    expect(code).toBe(64);
  });

  it.each(['', '--help', '--version'])('%s is answered, with 0', async (word) => {
    const { code, stdout, stderr } = await runCli(word === '' ? [] : [word]);
    expect(stdout).toContain('affidavit/');
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });
});
