import { describe, expect, it } from 'vitest';

import type { EvidenceError } from '../../../src/errors/evidence-error.ts';
import { mapOriginal } from '../../../src/evidence/results/original.ts';
import { rejection } from '../../document/refusal.ts';
import { changed, conformanceParts, mapped, tarball } from './samples.ts';

const GLOBAL = 'plugins/e2e/results/global';

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

  it('is refused if its report has a failure that the log has not', async () => {
    const parts = changed('junit_01.xml', (xml) =>
      xml
        .replace('time="3.999086058">', 'time="3.999086058"><failure/>')
        .replaceAll('failures="0"', 'failures="1"'),
    );
    expect(await refused(tarball(parts))).toMatchObject({ code: 'RESULTS_LOG_DIFFERS' });
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
