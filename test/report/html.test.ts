// The page of a report: whole in one file, and foreign text is text in it.
import { createHash } from 'node:crypto';

import fc from 'fast-check';
import { parse } from 'parse5';
import { describe, expect, it } from 'vitest';

import { rowOf } from '../../src/batch/row.ts';
import { Summary } from '../../src/batch/summary.ts';
import { CHECK_NAMES, MORE_CHECKS } from '../../src/evidence/verify/checks.ts';
import { chainOf, isTrunk } from '../../src/report/html/chain.ts';
import type { PageContents } from '../../src/report/html/contents.ts';
import { html } from '../../src/report/html/html.ts';
import { growHtml } from '../../src/report/html/many-html.ts';
import { renderHtml } from '../../src/report/html/render-html.ts';
import { validationJson, verificationJson } from '../../src/report/json.ts';
import { renderMarkdown } from '../../src/report/render/markdown.ts';
import { renderTerminal } from '../../src/report/render/terminal.ts';
import type {
  FaultJson,
  ReportJson,
  Shown,
  VerificationJson,
} from '../../src/report/report-json.ts';
import { propertyRuns } from '../property-runs.ts';
import { VALIDATIONS, VERIFICATIONS, VERIFIED } from './example-reports.ts';
import { elementsOf, textOf } from './rendered.ts';

const CALL = { source: 'e.tar.gz', repeat: ['affidavit', 'verify-evidence', 'e.tar.gz'] };
const REPORTS: readonly ReportJson[] = [
  ...Object.values(VERIFICATIONS).map((report) => verificationJson(report, CALL)),
  ...Object.values(VALIDATIONS).map((report) => validationJson(report)),
];

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const FILES = ['attestation.intoto.jsonl', 'statement.intoto.json', 'manifest.json', 'recipe.yaml'];
const MORE_FILES = ['snapshot.yaml', 'ctrf/deployment.json', 'logs/deployment/a.log', 'notes.txt'];

/** What the files of evidence could show, with this text wherever it is foreign. */
function contentsWith(text: string): PageContents {
  return {
    files: [...FILES, ...MORE_FILES].map((path) => ({ path, size: 12, digest: DIGEST })),
    runs: new Map([
      ['deployment', { start: new Date(0), stop: new Date(90_000), durations: [1500, 2, 3] }],
    ]),
    images: [`registry.example/image:${text}`],
    logs: [
      { path: 'logs/deployment/a.log', size: 9_000_000, start: Buffer.from(`one\n${text}\ttwo`) },
      { path: 'logs/deployment/b.bin', size: 3, start: Buffer.from([0, 1, 2]) },
    ],
  };
}

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
    if (typeof value !== 'string' || OURS.has(key) || CHOOSING.test(value)) return value;
    const text = texts[count % texts.length] ?? '';
    count += 1;
    return `${value}${text}`;
  }) as ReportJson;
}

/** What chooses words of ours. */
const CHOOSING = new RegExp(`^(?:[A-Z_]+|${[...CHECK_NAMES, ...MORE_CHECKS].join('|')})$`);
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
  REPORTS.flatMap((report) => [
    ...shapeOf(renderHtml(report)),
    ...shapeOf(renderHtml({ stored: report })),
    ...shapeOf(renderHtml(report, contentsWith('text'))),
  ]),
);

function strange(shown: Shown, text: string): readonly string[] {
  const page = renderHtml(shown, contentsWith(text));
  return [...shapeOf(page)].filter((part) => !SHAPES.has(part));
}

const GREEN = '\u001B[32m';

/** With all facts; none of them is proven. */
const UNPROVEN: readonly (readonly [string, VerificationJson])[] = Object.entries({
  sandbox: verificationJson(VERIFICATIONS.sandbox),
  unsigned: verificationJson(VERIFICATIONS.unsigned),
  'unsigned, allowed': verificationJson(VERIFICATIONS['unsigned-allowed']),
  'nobody named': verificationJson(VERIFICATIONS['not-pinned']),
  weakened: { ...verificationJson(VERIFIED), weakened: ['--max-run-span'] },
  invalid: {
    ...verificationJson(VERIFIED),
    ...{ verdict: 'invalid', exitCode: 2 },
    checks: verificationJson(VERIFIED).checks.map((check) =>
      check.name === 'files-match-manifest'
        ? { ...check, outcome: 'failed', faults: [fileFault('bom.cdx.json')] }
        : check,
    ),
  },
});

/** As one of many. */
function pageOfOne(report: VerificationJson): string {
  const form = growHtml({ isStored: false });
  const summary = new Summary();
  summary.add(rowOf(report, 'a'));
  form.each({ report: () => report });
  return form.end({
    ...{ schemaVersion: report.schemaVersion, tool: report.tool, exitCode: report.exitCode },
    summary: summary.json({ inputs: { count: 1, digest: DIGEST } }),
  });
}

