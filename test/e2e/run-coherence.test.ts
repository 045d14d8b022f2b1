// Whether snapshot and results can be of one run, from the command that packs to the one that verifies.
import { describe, expect, it } from 'vitest';

import { EPOCH, INPUTS, OUT, UNSIGNED, Workplace, placesOf, type FaultJson } from './emit.ts';
import { makeEvidence, type Judged } from './evidence.ts';

const UID = '5f0c1d3e-9a57-4c2b-8e41-2d7b6a90c3f4';
const OTHER_UID = '00000000-9a57-4c2b-8e41-2d7b6a90c3f4';
/** Of the demo's snapshot, which was taken when the phases began; the last one ended 18m10.03s later. */
const TAKEN = '"2026-06-10T01:00:00Z"';
/** 24 hours before the last phase ended, but for the milliseconds. */
const DAY_BEFORE = '2026-06-09T01:18:10.030Z';

const IMPOSSIBLE: readonly (readonly [string, (place: Workplace) => void, string])[] = [
  [
    'phases of two clusters',
    (place) => {
      place.edit('results/performance.json', UID, OTHER_UID);
    },
    'RUN_CLUSTERS_DIFFER results/performance.json#/results/environment/extra/clusterUid',
  ],
  [
    'a snapshot of another server version than the results',
    (place) => {
      place.edit(
        'snapshot.yaml',
        '          version: v1.33.4-eks-e386d34',
        '          version: v1.33.5',
      );
    },
    'RUN_SERVERS_DIFFER results/deployment.json#/results/environment/extra/serverVersion',
  ],
  [
    'a phase that ends after the evidence',
    (place) => {
      place.edit('results/conformance.json', '1781054290030', '1781054700001');
    },
    'RUN_AFTER_EVIDENCE results/conformance.json#/results/summary/stop',
  ],
];

const DOUBTFUL: readonly (readonly [string, (place: Workplace) => void, string, string])[] = [
  [
    'over 24 hours between snapshot and phases',
    (place) => {
      place.edit('snapshot.yaml', `timestamp: ${TAKEN}`, 'timestamp: "2026-06-09T01:18:10.029Z"');
    },
    'RUN_SPAN_TOO_LONG results/conformance.json#/results/summary/stop',
    'RUN_SPAN_TOO_LONG ctrf/conformance.json#/results/summary/stop',
  ],
  [
    'two versions of a tool',
    (place) => {
      place.edit('results/performance.json', '"version": "v1.0.0"', '"version": "v1.0.1"');
    },
    'RUN_TOOLS_DIFFER results/performance.json#/results/tool/version',
    'RUN_TOOLS_DIFFER ctrf/performance.json#/results/tool/version',
  ],
  [
    'a test that is longer than its phase',
    (place) => {
      place.edit('results/performance.json', '"duration": 612000', '"duration": 613301');
    },
    'RUN_TEST_TOO_LONG results/performance.json#/results/tests/0/duration',
    'RUN_TEST_TOO_LONG ctrf/performance.json#/results/tests/0/duration',
  ],
];

describe('affidavit validate', () => {
  it.each(IMPOSSIBLE)(
    'refuses %s, with and without evidence, and writes nothing',
    async (...row) => {
      const [, change, fault] = row;
      const place = new Workplace();
      change(place);
      for (const words of [
        INPUTS,
        [...INPUTS, ...UNSIGNED],
        [...INPUTS, '--sandbox', '--emit-evidence', OUT],
      ]) {
        const { code, error } = await place.refused(words, { env: EPOCH });
        expect([code, `${error.code} ${error.at}`]).toEqual([2, fault]);
      }
    },
  );

  it('takes a phase that ends exactly 5 minutes after the evidence', async () => {
    const place = new Workplace();
    place.edit('results/conformance.json', '1781054290030', '1781054700000');
    const { code } = await place.validate([...INPUTS, ...UNSIGNED], { env: EPOCH });
    expect(code).toBe(0);
  });

  it('signs nothing of a phase that is to end, though the evidence may be as new as that', async () => {
    const place = new Workplace();
    const now = Math.floor(Date.now() / 1000);
    place.edit('results/conformance.json', '1781054290030', `${now + 480}000`);
    const env = { SOURCE_DATE_EPOCH: String(now + 240) };
    const words = ['--sandbox', '--emit-evidence', 'signed.tar.gz'];
    await place.validate([...INPUTS, ...UNSIGNED], { env });
    expect(place.list()).toContain(OUT);
    const later = await place.run(['evidence', 'sign', OUT, ...words, '--format', 'json']);
    const direct = await place.refused([...INPUTS, ...words], { env });
    expect([later.code, direct.code, place.list().includes('signed.tar.gz')]).toEqual([
      2,
      2,
      false,
    ]);
    const { error } = JSON.parse(later.stdout || later.stderr) as Pick<typeof direct, 'error'>;
    const fault = { code: 'RUN_AFTER_EVIDENCE', at: 'ctrf' };
    expect([error, direct.error]).toEqual([
      expect.objectContaining(fault),
      expect.objectContaining(fault),
    ]);
  });

  it.each(DOUBTFUL)('says %s with exit 4, and writes the evidence', async (...row) => {
    const [, change, fault, packed] = row;
    const place = new Workplace();
    change(place);
    const run = await place.validate([...INPUTS, ...UNSIGNED], { env: EPOCH });
    expect([run.code, run.report.outcome, placesOf(run.report.faults)]).toEqual([
      ...[4, 'undecided', [fault]],
    ]);
    const verified = await place.run([
      'verify-evidence',
      OUT,
      '--allow-unsigned',
      '--format',
      'json',
    ]);
    const { verdict, checks } = JSON.parse(verified.stdout) as Judged['report'];
    const faults = checks.find(({ name }) => name === 'run-is-coherent')?.faults ?? [];
    expect([verified.code, verdict, placesOf(faults)]).toEqual([4, 'undecided', [packed]]);
    const markdown = await place.run(['validate', ...INPUTS], { env: EPOCH });
    expect(markdown.stdout).toContain('Self-check: undecided (');
  });

  it('signs what is doubtful, later too, with exit 4', async () => {
    const place = new Workplace();
    DOUBTFUL[1]?.[1](place);
    await place.validate([...INPUTS, ...UNSIGNED], { env: EPOCH });
    const signing = ['evidence', 'sign', OUT, '--emit-evidence', 'signed.tar.gz', '--sandbox'];
    const { code, stderr } = await place.run([...signing, '--format', 'json']);
    expect([code, place.list().includes('signed.tar.gz'), stderr]).toEqual([
      ...[4, true, expect.stringContaining('evidence: signed.tar.gz')],
    ]);
  });

  it('takes what is not green and doubtful for undecided, and says both', async () => {
    const place = new Workplace();
    DOUBTFUL[1]?.[1](place);
    place.edit('snapshot.yaml', 'VERSION_ID: "24.04"', 'VERSION_ID: "22.04"');
    const { code, report } = await place.validate(INPUTS, { env: EPOCH });
    expect([code, report.faults.map((fault) => fault.code)]).toEqual([
      ...[4, ['CONSTRAINT_FAILED', 'RUN_TOOLS_DIFFER']],
    ]);
    const { stdout } = await place.run(['validate', ...INPUTS], { env: EPOCH });
    expect(stdout).toContain('Self-check: undecided, and not green');
  });
});

