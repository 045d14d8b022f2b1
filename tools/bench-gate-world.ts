// A repository of 500 recipes with four pieces of signed evidence each, and changes of it: what the gate is timed with.
// It is kept in `.bench`, by what it is made of.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { writeTar } from '../src/archive/encode-archive.ts';
import { memoryFile, sortedByPath, type BundleFile } from '../src/archive/entry.ts';
import { gzip } from '../src/archive/gzip.ts';
import { digestOf } from '../src/digest.ts';
import { ATTESTATION_FILE, EVIDENCE_LAYOUT } from '../src/evidence/layout.ts';
import { artifactOf, artifactStatement } from '../src/evidence/pack/artifact-of.ts';
import { packEvidence } from '../src/evidence/pack/pack-evidence.ts';
import { parseResults } from '../src/evidence/phase/ctrf.ts';
import { PHASES } from '../src/evidence/phase/phase.ts';
import { pointerPath, renderPointer } from '../src/evidence/pointer/pointer.ts';
import { ownRecipes, type OwnRecipes } from '../src/evidence/resolve/own-recipe.ts';
import { recipeText } from '../src/evidence/resolve/recipe-text.ts';
import { resolve } from '../src/evidence/resolve/resolve.ts';
import { validate } from '../src/evidence/validate/validate.ts';
import { PREDICATE_TYPE_V3 } from '../src/media-types.ts';
import { catalogueOf, realTexts, type Texts } from '../test/evidence/resolve/recipes.ts';
import { commit, git, repository } from '../test/io/git/real-git.ts';
import { Forge, IDENTITY, ISSUER, encode } from '../test/trust/forge.ts';

const CACHE = fileURLToPath(new URL('../.bench', import.meta.url));
const DEMO = fileURLToPath(new URL('../testdata/demo/', import.meta.url));
const LEAVES = 500;
const PIECES = 4;
/** So many recipes use the file that one change is of. */
const SHARING = 100;
const SOME = 'components/kubeflow-trainer/values-some.yaml';
const ALL = 'components/gpu-operator/values-eks-training.yaml';
/** Of the snapshot: nothing is made of it, so that each piece may have another. */
const KERNEL = 'kernel-version: 6.8.0-1029-aws';
const MADE_AT = Date.parse('2026-06-10T01:20:00Z');
const SIGNED_AT = new Date('2026-06-10T03:00:00Z');

/** The changes: a branch of each name, which comes from `NAME-base`. */
export const CHANGES = {
  none: { path: 'README.md', affected: 0, pieces: 0 },
  some: { path: `recipes/${SOME}`, affected: SHARING, pieces: SHARING * PIECES },
  all: { path: `recipes/${ALL}`, affected: LEAVES, pieces: LEAVES * PIECES },
} as const;

export interface GateWorld {
  readonly repository: string;
  readonly bundles: string;
  readonly root: string;
  readonly policy: string;
}

export async function gateWorld(): Promise<GateWorld> {
  const texts = recipeTexts();
  const parts = [JSON.stringify(texts), readFileSync(fileURLToPath(import.meta.url), 'utf8')];
  const place = join(CACHE, `gate-${digestOf(parts.join('\n')).slice(-12)}`);
  if (!existsSync(place)) await make(texts, place);
  return {
    repository: join(place, 'repository'),
    bundles: join(place, 'bundles'),
    root: join(place, 'trusted_root.json'),
    policy: join(place, 'policy.json'),
  };
}

/** Those of AICR v0.11.1, and the leaves: each has a platform of its own. */
function recipeTexts(): Texts {
  const texts = realTexts();
  const like = texts['overlays/h100-eks-ubuntu-training-kubeflow.yaml'] ?? '';
  const leaves = Array.from({ length: LEAVES }, (_, index) => {
    const own = like
      .replace('name: h100-eks-ubuntu-training-kubeflow', `name: ${leafName(index)}`)
      .replace('platform: kubeflow', `platform: ${platform(index)}`);
    const text =
      index < SHARING
        ? own.replace('kubeflow-trainer/values.yaml', 'kubeflow-trainer/values-some.yaml')
        : own;
    return [`overlays/${leafName(index)}.yaml`, text] as const;
  });
  return {
    ...texts,
    [SOME]: texts['components/kubeflow-trainer/values.yaml'] ?? '',
    ...Object.fromEntries(leaves),
  };
}

function platform(index: number): string {
  return `p${String(index).padStart(3, '0')}`;
}

function leafName(index: number): string {
  return `h100-eks-ubuntu-training-${platform(index)}`;
}

