// Evidence in a registry, compared with programs of others that send the same bytes to it and get them from it.
import { rmSync } from 'node:fs';
import { join } from 'node:path';

import {
  logsOfSize,
  missingPrograms,
  startRegistry,
  type BenchRegistry,
} from './bench-distribution.ts';

/** One process from start to end. */
export interface Sample {
  readonly milliseconds: number;
  /** The memory of a Node process of ours, if it was to record it. */
  readonly mebibytes: number;
  /** What it printed. */
  readonly output: string;
}

export interface Goal {
  readonly what: string;
  readonly against: string;
  /** The largest ratio that is good enough. */
  readonly ratio: number;
  /** The largest resident memory, in MiB. */
  readonly memory?: number;
}

/** What the benchmark lends. */
export interface Bench {
  readonly quick: boolean;
  /** Of short runs. */
  readonly rounds: number;
  readonly scratch: string;
  /** @param status how it must end; 0 by default */
  readonly run: (command: readonly string[], status?: number) => Sample;
  /** A command line of ours; of a long run, it leaves its memory too. */
  readonly ours: (words: readonly string[], isLong?: boolean) => readonly string[];
  readonly emitWords: (path: string, more: readonly string[]) => readonly string[];
  readonly verifyWords: (path: string) => readonly string[];
  readonly report: (
    goal: Goal,
    times: { readonly ours: readonly Sample[]; readonly theirs: readonly Sample[] },
    of: 'best' | 'median',
  ) => void;
  /** Counts a goal that is no ratio, and prints it. */
  readonly judge: (isMet: boolean, line: string) => void;
}

/** How many requests a small signed bundle needs that is named by its digest. */
const REQUESTS_GOAL = 6;
const PUBLISH_AGAINST = 'gunzip | sha256sum, then regctl blob put';
const VERIFY_AGAINST = 'crane blob | gunzip | sha256sum';

/** @param signed a small bundle */
export async function benchRegistries(bench: Bench, signed: string): Promise<void> {
  const missing = missingPrograms();
  if (missing.length > 0) {
    console.log(
      `skipped: three rows of evidence in a registry, because .interop/bin has no ${missing.join(', no ')}; ./dev interop installs what is missing`,
    );
    return;
  }
  const registry = await startRegistry(join(bench.scratch, 'registry'));
  try {
    signedByDigest(bench, registry, signed);
    large(bench, registry);
  } finally {
    await registry.stop();
  }
}

function signedByDigest(bench: Bench, registry: BenchRegistry, signed: string): void {
  const { run, ours, rounds } = bench;
  const { output } = run(ours(['evidence', 'publish', signed, `oci://${registry.host}/small`]));
  const words = bench.verifyWords(signed);
  const file = ours(words);
  const fetched = ours(words.map((word) => (word === signed ? `oci://${output}` : word)));
  const before = registry.requests();
  run(fetched);
  const asked = registry.requests() - before;
  const pairs = Array.from({ length: rounds }, () => ({ ours: run(fetched), theirs: run(file) }));
  const what = 'verify-evidence by digest, 20 KB';
  bench.judge(asked <= REQUESTS_GOAL, `${what}: ${asked} requests; goal ${REQUESTS_GOAL}`);
  bench.report({ what, against: 'verifying its file', ratio: 1.5 }, columns(pairs), 'best');
}

function large(bench: Bench, registry: BenchRegistry): void {
  const { run, ours, scratch, quick } = bench;
  const mebibytes = quick ? 64 : 1024;
  const file = join(scratch, 'published.tar.gz');
  const logs = logsOfSize(join(scratch, 'published-logs'), mebibytes);
  run(ours(bench.emitWords(file, ['--no-sign', '--redact', 'none', '--logs', logs])));
  rmSync(logs, { recursive: true });
  const rounds = Array.from({ length: 3 }, (_, round) =>
    toAndFrom(bench, { registry, file, round }),
  );
  const limits = { ratio: quick ? Infinity : 1.2, memory: 200 };
  const size = `archive of ${mebibytes} MiB`;
  bench.report(
    { what: `evidence publish, ${size}`, against: PUBLISH_AGAINST, ...limits },
    columns(rounds.map(({ publish }) => publish)),
    'median',
  );
  bench.report(
    { what: `verify-evidence by digest, ${size}`, against: VERIFY_AGAINST, ...limits },
    columns(rounds.map(({ verify }) => verify)),
    'median',
  );
}

interface Pair {
  readonly ours: Sample;
  readonly theirs: Sample;
}

/** Each round has repositories that hold nothing of it yet. */
function toAndFrom(
  { run, ours }: Bench,
  {
    registry: { host, regctl, crane },
    file,
    round,
  }: { readonly registry: BenchRegistry; readonly file: string; readonly round: number },
): { readonly publish: Pair; readonly verify: Pair } {
  const [own, other] = [`${host}/own-${round}`, `${host}/other-${round}`];
  const target = [file, `oci://${own}`, '--no-sign', '--yes'];
  const published = run(ours(['evidence', 'publish', ...target], true));
  const put = run(
    shell(`gunzip -c ${file} | sha256sum >&2; ${regctl} blob put ${other} < ${file}`),
  );
  const words = ['verify-evidence', `oci://${published.output}`, '--allow-unsigned'];
  return {
    publish: { ours: published, theirs: put },
    verify: {
      ours: run(ours(words, true)),
      theirs: run(shell(`${crane} blob ${other}@${put.output} | gunzip -c | sha256sum`)),
    },
  };
}

function shell(script: string): readonly string[] {
  return ['sh', '-c', script];
}

function columns(pairs: readonly Pair[]): {
  readonly ours: readonly Sample[];
  readonly theirs: readonly Sample[];
} {
  return { ours: pairs.map(({ ours }) => ours), theirs: pairs.map(({ theirs }) => theirs) };
}
