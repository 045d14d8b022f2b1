import { describe, expect, it } from 'vitest';

import { PROGRAM_ROWS } from '../../tools/interop/programs.ts';
import { read, sectionOf, tableRows } from '../docs/repository.ts';
import { GOOD_CASES, TAMPERED_CASES } from './cases.ts';

const page = read('docs/interop.md');
const decision = read('docs/decisions/0010-judged-by-others.md');

function rowsOf(document: string, title: string): readonly (readonly string[])[] {
  return tableRows(sectionOf(document, title));
}

const good = rowsOf(page, 'Bundles that verify');
const tampered = rowsOf(page, 'Bundles that were tampered with');
// In both tables: what the bundle is, a column for us and one for the library.
const COSIGN = 3;

describe('docs/interop.md', () => {
  it('has the versions that are installed', () => {
    expect(rowsOf(page, 'Programs')).toEqual(PROGRAM_ROWS);
  });

  it('has a row for each bundle of the table, and no other', () => {
    expect(good.map(([name]) => name)).toEqual(GOOD_CASES.map(({ name }) => name));
    expect(tampered.map(([name, code]) => [name, code])).toEqual(
      TAMPERED_CASES.map(({ name, code }) => [name, `\`${code}\``]),
    );
  });

  it('E-47 says that each of the first verifies here, and that everybody accepts what we sign', () => {
    expect(good.filter(([, ours]) => ours !== 'accepts')).toEqual([]);
    const signed = rowsOf(page, 'Who accepts what was signed').filter(([by]) => by === 'affidavit');
    expect(signed.length).toBeGreaterThanOrEqual(6);
    expect(signed.filter((row) => row.slice(3).some((word) => word !== 'accepts'))).toEqual([]);
  });
});

describe('docs/interop.md, evidence in registries', () => {
  it('says of each registry who lists what is attached, and of all else that it holds', () => {
    const [lists, ...rest] = rowsOf(page, 'Evidence in registries').toSorted(
      ([a = ''], [b = '']) => Number(b.startsWith('who lists')) - Number(a.startsWith('who lists')),
    );
    expect(lists?.slice(1)).toEqual(['the tag', 'the tag', 'the tag', 'its API']);
    expect(rest.length).toBeGreaterThan(15);
    for (const [what, ...cells] of rest) {
      expect([what, cells.filter((cell) => !['yes', ''].includes(cell))]).toEqual([what, []]);
      expect(cells).toContain('yes');
    }
  });
});

describe('docs/decisions/0010', () => {
  it('lists with a reason each bundle that verifies here and that cosign refuses, and no other', () => {
    const rows = rowsOf(decision, 'Accepted here, refused by cosign');
    const refused = good.filter((row) => row[COSIGN] === 'refuses').map(([name]) => name);
    expect(rows.map(([name]) => name)).toEqual(refused);
    expect(rows.filter(([, reason = '']) => reason.length < 20)).toEqual([]);
  });

  it('lists with a reason each bundle that is refused here and that cosign accepts, and no other', () => {
    const rows = rowsOf(decision, 'Refused here, accepted by cosign');
    const accepted = tampered.filter((row) => row[COSIGN] === '**accepts**').map(([name]) => name);
    expect(rows.map(([name]) => name)).toEqual(accepted);
    expect(rows.filter(([, reason = '']) => reason.length < 20)).toEqual([]);
  });
});
