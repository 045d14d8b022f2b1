// Evidence of the demo as it is in a registry: signed by a sandbox as an artifact, with a pointer to it.
import { writeTar } from '../../src/archive/encode-archive.ts';
import { memoryFile, sortedByPath, type BundleFile } from '../../src/archive/entry.ts';
import { gzip } from '../../src/archive/gzip.ts';
import { ATTESTATION_FILE, EVIDENCE_LAYOUT } from '../../src/evidence/layout.ts';
import { artifactOf } from '../../src/evidence/pack/artifact-of.ts';
import { packEvidence } from '../../src/evidence/pack/pack-evidence.ts';
import { signAsArtifact } from '../../src/evidence/pack/unsigned-artifact.ts';
import {
  pointerPath,
  renderPointer,
  type Pointer,
  type PointedSigner,
} from '../../src/evidence/pointer/pointer.ts';
import type { OwnRecipes } from '../../src/evidence/resolve/own-recipe.ts';
import { validate } from '../../src/evidence/validate/validate.ts';
import { startSandbox, type Sandbox } from '../../src/io/sandbox/sandbox-server.ts';
import { keylessSigner } from '../../src/io/sigstore/keyless-signer.ts';
import { PREDICATE_TYPE_V3 } from '../../src/media-types.ts';
import type { StoredManifest } from '../../src/pointer/registry.ts';
import { parseSigningConfig } from '../../src/sign/signing-config.ts';
import { isKeySigner } from '../../src/trust/trust.ts';
import { sigstoreTrust } from '../../src/trust/verify/sigstore-trust.ts';
import { DEMO, resultsOf, type Demo } from '../evidence/demo.ts';

export const RECIPE = 'h100-eks-ubuntu-training-kubeflow';
const SIGNED_AT = new Date('2026-06-10T01:30:00Z');
const ATTESTED_AT = Date.parse('2026-06-10T01:20:00Z');

/** What of it a test wants otherwise. */
export interface Wanted {
  readonly email?: string;
  readonly demo?: Partial<Demo>;
  /** Those that the recipe was resolved in: the evidence binds what it names. */
  readonly recipes?: OwnRecipes | undefined;
  /** `HOST/REPOSITORY:TAG` */
  readonly oci?: string;
  /** Of the same second as the last one: of the same inputs the same artifact, which somebody else signs too. */
  readonly again?: boolean;
}

export interface MadeEvidence {
  readonly layer: Buffer;
  readonly manifest: StoredManifest;
  /** A Sigstore bundle. */
  readonly attestation: Buffer;
  /** The bundle with its attestation in it. */
  readonly archive: Buffer;
  readonly pointer: Pointer;
}

export class EvidenceMaker {
  readonly trustedRoot: string;
  readonly #sandbox: Sandbox;
  /** Each is of another second, so that no two are one artifact. */
  #made = 0;

  static async open(): Promise<EvidenceMaker> {
    return new EvidenceMaker(await startSandbox({ now: () => SIGNED_AT }));
  }

  private constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox;
    this.trustedRoot = JSON.stringify(sandbox.trustedRoot);
  }

  async close(): Promise<void> {
    await this.#sandbox.close();
  }

  get issuer(): string {
    return this.#sandbox.issuer;
  }

  async make({
    email = 'one@example.com',
    demo,
    recipes,
    oci,
    again = false,
  }: Wanted = {}): Promise<MadeEvidence> {
    if (!again) this.#made += 1;
    const { recipe, snapshot, results } = { ...DEMO, ...demo };
    const validation = validate({
      recipe: { name: 'recipe.yaml', bytes: Buffer.from(recipe) },
      snapshot: { name: 'snapshot.yaml', bytes: Buffer.from(snapshot) },
      results: results && resultsOf(results),
      recipes,
      now: new Date(ATTESTED_AT + 1000 * this.#made),
    });
    const packed = await packEvidence({ validation, logs: [], redact: 'none' });
    const layer = await archiveOf(packed.files);
    const manifest = await artifactOf(onePiece(layer), packed.statement);
    const name = oci ?? `ghcr.io/example/evidence:${RECIPE}`;
    const signing = { signer: this.#signer(email), trust: this.#trust() };
    const sealed = await signAsArtifact(packed, { name, artifact: manifest.digest }, signing);
    const { signer, logEntries } = sealed.proof;
    if (isKeySigner(signer)) throw new TypeError('a sandbox signs with certificates');
    const attestation = Buffer.from(sealed.sigstoreBundle);
    const pointed: PointedSigner = {
      identity: signer.subject,
      issuer: signer.issuer,
      rekorLogIndex: logEntries[0]?.index,
    };
    return {
      ...{ layer, manifest, attestation },
      archive: await archiveOf([...packed.files, attestationFile(attestation)]),
      pointer: {
        ...{ recipe: RECIPE, profile: undefined, attestedAt: packed.attestedAt },
        ...{ predicateType: PREDICATE_TYPE_V3, signer: pointed },
        artifact: { oci: name, digest: manifest.digest },
      },
    };
  }

  #trust() {
    return sigstoreTrust(Buffer.from(this.trustedRoot), 'trusted_root.json');
  }

  #signer(email: string) {
    const name = 'signing_config.json';
    const config = Buffer.from(JSON.stringify(this.#sandbox.signingConfigs[name]));
    const signingConfig = parseSigningConfig(config, name);
    const token = this.#sandbox.token({ email });
    return keylessSigner({ signingConfig, token, now: SIGNED_AT, trust: this.#trust() });
  }
}

/** Path → text, as it is committed. */
export function pointerFile(
  { pointer }: Pick<MadeEvidence, 'pointer'>,
  change: Partial<Pointer> = {},
): Readonly<Record<string, string>> {
  const changed = { ...pointer, ...change };
  return { [`recipes/evidence/${pointerPath(changed)}`]: renderPointer(changed) };
}

function attestationFile(bytes: Buffer): BundleFile {
  const file = memoryFile(ATTESTATION_FILE, bytes);
  return file;
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
