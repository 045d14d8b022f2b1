// The gate on changes of 500 recipes that have 2,000 pieces of evidence in local bundles.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { booleanOf, fieldOf, listOf, textOf } from '../src/document/data.ts';
import { decodeJson } from '../src/document/json.ts';
import { CHANGES, gateWorld, type GateWorld } from './bench-gate-world.ts';
import type { Bench, Sample } from './bench-registries.ts';

/** How often as long as `node -e 0` it takes to say that no recipe is affected. */
const NONE_GOAL = 25;
/** Of the change of a file that some recipes use. */
const SOME_GOAL = { milliseconds: 10_000, mebibytes: 400 } as const;
/** How often as long as `verify-evidence` of the same bundles it takes if all recipes use the file. */
const ALL_GOAL = 1.5;
const ROUNDS = 3;

export async function benchGate(bench: Bench): Promise<void> {
  const world = await gateWorld();
  noneAffected(bench, world);
  someAffected(bench, world);
  allAffected(bench, world);
}

function noneAffected(bench: Bench, world: GateWorld): void {
  const pairs = Array.from({ length: bench.rounds / 2 }, () => ({
    ours: gated(bench, world, 'none'),
    theirs: bench.run([process.execPath, '-e', '0']),
  }));
  const goal = { what: 'gate, no affected recipe', against: 'node -e 0', ratio: NONE_GOAL };
  bench.report(goal, columns(pairs), 'best');
}

function someAffected(bench: Bench, world: GateWorld): void {
  const runs = Array.from({ length: bench.quick ? 1 : ROUNDS }, () =>
    gated(bench, world, 'some', true),
  );
  const milliseconds = Math.min(...runs.map((run) => run.milliseconds));
  const mebibytes = Math.max(...runs.map((run) => run.mebibytes));
  bench.judge(
    milliseconds < SOME_GOAL.milliseconds && mebibytes <= SOME_GOAL.mebibytes,
    `gate, ${CHANGES.some.affected} affected recipes: ${milliseconds.toFixed(0)} ms, ${mebibytes.toFixed(0)} MiB; goal ${SOME_GOAL.milliseconds} ms and ${SOME_GOAL.mebibytes} MiB`,
  );
}

function allAffected(bench: Bench, world: GateWorld): void {
  const pairs = Array.from({ length: bench.quick ? 1 : ROUNDS }, () => ({
    ours: gated(bench, world, 'all', true),
    theirs: verified(bench, world),
  }));
  const { affected, pieces } = CHANGES.all;
  const what = `gate, ${affected} affected recipes with ${pieces} pieces`;
  const goal = { what, against: 'verify-evidence of the same', ratio: ALL_GOAL };
  bench.report(goal, columns(pairs), 'median');
}

/** Each recipe must have been affected, and each piece must count. */
function gated(
  { run, ours, scratch }: Bench,
  { repository, policy, bundles, root }: GateWorld,
  change: keyof typeof CHANGES,
  isLong = false,
): Sample {
  const out = join(scratch, 'gate.json');
  const sample = run(
    ours(
      [
        ...['gate', '--git', repository, '--base', `${change}-base`, '--head', change],
        ...['--policy', policy, '--bundles', bundles, '--trusted-root', root, '--offline'],
        ...['--at', '2026-06-20T00:00:00Z', '--format', `json=${out}`],
      ],
      isLong,
    ),
  );
  const report = decodeJson(readFileSync(out), out);
  const good = listOf(report, 'recipes').filter((each) => textOf(each, 'state') === 'single');
  const counted = good
    .flatMap((each) => listOf(each, 'evidence'))
    .filter((each) => booleanOf(fieldOf(each, 'counted')) === true);
  const { affected, pieces } = CHANGES[change];
  if (good.length === affected && counted.length === pieces) return sample;
  throw new Error(
    `${good.length} good recipes with ${counted.length} pieces, for ${affected} with ${pieces}`,
  );
}

function verified({ run, ours, scratch }: Bench, { bundles, policy, root }: GateWorld): Sample {
  const [list, reports] = [join(scratch, 'gate-bundles.txt'), join(scratch, 'gate.jsonl')];
  const names = readdirSync(bundles).map((name) => join(bundles, name));
  writeFileSync(list, `${names.toSorted().join('\n')}\n`);
  return run(
    ours([
      ...['verify-evidence', '--from', list, '--policy', policy, '--trusted-root', root],
      ...['--offline', '--at', '2026-06-20T00:00:00Z', '--format', `jsonl=${reports}`],
    ]),
  );
}

interface Pair {
  readonly ours: Sample;
  readonly theirs: Sample;
}

function columns(pairs: readonly Pair[]): Record<keyof Pair, readonly Sample[]> {
  return { ours: pairs.map(({ ours }) => ours), theirs: pairs.map(({ theirs }) => theirs) };
}
