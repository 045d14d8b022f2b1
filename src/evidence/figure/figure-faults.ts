// What is to be said of figures: that one contradicts the recipe, or that none was compared with it.

import { sayDemand } from '../../demand.ts';
import type { Fault, Finding } from '../../errors/evidence-error.ts';
import { faultAt } from '../../place.ts';
import { quote } from '../../quote.ts';
import { sentence, words } from '../../sentence.ts';
import type { LocatePhase } from '../phase/phase-faults.ts';
import type { Phase } from '../phase/phase.ts';
import type { ComparedFigure } from './compare-figures.ts';
import type { Demands, Measured } from './measure.ts';
import { FIGURES } from './printed-lines.ts';

/** The recipe is what counts, whatever the test that printed the figure says of itself. */
export function contradiction(
  { phase, constraint, outcome, placed, tests }: ComparedFigure,
  locate: LocatePhase,
): readonly Fault[] {
  if (outcome !== 'contradicts' || placed === undefined) return [];
  const { name, expression } = constraint;
  const figure = `${placed.text} ${FIGURES.get(name)?.unit}`;
  const measured = `${phase}: ${quote(name)} measured ${figure}`;
  const wants = sentence`the recipe wants ${sayDemand(expression)}`;
  const isPassed = tests?.[placed.test]?.status === 'passed';
  return [
    {
      code: 'FIGURE_CONTRADICTS',
      at: locate(phase, placed.test),
      found: isPassed ? `${measured}, in a test that passed` : measured,
      expected: `${quote(expression)}${tolerated(name)}`,
      hint: isPassed
        ? 'find out why the test passed all the same, fix what it measures, and run it again'
        : 'fix what the test measures, and run it again',
      sentence: sentence`${words(phase)}: ${name} measured ${figure}, ${wants}`,
    },
  ];
}

function tolerated(name: string): string {
  const { tolerance = 0n } = FIGURES.get(name) ?? {};
  return tolerance === 0n ? '' : `, or up to ${tolerance} % less`;
}

/** A demand that no figure was compared with, though figures answer constraints of its name. */
export function notCompared(
  { phase, constraint, outcome, reason = '', tests }: ComparedFigure,
  locate: LocatePhase,
): readonly Finding[] {
  const { name, expression, at } = constraint;
  if (outcome === 'unevaluable') {
    const hint = 'correct the constraint in the recipe; until then no figure is compared with it';
    const found = `${phase}: ${quote(name)}: ${reason}`;
    const expected = 'an operator and a number, e.g. ">= 300"';
    return [faultAt({ code: 'FIGURE_UNEVALUABLE', at, hint }, found, expected)];
  }
  if (outcome !== 'not-measured' || tests === undefined) return [];
  const hint =
    'run the check with a validator that prints the figure, or look for it in the log, for AICR redacts the line by default: nothing here shows that the demand is met';
  const found = `${phase}: no figure for ${quote(name)}`;
  const expected = `one in the words of AICR's validator, to compare with ${quote(expression)}`;
  return [faultAt({ code: 'FIGURE_MISSING', at: locate(phase), hint }, found, expected)];
}

/** A figure that its test compared with something else than this recipe demands. */
export function otherConstraints(
  measured: ReadonlyMap<string, Measured>,
  demands: Demands,
  { phase, locate }: { readonly phase: Phase; readonly locate: LocatePhase },
): readonly Finding[] {
  return [...measured].flatMap(([name, { other }]): readonly Finding[] => {
    if (other === undefined) return [];
    const [expected] = demands.get(name) ?? [];
    return [
      {
        code: 'FIGURE_CONSTRAINT_DIFFERS',
        at: locate(phase, other.test),
        found: `${phase}: the test compared ${quote(name)} with ${quote(other.constraint)}`,
        expected: expected === undefined ? 'no constraint of this name' : quote(expected),
        hint: 'find out with which recipe the test was run; the figure is compared with this one here',
      },
    ];
  });
}
