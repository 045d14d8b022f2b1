// The versions that two constraints allow together.

import { isUnevaluable } from '../constraint/decision.ts';
import { isOrdering, parseExpression, type Ordering } from '../constraint/terms.ts';
import { compareVersions, parseVersion, type Version } from '../constraint/version.ts';

interface Bound {
  readonly operator: Ordering;
  readonly operand: string;
  readonly version: Version;
}

/** Why two constraints cannot be one. */
export type NotTightened = 'incomparable' | 'unsatisfiable' | 'precision';

export type Tightened = { readonly expression: string } | { readonly problem: NotTightened };

/**
 * The part of the first range that the second one allows too: `>= 1.30` and `< 1.34` give `>= 1.30 < 1.34`.
 * Only ranges of versions have one.
 */
export function tighten(existing: string, added: string): Tightened {
  const [first, second] = [boundsOf(existing), boundsOf(added)];
  if (first === undefined || second === undefined) return { problem: 'incomparable' };
  const sides = [isLower, isUpper].map((isOnSide) =>
    stricter([...first.filter(isOnSide), ...second.filter(isOnSide)]),
  );
  if (sides.includes('precision')) return { problem: 'precision' };
  const bounds = sides.filter((side) => typeof side === 'object');
  const [lower, upper] = bounds;
  if (lower && upper && isEmpty(lower, upper)) return { problem: 'unsatisfiable' };
  if (bounds.every((bound) => first.includes(bound))) return { expression: existing };
  return { expression: bounds.map(({ operator, operand }) => `${operator} ${operand}`).join(' ') };
}

function boundsOf(expression: string): readonly Bound[] | undefined {
  const groups = parseExpression(expression, 'current', ({ operator, operand }) => {
    const version = parseVersion(operand);
    return {
      bound: operator !== undefined &&
        isOrdering(operator) &&
        version && { operator, operand, version },
    };
  });
  if (isUnevaluable(groups)) return undefined;
  const [group = [], ...others] = groups;
  const bounds = group.map(({ bound }) => bound);
  const known = bounds.filter((bound) => typeof bound === 'object');
  return others.length > 0 || known.length < bounds.length ? undefined : known;
}

function isLower({ operator }: Bound): boolean {
  return operator.startsWith('>');
}

function isUpper(bound: Bound): boolean {
  return !isLower(bound);
}

/** Of bounds in one direction; which of `1.34` and `1.34.1` is stricter nobody can tell. */
function stricter(bounds: readonly Bound[]): Bound | 'precision' | undefined {
  let best: Bound | undefined;
  for (const bound of bounds) {
    if (best === undefined) {
      best = bound;
      continue;
    }
    const order = compareVersions(bound.version, best.version, 'current');
    if (order === 0 && bound.version.precision !== best.version.precision) return 'precision';
    const isStricter = isLower(bound) ? order > 0 : order < 0;
    if (isStricter || (order === 0 && isOpen(bound) && !isOpen(best))) best = bound;
  }
  return best;
}

/** The bound itself is not allowed. */
function isOpen({ operator }: Bound): boolean {
  return !operator.endsWith('=');
}

/** Bounds that are equal only as far as both are written leave room. */
function isEmpty(lower: Bound, upper: Bound): boolean {
  const order = compareVersions(lower.version, upper.version, 'current');
  if (order !== 0) return order > 0;
  return lower.version.precision === upper.version.precision && (isOpen(lower) || isOpen(upper));
}
