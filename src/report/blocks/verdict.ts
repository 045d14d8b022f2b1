// The first line of a report, and what takes the weight from it.
import { ERROR_CATALOGUE } from '../../errors/catalogue.ts';
import { sentence, words } from '../../sentence.ts';
import { isProven } from '../proven.ts';
import { SANDBOX_WARNING, type ValidationJson, type VerificationJson } from '../report-json.ts';
import type { Line, Said } from './block.ts';

/** Good in tone only where it is proven. */
export function verificationVerdict(report: VerificationJson): Said {
  const { verdict, signature, root, weakened } = report;
  if (verdict === 'invalid') return { words: 'Invalid: do not rely on it', tone: 'bad' };
  if (verdict === 'unjudged') return { words: 'Not judged', tone: 'doubtful' };
  const tone = verdict === 'failed' ? 'bad' : 'doubtful';
  const isClaimed = weakened.includes('--accept-claimed');
  const state = `${stateOf(report, verdict)}${isClaimed ? ', in part only claimed' : ''}`;
  if (signature.state === 'absent') {
    return { words: `Unsigned: ${state} (nobody vouches for it)`, tone };
  }
  if (root.sandbox) return { words: `SANDBOX: ${state} (its signature proves nothing)`, tone };
  if (verdict === 'verified') {
    return isProven(report)
      ? { words: 'Verified', tone: 'good' }
      : { words: `Weakened: ${state} (safety was given up)`, tone };
  }
  return { words: `Signed: ${state}`, tone };
}

function stateOf(report: VerificationJson, verdict: keyof typeof STATES): string {
  const isRed = verdict === 'undecided' && hasFailed(report);
  return isRed ? 'undecided, and not green' : STATES[verdict];
}

function hasFailed({ checks }: VerificationJson): boolean {
  return checks.some(({ faults }) =>
    faults.some(({ code }) => ERROR_CATALOGUE[code][0] === 'failed'),
  );
}

const STATES = {
  verified: 'green',
  failed: 'not green',
  undecided: 'undecided',
} as const;

export function verificationBanners(report: VerificationJson): readonly Line[] {
  const { root, signature, pinned, weakened } = report;
  const isOpen = signature.state === 'verified' && !pinned;
  return [
    ...(root.sandbox ? [SANDBOX] : []),
    ...(signature.state === 'absent' ? [UNSIGNED] : []),
    ...(isOpen ? [NOT_PINNED] : []),
    ...weakenedBanners(weakened),
  ];
}

/** @param flags that gave safety up */
export function weakenedBanners(flags: readonly string[]): readonly Line[] {
  return flags.map((flag) => ({
    label: 'WEAKENED',
    text: sentence`Safety was given up with ${flag}.`,
  }));
}

export const SANDBOX: Line = {
  label: 'SANDBOX',
  text: words(SANDBOX_WARNING),
};
const UNSIGNED: Line = {
  label: 'UNSIGNED',
  text: words('Anyone can have made or changed these files. Ask the contributor to sign them.'),
};
const NOT_PINNED: Line = {
  label: 'NOT PINNED',
  text: sentence`If you expect the signer below, name it with ${'--certificate-identity'} and ${'--certificate-oidc-issuer'}, or with ${'--policy'}.`,
};

/** What the banners say already: no problem says it again. */
export const SAID_BY_BANNERS: ReadonlySet<string> = new Set(['UNSIGNED', 'SIGNER_NOT_PINNED']);

export function validationBanners({ evidence }: ValidationJson): readonly Line[] {
  return evidence?.sandbox === true ? [SANDBOX] : [];
}

/** A self-check is nobody's word: it is never good in tone. */
export function validationVerdict(report: ValidationJson): Said {
  const { outcome, faults } = report;
  const isRed = faults.some(({ code }) => ERROR_CATALOGUE[code][0] === 'failed');
  const state = { passed: isPending(report) ? 'green so far' : 'green', failed: 'not green' };
  const undecided = isRed ? 'undecided, and not green' : 'undecided';
  return {
    words: `Self-check: ${{ ...state, undecided }[outcome]} (not verified, nobody has to believe it)`,
    tone: isRed ? 'bad' : outcome === 'undecided' ? 'doubtful' : 'plain',
  };
}

/** Nothing was run, and so no phase was judged. */
export function isPending({ phases = [] }: ValidationJson): boolean {
  return phases.every(({ state }) => state === 'not-run');
}
