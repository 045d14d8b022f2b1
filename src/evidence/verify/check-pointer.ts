// The pointer that led to the evidence, compared with it. A stranger wrote it: it allows nothing and pins nobody.

import { parseReference } from '../../artifact-reference.ts';
import type { Signature } from '../../attestation/kind.ts';
import { timestampOf } from '../../document/time.ts';
import type { Fault, Finding } from '../../errors/evidence-error.ts';
import { faultAt } from '../../place.ts';
import { quote } from '../../quote.ts';
import { isKeySigner } from '../../trust/trust.ts';
import type { ReceivedEvidence } from '../dialect/read-statement.ts';
import { misplaced } from '../pointer/pointer-place.ts';
import type { Pointer } from '../pointer/pointer.ts';
import { POINTER_CHECK, type EvidenceLog } from './checks.ts';

/** A pointer, and where it is. */
export interface PointerFile {
  /** How complaints name it. */
  readonly file: string;
  /** The parts of its whole path. */
  readonly path: readonly string[];
  readonly pointer: Pointer;
}

/** Gives what a reader should know of it. */
export function checkPointer(
  log: EvidenceLog,
  signature: Signature,
  evidence: ReceivedEvidence,
  named: PointerFile | undefined,
): readonly Finding[] {
  if (named === undefined) return [];
  log.note(POINTER_CHECK, () => ({
    found: 'the same recipe, profile, type, time, signer and artifact, as far as it names them',
    expected: `the evidence of ${quote(named.file)}`,
    faults: [
      ...otherClaims(named, evidence),
      ...otherSigner(named, signature),
      ...otherArtifact(named, evidence),
      ...otherPath(named),
    ],
  }));
  return notConfirmed(named, signature, evidence);
}

/** Whether the pointer names who signed this, with the entry of the log; one without a signer fits all. */
export function fitsPointer(named: PointerFile | undefined, signature: Signature): boolean {
  return named === undefined || otherSigner(named, signature).length === 0;
}

const HINT = 'name the bundle of this pointer, or have the pointer made again from the evidence';

type Values = readonly [field: string, pointed: string | undefined, found: string | undefined];

function differing({ file }: PointerFile, values: readonly Values[]): readonly Fault[] {
  return values
    .filter(([, pointed, found]) => pointed !== found)
    .map(([field, pointed, found]) =>
      faultAt(
        { code: 'POINTER_DIFFERS', at: `${file}#/${field}`, hint: HINT },
        pointed === undefined ? 'nothing' : quote(pointed),
        found === undefined ? 'nothing, as in the evidence' : `${quote(found)}, as in the evidence`,
      ),
    );
}

const AT_ATTESTATION = 'attestations/0';
const AT_SIGNER = `${AT_ATTESTATION}/signer`;
const AT_DIGEST = `${AT_ATTESTATION}/bundle/digest`;

function otherClaims(
  named: PointerFile,
  { recipe, profile, type, attestedAt }: ReceivedEvidence,
): readonly Fault[] {
  const { pointer } = named;
  return differing(named, [
    ['recipe', pointer.recipe, recipe.name],
    ['profile', pointer.profile, profile?.selection],
    [`${AT_ATTESTATION}/attestedAt`, timestampOf(pointer.attestedAt), timestampOf(attestedAt)],
    [`${AT_ATTESTATION}/bundle/predicateType`, pointer.predicateType, type.predicateType],
  ]);
}

/** A pointer without a signer waits for one, so it may lead to evidence that is signed by now. */
function otherSigner(named: PointerFile, signature: Signature): readonly Fault[] {
  const { signer } = named.pointer;
  if (signer === undefined) return [];
  if (signature.state !== 'verified' || isKeySigner(signature.proof.signer)) {
    const found = signature.state === 'verified' ? 'a signature with a key' : undefined;
    return differing(named, [[AT_SIGNER, signer.identity, found]]);
  }
  const { signer: proven, logEntries } = signature.proof;
  const { rekorLogIndex: pointed } = signer;
  // A pointer names one entry, of whichever log.
  const isThere = pointed === undefined || logEntries.some(({ index }) => index === pointed);
  return differing(named, [
    [`${AT_SIGNER}/identity`, signer.identity, proven.subject],
    [`${AT_SIGNER}/issuer`, signer.issuer, proven.issuer],
    [`${AT_SIGNER}/rekorLogIndex`, pointed, isThere ? pointed : logEntries[0]?.index],
  ]);
}

function otherArtifact(
  { file, pointer: { artifact } }: PointerFile,
  { artifact: subject }: ReceivedEvidence,
): readonly Fault[] {
  if (artifact === undefined || subject === undefined) return [];
  const { digest } = artifact;
  const signed = `sha256:${subject.digest}`;
  if (digest === signed) return [];
  const at = `${file}#/${AT_DIGEST}`;
  const expected = `${signed}, about which the evidence is signed`;
  return [{ code: 'POINTER_SUBJECT_DIFFERS', at, found: digest, expected, hint: HINT }];
}

/** Of a bundle alone, only a signature about the artifact shows which one it is. A mirror has another name. */
function notConfirmed(
  { file, pointer: { artifact } }: PointerFile,
  { state }: Signature,
  { artifact: subject }: ReceivedEvidence,
): readonly Finding[] {
  if (artifact === undefined) return [];
  const code = 'POINTER_NOT_CONFIRMED';
  if (state === 'verified' && subject !== undefined) {
    const [pointed, signed] = [artifact.oci, subject.name].map(repositoryOf);
    if (pointed === signed) return [];
    const found = quote(artifact.oci);
    const expected = `the repository of ${quote(subject.name)}, about which the evidence is signed`;
    const hint =
      'nothing to do if it is a mirror with the same digest; else name the repository that was signed';
    return [{ code, at: `${file}#/${AT_ATTESTATION}/bundle/oci`, found, expected, hint }];
  }
  return [
    {
      code,
      at: `${file}#/${AT_DIGEST}`,
      found: artifact.digest,
      expected: 'a signature about this artifact',
      hint: 'nothing to do for the bundle itself; aicr takes it for that of the pointer only if the artifact was signed: `aicr evidence sign`',
    },
  ];
}

/** Without tag and digest. */
function repositoryOf(reference: string): string {
  return parseReference(reference)?.repository ?? reference;
}

/** AICR's place for a signed pointer: by recipe, source and digest. Others lie wherever they lie. */
function otherPath(named: PointerFile): readonly Fault[] {
  const { file, path, pointer } = named;
  const place = path.slice(-3);
  if (!/^sha256-[0-9a-f]*\.yaml$/i.test(place.at(-1) ?? '')) return [];
  return misplaced(pointer, place, { file, mayBeFlat: false });
}