describe('a page', () => {
  it('is made of nothing but our elements and attributes, whatever foreign texts say', () => {
    for (const [index, text] of HOSTILE.entries()) {
      const report = REPORTS[index % REPORTS.length] ?? verificationJson(VERIFIED);
      expect(strange(hostileFrom(report, [text]), text)).toEqual([]);
    }
    fc.assert(
      fc.property(
        fc.constantFrom(...REPORTS),
        fc.array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary' })), {
          minLength: 1,
          maxLength: 5,
        }),
        (report, texts) => {
          expect(strange(hostileFrom(report, texts), texts.join(''))).toEqual([]);
        },
      ),
      { numRuns: propertyRuns(15, 250) },
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

  it('is as long as its tests are many', () => {
    const tests = (count: number): ReportJson => {
      const [phase] = verificationJson(VERIFIED).phases ?? [];
      const one = { name: 'a-test', status: 'passed', message: 'well', declared: true } as const;
      const all = phase && [{ ...phase, tests: Array.from({ length: count }, () => one) }];
      return { ...verificationJson(VERIFIED), phases: all };
    };
    const [none = 0, half = 0, whole = 0] = [1, 5001, 10_001].map(
      (count) => renderHtml(tests(count)).length,
    );
    expect(Math.abs(whole - half - (half - none))).toBeLessThan(200);
    expect((whole - none) / 10_000).toBeLessThan(300);
  });

  it('of what was stored has no green and no tick, and says that logs are not here', () => {
    for (const report of REPORTS) {
      const page = renderHtml({ stored: report });
      const classes = elementsOf(parse(page)).flatMap(({ attrs }) =>
        attrs.flatMap(({ name, value }) => (name === 'class' ? value.split(' ') : [])),
      );
      expect(classes).not.toContain('good');
      expect(page).not.toMatch(/[\u2705\u2713\u2714]/u);
      expect(page).toContain('A stored report has no logs');
    }
    expect(renderHtml(verificationJson(VERIFIED))).toMatch(/class="said good".*✓/);
  });

  it.each(UNPROVEN)(
    'of evidence that is %s has no green and no tick, and says what was recorded; so do Markdown and terminal',
    (name, report) => {
      const pages = [renderHtml(report, contentsWith('')), pageOfOne(report)];
      for (const page of pages) {
        expect(shapeOf(page)).not.toContain('span class=said good');
        expect(page).not.toMatch(/class="[^"]*\bgood\b/);
        expect(page).not.toMatch(/>(?:green|holds|matches|as the recipe wants)</);
      }
      expect(pages[0]).toContain('recorded as passed');
      const coloured = renderTerminal(report, { colour: true });
      expect(coloured).not.toContain(GREEN);
      for (const text of [...pages, renderMarkdown(report), coloured]) {
        expect(text).not.toMatch(/[\u2705\u2713\u2714]/u);
        expect(text).toContain('recorded as green');
        expect(text).toContain('4 of 4 recorded as holding');
      }
      const result = chainOf(report, contentsWith('')).at(-1);
      expect(result?.said.words).toBe(name === 'weakened' ? 'passed' : 'unproven');
    },
  );

  it('shows the start of a log, and how much is left out', () => {
    const page = parse(renderHtml(verificationJson(VERIFIED), contentsWith('<i>\u001B')));
    const logs = elementsOf(page).find(({ attrs }) => attrs.some(({ value }) => value === 'logs'));
    const text = (logs === undefined ? '' : textOf(logs)).replaceAll(/\s+/g, ' ');
    expect(text).toContain('2 logs; 1 of them cut');
    expect(text).toContain(String.raw`one <i>\u001b twoand 8999988 more bytes, not shown.`);
    expect(text).toContain('logs/deployment/b.bin 3 bytesThis is no text.');
  });

  it('shows each check in the chain of proof once, and which link does not hold', () => {
    for (const report of REPORTS.filter((each) => 'verdict' in each)) {
      const page = parse(renderHtml(report, contentsWith('')));
      const cells = elementsOf(page)
        .filter(({ tagName }) => tagName === 'th')
        .map(textOf);
      const names = report.checks.map(({ name }) => name);
      expect(cells.filter((cell) => names.some((name) => name === cell)).toSorted()).toEqual(
        names.toSorted(),
      );
    }
    const changed = chainOf(
      {
        ...verificationJson(VERIFIED),
        checks: verificationJson(VERIFIED).checks.map((check) =>
          check.name === 'files-match-manifest'
            ? { ...check, outcome: 'failed', faults: [fileFault('ctrf/deployment.json')] }
            : check,
        ),
      },
      contentsWith(''),
    ).find(({ id }) => id === 'results');
    expect(changed).toMatchObject({ said: { words: 'FAILED', tone: 'bad' }, isHeld: false });
  });

  it('has nothing good after a link that does not hold', () => {
    for (const report of REPORTS.filter((each) => 'verdict' in each)) {
      const links = chainOf(report, contentsWith(''));
      const broken = links.findIndex(({ said }) => said.tone !== 'good');
      const after = links.slice(broken < 0 ? links.length : broken);
      const isTrunkBroken = after[0] !== undefined && isTrunk(after[0].id);
      expect(isTrunkBroken ? after.filter(({ said }) => said.tone === 'good') : []).toEqual([]);
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

function fileFault(at: string): FaultJson {
  return { code: 'FILE_DIFFERS', at, found: 'a', expected: 'b', hint: 'c' };
}

it('html`` takes nothing for HTML but what it made itself', () => {
  const text = '<b title="x">&\'\u202E</b>';
  expect(html`<i title="${text}">${[text, html`<u>${1}</u>`, undefined]}</i>`.toString()).toBe(
    `<i title="${ESCAPED}">${ESCAPED}<u>1</u></i>`,
  );
});

const ESCAPED = String.raw`&lt;b title=&quot;x&quot;&gt;&amp;&#39;\u202e&lt;/b&gt;`;
