// What the test vectors are made with: a Sigstore without a network, and small inputs.
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

import { memoryFile } from '../../../src/archive/entry.ts';
import { locateInBundle } from '../../../src/evidence/layout.ts';
import { packEvidence } from '../../../src/evidence/pack/pack-evidence.ts';
import type { RedactionMode } from '../../../src/evidence/pack/redact-evidence.ts';
import { parseResults, type ResultsInput } from '../../../src/evidence/phase/ctrf.ts';
import { readRecipe } from '../../../src/evidence/recipe/recipe.ts';
import { mapOriginal } from '../../../src/evidence/results/original.ts';
import { judge } from '../../../src/evidence/validate/judge.ts';
import { validate, type Validation } from '../../../src/evidence/validate/validate.ts';
import { sigstoreTrust } from '../../../src/trust/verify/sigstore-trust.ts';
import { bundlePath, contentsOf } from '../../evidence/demo.ts';
import { ROOT } from '../../run-cli.ts';
import { Forge, edited as changed, type BundleJson, type Signing } from '../../trust/forge.ts';
import {
  ATTESTATION,
  STATEMENT,
  archiveOf,
  fileIn,
  rebuilt,
  withFile,
  type Edits,
  type Files,
} from '../evidence.ts';

export const VECTORS = join(ROOT, 'testdata/vectors');

function input(name: string): string {
  return readFileSync(join(VECTORS, 'inputs', name), 'utf8');
}

/** What evidence is made of, as text. */
export interface Inputs {
  readonly recipe: string;
  readonly snapshot: string;
  /** By phase. */
  readonly results: Readonly<Record<string, string>>;
  readonly attestedAt: Date;
  /** By default nothing: most vectors are about what a whole bundle shows. */
  readonly redact?: RedactionMode;
  /** From which commitments to what is withheld are made. */
  readonly secret?: Uint8Array;
}

const SIGNER_KEY = createPrivateKey(input('signer.key'));

/** The key of key_policy.json, which signs without a certificate, and here with one too. */
export const SIGNER = { privateKey: SIGNER_KEY, publicKey: createPublicKey(SIGNER_KEY) };

/** When everything was attested; it is signed half an hour later. */
const ATTESTED_AT = new Date('2026-06-01T11:30:00Z');

export const INPUTS: Inputs = {
  recipe: input('recipe.yaml'),
  snapshot: input('snapshot.yaml'),
  results: { deployment: input('deployment.json'), performance: input('performance.json') },
  attestedAt: ATTESTED_AT,
};

/** The text with parts replaced, each of which it must have exactly once. */
export function edit(text: string, ...changes: readonly (readonly [string, string])[]): string {
  return changes.reduce((before, [from, to]) => {
    if (before.split(from).length !== 2) throw new Error(`not once: ${from}`);
    return before.replace(from, () => to);
  }, text);
}

/** A CTRF report of tests, each `name status` and, as JSON, further fields. */
export function report(
  phase: string,
  ...tests: readonly (readonly [string, string, object?])[]
): string {
  const count = (status: string): number => tests.filter(([, other]) => other === status).length;
  const statuses = ['passed', 'failed', 'skipped', 'pending', 'other'];
  const summary = {
    tests: tests.length,
    ...Object.fromEntries(statuses.map((s) => [s, count(s)])),
  };
  const results = {
    tool: { name: 'aicr', version: 'v1.0.0' },
    summary: { ...summary, start: 1780311960000, stop: 1780312560000 },
    tests: tests.map(([name, status, more]) => ({ name, status, suite: [phase], ...more })),
  };
  return `${JSON.stringify({ reportFormat: 'CTRF', specVersion: '0.0.1', results }, null, 2)}\n`;
}

export class Kit {
  readonly forge = new Forge();
  /** Another Sigstore, whose root nobody trusts here. */
  readonly stranger = new Forge();

