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
import { outcomeOfCount } from '../constraint/gpu-nodes.ts';
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
import { acceleratorOfProduct, isAccelerator } from '../snapshot/gpu-sku.ts';
import type { CriteriaMatch } from '../snapshot/match.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';

/** What redacted evidence claims. */
export interface Claims {
  /** What its policy keeps: only what it does not keep may be claimed. Undefined if nobody knows: nothing is excused. */
  readonly keep: SnapshotKeep | undefined;
  /** Labels of which something was revealed that may not be all: what they show is no proof. */
  readonly partial?: ReadonlySet<string> | undefined;
  /** The snapshot without what is revealed: what constraints read is kept, with other names of nodes. */
  readonly redacted?: Snapshot | undefined;
  /** Whether the snapshot shows all images, though its policy keeps none. */
  readonly hasImages: boolean;
  /** As the predicate has them. */
  readonly fingerprint: Pick<Fingerprint, ClaimedDimension>;
  /** Undefined if the producer records no constraints. */
  readonly constraints: readonly ClaimedConstraint[] | undefined;
}

type LabelClaims = Pick<Claims, 'keep' | 'partial' | 'fingerprint'>;

export type ClaimedConstraint = Pick<ConstraintResult, 'name' | 'expected' | 'actual'>;

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
  claims: LabelClaims | undefined,
): CompletedFingerprint {
  if (claims === undefined) return { fingerprint: own, claimed: [] };
  const from = DIMENSIONS.filter((name) => mayStandIn(own, claims, name));
  const taken = Object.fromEntries(from.map((name) => [name, claims.fingerprint[name]]));
  const fingerprint = { ...own, ...taken };
  // What is left of a label may be a part of it.
  const mayBePart = (name: ClaimedDimension): boolean =>
    claims.keep?.labels.has(LABEL_OF[name]) !== true && isReadFrom(LABEL_OF[name], own[name]);
  const claimed = DIMENSIONS.filter((name) => {
    if (name === 'accelerator' && isModel(fingerprint)) return false;
    return from.includes(name) || mayBePart(name);
  });
  return { fingerprint, claimed };
}

interface AnyDimension {
  readonly value: string | number;
  readonly source?: string;
  readonly note?: string;
}

/** The model of a GPU shows the accelerator too: whoever leaves the label out gains nothing. */
function isModel({ accelerator, gpuModel }: Fingerprint): boolean {
  return isAccelerator(gpuModel.value) && accelerator.value === gpuModel.value;
}

/** Whether a claim may stand in for a label that is withheld: a label can say so, and nothing denies it. */
function mayStandIn(
  own: Fingerprint,
  { keep, partial, fingerprint: claims }: LabelClaims,
  name: ClaimedDimension,
): boolean {
  const label = LABEL_OF[name];
  const isExcused = keep?.labels.has(label) === false;
  if (!isExcused || claims[name].source !== labelSource(label)) return false;
  // A label that is there after all is read, unless more of it may be withheld.
  if (isReadFrom(label, own[name]) && partial?.has(label) !== true) return false;
  if (name === 'accelerator') return canBeAccelerator(own, claims.accelerator);
  if (name === 'region') return canBeRegion(own.region, claims.region);
  return claims[name].value >= own[name].value && claims[name].value <= nodesIn(own.nodeCount);
}

function isReadFrom(label: string, { value, source, note }: AnyDimension): boolean {
  return source === labelSource(label) && (note !== undefined || (value !== '' && value !== 0));
}

/** How many there can be: what is not known sets no limit. */
function nodesIn({ value, source }: CountDimension): number {
  return source === undefined ? Infinity : value;
}

/** The model of one GPU agrees, or the label shows several; a label of an unknown product does not outrank it. */
function canBeAccelerator({ accelerator, gpuModel }: Fingerprint, claim: Dimension): boolean {
  if (claim.note === 'multi-gpu') return claim.value === '';
  if (isReadFrom(PRODUCT_LABEL, accelerator)) return isSame(accelerator, claim);
  if (claim.note === 'unknown-sku') return claim.value === '' && accelerator.value === '';
  const model = accelerator.value === '' ? acceleratorOfProduct(gpuModel.value) : accelerator.value;
  return (
    claim.note === undefined && isAccelerator(claim.value) && (model ?? claim.value) === claim.value
  );
}

/** Nothing but the label shows a region. */
function canBeRegion(region: Dimension, claim: Dimension): boolean {
  if (claim.note === 'multi-region') return claim.value === '';
  if (isReadFrom(REGION_LABEL, region)) return isSame(region, claim);
  return claim.note === undefined && claim.value !== '';
}

function isSame(one: Dimension, other: Dimension): boolean {
  return one.value === other.value && one.note === other.note;
}

/** The same results, but for constraints that read what is withheld. */
export function completeConstraints(
  recipe: Pick<Recipe, 'dialect'>,
  results: readonly ConstraintResult[],
  claims: Claims | undefined,
  nodeCount: CountDimension,
): readonly ConstraintResult[] {
  if (claims === undefined) return results;
  const { keep, constraints } = claims;
  const nodes = nodesIn(nodeCount);
  return results.map((result, index) => {
    const { name, expected: expression } = result;
    if (!mayBeWithheld(result, recipe, keep)) return result;
    if (!isWithheld({ name, expression }, recipe, keep)) return result;
    if (constraints === undefined) return notShown(result, 'withheld');
    const claim = constraints[index];
    return claim === undefined ? result : claimedResult(result, claim, recipe, nodes);
  });
}

/** It has no value, or it holds of what is left of the labels: that one is not there shows nothing. */
function mayBeWithheld(
  { name, outcome, missing }: ConstraintResult,
  recipe: Pick<Recipe, 'dialect'>,
  keep: SnapshotKeep | undefined,
): boolean {
  return missing === true ? keep !== undefined : outcome === 'passed' && isVirtual(name, recipe);
}

function notShown(result: ConstraintResult, outcome: 'claimed' | 'withheld'): ConstraintResult {
  const { fix: _, missing: __, ...own } = result;
  return { ...own, outcome, reason: 'withheld' };
}

function claimedResult(
  result: ConstraintResult,
  claim: ClaimedConstraint,
  recipe: Pick<Recipe, 'dialect'>,
  nodes: number,
): ConstraintResult {
  const { name, expected, actual: shown = claim.actual } = result;
  const { actual } = claim;
  if (claim.name !== name || claim.expected !== expected || actual !== shown) return result;
  const outcome = claimedOutcome(claim, recipe, nodes);
  const claimed = { ...notShown(result, 'claimed'), actual };
  if (outcome === 'passed') return claimed;
  return outcome === 'failed' ? { ...claimed, outcome, reason: 'the evidence says so' } : result;
}

/** What the claimed value comes to. It is never taken for what the snapshot shows. */
function claimedOutcome(
  { name, expected, actual }: ClaimedConstraint,
  recipe: Pick<Recipe, 'dialect'>,
  nodes: number,
): string | undefined {
  if (actual === undefined) return undefined;
  if (isVirtual(name, recipe)) return outcomeOfCount(actual, nodes);
  return evaluateText(expected, actual, recipe).outcome;
}

/** The names of those that nothing shows. */
export function claimedConstraints(results: readonly ConstraintResult[]): readonly string[] {
  return results
    .filter(({ outcome }) => outcome === 'claimed' || outcome === 'withheld')
    .map(({ name }) => name);
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
