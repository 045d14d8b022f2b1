// Both judges must accept. Ours judges first: what it refuses keeps its own code and place.

import { EvidenceError } from '../../errors/evidence-error.ts';
import { quote } from '../../quote.ts';
import { counted } from '../../sentence.ts';
import { OwnJudge, type Rules } from '../judge/own-judge.ts';
import type { Judgement } from '../judgement.ts';
import { LibraryJudge } from '../library/library-judge.ts';
import { questionOf, type Question } from '../library/question.ts';
import type { SigstoreBundle } from '../sigstore-bundle.ts';
import { isKeySigner, type Judges, type Proof, type ProvenSigner } from '../trust.ts';
import type { TrustedRoot } from '../trusted-root.ts';

export type Judged = Omit<Proof, 'payload'>;

const NOT_ASKED = 'the second judge was not asked';

/** The judges under one root. Each may remember what it found of the root. */
export class TwoJudges {
  readonly own: OwnJudge;
  readonly #library: LibraryJudge | undefined;

  constructor(root: TrustedRoot, judges: Judges) {
    this.own = new OwnJudge(root);
    this.#library = judges === 'own' ? undefined : new LibraryJudge(root);
  }

  /** @throws EvidenceError what our own judge throws; JUDGES_DISAGREE */
  judge(bundle: SigstoreBundle, rules: Rules): Judged {
    const judgement = this.own.judge(bundle, rules);
    const { proof } = judgement;
    if (this.#library === undefined) return { ...proof, oneJudge: NOT_ASKED };
    const question = questionOf(bundle, judgement, fileOf(rules) !== undefined);
    const verdict = this.#library.judge(question, materialOf(judgement, rules));
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
