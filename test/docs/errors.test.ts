import { describe, expect, it } from 'vitest';

import { EXIT_CODES } from '../../src/cli/call/exit-codes.ts';
import { ERROR_CATALOGUE, type ErrorCode } from '../../src/errors/catalogue.ts';
import type { ErrorClass } from '../../src/errors/meaning.ts';
import { read, sectionsOf, tableRows } from './repository.ts';

const document = read('docs/errors.md');
const sections = sectionsOf(document);
const catalogue = Object.entries(ERROR_CATALOGUE) as [ErrorCode, readonly [ErrorClass, string]][];

function exitCodeText(errorClass: ErrorClass): string {
  return errorClass === 'finding' ? 'no exit code' : `exit code ${EXIT_CODES[errorClass]}`;
}

describe('docs/errors.md', () => {
  it('has a section for each code, in the order of the catalogue, and no other', () => {
    expect(sections.map(({ heading }) => heading)).toEqual(catalogue.map(([code]) => code));
  });

  it.each(catalogue)(
    'says of %s its class and exit code, when it comes and what to do',
    (...row) => {
      const [code, [errorClass]] = row;
      const body = sections.find(({ heading }) => heading === code)?.body ?? '';
      const [first, when, next] = body
        .trim()
        .split('\n\n')
        .map((paragraph) => paragraph.trim());
      expect(first).toBe(`\`${errorClass}\`, ${exitCodeText(errorClass)}.`);
      expect(when?.length).toBeGreaterThan(20);
      expect(next).toMatch(/^\*\*Next:\*\* \S.*\.$/s);
    },
  );

  it('lists every class with its exit code', () => {
    const rows = tableRows(document).filter(([name = '']) => /^`(?:[a-z]+)`$/.test(name));
    const classes = rows
      .map(([name = '', exitCode = '']) => [name.replaceAll('`', ''), exitCode] as const)
      .filter(([name]) => name in EXIT_CODES || name === 'finding');
    const expected = [...new Set(catalogue.map(([, [errorClass]]) => errorClass))].map(
      (errorClass) => [errorClass, errorClass === 'finding' ? '–' : `${EXIT_CODES[errorClass]}`],
    );
    expect(new Map(classes)).toEqual(new Map(expected as [string, string][]));
  });
});
