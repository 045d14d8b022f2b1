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
