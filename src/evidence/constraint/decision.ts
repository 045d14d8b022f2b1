export interface Unevaluable {
  readonly outcome: 'unevaluable';
  readonly reason: string;
  /** What to do about it. */
  readonly fix: string;
  /** There is no value at all: what is withheld looks the same. */
  readonly missing?: true;
}

/** The result of one constraint, and why. */
export type Decision =
  | Unevaluable
  | { readonly outcome: 'passed'; readonly reason: undefined }
  | { readonly outcome: 'failed'; readonly reason: string };

export const PASSED: Decision = { outcome: 'passed', reason: undefined };

/** @param fix what to do; by default it is the recipe that has to change */
export function unevaluable(
  reason: string,
  fix = 'correct the constraint in the recipe',
): Unevaluable {
  return { outcome: 'unevaluable', reason, fix };
}

/** The snapshot does not show what the constraint names. */
export function notShown(reason: string): Unevaluable {
  return { ...unclear(reason), missing: true };
}

/** The snapshot shows it, but nobody can tell what it is. */
export function unclear(reason: string): Unevaluable {
  const fix = 'take the snapshot again, with all collectors and with rights to list the nodes';
  return unevaluable(reason, `${fix}; if nothing measures this, correct the constraint`);
}

export function isUnevaluable(value: object): value is Unevaluable {
  return 'outcome' in value && value.outcome === 'unevaluable';
}
