import { describe, expect, it } from 'vitest';

import { ERROR_CATALOGUE } from '../../src/errors/catalogue.ts';
import { CHECK_NAMES, MORE_CHECKS } from '../../src/evidence/verify/checks.ts';
import { codesIn, read, sectionsOf } from './repository.ts';

const ALL: readonly string[] = [...CHECK_NAMES, ...MORE_CHECKS];
const sections = sectionsOf(read('docs/verification.md'));

describe('docs/verification.md', () => {
  it('has a section for each check, in order', () => {
    expect(sections.map(({ heading }) => heading)).toEqual(ALL);
  });

  it.each(ALL)('says what %s proves, what not, what it stops, and its codes', (name) => {
    const body = sections.find(({ heading }) => heading === name)?.body ?? '';
    for (const label of ['Proves', 'Does not prove', 'Stops', 'Codes']) {
      expect(body).toContain(`\n**${label}:** `);
    }
    const codes = codesIn(body.slice(body.indexOf('**Codes:**')));
    expect(codes.filter((code) => !(code in ERROR_CATALOGUE))).toEqual([]);
  });
});
