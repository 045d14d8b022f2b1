// Which overlays the snapshot of a cluster leaves out.

import { textOf } from '../../document/data.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { quote } from '../../quote.ts';
import { evaluateConstraints, type ConstraintResult } from '../constraint/evaluate.ts';
import { parsePath } from '../constraint/path.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { Overlay } from './overlay.ts';
import type { Part } from './part.ts';
import type { Rules } from './rules.ts';

/** An overlay that is for the criteria and was left out. */
export interface Exclusion {
  readonly overlay: Overlay;
  readonly reason: 'constraint-failed' | 'mixin-constraint-failed';
  /** What did not hold. */
  readonly failed: readonly FailedConstraint[];
}

export interface FailedConstraint {
  readonly name: string;
  readonly expected: string;
  readonly actual: string | undefined;
  readonly reason: string;
  readonly at: string;
}

/** Those of these constraints that do not hold in the cluster. */
export type Unmet = (parts: readonly Part[]) => readonly FailedConstraint[];

/**
 * What a snapshot says of constraints. What it does not show does not hold.
 *
 * @throws EvidenceError FIELD_INVALID, by today's rules, for a constraint that nobody can evaluate
 */
export function unmetIn(snapshot: Snapshot, rules: Rules): Unmet {
  return (parts) => {
    const constraints = parts.map(({ name, value, at }) => ({
      ...{ name, at, severity: undefined, remediation: undefined },
      expression: textOf(value, 'value'),
    }));
    const results = evaluateConstraints({ constraints, dialect: rules }, snapshot);
    return results.flatMap(
      (result, index) => failedOf(result, parts[index]?.at ?? '', rules) ?? [],
    );
  };
}

function failedOf(
  { name, expected, actual, outcome, reason }: ConstraintResult,
  at: string,
  rules: Rules,
): FailedConstraint | undefined {
  if (outcome === 'passed') return undefined;
  const isUnevaluable = outcome === 'unevaluable';
  const isShown = actual !== undefined || 'outcome' in parsePath(name, rules);
  if (isUnevaluable && rules === 'current' && isShown) {
    throw new EvidenceError('FIELD_INVALID', {
      at: `${at}/value`,
      found: `${quote(expected)}: ${reason ?? 'it cannot be evaluated'}`,
      expected: 'a constraint that can be evaluated on the snapshot',
      hint: 'correct the constraint, or the snapshot',
    });
  }
  const said = isUnevaluable ? (reason ?? '') : `expected ${expected}, got ${actual ?? ''}`;
  return { name, expected, actual, reason: said, at };
}

/** Which overlay, and the first of its constraints that does not hold. */
export function sayExclusion({ overlay, failed }: Exclusion): string {
  const [first] = failed;
  const why = first === undefined ? '' : `: ${quote(`${first.name}: ${first.reason}`)}`;
  return `the snapshot does not fit the overlay ${quote(overlay.name)}${why}`;
}

export interface Filtered {
  readonly kept: readonly Overlay[];
  readonly excluded: readonly Exclusion[];
}

/**
 * Leaves out the candidates with a constraint that does not hold.
 *
 * @param constraintsOf its own, or those of the mixins that it and its ancestors bring
 */
export function withoutUnmet(
  candidates: readonly Overlay[],
  unmet: Unmet | undefined,
  reason: Exclusion['reason'],
  constraintsOf: (candidate: Overlay) => readonly Part[],
): Filtered {
  if (unmet === undefined) return { kept: candidates, excluded: [] };
  const start = reason === 'constraint-failed' ? '' : `${reason}: `;
  const excluded = candidates.flatMap((overlay): readonly Exclusion[] => {
    const failed = unmet(constraintsOf(overlay));
    const told = failed.map((each) => ({ ...each, reason: start + each.reason }));
    return told.length === 0 ? [] : [{ overlay, reason, failed: told }];
  });
  const left = new Set(excluded.map(({ overlay }) => overlay));
  return { kept: candidates.filter((each) => !left.has(each)), excluded };
}
