// Whole processes, interleaved in one run, as ratios: of the best of many short runs, of the median of few long ones.
// `--quick`: 64 MiB of logs. `--program PATH`: another checkout's bin/affidavit.js, to compare before with after. `--only gate`: no other rows.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { SANDBOX_IDENTITY, SANDBOX_ISSUER } from '../src/sandbox/oidc.ts';
import { benchBatch } from './bench-batch.ts';
import { benchGate } from './bench-gate.ts';
import { judgeSpeeds, type JudgeSpeed } from './bench-judges.ts';
import { benchLimits } from './bench-limits.ts';
import { logLine, makeLogs, randomLine } from './bench-logs.ts';
import { largeRecipe } from './bench-recipes.ts';
import { benchRegistries, type Bench, type Goal, type Sample } from './bench-registries.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    program: { type: 'string', default: join(root, 'bin/affidavit.js') },
    only: { type: 'string' },
  },
});
const program = resolve(options.program);
const { quick } = options;
/**
 * Other work on the machine only adds time, so the best of many rounds is the time of the program
 * itself.
 */
const rounds = 40;
const logMebibytes = quick ? 64 : 1024;
const scratch = mkdtempSync(join(tmpdir(), 'affidavit-bench-'));
const input = join(root, 'testdata/demo');
/** Costs some milliseconds at the start, so only the long runs have it. */
const recordMemory = ['--import', join(root, 'tools/record-memory.mjs')] as const;
/** How often as fast as the library alone the judges must be, in one process. */
const SPEED_GOALS = { own: 6, both: 1 } as const;
let missed = 0;

