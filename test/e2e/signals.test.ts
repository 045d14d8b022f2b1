// Signals while documents of the size of the limits are read. docs/decisions/0008
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { MAX_JSON_BYTES, MAX_SNAPSHOT_BYTES, MAX_TESTS } from '../../src/limits.ts';
import { propertyRuns } from '../property-runs.ts';
import { runCli } from '../run-cli.ts';
import { DOCUMENTS, EPOCH, INPUTS, OUT, UNSIGNED, Workplace, json, start } from './emit.ts';

const VALIDATE = ['validate', ...INPUTS, ...UNSIGNED];
const VERIFY = ['verify-evidence', OUT, '--allow-unsigned'];

/** A field that the snapshot may have, as large as the limit allows. */
function fill(
  place: Workplace,
  field: (bytes: number) => string,
  bytes = MAX_SNAPSHOT_BYTES,
): void {
  const snapshot = readFileSync(place.path('snapshot.yaml'), 'utf8');
  place.write('snapshot.yaml', `${snapshot}${field(bytes - Buffer.byteLength(snapshot) - 100)}\n`);
}

/** Values are not shorter than documents of this size may have them. */
const VALUE = 'a'.repeat(28);
/** Of one text, in bytes: below what one may have. */
const TEXT = 3 * 1024 * 1024;

const BLOCK = (bytes: number): string => `zz:\n${`- ${VALUE}\n`.repeat(bytes / 31)}`;
const FLOW = (bytes: number): string => `zz: [${`${VALUE},`.repeat(bytes / 29)}a]`;
const QUOTED = (bytes: number): string => texts(bytes, `- '${"''".repeat(TEXT / 2)}'\n`);
const FOLDED = (bytes: number): string => texts(bytes, `- >\n${'  a\n'.repeat(TEXT / 4)}`);

function texts(bytes: number, text: string): string {
  return `zz:\n${text.repeat(Math.max(1, Math.floor(bytes / text.length)))}`;
}

/** Reports of as many tests, and with as much text, as the limits allow. */
function fillResults(place: Workplace): void {
  const tests = Array.from({ length: MAX_TESTS }, (_, index) => ({
    name: `test ${index}`,
    status: 'passed',
    duration: 1,
    stdout: ['a'.repeat(240)],
  }));
  for (const phase of ['deployment', 'performance', 'conformance']) {
    const path = `results/${phase}.json`;
    const { results, ...report } = json(readFileSync(place.path(path))) as { results: object };
    const count = {
      tests: MAX_TESTS,
      passed: MAX_TESTS,
      failed: 0,
      skipped: 0,
      pending: 0,
      other: 0,
    };
    const text = JSON.stringify({ ...report, results: { ...results, summary: count, tests } });
    expect(text.length).toBeGreaterThan(MAX_JSON_BYTES * 0.8);
    place.write(path, text);
  }
}

/** Makes a bundle of what is here, in one process. */
async function pack(place: Workplace): Promise<void> {
  const env = { ...EPOCH, AFFIDAVIT_SECOND_PROCESS: '' };
  const { stderr } = await runCli([...VALIDATE, '--redact', 'none'], { cwd: place.folder, env });
  expect(stderr).toContain('evidence: ');
}

interface Process {
  readonly id: number;
  /** Processor time, in hundredths of a second. */
  readonly time: number;
}

/** The second process of this one, as Linux tells of it. */
function secondOf(first: number | undefined): Process | undefined {
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const [, state = ''] = statusOf(Number(name)).split(') ');
    const fields = state.split(' ');
    if (fields[1] !== String(first)) continue;
    return { id: Number(name), time: Number(fields[11]) + Number(fields[12]) };
  }
  return undefined;
}

/** Empty if it has ended meanwhile. */
function statusOf(id: number): string {
  try {
    return readFileSync(`/proc/${id}/stat`, 'utf8');
  } catch {
    return '';
  }
}

/** More than Node takes to start: the second process is at work. */
const AT_WORK = 60;

async function atWork({ child }: ReturnType<typeof start>): Promise<Process> {
  for (;;) {
    const second = secondOf(child.pid);
    if (second !== undefined && second.time > AT_WORK) return second;
    if (child.exitCode !== null) throw new Error('it has ended before');
    await wait(5);
  }
}

async function gone(id: number): Promise<void> {
  while (statusOf(id) !== '' && !statusOf(id).includes(') Z ')) await wait(20);
}

interface Outcome {
  readonly code: number | null;
  readonly errors: readonly string[] | null;
  /** Files that were not there before. */
  readonly left: readonly string[];
}

const INTERRUPTED: Outcome = {
  code: 130,
  errors: ['error: INTERRUPTED interrupted'],
  left: [],
};

/** Sends the signal in the middle of the work, and waits until both processes have ended. */
async function outcomeOf(
  place: Workplace,
  words: readonly string[],
  signal: NodeJS.Signals,
): Promise<Outcome> {
  const before = place.list();
  const run = start(place, words);
  const second = await atWork(run);
  run.child.kill(signal);
  const { code } = await run.ended;
  await gone(second.id);
  const left = place.list().filter((name) => !before.includes(name));
  return { code, errors: run.stderr().match(/^error: .*$/gm), left };
}

