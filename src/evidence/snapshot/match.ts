import type { Fault, Finding } from '../../errors/fault.ts';
import { quote } from '../../quote.ts';
import type { Recipe } from '../recipe/recipe.ts';
import type { Fingerprint } from './fingerprint.ts';

/** The dimensions of a recipe's criteria, in AICR's order. */
export const MATCH_DIMENSIONS = [
  'service',
  'accelerator',
  'os',
  'intent',
  'platform',
  'nodes',
] as const;

export type MatchDimension = (typeof MATCH_DIMENSIONS)[number];

/**
 * What a snapshot says of each dimension. `decisive`: it is measured, and what is demanded has to be
 * known. `measured`: unknown does not count. `unmeasurable`: no snapshot shows it, so it never counts.
 */
const WEIGHTS: Readonly<Record<MatchDimension, 'decisive' | 'measured' | 'unmeasurable'>> = {
  service: 'decisive',
  accelerator: 'decisive',
  os: 'decisive',
  intent: 'unmeasurable',
  platform: 'unmeasurable',
  nodes: 'measured',
};

export function isMeasured(dimension: MatchDimension): boolean {
  return WEIGHTS[dimension] !== 'unmeasurable';
}

export function isDecisive(dimension: MatchDimension): boolean {
  return WEIGHTS[dimension] === 'decisive';
}

export type MatchState = 'matched' | 'mismatched' | 'unknown' | 'not-inferable';

export interface DimensionMatch {
  readonly dimension: MatchDimension;
  /** Absent if the recipe demands nothing here. */
  readonly recipeRequires?: string;
  /** Absent if the snapshot does not show it. */
  readonly fingerprintProvides?: string;
  readonly match: MatchState;
}

/** AICR's `criteriaMatch`. `matched` is AICR's: false only if a dimension mismatches. */
export interface CriteriaMatch {
  readonly matched: boolean;
  readonly perDimension: readonly DimensionMatch[];
}

/** The services that only a recipe can ask for: no cluster says of itself that it is `generic`. */
const OPT_IN_SERVICES: ReadonlySet<string> = new Set(['generic']);

/** Compares what the recipe is for with what the cluster is, as AICR does. */
export function matchRecipe({ criteria }: Recipe, fingerprint: Fingerprint): CriteriaMatch {
  const requires = { ...criteria, nodes: countText(criteria.nodes) };
  const provides: Record<MatchDimension, string> = {
    service: fingerprint.service.value,
    accelerator: fingerprint.accelerator.value,
    os: fingerprint.os.value,
    intent: '',
    platform: '',
    nodes: countText(fingerprint.nodeCount.value),
  };
  const perDimension = MATCH_DIMENSIONS.map((dimension) =>
    matchDimension(dimension, requires[dimension], provides[dimension]),
  );
  return { matched: perDimension.every(({ match }) => match !== 'mismatched'), perDimension };
}

/**
 * Why the cluster does not count as the recipe's. Stricter than AICR's `matched`: a service,
 * accelerator or os that is demanded has to be shown.
 */
export function matchFaults({ file }: Recipe, match: CriteriaMatch): readonly Fault[] {
  return match.perDimension.flatMap((dimension): readonly Fault[] => {
    if (dimension.match === 'mismatched') return [mismatch(dimension, file)];
    const isMissing = dimension.match === 'unknown' && isDecisive(dimension.dimension);
    return isMissing ? [missing(dimension, file)] : [];
  });
}

/** What is demanded and cannot be judged, and does not count. */
export function matchFindings({ file }: Recipe, match: CriteriaMatch): readonly Finding[] {
  return match.perDimension.flatMap((dimension): readonly Finding[] => {
    if (dimension.match === 'not-inferable') return [notInferable(dimension, file)];
    if (dimension.match !== 'unknown' || isDecisive(dimension.dimension)) return [];
    if (!isMeasured(dimension.dimension)) return [notInferable(dimension, file)];
    return [
      {
        ...missing(dimension, file),
        code: 'DIMENSION_UNKNOWN',
        at: at(dimension, file),
      },
    ];
  });
}

function matchDimension(
  dimension: MatchDimension,
  requires: string,
  provides: string,
): DimensionMatch {
  return {
    dimension,
    ...(requires === '' ? {} : { recipeRequires: requires }),
    ...(provides === '' ? {} : { fingerprintProvides: provides }),
    match: dimension === 'service' ? serviceState(requires, provides) : stateOf(requires, provides),
  };
}

function serviceState(requires: string, provides: string): MatchState {
  const state = stateOf(requires, provides);
  return state === 'mismatched' && OPT_IN_SERVICES.has(requires) ? 'not-inferable' : state;
}

function stateOf(requires: string, provides: string): MatchState {
  if (requires === '') return 'matched';
  if (provides === '' || provides === 'any') return 'unknown';
  return requires === provides ? 'matched' : 'mismatched';
}

function countText(count: number): string {
  return count === 0 ? '' : String(count);
}

function at({ dimension }: DimensionMatch, file: string): string {
  return `${file}#/criteria/${dimension}`;
}

function mismatch(dimension: DimensionMatch, file: string): Fault {
  return {
    code: 'CLUSTER_MISMATCH',
    at: at(dimension, file),
    found: `${dimension.dimension}: the cluster has ${quote(dimension.fingerprintProvides ?? '')}`,
    expected: quote(dimension.recipeRequires ?? ''),
    hint: 'choose the recipe for this cluster, or take the snapshot on the cluster of the recipe',
  };
}

function missing(dimension: DimensionMatch, file: string): Fault {
  return {
    code: 'CLUSTER_UNKNOWN',
    at: at(dimension, file),
    found: `${dimension.dimension}: the snapshot does not show it`,
    expected: quote(dimension.recipeRequires ?? ''),
    hint: 'take the snapshot again, on a node with a GPU and with rights to list the nodes',
  };
}

function notInferable(dimension: DimensionMatch, file: string): Finding {
  return {
    code: 'DIMENSION_NOT_INFERABLE',
    at: at(dimension, file),
    found: `${dimension.dimension}: cannot be measured`,
    expected: quote(dimension.recipeRequires ?? ''),
    hint: 'nothing to do: no snapshot shows it, so it never counts',
  };
}
