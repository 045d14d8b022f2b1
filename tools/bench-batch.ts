// Many bundles in one call, compared with cosign in two loops, over attestations of the same bundles.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';

import { PREDICATE_TYPE_V3 } from '../src/media-types.ts';
import { archiveName, signedBundles, type SignedBundles } from './bench-bundles.ts';
import type { Bench } from './bench-registries.ts';
import { goProgram } from './interop/programs.ts';

/** How often as many bundles a second as cosign, with both judges and with our own alone. */
const SPEED_GOALS = { both: 4, own: 6 } as const;
const MEBIBYTES = 400;
/** The largest part by which the memory for many may differ from that for few. */
const GROWTH = 0.1;

interface Run {
  readonly perSecond: number;
  readonly mebibytes: number;
}

export async function benchBatch(bench: Bench): Promise<void> {
  const [few, many] = bench.quick ? [100, 1000] : [1000, 10_000];
  if (!existsSync(goProgram('cosign'))) {
    bench.judge(false, 'many bundles: .interop/bin has no cosign; ./dev interop installs it');
    return;
  }
  const bundles = await signedBundles(many);
  const cosign = cosignLoops(bench, bundles, few);
  said(`cosign verify-blob-attestation, two loops over ${few}`, cosign);
  for (const judge of ['both', 'own'] as const) {
    const goal = SPEED_GOALS[judge];
    const all = verifying(bench, bundles, { count: many, judge, jobs: 2 });
    const times = all.perSecond / cosign;
    bench.judge(
      times >= goal && all.mebibytes < MEBIBYTES,
      `${many} bundles, ${judge === 'own' ? 'our own judge' : 'both judges'}: ${all.perSecond.toFixed(0)} a second, ${times.toFixed(2)} times cosign, ${all.mebibytes.toFixed(0)} MiB (${load()}); goal ${goal} and ${MEBIBYTES} MiB`,
    );
    if (judge === 'both') compareWithFew(bench, bundles, { few, all });
  }
}

function compareWithFew(
  bench: Bench,
  bundles: SignedBundles,
  { few, all }: { readonly few: number; readonly all: Run },
): void {
  const some = verifying(bench, bundles, { count: few, judge: 'both', jobs: 2 });
  bench.judge(
    Math.abs(all.mebibytes - some.mebibytes) <= GROWTH * some.mebibytes,
    `memory for ${few} bundles ${some.mebibytes.toFixed(0)} MiB, for all of them ${all.mebibytes.toFixed(0)} MiB; goal equal within ${100 * GROWTH} %`,
  );
  const alone = verifying(bench, bundles, { count: few, judge: 'both', jobs: 1 });
  said(`--jobs 1, ${few} bundles`, alone.perSecond);
  said(`--jobs 2, ${few} bundles`, some.perSecond);
}

/** What has no goal of its own. */
function said(what: string, perSecond: number): void {
  console.log(`       ${what}: ${perSecond.toFixed(0)} a second (${load()})`);
}

/** Whatever else the machine does slows down all. */
function load(): string {
  return `load ${(loadavg()[0] ?? 0).toFixed(1)}`;
}

interface Choice {
  readonly count: number;
  readonly judge: 'both' | 'own';
  readonly jobs: number;
}

/** Each must be verified, and have its report. */
function verifying(
  { run, ours, scratch }: Bench,
  { folder, root, identity, issuer }: SignedBundles,
  { count, judge, jobs }: Choice,
): Run {
  const [list, reports] = [join(scratch, 'bundles.txt'), join(scratch, 'reports.jsonl')];
  const names = Array.from({ length: count }, (_, index) => join(folder, archiveName(index)));
  writeFileSync(list, `${names.join('\n')}\n`);
  const { milliseconds, mebibytes } = run(
    ours(
      [
        ...['verify-evidence', '--from', list, '--trusted-root', root],
        ...['--certificate-identity', identity, '--certificate-oidc-issuer', issuer],
        ...['--judge', judge, '--jobs', String(jobs), '--format', `jsonl=${reports}`],
      ],
      true,
    ),
  );
  const made = readFileSync(reports, 'utf8').split('\n').length - 1;
  if (made !== count) throw new Error(`${made} reports of ${count} bundles`);
  return { perSecond: (1000 * count) / milliseconds, mebibytes };
}

/** @returns how many a second */
function cosignLoops(
  { run, scratch }: Bench,
  { attestations, root, identity, issuer, subject }: SignedBundles,
  count: number,
): number {
  const home = join(scratch, 'cosign');
  mkdirSync(home);
  const script = join(home, 'loop.sh');
  const words = [
    ...[goProgram('cosign'), 'verify-blob-attestation', '--bundle', '"$file"'],
    ...['--trusted-root', root, '--certificate-identity', identity],
    ...['--certificate-oidc-issuer', issuer, '--type', PREDICATE_TYPE_V3],
    ...['--digest', subject, '--digestAlg', 'sha256'],
  ];
  writeFileSync(
    script,
    `cd ${attestations}; export HOME=${home}
loop() { for file in $(seq -f %05.0f.json "$1" 2 ${count - 1}); do ${words.join(' ')} >/dev/null 2>&1 || exit 1; done; }
loop 0 & one=$!
loop 1 & two=$!
wait $one && wait $two
`,
  );
  return (1000 * count) / run(['sh', script]).milliseconds;
}
