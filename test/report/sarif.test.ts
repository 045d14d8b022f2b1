// SARIF: a run without a result is one in which all is verified, and nothing else is.
import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { errorJson } from '../../src/cli/print-error.ts';
import { digestOf } from '../../src/digest.ts';
import { ERROR_CATALOGUE } from '../../src/errors/catalogue.ts';
import { EvidenceError } from '../../src/errors/evidence-error.ts';
import { validationJson, verificationJson } from '../../src/report/json.ts';
import { growSarif } from '../../src/report/render/sarif.ts';
import type { BatchJson, ErrorJson, ReportJson, Shown } from '../../src/report/report-json.ts';
import {
  FAILED,
  GREEN,
  INVALID,
  NOT_PINNED,
  RED,
  SANDBOX_SIGNED,
  SANDBOX_VERIFIED,
  UNSIGNED,
  UNSIGNED_ALLOWED,
  VERIFICATIONS,
  VERIFIED,
} from './example-reports.ts';
import { manyFaults, withForeign } from './hostile-report.ts';
import { forAllHostile } from './hostile.ts';
import { renderedAs, sarifComplaints } from './report-schemas.ts';

interface Result {
  readonly ruleId: string;
  readonly level: string;
  readonly message: { readonly text: string };
  readonly locations: readonly [
    {
      readonly physicalLocation: { readonly artifactLocation: { readonly uri: string } };
      readonly logicalLocations?: readonly { readonly fullyQualifiedName: string }[];
    },
  ];
  readonly partialFingerprints: { readonly primaryLocationLineHash: string };
}

interface Run {
  readonly results: readonly Result[];
  readonly tool: {
    readonly driver: {
      readonly name: string;
      readonly rules: readonly { readonly id: string; readonly help: { readonly text: string } }[];
    };
  };
  readonly invocations: readonly [
    {
      readonly exitCode: number;
      readonly executionSuccessful: boolean;
      readonly commandLine?: string;
      readonly toolExecutionNotifications: readonly {
        readonly message: { readonly text: string };
      }[];
    },
  ];
}

function runIn(text: string): Run {
  expect(sarifComplaints(text)).toEqual([]);
  const [run, ...more] = (JSON.parse(text) as { readonly runs: readonly [Run] }).runs;
  expect(more).toEqual([]);
  return run;
}

async function runOf(report: Shown): Promise<Run> {
  return runIn(await renderedAs('sarif', report));
}

function hashesOf({ results }: Run): readonly string[] {
  return results.map(({ partialFingerprints: { primaryLocationLineHash: hash } }) => hash);
}

const UNREADABLE = errorJson(
  new EvidenceError('FILE_UNREADABLE', {
    at: 'a.tar.gz',
    found: 'no such file',
    expected: 'a file',
    hint: 'name one that is there',
  }),
);

const ERRORS = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');

/** Many, as a call for many renders them. */
async function manyOf(reports: readonly (ReportJson | ErrorJson)[], more = {}): Promise<Run> {
  const form = growSarif(ERRORS, false);
  const parts = reports.map((report) => form.each({ line: '', report: () => report }));
  const summary = { bundles: reports.length, ...more } as BatchJson['summary'];
  return runIn(`${form.head}${parts.join('')}${await form.end({ exitCode: 2, summary })}`);
}

