import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { EvidenceError } from '../../../src/errors/evidence-error.ts';
import { parsePhaseReport } from '../../../src/evidence/phase/ctrf.ts';
import { mapOriginal } from '../../../src/evidence/results/original.ts';
import { MAX_JSON_BYTES, MAX_NESTING } from '../../../src/limits.ts';
import { rejection } from '../../document/refusal.ts';
import { propertyRuns } from '../../property-runs.ts';
import { endings, mapped, sample } from './samples.ts';

const GOOD =
  '<testsuite tests="2" failures="0"><testcase name="a"/><testcase name="b"/></testsuite>';

async function refused(xml: string | Uint8Array): Promise<EvidenceError | undefined> {
  return await rejection(mapOriginal(Buffer.from(xml), 'junit.xml'));
}

/** One test case with these parts and attributes. */
function one(parts: string, attributes = ''): string {
  return `<testsuite><testcase name="a"${attributes}>${parts}</testcase></testsuite>`;
}

async function onlyTest(xml: string) {
  const [test] = (await mapped(xml)).results.tests;
  if (test === undefined) throw new TypeError('no test');
  return test;
}

describe('JUnit XML of real runners', () => {
  it('is read of gotestsum, whose cases have properties', async () => {
    const { results, generatedBy } = await mapped(sample('gotestsum.xml'));
    expect(generatedBy).toBe('affidavit, by rules 1, of JUnit XML');
    expect(results.summary).toMatchObject({ tests: 1, passed: 1, failed: 0 });
    expect(results.tests).toEqual([
      {
        name: 'TestSomeAttributes',
        status: 'passed',
        duration: 0,
        extra: {
          within: [
            'test',
            'gotest.tools/gotestsum/testjson/internal/withattributes',
            'gotest.tools/gotestsum/testjson/internal/withattributes',
          ],
        },
      },
    ]);
  });

  it('is refused of gotestsum where a TestMain failed that no suite counts', async () => {
    expect(await refused(sample('gotestsum-failed-main.xml'))).toMatchObject({
      code: 'RESULTS_SUMMARY_DIFFERS',
      at: 'junit.xml',
      found: 'line 3: tests="0" in <testsuite>',
      expected: 'tests="1", counted in its test cases',
    });
  });

  it('is read of pytest, which counts a test that fails twice once', async () => {
    const { results } = await mapped(sample('pytest.xml'));
    const tests = results.tests.map(({ name, status, message }) => [name, status, message]);
    expect(tests).toEqual([
      ['test_bandwidth[1 MiB]', 'passed', undefined],
      ['test_bandwidth[8 GiB]', 'passed', undefined],
      ['test_fails', 'failed', 'assert 1 == 2'],
      ['test_errors', 'failed', 'failed on setup with "RuntimeError: no such device"'],
      ['test_nvlink', 'skipped', 'no NVLink here'],
      ['test_known', 'skipped', 'known'],
      ['test_double', 'failed', 'assert 0'],
      ['test_double', 'failed', 'failed on teardown with "RuntimeError: teardown"'],
    ]);
    expect(results.tests[3]?.rawStatus).toBe('error');
    const start = Date.parse('2026-11-22T12:59:50.169Z');
    expect(results.summary).toMatchObject({ start, stop: start + 96 });
  });

  it('is read of surefire, with what was run again', async () => {
    const { results } = await mapped(sample('surefire-flaky.xml'));
    expect(results.tests).toMatchObject([
      { name: 'testFlaky', status: 'passed', duration: 34, flaky: true, retries: 2 },
    ]);
  });
});

