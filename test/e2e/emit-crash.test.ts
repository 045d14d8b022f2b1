// What is left of a run of `affidavit validate` that is killed, interrupted, out of space or unheard.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { MAX_SNAPSHOT_BYTES } from '../../src/limits.ts';
import { propertyRuns } from '../property-runs.ts';
import { EPOCH, INPUTS, IN_SANDBOX, OUT, UNSIGNED, Workplace, placesOf, start } from './emit.ts';
import type { Started } from './emit.ts';

const WITH_LOGS = ['validate', ...INPUTS, '--logs', 'logs', ...UNSIGNED];
const LOGS_OUT = `${OUT}.logs.tar.gz`;
const STACK_TRACE = /\n\s+at .*:\d+/;

/** Logs that do not compress, so that writing the archive takes a moment. */
function workplaceWithLogs(mebibytes: number): Workplace {
  const place = new Workplace();
  place.write('logs/deployment/large.log', randomBytes(mebibytes * 1024 * 1024));
  return place;
}

function temporaries(place: Workplace): readonly string[] {
  return readdirSync(place.folder).filter((name) => name.startsWith('.affidavit-'));
}

function contentOf(place: Workplace, name: string): Buffer | undefined {
  const path = place.path(name);
  return existsSync(path) ? readFileSync(path) : undefined;
}

/** The whole archive and how long it took to make, in milliseconds. */
async function wholeRun(
  place: Workplace,
): Promise<{ readonly whole: Buffer; readonly ms: number }> {
  const begin = performance.now();
  const run = await place.run(WITH_LOGS, { env: EPOCH, ownProcess: true });
  const ms = performance.now() - begin;
  expect(run.code).toBe(0);
  const whole = readFileSync(place.path(OUT));
  expect((await place.repeat(run)).code).toBe(0);
  return { whole, ms };
}

describe('E-63 kill -9 at any moment', () => {
  const TIMES = propertyRuns(4, 10);

  it(`leaves no OUT, or the whole one, ${TIMES} times`, async () => {
    const place = workplaceWithLogs(8);
    const { whole, ms } = await wholeRun(place);
    const wholeLogs = readFileSync(place.path(LOGS_OUT));
    let killed = 0;
    for (let time = 0; time < TIMES; time += 1) {
      for (const path of [OUT, LOGS_OUT]) rmSync(place.path(path), { force: true });
      const { child, ended } = start(place, WITH_LOGS);
      // One at least while it is written: on a busy machine the others may all come after the end.
      if (time === 0) await writing(place, child);
      else await wait((ms * (time + Math.random())) / TIMES);
      child.kill('SIGKILL');
      if ((await ended).signal === 'SIGKILL') killed += 1;
      expect(contentOf(place, OUT)?.equals(whole) ?? true).toBe(true);
      expect(contentOf(place, LOGS_OUT)?.equals(wholeLogs) ?? true).toBe(true);
    }
    expect(killed).toBeGreaterThan(0);
  });

  it(`with --force leaves the old OUT or the new one, ${TIMES} times`, async () => {
    const place = workplaceWithLogs(8);
    const { whole, ms } = await wholeRun(place);
    const old = Buffer.from('the old evidence');
    for (let time = 0; time < TIMES; time += 1) {
      place.write(OUT, old);
      const { child, ended } = start(place, [...WITH_LOGS, '--force']);
      await wait((ms * (time + Math.random())) / TIMES);
      child.kill('SIGKILL');
      await ended;
      const left = readFileSync(place.path(OUT));
      expect(left.equals(whole) || left.equals(old)).toBe(true);
    }
  });
});

async function writing(place: Workplace, child: Started['child']): Promise<void> {
  while (temporaries(place).length === 0 && child.exitCode === null) await wait(5);
}

/** Sends a signal while the archive is written. On a busy machine it may come late: then once more. */
async function interrupted(
  place: Workplace,
  words: readonly string[],
  signal: NodeJS.Signals,
): Promise<{ readonly end: Awaited<Started['ended']>; readonly stderr: string }> {
  for (let left = 5; ; left -= 1) {
    const { child, ended, stderr } = start(place, words);
    await writing(place, child);
    child.kill(signal);
    const end = await ended;
    if (end.code !== 0 || left === 0) return { end, stderr: stderr() };
    for (const path of [OUT, LOGS_OUT]) rmSync(place.path(path), { force: true });
    rmSync(place.path(`${OUT}.sandbox`), { recursive: true, force: true });
  }
}

interface Case {
  readonly signal: NodeJS.Signals;
  readonly how: readonly string[];
  readonly snapshotBytes?: number;
}

describe('Ctrl-C in the middle of writing', () => {
  const cases: readonly Case[] = [
    { signal: 'SIGINT', how: UNSIGNED },
    { signal: 'SIGHUP', how: IN_SANDBOX },
    { signal: 'SIGTERM', how: UNSIGNED, snapshotBytes: MAX_SNAPSHOT_BYTES / 8 },
    { signal: 'SIGTERM', how: UNSIGNED },
    { signal: 'SIGHUP', how: UNSIGNED },
    { signal: 'SIGINT', how: IN_SANDBOX },
    { signal: 'SIGINT', how: UNSIGNED, snapshotBytes: MAX_SNAPSHOT_BYTES / 8 },
    { signal: 'SIGTERM', how: IN_SANDBOX, snapshotBytes: MAX_SNAPSHOT_BYTES / 8 },
  ];

  it.each(cases.slice(0, propertyRuns(3, cases.length)))(
    '$signal is 130, said in one message, and nothing is left: $how $snapshotBytes',
    async ({ signal, how, snapshotBytes = 0 }) => {
      const place = workplaceWithLogs(32);
      const snapshot = readFileSync(place.path('snapshot.yaml'), 'utf8');
      place.write(
        'snapshot.yaml',
        `${snapshot}zz:\n- a\n${`- ${'a'.repeat(1022)}\n`.repeat(snapshotBytes / 1024)}`,
      );
      const before = place.list();
      const words = ['validate', ...INPUTS, '--logs', 'logs', ...how];
      const { end, stderr } = await interrupted(place, words, signal);
      expect(end).toEqual({ code: 130, signal: null });
      expect(place.list()).toEqual(before);
      expect(stderr.match(/^error: .*$/gm)).toEqual(['error: INTERRUPTED interrupted']);
      expect(stderr).not.toMatch(STACK_TRACE);
    },
  );
});

