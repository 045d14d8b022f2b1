// What many bundles say together: how many are proven, what is wrong most, and the worst first.
import { describe, expect, it } from 'vitest';

import { rowOf } from '../../src/batch/row.ts';
import { Summary } from '../../src/batch/summary.ts';
import type { ErrorCode } from '../../src/errors/catalogue.ts';
import { INPUT_ERRORS } from '../../src/errors/input.ts';
import { listCells } from '../../src/report/blocks/list-row.ts';
import { verificationJson } from '../../src/report/json.ts';
import { renderMarkdown } from '../../src/report/render/markdown.ts';
import { renderTerminal } from '../../src/report/render/terminal.ts';
import type { BatchJson, VerificationJson } from '../../src/report/report-json.ts';
import { VERIFICATIONS } from './example-reports.ts';

type Name = keyof typeof VERIFICATIONS;

function batchOf(
  all: readonly (Name | VerificationJson)[],
  change: Partial<VerificationJson> = {},
): BatchJson {
  const summary = new Summary();
  for (const [index, each] of all.entries()) {
    const one = typeof each === 'string' ? verificationJson(VERIFICATIONS[each]) : each;
    const report = { ...one, ...change, bundle: undefined };
    summary.add(rowOf(report, `${index}-${typeof each === 'string' ? each : 'faulty'}`));
  }
  const inputs = { count: all.length, digest: `sha256:${'0'.repeat(64)}` };
  return {
    ...{ schemaVersion: '1.0.0', tool: { name: 'affidavit', version: '0.1.0' } },
    ...{ summary: summary.json({ inputs }), exitCode: summary.exitCode },
  };
}

/** One that is invalid, by one check, for all of the codes. */
function faulty(codes: readonly ErrorCode[], hint: string): VerificationJson {
  const { checks, ...report } = verificationJson(VERIFICATIONS.invalid);
  const check = checks.find(({ faults }) => faults.length > 0);
  if (check === undefined) throw new TypeError('no check failed');
  const faults = codes.map((code) => ({ code, hint, at: null, found: 'x', expected: 'y' }));
  return { ...report, checks: [{ ...check, faults }] };
}

function textOf(batch: BatchJson): string {
  return renderTerminal(batch, { colour: false, width: 2000 });
}

describe('the first line of many', () => {
  it.each<[readonly Name[], string]>([
    [['verified', 'by-template'], '✓ 2 bundles: all verified (exit 0)'],
    [['sandbox'], '! 1 bundle: none verified, 1 green of a sandbox (exit 0)'],
    [
      ['verified', 'sandbox', 'sandbox', 'unsigned-allowed'],
      '! 4 bundles: 1 verified, 2 green of a sandbox, 1 green and unsigned (exit 0)',
    ],
    [
      ['verified', 'failed', 'invalid', 'unsigned', 'sandbox'],
      '✗ 5 bundles: 1 verified, 1 green of a sandbox, 1 not green, 1 undecided, 1 invalid (exit 2)',
    ],
  ])('of %j', (names, line) => {
    expect(textOf(batchOf(names)).split('\n')[0]).toBe(line);
  });

  it('counts what was judged with less safety apart', () => {
    const batch = batchOf(['verified', 'verified'], { weakened: ['--judge own'] });
    expect(textOf(batch)).toMatch(
      /^! 2 bundles: none verified, 2 green with less safety \(exit 0\)/,
    );
  });
});

describe('of a recipe and of a signer', () => {
  it('the words are those of the first line: verified is what is proven', () => {
    const text = textOf(batchOf(['verified', 'by-template', 'sandbox', 'failed']));
    expect(text.split('\n')[0]).toContain(': 2 verified, 1 green of a sandbox, 1 not green');
    const [, group = ''] = /^By recipe\n(.*)$/m.exec(text) ?? [];
    expect(group).toMatch(/: 2 verified, 1 green of a sandbox, 1 not green$/);
    const [, signers = ''] = /^By signer\n((?: .*\n)+)/m.exec(text) ?? [];
    expect(signers).toMatch(/\d verified/);
    expect(signers).not.toMatch(/\d green(?! of a sandbox)/);
  });
});

