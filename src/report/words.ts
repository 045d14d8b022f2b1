// What the reports say in words; Markdown and terminal only dress it.
import type { CheckResult } from '../attestation/check-log.ts';
import { VERDICT_EXIT_CODES, type Verdict } from '../attestation/verdict.ts';
import type { ConstraintResult } from '../evidence/constraint/evaluate.ts';
import { declaredFirst } from '../evidence/phase/judge-phases.ts';
import type { PhaseResult, PhaseTest } from '../evidence/phase/phase.ts';
import { isDecisive, isMeasured, type DimensionMatch } from '../evidence/snapshot/match.ts';
import type { Facts, ValidationReport } from '../evidence/validate/facts.ts';
import type { VerificationReport } from '../evidence/verify/verify-evidence.ts';

/** How a reader shall take it; always said in words too. */
export type Tone = 'good' | 'bad' | 'doubtful' | 'plain';

export interface Said {
  readonly words: string;
  readonly tone: Tone;
}

export interface Headline extends Said {
  /** One or two sentences. */
  readonly sentence: string;
  /** docs/cli.md, exit codes 0 to 4. */
  readonly exitCode: number;
}

export interface Banner {
  readonly title: string;
  readonly sentence: string;
}

export function verificationHeadline(report: VerificationReport): Headline {
  const doubts = doubtsOf(report);
  const { verdict } = report;
  const good = verdict === 'verified' && doubts.length === 0;
  const open = verdict === 'verified' || verdict === 'undecided' || verdict === 'unjudged';
  return {
    words: [verdict.toUpperCase(), ...doubts].join(', '),
    tone: good ? 'good' : open ? 'doubtful' : 'bad',
    sentence: verdict === 'verified' ? verifiedSentence(report) : SENTENCES[verdict],
    exitCode: VERDICT_EXIT_CODES[verdict],
  };
}

/** What takes the weight from any verdict, for the headline. */
function doubtsOf({ root, signature, pinned }: VerificationReport): readonly string[] {
  return [
    ...(root.sandbox ? ['SANDBOX'] : []),
    ...(signature.state === 'absent' ? ['UNSIGNED'] : []),
    ...(signature.state === 'verified' && !pinned ? ['NOT PINNED'] : []),
  ];
}

const SENTENCES: Readonly<Record<Exclude<Verdict, 'verified'>, string>> = {
  failed: 'The evidence is intact, but what it shows is not green.',
  invalid: 'The evidence does not prove what it claims. Do not rely on it.',
  unjudged: 'The evidence was not judged. Remove the cause named below and verify again.',
  undecided:
    'Nothing found so far makes the evidence invalid, but it needs a decision before anyone relies on it.',
};

function verifiedSentence({ root, signature }: VerificationReport): string {
  if (signature.state !== 'verified') {
    return 'The files agree with each other and everything recomputed from them is green, but nobody signed them.';
  }
  return root.sandbox
    ? 'Every check passed, but only under a sandbox, which proves nothing about who signed.'
    : 'The expected signer signed it, every file is as it was signed, and everything recomputed from the files is green.';
}

export function verificationBanners(report: VerificationReport): readonly Banner[] {
  const { root, signature, pinned, weakened } = report;
  const banners: Banner[] = [];
  if (root.sandbox) banners.push(SANDBOX);
  if (signature.state === 'absent') {
    const sentence = 'Nobody vouches for these files: anyone can have made or changed them.';
    banners.push({ title: 'UNSIGNED', sentence });
  }
  if (signature.state === 'verified' && !pinned) {
    const sentence =
      'Nobody said which signer is expected. Compare the signer below with the one that you expect, then name it with --certificate-identity and --certificate-oidc-issuer, or with --policy.';
    banners.push({ title: 'NOT PINNED', sentence });
  }
  for (const flag of weakened) {
    banners.push({ title: 'WEAKENED', sentence: `Safety was given up with ${flag}.` });
  }
  return banners;
}

/** Printed in every report: what a signature does not prove. */
export const LIMIT_OF_TRUST =
  'A signature binds these files to an identity. It does not prove that the hardware exists.';

/** Before the facts of invalid evidence: they come from files that nobody vouches for. */
export const UNPROVEN =
  'What follows is what the files say. The evidence is invalid, so none of it is proven.';

export function isUnproven({ verdict, facts }: VerificationReport): boolean {
  return verdict === 'invalid' && Object.keys(facts).length > 0;
}

export const SANDBOX: Banner = {
  title: 'SANDBOX: THIS SIGNATURE PROVES NOTHING',
  sentence:
    'The trusted root is a throw-away sandbox. Anyone can start one and sign in any name, so use this for trials only and never as evidence.',
};

export function validationHeadline({ facts, faults }: ValidationReport): Headline {
  if (faults.length > 0) {
    const sentence = 'Not everything that the recipe demands holds.';
    return { words: 'NOT GREEN', tone: 'bad', sentence, exitCode: VERDICT_EXIT_CODES.failed };
  }
  const { phases = [] } = facts;
  const { verified: exitCode } = VERDICT_EXIT_CODES;
  const pending =
    phases.some(({ required, state }) => required && state === 'not-run') ||
    phases.every(({ state }) => state === 'not-run');
  if (pending) {
    const sentence =
      'The cluster fits the recipe and the constraints hold. No phase was judged: run again with --results.';
    return { words: 'GREEN SO FAR', tone: 'doubtful', sentence, exitCode };
  }
  const sentence = 'The cluster fits the recipe, the constraints hold, and the phases are green.';
  return { words: 'GREEN', tone: 'good', sentence, exitCode };
}

