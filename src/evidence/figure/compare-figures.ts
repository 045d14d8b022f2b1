import { isUnevaluable } from '../constraint/decision.ts';
import {
  isCeiling,
  isMet,
  isRange,
  parseNumberExpression,
} from '../constraint/number-expression.ts';
import type { Phase, PhaseTest } from '../phase/phase.ts';
import type { RecipeConstraint } from '../recipe/recipe-validation.ts';
import type { Recipe } from '../recipe/recipe.ts';
import type { Figure, FigureOutcome, PhaseConstraint } from './figure.ts';
import type { Measured, PlacedFigure } from './measure.ts';
import { FIGURES } from './printed-lines.ts';

/** One constraint of a phase, and how the figures of its name stand to it. */
export interface ComparedFigure {
  readonly phase: Phase;
  readonly constraint: RecipeConstraint;
  readonly outcome: FigureOutcome;
  /** Of several, the worst. */
  readonly placed: PlacedFigure | undefined;
  /** Why the constraint is no demand on a number. */
  readonly reason: string | undefined;
  /** Of the phase's report; undefined if there is none. */
  readonly tests: readonly PhaseTest[] | undefined;
}

/** Of all figures the lowest and the highest decide: one of them is the worst. */
export function compare(
  { name, expression }: RecipeConstraint,
  { lowest, highest }: Measured,
  dialect: Recipe['dialect'],
): Pick<ComparedFigure, 'outcome' | 'placed' | 'reason'> {
  const rules = FIGURES.get(name);
  if (rules === undefined) return decided('not-compared');
  const demand = parseNumberExpression(expression, { dialect, ...rules });
  if (isUnevaluable(demand)) return decided('unevaluable', lowest, demand.reason);
  if (lowest === undefined || highest === undefined) return decided('not-measured');
  const worstFirst = isCeiling(demand) ? [highest, lowest] : [lowest, highest];
  const missed = worstFirst.find(({ millionths }) => !isMet(demand, millionths));
  if (missed !== undefined) return decided('contradicts', missed);
  // Between the two there may be another that misses, unless the demand is a range.
  return lowest.millionths === highest.millionths || isRange(demand)
    ? decided('holds', worstFirst[0])
    : decided(
        'unevaluable',
        lowest,
        'several figures were printed, and the demand is no single range',
      );
}

function decided(
  outcome: FigureOutcome,
  placed?: PlacedFigure,
  reason?: string,
): Pick<ComparedFigure, 'outcome' | 'placed' | 'reason'> {
  return { outcome, placed, reason };
}

export function constraintOf({
  phase,
  constraint,
  outcome,
  placed,
  tests,
}: ComparedFigure): PhaseConstraint {
  const { name, expression: expected } = constraint;
  const test = placed && tests?.[placed.test]?.name;
  return { phase, name, expected, outcome, figure: placed && figureOf(placed, name, test) };
}

function figureOf({ text }: PlacedFigure, name: string, test = ''): Figure {
  const { unit = '', tolerance = 0n } = FIGURES.get(name) ?? {};
  return { value: Number(text), text, unit, tolerance: Number(tolerance), test };
}
