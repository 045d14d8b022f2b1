// Which of several attestations are good: one that is not costs one signature, and nothing of the bundle is
// recomputed for it. The report about the chosen one does not rely on this.

import type { ReceivedFiles } from '../../archive/entry.ts';
import type { VerifyOptions } from '../../attestation/verify.ts';
import { digestOfHex, type Digest } from '../../digest.ts';
import { ERROR_CATALOGUE } from '../../errors/catalogue.ts';
import { faultOf, orIfRefused, unlessRefused, type Fault } from '../../errors/evidence-error.ts';
import { AS_SIGNED, faultAt } from '../../place.ts';
import { predicateTypeOf } from '../../pointer/attestation-manifest.ts';
import { judgeSigner } from '../../policy/judge-signer.ts';
import { quote } from '../../quote.ts';
import { parseSigstoreBundle, payloadOf } from '../../trust/sigstore-bundle.ts';
import type { Proof } from '../../trust/trust.ts';
import { EVIDENCE_STATEMENT, isEvidenceType } from '../dialect/evidence-type.ts';
import {
  artifactIn,
  parseEvidenceStatement,
  type ReceivedEvidence,
} from '../dialect/read-statement.ts';
import { otherSubject } from '../dialect/subject.ts';
import { ATTESTATION, MANIFEST_FILE, STATEMENT_FILE } from '../layout.ts';
import type { JudgedAttestation } from './artifact-source.ts';
import { fitsPointer, type PointerFile } from './check-pointer.ts';

type Rules = VerifyOptions & { readonly pointer?: PointerFile | undefined };

/** What it has to be about. */
export interface Fetched {
  readonly artifact: Digest;
  readonly files: ReceivedFiles;
}

/**
 * That something else is said by it, e.g. how the artifact was built: whoever signed that, it is no attestation of
 * evidence. Nothing is verified.
 */
export function otherAttestation(sigstoreBundle: Uint8Array): Fault | undefined {
  return orIfRefused(
    () => {
      const type = predicateTypeOf(parseSigstoreBundle(sigstoreBundle, ATTESTATION));
      if (isEvidenceType(type)) return undefined;
      const hint = 'nothing to do: it is about something else than this evidence';
      const found = quote(type);
      const expected = EVIDENCE_STATEMENT.predicateTypes.join(' or ');
      return { code: 'PREDICATE_TYPE_UNKNOWN', at: STATEMENT_FILE, found, expected, hint };
    },
    () => undefined,
  );
}

/**
 * The artifact that it says it is about, whoever signed that; undefined if it names none. Nothing else of it is read: what
 * is wrong with that is said when it is judged.
 */
export function attestedArtifact(sigstoreBundle: Uint8Array): Digest | undefined {
  return unlessRefused(() => {
    const payload = payloadOf(parseSigstoreBundle(sigstoreBundle, ATTESTATION));
    const artifact = artifactIn(payload, STATEMENT_FILE);
    return artifact && digestOfHex(artifact.digest);
  });
}

/** A fault is the first reason why it is not good. */
export function judgeAttestation(
  sigstoreBundle: Uint8Array,
  fetched: Fetched,
  rules: Rules,
): JudgedAttestation {
  return orIfRefused(
    () => judgeProof(rules.trust.verify(sigstoreBundle, ATTESTATION), fetched, rules),
    (error) => ({ fault: faultOf(error) }),
  );
}

function judgeProof(proof: Proof, fetched: Fetched, rules: Rules): JudgedAttestation {
  const { signer, signedAt } = proof;
  return orIfRefused(
    (): JudgedAttestation => {
      const statement = parseEvidenceStatement(proof.payload, STATEMENT_FILE);
      const [fault] = [
        ...otherSigner(proof, statement, rules),
        ...otherSubject(statement, fetched.artifact),
        ...otherManifest(statement, fetched),
      ];
      const subject = statement.artifact === undefined ? 'recipe' : 'artifact';
      if (fault !== undefined) return { signer, signedAt, subject, fault };
      const isPointed = fitsPointer(rules.pointer, { state: 'verified', proof });
      return { signer, signedAt, subject, isPointed };
    },
    (error) => ({ signer, signedAt, fault: faultOf(error) }),
  );
}

/** A recipe is what the statement calls it: the report compares that. */
function otherSigner(
  proof: Proof,
  { recipe: { name } }: ReceivedEvidence,
  { policy, now }: VerifyOptions,
): readonly Fault[] {
  if (policy === undefined) return [];
  return judgeSigner(policy, proof, { file: ATTESTATION.name, name, now }).faults;
}

function otherManifest(
  { manifest }: ReceivedEvidence,
  { files }: Pick<Fetched, 'files'>,
): readonly Fault[] {
  const found = files.get(MANIFEST_FILE)?.digest;
  if (found === manifest.digest) return [];
  const place = { code: 'MANIFEST_DIFFERS', at: MANIFEST_FILE, hint: AS_SIGNED } as const;
  return [
    faultAt(place, found ?? `no ${MANIFEST_FILE}`, `${manifest.digest}, which the statement names`),
  ];
}

/** How near to good it is. */
function rankOf({ fault, signer, isPointed }: JudgedAttestation): number {
  // Anybody may attach a newer one: that makes no pointer to an older one wrong.
  if (fault === undefined) return isPointed === true ? 4 : 3;
  if (signer === undefined) return 0;
  // E.g. older than the policy allows.
  return ERROR_CATALOGUE[fault.code][0] === 'undecided' ? 2 : 1;
}

type Tried = JudgedAttestation & { readonly id: string };

/** Negative: the first is rather reported on. Of equals it is the newest, and then always the same. */
export function compareAttestations(one: Tried, other: Tried): number {
  const ranks = rankOf(other) - rankOf(one);
  if (ranks !== 0) return ranks;
  const times = (other.signedAt?.getTime() ?? 0) - (one.signedAt?.getTime() ?? 0);
  return times === 0 ? (one.id < other.id ? -1 : 1) : times;
}
