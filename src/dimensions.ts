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
 * What a snapshot says of each dimension. `decisive`: it is measured, and if it is demanded it has to be
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

export function isMeasured(
  dimension: MatchDimension,
): dimension is Exclude<MatchDimension, 'intent' | 'platform'> {
  return WEIGHTS[dimension] !== 'unmeasurable';
}

export function isDecisive(dimension: MatchDimension): boolean {
  return WEIGHTS[dimension] === 'decisive';
}
