import type { KeyObject } from 'node:crypto';

import { digestOf } from '../../digest.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { IN_TOTO_PAYLOAD_TYPE } from '../../media-types.ts';
import { refuse } from '../../place.ts';
import { quote } from '../../quote.ts';
import { counted } from '../../sentence.ts';
import { OwnJudge, type Rules } from '../judge/own-judge.ts';
import type { Judgement } from '../judgement.ts';
import { KnownSignatures } from '../known-signatures.ts';
import { LibraryJudge } from '../library/library-judge.ts';
import { questionOf, type Question } from '../library/question.ts';
import { parseTrustedRoot } from '../parse-trusted-root.ts';
import { parseSigstoreBundle, type Envelope, type SigstoreBundle } from '../sigstore-bundle.ts';
import { isKeySigner } from '../trust.ts';
import type { Judges, Proof, ProvenSigner, SigstoreTrust } from '../trust.ts';
import { trustedRootInfo, type TrustedRoot } from '../trusted-root.ts';

/** What a caller may choose. Nothing in a bundle, a policy or a root can choose it. */
export interface TrustOptions {
  /** By default `both`. With `own`, `@sigstore/verify` is not asked, and `weakened` says so. */
  readonly judge?: Judges | undefined;
  /** Take a certificate without the promise of a certificate log, if the root lists no such log. */
  readonly allowMissingSct?: boolean | undefined;
  /** The keys that may have signed. By default none: only certificates count. */
  readonly publicKeys?: readonly KeyObject[] | undefined;
}

/**
 * Trust in one Sigstore trusted root.
 *
 * @param rootBytes a `trusted_root.json`
 * @param source how reports name the root, e.g. the file as the user gave it
 * @throws EvidenceError TRUSTED_ROOT_INVALID (unjudged); its `verify`: SIGSTORE_BUNDLE_INVALID,
 *   PAYLOAD_TYPE_UNEXPECTED, CERTIFICATE_INVALID, PUBLIC_KEY_UNKNOWN, SIGNATURE_INVALID,
 *   LOG_ENTRY_INVALID, TIMESTAMP_INVALID, JUDGES_DISAGREE, LIMIT_EXCEEDED (invalid)
 */
export function sigstoreTrust(
  rootBytes: Uint8Array,
  source: string,
  { judge = 'both', allowMissingSct = false, publicKeys = [] }: TrustOptions = {},
): SigstoreTrust {
  const root = parseTrustedRoot(rootBytes, source);
  const judges = new TwoJudges(root, judge);
  const digest = digestOf(rootBytes);
  // The public-good instance has certificate logs: without their promise nothing is from there.
  const rules = {
    publicKeys,
    allowMissingSct: allowMissingSct && digest !== PUBLIC_GOOD_DIGEST,
    requireLog: true,
  };
  return {
    root: trustedRootInfo(root, { source, digest }),
    weakened: judge === 'own' ? ['--judge own'] : [],
    verify: (bytes, file) => {
      const bundle = parseSigstoreBundle(bytes, file);
      const { payload } = requireInToto(bundle);
      return { payload, ...judges.judge(bundle, rules) };
    },
    verifyAny: (bytes, file, { artifact, withoutLog = false } = {}) => {
      const bundle = parseSigstoreBundle(bytes, file, 'all');
      const { content } = bundle;
      const { payload, payloadType } = content.kind === 'envelope' ? content : NO_ENVELOPE;
      const judged = judges.judge(bundle, { ...rules, artifact, requireLog: !withoutLog });
      return { payload, payloadType, ...judged };
    },
    verifyCertificate: (certificate) =>
      judges.own.judgeCertificate(certificate, rules.allowMissingSct),
  };
}

const NO_ENVELOPE = { payload: Buffer.alloc(0), payloadType: undefined };

function requireInToto({ content, file }: SigstoreBundle): Envelope {
  // Evidence is read in its one format, which has no message signatures.
  if (content.kind === 'message') throw new TypeError('a bundle without an envelope');
  if (content.payloadType === IN_TOTO_PAYLOAD_TYPE) return content;
  const at = `${file}#/dsseEnvelope/payloadType`;
  const hint = 'have the in-toto statement of the bundle signed, not another document';
  const place = { code: 'PAYLOAD_TYPE_UNEXPECTED', at, hint } as const;
  return refuse(place, quote(content.payloadType), IN_TOTO_PAYLOAD_TYPE);
}

// Both judges must accept. Ours judges first: what it refuses keeps its own code and place.

type Judged = Omit<Proof, 'payload'>;

const NOT_ASKED = 'the second judge was not asked';

/** The judges under one root. Each may remember what it found of the root. */
class TwoJudges {
  readonly own: OwnJudge;
  readonly #library: LibraryJudge | undefined;

  constructor(root: TrustedRoot, judges: Judges) {
    this.own = new OwnJudge(root);
    this.#library = judges === 'own' ? undefined : new LibraryJudge(root);
  }

  /** @throws EvidenceError what our own judge throws; JUDGES_DISAGREE */
  judge(bundle: SigstoreBundle, rules: Rules): Judged {
    const known = new KnownSignatures();
    const judgement = this.own.judge(bundle, rules, known);
    const { proof } = judgement;
    if (this.#library === undefined) return { ...proof, oneJudge: NOT_ASKED };
    const question = questionOf(bundle, judgement, fileOf(rules) !== undefined);
    const verdict = this.#library.judge(question, materialOf(judgement, rules), known);
    const found =
      'refused' in verdict
        ? `refuses it: ${quote(verdict.refused)}`
        : otherSigner(proof.signer, verdict, question);
    if (found !== undefined) refuseDisagreement(bundle.file, found, proof);
    const { why } = question;
    return why.length === 0 ? proof : { ...proof, oneJudge: why.join('; ') };
  }
}

function materialOf(
  { publicKey, proof }: Judgement,
  rules: Rules,
): Parameters<LibraryJudge['judge']>[1] {
  return {
    publicKey,
    artifact: fileOf(rules),
    allowMissingSct: proof.weakened.includes('--allow-missing-sct'),
    requireLog: rules.requireLog,
  };
}

function fileOf({ artifact }: Rules): Uint8Array | undefined {
  return artifact !== undefined && 'bytes' in artifact ? artifact.bytes : undefined;
}

/** How the library reads the signer, if in another way; undefined if in the same. */
function otherSigner(
  signer: ProvenSigner,
  { subject, issuer }: { readonly subject: string; readonly issuer: string },
  question: Question,
): string | undefined {
  if (isKeySigner(signer)) return undefined;
  const isSame = issuer === signer.issuer && (!question.subject || subject === signer.subject);
  return isSame ? undefined : `reads the signer ${quote(subject)} (issuer ${quote(issuer)})`;
}

function refuseDisagreement(file: string, found: string, { logEntries, times }: Judged): never {
  throw new EvidenceError('JUDGES_DISAGREE', {
    at: file,
    found: `the second judge, @sigstore/verify, ${found}`,
    expected: `what the first found: a signature, ${counted(logEntries.length, 'log entry', 'log entries')} and ${counted(times.length, 'proof of time', 'proofs of time')} that verify`,
    hint: 'do not rely on this evidence: one of the two judges is wrong; please report it with the bundle',
  });
}

/** Of the embedded trusted root, so that it is known without being loaded. A test compares them. */
export const PUBLIC_GOOD_DIGEST =
  'sha256:6494e21ea73fa7ee769f85f57d5a3e6a08725eae1e38c755fc3517c9e6bc0b66';