describe('JUnit XML of runners', () => {
  const nccl = ['nccl all-reduce of 8 GiB passed', 'nccl needs no NVLink passed'];

  it.each([
    ['bazel.xml', ['fabric/nccl_test passed']],
    ['ctest.xml', ['good passed', 'off skipped', 'skips skipped']],
    [
      'ginkgo.xml',
      [
        '[It] NCCL reduces 8 GiB passed',
        '[It] NCCL waits for NVLink pending',
        '[It] NCCL needs no switch skipped',
        '[It] flakes once passed',
      ],
    ],
    ['jest-junit.xml', nccl],
    ['mocha.xml', nccl.map((end) => end.slice(5))],
    [
      'vitest.xml',
      [
        'nccl > all-reduce of 8 GiB passed',
        'nccl > needs no NVLink skipped',
        'nccl > later skipped',
      ],
    ],
  ])('that passed stays green: %s', async (file, ends) => {
    expect(await endings(sample(file))).toEqual(ends);
  });

  it.each([
    [
      'ctest-red.xml',
      [
        ...['good passed', 'off skipped', 'skips skipped', 'slow failed', 'bad failed'],
        'none skipped',
      ],
    ],
    ['node-test.xml', ['all-reduce passed', 'nvlink skipped', 't failed']],
  ])('that failed stays red: %s', async (file, ends) => {
    expect(await endings(sample(file))).toEqual(ends);
  });
});