describe('--max-run-span', () => {
  it.each([
    [DAY_BEFORE, [], 0],
    [DAY_BEFORE, ['--max-run-span', '23h59m59s'], 4],
    [DAY_BEFORE, ['--max-run-span', '24h'], 0],
    ['2026-06-08T13:18:10.030Z', ['--max-run-span', '36h'], 0],
    ['2026-06-08T13:18:10.029Z', ['--max-run-span', '36h'], 4],
    ['2026-06-08T13:18:10.030Z', [], 4],
  ])('of a snapshot of %s, with %j: exit %d, of both commands', async (time, span, exit) => {
    const place = new Workplace();
    place.edit('snapshot.yaml', `timestamp: ${TAKEN}`, `timestamp: "${time}"`);
    const { code } = await place.validate([...INPUTS, ...UNSIGNED, ...span], { env: EPOCH });
    const words = ['verify-evidence', OUT, '--allow-unsigned', ...span, '--format', 'json'];
    const verified = await place.run(words);
    const { weakened } = JSON.parse(verified.stdout) as { weakened: readonly string[] };
    const isLonger = exit === 0 && span.includes('36h');
    expect(weakened.includes('--max-run-span')).toBe(isLonger);
    const signing = ['evidence', 'sign', OUT, '--emit-evidence', 'x.tar.gz', '--sandbox', ...span];
    const signed = await place.run(signing);
    expect([code, verified.code, signed.code]).toEqual([exit, exit, exit]);
  });

  it('is in the commands that are printed, and a finding says that a verifier goes by 24h', async () => {
    const place = new Workplace();
    place.edit('snapshot.yaml', `timestamp: ${TAKEN}`, 'timestamp: "2026-06-08T13:18:10.030Z"');
    const span = ['--max-run-span', '36h'];
    const words = [...INPUTS, '--logs', 'logs', ...UNSIGNED, ...span, '--format', 'json'];
    const { code, stdout, stderr } = await place.run(['validate', ...words], { env: EPOCH });
    const { findings } = JSON.parse(stdout) as { findings: readonly FaultJson[] };
    const finding = findings.find((each) => each.code === 'RUN_SPAN_ALLOWED');
    expect([code, finding?.expected]).toEqual([0, expect.stringContaining('at most 24h')]);
    for (const label of ['verify', 'sign', 'logs']) {
      const line = stderr.split('\n').find((each) => each.startsWith(`${label}: `.padStart(10)));
      expect([label, line]).toEqual([label, expect.stringContaining('--max-run-span 36h')]);
    }
    const [, printed = ''] = /^ +verify: affidavit (.*)$/m.exec(stderr) ?? [];
    expect((await place.run(printed.split(' '))).code).toBe(0);
  });

  it.each([
    ['validate', ...INPUTS],
    ['verify-evidence', 'x.tar.gz'],
    ['evidence', 'sign', 'x.tar.gz', '--emit-evidence', 'y.tar.gz', '--sandbox'],
  ])('is refused by %s if it is no duration', async (...words) => {
    const run = await new Workplace().run([...words, '--max-run-span', '1d']);
    expect([run.code, run.stderr]).toEqual([64, expect.stringContaining('at: --max-run-span')]);
  });
});

describe('affidavit verify-evidence', () => {
  it('refuses reports of two clusters, though everything else was made to fit', async () => {
    const evidence = await makeEvidence();
    const path = 'ctrf/performance.json';
    const text = evidence.files.get(path)?.toString() ?? '';
    expect(text).toContain(UID);
    const files = await evidence.rebuild({ files: { [path]: text.replace(UID, OTHER_UID) } });
    const { code, faults } = await evidence.judge(files);
    expect([code, faults]).toEqual([
      ...[2, [`RUN_CLUSTERS_DIFFER ${path}#/results/environment/extra/clusterUid`]],
    ]);
  });
});
