// JUnit XML: what CI shows as passed is what is verified, and nothing else.
import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';

import { digestOf } from '../../src/digest.ts';
import { validationJson, verificationJson } from '../../src/report/json.ts';
import type { Shown } from '../../src/report/report-json.ts';
import {
  FACTS,
  FAILED,
  GREEN,
  NOT_PINNED,
  SANDBOX_SIGNED,
  SANDBOX_VERIFIED,
  UNSIGNED,
  UNSIGNED_ALLOWED,
  VALIDATIONS,
  VERIFICATIONS,
  VERIFIED,
  phaseResult,
  ranTest,
} from './example-reports.ts';
import { manyFaults, withForeign } from './hostile-report.ts';
import { forAllHostile } from './hostile.ts';
import { junitComplaints, renderedAs } from './report-schemas.ts';

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

/** By a reader that is not the writer, and not the validator. */
function elementsOf(xml: string): Element {
  const root: Element = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  const parser = new SaxesParser({});
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const element = { name, attributes, children: [], text: '' };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on('text', (text) => {
    const element = open.at(-1);
    if (element !== undefined) element.text += text;
  });
  parser.on('closetag', () => void open.pop());
  parser.write(xml).close();
  return root.children[0] ?? root;
}

interface Case {
  readonly classname: string | undefined;
  readonly name: string | undefined;
  readonly end: string;
  readonly text: string;
}

async function casesOf(report: Shown): Promise<readonly Case[]> {
  const xml = await renderedAs('junit', report);
  expect(junitComplaints(xml)).toEqual([]);
  return elementsOf(xml).children.flatMap(({ children }) =>
    children
      .filter(({ name }) => name === 'testcase')
      .map(({ attributes: { classname, name }, children: [end] }) => ({
        ...{ classname, name },
        ...{ end: end?.name ?? 'passed', text: end?.text ?? '' },
      })),
  );
}

function endsOf(cases: readonly Case[]): Readonly<Record<string, string>> {
  return Object.fromEntries(cases.map(({ name = '', end }) => [name, end]));
}

/** Signed by who was named, under a root that is no sandbox. Red is proven too. */
const PROVEN = new Set(['verified', 'failed', 'by-template']);

