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
  hint: 'check that the files are not swapped',
});

describe('an error that ends a command', () => {
  it('says what, where, found, wanted and next, each on a line', () => {
    expect(renderError(ERROR)).toBe(
      [
        'error: KIND_UNEXPECTED the document is of another kind',
        '   at: recipe.yaml#/kind',
        'found: "Snapshot"',
        ' want: RecipeResult',
        ' next: check that the files are not swapped',
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

  it('does not repeat a token that stands at the wrong place', () => {
    const token = 'eyJhbGciOiJ.SECRETX.SECRETX';
    const detail = { at: '--flag', found: 'a word', expected: 'flags alone', hint: 'leave it out' };
    const errors = Object.keys(detail).map(
      (row) => new EvidenceError('USAGE', { ...detail, [row]: `"${token}", which is no flag` }),
    );
    for (const error of [...errors, new TypeError(`no ${token} here`), `thrown: ${token}`]) {
      for (const text of [renderError(error), JSON.stringify(errorJson(error))]) {
        expect(text).toContain('…');
        expect(text).not.toContain('SECRETX');
      }
    }
  });

  it('that is a bug is 70, never a verdict, and tells how to report it', () => {
    const bug = new TypeError('x is not a function');
    expect(exitCodeOf(bug)).toBe(70);
    expect(renderError(bug)).toBe(
      [
        'error: INTERNAL a bug in affidavit',
        'found: x is not a function',
        ' want: a command that ends with a verdict',
        ' next: run the same command with AFFIDAVIT_DEBUG=1 and report what it prints',
        '',
      ].join('\n'),
    );
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
