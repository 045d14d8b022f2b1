// What becomes of values that redacted evidence withholds and only claims.

import type { Fault } from '../../errors/evidence-error.ts';
import { words } from '../../sentence.ts';
import type { ReceivedPredicate } from '../claim/predicate.ts';
import { ASK_FOR_VALUE } from '../constraint/evaluate.ts';
import { BOM_FILE } from '../layout.ts';
import { LABEL_OF } from '../validate/claimed.ts';
import {
  CLAIMED_IMAGES,
  type ClusterAssessment,
  type JudgedPhases,
  type Judgement,
} from '../validate/judge.ts';

/** By default only what the recipe demands has to be shown. */
export interface ClaimRules {
  /** A claim is enough, also of what the recipe demands. */
  readonly acceptClaimed?: boolean | undefined;
  /** Everything has to be shown, also what the recipe does not demand. */
  readonly requireRecomputed?: boolean | undefined;
}

/** What is demanded and only claimed is a fault, unless the caller says that a claim is enough. */
export function decidedFaults(
  faults: readonly Fault[],
  { acceptClaimed = false, requireRecomputed = false }: ClaimRules,
  predicate: ReceivedPredicate,
): readonly Fault[] {
  const enough = requireRecomputed
    ? 'leave --require-recomputed out'
    : 'decide that the claim is enough: --accept-claimed';
  const hint = `${askFor(predicate)}; or ${enough}`;
  return faults.flatMap((fault) => {
    if (fault.code !== 'VALUE_CLAIMED') return [fault];
    return acceptClaimed ? [] : [{ ...fault, hint }];
  });
}

/** Only what the statement commits to can be revealed. */
function askFor({ affidavit }: ReceivedPredicate): string {
  return affidavit?.redaction?.leaves === undefined
    ? ASK_FOR_VALUE
    : ASK_FOR_VALUE.replace(' for ', ' to reveal it (affidavit evidence reveal), or for ');
}

/** Whether something counts that would not without the flag. */
export function usesClaims(
  { cluster }: Pick<Judgement, 'cluster'>,
  { acceptClaimed = false }: ClaimRules,
): boolean {
  const faults = cluster === undefined ? [] : [...cluster.matchFaults, ...cluster.constraintFaults];
  return acceptClaimed && faults.some(({ code }) => code === 'VALUE_CLAIMED');
}

export function claimedDimensions(
  { claimed }: ClusterAssessment,
  { requireRecomputed = false }: ClaimRules,
  predicate: ReceivedPredicate,
): readonly Fault[] {
  if (!requireRecomputed) return [];
  return claimed
    .filter((name) => Object.hasOwn(LABEL_OF, name))
    .map((name) => onlyClaimed(`${predicate.at}/fingerprint/${name}`, name, predicate));
}

export function claimedImages(
  { facts }: Pick<Judgement, 'facts'>,
  { requireRecomputed = false }: ClaimRules,
  predicate: ReceivedPredicate,
): readonly Fault[] {
  const isClaimed = facts.onlyClaimed?.includes(CLAIMED_IMAGES) === true;
  if (!requireRecomputed || !isClaimed) return [];
  return [onlyClaimed(BOM_FILE, 'the list of images', predicate)];
}

const NOT_COMPARED: ReadonlySet<string> = new Set(['FIGURE_MISSING', 'FIGURE_UNEVALUABLE']);

/** A demand that a figure could answer, and that none was compared with: that it is met is only what its test says. */
export function claimedFigures(
  { findings }: JudgedPhases,
  { requireRecomputed = false }: ClaimRules,
): readonly Fault[] {
  if (!requireRecomputed) return [];
  return findings
    .filter(({ code }) => NOT_COMPARED.has(code))
    .map(({ at, found, expected, hint }) => ({
      ...{ code: 'VALUE_CLAIMED', at, expected },
      found: `${found}: nothing shows that the demand is met`,
      hint: `${hint}; or leave --require-recomputed out`,
    }));
}

function onlyClaimed(at: string, what: string, predicate: ReceivedPredicate): Fault {
  return {
    code: 'VALUE_CLAIMED',
    at,
    found: `${what}: stated, and not shown by the packed snapshot`,
    expected: 'what shows it, as --require-recomputed demands',
    hint: `${askFor(predicate)}; or leave --require-recomputed out`,
    sentence: words(`${what} is only claimed: the packed snapshot does not show it`),
  };
}
