// testdata/vectors, which docs/format.md §14 describes. UPDATE_VECTORS=1 makes all of them again, under new
// roots; what is expected of them stands in vectors.json, written by hand.
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { ERROR_CATALOGUE } from '../../../src/errors/catalogue.ts';
import { scratch } from '../../io/scratch.ts';
import { ROOT } from '../../run-cli.ts';
import { runProgram } from '../../run-here.ts';
import type { RootJson } from '../../trust/forge.ts';
import { AICR } from './aicr.ts';
import { CLOSED, CLOSED_ROOTS } from './closed.ts';
import { HONEST } from './honest.ts';
import { Kit, VECTORS, type Make } from './kit.ts';
import { MORE } from './more.ts';
import { ORIGINALS } from './originals.ts';
import { REDACTIONS } from './redacted.ts';
import { RUN } from './run.ts';
import { ROOTS, SIGSTORE } from './sigstore.ts';
import { TAMPERED } from './tampered.ts';
import { AUTHORITIES, TIMESTAMPS } from './timestamps.ts';

type Json = null | boolean | number | string | readonly Json[] | JsonMap;
interface JsonMap {
  readonly [key: string]: Json;
}

interface Vector {
  readonly name: string;
  readonly file: string;
  readonly about: string;
  readonly trustedRoot?: string;
  readonly policy?: string | null;
  readonly allowUnsigned?: boolean;
  readonly acceptClaimed?: boolean;
  readonly recipe?: string;
  readonly exit: number;
  readonly code: string | null;
  /** Of the first fault; absent where it is not compared. */
  readonly at?: string;
  /** A merge patch (RFC 7396) to the values of the good bundle; absent where they are not compared. */
  readonly recomputed?: JsonMap;
}

const { recomputed, vectors } = JSON.parse(readFileSync(join(VECTORS, 'vectors.json'), 'utf8')) as {
  readonly recomputed: JsonMap;
  readonly vectors: readonly Vector[];
};

const MAKES: Readonly<Record<string, Make>> = {
  ...HONEST,
  ...TAMPERED,
  ...SIGSTORE,
  ...TIMESTAMPS,
  ...MORE,
  ...CLOSED,
  ...RUN,
  ...AICR,
  ...REDACTIONS,
  ...ORIGINALS,
};
const ARCHIVE = '.tar.gz';

/** The codes of docs/format.md §9, whose first fault is in one part of the attestation. */
const OF_THE_SIGNATURE = /^(?:CERTIFICATE|SIGNATURE|LOG_ENTRY|TIMESTAMP)_INVALID$/;

/** The trusted roots by their paths. */
function rootsOf(kit: Kit): Readonly<Record<string, RootJson>> {
  const changed = Object.entries({ ...ROOTS, ...AUTHORITIES, ...CLOSED_ROOTS }).map(
    ([name, make]) => [`roots/${name}.json`, make(kit)],
  );
  return {
    'trusted_root.json': kit.forge.root,
    'other_root.json': kit.stranger.root,
    ...(Object.fromEntries(changed) as Readonly<Record<string, RootJson>>),
  };
}

function archives(): readonly string[] {
  return readdirSync(VECTORS).filter((name) => name.endsWith(ARCHIVE));
}

if (process.env['UPDATE_VECTORS'] === '1') {
  for (const name of archives()) rmSync(join(VECTORS, name));
  const kit = new Kit();
  mkdirSync(join(VECTORS, 'roots'), { recursive: true });
  for (const [name, root] of Object.entries(rootsOf(kit))) {
    writeFileSync(join(VECTORS, name), `${JSON.stringify(root)}\n`);
  }
  for (const [name, make] of Object.entries(MAKES)) {
    writeFileSync(join(VECTORS, `${name}${ARCHIVE}`), await make(kit));
  }
}

/** What the program says of an archive. */
async function verdictOn(vector: Vector, path: string, root: string): Promise<JsonMap> {
  const { policy = 'policy.json', allowUnsigned = false, acceptClaimed = false, recipe } = vector;
  const run = await runProgram([
    ...['verify-evidence', path, '--format', 'json', '--trusted-root', root],
    ...(policy === null ? [] : ['--policy', join(VECTORS, policy)]),
    ...(allowUnsigned ? ['--allow-unsigned'] : []),
    ...(acceptClaimed ? ['--accept-claimed'] : []),
    ...(recipe === undefined ? [] : ['--recipe', join(VECTORS, recipe)]),
  ]);
  const report = JSON.parse(run.stdout) as JsonMap;
  expect(run.code).toBe(report['exitCode']);
  return report;
}

interface Check {
  readonly outcome: string;
  readonly faults: readonly FirstFault[];
}

interface FirstFault {
  readonly code: string;
  readonly at?: string | null;
}

