import { rmSync } from 'node:fs';

import { hexOf, type Digest } from '../../digest.ts';
import { EvidenceError, orIfRefused } from '../../errors/evidence-error.ts';
import { ATTESTATION } from '../../evidence/layout.ts';
import { signedStatement } from '../../evidence/pack/artifact-of.ts';
import { refuseKey } from '../../evidence/pack/make-pointer.ts';
import type { PackedEvidence } from '../../evidence/pack/packed-evidence.ts';
import { signAsArtifact } from '../../evidence/pack/unsigned-artifact.ts';
import type { Output } from '../../io/disk/files.ts';
import { readPrivate } from '../../io/disk/private-file.ts';
import { requireEnded, requireSignable } from '../../io/process/clock.ts';
import { unlessAborted } from '../../io/process/interrupt.ts';
import { sandboxFolder } from '../../io/sandbox/sandbox-files.ts';
import { writeWithRoot } from '../../io/sandbox/write-with-root.ts';
import { openTrustCache, readTrust } from '../../io/sigstore/read-trust.ts';
import { servicePaths } from '../../io/sigstore/service-paths.ts';
import { openSigning } from '../../io/sigstore/signing-session.ts';
import { MAX_SIGSTORE_BUNDLE_BYTES } from '../../limits.ts';
import { escapeInvisible } from '../../quote.ts';
import type { Call } from '../call/command.ts';
import { trustCacheOf } from '../call/trust-flags.ts';
import { signingChoice } from './signing-choice.ts';

/** Where a new signature lies until it is attached. */
export function attestationPath(bundle: string): string {
  return `${bundle.replace(/(?<=.)\/+$/, '')}.attestation.json`;
}

/** What is signed: the artifact, by the name of its first place. */
export interface ArtifactToSign {
  readonly path: string;
  readonly name: string;
  readonly artifact: Digest;
  readonly packed: PackedEvidence;
  /** A pointer will name the signer. */
  readonly isPointed: boolean;
}

/**
 * The signature that an earlier run left for this artifact; undefined if there is none.
 *
 * @throws EvidenceError OUTPUT_EXISTS if it is that of another artifact
 */
function leftAttestation({ path, artifact, packed }: ArtifactToSign): Uint8Array | undefined {
  const bytes = readPrivate(path, MAX_SIGSTORE_BUNDLE_BYTES, (file, found) =>
    refuseLeft(file, found, artifact),
  );
  if (bytes === undefined) return undefined;
  const file = escapeInvisible(path);
  const { artifact: subject } = orIfRefused(
    () => signedStatement(bytes, file, packed.statement),
    ({ at, found }) => refuseLeft(file, `${at ?? file}: ${found}`, artifact),
  );
  if (subject?.digest === hexOf(artifact)) return bytes;
  const signed = subject === undefined ? 'no artifact' : `sha256:${subject.digest}`;
  return refuseLeft(file, `a signature for ${signed}`, artifact);
}

function refuseLeft(at: string, found: string, artifact: Digest): never {
  throw new EvidenceError('OUTPUT_EXISTS', {
    at,
    found,
    expected: `nothing, or the signature for ${artifact}`,
    hint: 'if it is not needed any more, remove it and run the same command again',
  });
}

/** The signature that an earlier run left, or a new one. */
export async function attestationFor(signing: ArtifactToSign, call: Call): Promise<Uint8Array> {
  const left = leftAttestation(signing);
  if (left === undefined) return await signArtifact(signing, call);
  const file = escapeInvisible(signing.path);
  process.stderr.write(`affidavit: going on with the signature in ${file}\n`);
  return left;
}

/** Signs, and writes the signature beside the bundle before anything is sent. */
async function signArtifact(
  { path, name, artifact, packed, isPointed }: ArtifactToSign,
  call: Call,
): Promise<Uint8Array> {
  requireEnded(packed.facts.lastStop);
  const session = await openSigning({ ...signingChoice(call, path, isPointed), isPacked: true });
  try {
    requireSignable(packed.attestedAt);
    await call.beforeWriting();
    const signing = signAsArtifact(packed, { name, artifact }, session.signing);
    const sealed = await call.progress('signing', unlessAborted(signing, call.signal));
    const { sigstoreBundle } = sealed;
    const outputs = (): readonly Output[] => [{ path, chunks: [sigstoreBundle], isPrivate: true }];
    const { signal } = call;
    const options = { force: false, signal, onNamed: () => undefined };
    await writeWithRoot({ files: outputs, stageRoot: session.stageRoot }, options);
    session.forget(true);
    return sigstoreBundle;
  } catch (error) {
    if (error instanceof EvidenceError && error.code === 'SELF_CHECK_FAILED') session.forget(false);
    throw error;
  } finally {
    await session.close?.();
  }
}

/** It is attached everywhere. */
export function forgetAttestation(path: string): void {
  rmSync(path, { force: true });
}

/** Who signed, for the pointer. Throws what a verifier refuses; POINTER_UNFIT for a key. */
export async function proofOf(
  attestation: Uint8Array,
  path: string,
  call: Call,
): Promise<PackedEvidence['proof']> {
  const { options, environment } = call;
  const rootPath = options.has('sandbox')
    ? `${sandboxFolder(path)}/trusted_root.json`
    : (options.text('trusted-root') ?? servicePaths(environment).AFFIDAVIT_TRUSTED_ROOT);
  const trust = await readTrust(rootPath, openTrustCache(trustCacheOf(call)), {
    allowMissingSct: options.has('allow-missing-sct'),
  });
  return orIfRefused(
    () => trust.verify(attestation, ATTESTATION),
    (error) => {
      if (error.code === 'PUBLIC_KEY_UNKNOWN') refuseKey();
      throw error;
    },
  );
}
