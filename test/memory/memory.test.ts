// No document within the limits ends the program for want of memory, or takes ten times its size. Nothing is measured:
// the program gets a heap of what it needs itself and twelve times the document, and has room or aborts (exit code 134).
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { digestOf } from '../../src/digest.ts';
import {
  MAX_CONFIG_BYTES,
  MAX_JSON_BYTES,
  MAX_RECIPE_BYTES,
  MAX_SIGSTORE_BUNDLE_BYTES,
  MAX_SNAPSHOT_BYTES,
  MAX_STATEMENT_BYTES,
} from '../../src/limits.ts';
import { ATTESTATION, MANIFEST, STATEMENT, edited, fileIn } from '../e2e/evidence.ts';
import { makeEvidence, rebuilt, type Files } from '../e2e/evidence.ts';
import { propertyRuns } from '../property-runs.ts';
import { ROOT, runCli, type Run } from '../run-cli.ts';
import { crowds, manyWithheld, sizeOf, type Documents } from './crowds.ts';
import { JSON_VALUES, YAML, type Filler } from './shapes.ts';

const MEBIBYTE = 1024 * 1024;
/** What the program needs for the demo, also while its coverage is counted, and what it gets at most, in MiB. */
const HEAP = { base: 16, most: 1024 };
const TIMES = 12;
const MINUTES_2 = 120_000;

const evidence = await makeEvidence();
const { files } = evidence;

/** Documents that are given beside the bundle. */
const BESIDE: Documents = {
  'policy.json': '{"schemaVersion":"1.0.0","signers":[{"identity":"a","issuer":"b"}]}',
  'trusted_root.json': readFileSync(evidence.rootPath, 'utf8'),
  'signing_config.json': readFileSync(
    join(ROOT, 'testdata/public-good/signing_config.v0.2.json'),
    'utf8',
  ),
};

type Call = (folder: string) => readonly string[];

const verify: Call = (folder) => [
  ...['verify-evidence', folder, '--allow-unsigned'],
  ...['--policy', `${folder}.policy.json`, '--trusted-root', `${folder}.trusted_root.json`],
];

const validate: Call = (folder) => [
  ...['validate', '--recipe', join(folder, 'recipe.yaml')],
  ...['--snapshot', join(folder, 'snapshot.yaml'), '--results', join(folder, 'ctrf')],
  ...['--emit-evidence', `${folder}.tar.gz`, '--no-sign'],
];

const sign: Call = (folder) => [
  ...validate(folder).slice(0, -1),
  ...['--identity-token', 'a.b.c', '--signing-config', `${folder}.signing_config.json`],
];

interface Kind {
  readonly path: string;
  /** How large it may be. */
  readonly bytes: number;
  /** The calls that read it. */
  readonly calls: Readonly<Record<string, Call>>;
}

const KINDS: Readonly<Record<string, Kind>> = {
  recipe: { path: 'recipe.yaml', bytes: MAX_RECIPE_BYTES, calls: { verify, validate } },
  snapshot: { path: 'snapshot.yaml', bytes: MAX_SNAPSHOT_BYTES, calls: { verify, validate } },
  report: { path: 'ctrf/deployment.json', bytes: MAX_JSON_BYTES, calls: { verify, validate } },
  'bill of materials': { path: 'bom.cdx.json', bytes: MAX_JSON_BYTES, calls: { verify } },
  manifest: { path: MANIFEST, bytes: MAX_JSON_BYTES, calls: { verify } },
  statement: { path: STATEMENT, bytes: MAX_STATEMENT_BYTES, calls: { verify } },
  attestation: { path: ATTESTATION, bytes: MAX_SIGSTORE_BUNDLE_BYTES, calls: { verify } },
  policy: { path: 'policy.json', bytes: MAX_CONFIG_BYTES, calls: { verify } },
  'trusted root': { path: 'trusted_root.json', bytes: MAX_CONFIG_BYTES, calls: { verify } },
  'signing config': { path: 'signing_config.json', bytes: MAX_CONFIG_BYTES, calls: { sign } },
};

/** The document with one field more, which fills it. */
function filled({ path, bytes: most }: Kind, filler: Filler): string {
  const bytes = sizeOf(most);
  const whole = (BESIDE[path] ?? fileIn(files, path).toString()).trimEnd();
  const room = bytes - Buffer.byteLength(whole) - 10;
  return path.endsWith('.yaml')
    ? `${whole}\nx:${filler(room)}`
    : `${whole.slice(0, -1)},"x":${filler(room)}}`;
}

/** The bundle with these documents, and all that depends on them made to fit, but for the signature. */
function bundleOf(documents: Documents): Files {
  const own = Object.entries(documents).filter(([path]) => BESIDE[path] === undefined);
  const given = new Map(own.map(([path, content]) => [path, Buffer.from(content)]));
  if ([...given.keys()].every((path) => path === ATTESTATION)) return new Map([...files, ...given]);
  const fitting = rebuilt(files, { files: Object.fromEntries(given) });
  const manifest = given.get(MANIFEST) ?? fileIn(fitting, MANIFEST);
  const claim = { '/predicate/manifest/digest': digestOf(manifest) };
  const statement = given.get(STATEMENT) ?? edited(fileIn(fitting, STATEMENT), claim);
  return new Map([...fitting, [MANIFEST, manifest], [STATEMENT, statement]]);
}

