// Signed bundles that differ in snapshot, manifest, statement, key, certificate and signature: 10,000 of them in a minute.
// They are kept in `.bench`, by what they are made of.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { writeTar } from '../src/archive/encode-archive.ts';
import { memoryFile, type BundleFile } from '../src/archive/entry.ts';
import { gzip } from '../src/archive/gzip.ts';
import { digestOf, hexOf, type Digest } from '../src/digest.ts';
import {
  ATTESTATION_FILE,
  EVIDENCE_LAYOUT,
  MANIFEST_FILE,
  SNAPSHOT_FILE,
  STATEMENT_FILE,
} from '../src/evidence/layout.ts';
import { packEvidence } from '../src/evidence/pack/pack-evidence.ts';
import { parseResults } from '../src/evidence/phase/ctrf.ts';
import { PHASES } from '../src/evidence/phase/phase.ts';
import { validate } from '../src/evidence/validate/validate.ts';
import { encodeManifest } from '../src/manifest/manifest.ts';
import { Forge, IDENTITY, ISSUER, encode } from '../test/trust/forge.ts';

const CACHE = fileURLToPath(new URL('../.bench', import.meta.url));
const DEMO = fileURLToPath(new URL('../testdata/demo/', import.meta.url));
const MADE_AT = new Date('2026-06-10T01:20:00Z');
const SIGNED_AT = new Date('2026-06-10T01:30:00Z');
/** Of the snapshot: nothing is made of it, so that each bundle may have another. */
const KERNEL = 'kernel-version: 6.8.0-1029-aws';
const EVERY = 1000;
const ATTESTATIONS = 1000;

export interface SignedBundles {
  /** Holds the archive of each. */
  readonly folder: string;
  /** Holds the attestation of each of the first thousand, for programs that read nothing else. */
  readonly attestations: string;
  /** The digest of what they are about, in hexadecimal digits. */
  readonly subject: string;
  readonly root: string;
  readonly identity: string;
  readonly issuer: string;
}

/** The name of the file of one bundle; sorted, they are in the order of their numbers. */
export function archiveName(index: number): string {
  return `${String(index).padStart(5, '0')}.tar.gz`;
}

export async function signedBundles(count: number): Promise<SignedBundles> {
  const { files, recipeDigest } = await packedDemo();
  const all = digestOf(files.map(({ path, digest }) => `${path} ${digest}\n`).join(''));
  const place = join(CACHE, `${count}-${all.slice(-12)}`);
  if (!existsSync(place)) await make(files, count, place);
  return {
    folder: join(place, 'bundles'),
    attestations: join(place, 'attestations'),
    root: join(place, 'trusted_root.json'),
    subject: hexOf(recipeDigest),
    identity: IDENTITY,
    issuer: ISSUER,
  };
}

async function packedDemo(): Promise<{
  readonly files: readonly BundleFile[];
  readonly recipeDigest: Digest;
}> {
  const results = PHASES.map((phase) => ({
    ...demoFile(`results/${phase}.json`),
    name: `${phase}.json`,
    folder: undefined,
  }));
  const validation = validate({
    recipe: demoFile('recipe.yaml'),
    snapshot: demoFile('snapshot.yaml'),
    results: parseResults(results),
    now: MADE_AT,
  });
  const { files } = await packEvidence({ validation });
  return { files, recipeDigest: validation.recipeDigest };
}

function demoFile(name: string): { name: string; bytes: Buffer } {
  return { name, bytes: readFileSync(join(DEMO, name)) };
}

/** Under another name until all are there. */
async function make(files: readonly BundleFile[], count: number, place: string): Promise<void> {
  console.log(`making ${count} signed bundles, which are kept in .bench`);
  const unfinished = `${place}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  for (const name of ['bundles', 'attestations']) {
    mkdirSync(join(unfinished, name), { recursive: true });
  }
  const contents = new Map<string, string>();
  for (const file of files) contents.set(file.path, String(await bytesOf(file.open())));
  const forge = new Forge();
  writeFileSync(join(unfinished, 'trusted_root.json'), encode(forge.root));
  for (let index = 0; index < count; index += 1) {
    if (index % EVERY === EVERY - 1) console.log(`  ${index + 1}`);
    const all = sealed(files, contents, { index, forge });
    const archive = gzip(writeTar(all, { mtime: 0, layout: EVIDENCE_LAYOUT }));
    writeFileSync(join(unfinished, 'bundles', archiveName(index)), await bytesOf(archive));
    const attestation = all.find(({ path }) => path === ATTESTATION_FILE);
    if (attestation === undefined || index >= ATTESTATIONS) continue;
    const name = archiveName(index).replace('.tar.gz', '.json');
    writeFileSync(join(unfinished, 'attestations', name), await bytesOf(attestation.open()));
  }
  renameSync(unfinished, place);
}

/** As a signer makes one whose nodes have another kernel. */
function sealed(
  files: readonly BundleFile[],
  contents: ReadonlyMap<string, string>,
  { index, forge }: { readonly index: number; readonly forge: Forge },
): readonly BundleFile[] {
  const was = (path: string): string => contents.get(path) ?? '';
  const snapshot = memoryFile(
    SNAPSHOT_FILE,
    Buffer.from(replaced(was(SNAPSHOT_FILE), KERNEL, `kernel-version: 6.8.0-${index}-aws`)),
  );
  const others = files.filter(
    ({ path }) => path !== SNAPSHOT_FILE && path !== MANIFEST_FILE && path !== STATEMENT_FILE,
  );
  const manifest = encodeManifest([...others, snapshot]);
  const payload = Buffer.from(
    replaced(was(STATEMENT_FILE), digestOf(was(MANIFEST_FILE)), digestOf(manifest)),
  );
  const signing = { payload, notBefore: SIGNED_AT, loggedAt: SIGNED_AT };
  return [
    ...others,
    snapshot,
    memoryFile(MANIFEST_FILE, manifest),
    memoryFile(STATEMENT_FILE, payload),
    memoryFile(ATTESTATION_FILE, encode(forge.sign(signing))),
  ];
}

function replaced(text: string, from: string, to: string): string {
  if (text.split(from).length !== 2) throw new Error(`not there once: ${from}`);
  return text.replace(from, () => to);
}

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}
