// Vectors at the edges of what can be one run: clusters, versions and times of snapshot and phases.
import { SIGNED_AT } from '../../trust/forge.ts';
import { INPUTS, edit, packed, type Inputs, type Make } from './kit.ts';

const { deployment = '', performance = '' } = INPUTS.results;

const START = 1780311900000;
const STOP = 1780312560000;
const SKEW = 5 * 60_000;

/** 24 hours before `performance` ends. */
const DAY_BEFORE = '2026-05-31T11:16:00Z';

const snapshotAt = (time: string): Partial<Inputs> => ({
  snapshot: edit(INPUTS.snapshot, ['2026-06-01T11:00:00Z', time]),
});

/** What a phase says of where it ran, before its tests. */
function where(text: string, extra: Readonly<Record<string, string>>): string {
  const environment = `"environment": ${JSON.stringify({ extra })},\n    `;
  return edit(text, ['"tests": [\n', `${environment}"tests": [\n`]);
}

/** `performance` with another end. */
function stopped(at: number): string {
  return edit(performance, [`"stop": ${STOP}`, `"stop": ${at}`]);
}

const honest =
  (results: Readonly<Record<string, string>>, change: Partial<Inputs> = {}): Make =>
  async (kit) =>
    await packed(await kit.honest({ results: { ...INPUTS.results, ...results }, ...change }));

/** What emit refuses: the reports are changed by whoever signs. */
const lied =
  (results: Readonly<Record<string, string>>, change: Partial<Inputs> = {}): Make =>
  async (kit) => {
    const reports = Object.entries(results).map(([phase, text]) => [`ctrf/${phase}.json`, text]);
    const files = Object.fromEntries(reports) as Readonly<Record<string, string>>;
    return await packed(await kit.liar({ files }, await kit.honest(change)));
  };

/** What a dishonest signer says in `affidavit`, and of the images. */
const claiming =
  (change: Readonly<Record<string, unknown>>, images?: unknown): Make =>
  async (kit) => {
    const own = Object.entries(change).map(([name, value]) => [
      `/predicate/affidavit/${name}`,
      value,
    ]);
    const list = images === undefined ? [] : [['/predicate/validatorImages', images]];
    const statement = Object.fromEntries([...own, ...list]) as Readonly<Record<string, unknown>>;
    return await packed(await kit.liar({ statement }));
  };

const VERSION = 'v1.33.4-eks-e386d34';
const [A, B] = [{ clusterUid: 'a' }, { clusterUid: 'b' }];

/** The evidence says that it was made 5 minutes after it was signed, as late as it may. */
const LATE = { attestedAt: new Date(SIGNED_AT.getTime() + SKEW) };

const ATTESTED = INPUTS.attestedAt.getTime();

export const RUN: Readonly<Record<string, Make>> = {
  'good-run-says-where': honest({
    deployment: where(deployment, { ...A, serverVersion: VERSION }),
    performance: where(performance, { ...A, serverVersion: VERSION.slice(1) }),
  }),
  'run-two-clusters': lied({
    deployment: where(deployment, A),
    performance: where(performance, B),
  }),
  'run-another-server-than-the-snapshot': lied({
    performance: where(performance, { serverVersion: 'v1.33.5' }),
  }),
  'good-run-stopped-5-minutes-after-attested': honest({ performance: stopped(ATTESTED + SKEW) }),
  'run-stopped-later-than-attested': lied({ performance: stopped(ATTESTED + SKEW + 1) }),
  'good-run-stopped-5-minutes-after-signing': honest(
    { performance: stopped(SIGNED_AT.getTime() + SKEW) },
    LATE,
  ),
  'run-stopped-later-than-signed': lied(
    { performance: stopped(SIGNED_AT.getTime() + SKEW + 1) },
    LATE,
  ),
  'good-run-of-24-hours': honest({}, snapshotAt(DAY_BEFORE)),
  'run-of-over-24-hours': honest({}, snapshotAt('2026-05-31T11:15:59.999Z')),
  'run-two-versions-of-a-tool': honest({
    performance: edit(performance, ['"version": "v1.0.0"', '"version": "v1.0.1"']),
  }),
  'run-a-test-longer-than-its-phase': honest({
    performance: edit(performance, ['"duration": 600000', '"duration": 600001']),
  }),
  'run-stopped-before-it-started': honest({
    performance: edit(performance, ['"start": 1780311960000', `"start": ${STOP + 1}`]),
  }),
  'good-affidavit-1.0': claiming({
    schemaVersion: '1.0.0',
    measured: undefined,
    notRun: undefined,
    validators: undefined,
  }),
  'affidavit-1.0-with-a-field-of-1.1': claiming({
    schemaVersion: '1.0.0',
    measured: undefined,
    notRun: undefined,
  }),
  'affidavit-1.1-without-a-field': claiming({ measured: undefined }),
  'claim-measured': claiming({ 'measured/0/value': '488.38' }),
  'claim-not-run': claiming({ 'notRun/0/reason': 'no-report' }),
  'good-validators': async (kit) => {
    const image = `ghcr.io/a/nccl:v1@sha256:${'0'.repeat(64)}`;
    const first = edit(performance, [
      '"duration": 600000',
      `"duration": 600000, "extra": ${JSON.stringify({ image })}`,
    ]);
    const files = await kit.honest({ results: { ...INPUTS.results, performance: first } });
    return await packed(files);
  },
  'claim-validator-of-no-test': claiming(
    { validators: [{ test: 'no-test', image: 'a:v1.0.0', source: 'operator' }] },
    [{ image: 'a:v1.0.0', digest: '' }],
  ),
  'claim-validator-image-of-no-validator': claiming({}, [{ image: 'a:v1.0.0', digest: '' }]),
  'good-validator-of-the-operator': claiming(
    { validators: [{ test: 'operator-health', image: 'a:edge', source: 'operator' }] },
    [{ image: 'a:edge', digest: '' }],
  ),
  'run-time-is-a-text': lied({
    deployment: edit(deployment, [`"start": ${START}`, `"start": "${START}"`]),
  }),
};
