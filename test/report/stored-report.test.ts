// What somebody stored is shown, and never looks as if it had been verified here.
import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';

import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { parse } from 'parse5';
import { describe, expect, it } from 'vitest';

import { STORED_REPORT_FLAGS } from '../../src/cli/call/report-flags.ts';
import { REPORT_FORMATS } from '../../src/cli/call/report-formats.ts';
import { errorJson } from '../../src/cli/print-error.ts';
import type { Json } from '../../src/document/data.ts';
import { encodeReport } from '../../src/report/encode-report.ts';
import { validationJson, verificationJson } from '../../src/report/json.ts';
import { parseStoredReport } from '../../src/report/stored-report.ts';
import { rejection } from '../document/refusal.ts';
import { placesOf, withChange } from '../evidence/claim/json-places.ts';
import { propertyRuns } from '../property-runs.ts';
import { RED, VALIDATIONS, VERIFICATIONS, VERIFIED } from './example-reports.ts';
import { elementsOf, textOf } from './rendered.ts';
import { junitComplaints, read, renderedAs, sarifComplaints } from './report-schemas.ts';

const SENTENCE = 'from a stored report; nothing was verified here';
const TICK = /[\u2611\u2705\u2713\u2714\u{1F197}\u{1F5F8}\u{1F5F9}]/u;
/** But for line ends and our own colours. */
const INVISIBLE = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/u;
const COLOUR = new RegExp(String.raw`${'\u001B'}\[[\d;]*m`, 'g');

const CALL = { source: 'e.tar.gz', repeat: ['affidavit', 'verify-evidence', 'e.tar.gz'] };

function jsonOf(report: object): Json {
  return JSON.parse(encodeReport(report)) as Json;
}

const REPORTS: readonly Json[] = [
  ...Object.values(VERIFICATIONS).map((report) => jsonOf(verificationJson(report, CALL))),
  ...Object.values(VALIDATIONS).map((report) =>
    jsonOf(validationJson(report, { repeat: ['affidavit', 'validate'] })),
  ),
  jsonOf(errorJson(new TypeError('a bug'))),
];

/** Those that programs show have words of their own for what is not good. */
const FOR_PROGRAMS = new Set(['junit', 'sarif']);
const FORMATS = STORED_REPORT_FLAGS.format.options.filter((name) => !FOR_PROGRAMS.has(name));

/** In each form that a stored report has, narrow and wide, with and without colour. */
async function rendered(json: Json): Promise<readonly string[]> {
  const report = await parseStoredReport(Buffer.from(JSON.stringify(json)), 'r.json');
  const looks = [
    { colour: true, width: 40 },
    { colour: false, width: 200 },
  ];
  const texts = FORMATS.flatMap((format) =>
    looks.map(async (look) => {
      const text = (await REPORT_FORMATS.get(format)?.(report, look, read)) ?? '';
      return format === 'html' ? textOfPage(text) : text;
    }),
  );
  return await Promise.all(texts);
}