describe('what is wrong with many', () => {
  const names = ['failed', 'failed', 'unsigned', 'invalid', 'verified'] as const;

  it('stands once a code, the worst first, with how many have it and what to do', () => {
    for (const text of [textOf(batchOf(names)), renderMarkdown(batchOf(names))]) {
      const found = [...text.matchAll(/`?([A-Z_]{6,})`? in (\d+) bundles?: .*?\. Next: \S+/g)];
      expect(found.slice(0, 4).map(([, code, count]) => `${code} ${count}`)).toEqual([
        'FILE_DIFFERS 1',
        'FILE_EXTRA 1',
        'UNSIGNED 1',
        'CONSTRAINT_FAILED 2',
      ]);
    }
  });

  it('is cut with a count on a terminal', () => {
    const codes = Object.keys(INPUT_ERRORS).slice(0, 12) as ErrorCode[];
    const text = textOf(batchOf(codes.map((code) => faulty([code], code))));
    expect(text).toContain('and 2 more problems');
    const [problems = '', rows = ''] = text.split('Not verified');
    expect(problems.match(/^ {2}[A-Z_]+ in 1 bundle: /gm)).toHaveLength(10);
    expect(rows.match(/^ {2}\d+-faulty: /gm)).toHaveLength(10);
    expect(rows).toContain('and 2 more rows');
  });

  it('has a next step that is true for each, or says where to read it', () => {
    const one = faulty(['FIELD_MISSING'], 'pass what prometheus writes');
    const other = faulty(['FIELD_MISSING'], 'pass what sonobuoy writes');
    const next = (...reports: readonly VerificationJson[]) => batchOf(reports).summary.problems;
    expect(next(one, one)).toEqual([
      { code: 'FIELD_MISSING', bundles: 2, next: 'pass what prometheus writes' },
    ]);
    const differs = expect.stringContaining('affidavit explain FIELD_MISSING') as string;
    expect(next(one, other)).toEqual([{ code: 'FIELD_MISSING', bundles: 2, next: differs }]);
    const both = { ...one, checks: [...one.checks, ...other.checks] };
    expect(next(both)).toEqual([{ code: 'FIELD_MISSING', bundles: 1, next: differs }]);
    expect(textOf(batchOf([one, other]))).not.toMatch(/prometheus|sonobuoy/);
  });

  it('is counted in a row beyond its first three, and of copies it is what any has', () => {
    const copy = (...codes: readonly ErrorCode[]) => faulty(codes, 'mend it');
    const three = copy('FILE_DIFFERS', 'FIELD_MISSING', 'PHASES_DIFFER');
    expect(textOf(batchOf([three]))).toMatch(
      /invalid, FILE_DIFFERS, FIELD_MISSING, PHASES_DIFFER(?! and)/,
    );
    const five = copy(
      'FILE_DIFFERS',
      'BOM_DIFFERS',
      'FIELD_MISSING',
      'PHASES_DIFFER',
      'LOGS_DIFFER',
    );
    expect(textOf(batchOf([five]))).toContain(
      'FILE_DIFFERS, BOM_DIFFERS, FIELD_MISSING and 2 more',
    );
    const row = rowOf(five, 'a');
    expect(listCells(row)[1]).toContain('FILE_DIFFERS, BOM_DIFFERS, FIELD_MISSING and 2 more');
    const summary = new Summary();
    for (const [index, each] of [three, five].entries()) {
      summary.add({ ...rowOf(each, `${index}`), copy: 'x' });
    }
    const { notVerified } = summary.json({ inputs: { count: 2, digest: '' } });
    expect(notVerified).toHaveLength(1);
    expect(notVerified[0]).toMatchObject({
      copies: 2,
      codes: ['FILE_DIFFERS', 'FIELD_MISSING', 'PHASES_DIFFER', 'BOM_DIFFERS', 'LOGS_DIFFER'],
    });
  });

  it('is listed with the worst bundles first, but in JSON in the order of the inputs', () => {
    const batch = batchOf(names);
    const paths = ['3-invalid', '2-unsigned', '0-failed', '1-failed'];
    const found = renderMarkdown(batch).match(/^- `\d-\w+`/gm);
    expect(found).toEqual(paths.map((path) => `- \`${path}\``));
    expect(batch.summary.notVerified.flatMap((row) => row.paths)).toEqual(paths.toSorted());
  });
});
