/** A number that a validator printed. It is claimed: nothing in the evidence shows it again. */
export interface Figure {
  readonly value: number;
  /** The same as it was printed: digits, and perhaps a point and digits. */
  readonly text: string;
  readonly unit: string;
  /** By how many percent AICR lets it miss a floor. */
  readonly tolerance: number;
  /** The name of the test that printed it; foreign text. */
  readonly test: string;
}

/**
 * How a figure stands to the constraint that it answers. `not-measured`: no test that was run printed
 * one. `unevaluable`: the constraint demands no number. `not-compared`: no figure is known that would
 * answer a constraint of this name, so it is left to its validator.
 */
export type FigureOutcome =
  | 'holds'
  | 'contradicts'
  | 'not-measured'
  | 'unevaluable'
  | 'not-compared';

/** A constraint of `validation.<phase>.constraints`, and what its validator printed of it. */
export interface PhaseConstraint {
  readonly phase: string;
  readonly name: string;
  /** The expression as the recipe has it. */
  readonly expected: string;
  /** Of several, the worst. Undefined if there is none. */
  readonly figure: Figure | undefined;
  readonly outcome: FigureOutcome;
}
