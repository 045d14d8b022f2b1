// The figures of a run, compared with what the recipe demands of its phases.

import { trimBlanks } from '../../document/blanks.ts';
import type { Fault, Finding } from '../../errors/evidence-error.ts';
import type { LocatePhase } from '../phase/phase-faults.ts';
import type { Phase, PhaseTest } from '../phase/phase.ts';
import type { RecipePhase } from '../recipe/recipe-validation.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { compare, constraintOf, type ComparedFigure } from './compare-figures.ts';
import { contradiction, notCompared, otherConstraints } from './figure-faults.ts';
import type { PhaseConstraint } from './figure.ts';
import { measure, type Demands } from './measure.ts';

export interface JudgedFigures {
  /** Every constraint of every phase, in the recipe's order. */
  readonly constraints: readonly PhaseConstraint[];
  /** FIGURE_CONTRADICTS. */
  readonly faults: readonly Fault[];
  readonly findings: readonly Finding[];
}

/** @param reports those that are there: a phase without one has measured nothing, and that is said elsewhere */
export function judgeFigures(
  { phases, dialect }: Pick<Recipe, 'phases' | 'dialect'>,
  reports: ReadonlyMap<Phase, { readonly tests: readonly PhaseTest[] }>,
  locate: LocatePhase,
): JudgedFigures {
  const judged = phases.map(({ phase, constraints }) => {
    const tests = reports.get(phase)?.tests;
    const demands = demandsOf(constraints);
    const measured = measure(tests ?? [], demands);
    const compared = constraints.map((constraint): ComparedFigure => {
      const figures = measured.get(constraint.name) ?? {};
      return { phase, constraint, tests, ...compare(constraint, figures, dialect) };
    });
    return { compared, others: otherConstraints(measured, demands, { phase, locate }) };
  });
  const compared = judged.flatMap((phase) => phase.compared);
  return {
    constraints: compared.map(constraintOf),
    faults: compared.flatMap((figure) => contradiction(figure, locate)),
    findings: [
      ...compared.flatMap((figure) => notCompared(figure, locate)),
      ...judged.flatMap(({ others }) => others),
    ],
  };
}

function demandsOf(constraints: RecipePhase['constraints']): Demands {
  const byName = Map.groupBy(constraints, ({ name }) => name);
  return new Map(
    [...byName].map(([name, same]) => [
      name,
      new Set(same.map(({ expression }) => trimBlanks(expression))),
    ]),
  );
}
