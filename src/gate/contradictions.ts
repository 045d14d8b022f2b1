// Whether a report says one thing: what was changed by hand shows.

import { GOOD } from './combine.ts';
import type { Decision } from './decide.ts';
import { countsOf, decidedCode } from './decided-code.ts';
import { MOST_LISTED } from './findings.ts';
import { STATES, type GateRecipe, type State } from './gate-json.ts';

type Value = string | number | boolean;

/** A field of a report, what it says, and what it would say if it followed from the others. */
export type Contradiction = readonly [place: string, found: Value, expected: Value];

/** What a decision says, and a report of it. */
type Telling = Omit<Decision, 'listed'>;

const LISTS = ['faults', 'breaches', 'removed', 'orphans', 'findings'] as const;

/** What somebody has written into a report: that its recipes, faults and pointers say otherwise. */
export function contradictionsIn(report: Telling): readonly Contradiction[] {
  const { recipes, counts, more } = report;
  const [decided, states] = [decidedCode(report), countsOf(recipes)];
  const listed = { ...report, ...report.pointers };
  const follows: readonly Contradiction[] = [
    ...STATES.map((state): Contradiction => {
      return [`counts/states/${state}`, counts.states[state] ?? 0, states[state] ?? 0];
    }),
    ['counts/affected', counts.affected, recipes.length],
    ['decidedExitCode', report.decidedExitCode, decided],
    ['exitCode', report.exitCode, report.mode === 'warn' ? 0 : decided],
    ...recipes.flatMap(ofRecipe),
    ...LISTS.map((name): Contradiction => {
      const isWhole = listed[name].length < MOST_LISTED;
      return [`more/${name}`, more[name], isWhole ? 0 : more[name]];
    }),
  ];
  return follows.filter(([, found, expected]) => found !== expected);
}

/** Good evidence is as many pieces, and by as many signers, as are asked for, and each of them is shown. */
function ofRecipe(recipe: GateRecipe, index: number): readonly Contradiction[] {
  const { state, required, exemption, pieces, signers } = recipe;
  const counted = recipe.evidence.filter((piece) => piece.counted).length;
  const [least, fewest] = GOOD.has(state)
    ? [pieces.wanted, Math.max(signers.wanted, state === 'confirmed' ? 2 : 1)]
    : [0, 0];
  const fields: readonly Contradiction[] = [
    // What head cannot resolve is invalid, also where nobody asks for evidence.
    ['required', required, state === 'invalid' ? required : state !== 'not-asked'],
    ['state', state, exempted(state, exemption?.expired === false)],
    ['pieces/found', pieces.found, Math.max(pieces.found, least)],
    ['signers/found', signers.found, state === 'single' ? fewest : Math.max(signers.found, fewest)],
    ['evidence', counted, Math.max(counted, pieces.found)],
  ];
  return fields.map(([place, ...rest]) => [`recipes/${index}/${place}`, ...rest]);
}

function exempted(state: State, isExempt: boolean): string {
  if (isExempt) return 'exempt';
  return state === 'exempt' ? 'another state: no exemption holds' : state;
}
