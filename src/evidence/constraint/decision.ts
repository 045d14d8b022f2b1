export interface Unevaluable {
  readonly outcome: 'unevaluable';
  readonly reason: string;
}

/** The result of one constraint, and why. */
export type Decision =
  | Unevaluable
  | { readonly outcome: 'passed'; readonly reason: undefined }
  | { readonly outcome: 'failed'; readonly reason: string };

export const PASSED: Decision = { outcome: 'passed', reason: undefined };

export function unevaluable(reason: string): Unevaluable {
  return { outcome: 'unevaluable', reason };
}

export function isUnevaluable(value: object): value is Unevaluable {
  return 'outcome' in value && value.outcome === 'unevaluable';
}