describe('a test case', () => {
  it.each([
    ['', '', 'passed'],
    ['<failure/>', '', 'failed'],
    ['<error/>', '', 'failed'],
    ['<skipped/><failure/>', '', 'failed'],
    ['<skipped/>', ' status="pending"', 'pending'],
    ['', ' status="failed"', 'failed'],
    ['', ' status="run" result="completed"', 'passed'],
    ['', ' status="notrun"', 'skipped'],
    ['', ' outcome="Failed"', 'failed'],
    ['', ' status="run" success="False"', 'failed'],
    ['', ' success="true"', 'passed'],
    ['', ' result="Suppressed"', 'skipped'],
    ['', ' status="vanished"', 'other'],
    ['<failure/>', ' status="passed"', 'failed'],
    ['<rerunFailure/>', '', 'failed'],
    ['', ' Status="FAIL"', 'failed'],
    ['', ' status="timed-out"', 'failed'],
    ['', ' state="failed"', 'failed'],
    ['', ' conclusion="success"', 'passed'],
    ['', ' failed="1"', 'failed'],
    ['', ' failed="0" errors="" error="false"', 'passed'],
    ['', ' failure="no such device"', 'failed'],
    ['', ' timed_out="true"', 'failed'],
    ['', ' exit-code="137"', 'failed'],
    ['', ' exitCode="0"', 'passed'],
    ['', ' passed="false"', 'failed'],
    ['', ' executed="False"', 'skipped'],
    ['', ' disabled="true"', 'skipped'],
    ['', ' xmlns:x="u" x:result="failed"', 'failed'],
    ['', ' xmlns:status="u" timeout="30" assertions="3" requirement="failed"', 'passed'],
  ])('%s%s is %s', async (parts, attributes, status) => {
    expect(await onlyTest(one(parts, attributes))).toMatchObject({ status });
  });

  it.each([
    ['', ' status="vanished"', 'status="vanished"'],
    ['', ' Failed="2"', 'Failed="2"'],
    ['<failure message="m"/>', ' failed="2"', 'm'],
    ['<skipped/>', ' status="notrun"', undefined],
  ])('says which attribute it is that does not let it pass: %s%s', async (parts, words, said) => {
    expect((await onlyTest(one(parts, words))).message).toBe(said);
  });

  it('has its message, its trace, its output and its image', async () => {
    const parts =
      '<failure message="too slow">at 3</failure><system-out>busbw 1\nbusbw 2\n</system-out>' +
      '<properties><property name="image" value="nccl@sha256:0"/></properties>';
    expect(await onlyTest(one(parts, ' classname="c" time="1,234.5678"'))).toEqual({
      ...{ name: 'a', status: 'failed', duration: 1_234_568, message: 'too slow', trace: 'at 3' },
      ...{ stdout: ['busbw 1', 'busbw 2'], extra: { within: ['c'], image: 'nccl@sha256:0' } },
    });
  });

  it('has all blocks of what it printed, in order, with the text of the elements in them', async () => {
    const figure = (value: number): string =>
      `<system-out>NCCL All Reduce bandwidth: <b>${value}.00</b> GB/s</system-out>`;
    const lines = async (parts: string) => (await onlyTest(one(parts))).stdout;
    const said = (value: number): string => `NCCL All Reduce bandwidth: ${value}.00 GB/s`;
    expect(await lines(figure(488))).toEqual([said(488)]);
    expect(await lines(figure(1) + figure(488))).toEqual([said(1), said(488)]);
    const errors = '<system-err>a\n</system-err><system-out/><system-err>b\n\n</system-err>';
    expect(await onlyTest(one(errors))).toMatchObject({ stderr: ['a', 'b', ''] });
  });

  it.each([
    ['<failure message="one">T1</failure><failure message="two">T2</failure>', 'one', 'T1\nT2'],
    ['<skipped message="s">S</skipped><error message="e">E</error>', 'e', 'E\nS'],
    [
      '<error message="e"/><failure message=""> <i>first</i> of\ntwo</failure>',
      'first of',
      undefined,
    ],
    ['<failure/>', undefined, ''],
  ])('takes message and trace of %s', async (parts, message, trace = 'first of\ntwo') => {
    const { trace: shown = '', ...test } = (await onlyTest(one(parts))) as {
      trace?: string;
      message?: string;
    };
    expect([test.message, shown]).toEqual([message, trace]);
  });

  it.each([
    ['<flakyFailure/>', { status: 'passed', retries: 1, flaky: true }],
    ['<flakyFailure/><skipped/>', { status: 'skipped', retries: 1 }],
    ['<flakyFailure/><failure/>', { status: 'failed', retries: 1 }],
    ['<flakyFailure/><rerunFailure/>', { status: 'failed', retries: 2 }],
  ])('is flaky only if it passed: %s', async (parts, end) => {
    const { status, retries, flaky } = await onlyTest(one(parts));
    expect({ status, retries, flaky }).toEqual({ flaky: undefined, ...end });
  });

  it('has one image, in whichever block of properties', async () => {
    const block = (image: string): string =>
      `<properties><property name="image" value="${image}"/></properties>`;
    const last = '<properties><property name="x" value="y"/></properties>';
    expect(await onlyTest(one(`${block('a')}${last}`))).toMatchObject({ extra: { image: 'a' } });
    expect(await refused(one(`${block('a')}${block('b')}`))).toMatchObject({
      ...{ code: 'FIELD_INVALID', found: 'line 1: 2 properties "image" that differ' },
    });
  });

  it('took no time if the time is empty', async () => {
    expect(await onlyTest(one('', ' time=""'))).toMatchObject({ duration: 0 });
  });

  it('has the class as its name if it has no other, and every suite that it is in', async () => {
    const xml =
      '<testsuites name="all"><testsuite name="x" tests="1"><testsuite name="y"><testcase name="" classname="Setup"><error/></testcase></testsuite></testsuite></testsuites>';
    expect(await onlyTest(xml)).toMatchObject({
      name: 'Setup',
      extra: { within: ['all', 'x', 'y', 'Setup'] },
    });
  });

  it('stays a test of its own where another has its name', async () => {
    const xml =
      '<testsuite tests="2"><testcase name="a"><failure/></testcase><testcase name="a"/></testsuite>';
    expect(await endings(xml)).toEqual(['a failed', 'a passed']);
  });

  it.each([
    [one('', ' time="0,003"'), 'line 1: time="0,003"', 'FIELD_INVALID'],
    [one('', ' time="-1"'), 'line 1: time="-1"', 'FIELD_INVALID'],
    [one('', ' time="1e99"'), 'line 1: time="1e99"', 'FIELD_INVALID'],
    [
      '<testsuite>\n<testcase name=""/></testsuite>',
      'line 2: <testcase> without a name',
      'FIELD_MISSING',
    ],
    [
      '<testsuite><testcase name="a&#10;b"/></testsuite>',
      'line 1: control characters in the name "a\\nb"',
      'FIELD_INVALID',
    ],
    [
      '<testsuite><testcase name="a&#x9b;b"/></testsuite>',
      'line 1: control characters in the name "a\\u009bb"',
      'FIELD_INVALID',
    ],
    [
      '<testsuites/>'.replace('testsuites', 'results'),
      'line 1: the root element "results"',
      'KIND_UNEXPECTED',
    ],
  ])('%s is refused', async (xml, found, code) => {
    expect(await refused(xml)).toMatchObject({ code, found, at: 'junit.xml' });
  });
});