/** Words in front of a program: no file that it writes grows beyond so many blocks. */
function limited(blocks: number): readonly string[] {
  return ['sh', '-c', `ulimit -f ${blocks}; exec "$@"`, 'sh'];
}

describe('a full disk', () => {
  it.each([[UNSIGNED], [IN_SANDBOX]])(
    'while the archive is written is 3 FILE_UNWRITABLE, and nothing of it is left: %j',
    async (how) => {
      const place = workplaceWithLogs(1);
      const words = [...INPUTS, '--logs', 'logs', ...how];
      const { code, error } = await place.refused(words, { prefix: limited(100) });
      expect(code).toBe(3);
      expect(placesOf([error])).toEqual([`FILE_UNWRITABLE ${LOGS_OUT}`]);
      expect(error.hint).toContain('free space');
    },
  );

  it('while the report is written is 3, and the older report is still there', async () => {
    const place = new Workplace();
    place.write('report.md', 'older');
    const words = [...INPUTS, '--output', 'report.md'];
    const { code, error } = await place.refused(words, { prefix: limited(1) });
    expect([code, ...placesOf([error])]).toEqual([3, 'FILE_UNWRITABLE report.md']);
    expect(readFileSync(place.path('report.md'), 'utf8')).toBe('older');
  });

  it('behind standard output is 3 and no verdict, and the evidence is named all the same', async () => {
    const place = new Workplace();
    const prefix = ['sh', '-c', 'exec "$@" >/dev/full', 'sh'];
    const run = await place.run(['validate', ...INPUTS, ...UNSIGNED], { prefix });
    expect(run.code).toBe(3);
    expect(run.stderr).toContain(`evidence: ${OUT}\n`);
    expect(run.stderr).toContain('error: FILE_UNWRITABLE');
    expect(run.stderr).not.toMatch(STACK_TRACE);
    expect((await place.files()).size).toBe(8);
  });
});

describe('E-64 the streams', () => {
  const ownProcess = true;

  it('carry the report and nothing else, and the talk and nothing else', async () => {
    const place = new Workplace();
    const run = await place.run(['validate', ...INPUTS, ...UNSIGNED], { ownProcess });
    expect(run.stdout).toMatch(/^## Self-check: green/);
    expect(run.stdout).not.toContain('verify-evidence');
    const [evidence, manifest, verify, sign, note, ...rest] = run.stderr.split('\n');
    expect(evidence).toBe(`evidence: ${OUT}`);
    expect(manifest).toMatch(/^manifest: sha256:[0-9a-f]{64}$/);
    expect(verify).toBe(`  verify: affidavit verify-evidence ${OUT} --allow-unsigned`);
    expect(sign).toBe(
      `    sign: affidavit evidence sign ${OUT} --emit-evidence ${OUT.replace('.tar.gz', '.signed.tar.gz')}`,
    );
    expect(note).toMatch(
      /^ {4}note: redacted \(minimal affidavit-1\), withholds values: .* snapshot\.yaml; public all the same: the region, .*$/,
    );
    expect(rest).toEqual(['']);
    const whole = await place.run([
      'validate',
      ...INPUTS,
      ...UNSIGNED,
      '--redact',
      'none',
      '--force',
    ]);
    expect(whole.stderr).toMatch(/nothing is redacted: node names, .* become public/);
  });

  it('stay apart in JSON, with findings and with an error', async () => {
    const place = new Workplace();
    const { report, stderr } = await place.validate(INPUTS, { ownProcess });
    expect(report.findings.length).toBeGreaterThan(0);
    expect(stderr).toBe('');
    const { error } = await place.refused(['--recipe', 'recipe.yaml'], { ownProcess });
    expect(error.code).toBe('USAGE');
  });

  it.each(['markdown', 'json', 'terminal'])(
    'as %s may be closed by their reader: no stack trace, and the exit code of the verdict',
    async (format) => {
      const place = new Workplace();
      // More than a pipe holds, so that something is still to be written when the reader is gone.
      const tests = Array.from({ length: 5000 }, (_, index) => ({
        name: `test-${index}`,
        status: index === 0 ? 'failed' : 'passed',
        duration: 1,
      }));
      const counts = { passed: 4999, failed: 1, skipped: 0, pending: 0, other: 0 };
      const summary = { tests: 5000, ...counts, start: 0, stop: 0 };
      const results = { tool: { name: 'validators' }, summary, tests };
      const report = { reportFormat: 'CTRF', specVersion: '0.0.1', results };
      place.write('results/performance.json', JSON.stringify(report));
      const script = '{ "$@"; echo $? >code; } | head -c 1';
      const run = await place.run(['validate', ...INPUTS, '--format', format], {
        prefix: ['sh', '-c', script, 'sh'],
      });
      expect(run.stdout).toHaveLength(1);
      expect(run.stderr).toBe('');
      expect(readFileSync(place.path('code'), 'utf8')).toBe('1\n');
    },
  );
});
