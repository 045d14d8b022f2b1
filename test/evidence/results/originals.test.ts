// Evidence of results in other forms: the original is bound, and whoever has it makes the report again.
import { describe, expect, it } from 'vitest';

import { memoryFile, type BundleFile, type Entry } from '../../../src/archive/entry.ts';
import { digestOf } from '../../../src/digest.ts';
import { packEvidence } from '../../../src/evidence/pack/pack-evidence.ts';
import type { PackedEvidence } from '../../../src/evidence/pack/packed-evidence.ts';
import { parseResults, type ResultsInput } from '../../../src/evidence/phase/ctrf.ts';
import { mapOriginal } from '../../../src/evidence/results/original.ts';
import { validate } from '../../../src/evidence/validate/validate.ts';
import { verifyEvidence } from '../../../src/evidence/verify/verify-evidence.ts';
import { encodeManifest } from '../../../src/manifest/manifest.ts';
import { fakeTrust } from '../../attestation/fake-trust.ts';
import { refusalOf } from '../../document/refusal.ts';
import { DEMO, DEMO_LOG, NOW, bundlePath, contentsOf } from '../demo.ts';
import { tarball } from './samples.ts';

const CHECKS = [
  'operator-health',
  'expected-resources',
  'gpu-operator-version',
  'check-nvidia-smi',
];
const JUNIT = `<testsuite tests="${CHECKS.length}">${CHECKS.map((name) => `<testcase name="${name}"><system-out>node-7 is fine</system-out></testcase>`).join('')}</testsuite>`;

async function inputOf(name: string, content: string | Uint8Array): Promise<ResultsInput> {
  const original = Buffer.from(content);
  const bytes = (await mapOriginal(original, name)) ?? original;
  return { name, bytes, folder: undefined, phase: 'deployment', original };
}

async function pack(
  redact: 'none' | 'minimal',
  content: string | Uint8Array = JUNIT,
): Promise<PackedEvidence> {
  const validation = validate({
    recipe: { name: 'recipe.yaml', bytes: Buffer.from(DEMO.recipe) },
    snapshot: { name: 'snapshot.yaml', bytes: Buffer.from(DEMO.snapshot) },
    results: parseResults([await inputOf('out/my results!.xml', content)]),
    now: NOW,
  });
  return await packEvidence({ validation, logs: [DEMO_LOG], redact });
}

async function* entriesOf(files: readonly BundleFile[]): AsyncGenerator<Entry, void> {
  for (const file of files) {
    yield { path: file.path, type: 'file', size: file.size, content: file.open() };
  }
}

async function verified(files: readonly BundleFile[], logs?: readonly BundleFile[]) {
  const report = await verifyEvidence(entriesOf(files), {
    trust: fakeTrust(),
    policy: undefined,
    allowUnsigned: true,
    logs: logs && { file: 'x.logs.tar.gz', entries: entriesOf(logs) },
  });
  const faults = report.checks.flatMap((check) =>
    check.faults.map((fault) => ({ check: check.name, ...fault })),
  );
  const invalid = faults.filter(({ code }) => !['UNSIGNED', 'PHASE_NOT_GREEN'].includes(code));
  return { report, invalid, exitCode: report.exitCode };
}

const ORIGINAL = 'originals/deployment/my_results_.xml';

/** The bundle with other files, and everything that binds them made anew. */
async function remade(
  packed: PackedEvidence,
  files: Readonly<Record<string, string | undefined>>,
): Promise<readonly BundleFile[]> {
  const changes = new Map(Object.entries(files));
  const bound = /^(?:manifest\.json|statement\.intoto\.json)$/;
  const kept = packed.files.filter(({ path }) => !changes.has(path) && !bound.test(path));
  const added = [...changes].flatMap(([path, text]) =>
    text === undefined ? [] : [memoryFile(bundlePath(path), Buffer.from(text))],
  );
  const listed = [...kept, ...added];
  const manifest = encodeManifest(listed);
  const statement = JSON.parse(Buffer.from(packed.statement).toString()) as {
    predicate: { manifest: unknown };
  };
  statement.predicate.manifest = { digest: digestOf(manifest), fileCount: listed.length };
  const text = JSON.stringify(statement);
  return [
    ...listed,
    memoryFile(bundlePath('manifest.json'), manifest),
    memoryFile(bundlePath('statement.intoto.json'), Buffer.from(text)),
  ];
}

function codesOf(findings: readonly { readonly code: string }[]): readonly string[] {
  return findings.map(({ code }) => code);
}