describe('what says that something failed', () => {
  it.each([
    ['<testsuite><error/></testsuite>', '"error" in "testsuite"'],
    ['<testsuite><skipped/></testsuite>', '"skipped" in "testsuite"'],
    [
      '<testsuite><properties><testcase name="b"><failure/></testcase></properties></testsuite>',
      '"testcase" in "properties"',
    ],
    ['<testsuite><group><testsuite/></group></testsuite>', '"group" in "testsuite"'],
    [
      '<testsuites><system-err><testsuites/></system-err></testsuites>',
      '"testsuites" in "system-err"',
    ],
    [
      '<testsuite><testCase name="b"><failure/></testCase></testsuite>',
      '"testCase" in "testsuite"',
    ],
    [one('<testcase name="b"><failure/></testcase>'), '"testcase" in "testcase"'],
    [one('<testsuite/>'), '"testsuite" in "testcase"'],
    [one('<properties><failure/></properties>'), '"failure" in "properties"'],
    [one('<properties><y><error/></y></properties>'), '"error" in "y"'],
    [one('<skipped><failure/></skipped>'), '"failure" in "skipped"'],
    [one('<system-out><rerunFailure/></system-out>'), '"rerunFailure" in "system-out"'],
    [one('<Failure/>'), '"Failure" in "testcase"'],
    [one('<rerunfailure/>'), '"rerunfailure" in "testcase"'],
    [one('<rerun/>'), '"rerun" in "testcase"'],
    [one('<flakyTimeout/>'), '"flakyTimeout" in "testcase"'],
    [
      '<testsuite xmlns:n="u"><properties><n:failure/></properties></testsuite>',
      '"failure" in "properties"',
    ],
    [one('<timeout/>'), '"timeout" in "testcase"'],
    [one('<warning type="PHPUnit\\Framework\\Warning"/>'), '"warning" in "testcase"'],
    [one('<skip/>'), '"skip" in "testcase"'],
    ['<testsuite><teardown/></testsuite>', '"teardown" in "testsuite"'],
    ['<testsuites><aborted/></testsuites>', '"aborted" in "testsuites"'],
  ])('is refused where it would be lost: %s', async (xml, found) => {
    expect(await refused(xml)).toMatchObject({
      ...{ code: 'FIELD_INVALID', at: 'junit.xml' },
      found: `line 1: the element ${found}, where it would be lost`,
    });
  });

  it('leaves elements of properties and of what was printed, where no test ends', async () => {
    const parts = '<properties><x><y/>z</x></properties><system-out><b/></system-out>';
    const xml = `<testsuite>${parts}<testcase name="a">${parts}</testcase></testsuite>`;
    expect(await endings(xml)).toEqual(['a passed']);
  });

  it.each([
    [one('FAILED'), '"FAILED" in <testcase>'],
    ['<testsuite> timed out </testsuite>', '"timed out" in <testsuite>'],
  ])('is refused as text that nobody reads: %s', async (xml, found) => {
    expect(await refused(xml)).toMatchObject({
      ...{ code: 'FIELD_INVALID', found: `line 1: the text ${found}, where it would be lost` },
    });
  });

  it('is never green, whatever it stands in', async () => {
    const outer = fc.constantFrom(
      ...['x', 'failures', 'system-out', 'properties', 'testsuite', 'testsuites', 'testcase'],
      ...['TestCase', 'skipped', 'flakyFailure'],
    );
    const failure = fc.constantFrom(
      ...['<failure/>', '<error/>', '<rerunError/>', '<FAILURE/>', '<Error/>'],
      '<testcase name="c"><failure/></testcase>',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(outer, { maxLength: 5 }), failure, async (names, inside) => {
        const wrapped = names.reduceRight(
          (text, name) => `<${name} name="n">${text}</${name}>`,
          inside,
        );
        const xml = `<testsuite><testcase name="a"/>${wrapped}</testsuite>`;
        const code = (await refused(xml))?.code;
        const ends = code === undefined ? await endings(xml) : [];
        expect(code === 'FIELD_INVALID' || ends.some((end) => end.endsWith(' failed'))).toBe(true);
      }),
      { numRuns: propertyRuns(100, 1500) },
    );
  });
});

