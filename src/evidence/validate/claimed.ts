// Values that the policy of a redaction withholds, taken from the claims, and marked as claimed only.

import type { Fault } from '../../errors/evidence-error.ts';
import { quote } from '../../quote.ts';
import { sentence } from '../../sentence.ts';
import {
  ASK_FOR_VALUE,
  evaluateText,
  isVirtual,
  type ConstraintResult,
} from '../constraint/evaluate.ts';
import type { Recipe } from '../recipe/recipe.ts';
import type { SnapshotKeep } from '../redact/policy.ts';
import { isWithheld } from '../redact/withholding.ts';
import {
  PRODUCT_LABEL,
  REGION_LABEL,
  labelSource,
  type CountDimension,
  type Dimension,
  type Fingerprint,
} from '../snapshot/fingerprint.ts';
import type { CriteriaMatch } from '../snapshot/match.ts';

/** What redacted evidence claims. */
export interface Claims {
  /** What its policy keeps: only what it does not keep may be claimed. */
  readonly keep: SnapshotKeep;
  /** Labels of which something was revealed that may not be all: what they show is no proof. */
  readonly partial?: ReadonlySet<string> | undefined;
  /** As the predicate has them. */
  readonly fingerprint: Pick<Fingerprint, ClaimedDimension>;
  /** Undefined if the producer records no constraints. */
  readonly constraints: readonly ClaimedConstraint[] | undefined;
}

export type ClaimedConstraint = Pick<ConstraintResult, 'name' | 'expected' | 'actual'> & {
  readonly outcome: string;
};

/** Those that AICR reads from the labels of the nodes, each with its label. */
export const LABEL_OF = {
  accelerator: PRODUCT_LABEL,
  region: REGION_LABEL,
  gpuNodeCount: PRODUCT_LABEL,
} as const;

export type ClaimedDimension = keyof typeof LABEL_OF;

const DIMENSIONS: readonly ClaimedDimension[] = ['accelerator', 'region', 'gpuNodeCount'];

export interface CompletedFingerprint {
  readonly fingerprint: Fingerprint;
  /** Those of its values that nothing shows. */
  readonly claimed: readonly ClaimedDimension[];
}

/** The fingerprint that the snapshot shows, with the claims where a label is withheld. */
export function completeFingerprint(
  own: Fingerprint,
  claims: Claims | undefined,
): CompletedFingerprint {
  if (claims === undefined) return { fingerprint: own, claimed: [] };
  const from = DIMENSIONS.filter((name) => isExcused(own, claims, name));
  const accelerator = from.includes('accelerator')
    ? claims.fingerprint.accelerator
    : own.accelerator;
  const region = from.includes('region') ? claims.fingerprint.region : own.region;
  const gpuNodeCount = from.includes('gpuNodeCount')
    ? claims.fingerprint.gpuNodeCount
    : own.gpuNodeCount;
  return {
    fingerprint: { ...own, accelerator, region, gpuNodeCount },
    claimed: from.filter((name) => {
      const label = LABEL_OF[name];
      const isPartial = own[name].source === labelSource(label) && claims.partial?.has(label);
      return own[name].value !== claims.fingerprint[name].value || isPartial === true;
    }),
  };
}

/**
 * Where the snapshot shows nothing, the claim counts. What another source shows must agree in value; but a
 * label that shows several values outranks the model of one node.
 */
function isExcused(
  own: Fingerprint,
  { keep, fingerprint }: Claims,
  name: ClaimedDimension,
): boolean {
  const label = LABEL_OF[name];
  const claim: Dimension | CountDimension = fingerprint[name];
  if (keep.labels.has(label) || claim.source !== labelSource(label)) return false;
  const { value } = own[name];
  return value === '' || value === 0 || value === claim.value || 'note' in claim;
}

/** The same results, but for constraints that read what is withheld. */
export function completeConstraints(
  recipe: Pick<Recipe, 'dialect'>,
  results: readonly ConstraintResult[],
  claims: Claims | undefined,
): readonly ConstraintResult[] {
  if (claims === undefined) return results;
  const { keep, constraints } = claims;
  return results.map((result, index) =>
    completeConstraint(result, recipe, { keep, claim: constraints?.[index] }),
  );
}

/** The names of those that nothing shows. */
export function claimedConstraints(results: readonly ConstraintResult[]): readonly string[] {
  return results
    .filter(({ outcome }) => outcome === 'claimed' || outcome === 'withheld')
    .map(({ name }) => name);
}

/**
 * The result of a constraint that reads what is withheld: that of the value that is claimed, if any is. It is
 * never taken for what the snapshot shows.
 */
function completeConstraint(
  result: ConstraintResult,
  recipe: Pick<Recipe, 'dialect'>,
  { keep, claim }: { readonly keep: SnapshotKeep; readonly claim: ClaimedConstraint | undefined },
): ConstraintResult {
  const { fix: _, ...own } = result;
  const { name, expected, outcome, actual: shown } = own;
  if (outcome !== 'unevaluable' || shown !== undefined) return result;
  if (!isWithheld({ name, expression: expected }, recipe, keep)) return result;
  if (claim === undefined) return { ...own, outcome: 'withheld', reason: 'withheld' };
  if (claim.name !== name || claim.expected !== expected) return result;
  const { actual } = claim;
  switch (claimedOutcome(claim, recipe)) {
    case 'passed':
      return { ...own, actual, outcome: 'claimed', reason: 'withheld' };
    case 'failed':
      return { ...own, actual, outcome: 'failed', reason: 'the evidence says so' };
    default:
      return result;
  }
}

/** What the claimed value comes to, where it is one value. */
function claimedOutcome(
  { name, expected, actual, outcome }: ClaimedConstraint,
  recipe: Pick<Recipe, 'dialect'>,
): string {
  if (isVirtual(name, recipe)) return outcome;
  return actual === undefined ? 'unevaluable' : evaluateText(expected, actual, recipe).outcome;
}

/** A dimension that is demanded, and that the evidence only claims to have. */
export function claimedMatchFaults(
  { file }: Recipe,
  { perDimension }: CriteriaMatch,
  claimed: readonly string[],
): readonly Fault[] {
  return perDimension
    .filter(({ dimension, recipeRequires = '', match }) => {
      return recipeRequires !== '' && match === 'matched' && claimed.includes(dimension);
    })
    .map(({ dimension, recipeRequires = '' }) => ({
      code: 'VALUE_CLAIMED',
      at: `${file}#/criteria/${dimension}`,
      found: `${dimension}: withheld, and only claimed to match`,
      expected: `a measurement that shows ${quote(recipeRequires)}`,
      hint: ASK_FOR_VALUE,
      sentence: sentence`${dimension} is withheld, and only claimed to be ${recipeRequires}`,
    }));
}
