import { describe, expect, it } from 'vitest';

import { runProgram } from '../run-here.ts';

describe('affidavit explain', () => {
  it('prints what a code means, what to do, an example and where it stands', async () => {
    const { code, stdout } = await runProgram(['explain', 'signature_invalid']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^SIGNATURE_INVALID\n\n`invalid`, exit code 2\.\n/);
    expect(stdout).toContain('\nNext: ');
    expect(stdout).toContain('\nExample:\n\n  error: SIGNATURE_INVALID ');
    expect(stdout).toMatch(/\nSee docs\/errors\.md#signature_invalid\n$/);
    expect(stdout).not.toMatch(/\*\*|\]\(/);
  });

  it('wraps words at the width of the terminal, and no example', async () => {
    const { stdout } = await runProgram(['explain', 'run-is-coherent'], { env: { COLUMNS: '60' } });
    const [words = ''] = stdout.split('\nExample:\n', 1);
    expect(Math.max(...words.split('\n').map((line) => line.length))).toBeLessThanOrEqual(60);
  });

  it('gives a program the same as JSON', async () => {
    const { code, stdout } = await runProgram(['explain', 'undecided', '--format', 'json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'exit-code',
      names: ['4', 'undecided'],
      page: 'docs/cli.md#exit-codes',
    });
  });

  it.each([
    ['SIGNATURE_INVALD', 'did you mean affidavit explain SIGNATURE_INVALID?'],
    ['SIGNER_NOT_PINED', 'did you mean affidavit explain SIGNER_NOT_PINNED?'],
    ['constraints-holds', 'did you mean affidavit explain constraints-hold?'],
    ['SIGNER', 'these begin so: signer-is-allowed'],
    ['signer_', 'SIGNER_NOT_ALLOWED'],
    ['17', 'docs/errors.md lists the codes'],
  ])('does not know %s, and says what was meant', async (word, hint) => {
    const { code, stdout, stderr } = await runProgram(['explain', word]);
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toContain(`error: USAGE `);
    expect(stderr).toContain(`found: "${word}"`);
    expect(stderr).toContain(hint);
  });
});