describe('the summary of a suite', () => {
  it('is compared with the test cases', async () => {
    expect(await endings(GOOD)).toEqual(['a passed', 'b passed']);
    expect(await refused(GOOD.replace('tests="2"', 'tests="3"'))).toMatchObject({
      code: 'RESULTS_SUMMARY_DIFFERS',
      found: 'line 1: tests="3" in <testsuite>',
      expected: 'tests="2", counted in its test cases',
    });
    expect(await refused(GOOD.replace('failures="0"', 'failures="1"'))).toMatchObject({
      code: 'RESULTS_SUMMARY_DIFFERS',
      found: 'line 1: failures="1" in <testsuite>',
      expected: 'failures="0", counted in its test cases',
    });
    const pending = GOOD.replace('"a"', '"a" status="pending"').replace(
      'name="b"/>',
      'name="b"><skipped/></testcase>',
    );
    for (const right of [1, 2]) {
      const counted = pending.replace('<testsuite', `<testsuite skipped="${right}"`);
      expect(await endings(counted)).toEqual(['a pending', 'b skipped']);
    }
    expect(await refused(pending.replace('<testsuite', '<testsuite skipped="0"'))).toMatchObject({
      code: 'RESULTS_SUMMARY_DIFFERS',
    });
    const failed = GOOD.replace('<testcase name="a"/>', '<testcase name="a"><failure/></testcase>');
    expect(await refused(failed)).toMatchObject({
      expected: 'failures="1", counted in its test cases',
    });
  });
});

describe('what a suite says of itself', () => {
  it.each([
    ['failed="1"', 'failed="1"'],
    ['Failures="1"', 'Failures="1"'],
    ['error="3"', 'error="3"'],
    ['status="failed"', 'status="failed"'],
    ['result="Inconclusive"', 'result="Inconclusive"'],
    ['success="false"', 'success="false"'],
    ['timedOut="true"', 'timedOut="true"'],
    ['exit-code="1"', 'exit-code="1"'],
  ])('counts if no test failed: %s', async (words, said) => {
    for (const name of ['testsuite', 'testsuites']) {
      const xml = (attributes: string): string =>
        `<${name} ${attributes}><testsuite>${GOOD}</testsuite></${name}>`;
      expect(await endings(xml(''))).toEqual(['a passed', 'b passed']);
      expect(await refused(xml(words))).toMatchObject({
        code: 'RESULTS_RUN_FAILED',
        at: 'junit.xml: line 1',
        found: `${said} in <${name}>, and no test failed`,
      });
      const failed = xml(words).replace(
        '<testcase name="b"/>',
        '$& <testcase name="c" failed="1"/>',
      );
      const counted = failed.replace('tests="2"', 'tests="3"');
      expect(await endings(counted)).toEqual(['a passed', 'b passed', 'c failed']);
    }
  });

  it.each([
    'status="passed" result="Success" failed="0" success="true" exitcode="0"',
    'disabled="2" ignored="1" warnings="3" assertions="9" passed="0" state=""',
    'package="failed" id="7" file="error.php" total="9" file-status-note="error"',
  ])('may be that all went well: %s', async (words) => {
    const xml = GOOD.replace('<testsuite', `<testsuite ${words}`);
    expect(await endings(xml)).toEqual(['a passed', 'b passed']);
  });
});

