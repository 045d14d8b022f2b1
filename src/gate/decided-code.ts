import { WORST_EXIT_CODES } from '../attestation/verdict.ts';
import { STATES, type GateJson, type State } from './gate-json.ts';

export const EXIT_OF_STATE: Readonly<Record<State, number>> = {
  invalid: 2,
  'not-allowed': 2,
  unreachable: 3,
  missing: 4,
  unsigned: 4,
  stale: 4,
  undecided: 4,
  short: 4,
  red: 1,
  exempt: 0,
  single: 0,
  confirmed: 0,
  'not-asked': 0,
};

type Decided = Pick<GateJson['recipes'][number], 'state'>;

/** What the recipes of head and their pointers come to: the worst of them; a breach of a contract is 2. */
export function decidedCode({
  recipes,
  faults,
  pointers,
}: {
  readonly recipes: readonly Decided[];
  readonly faults: readonly unknown[];
  readonly pointers: { readonly breaches: readonly unknown[] };
}): number {
  const isBroken = pointers.breaches.length > 0 || faults.length > 0;
  const exits = new Set<number>([
    ...recipes.map(({ state }) => EXIT_OF_STATE[state]),
    ...(isBroken ? [2] : []),
  ]);
  return WORST_EXIT_CODES.find((code) => exits.has(code)) ?? 0;
}

/** How many recipes have each state, from the worst. */
export function countsOf(recipes: readonly Decided[]): GateJson['counts']['states'] {
  const groups = Map.groupBy(recipes, ({ state }) => state);
  return Object.fromEntries(
    STATES.flatMap((state) => {
      const count = groups.get(state)?.length ?? 0;
      return count === 0 ? [] : [[state, count]];
    }),
  );
}
