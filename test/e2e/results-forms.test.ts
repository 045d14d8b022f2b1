// Results in other forms than CTRF, from the command to the verdict.
import { statSync, truncateSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { tarball } from '../evidence/results/samples.ts';
import { Workplace } from './emit.ts';

const DOCUMENTS = ['--recipe', 'recipe.yaml', '--snapshot', 'snapshot.yaml'];
const EVIDENCE = [...DOCUMENTS, '--emit-evidence', 'e.tar.gz', '--no-sign'];
const UNSIGNED = ['e.tar.gz', '--allow-unsigned', '--format', 'json'];

const CHECKS = [
  'operator-health',
  'expected-resources',
  'gpu-operator-version',
  'check-nvidia-smi',
];
const JUNIT = `<testsuite>${CHECKS.map((name) => `<testcase name="${name}"/>`).join('')}</testsuite>`;
const GO = CHECKS.flatMap((Test) => [
  { Action: 'run', Package: 'p', Test },
  { Action: 'pass', Package: 'p', Test },
]);

interface Verified {
  readonly findings: readonly { readonly code: string }[];
  readonly checks: readonly { readonly faults: readonly { readonly code: string }[] }[];
}

async function verify(place: Workplace, ...words: readonly string[]) {
  const run = await place.run(['verify-evidence', ...UNSIGNED, ...words]);
  const report = JSON.parse(run.stdout) as Verified;
  const faults = report.checks.flatMap((check) => check.faults.map(({ code }) => code));
  return { faults, findings: report.findings.map(({ code }) => code) };
}

describe('validate', () => {
  it('takes JUnit XML of a phase, and keeps it with the logs', async () => {
    const place = new Workplace();
    place.write('out/junit.xml', JUNIT);
    const { report } = await place.validate([...EVIDENCE, '--phase', 'deployment=out/junit.xml']);
    expect(report.phases[0]).toMatchObject({ phase: 'deployment', state: 'green' });
    expect(statSync(place.path('e.tar.gz.logs.tar.gz')).mode & 0o777).toBe(0o600);
    expect((await verify(place)).findings).toContain('ORIGINAL_NOT_COMPARED');
    const compared = await verify(place, '--logs', 'e.tar.gz.logs.tar.gz');
    expect(compared.findings).not.toContain('ORIGINAL_NOT_COMPARED');
    expect(new Set(compared.faults)).toEqual(new Set(['UNSIGNED', 'PHASE_NOT_GREEN']));
  });

  it('takes go test -json of standard input, and packs it if nothing is redacted', async () => {
    const place = new Workplace();
    const input = GO.map((event) => `${JSON.stringify(event)}\n`).join('');
    const stream = `${input}{"Action":"pass","Package":"p"}\n`;
    const words = [...EVIDENCE, '--redact', 'none', '--phase', 'deployment=-'];
    const { report } = await place.validate(words, { stdin: stream });
    expect(report.phases[0]).toMatchObject({ phase: 'deployment', state: 'green' });
    expect(place.list()).not.toContain('e.tar.gz.logs.tar.gz');
    const { findings, faults } = await verify(place);
    expect([
      findings.includes('ORIGINAL_NOT_COMPARED'),
      faults.includes('ORIGINAL_DIFFERS'),
    ]).toEqual([false, false]);
  });

  it('reads files of a directory that are named after a phase', async () => {
    const place = new Workplace();
    place.write('out/deployment.xml', JUNIT);
    place.write('out/notes.xml', JUNIT);
    const { report } = await place.validate([...DOCUMENTS, '--results', 'out']);
    expect(report.phases[0]).toMatchObject({ state: 'green' });
    expect(report.findings.map(({ code, at }) => `${code} ${at}`)).toContain(
      'RESULTS_FILE_IGNORED out/notes.xml',
    );
  });

  it('refuses a conformance run of another Kubernetes than that of the snapshot', async () => {
    const place = new Workplace();
    place.write('run.tar.gz', tarball());
    const { code, error } = await place.refused([
      ...DOCUMENTS,
      '--phase',
      'conformance=run.tar.gz',
    ]);
    expect([code, error.code]).toEqual([2, 'RUN_SERVERS_DIFFER']);
  });

  it.each([
    ['conformance', 64, 'USAGE', '--phase'],
    ['smoke=junit.xml', 64, 'USAGE', '--phase'],
    ['deployment=bomb.xml', 2, 'DOCUMENT_UNSUPPORTED', 'bomb.xml'],
    ['deployment=lie.xml', 2, 'RESULTS_SUMMARY_DIFFERS', 'lie.xml'],
    ['deployment=large.xml', 2, 'LIMIT_EXCEEDED', 'large.xml'],
    ['deployment=performance.xml', 2, 'RESULTS_PHASE_CONFLICT', 'performance.xml'],
    ['deployment=page.html', 2, 'DOCUMENT_UNSUPPORTED', 'page.html'],
  ])('with --phase %s is %i %s', async (word, code, name, at) => {
    const place = new Workplace();
    place.write('bomb.xml', `<!DOCTYPE t [<!ENTITY a "&b;&b;">]>${JUNIT}`);
    place.write('lie.xml', JUNIT.replace('<testsuite>', '<testsuite tests="5">'));
    place.write('performance.xml', JUNIT);
    place.write('page.html', '<!DOCTYPE html>\n<html lang="en"><title>Sign in</title></html>\n');
    place.write('large.xml', JUNIT);
    truncateSync(place.path('large.xml'), 100 * 1024 * 1024);
    const refused = await place.refused([...DOCUMENTS, '--phase', word]);
    expect([refused.code, refused.error.code, refused.error.at]).toEqual([code, name, at]);
  });

  it.each([
    [`<?xml version="1.0"?>\n<!DOCTYPE t [<!ENTITY a "b">]>\n${JUNIT}`, 'line 2: a DOCTYPE that'],
    [`<?xml version="1.0"?>\n<!DOCTYPE testsuite>\n${JUNIT}`, 'line 2: a DOCTYPE'],
    [
      `<?xml version="1.0"?>\n<!DOCTYPE t [${'<!ENTITY a "b">'.repeat(1000)}]>\n${JUNIT}`,
      'line 2: a DOCTYPE that declares entities',
    ],
  ])('says of XML with a DTD that it is the DTD: %#', async (xml, found) => {
    const place = new Workplace();
    place.write('dtd.xml', xml);
    const words = [...DOCUMENTS, '--phase', 'deployment=dtd.xml'];
    const { error } = await place.refused(words);
    expect(error).toMatchObject({ code: 'DOCUMENT_UNSUPPORTED', at: 'dtd.xml' });
    expect(error.found).toContain(found);
    expect(error.hint).toContain('take the <!DOCTYPE …> out');
    // The hint, followed.
    place.write('dtd.xml', xml.replace(/<!DOCTYPE.*>\n/, ''));
    expect((await place.run(['validate', ...words])).stdout).toMatch(
      /^- \*\*Phases:\*\* deployment green \(4 passed/m,
    );
  });

  it('does not say that a test took longer than a suite that does not say how long it took', async () => {
    const place = new Workplace();
    const slow = JUNIT.replaceAll('<testcase', '<testcase time="90"');
    const suite = (attributes: string): string =>
      slow.replace('<testsuite', `<testsuite timestamp="2026-06-10T00:30:00Z"${attributes}`);
    const codes = async (xml: string): Promise<string> => {
      place.write('timed.xml', xml);
      const words = ['validate', ...DOCUMENTS, '--phase', 'deployment=timed.xml'];
      return (await place.run(words)).stdout;
    };
    expect(await codes(suite(' time="1"'))).toContain('RUN_TEST_TOO_LONG');
    expect(await codes(suite(''))).not.toContain('RUN_TEST_TOO_LONG');
  });

  it('has logs beside it that are no bundle: the next step names both, and works', async () => {
    const place = new Workplace();
    place.write('out/junit.xml', JUNIT);
    await place.run(['validate', ...EVIDENCE, '--phase', 'deployment=out/junit.xml']);
    const logs = 'e.tar.gz.logs.tar.gz';
    const json = ['--allow-unsigned', '--format', 'json'];
    const { code, stdout } = await place.run(['verify-evidence', logs, ...json]);
    const { checks } = JSON.parse(stdout) as Verified;
    const faults = checks.flatMap((check) => check.faults);
    expect([code, faults[0]?.code]).toEqual([2, 'BUNDLE_INCOMPLETE']);
    const hint = 'name that, and give these to affidavit verify-evidence --logs';
    expect(faults[0]).toMatchObject({ hint: expect.stringContaining(hint) as string });
    expect((await place.run(['report', logs])).stderr.replaceAll(/\s+/g, ' ')).toContain(hint);
    expect((await verify(place, '--logs', logs)).faults).not.toContain('BUNDLE_INCOMPLETE');
  });

  it('replaces nothing that is where the original goes', async () => {
    const place = new Workplace();
    place.write('junit.xml', JUNIT);
    place.write('e.tar.gz.logs.tar.gz', 'older');
    const { error } = await place.refused([...EVIDENCE, '--phase', 'deployment=junit.xml']);
    expect(error).toMatchObject({ code: 'OUTPUT_EXISTS', at: 'e.tar.gz.logs.tar.gz' });
  });
});