describe('JUnit', () => {
  it('of verified evidence has a passed case for each check and test, and for the verdict', async () => {
    const cases = await casesOf(verificationJson(VERIFIED, { source: 'a.tar.gz' }));
    const tests = FACTS.phases.flatMap((phase) => phase.tests);
    expect(cases).toHaveLength(1 + VERIFIED.checks.length + tests.length);
    expect(cases[0]).toMatchObject({ classname: 'a.tar.gz: verdict', end: 'passed' });
    expect(cases.filter(({ end }) => end !== 'passed')).toMatchObject([
      { classname: 'a.tar.gz: conformance', end: 'skipped', text: 'no autoscaler in this cluster' },
    ]);
  });

  it.each([
    ['unsigned', UNSIGNED, 'nobody vouches for it'],
    ['unsigned and allowed', UNSIGNED_ALLOWED, 'UNSIGNED: '],
    ['without a pinned signer', NOT_PINNED, 'NOT PINNED: '],
    ['of a sandbox', SANDBOX_VERIFIED, 'SANDBOX: '],
    ['weakened', { ...VERIFIED, weakened: ['--judge own'] }, 'WEAKENED: '],
    ['red', FAILED, 'Signed: not green'],
    ['not judged', { ...VERIFIED, verdict: 'unjudged', exitCode: 3 } as const, 'Not judged'],
  ])('of evidence that is %s fails at once, and is not skipped', async (_, report, words) => {
    const [verdict] = await casesOf(verificationJson(report));
    expect(verdict?.end).toMatch(/^(?:failure|error)$/);
    expect(verdict?.text).toContain(words);
  });

  it.each(Object.entries(VERIFICATIONS))(
    'of %s evidence passes a check only if it passed, and nothing where nothing is proven',
    async (state, report) => {
      const [, ...cases] = await casesOf(verificationJson(report));
      const ends = endsOf(cases);
      expect(Object.values(ends).includes('passed')).toBe(PROVEN.has(state));
      for (const { name, outcome } of report.checks) {
        const isPassed = outcome === 'passed' && PROVEN.has(state);
        expect(ends[name]).toMatch(isPassed ? /^passed$/ : /^(?:failure|error)$/);
      }
    },
  );

  it('E-46 has both of two independent faults, each with code, place, found and expected', async () => {
    const cases = await casesOf(verificationJson(FAILED));
    const text = cases.map((each) => each.text).join('\n');
    for (const { code, at = '', found, expected } of FAILED.checks.flatMap(
      (check) => check.faults,
    )) {
      expect(text).toContain(code);
      expect(text).toContain(at);
      expect(text).toContain(found);
      expect(text).toContain(expected);
    }
  });

  it('of tests passes those that passed, and no test that is not there', async () => {
    const phase = phaseResult('deployment', 'red', [
      ranTest('good'),
      ranTest('bad', 'failed', 'it broke'),
      ranTest('odd', 'other'),
      ranTest('later', 'pending'),
      ranTest('left', 'skipped'),
    ]);
    const facts = { ...FACTS, phases: [{ ...phase, missing: ['gone'] }] };
    expect(endsOf(await casesOf(verificationJson({ ...FAILED, facts })))).toMatchObject({
      ...{ good: 'passed', bad: 'failure', odd: 'error', later: 'skipped', left: 'skipped' },
      gone: 'error',
    });
  });

  it('gives each case a name of its own, since some programs show only the first of the same', async () => {
    const tests = ['a', 'a', 'a (2)', 'a', 'x'.repeat(400), 'x'.repeat(401)];
    const phase = phaseResult(
      'deployment',
      'red',
      tests.map((name) => ranTest(name)),
    );
    const facts = { ...FACTS, phases: [phase] };
    const cases = await casesOf(verificationJson({ ...FAILED, facts }));
    const names = cases.map(({ classname, name }) => `${classname} ${name}`);
    expect(new Set(names).size).toBe(names.length);
  });

  it('of a self-check passes what is green and signed, or not packed', async () => {
    const verdicts = await Promise.all(
      [GREEN, VALIDATIONS.red, SANDBOX_SIGNED].map(
        async (report) => (await casesOf(validationJson(report)))[0],
      ),
    );
    expect(verdicts.map((verdict) => verdict?.end)).toEqual(['passed', 'failure', 'failure']);
    expect(verdicts[0]?.name).toContain('not verified');
    const evidence = { path: 'e', manifestDigest: digestOf(''), signer: undefined, sandbox: false };
    const [first] = await casesOf(validationJson({ ...GREEN, evidence }));
    expect(first).toMatchObject({ end: 'failure', text: expect.stringContaining('UNSIGNED') });
  });

  it('of a self-check in which nothing was run fails', async () => {
    const phases = FACTS.phases.map((phase) => ({ ...phase, state: 'not-run' as const }));
    const [first] = await casesOf(validationJson({ ...GREEN, facts: { ...FACTS, phases } }));
    expect(first).toMatchObject({ end: 'failure', text: expect.stringContaining('green so far') });
  });

  it('keeps to the schema whatever a stranger wrote', async () => {
    const texts: string[] = [];
    forAllHostile((value) => void texts.push(value), 20);
    for (const text of [...texts, '\uFFFE\uFFFF', ']]>', '\n"\t\'', '<&>'.repeat(2000)]) {
      const cases = await casesOf(verificationJson(withForeign(FAILED, text), { source: text }));
      expect(cases[0]?.end).toBe('failure');
    }
  });

  it('counts the faults of a check that has too many to be read', async () => {
    const [verdict, check] = await casesOf(verificationJson(manyFaults(1000)));
    expect(verdict?.end).toBe('failure');
    expect(check?.text).toContain('and 980 more faults');
    expect(check?.text.length).toBeLessThan(10_000);
  });
});
