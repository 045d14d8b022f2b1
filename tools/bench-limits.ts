// What takes too long for a ratio to the start of Node to say anything: a time, and perhaps a memory.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { exampleReport, exampleTest } from '../test/evidence/phase/example-reports.ts';
import type { Bench } from './bench-registries.ts';
import { largeSnapshot } from './large-snapshot.ts';

const NODES = 5000;
const TESTS = 10_000;
const ROUNDS = 6;
const DEMO = fileURLToPath(new URL('../testdata/demo', import.meta.url));

interface Limit {
  readonly what: string;
  readonly words: readonly string[];
  /** How it ends. */
  readonly status?: number;
  readonly milliseconds: number;
  readonly mebibytes?: number;
}

export function benchLimits(bench: Bench): void {
  const snapshot = join(bench.scratch, 'snapshot.yaml');
  writeFileSync(snapshot, largeSnapshot(NODES));
  within(bench, {
    what: `snapshot fingerprint, ${NODES} nodes`,
    words: ['snapshot', 'fingerprint', snapshot],
    milliseconds: 2000,
    mebibytes: 500,
  });
  within(bench, {
    what: `evidence diff, ${NODES} nodes each`,
    words: ['evidence', 'diff', ...bundlesOf(bench, snapshot), '--allow-unsigned'],
    status: 1,
    milliseconds: 3000,
  });
  const [page, bundle] = [join(bench.scratch, 'page.html'), withManyTests(bench)];
  within(bench, {
    what: `verify-evidence --format html, ${TESTS} tests`,
    words: ['verify-evidence', bundle, '--allow-unsigned', '--format', `html=${page}`],
    status: 1,
    milliseconds: 2000,
    mebibytes: 300,
  });
}

/** The best of some rounds, and the most memory of all. */
function within(bench: Bench, { what, words, status, ...most }: Limit): void {
  const command = bench.ours(words, true);
  const runs = Array.from({ length: ROUNDS }, () => bench.run(command, status));
  const milliseconds = Math.min(...runs.map((run) => run.milliseconds));
  const mebibytes = Math.max(...runs.map((run) => run.mebibytes));
  const { mebibytes: limit = Infinity } = most;
  const goal = limit === Infinity ? '' : ` and ${limit} MiB`;
  bench.judge(
    milliseconds < most.milliseconds && mebibytes <= limit,
    `${what}: ${milliseconds.toFixed(0)} ms, ${mebibytes.toFixed(0)} MiB; goal ${most.milliseconds} ms${goal}`,
  );
}

/** Two, of clusters with another GPU in each node. */
function bundlesOf(bench: Bench, snapshot: string): readonly string[] {
  const other = join(bench.scratch, 'other-snapshot.yaml');
  const text = readFileSync(snapshot, 'utf8').replaceAll('NVIDIA-H100-80GB-HBM3', 'NVIDIA-B200');
  writeFileSync(other, text);
  return [snapshot, other].map((path, index) =>
    emitted(bench, { name: `nodes-${index}`, snapshot: path, results: join(DEMO, 'results') }),
  );
}

function withManyTests(bench: Bench): string {
  const results = join(bench.scratch, 'many-tests');
  mkdirSync(results);
  const tests = Array.from({ length: TESTS }, (_, index) => exampleTest(`test ${index}`));
  writeFileSync(join(results, 'deployment.json'), JSON.stringify(exampleReport(tests)));
  for (const phase of ['performance', 'conformance']) {
    writeFileSync(join(results, `${phase}.json`), readFileSync(`${DEMO}/results/${phase}.json`));
  }
  return emitted(bench, { name: 'tests', snapshot: join(DEMO, 'snapshot.yaml'), results });
}

/** An unsigned bundle with all that its documents say, which is not that all is green. */
function emitted(
  { run, ours, scratch }: Bench,
  { name, snapshot, results }: Readonly<Record<'name' | 'snapshot' | 'results', string>>,
): string {
  const out = join(scratch, `${name}.tar.gz`);
  const inputs = ['--recipe', join(DEMO, 'recipe.yaml'), '--snapshot', snapshot];
  const words = ['--results', results, '--emit-evidence', out, '--no-sign', '--redact', 'none'];
  run(ours(['validate', ...inputs, ...words]), 1);
  return out;
}
