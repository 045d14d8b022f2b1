import { describe, expect, it } from 'vitest';

import { ERROR_CATALOGUE } from '../../src/errors.ts';
import { CHECKS } from '../../src/verify/check.ts';
import { codesIn, read, sectionsOf } from './repository.ts';

const sections = sectionsOf(read('docs/verification.md'));

describe('docs/verification.md', () => {
  it('has a section for each check, in order', () => {
    expect(sections.map(({ heading }) => heading)).toEqual(CHECKS.map(({ name }) => name));
  });

  it.each(CHECKS)('says what $name proves, what not, what it stops, and its codes', (check) => {
    const body = sections.find(({ heading }) => heading === check.name)?.body ?? '';
    for (const label of ['Proves', 'Does not prove', 'Stops', 'Codes']) {
      expect(body).toContain(`\n**${label}:** `);
    }
    const codes = codesIn(body.slice(body.indexOf('**Codes:**')));
    expect(codes.filter((code) => !(code in ERROR_CATALOGUE))).toEqual([]);
    // Of those that make a check fail, at least one has the class that the check's failure means.
    const classes = codes.map((code) => ERROR_CATALOGUE[code as keyof typeof ERROR_CATALOGUE][0]);
    expect(classes).toContain(check.failure);
  });
});