try {
  if (options.only === undefined) await benchOthers();
  else if (options.only !== 'gate') throw new Error(`--only gate, not ${options.only}`);
  await benchGate(lent());
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
console.log(missed === 0 ? 'every goal met' : `${missed} goals missed`);
process.exitCode = missed === 0 ? 0 : 1;

async function benchOthers(): Promise<void> {
  const small = emit('small', []);
  const medium = emit('medium', ['--logs', makeLogs(join(scratch, 'medium-logs'), 9, randomLine)]);
  cold({ what: 'verify-evidence, 20 KB', against: 'node -e 0', ratio: 4 }, verifyWords(small));
  cold({ what: 'verify-evidence, 5 MB', against: 'node -e 0', ratio: 9 }, [
    ...verifyWords(medium),
    ...logsOf(medium),
  ]);
  cold({ what: '--help', against: 'node -e 0', ratio: 3 }, ['--help']);
  const large = join(scratch, 'large-recipe.yaml');
  writeFileSync(large, largeRecipe(readFileSync(`${input}/recipe.yaml`, 'utf8'), 200));
  cold({ what: 'recipe digest, 200 components', against: 'node -e 0', ratio: 12 }, [
    'recipe',
    'digest',
    large,
  ]);
  cold({ what: 'recipe resolve, AICR v0.11.1', against: 'node -e 0', ratio: 12 }, [
    ...['recipe', 'resolve', '--data', join(root, 'testdata/aicr-recipes-v0.11.1/recipes')],
    ...['--service', 'eks', '--accelerator', 'h100', '--intent', 'training', '--os', 'ubuntu'],
  ]);
  whereTimeGoes(small);
  benchLimits(lent());
  for (const speed of judgeSpeeds()) reportSpeed(speed);
  logs();
  await benchRegistries(lent(), small);
  await benchBatch(lent());
}

function reportSpeed({ what, microseconds, ...speed }: JudgeSpeed): void {
  for (const judge of ['own', 'both'] as const) {
    const isMet = speed[judge] >= SPEED_GOALS[judge];
    say(
      isMet,
      `${judge === 'own' ? 'our own judge' : 'both judges'}, ${what}: ${speed[judge].toFixed(2)} times as fast as @sigstore/verify alone, which takes ${microseconds.toFixed(0)} µs (goal ${SPEED_GOALS[judge]})`,
    );
  }
}

function cold(goal: Goal, words: readonly string[]): void {
  const ours: Sample[] = [];
  const theirs: Sample[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const a = run([process.execPath, program, ...words]);
    const b = run([process.execPath, '-e', '0']);
    // The first round warms the disk cache, and leaves compiled code.
    if (round === 0) continue;
    ours.push(a);
    theirs.push(b);
  }
  report(goal, ours, theirs, best);
}

/** Calls that end later and later on the way of one verification. */
function whereTimeGoes(signed: string): void {
  const unsigned = join(scratch, 'unsigned.tar.gz');
  const emitted = emitWords(unsigned, []).filter((word) => word !== '--sandbox');
  run([process.execPath, program, ...emitted, '--no-sign']);
  const trust = ['--trusted-root', `${signed}.sandbox/trusted_root.json`];
  const verify = [process.execPath, program, 'verify-evidence'];
  const stages = [
    { what: 'node -e 0', words: [process.execPath, '-e', '0'], status: 0 },
    {
      what: 'root read (no bundle there)',
      words: [...verify, join(scratch, 'no'), ...trust],
      status: 3,
    },
    {
      what: 'an unsigned bundle judged',
      words: [...verify, unsigned, ...trust, '--allow-unsigned'],
      status: 0,
    },
    {
      what: 'a signed bundle judged',
      words: [process.execPath, program, ...verifyWords(signed)],
      status: 0,
    },
  ];
  const times = stages.map((): number[] => []);
  for (let round = 0; round < rounds; round += 1) {
    stages.forEach(({ words, status }, index) =>
      times[index]?.push(run(words, status).milliseconds),
    );
  }
  const base = best(times[0] ?? []);
  stages.forEach(({ what }, index) => {
    const time = best(times[index] ?? []);
    console.log(`       up to: ${what}: ${time.toFixed(0)} ms, ${(time / base).toFixed(2)} times`);
  });
}

function logs(): void {
  const directory = makeLogs(join(scratch, 'large-logs'), logMebibytes, logLine);
  const large = join(scratch, 'large.tar.gz');
  const text = join(directory, 'performance/*');
  const size = `${logMebibytes} MiB of logs`;
  const words = emitWords(large, ['--logs', directory, '--force']);
  const pairs = Array.from({ length: 3 }, () => ({
    emit: run([process.execPath, ...recordMemory, program, ...words]),
    gzip: run(['sh', '-c', `cat ${text} | gzip -1 | sha256sum`]),
    verify: run([
      ...[process.execPath, ...recordMemory, program],
      ...[...verifyWords(large), ...logsOf(large)],
    ]),
    gunzip: run(['sh', '-c', `gunzip < ${large}.logs.tar.gz | sha256sum`]),
  }));
  const emitGoal = {
    what: `emit, ${size}`,
    against: 'gzip -1 | sha256sum',
    ratio: quick ? Infinity : 1.2,
    memory: 200,
  };
  const verifyGoal = {
    what: `verify, ${size}`,
    against: 'gunzip | sha256sum',
    ratio: quick ? Infinity : 1,
    memory: 200,
  };
  report(
    emitGoal,
    pairs.map((pair) => pair.emit),
    pairs.map((pair) => pair.gzip),
    median,
  );
  report(
    verifyGoal,
    pairs.map((pair) => pair.verify),
    pairs.map((pair) => pair.gunzip),
    median,
  );
}

/** For the rows of other files. */
function lent(): Bench {
  return {
    ...{ quick, rounds, scratch, run, verifyWords },
    ours: (words, isLong) =>
      [process.execPath].concat(isLong === true ? recordMemory : [], program, words),
    emitWords: (path, more) => emitWords(path, more).filter((word) => word !== '--sandbox'),
    report: (goal, { ours, theirs }, of) =>
      report(goal, ours, theirs, of === 'best' ? best : median),
    judge: say,
  };
}

function say(isMet: boolean, line: string): void {
  if (!isMet) missed += 1;
  console.log(`${isMet ? 'ok    ' : 'MISSED'} ${line}`);
}

function report(
  goal: Goal,
  ours: readonly Sample[],
  theirs: readonly Sample[],
  of: (times: readonly number[]) => number,
): void {
  const own = of(ours.map(({ milliseconds }) => milliseconds));
  const other = of(theirs.map(({ milliseconds }) => milliseconds));
  const memory = Math.max(...ours.map(({ mebibytes }) => mebibytes));
  const good = own / other <= goal.ratio && memory <= (goal.memory ?? Infinity);
  const figures = `${(own / other).toFixed(2)} times ${goal.against} (${own.toFixed(0)} ms : ${other.toFixed(0)} ms)${goal.memory === undefined ? '' : `, ${memory.toFixed(0)} MiB`}`;
  const limit =
    goal.ratio === Infinity
      ? 'no goal: the start counts for too much'
      : `goal ${goal.ratio}${goal.memory === undefined ? '' : ` and ${goal.memory} MiB`}`;
  say(good, `${goal.what}: ${figures}; ${limit}`);
}

/** One process from start to end; the memory is that of a Node process of ours. */
function run([file = '', ...args]: readonly string[], expected = 0): Sample {
  const memoryFile = join(scratch, 'memory');
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: scratch,
    AFFIDAVIT_BENCH_MEMORY: memoryFile,
  };
  rmSync(memoryFile, { force: true });
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(file, args, { env, encoding: 'utf8' });
  const milliseconds = performance.now() - started;
  if (status !== expected) {
    throw new Error(`${[file, ...args].join(' ')} ended with ${status}\n${stderr}`);
  }
  return {
    milliseconds,
    output: stdout.trim(),
    mebibytes: args.includes(recordMemory[1]) ? Number(readFileSync(memoryFile, 'utf8')) : 0,
  };
}

function emit(name: string, more: readonly string[]): string {
  const path = join(scratch, `${name}.tar.gz`);
  run([process.execPath, program, ...emitWords(path, more)]);
  return path;
}

function emitWords(path: string, more: readonly string[]): readonly string[] {
  const inputs = ['--recipe', `${input}/recipe.yaml`, '--snapshot', `${input}/snapshot.yaml`];
  const results = ['--results', `${input}/results`];
  return ['validate', ...inputs, ...results, '--emit-evidence', path, '--sandbox', ...more];
}

/** They are beside the archive. */
function logsOf(path: string): readonly string[] {
  return ['--logs', `${path}.logs.tar.gz`];
}

function verifyWords(path: string): readonly string[] {
  const pin = [
    '--certificate-identity',
    SANDBOX_IDENTITY,
    '--certificate-oidc-issuer',
    SANDBOX_ISSUER,
  ];
  return ['verify-evidence', path, '--trusted-root', `${path}.sandbox/trusted_root.json`, ...pin];
}

function best(values: readonly number[]): number {
  return Math.min(...values);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