describe('SARIF', () => {
  it('of verified evidence has no result, and the exit code and command', async () => {
    const repeat = ['affidavit', 'verify-evidence', 'my file'];
    const run = await runOf(verificationJson(VERIFIED, { repeat }));
    expect(run.results).toEqual([]);
    expect(run.invocations).toEqual([
      {
        ...{ exitCode: 0, executionSuccessful: true, toolExecutionNotifications: [] },
        commandLine: "affidavit verify-evidence 'my file'",
      },
    ]);
  });

  it.each([
    ['unsigned', UNSIGNED, ['UNSIGNED warning']],
    ['unsigned and allowed', UNSIGNED_ALLOWED, ['UNSIGNED warning', 'WEAKENED warning']],
    ['without a pinned signer', NOT_PINNED, ['SIGNER_NOT_PINNED warning']],
    ['of a sandbox', SANDBOX_VERIFIED, ['SANDBOX error']],
    ['weakened', { ...VERIFIED, weakened: ['--judge own'] }, ['WEAKENED warning']],
    ['changed', INVALID, ['FILE_DIFFERS error', 'FILE_EXTRA error']],
  ])('of evidence that is %s says so', async (_, report, expected) => {
    const { results } = await runOf(verificationJson(report));
    expect(results.map(({ ruleId, level }) => `${ruleId} ${level}`)).toEqual(expected);
  });

  it('of a self-check has its faults, what takes the weight from it, and always that nothing is verified', async () => {
    const [green] = (await runOf(validationJson(GREEN))).results;
    expect([green?.ruleId, green?.level]).toEqual(['SELF_CHECK', 'warning']);
    expect(green?.message.text).toContain('not verified');
    const { results } = await runOf(validationJson(SANDBOX_SIGNED));
    expect(results.map(({ ruleId }) => ruleId)).toEqual(['SANDBOX', 'SELF_CHECK']);
    expect((await runOf(validationJson(RED))).results).toHaveLength(RED.faults.length + 1);
    const evidence = { path: 'e', manifestDigest: digestOf(''), signer: undefined, sandbox: false };
    const [unsigned] = (await runOf(validationJson({ ...GREEN, evidence }))).results;
    expect(unsigned?.message.text).toContain('UNSIGNED: ');
  });

  it('E-46 has a result for each of two faults: place, found and expected', async () => {
    const { results } = await runOf(verificationJson(FAILED, { source: 'evidence/a b.tar.gz' }));
    const faults = FAILED.checks.flatMap((check) => check.faults);
    expect(results).toHaveLength(faults.length);
    for (const [index, { code, at = '', found, expected }] of faults.entries()) {
      const { ruleId, message, locations } = results[index] ?? { locations: [] };
      expect(ruleId).toBe(code);
      expect(message?.text).toContain(found);
      expect(message?.text).toContain(expected);
      const [place] = locations;
      expect(place?.physicalLocation.artifactLocation.uri).toBe('evidence/a%20b.tar.gz');
      expect(place?.logicalLocations).toEqual([{ fullyQualifiedName: at }]);
    }
  });

  it('has the text of docs/errors.md for each code', async () => {
    const form = growSarif(ERRORS, false);
    const codes = Object.keys(ERROR_CATALOGUE) as (keyof typeof ERROR_CATALOGUE)[];
    const reports = codes.map((code) => ({ ...UNREADABLE, error: { ...UNREADABLE.error, code } }));
    const parts = reports.map((report) => form.each({ line: '', report: () => report }));
    const run = runIn(`${form.head}${parts.join('')}${await form.end({ exitCode: 3 })}`);
    const { rules } = run.tool.driver;
    expect(rules.map(({ id }) => id)).toEqual(codes);
    expect(rules.filter(({ help }) => !help.text.includes('Next:'))).toEqual([]);
  });

  it('takes what is no fault of the evidence for a call that failed, and a result all the same', async () => {
    const run = await manyOf([verificationJson(VERIFIED), { ...UNREADABLE, source: 'a.tar.gz' }]);
    const [{ executionSuccessful, toolExecutionNotifications }] = run.invocations;
    expect(executionSuccessful).toBe(false);
    expect(toolExecutionNotifications).toMatchObject([
      { level: 'error', associatedRule: { id: 'FILE_UNREADABLE' } },
    ]);
    expect(run.results).toMatchObject([{ ruleId: 'FILE_UNREADABLE', level: 'error' }]);
  });

  it('says that not all were judged', async () => {
    const run = await manyOf([verificationJson(VERIFIED)], { stopped: 'interrupted' });
    expect(run.invocations[0].executionSuccessful).toBe(false);
    expect(run.invocations[0].toolExecutionNotifications).toHaveLength(1);
  });

  it('gives each result a fingerprint that neither the path nor a time changes', async () => {
    const here = await runOf(verificationJson(FAILED, { source: 'a.tar.gz' }));
    const later = { ...FAILED, now: new Date(0) };
    const there = await runOf(verificationJson(later, { source: '/other/place/b.tar.gz' }));
    expect(hashesOf(there)).toEqual(hashesOf(here));
    expect(new Set(hashesOf(here)).size).toBe(here.results.length);
    const two = [await manyOf([lost('x/a')]), await manyOf([lost('/tmp/b')])].map(hashesOf);
    expect(two[0]).toEqual(two[1]);
    const { facts } = FAILED;
    const recipe = { ...facts.recipe, name: 'another' } as NonNullable<typeof facts.recipe>;
    const other = await runOf(verificationJson({ ...FAILED, facts: { ...facts, recipe } }));
    expect(hashesOf(other)).not.toEqual(hashesOf(here));
  });

  it('is no more than GitHub takes: what is left out is counted', async () => {
    const many = verificationJson(manyFaults(1000));
    const run = await manyOf(Array.from({ length: 16 }, () => many));
    const { results, invocations } = run;
    expect(results.length).toBeLessThanOrEqual(25_000);
    expect(JSON.stringify(run).length).toBeLessThan(10_000_000);
    const total = 16 * (1000 + FAILED.checks.flatMap(({ faults }) => faults).length);
    const [said] = invocations[0].toolExecutionNotifications;
    expect(said?.message.text).toBe(`${total - results.length} more results are left out.`);
  });

  it('keeps to the schema whatever a stranger wrote, which is neither a link nor an argument', async () => {
    const texts: string[] = [];
    forAllHostile((value) => void texts.push(value), 20);
    const paths = [
      '',
      '/abs/x',
      '//x',
      'a:b',
      '#?%',
      'oci://h:x/y@sha256:0',
      '\uD800',
      '[x](y) {0}',
    ];
    for (const text of [...texts, ...paths]) {
      for (const report of [FAILED, VERIFICATIONS['not-pinned']]) {
        const json = verificationJson(withForeign(report, text), { source: text });
        for (const { message } of (await runOf(json)).results) {
          expect(message.text).not.toMatch(/\]\(|\{\d+\}/);
        }
      }
    }
  });

  it.each([
    ['evidence/a.tar.gz', 'evidence/a.tar.gz'],
    ['../a', '../a'],
    ['/tmp/a b', 'file:///tmp/a%20b'],
    ['a:b', './a:b'],
    ['a?b#c', 'a%3Fb%23c'],
  ])('names %s as %s', async (source, uri) => {
    const [result] = (await runOf(verificationJson(FAILED, { source }))).results;
    expect(result?.locations[0].physicalLocation.artifactLocation.uri).toBe(uri);
  });
});

function lost(path: string): ErrorJson {
  return { ...UNREADABLE, error: { ...UNREADABLE.error, at: path }, source: path };
}