/** Under another name until all of it is there. */
async function make(texts: Texts, place: string): Promise<void> {
  console.log(
    `making ${LEAVES} recipes with ${LEAVES * PIECES} pointers, which are kept in .bench`,
  );
  const unfinished = `${place}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(join(unfinished, 'bundles'), { recursive: true });
  const forge = new Forge();
  const signers = [{ identity: IDENTITY, issuer: ISSUER }];
  const policy = JSON.stringify({ schemaVersion: '1.2.0', signers, gate: {} });
  writeFileSync(join(unfinished, 'policy.json'), policy);
  writeFileSync(join(unfinished, 'trusted_root.json'), encode(forge.root));
  const pointers = await signedPieces(texts, forge, join(unfinished, 'bundles'));
  const recipes = Object.entries(texts).map(([path, text]) => [`recipes/${path}`, text] as const);
  makeChanges(join(unfinished, 'repository'), { ...Object.fromEntries(recipes), ...pointers });
  renameSync(unfinished, place);
}

/** All heads have the same files: the evidence is of them. Each base has another text in one file. */
function makeChanges(folder: string, files: Texts): void {
  repository(folder);
  commit(folder, { ...files, 'README.md': 'text\n' });
  for (const [name, { path }] of Object.entries(CHANGES)) {
    git(folder, 'checkout', '--quiet', '-B', `${name}-base`, 'main');
    commit(folder, { [path]: `${files[path] ?? ''}\nbefore: true\n` });
    git(folder, 'checkout', '--quiet', '-B', name);
    commit(folder, { [path]: files[path] ?? 'text\n' });
  }
  // As a clone has them.
  git(folder, 'repack', '-adq');
}

/** Writes the bundles, and gives their pointers by path. */
async function signedPieces(texts: Texts, forge: Forge, folder: string): Promise<Texts> {
  const catalogue = catalogueOf(texts);
  const own = ownRecipes(catalogue);
  const pointers: Record<string, string> = {};
  for (let leaf = 0; leaf < LEAVES; leaf += 1) {
    const criteria = catalogue.overlays.get(leafName(leaf))?.criteria;
    if (criteria === undefined) throw new Error(`no overlay: ${leafName(leaf)}`);
    const recipe = recipeText(resolve(catalogue, criteria));
    for (let piece = 0; piece < PIECES; piece += 1) {
      const index = leaf * PIECES + piece;
      const { archive, path, pointer } = await signedPiece({ recipe, own, index, forge, leaf });
      writeFileSync(join(folder, `${String(index).padStart(4, '0')}.tar.gz`), archive);
      pointers[`recipes/evidence/${path}`] = pointer;
    }
  }
  return pointers;
}

interface Piece {
  readonly recipe: string;
  readonly own: OwnRecipes;
  readonly index: number;
  readonly leaf: number;
  readonly forge: Forge;
}

async function signedPiece({ recipe, own, index, leaf, forge }: Piece) {
  const snapshot = demoFile('snapshot.yaml').bytes.toString();
  const validation = validate({
    recipe: { name: 'recipe.yaml', bytes: Buffer.from(recipe) },
    snapshot: {
      name: 'snapshot.yaml',
      bytes: Buffer.from(replaced(snapshot, KERNEL, `kernel-version: 6.8.0-${index}-aws`)),
    },
    results: parseResults(
      PHASES.map((phase) => ({
        ...demoFile(`results/${phase}.json`),
        name: `${phase}.json`,
        folder: undefined,
      })),
    ),
    recipes: own,
    now: new Date(MADE_AT + 1000 * index),
  });
  const packed = await packEvidence({ validation, logs: [], redact: 'none' });
  const layer = await archiveOf(packed.files);
  const { digest } = await artifactOf(onePiece(layer), packed.statement);
  const oci = `ghcr.io/example/evidence:${leafName(leaf)}`;
  const payload = Buffer.from(artifactStatement(packed.statement, oci, digest));
  const signed = forge.sign({ payload, notBefore: SIGNED_AT, loggedAt: SIGNED_AT });
  const pointer = {
    ...{ recipe: leafName(leaf), profile: undefined, attestedAt: packed.attestedAt },
    ...{ predicateType: PREDICATE_TYPE_V3, artifact: { oci, digest } },
    signer: {
      identity: IDENTITY,
      issuer: ISSUER,
      rekorLogIndex: signed.verificationMaterial.tlogEntries[0]?.logIndex,
    },
  };
  return {
    archive: await archiveOf([...packed.files, memoryFile(ATTESTATION_FILE, encode(signed))]),
    path: pointerPath(pointer),
    pointer: renderPointer(pointer),
  };
}

function demoFile(name: string): { name: string; bytes: Buffer } {
  return { name, bytes: readFileSync(join(DEMO, name)) };
}

function replaced(text: string, from: string, to: string): string {
  if (text.split(from).length !== 2) throw new Error(`not there once: ${from}`);
  return text.replace(from, () => to);
}

async function archiveOf(files: readonly BundleFile[]): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  const tar = writeTar(sortedByPath(files), { mtime: 0, layout: EVIDENCE_LAYOUT });
  for await (const chunk of gzip(tar)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* onePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield bytes;
}
