import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';

import { afterAll, expect, it } from 'vitest';

import { JudgePool } from '../../../src/io/workers/judge-pool.ts';
import { JUDGE_VARIABLES, mayBeJudge, serve } from '../../../src/io/workers/serve.ts';

const folder = mkdtempSync(join(tmpdir(), 'affidavit-pool-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A program that answers, throws, or ends. */
const program = join(folder, 'program.mjs');
writeFileSync(
  program,
  `import { parentPort, workerData } from 'node:worker_threads';
const [end] = process.argv.slice(2);
if (end === 'at-once') process.exit(1);
if (workerData === 'begun') process.exit(1);
parentPort.on('message', ({ id, task: path }) => {
  if (path === 'exit') process.exit(3);
  if (path === 'throw') throw new Error('what went wrong');
  const answer = path + ' judged ' + process.env.AFFIDAVIT_JUDGE + (workerData ?? '');
  if (path === 'last') setImmediate(() => parentPort.postMessage({ id, answer }));
  else parentPort.postMessage({ id, answer });
});
`,
);

async function answers(
  paths: readonly string[],
  { jobs = 2, words = [] as readonly string[], brief = undefined as string | undefined } = {},
): Promise<readonly string[]> {
  const pool = new JudgePool<string>(
    [program, ...words],
    jobs,
    (path, cause) => `${path} died: ${cause instanceof Error ? cause.message : 'no cause'}`,
    brief,
  );
  try {
    return await Promise.all(paths.map(async (path) => await pool.judge(path)));
  } finally {
    await pool.close();
  }
}

it('answers for each path, with fewer threads than paths', async () => {
  const paths = ['a', 'b', 'c', 'd', 'e'];
  expect(await answers(paths)).toEqual(paths.map((path) => `${path} judged 1`));
});

it('tells each thread the brief', async () => {
  const judged = ['a judged 1!', 'exit died: no cause', 'b judged 1!'];
  expect(await answers(['a', 'exit', 'b'], { jobs: 1, brief: '!' })).toEqual(judged);
});

it('starts threads before there is work, not more than it may have, and loses nothing to those that end', async () => {
  const started: Worker[] = [];
  const count = (worker: Worker): void => void started.push(worker);
  process.on('worker', count);
  const ends = new JudgePool<string>([program], 1, () => 'died', 'begun');
  ends.begin(1);
  await setImmediate();
  const [first] = started;
  if (first === undefined) throw new TypeError('no thread');
  await once(first, 'exit');
  expect(await ends.judge('a')).toBe('died');
  await ends.close();
  expect(started).toHaveLength(2);
  const pool = new JudgePool<string>([program], 2, () => 'died');
  pool.begin(3);
  await setImmediate();
  expect(started).toHaveLength(4);
  expect(await Promise.all(['a', 'b'].map(async (path) => await pool.judge(path)))).toEqual([
    'a judged 1',
    'b judged 1',
  ]);
  await pool.close();
  process.off('worker', count);
  expect(started).toHaveLength(4);
});

it('loses one path to a thread that dies, and goes on', async () => {
  expect(await answers(['a', 'exit', 'b', 'throw', 'c', 'd'], { jobs: 1 })).toEqual([
    'a judged 1',
    'exit died: no cause',
    'b judged 1',
    'throw died: what went wrong',
    'c judged 1',
    'd judged 1',
  ]);
});

it('gives each its own answer, in whichever order they come', async () => {
  expect(await answers(['last', 'a', 'b'], { jobs: 1 })).toEqual([
    'last judged 1',
    'a judged 1',
    'b judged 1',
  ]);
});

it('ends where no thread can start', async () => {
  expect(await answers(['a', 'b', 'c'], { words: ['at-once'] })).toEqual([
    'a died: no cause',
    'b died: no cause',
    'c died: no cause',
  ]);
});

it('starts no thread for answers that come while it is closed', async () => {
  const started: unknown[] = [];
  const count = (worker: unknown): void => void started.push(worker);
  process.on('worker', count);
  const pool = new JudgePool<string>([program], 1, () => 'died');
  const [first] = ['a', 'b', 'c', 'd', 'e'].map(async (path) => await pool.judge(path));
  await first;
  // Answers to the others come meanwhile, and are seen after the call to close alone.
  execFileSync(process.execPath, ['--eval', '0']);
  await pool.close();
  await setImmediate();
  process.off('worker', count);
  expect(started).toHaveLength(1);
});

it('serves nobody in a process', async () => {
  expect(mayBeJudge({})).toBe(false);
  expect(mayBeJudge(JUDGE_VARIABLES)).toBe(true);
  const isServed = await serve(
    async () => {
      throw new Error('nobody asked');
    },
    () => [],
  );
  expect(isServed).toBe(false);
});
