// What many bundles say together: how many are proven, what is wrong most, and the worst first.
import { describe, expect, it } from 'vitest';

import { rowOf } from '../../src/batch/row.ts';
import { Summary } from '../../src/batch/summary.ts';
import { verificationJson } from '../../src/report/json.ts';
import { renderMarkdown } from '../../src/report/render/markdown.ts';
import { renderTerminal } from '../../src/report/render/terminal.ts';
import type { BatchJson, VerificationJson } from '../../src/report/report-json.ts';
import { VERIFICATIONS } from './example-reports.ts';

type Name = keyof typeof VERIFICATIONS;

function batchOf(names: readonly Name[], change: Partial<VerificationJson> = {}): BatchJson {
  const summary = new Summary();
  for (const [index, name] of names.entries()) {
    const report = { ...verificationJson(VERIFICATIONS[name]), ...change, bundle: undefined };
    summary.add(rowOf(report, `${index}-${name}`));
  }
  const inputs = { count: names.length, digest: `sha256:${'0'.repeat(64)}` };
  return {
    ...{ schemaVersion: '1.0.0', tool: { name: 'affidavit', version: '0.1.0' } },
    ...{ summary: summary.json({ inputs }), exitCode: summary.exitCode },
  };
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
    const some = ['failed', 'unsigned', 'invalid', 'not-pinned', 'stale', 'other-recipe'] as const;
    const { summary } = batchOf(some);
    expect(textOf(batchOf(some))).toContain(`and ${summary.problems.length - 6} more problem`);
  });

  it('is listed with the worst bundles first, but in JSON in the order of the inputs', () => {
    const batch = batchOf(names);
    const paths = ['3-invalid', '2-unsigned', '0-failed', '1-failed'];
    const found = renderMarkdown(batch).match(/^- `\d-\w+`/gm);
    expect(found).toEqual(paths.map((path) => `- \`${path}\``));
    expect(batch.summary.notVerified.flatMap((row) => row.paths)).toEqual(paths.toSorted());
  });
});