describe('the time of the run', () => {
  const at = '2026-11-20T10:00:00Z';
  const start = Date.parse(at);
  const suite = (attributes: string): string =>
    GOOD.replace('<testsuite', `<testsuite ${attributes}`);
  const around = (attributes: string, ...suites: readonly string[]): string =>
    `<testsuites ${attributes}>${suites.join('')}</testsuites>`;
  const timed = suite(`timestamp="${at}" time="5"`);
  const open = suite(`timestamp="${at}"`);

  it.each([
    ['a suite', timed, start, start + 5000],
    ['a suite without a time', open, start, 0],
    ['a suite with an empty time', suite(`timestamp="${at}" time=""`), start, 0],
    ['a suite without a zone', suite('timestamp="2026-11-20T10:00:00" time="5"'), 0, 0],
    ['suites, one of them without a time', around('', timed, open), start, 0],
    [
      'a root that leaves it to its suites',
      around(`timestamp="${at}"`, timed),
      start,
      start + 5000,
    ],
    ['a root that is later', around(`timestamp="${at}" time="9"`, timed), start, start + 9000],
    ['a root without a time, and suites without any', around(`timestamp="${at}"`, GOOD), start, 0],
  ])('of %s', async (_, xml, begin, stop) => {
    const { results } = await mapped(xml);
    expect(results.summary).toMatchObject({ start: begin, stop });
  });
});

describe('what Ginkgo says of a suite', () => {
  it.each([
    ['DryRun', 'false', 'true'],
    ['SuiteSucceeded', 'true', 'false'],
    ['SpecialSuiteFailureReason', '', 'Suite Timeout Elapsed'],
  ])('counts in each block: %s', async (name, good, bad) => {
    const block = (value: string): string =>
      `<properties><property name="${name}" value="${value}"/></properties>`;
    const suite = (parts: string): string => GOOD.replace('<testcase', `${parts}<testcase`);
    expect(await endings(suite(block(good) + block(good)))).toHaveLength(2);
    expect(await refused(suite(block(good) + block(bad)))).toMatchObject({
      code: 'RESULTS_RUN_FAILED',
    });
  });
});

