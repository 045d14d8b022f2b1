import { describe, expect, it } from 'vitest';

import { EXIT_CODES, exitCodeOf } from '../../src/cli/call/exit-codes.ts';
import { errorJson, renderError } from '../../src/cli/print-error.ts';
import { ERROR_CATALOGUE, type ErrorCode } from '../../src/errors/catalogue.ts';
import { EvidenceError } from '../../src/errors/evidence-error.ts';

const CODES = Object.keys(ERROR_CATALOGUE) as readonly ErrorCode[];

const ERROR = new EvidenceError('KIND_UNEXPECTED', {
  at: 'recipe.yaml#/kind',
  found: '"Snapshot"',
  expected: 'RecipeResult',
  hint: 'check that the files are not interchanged',
});

/** An error as oclif throws it. */
const USAGE = Object.assign(
  new Error(
    'The following error occurred:\n  Missing required flag recipe\nSee more help with --help',
  ),
  { oclif: { exit: 64 } },
);

describe('an error that ends a command', () => {
  it('says what, where, found, wanted and next, each on a line', () => {
    expect(renderError(ERROR)).toBe(
      [
        'error: KIND_UNEXPECTED the document is of another kind',
        '   at: recipe.yaml#/kind',
        'found: "Snapshot"',
        ' want: RecipeResult',
        ' next: check that the files are not interchanged',
        '',
      ].join('\n'),
    );
  });

  it('says the same in JSON', () => {
    const { at, code, expected, found, hint } = ERROR;
    expect(errorJson(ERROR)).toEqual({
      schemaVersion: '1.0.0',
      exitCode: 2,
      error: { code, at, found, expected, hint },
    });
  });

  it('of how the command was called is USAGE, without the words that oclif puts around it', () => {
    expect(exitCodeOf(USAGE)).toBe(64);
    expect(renderError(USAGE)).toContain('found: Missing required flag recipe\n');
    expect(errorJson(USAGE)).toMatchObject({
      exitCode: 64,
      error: { code: 'USAGE', at: null, found: 'Missing required flag recipe' },
    });
  });

  it.each([
    '--identity-token=SECRETX cannot also be provided when using --no-sign',
    '--identity-token=SECRETX and\nSECRETX cannot also be provided when using --sandbox',
    '--no-sign=true cannot also be provided when using --identity-token=SECRETX',
    'Unexpected argument: eyJhbGciOiJ.SECRETX.SECRETX',
    'Nonexistent flag: --token=eyJhbGciOiJ.SECRETX.SECRETX',
  ])('of how the command was called does not repeat a token: %s', (message) => {
    const error = Object.assign(new Error(message), { oclif: { exit: 64 } });
    expect(renderError(error)).toContain('…');
    expect(renderError(error)).not.toContain('SECRETX');
    expect(errorJson(error)).toMatchObject({ error: { code: 'USAGE', at: null } });
    expect(JSON.stringify(errorJson(error))).not.toContain('SECRETX');
  });

  it('that is a bug is 70, never a verdict, and tells how to report it', () => {
    const bug = new TypeError('x is not a function');
    expect(exitCodeOf(bug)).toBe(70);
    expect(renderError(bug)).toMatch(/^error: INTERNAL .*x is not a function\n.*AFFIDAVIT_DEBUG=1/);
    expect(errorJson(bug)).toMatchObject({ exitCode: 70, error: { code: 'INTERNAL' } });
  });

  it('cannot write over the terminal', () => {
    const detail = { at: 'a\u001B[2J', found: 'b\nerror: FAKE', expected: '\u202Ec', hint: '' };
    const text = renderError(new EvidenceError('FIELD_INVALID', detail));
    expect(text.split('\n')).toHaveLength(6);
    for (const character of ['\u001B', '\u202E']) expect(text).not.toContain(character);
    expect(text).toMatch(/ next: ""\n$/);
  });

  it.each(CODES)('%s has the exit code of its class', (code) => {
    const error = new EvidenceError(code, { found: 'x', expected: 'y', hint: 'z' });
    const expected = error.class === 'finding' ? 70 : EXIT_CODES[error.class];
    expect(exitCodeOf(error)).toBe(expected);
  });
});