/** Of the checks in their order, but for those that are given up; or what kept the command from judging. */
function firstFault({ error, checks, weakened }: JsonMap): FirstFault | undefined {
  if (error !== undefined) return error as unknown as FirstFault;
  const isWaived = (weakened as readonly string[]).length > 0;
  return (checks as unknown as readonly Check[])
    .filter(({ outcome }) => !isWaived || outcome !== 'skipped')
    .flatMap(({ faults }) => faults)[0];
}

/** The recomputed values of a report as the vectors have them. */
function recomputedIn(report: JsonMap): Json {
  const { recipe, fingerprint, match, constraints, phases, phaseConstraints } = report;
  const { name, digest } = recipe as JsonMap;
  const rows = constraints as readonly JsonMap[];
  return JSON.parse(
    JSON.stringify({
      recipe: { name, digest },
      fingerprint,
      criteriaMatch: match,
      constraints: rows.map(({ name: of, expected, actual, outcome }) => ({
        ...{ name: of, expected, actual, outcome },
      })),
      figures: (phaseConstraints as readonly JsonMap[]).map(({ figure, ...constraint }) => ({
        ...constraint,
        figure: (figure as { readonly value: number } | null)?.value ?? null,
      })),
      phases: Object.fromEntries(
        (phases as readonly JsonMap[]).map(({ phase, required, state, counts, flaky, missing }) => [
          phase,
          { required, state, ...(counts as JsonMap), flaky, missing },
        ]),
      ),
    }),
  ) as Json;
}

/** RFC 7396 §2. */
function merged(target: Json | undefined, patch: Json): Json {
  if (!isMap(patch)) return patch;
  const result = new Map(isMap(target) ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) result.delete(key);
    else result.set(key, merged(result.get(key), value));
  }
  return Object.fromEntries(result);
}

function isMap(value: Json | undefined): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

describe('the test vectors', () => {
  it.each(vectors)('$name: $about', async (vector) => {
    const { trustedRoot = 'trusted_root.json', exit, code, at, recomputed: patch } = vector;
    const report = await verdictOn(vector, join(VECTORS, vector.file), join(VECTORS, trustedRoot));
    const values = patch && recomputedIn(report);
    const fault = firstFault(report);
    const place = at === undefined ? undefined : fault?.at;
    expect([report['exitCode'], fault?.code ?? null, place, values]).toEqual([
      ...[exit, code, at, patch && merged(recomputed, patch)],
    ]);
  });

  it('are many, small, each made by the script and each described', () => {
    const names = vectors.map(({ name }) => name);
    expect(vectors.length).toBeGreaterThanOrEqual(60);
    expect(new Set(names).size).toBe(names.length);
    expect([...new Set(vectors.map(({ file }) => file))].toSorted()).toEqual(archives());
    const roots = vectors.flatMap(({ trustedRoot }) => trustedRoot ?? []);
    expect(readdirSync(join(VECTORS, 'roots')).map((name) => `roots/${name}`)).toEqual(
      [...new Set(roots.filter((path) => path.startsWith('roots/')))].toSorted(),
    );
    expect(archives()).toEqual(
      Object.keys(MAKES)
        .map((name) => `${name}${ARCHIVE}`)
        .toSorted(),
    );
    const files = readdirSync(VECTORS, { recursive: true, withFileTypes: true });
    const bytes = files
      .filter((file) => file.isFile())
      .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
    expect(bytes).toBeLessThan(3_000_000);
    const { files: published } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      readonly files: readonly string[];
    };
    expect(published.filter((path) => path.startsWith('test'))).toEqual([]);
  });

  it('have what must be told: an exit code, its first fault, and values wherever evidence is whole', () => {
    const lacking = vectors.filter(({ exit, code, at, recomputed: patch }) => {
      const isKnown = code === null ? exit === 0 : exit > 0 && Object.hasOwn(ERROR_CATALOGUE, code);
      const isPlaced = code === null || !OF_THE_SIGNATURE.test(code) || at !== undefined;
      return !isKnown || !isPlaced || (exit < 2 && patch === undefined);
    });
    expect(lacking).toEqual([]);
  });

  it('can be made again, and get the same verdicts: five of them, and all of one layer of the cryptography', async () => {
    const kit = new Kit();
    const folder = scratch({ 'root.json': JSON.stringify(kit.forge.root) });
    const names = [
      ...['good', 'good-rekor-v1', 'phase-test-failed', 'claim-match', 'log-no-entry'],
      ...Object.keys(SIGSTORE),
    ];
    for (const name of names) {
      const [make, vector] = [MAKES[name], vectors.find((other) => other.name === name)];
      if (make === undefined || vector === undefined) throw new Error(name);
      writeFileSync(join(folder, vector.file), await make(kit));
      const report = await verdictOn(vector, join(folder, vector.file), join(folder, 'root.json'));
      const verdict = [name, report['exitCode'], firstFault(report)?.code ?? null];
      expect(verdict).toEqual([name, vector.exit, vector.code]);
    }
  });
});