describe('evidence of JUnit XML that is not redacted', async () => {
  const packed = await pack('none');

  it('has the original in it, and its report is made again', async () => {
    expect(packed.files.map(({ path }) => path)).toContain(ORIGINAL);
    expect(packed.logs).toEqual([]);
    const { report, invalid } = await verified(packed.files);
    expect(invalid).toEqual([]);
    const check = report.checks.find(({ name }) => name === 'phases-match-results');
    expect(check?.found).toBe('1 phases, recounted, 1 made again from the original');
    expect(codesOf(report.findings)).not.toContain('FILE_NOT_JUDGED');
    expect(codesOf(report.findings)).not.toContain('ORIGINAL_NOT_COMPARED');
  });

  it.each([
    [
      'another test run',
      { [ORIGINAL]: JUNIT.replace('<system-out>', '<failure/><system-out>') },
      ORIGINAL,
    ],
    ['no results', { [ORIGINAL]: 'a note' }, ORIGINAL],
    ['XML that is refused', { [ORIGINAL]: `<!DOCTYPE a>${JUNIT}` }, ORIGINAL],
    ['a second one', { 'originals/deployment/other.xml': JUNIT }, 'originals/deployment/other.xml'],
    [
      'one of a phase without a report',
      { 'originals/performance/x.xml': JUNIT },
      'originals/performance/x.xml',
    ],
  ])('is invalid with %s', async (_, files, at) => {
    const { invalid, exitCode } = await verified(await remade(packed, files));
    expect(exitCode).toBe(2);
    expect(invalid).toMatchObject([
      { check: 'phases-match-results', code: 'ORIGINAL_DIFFERS', at },
    ]);
  });

  it('says that nothing was compared if the original is left out', async () => {
    const { report, invalid } = await verified(await remade(packed, { [ORIGINAL]: undefined }));
    expect(invalid).toEqual([]);
    expect(report.findings).toContainEqual(
      expect.objectContaining({ code: 'ORIGINAL_NOT_COMPARED', at: 'ctrf/deployment.json' }),
    );
  });
});

describe('evidence of JUnit XML that is redacted', async () => {
  const packed = await pack('minimal');

  it('has the original beside it, with the logs', () => {
    expect(packed.logs.map(({ path }) => path)).toEqual(['logs/deployment/x.log', ORIGINAL]);
    expect(packed.files.map(({ path }) => path)).not.toContain(ORIGINAL);
    expect(Buffer.from(packed.statement).toString()).not.toContain('node-7 is fine');
  });

  it('is compared with what is supplied, or says that nothing was', async () => {
    const without = await verified(packed.files);
    expect(without.invalid).toEqual([]);
    expect(codesOf(without.report.findings)).toContain('ORIGINAL_NOT_COMPARED');
    const supplied = await verified(packed.files, packed.logs);
    expect(supplied.invalid).toEqual([]);
    expect(codesOf(supplied.report.findings)).not.toContain('ORIGINAL_NOT_COMPARED');
  });

  it('is invalid with another original', async () => {
    const other = JUNIT.replace('node-7', 'node-8');
    const logs = packed.logs.map((file) =>
      file.path === ORIGINAL ? memoryFile(file.path, Buffer.from(other)) : file,
    );
    const { invalid, exitCode } = await verified(packed.files, logs);
    expect([exitCode, invalid]).toMatchObject([2, [{ code: 'LOGS_DIFFER', at: 'x.logs.tar.gz' }]]);
  });

  it('is invalid if its own report is not that of the original that it names', async () => {
    const forged = await pack('minimal', JUNIT.replace('check-nvidia-smi', 'check-other'));
    const text = String((await contentsOf(packed.files)).get('ctrf/deployment.json'));
    const files = await remade(forged, { 'ctrf/deployment.json': text });
    const { invalid } = await verified(files, forged.logs);
    expect(invalid).toContainEqual(
      expect.objectContaining({
        ...{ check: 'logs-match-statement', code: 'ORIGINAL_DIFFERS' },
        at: `x.logs.tar.gz: ${ORIGINAL}`,
      }),
    );
  });
});

describe('evidence of a conformance run', () => {
  it('has the whole tarball, which is read again', async () => {
    const parts = tarball();
    const error = await pack('none', parts).catch((reason: unknown) => reason);
    // The snapshot of the demo is of another Kubernetes than the run.
    expect(error).toMatchObject({ code: 'RUN_SERVERS_DIFFER' });
  });
});

describe('the phase of results in another form', () => {
  it('is that of the name, or the one that was said', async () => {
    const input = await inputOf('junit.xml', JUNIT);
    expect([...parseResults([input]).reports.keys()]).toEqual(['deployment']);
    const named = { ...input, name: 'conformance.xml', phase: undefined };
    expect([...parseResults([named]).reports.keys()]).toEqual(['conformance']);
    expect(refusalOf(() => parseResults([{ ...input, phase: undefined }]))).toMatchObject({
      code: 'RESULTS_PHASE_UNKNOWN',
      at: 'junit.xml',
      hint: 'say which it is, in place of PHASE: `--phase PHASE=junit.xml`',
    });
    expect(refusalOf(() => parseResults([{ ...named, phase: 'deployment' }]))).toMatchObject({
      code: 'RESULTS_PHASE_CONFLICT',
      at: 'conformance.xml',
    });
  });
});
