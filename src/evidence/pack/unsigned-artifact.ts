// Evidence that was pushed and that nobody signed yet: fetched, verified and signed as the artifact that it is.

import { seal, type Sealed, type Signing } from '../../attestation/seal.ts';
import type { Digest } from '../../digest.ts';
import { requireStored } from '../../pointer/find-attestations.ts';
import type { Repository, StoredManifest } from '../../pointer/registry.ts';
import { ATTESTATION, STATEMENT_FILE } from '../layout.ts';
import { readLayer, type ReadLayer } from '../verify/read-layer.ts';
import { artifactStatement } from './artifact-of.ts';
import type { PackedEvidence } from './packed-evidence.ts';
import { readUnsigned, type UnsignedEvidence } from './read-unsigned.ts';
import { requireSignedAfter } from './sign-evidence.ts';

export interface UnsignedArtifact extends UnsignedEvidence {
  readonly artifact: StoredManifest;
}

type Rules = Omit<Parameters<typeof readUnsigned>[2], 'mapped'>;

/**
 * Fetches evidence by its digest, and verifies it before it is signed, as a verifier will. What is attached to it is not
 * asked for.
 *
 * @param rules as in `VerifyEvidenceOptions`
 * @throws EvidenceError REGISTRY_LACKS, EVIDENCE_SIGNED (unjudged); what the repository throws, and what a verifier
 *   refuses (invalid)
 */
export async function readUnsignedArtifact(
  repository: Repository,
  digest: Digest,
  rules: Rules = {},
): Promise<UnsignedArtifact> {
  const artifact = await requireStored(repository, digest);
  return { artifact, ...unsignedIn(await readLayer(repository, artifact), rules) };
}

/** The same of a layer that was read. Throws what `readUnsigned` throws. */
export function unsignedIn(layer: ReadLayer, rules: Rules): UnsignedEvidence {
  if ('refused' in layer) throw layer.refused;
  return readUnsigned(layer.files, neverOpened, { ...rules, mapped: layer.originals });
}

/** What is signed as an artifact stays packed. */
function neverOpened(path: string): never {
  throw new TypeError(`${path} is packed already`);
}

/**
 * Signs evidence as the artifact that holds it. What is signed is the statement of the evidence with another subject.
 *
 * @param name of the artifact, e.g. `ghcr.io/you/aicr-evidence:tag`
 * @returns the Sigstore bundle to attach, and who signed
 * @throws EvidenceError SELF_CHECK_FAILED (unjudged) if what was signed does not verify; what the signer throws
 */
export async function signAsArtifact(
  packed: PackedEvidence,
  { name, artifact }: { readonly name: string; readonly artifact: Digest },
  signing: Signing,
): Promise<Sealed> {
  const statement = artifactStatement(packed.statement, name, artifact);
  const names = { statement: STATEMENT_FILE, attestation: ATTESTATION };
  const sealed = await seal(statement, signing, names);
  requireSignedAfter(packed, sealed.proof);
  return sealed;
}
