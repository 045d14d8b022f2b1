// One page of many bundles: whatever their number and their texts, it is a page that fits.
import { parse } from 'parse5';
import { describe, expect, it } from 'vitest';

import { rowOf } from '../../src/batch/row.ts';
import { Summary } from '../../src/batch/summary.ts';
import { SCHEMA_VERSION } from '../../src/media-types.ts';
import { growHtml } from '../../src/report/html/many-html.ts';
import { verificationJson } from '../../src/report/json.ts';
import type { ErrorJson, VerificationJson } from '../../src/report/report-json.ts';
import { VERIFICATIONS, VERIFIED } from './example-reports.ts';
import { withForeign } from './hostile-report.ts';
import { forAllHostile } from './hostile.ts';
import { elementsOf, textOf } from './rendered.ts';

type Report = VerificationJson | ErrorJson;

const REPORTS: readonly Report[] = [
  ...Object.entries(VERIFICATIONS).map(([source, report]) => verificationJson(report, { source })),
  {
    schemaVersion: SCHEMA_VERSION,
    exitCode: 2,
    error: { code: 'FILE_MISSING', at: 'gone', found: 'none', expected: 'one', hint: 'look' },
    source: 'gone',
  },
];

function pageOf(reports: readonly Report[], isStored = false): string {
  const summary = new Summary();
  const form = growHtml({ isStored });
  const parts = reports.map((report) => {
    summary.add(rowOf(report, 'a'));
    return form.each({ report: () => report });
  });
  const json = summary.json({ inputs: { count: reports.length, digest: 'sha256:0' } });
  const tool = { name: 'affidavit', version: '0.1.0' };
  const batch = { schemaVersion: SCHEMA_VERSION, tool, summary: json, exitCode: 1 } as const;
  return `${form.head}${parts.join('')}${form.end(batch)}`;
}

function textsIn(page: string, tag: string): readonly string[] {
  const found = elementsOf(parse(page)).filter(({ tagName }) => tagName === tag);
  return found.map((element) => textOf(element).replaceAll(/\s+/g, ' ').trim());
}

/** Elements with their attributes, and where links lead, but for numbers. */
function shapesIn(page: string): ReadonlySet<string> {
  return new Set(
    elementsOf(parse(page)).map(({ tagName, attrs }) =>
      [tagName, ...attrs.map(({ name, value }) => (name === 'content' ? name : `${name}=${value}`))]
        .join(' ')
        .replaceAll(/\d+/g, '0'),
    ),
  );
}

describe('the page of many bundles', () => {
  const page = pageOf(REPORTS);

  it('says first how many are not verified, and has a row and a section of each, those that are not green first', () => {
    expect(textsIn(page, 'h1')).toEqual(['✗11 bundles: 7 not verified (exit 1)']);
    const rows = textsIn(page, 'tr').slice(1);
    const articles = textsIn(page, 'article');
    expect(rows).toHaveLength(REPORTS.length);
    expect(articles).toHaveLength(REPORTS.length);
    const isGreen = (text: string): boolean => text.includes('(exit 0)');
    const firstGreen = articles.findIndex(isGreen);
    expect(articles.map(isGreen)).toEqual(articles.map((_, index) => index >= firstGreen));
    expect(rows[0]).toMatch(/^2 failed/);
  });

  it('says of each what is wrong in the words of its report, and why there is none', () => {
    const texts = textsIn(page, 'article').join('\n');
    for (const part of [
      'Signed: not green',
      'Invalid: do not rely on it',
      'FILE_MISSING',
      'SANDBOX.',
    ]) {
      expect(texts).toContain(part);
    }
  });

  it('says of stored reports that nothing was verified, and shows nothing as good', () => {
    const stored = pageOf(REPORTS, true);
    expect(textsIn(stored, 'p')).toContain('from a stored report; nothing was verified here');
    const classes = elementsOf(parse(stored)).flatMap(({ attrs }) =>
      attrs.filter(({ name }) => name === 'class'),
    );
    expect(classes.filter(({ value }) => value.split(' ').includes('good'))).toEqual([]);
    expect(stored).not.toMatch(/[✅✓✔]/);
    for (const text of textsIn(stored, 'article')) expect(text).toContain('Recorded: ');
  });

  it('is made of nothing but our elements and attributes, whatever foreign texts say', () => {
    const shapes = new Set([
      ...shapesIn(page),
      ...shapesIn(pageOf([REPORTS[0] ?? [], ...REPORTS].flat())),
    ]);
    forAllHostile((text) => {
      const hostile = pageOf(REPORTS.map((report) => withForeign(report, text)));
      expect([...shapesIn(hostile)].filter((shape) => !shapes.has(shape))).toEqual([]);
    }, 10);
  });

  it('shows 2,000 and counts the others, of which those that are not green come first', () => {
    const [, red] = REPORTS;
    const green = verificationJson(VERIFIED, { source: 'green' });
    const many = Array.from({ length: 2005 }, () => green);
    const text = pageOf([...many, ...(red === undefined ? [] : [red])]);
    const [, first, ...rest] = text.split('<tr class="row"');
    expect(rest).toHaveLength(1999);
    expect(first).toContain('>2006</td>');
    expect(text).toContain('6 more bundles, counted above.');
  });

  it('keeps no more than what fits, however much each of them says', () => {
    const long = withForeign(verificationJson(VERIFICATIONS.failed), 'long '.repeat(4000));
    const text = pageOf(Array.from({ length: 400 }, () => long));
    expect(text.length).toBeLessThan(14 * 1024 * 1024);
    expect(text).toMatch(/[\d,]+ more bundles, counted above\./);
  });
});