  /** What an honest signer packs of these inputs. */
  async honest(change: Partial<Inputs> = {}, signing: Signing = {}): Promise<Files> {
    const inputs = { ...INPUTS, ...change };
    const { redact = 'none', secret } = inputs;
    const validated = validate({
      recipe: { name: 'recipe.yaml', bytes: Buffer.from(INPUTS.recipe) },
      snapshot: { name: 'snapshot.yaml', bytes: Buffer.from(inputs.snapshot) },
      results: parseResults(await Promise.all(Object.entries(inputs.results).map(resultsInput))),
      now: inputs.attestedAt,
    });
    const validation = asWritten(validated, inputs);
    const log = memoryFile(bundlePath('logs/performance/nccl.log'), Buffer.from('488.37 GB/s\n'));
    const root = Buffer.from(JSON.stringify(this.forge.root));
    const evidence = await packEvidence(
      { validation, logs: [log], allowRetiredApi: true, redact, secret },
      {
        trust: sigstoreTrust(root, 'trusted_root.json'),
        signer: { sign: async (statement) => await Promise.resolve(this.sign(statement, signing)) },
      },
    );
    return await contentsOf(evidence.files);
  }

  /** What a dishonest signer makes of it: changed, made to fit, and signed again. */
  async liar(edits: Edits, from?: Files): Promise<Files> {
    const files = rebuilt(from ?? (await this.honest()), edits);
    const statement: unknown = JSON.parse(fileIn(files, STATEMENT).toString());
    // On one line: there are many vectors, and each has it twice.
    return this.signed(withFile(files, STATEMENT, JSON.stringify(statement)));
  }

  /** The statement as another text, signed. */
  async restated(change: (text: string) => string): Promise<Files> {
    const files = await this.honest();
    return this.signed(withFile(files, STATEMENT, change(fileIn(files, STATEMENT).toString())));
  }

  signed(files: Files, signing: Signing = {}): Files {
    return withFile(files, ATTESTATION, this.sign(fileIn(files, STATEMENT), signing));
  }

  sign(statement: Uint8Array, signing: Signing = {}): Buffer {
    return encodeBundle(this.bundle(statement, signing));
  }

  /** By Rekor v2 with a timestamp without its certificate, unless the signing says otherwise. */
  bundle(statement: Uint8Array, signing: Signing = {}, forge = this.forge): BundleJson {
    return forge.sign({ rekor: 2, embed: false, payload: Buffer.from(statement), ...signing });
  }

  /** An honest bundle whose attestation is changed afterwards. */
  async attested(change: (bundle: BundleJson) => void, signing: Signing = {}): Promise<Buffer> {
    const files = await this.honest();
    const bundle = changed(this.bundle(fileIn(files, STATEMENT), signing), change);
    return await packed(withFile(files, ATTESTATION, encodeBundle(bundle)));
  }
}

/** A CTRF report, or results in another form. */
async function resultsInput([phase, text]: readonly [string, string]): Promise<ResultsInput> {
  const original = Buffer.from(text);
  const bytes = await mapOriginal(original, phase);
  return bytes === undefined
    ? { name: `${phase}.json`, bytes: original, folder: undefined }
    : { name: `${phase}.xml`, bytes, original, folder: undefined };
}

/** With the recipe as it is written, also where nobody would pack it so: vectors are about texts. */
function asWritten(validation: Validation, { recipe, attestedAt }: Inputs): Validation {
  const read = readRecipe(Buffer.from(recipe), 'recipe.yaml');
  const { snapshot, inputs } = validation;
  const results = {
    reports: new Map<never, never>(),
    findings: [],
    isWhole: true,
    ...inputs.results,
  };
  const parts = { recipe: read, snapshot, results, bom: undefined };
  const judgement = judge(parts, { now: attestedAt, locate: locateInBundle });
  const { facts, cluster, phases } = judgement;
  if (cluster === undefined || phases === undefined) throw new Error('nothing was judged');
  const written = { recipe: read.recipe, recipeDigest: read.digest, canonical: read.canonical };
  return { ...validation, ...written, facts, cluster, phases: phases.results };
}

export function encodeBundle(bundle: BundleJson): Buffer {
  return Buffer.from(`${JSON.stringify(bundle)}\n`);
}

/** As one tar.gz, as small as it gets: there are many. */
export async function packed(files: Files): Promise<Buffer> {
  return gzipSync(gunzipSync(await archiveOf(files)), { level: 9 });
}

/** Without its attestation, a third of the size: where the signature decides nothing. */
export async function packedUnsigned(files: Files): Promise<Buffer> {
  return await packed(withFile(files, ATTESTATION));
}

/** How one vector is made: the bytes of its archive. */
export type Make = (kit: Kit) => Promise<Buffer>;
