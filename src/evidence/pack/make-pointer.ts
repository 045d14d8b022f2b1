import type { Digest } from '../../digest.ts';
import { EvidenceError, type Finding } from '../../errors/evidence-error.ts';
import { refuse } from '../../place.ts';
import { quote } from '../../quote.ts';
import { isKeySigner, type Proof, type ProvenSigner } from '../../trust/trust.ts';
import { parseEvidenceStatement } from '../dialect/read-statement.ts';
import { ATTESTATION_FILE, RECIPE_FILE, STATEMENT_FILE } from '../layout.ts';
import type { PointedCopies } from '../pointer/pointed-copies.ts';
import { isPointerRecipe, isOtherRef, type PointedSigner } from '../pointer/pointer.ts';
import type { PointedArtifact, Pointer } from '../pointer/pointer.ts';
import type { VerificationReport } from '../verify/verify-evidence.ts';
import type { PackedEvidence } from './packed-evidence.ts';
import { refusedBy } from './self-check.ts';

/**
 * The pointer to evidence that was verified. Nobody has to name the signer: the pointer names who it was.
 *
 * @param artifact where the bundle was pushed to; undefined if it was not
 * @throws EvidenceError what a verifier refuses, POINTER_UNFIT, POINTER_SUBJECT_DIFFERS
 */
export function makePointer(
  report: VerificationReport,
  artifact: PointedArtifact | undefined,
): Pointer {
  const { checks, claimed, facts, signature } = report;
  const isKey = checks.some(({ faults }) => faults.some((f) => f.code === 'PUBLIC_KEY_UNKNOWN'));
  if (isKey) refuseKey();
  const fault = refusedBy(checks);
  if (fault !== undefined) throw new EvidenceError(fault.code, fault);
  if (claimed === undefined || facts.recipe === undefined) {
    throw new TypeError('evidence without a statement or a recipe that is not refused');
  }
  const { name: recipe, profile } = facts.recipe;
  requireRecipe(recipe);
  const isSigned = signature.state === 'verified';
  if (isSigned && artifact !== undefined) requireSubject(claimed.artifact?.digest, artifact);
  return {
    ...{ recipe, profile, artifact, attestedAt: new Date(claimed.attestedAt) },
    predicateType: claimed.predicateType,
    signer: isSigned ? pointedSigner(signature.proof) : undefined,
  };
}

/**
 * The pointer to evidence that was packed and is in no registry yet.
 *
 * @throws EvidenceError POINTER_UNFIT
 */
export function localPointer({ statement, proof }: PackedEvidence): Pointer {
  const { recipe, profile, attestedAt, type } = parseEvidenceStatement(statement, STATEMENT_FILE);
  requireRecipe(recipe.name);
  return {
    ...{ recipe: recipe.name, profile: profile?.selection, artifact: undefined, attestedAt },
    predicateType: type.predicateType,
    signer: proof && pointedSigner(proof),
  };
}

/**
 * The pointer to evidence that is in a registry, signed or not.
 *
 * @throws EvidenceError POINTER_UNFIT
 */
export function publishedPointer(
  packed: PackedEvidence,
  artifact: PointedArtifact,
  copies: PointedCopies,
): Pointer {
  return withCopies({ ...localPointer(packed), artifact }, copies);
}

/** The same pointer with what it says of copies, if there is anything to say. */
export function withCopies(pointer: Pointer, copies: PointedCopies): Pointer {
  const isSilent = copies.attestation === undefined && copies.locations.length === 0;
  return isSilent ? pointer : { ...pointer, affidavit: copies };
}

/** Pointers to evidence of the same workflow that ran on another branch or tag. */
export function otherRefs(
  { signer }: Pointer,
  others: readonly { readonly path: string; readonly pointer: Pointer }[],
): readonly Finding[] {
  if (signer === undefined) return [];
  return others.flatMap(({ path, pointer: { signer: other } }) => {
    if (other === undefined || !isOtherRef(signer, other)) return [];
    return [
      {
        code: 'POINTER_REF_OTHER',
        at: `${path}#/attestations/0/signer/identity`,
        found: quote(other.identity),
        expected: quote(signer.identity),
        hint: 'for AICR these are two signers, each with a folder of its own: sign on one branch if they are to be one',
      } as const,
    ];
  });
}

function pointedSigner({
  signer,
  logEntries,
}: Pick<Proof, 'signer' | 'logEntries'>): PointedSigner {
  const index = logEntries[0]?.index;
  return { ...pointedIdentity(signer), rekorLogIndex: index === '0' ? undefined : index };
}

/** What a pointer says of a signer. Throws POINTER_UNFIT. */
export function pointedIdentity(signer: ProvenSigner): Pick<PointedSigner, 'identity' | 'issuer'> {
  if (isKeySigner(signer)) return refuseKey();
  if (signer.type === 'other') return refuseSigner(`the user name ${quote(signer.subject)}`);
  return { identity: signer.subject, issuer: signer.issuer };
}

/** Throws POINTER_UNFIT. */
export function refuseKey(): never {
  return refuseSigner('evidence that is signed with a key');
}

function refuseSigner(found: string): never {
  throw new EvidenceError('POINTER_UNFIT', {
    at: ATTESTATION_FILE,
    found,
    expected: 'a certificate for an email address or a URI: a pointer names identity and issuer',
    hint: 'sign with such an identity, or without a pointer: leave out --layout directory, --evidence-dir and --pointer',
  });
}

function requireRecipe(recipe: string): void {
  if (isPointerRecipe(recipe)) return;
  const hint = 'resolve the recipe with criteria that AICR knows';
  const expected =
    'a name that can be a folder: a letter or digit, then letters, digits, ".", "_", "-"';
  refuse({ code: 'POINTER_UNFIT', at: `${RECIPE_FILE}#/criteria`, hint }, quote(recipe), expected);
}

/** @param hex of the subject that was signed; undefined if that is the recipe */
function requireSubject(hex: string | undefined, { digest }: { readonly digest: Digest }): void {
  if (hex !== undefined && digest === `sha256:${hex}`) return;
  throw new EvidenceError('POINTER_SUBJECT_DIFFERS', {
    at: `${STATEMENT_FILE}#/subject/0`,
    found: hex === undefined ? 'a signature about the recipe alone' : `sha256:${hex}`,
    expected: `a signature about the artifact ${digest}`,
    hint: hex === undefined ? FOR_AICR : 'name the artifact that was signed',
  });
}

/** What to do with evidence of ours that is signed: the command that signs for AICR takes none. */
export const FOR_AICR =
  'AICR takes no pointer to a signature about the recipe: sign the artifact too, with `affidavit evidence publish --sign --evidence-dir DIR`';