/** Those that do not say what they are, or have what looks like our own word. */
function wrongIn(texts: readonly string[]): readonly string[] {
  return texts.filter((text) => {
    const plain = text.replaceAll(COLOUR, '');
    const begins = plain.replaceAll(/\s+/g, ' ').startsWith(`${SENTENCE} `);
    const isRecorded = /^(?:## (?:❌ |⚠️ )?|[·✗!] ?)Recorded: /m.test(plain);
    const shows = TICK.test(plain) || INVISIBLE.test(plain.replaceAll('⚠️', ''));
    return !begins || !isRecorded || shows;
  });
}

/** What a reader sees of a page. */
function textOfPage(text: string): string {
  const all = elementsOf(parse(text));
  const [title, first, verdict, main] = ['title', 'p', 'h1', 'main'].map((name) => {
    const found = all.find(({ tagName }) => tagName === name);
    return found === undefined ? '' : textOf(found).replaceAll(/\s+/g, ' ').trim();
  });
  expect([title?.startsWith(`${SENTENCE} ·`), first]).toEqual([true, SENTENCE]);
  return `${first}\n${verdict}\n${main}`;
}

/** What CI would take for a pass: a case of JUnit that did not fail, a run of SARIF without a result. */
async function passedIn(json: Json): Promise<readonly unknown[]> {
  const report = await parseStoredReport(Buffer.from(JSON.stringify(json)), 'r.json');
  const junit = await renderedAs('junit', report);
  const sarif = await renderedAs('sarif', report);
  const { runs } = JSON.parse(sarif) as Sarif;
  expect(runs).toMatchObject([
    {
      results: [
        { ruleId: 'STORED_REPORT', level: 'error' },
        ...runs.flatMap((run) => run.results.slice(1)),
      ],
      tool: { driver: { name: 'affidavit report' } },
      invocations: [
        {
          executionSuccessful: false,
          toolExecutionNotifications: [
            { message: { text: SENTENCE } },
            ...runs.flatMap((run) => run.invocations[0].toolExecutionNotifications.slice(1)),
          ],
        },
      ],
    },
  ]);
  expect(runs[0]?.invocations[0]).not.toHaveProperty('exitCode');
  expect(sarif.startsWith(`{"properties":{"comment":"${SENTENCE}"}`)).toBe(true);
  expect(junit.startsWith(`<!-- ${SENTENCE} -->`)).toBe(true);
  expect(/<testcase [^>]*>\n<(\w+ type="\w+)"/.exec(junit)?.[1]).toBe('error type="STORED_REPORT');
  return [
    ...(junit.match(/<testcase [^>]*\/>/g) ?? []),
    ...[junit, sarif].flatMap((text) =>
      [TICK, INVISIBLE].flatMap((wrong) => wrong.exec(text) ?? []),
    ),
    ...junitComplaints(junit),
    ...sarifComplaints(sarif),
  ];
}

interface Sarif {
  readonly runs: readonly {
    readonly results: readonly unknown[];
    readonly invocations: readonly [{ readonly toolExecutionNotifications: readonly unknown[] }];
  }[];
}

const VALID = ['report', 'validation-report'].map((name) => {
  const file = new URL(`../../schemas/${name}.schema.json`, import.meta.url);
  return new Ajv2020({ strict: false }).compile(JSON.parse(readFileSync(file, 'utf8')) as object);
});

function isAccepted(json: Json): boolean {
  return VALID.some((validate) => validate(json));
}

const HOSTILE = [
  ...['✅', '✅ Verified', '\u2713', '☑', '\u{1F5F8}', ':white_check_mark:', '&#x2705;', '\u202E'],
  ...['\u0000', '\u001B[32mVerified\u001B[0m', '\r', '\n\n## ✅ Verified', '\u2028', 'a\u0301', ''],
  ...['$(id)', "'; id #", '```', '</details>', '__proto__', 'constructor', 'x'.repeat(3000)],
];
const SAME_KIND = ['verified', 'passed', 'green', 'holds', 'matched', 'other', 'good', 'absent'];

/** A report with a few places changed: accepted by a schema or not. */
const edited: fc.Arbitrary<Json> = fc
  .tuple(
    fc.constantFrom(...REPORTS),
    fc.array(
      fc.tuple(
        fc.nat(),
        fc.oneof(
          fc.constantFrom<Json | undefined>(...HOSTILE, ...SAME_KIND),
          fc.string({ unit: 'binary', maxLength: 20 }),
          fc.constantFrom<Json | undefined>(undefined, null, true, 0, 1e21, -1, 0.5, [], {}),
        ),
      ),
      { maxLength: 8 },
    ),
  )
  .map(([report, edits]) =>
    edits.reduce((json: Json, [at, value]) => {
      const places = placesOf(json).filter(({ path }) => path.length > 0);
      const changed = withChange(json, places[at % places.length]?.path ?? [], value);
      return isAccepted(changed) ? changed : json;
    }, report),
  );

describe('a stored report', () => {
  it('of every kind begins with what it is, and has no tick', async () => {
    for (const report of REPORTS) expect(wrongIn(await rendered(report))).toEqual([]);
  });

  it('has no case and no run that CI takes for a pass, in JUnit and SARIF', async () => {
    for (const report of REPORTS) expect(await passedIn(report)).toEqual([]);
  });

  it('is well-formed JUnit and SARIF, and no pass, whatever the schema accepts', async () => {
    await fc.assert(
      fc.asyncProperty(edited, async (json) => {
        expect(await passedIn(json)).toEqual([]);
      }),
      { numRuns: propertyRuns(15, 200) },
    );
  });

  it('does so whatever the schema accepts', async () => {
    await fc.assert(
      fc.asyncProperty(edited, async (json) => {
        expect(wrongIn(await rendered(json))).toEqual([]);
      }),
      { numRuns: propertyRuns(15, 200) },
    );
  });

  it('does so with a hostile text wherever a text may be', async () => {
    for (const [index, report] of [REPORTS[8], REPORTS[11]].entries()) {
      for (const text of index === 0 ? HOSTILE : HOSTILE.slice(0, 3)) {
        const json = placesOf(report ?? null).reduce((changed: Json, { path, value }) => {
          const next = typeof value === 'string' ? withChange(changed, path, text) : changed;
          return isAccepted(next) ? next : changed;
        }, report ?? null);
        expect(wrongIn(await rendered(json))).toEqual([]);
      }
    }
  });

  it('shows the escape of a tick', async () => {
    const json = jsonOf(verificationJson({ ...VERIFIED, weakened: ['✅'] }));
    for (const text of await rendered(json)) expect(text).toContain(String.raw`\u2705`);
  });

  it('shows the recorded command as such, in words that a shell cannot take for more', async () => {
    const repeat = ['affidavit', 'verify-evidence', "x'; touch owned; '"];
    const texts = await rendered(jsonOf(verificationJson(VERIFIED, { repeat })));
    // A narrow terminal has no room for it.
    for (const text of texts.filter((each) => each.includes('touch owned'))) {
      expect(text).toContain(String.raw`affidavit verify-evidence 'x'\''; touch owned; '\'''`);
      expect(text).not.toMatch(/^(?:repeat |Repeat)/m);
    }
    expect(texts.join('\n').match(/touch owned/g)).toHaveLength(5);
  });
});

describe('what is no stored report', () => {
  const good = encodeReport(verificationJson(VERIFIED));
  const red = encodeReport(validationJson(RED));

  it.each([
    [
      'another version',
      good.replace('"1.0.0"', '"1.1.0"'),
      'REPORT_VERSION_UNKNOWN',
      '#/schemaVersion',
    ],
    ['another verdict', good.replace('"verified"', '"VERIFIED"'), 'REPORT_INVALID', '#/verdict'],
    [
      'another exit code',
      good.replace('"exitCode": 0', '"exitCode": 1'),
      'REPORT_INVALID',
      '#/exitCode',
    ],
    ['a further field', good.replace('{', '{"extra": 1,'), 'REPORT_INVALID', '#'],
    ['a key twice', good.replace('{', '{"tool": 1,'), 'REPORT_INVALID', '#/tool'],
    ['success with faults', red.replace('"failed"', '"passed"'), 'REPORT_INVALID', '#/exitCode'],
    [
      'another command',
      encodeReport(verificationJson(VERIFIED, { repeat: ['curl', 'x'] })),
      'REPORT_INVALID',
      '#/repeat/0',
    ],
    [
      'an entry of a policy without a name',
      good
        .replace('"clock"', '"clock"')
        .replace(
          '"pinned": true',
          '"pinned": true, "policy": {"source": "x", "digest": "sha256:' +
            '0'.repeat(64) +
            '", "entry": {"at": "x"}}',
        ),
      'REPORT_INVALID',
      '#/policy/entry',
    ],
    ['no JSON', 'x', 'REPORT_INVALID', ''],
    ['a list', '[]', 'REPORT_INVALID', ''],
    ['null', 'null', 'REPORT_INVALID', ''],
    ['JSON of something else', '{"kind": "Recipe"}', 'REPORT_INVALID', ''],
  ])('is refused: %s', async (_, text, code, at) => {
    const error = await rejection(parseStoredReport(Buffer.from(text), 'r.json'));
    expect([error?.code, error?.class]).toEqual([code, 'unjudged']);
    expect(error?.at?.startsWith(`r.json${at}`)).toBe(true);
    expect(error?.hint).not.toBe('');
  });
});