interface End {
  readonly code: number | null;
  /** The exit code in the report; undefined if there is none. */
  readonly told: number | undefined;
}

/** Runs the program on these documents in as much memory as they may take. */
async function ended(documents: Documents, call: Call): Promise<End> {
  const folder = evidence.unpack(bundleOf(documents));
  for (const [name, content] of Object.entries(BESIDE)) {
    writeFileSync(`${folder}.${name}`, documents[name] ?? content);
  }
  const sizes = Object.values(documents).map((content) => Buffer.byteLength(content));
  const size = sizes.reduce((sum, each) => sum + each, 0);
  const { code, stdout } = await runIn(size, [...call(folder), '--format', 'json']);
  if (stdout === '') return { code, told: undefined };
  const { exitCode } = JSON.parse(stdout) as { readonly exitCode: number };
  return { code, told: exitCode };
}

/** Runs the program in as much memory as so many bytes of documents may take. */
async function runIn(bytes: number, words: readonly string[]): Promise<Run> {
  const heap = Math.floor(Math.min(HEAP.base + (TIMES * bytes) / MEBIBYTE, HEAP.most));
  return await runCli(words, { env: { NODE_OPTIONS: `--max-old-space-size=${heap}` } });
}

/** A verdict or a refusal: an abort is 134, and a bug 70. */
const ENDS = [0, 1, 2, 3, 4];

interface Case {
  readonly name: string;
  readonly documents: () => Documents;
  readonly call: Call;
}

/** Documents in JSON have one reader, and so have those in YAML: one of each is tried with every shape. */
const WITH_ALL = new Set(['recipe', 'report']);

function casesOf([name, kind]: readonly [string, Kind], nth: number): readonly Case[] {
  const shapes = Object.entries(kind.path.endsWith('.yaml') ? YAML : JSON_VALUES);
  return Object.entries(kind.calls).flatMap(([verb, call], later) =>
    shapes
      .slice(0, propertyRuns(1, shapes.length))
      // Others take turns, so that all of them together have met every shape.
      .filter(
        (_, index) => (WITH_ALL.has(name) && later === 0) || index % 8 === (nth + 4 * later) % 8,
      )
      .map(([shape, filler]) => ({
        name: `${verb}: a ${name} full of ${shape}`,
        documents: () => ({ [kind.path]: filled(kind, filler) }),
        call,
      })),
  );
}

/** One is read by one command, the next by the other; the largest by both. */
const CROWDS = Object.entries(crowds(fileIn(files, 'bom.cdx.json').toString())).map(
  ([name, documents], index) => ({
    name,
    documents,
    calls:
      name === 'everything at once' ? [verify, validate] : [index % 2 === 0 ? verify : validate],
  }),
);

describe('a document at its limit takes at most twelve times its size in a heap of at most 1024 MiB', () => {
  it.each(Object.entries(KINDS).flatMap(casesOf))(
    '$name',
    async ({ documents, call }) => {
      const { code, told } = await ended(documents(), call);
      expect(ENDS).toContain(told);
      expect(code).toBe(told);
    },
    MINUTES_2,
  );

  it.each(CROWDS.slice(0, propertyRuns(1, CROWDS.length)))(
    'verify or validate: $name',
    async ({ documents, calls }) => {
      const all = documents();
      const ends: End[] = [];
      for (const call of calls) ends.push(await ended(all, call));
      expect(ENDS).toEqual(expect.arrayContaining(ends.map(({ told }) => told)));
      expect(ends.map(({ code }) => code)).toEqual(ends.map(({ told }) => told));
    },
    MINUTES_2,
  );

  it(
    'validate --openings, evidence reveal and verify-evidence --revealed: as many values as are committed to',
    async () => {
      const documents = manyWithheld(fileIn(files, 'snapshot.yaml').toString());
      const folder = evidence.unpack(bundleOf(documents));
      const [bundle, openings, revealed] = ['tar.gz', 'openings', 'revealed'].map(
        (name) => `${folder}.${name}`,
      ) as [string, string, string];
      const read = Buffer.byteLength(documents['snapshot.yaml'] ?? '');
      const runs = [await runIn(read, [...validate(folder), '--openings', openings])];
      const words = ['--openings', openings, '--select', 'snapshot.yaml', '--output', revealed];
      const reveal = ['evidence', 'reveal', bundle, ...words];
      runs.push(await runIn(statSync(openings).size, reveal));
      const judge = ['verify-evidence', bundle, '--allow-unsigned', '--revealed', revealed];
      runs.push(await runIn(statSync(revealed).size, judge));
      expect(runs.map(({ code, stderr }) => [code, stderr.includes('error')])).toEqual(
        runs.map(() => [0, false]),
      );
    },
    MINUTES_2,
  );
});
