import { join } from 'node:path';

import { EvidenceError, withHint } from '../../errors/evidence-error.ts';
import { ATTESTATION_FILE } from '../../evidence/layout.ts';
import { localPointer, publishedPointer } from '../../evidence/pack/make-pointer.ts';
import type { PackedEvidence } from '../../evidence/pack/packed-evidence.ts';
import { pointerPath, renderPointer, type Pointer } from '../../evidence/pointer/pointer.ts';
import { writeWhole } from '../../io/disk/files.ts';
import { say } from '../../io/disk/talk.ts';
import { attestationManifest } from '../../pointer/attestation-manifest.ts';
import type { StoredManifest } from '../../pointer/registry.ts';
import { escapeInvisible } from '../../quote.ts';
import type { Call } from '../call/command.ts';
import { judgeForPointer, type ArtifactToSign } from './sign-artifact.ts';
import { addToTree, removeFlat } from './write-pointer.ts';

/** What a pointer is to lead to. */
interface Pointed {
  readonly call: Call;
  readonly manifest: StoredManifest;
  readonly signing: ArtifactToSign;
  /** `HOST/REPO` of each; the first is in the name. */
  readonly repositories: readonly string[];
  /** Undefined: it waits for a signature. */
  readonly attestation: Uint8Array | undefined;
  /** What to do about a signer whom no pointer can name. */
  readonly unfit: string;
}

/**
 * Before anything is pushed: who signed may be none that a pointer can name.
 *
 * @throws EvidenceError POINTER_UNFIT, and what a verifier refuses
 */
export async function pointerTo(pointed: Pointed): Promise<Pointer> {
  const { call, manifest, signing, attestation } = pointed;
  const [first, ...others] = pointed.repositories;
  const copies = {
    attestation: attestation && attestationManifest(manifest, attestation, ATTESTATION_FILE).digest,
    locations: [...new Set(others)].filter((name) => name !== first),
  };
  const artifact = { oci: signing.name, digest: manifest.digest };
  try {
    const proof = attestation && (await judgeForPointer(attestation, signing.path, call)).proof;
    return publishedPointer({ ...signing.packed, proof }, artifact, copies);
  } catch (error) {
    if (!(error instanceof EvidenceError) || error.code !== 'POINTER_UNFIT') throw error;
    throw withHint(error, pointed.unfit);
  }
}

/** Where it would be; of a signed one only the directory is known before. */
export function pointerPlace(
  { options }: Call,
  packed: PackedEvidence,
  isSigned: boolean,
): string | undefined {
  const folder = options.text('evidence-dir');
  const file = options.text('pointer');
  if (folder === undefined) return file === undefined ? undefined : escapeInvisible(file);
  const { recipe, ...pointer } = localPointer(packed);
  const flat = pointerPath({ ...pointer, recipe, signer: undefined });
  return escapeInvisible(isSigned ? `below ${join(folder, recipe)}` : join(folder, flat));
}

/** To the place that a flag names. */
export async function writePointer(call: Call, pointer: Pointer): Promise<void> {
  const folder = call.options.text('evidence-dir');
  if (folder !== undefined) {
    await addToTree(call, pointer, folder);
    await removeFlat(pointer, folder);
    return;
  }
  const path = call.options.required('pointer');
  const writing = { force: call.options.has('force'), signal: call.signal };
  await writeWhole(path, [Buffer.from(renderPointer(pointer))], writing);
  say(`pointer: ${escapeInvisible(path)}\n`);
}