/** A value of a document, or words of ours where it has none. */
export type Shown =
  | { readonly value: string; readonly words?: undefined }
  | { readonly value?: undefined; readonly words: string };

export function wantedBy({ recipeRequires }: DimensionMatch): Shown {
  const any = recipeRequires === undefined || recipeRequires === '' || recipeRequires === 'any';
  return any ? { words: 'any' } : { value: recipeRequires };
}

export function providedBy({ dimension, fingerprintProvides }: DimensionMatch): Shown {
  if (fingerprintProvides !== undefined && fingerprintProvides !== '') {
    return { value: fingerprintProvides };
  }
  return { words: isMeasured(dimension) ? 'not in the snapshot' : 'cannot be measured' };
}

export function sayMatch(match: DimensionMatch): Said {
  switch (match.match) {
    case 'matched':
      return wantedBy(match).value === undefined
        ? { words: 'not demanded', tone: 'plain' }
        : { words: 'matches', tone: 'good' };
    case 'mismatched':
      return { words: 'MISMATCH', tone: 'bad' };
    case 'not-inferable':
      return { words: 'not inferable', tone: 'doubtful' };
    case 'unknown':
      if (!isMeasured(match.dimension)) return { words: 'does not count', tone: 'plain' };
      return isDecisive(match.dimension)
        ? { words: 'UNKNOWN', tone: 'bad' }
        : { words: 'unknown', tone: 'doubtful' };
  }
}

export function sayPhase({ state, required }: PhaseResult): Said {
  switch (state) {
    case 'green':
      return { words: 'green', tone: 'good' };
    case 'red':
      return { words: 'NOT GREEN', tone: 'bad' };
    case 'not-run':
      return required ? { words: 'NOT RUN', tone: 'bad' } : { words: 'not run', tone: 'plain' };
  }
}

const CONSTRAINT_WORDS: Readonly<Record<ConstraintResult['outcome'], Said>> = {
  passed: { words: 'holds', tone: 'good' },
  failed: { words: 'FAILED', tone: 'bad' },
  unevaluable: { words: 'UNEVALUABLE', tone: 'bad' },
};

export function sayConstraint({ outcome }: ConstraintResult): Said {
  return CONSTRAINT_WORDS[outcome];
}

const CHECK_WORDS: Readonly<Record<CheckResult['outcome'], Said>> = {
  passed: { words: 'passed', tone: 'good' },
  failed: { words: 'FAILED', tone: 'bad' },
  skipped: { words: 'SKIPPED', tone: 'doubtful' },
  'not-reached': { words: 'NOT REACHED', tone: 'doubtful' },
};

export function sayCheck({ outcome }: CheckResult): Said {
  return CHECK_WORDS[outcome];
}

/** Each test of one status with its phase; within a phase those that the recipe declares first. */
export function testsOf(
  { phases = [] }: Facts,
  statuses: readonly PhaseTest['status'][],
): readonly (PhaseTest & { readonly phase: string })[] {
  return phases.flatMap((result) =>
    declaredFirst(result)
      .filter(({ status }) => statuses.includes(status))
      .map(({ name, status, message }) => ({ name, status, message, phase: result.phase })),
  );
}

/** Checks that the recipe declares and no test is named after, in phases that ran. */
export function missingOf({ phases = [] }: Facts): readonly { phase: string; check: string }[] {
  return phases.flatMap(({ phase, missing }) => missing.map((check) => ({ phase, check })));
}

/** What was computed from the files themselves. */
export function recomputedOf(facts: Facts): readonly string[] {
  return [
    ...(facts.recipe === undefined ? [] : ['recipe digest']),
    ...(facts.fingerprint === undefined ? [] : ['fingerprint']),
    ...(facts.match === undefined ? [] : ['match']),
    ...(facts.constraints === undefined ? [] : ['constraints']),
    ...(facts.phases === undefined ? [] : ['phase counts']),
    ...(facts.bom === undefined ? [] : ['bill of materials']),
  ];
}

/** The rest of the fingerprint: measured, and compared with nothing. */
export function alsoMeasured({ fingerprint }: Facts): readonly (readonly [string, string])[] {
  if (fingerprint === undefined) return [];
  const { k8sVersion, region, gpuModel, gpuNodeCount, os } = fingerprint;
  const measured: readonly (readonly [string, string])[] = [
    ['Kubernetes', k8sVersion.value],
    ['OS version', os.version ?? ''],
    ['region', noted(region)],
    ['GPU model', noted(gpuModel)],
    ['GPU nodes', gpuNodeCount.value === 0 ? '' : String(gpuNodeCount.value)],
  ];
  return measured.filter(([, value]) => value !== '');
}

function noted({ value, note }: { readonly value: string; readonly note?: string }): string {
  return value === '' ? (note ?? '') : value;
}
