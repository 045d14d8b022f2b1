import { describe, expect, it } from 'vitest';

import type { EvidenceError } from '../../../src/errors/evidence-error.ts';
import { mapOriginal } from '../../../src/evidence/results/original.ts';
import type { Part } from '../../archive/tar-parts.ts';
import { rejection } from '../../document/refusal.ts';
import { changed, conformanceParts, mapped, sample, tarball } from './samples.ts';

const GLOBAL = 'plugins/e2e/results/global';

const STATUS = 'plugins/e2e/sonobuoy_results.yaml';
const PASSED = 'status: passed\n';
const INFO = 'meta/info.json';
const FAIL = 'FAIL! -- 2 Passed | 1 Failed | 0 Pending | 2 Skipped';

function xmlWith(end: string): string {
  return `<testsuite><testcase name="late">${end}</testcase></testsuite>`;
}

async function refused(bytes: Uint8Array): Promise<EvidenceError | undefined> {
  return await rejection(mapOriginal(bytes, 'run.tar.gz'));
}

describe('the tarball of a conformance run', () => {
  it('is known by what is in it', async () => {
    const { results, generatedBy } = await mapped(tarball());
    expect(generatedBy).toBe('affidavit, by rules 1, of a Kubernetes conformance run');
    expect(results.tool).toEqual({ name: 'sonobuoy' });
    expect(results.summary).toMatchObject({ tests: 9, passed: 7, skipped: 2, failed: 0 });
    expect(results.environment).toEqual({ extra: { serverVersion: 'v1.34.1' } });
    expect(results.tests[6]?.name).toBe(
      '[It] [sig-api-machinery] API priority and fairness should support FlowSchema API operations [Conformance]',
    );
  });

  it('needs no version of the server', async () => {
    const parts = conformanceParts().filter(({ name }) => name !== 'serverversion.json');
    expect((await mapped(tarball(parts))).results.environment).toBeUndefined();
  });

  it.each([
    ['a test fewer', /3 Passed/, '2 Passed'],
    ['a failure more', /0 Failed/, '1 Failed'],
    ['another end', /SUCCESS!/, 'FAIL!'],
    ['no test skipped', /\| 2 Skipped/, '| 0 Skipped'],
  ])('is refused if its log has %s', async (_, from, to) => {
    const parts = changed('e2e.log', (log) => log.replace(from, to));
    expect(await refused(tarball(parts))).toMatchObject({
      code: 'RESULTS_LOG_DIFFERS',
      at: `run.tar.gz: ${GLOBAL}/e2e.log`,
      expected:
        'SUCCESS! -- 3 Passed | 0 Failed | 0 Pending | 2 Skipped, as the JUnit report has it',
    });
  });

  it('is refused if its log is cut off, and takes one with colours and flakes', async () => {
    const cut = changed('e2e.log', (log) => log.slice(0, log.indexOf('SUCCESS!')));
    expect(await refused(tarball(cut))).toMatchObject({
      code: 'RESULTS_LOG_DIFFERS',
      found: 'no summary: the run did not end',
    });
    const coloured = changed('e2e.log', (log) =>
      log.replace(
        /SUCCESS!.*/,
        '\u001B[38;5;10mSUCCESS!\u001B[0m -- 3 Passed | 0 Failed | 1 Flaked | 0 Pending | 2 Skipped',
      ),
    );
    expect(await refused(tarball(coloured))).toBeUndefined();
  });

  it('is refused if log and report are of two runs, by their seeds', async () => {
    const other = changed('e2e.log', (log) => log.replace('Seed: 1760653342', 'Seed: 1760653343'));
    expect(await refused(tarball(other))).toMatchObject({
      code: 'RESULTS_LOG_DIFFERS',
      at: `run.tar.gz: ${GLOBAL}/e2e.log`,
      found: 'Random Seed: 1760653343',
      expected: 'the seed of the JUnit report: "1760653342"',
    });
    const none = changed('e2e.log', (log) => log.replace(/Random Seed.*/, ''));
    expect(await refused(tarball(none))).toBeUndefined();
  });

  it('is refused if its report has a failure that the log has not', async () => {
    const parts = changed('junit_01.xml', (xml) =>
      xml
        .replace('time="3.999086058">', 'time="3.999086058"><failure/>')
        .replaceAll('failures="0"', 'failures="1"'),
    );
    expect(await refused(tarball(parts))).toMatchObject({ code: 'RESULTS_LOG_DIFFERS' });
  });

  it.each([
    ['a failing summary before the last one', /^Will run/m, FAIL],
    ['one of a run that was stopped', /^Will run/m, 'FAIL! - Interrupted by User'],
    ['one with another reason', /^Will run/m, FAIL.replace('!', '! - A-B timed out -')],
    ['a good one twice', /^Will run/m, 'SUCCESS! -- 3 Passed | 0 Failed | 0 Pending | 2 Skipped'],
    ['a failing one after it', /^PASS$/m, FAIL],
    ['a failing one after it, in colours', /^PASS$/m, `\u001B[31m${FAIL}`],
    ['another end', /^PASS$/m, 'FAIL'],
    ['another end, behind what clears a line', /^PASS$/m, '\u001B[2KFAIL'],
    ['the end of a Go test that failed', /^PASS$/m, '--- FAIL: TestE2E (6826.58s)'],
    ['another end of Ginkgo', /^Test Suite Passed$/m, 'Test Suite Failed'],
    ['a panic after it', /^PASS$/m, 'panic: runtime error'],
  ])('is refused if its log has %s, however far from its end', async (_, from, to) => {
    const far = '  a line of the log\n'.repeat(20_000);
    const parts = changed('e2e.log', (log) => log.replace(from, `${far}${to}\n${far}`));
    expect(await refused(tarball(parts))).toMatchObject({
      code: 'RESULTS_LOG_DIFFERS',
      at: `run.tar.gz: ${GLOBAL}/e2e.log`,
    });
  });

  it('may have such words in its log before its summary, indented as what a test prints', async () => {
    const said =
      '  FAIL\n  --- FAIL: x\n\tpanic: y\n• [FAILED] [5.1 seconds]\n  I1016 FAIL! no\nWill run';
    const parts = changed('e2e.log', (log) => log.replace('Will run', said));
    expect(await refused(tarball(parts))).toBeUndefined();
  });

  it.each([
    'FAIL',
    '--- FAIL: TestE2E (6826.58s)',
    'panic: runtime error',
    'Test Suite Failed',
    'Summarizing 1 Failure:',
  ])('is refused if its log has %s at the beginning of a line before its summary', async (said) => {
    const parts = changed('e2e.log', (log) => log.replace('Will run', `${said}\nWill run`));
    expect(await refused(tarball(parts))).toMatchObject({
      code: 'RESULTS_LOG_DIFFERS',
      at: `run.tar.gz: ${GLOBAL}/e2e.log`,
      found: expect.stringContaining(said) as unknown,
    });
  });

  it.each<readonly [what: string, added: Part, code: string | undefined]>([
    [
      'an error of sonobuoy',
      { name: 'plugins/e2e/errors/global/error.json', content: '{"error":"timed out"}' },
      'RESULTS_RUN_FAILED',
    ],
    [
      'no error of its own',
      { name: 'plugins/systemd-logs/errors/n/error.json', content: '{}' },
      undefined,
    ],
    [
      'a passing status',
      { name: STATUS, content: 'name: e2e\nstatus: passed\nitems:\n- status: x' },
      undefined,
    ],
    ['a failing status', { name: STATUS, content: 'status: failed\n' }, 'RESULTS_RUN_FAILED'],
    ['a status twice', { name: STATUS, content: `${PASSED}${PASSED}` }, 'RESULTS_RUN_FAILED'],
    ['no status', { name: STATUS, content: '{status: passed}\n' }, 'RESULTS_RUN_FAILED'],
    [
      'a plugin that failed',
      { name: INFO, content: '{"plugins":[{"plugin":"e2e","result-status":"failed"}]}' },
      'RESULTS_RUN_FAILED',
    ],
    [
      'a plugin that failed, in capitals',
      { name: INFO, content: '{"plugins":[{"plugin":"E2E","status":"Failed"}]}' },
      'RESULTS_RUN_FAILED',
    ],
    [
      'a failed test below a passing status',
      { name: STATUS, content: `${PASSED}items:\n- name: late\n  status: failed\n` },
      'RESULTS_RUN_FAILED',
    ],
    [
      'a failing status, in another case',
      { name: 'plugins/e2e/Sonobuoy_results.yaml', content: 'status: failed\n' },
      'RESULTS_RUN_FAILED',
    ],
    [
      'an error of sonobuoy, in another case',
      { name: 'plugins/e2e/Errors/error.json', content: '{}' },
      'RESULTS_RUN_FAILED',
    ],
    ['a run that failed', { name: INFO, content: '{"status":"failed"}' }, 'RESULTS_RUN_FAILED'],
    ['names of plugins', { name: INFO, content: '{"plugins":["e2e","systemd-logs"]}' }, undefined],
    [
      'another plugin that failed',
      { name: INFO, content: '{"plugins":[{"plugin":"logs","status":"failed"}]}' },
      undefined,
    ],
    [
      'another report with a failure',
      { name: `${GLOBAL}/junit_02.xml`, content: xmlWith('<failure/>') },
      'RESULTS_RUN_FAILED',
    ],
    [
      'another report with an error, of another node and name',
      { name: 'plugins/e2e/results/n1/x.XML', content: xmlWith('<error/>') },
      'RESULTS_RUN_FAILED',
    ],
    [
      'the log of another worker that failed',
      { name: 'plugins/e2e/results/node-1/e2e.log', content: `SS\n${FAIL}\n` },
      'RESULTS_RUN_FAILED',
    ],
    [
      'the log of another attempt that ended badly',
      { name: `${GLOBAL}/E2E-1.LOG`, content: '--- FAIL: TestE2E (1s)\n' },
      'RESULTS_RUN_FAILED',
    ],
    [
      'the log of another worker that passed',
      { name: 'plugins/e2e/results/node-1/e2e.log', content: 'SUCCESS! -- 1 Passed | 0 Failed\n' },
      undefined,
    ],
    [
      'an empty report of another worker',
      { name: `${GLOBAL}/junit_02.xml`, content: '' },
      'RESULTS_RUN_FAILED',
    ],
    [
      'another report that passed',
      { name: `${GLOBAL}/junit_runner.xml`, content: xmlWith('') },
      undefined,
    ],
    ['another report that is none', { name: `${GLOBAL}/x.xml`, content: 'x' }, 'DOCUMENT_INVALID'],
  ])('with %s: the run counts beside its tests', async (_, added, code) => {
    const error = await refused(tarball([...conformanceParts(), added]));
    expect(error?.code).toBe(code);
    const at = `run.tar.gz: ${added.name}`;
    expect(error?.at?.startsWith(at) ?? false).toBe(code !== undefined);
  });

  it('that is red is red by its tests, and what else says so changes nothing', async () => {
    const parts = changed('junit_01.xml', (xml) =>
      xml
        .replace('time="3.999086058">', 'time="3.999086058"><failure/>')
        .replaceAll('failures="0"', 'failures="1"')
        .replace('name="SuiteSucceeded" value="true"', 'name="SuiteSucceeded" value="false"'),
    ).map((part) =>
      part.name.endsWith('e2e.log')
        ? {
            ...part,
            content: sample('conformance/e2e.log')
              .toString()
              .replace(/SUCCESS!.*/, FAIL)
              .replace('PASS', 'FAIL'),
          }
        : part,
    );
    const status = { name: STATUS, content: 'status: failed\n' };
    const { results } = await mapped(tarball([...parts, status]));
    expect(results.summary).toMatchObject({ failed: 1, passed: 6 });
  });

  it.each([
    ['name="DryRun" value="false"', 'name="DryRun" value="true"', 'DryRun: no test was run'],
    [
      'name="SuiteSucceeded" value="true"',
      'name="SuiteSucceeded" value="false"',
      'SuiteSucceeded is false, and no test failed',
    ],
  ])('is refused if its report has %s changed to %s', async (from, to, found) => {
    const parts = changed('junit_01.xml', (xml) => xml.replace(from, to));
    expect(await refused(tarball(parts))).toMatchObject({ code: 'RESULTS_RUN_FAILED', found });
  });

  it('is refused with a link in it, a file twice, or without one of its files', async () => {
    const link = { name: 'podlogs/now', typeFlag: '2', linkName: '/etc/passwd' };
    expect(await refused(tarball([link, ...conformanceParts()]))).toMatchObject({
      code: 'ARCHIVE_UNSAFE',
      at: 'run.tar.gz: podlogs/now',
      found: 'a symbolic link',
    });
    const hard = { ...link, typeFlag: '1' };
    expect(await refused(tarball([...conformanceParts(), hard]))).toMatchObject({
      code: 'ARCHIVE_UNSAFE',
      found: 'a hard link',
    });
    const log = conformanceParts().filter(({ name }) => name.endsWith('.log'));
    expect(await refused(tarball([...conformanceParts(), ...log]))).toMatchObject({
      code: 'ARCHIVE_UNSAFE',
      at: `run.tar.gz: ${GLOBAL}/e2e.log`,
    });
    for (const gone of [/^meta/, /junit_01/, /e2e\.log/]) {
      const parts = conformanceParts().filter(({ name }) => !gone.test(name));
      expect(await refused(tarball(parts))).toMatchObject({ code: 'RESULTS_MISSING' });
    }
  });

  it('is refused whole if the XML in it or the archive is bad', async () => {
    const bomb = changed('junit_01.xml', (xml) => xml.replace('?>', '?><!DOCTYPE x>'));
    expect(await refused(tarball(bomb))).toMatchObject({
      code: 'DOCUMENT_UNSUPPORTED',
      at: `run.tar.gz: ${GLOBAL}/junit_01.xml`,
    });
    expect(await refused(tarball().subarray(0, 400))).toMatchObject({ code: 'ARCHIVE_UNREADABLE' });
  });
});

describe('what is no original', () => {
  it.each(['{"reportFormat":"CTRF"}', '', 'text', '{"Action":"run"}', 'kind: Recipe'])(
    '%s is left to the reader of CTRF',
    async (text) => {
      expect(await mapOriginal(Buffer.from(text), 'x')).toBeUndefined();
    },
  );
});
