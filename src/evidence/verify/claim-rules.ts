// What becomes of values that redacted evidence withholds and only claims.

import type { Fault } from '../../errors/evidence-error.ts';
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
  { acceptClaimed = false }: ClaimRules,
): readonly Fault[] {
  return acceptClaimed ? faults.filter(({ code }) => code !== 'VALUE_CLAIMED') : faults;
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
  at: string,
  { requireRecomputed = false }: ClaimRules,
): readonly Fault[] {
  if (!requireRecomputed) return [];
  return claimed
    .filter((name) => Object.hasOwn(LABEL_OF, name))
    .map((name) => onlyClaimed(`${at}/fingerprint/${name}`, name));
}

export function claimedImages(
  { facts }: Pick<Judgement, 'facts'>,
  { requireRecomputed = false }: ClaimRules,
): readonly Fault[] {
  const isClaimed = facts.onlyClaimed?.includes(CLAIMED_IMAGES) === true;
  return requireRecomputed && isClaimed ? [onlyClaimed(BOM_FILE, 'images of the snapshot')] : [];
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

function onlyClaimed(at: string, what: string): Fault {
  return {
    code: 'VALUE_CLAIMED',
    at,
    found: `${what}: withheld, and only claimed`,
    expected: 'what shows it, as --require-recomputed demands',
    hint: 'ask the contributor to reveal it, or for evidence that is not redacted; or leave --require-recomputed out',
  };
}
