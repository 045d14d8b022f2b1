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

  it('says first how many are verified, and what the others are, and has a row and a section of each, the worst first', () => {
    expect(textsIn(page, 'h1')).toEqual([
      '✗11 bundles: 2 verified, 1 green of a sandbox, 1 green and unsigned, 1 not green, 4 undecided, 2 invalid (exit 1)',
    ]);
    const rows = textsIn(page, 'tr').slice(1);
    const articles = textsIn(page, 'article');
    expect(rows).toHaveLength(REPORTS.length);
    expect(articles).toHaveLength(REPORTS.length);
    const isGreen = (text: string): boolean => text.includes('(exit 0)');
    const firstGreen = articles.findIndex(isGreen);
    expect(articles.map(isGreen)).toEqual(articles.map((_, index) => index >= firstGreen));
    const exits = articles.map((text) => Number(/\(exit (\d+)\)/.exec(text)?.[1]));
    expect(exits).toEqual([2, 2, 4, 4, 4, 4, 1, 0, 0, 0, 0]);
    // What proves nothing comes before what is verified.
    expect(rows.slice(-4).map((text) => /Verified|Unsigned|SANDBOX/.exec(text)?.[0])).toEqual([
      'Unsigned',
      'SANDBOX',
      'Verified',
      'Verified',
    ]);
  });

  it('has each code once, the worst first, with what to do next, and the codes of each in its row', () => {
    const section = elementsOf(parse(page)).find(({ attrs }) =>
      attrs.some(({ name, value }) => name === 'id' && value === 'problem'),
    );
    const text = section === undefined ? '' : textOf(section).replaceAll(/\s+/g, ' ');
    const codes = [...text.matchAll(/([A-Z]+_[A-Z_]+|UNSIGNED|STALE) in \d+ bundle/g)].map(
      ([, code]) => code,
    );
    expect(codes).toEqual([...new Set(codes)]);
    expect(codes.slice(0, 2)).toEqual(['FILE_DIFFERS', 'FILE_EXTRA']);
    expect(codes.indexOf('SIGNER_NOT_PINNED')).toBeLessThan(codes.indexOf('PHASE_NOT_GREEN'));
    expect(text).toContain('FILE_DIFFERS in 1 bundle: a file differs from the manifest. Next: ');
    const row = textsIn(page, 'tr').find((cells) => cells.includes('invalid'.slice(1)));
    expect(row).toContain('FILE_DIFFERS FILE_EXTRA');
  });

  it('names the recipe of a row by its digest too, and the order of the rows', () => {
    const { recipe } = verificationJson(VERIFIED);
    const digest = recipe?.digest.slice(0, 12) ?? 'none';
    expect(textsIn(page, 'tr').at(-1)).toContain(`${recipe?.name} ${digest}`);
    expect(textsIn(page, 'caption')).toEqual(['What became of each bundle, the worst first']);
    expect(textsIn(page, 'h2')).toContain(`${REPORTS.length} bundles`);
  });

  it('says on paper what is folded, where neither style nor script can open it', () => {
    const [style = ''] = textsIn(page, 'style');
    const [, print = ''] = style.split('@media print');
    expect(print).toMatch(
      /@supports not selector\(::details-content\) \{ details:not\(\[open\]\) > summary::after/,
    );
    expect(print).not.toMatch(/\.search[ ,{](?!label|input)/);
  });

  it('tells one name at two issuers apart in its rows, and names a key as the summary does', () => {
    const of = (signer: VerificationJson['signer']): VerificationJson => ({
      ...verificationJson(VERIFIED, { source: 'green' }),
      signer,
    });
    const identity = 'ci@example.com';
    const [one, other] = ['https://one.example', 'https://other.example'];
    const key = { publicKey: `sha256:${'a7'.repeat(32)}` };
    const reports = [of({ identity, issuer: one }), of({ identity, issuer: other }), of(key)];
    const names = [`${identity} (issuer ${one})`, `${identity} (issuer ${other})`];
    const html = pageOf(reports);
    const rows = textsIn(html, 'tr').slice(1);
    for (const [index, name] of [...names, `key ${key.publicKey}`].entries()) {
      expect(rows[index]).toContain(name);
      expect(textsIn(html, 'section').join(' ')).toContain(`${name}: 1 verified`);
    }
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

  it('keeps no more than what fits, however much each of them says, green and not', () => {
    const [green, red] = [VERIFIED, VERIFICATIONS.failed].map((report) =>
      withForeign(verificationJson(report), 'long '.repeat(4000)),
    );
    const some = Array.from({ length: 400 }, () => green ?? []);
    const more = Array.from({ length: 400 }, () => red ?? []);
    const text = pageOf([...some, ...more].flat());
    expect(text.length).toBeLessThan(13 * 1024 * 1024);
    expect(text.length).toBeGreaterThan(11 * 1024 * 1024);
    const articles = text.split('<article').slice(1);
    expect(articles.filter((article) => article.includes('(exit 0)'))).toEqual([]);
    expect(text).toContain(`${800 - articles.length} more bundles, counted above.`);
  });
});