/** They take the same way; further tests here and of the exit codes try both in any run. */
const SIGNALS = (['SIGINT', 'SIGTERM'] as const).slice(0, propertyRuns(1, 2));

describe.each(SIGNALS)('%s in the middle of validate', (signal) => {
  // The tests of a second process below try the other two in any run.
  const fields = [
    ['a flow', FLOW],
    ['one long text', QUOTED],
    ['a block', BLOCK],
    ['one text of many lines', FOLDED],
  ] as const;

  it.each(fields.slice(0, propertyRuns(2, 4)))(
    'is 130, while a snapshot is read with %s',
    async (_, field) => {
      const place = new Workplace();
      fill(place, field);
      expect(await outcomeOf(place, VALIDATE, signal)).toEqual(INTERRUPTED);
    },
  );

  it('is 130, while results are read', async () => {
    const place = new Workplace();
    fillResults(place);
    expect(await outcomeOf(place, VALIDATE, signal)).toEqual(INTERRUPTED);
  });
});

describe.each(SIGNALS)('%s in the middle of verify-evidence', (signal) => {
  it('is 130, while a bundle is read whose snapshot is as large as it may be', async () => {
    const place = new Workplace();
    fill(place, BLOCK);
    await pack(place);
    for (const words of [VERIFY, [...VERIFY, '--output', 'report.md']].slice(-propertyRuns(1, 2))) {
      expect(await outcomeOf(place, words, signal)).toEqual(INTERRUPTED);
    }
  });
});

describe('a second process', () => {
  it('need not answer: one that never does is killed, and the first one says 130', async () => {
    const place = new Workplace();
    fill(place, FOLDED);
    const before = place.list();
    const run = start(place, VALIDATE);
    const second = await atWork(run);
    process.kill(second.id, 'SIGSTOP');
    run.child.kill('SIGTERM');
    expect(await run.ended).toEqual({ code: 130, signal: null });
    expect(run.stderr()).toMatch(/^error: INTERRUPTED interrupted\n/m);
    expect(place.list()).toEqual(before);
    await gone(second.id);
  });

  it('may get the signal too, as from a terminal', async () => {
    const place = new Workplace();
    fill(place, BLOCK, MAX_SNAPSHOT_BYTES);
    const run = start(place, VALIDATE);
    const second = await atWork(run);
    for (const id of [second.id, run.child.pid ?? 0]) process.kill(id, 'SIGINT');
    expect(await run.ended).toEqual({ code: 130, signal: null });
    expect(run.stderr().match(/^error: .*$/gm)).toEqual(INTERRUPTED.errors);
    await gone(second.id);
  });

  it('that something else kills is 70, never a verdict', async () => {
    const place = new Workplace();
    fill(place, FOLDED);
    const run = start(place, VALIDATE);
    process.kill((await atWork(run)).id, 'SIGKILL');
    expect(await run.ended).toEqual({ code: 70, signal: null });
    expect(run.stderr()).toContain('found: a process of its own that SIGKILL ended\n');
  });

  it('ends with the first one, even if that is killed, and writes nothing', async () => {
    const place = new Workplace();
    fill(place, BLOCK, MAX_SNAPSHOT_BYTES);
    const run = start(place, VALIDATE);
    const second = await atWork(run);
    run.child.kill('SIGKILL');
    await gone(second.id);
    expect(existsSync(place.path(OUT))).toBe(false);
  });

  it('says, writes and ends with the same as one process would, from standard input too', async () => {
    const place = new Workplace();
    fill(place, BLOCK, MAX_SNAPSHOT_BYTES / 24);
    const stdin = readFileSync(place.path('snapshot.yaml'), 'utf8');
    const cases: readonly (readonly [number, readonly string[]])[] = [
      [0, [...VALIDATE, '--force']],
      [0, VERIFY],
      [2, ['validate', '-r', 'snapshot.yaml', '-s', '-', '-f', 'json']],
      [64, [...VERIFY, '--recipe', '-', '--policy', '-']],
      [0, ['validate', '-r', 'recipe.yaml', '-s', '-', '--format', 'json']],
      [1, ['validate', ...DOCUMENTS, '--results', 'results/deployment.json']],
      [2, ['validate', '-r', 'snapshot.yaml', '-s', 'snapshot.yaml', '-f', 'json']],
    ];
    for (const [code, words] of cases.slice(0, propertyRuns(4, cases.length))) {
      const options = { cwd: place.folder, stdin };
      const one = await runCli(words, {
        ...options,
        env: { ...EPOCH, AFFIDAVIT_SECOND_PROCESS: '' },
      });
      const archive = existsSync(place.path(OUT)) ? readFileSync(place.path(OUT)) : undefined;
      const two = await runCli(words, { ...options, env: EPOCH });
      expect(two).toEqual(one);
      expect(two.code).toBe(code);
      expect(archive && readFileSync(place.path(OUT)).equals(archive)).not.toBe(false);
    }
  });
});