describe('XML', () => {
  it.each([
    ['<!DOCTYPE testsuite>', 'line 1: a DOCTYPE', 'DOCUMENT_UNSUPPORTED'],
    [
      '<?xml version="1.0"?>\n<!DOCTYPE t [<!ENTITY a "&b;&b;">\n<!ENTITY b "&c;&c;">\n]>\n',
      'line 2: a DOCTYPE that declares entities',
      'DOCUMENT_UNSUPPORTED',
    ],
    ['<?xml version="1.1"?>', 'line 1: the version "1.1"', 'DOCUMENT_UNSUPPORTED'],
    [
      '<?xml version="1.0" encoding="ISO-8859-1"?>',
      'line 1: the encoding "ISO-8859-1"',
      'DOCUMENT_UNSUPPORTED',
    ],
  ])('%s before the root is refused', async (before, found, code) => {
    expect(await refused(`${before}${GOOD}`)).toMatchObject({ code, found, at: 'junit.xml' });
  });

  it.each([
    ['an end tag that is missing', GOOD.replace('</testsuite>', '')],
    ['an entity that nobody declared', GOOD.replace('"a"', '"&bomb;"')],
    ['a control character', GOOD.replace('"a"', '"&#1;"')],
    ['an attribute twice', GOOD.replace('name="a"', 'name="a" name="a"')],
    ['a second root', `${GOOD}<x/>`],
    ['bytes that are no UTF-8', Buffer.from(GOOD.replace('"a"', '"\u00E4"'), 'latin1')],
  ])('%s is refused', async (_, xml) => {
    expect(await refused(xml)).toMatchObject({ code: 'DOCUMENT_INVALID', at: 'junit.xml' });
  });

  it('is refused where it is deeper, longer or fuller than a report can be', async () => {
    const deep = '<testsuite>'.repeat(MAX_NESTING + 1);
    expect(await refused(deep)).toMatchObject({ code: 'DOCUMENT_UNSUPPORTED' });
    const many = `<testsuite>${'<a/>'.repeat(300_000)}</testsuite>`;
    expect(await refused(many)).toMatchObject({ code: 'LIMIT_EXCEEDED' });
    expect(await refused(Buffer.alloc(MAX_JSON_BYTES + 1, '<'))).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      found: `${MAX_JSON_BYTES + 1} bytes`,
    });
  });

  it('may begin with a byte order mark', async () => {
    expect(await endings(`\u{FEFF}<?xml version="1.0" encoding="utf-8"?>${GOOD}`)).toHaveLength(2);
  });

  it('becomes a report or a refusal, whatever it is', async () => {
    const piece = fc.constantFrom(
      ...[
        '<testsuite>',
        '</testsuite>',
        '<testcase name="a">',
        '</testcase>',
        '<testcase name="b"/>',
      ],
      ...[
        '<failure/>',
        '<skipped message="&amp;"/>',
        '<![CDATA[x]]>',
        '&lt;',
        '&x;',
        '<',
        ' time="1"',
      ],
    );
    const xml = fc.oneof(
      fc.array(piece, { maxLength: 12 }).map((parts) => `<testsuite>${parts.join('')}</testsuite>`),
      fc.string({ unit: 'binary', maxLength: 60 }).map((text) => `<${text}`),
    );
    await fc.assert(
      fc.asyncProperty(xml, async (text) => {
        const report = await mapOriginal(Buffer.from(text), 'x.xml').catch((error: unknown) => {
          if (error instanceof EvidenceError && error.class === 'invalid') return undefined;
          throw error;
        });
        if (report === undefined) return;
        expect(parsePhaseReport(report, 'ctrf/deployment.json').phase).toBe('deployment');
      }),
      { numRuns: propertyRuns(100, 1500) },
    );
  });

  it('makes of any cases the report that has them', async () => {
    const kind = fc.constantFrom('', '<failure/>', '<error/>', '<skipped/>');
    const name = fc.stringMatching(/^[A-Za-z0-9_[\]./ -]{1,20}$/);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(name, kind), { minLength: 1, maxLength: 9 }),
        async (cases) => {
          const inside = cases.map(([text, part]) => `<testcase name="${text}">${part}</testcase>`);
          const failures = cases.filter(([, part]) => part === '<failure/>').length;
          const xml = `<testsuite tests="${cases.length}" failures="${failures}">${inside.join('')}</testsuite>`;
          const statuses = { '': 'passed', '<skipped/>': 'skipped' } as const;
          expect(await endings(xml)).toEqual(
            cases.map(([text, part]) =>
              part === '' || part === '<skipped/>' ? `${text} ${statuses[part]}` : `${text} failed`,
            ),
          );
          const lie = xml.replace(`failures="${failures}"`, `failures="${failures + 1}"`);
          expect(await refused(lie)).toMatchObject({ code: 'RESULTS_SUMMARY_DIFFERS' });
        },
      ),
      { numRuns: propertyRuns(100, 1500) },
    );
  });
});
