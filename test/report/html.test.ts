// The page of a report: whole in one file, and foreign text is text in it.
import { createHash } from 'node:crypto';

import fc from 'fast-check';
import { parse } from 'parse5';
import { describe, expect, it } from 'vitest';

import { html } from '../../src/report/html/html.ts';
import { renderHtml } from '../../src/report/html/render-html.ts';
import { validationJson, verificationJson } from '../../src/report/json.ts';
import type { ReportJson, Shown } from '../../src/report/report-json.ts';
import { propertyRuns } from '../property-runs.ts';
import { VALIDATIONS, VERIFICATIONS, VERIFIED } from './example-reports.ts';
import { elementsOf, textOf } from './rendered.ts';

const CALL = { source: 'e.tar.gz', repeat: ['affidavit', 'verify-evidence', 'e.tar.gz'] };
const REPORTS: readonly ReportJson[] = [
  ...Object.values(VERIFICATIONS).map((report) => verificationJson(report, CALL)),
  ...Object.values(VALIDATIONS).map((report) => validationJson(report)),
];

/** Elements, and attributes with all values that are not numbers: what a page may be made of. */
function shapeOf(page: string): ReadonlySet<string> {
  const all = elementsOf(parse(page));
  return new Set(
    all.flatMap(({ tagName, attrs }) => [
      tagName,
      ...attrs.map(({ name, value }) => `${tagName} ${name}=${value.replaceAll(/\d+/g, '0')}`),
    ]),
  );
}

const HOSTILE = [
  ...['<script>alert(1)</script>', '</style><img src=x onerror=alert(1)>', '"><b>', "' onload='x"],
  ...['javascript:alert(1)', '</script>', '</pre></details>', '<!--', ']]>', '&lt;b&gt;', '&#x3c;'],
  ...['\u202Eevil', '\0', '\uD800', '\u2028', 'url(https://example.invalid)', '{{x}}', '${x}', '`'],
];

/** Texts of a report that are not ours, changed in many places. */
function hostileFrom(report: ReportJson, texts: readonly string[]): ReportJson {
  let count = 0;
  return JSON.parse(JSON.stringify(report), (key, value: unknown) => {
    if (typeof value !== 'string' || OURS.has(key) || /^[A-Z_]+$/.test(value)) return value;
    const text = texts[count % texts.length] ?? '';
    count += 1;
    return `${value}${text}`;
  }) as ReportJson;
}

/** What chooses words of ours. */
const OURS = new Set([
  'verdict',
  'outcome',
  'state',
  'status',
  'match',
  'dimension',
  'code',
  'tier',
]);

const SHAPES = new Set(
  REPORTS.flatMap((report) => [report, { stored: report }]).flatMap((shown) => [
    ...shapeOf(renderHtml(shown)),
  ]),
);

function strange(shown: Shown): readonly string[] {
  return [...shapeOf(renderHtml(shown))].filter((part) => !SHAPES.has(part));
}

describe('a page', () => {
  it('is made of nothing but our elements and attributes, whatever foreign texts say', () => {
    for (const report of REPORTS) {
      for (const text of HOSTILE) expect(strange(hostileFrom(report, [text]))).toEqual([]);
    }
    fc.assert(
      fc.property(
        fc.constantFrom(...REPORTS),
        fc.array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary' })), {
          minLength: 1,
          maxLength: 5,
        }),
        (report, texts) => {
          expect(strange(hostileFrom(report, texts))).toEqual([]);
        },
      ),
      { numRuns: propertyRuns(30, 2000) },
    );
  });

  it('names the digests of its own style and script, and allows nothing else', () => {
    const all = elementsOf(parse(renderHtml(verificationJson(VERIFIED, CALL))));
    const inside = (name: string): readonly string[] =>
      all.filter(({ tagName }) => tagName === name).map(textOf);
    const sourceOf = (text: string): string =>
      `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    const [style = '', ...styles] = inside('style');
    const [script = '', ...scripts] = inside('script');
    expect([styles, scripts]).toEqual([[], []]);
    const policy = all.find(({ attrs }) => attrs.some(({ name }) => name === 'http-equiv'));
    expect(policy?.attrs.at(-1)?.value).toBe(
      `default-src 'none'; style-src ${sourceOf(style)}; script-src ${sourceOf(script)}; base-uri 'none'; form-action 'none'`,
    );
  });

  it('asks for nothing: no address but of its own places', () => {
    for (const part of SHAPES) expect(part).not.toMatch(/ (?:src|srcset|data|action|style|on\w+)=/);
    const links = [...SHAPES].filter((part) => part.includes(' href='));
    expect(links.filter((part) => !/^a href=#[a-z0-]+$/.test(part))).toEqual([]);
    const page = renderHtml(verificationJson(VERIFIED, CALL));
    const ours = elementsOf(parse(page)).filter(({ tagName }) =>
      /^(?:style|script)$/.test(tagName),
    );
    expect(ours.map(textOf).join('')).not.toMatch(/url\(|https?:|@import|\bfetch\b|innerHTML/);
  });

  it('has the same bytes each time', () => {
    for (const report of REPORTS) {
      expect(renderHtml(structuredClone(report))).toBe(renderHtml(report));
    }
  });

  it('has every link go to a place on it, and one of each name', () => {
    for (const report of REPORTS) {
      const all = elementsOf(parse(renderHtml(report))).flatMap(({ attrs }) => attrs);
      const ids = all.filter(({ name }) => name === 'id').map(({ value }) => value);
      const links = all.filter(({ name }) => name === 'href' || name === 'aria-labelledby');
      expect(ids).toEqual([...new Set(ids)]);
      for (const { value } of links) expect(ids).toContain(value.replace('#', ''));
    }
  });
});

it('html`` takes nothing for HTML but what it made itself', () => {
  const text = '<b title="x">&\'\u202E</b>';
  expect(html`<i title="${text}">${[text, html`<u>${1}</u>`, undefined]}</i>`.toString()).toBe(
    `<i title="${ESCAPED}">${ESCAPED}<u>1</u></i>`,
  );
});

const ESCAPED = String.raw`&lt;b title=&quot;x&quot;&gt;&amp;&#39;\u202e&lt;/b&gt;`;
