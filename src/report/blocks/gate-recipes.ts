// The table of the recipes that the policy asks evidence of, and what each has.
import type { GatePiece, GateRecipe, ListedSigner, State } from '../../gate/gate-json.ts';
import { sayName } from '../../policy/policy-signer.ts';
import { counted, joined, sentence, words } from '../../sentence.ts';
import type { Inline, TableBlock, Tone } from './block.ts';
import { state } from './block.ts';
import { claimOf } from './claims.ts';
import { sayPhase } from './states.ts';

export const TONES: Readonly<Record<State, Tone>> = {
  invalid: 'bad',
  'not-allowed': 'bad',
  unreachable: 'doubtful',
  missing: 'doubtful',
  unsigned: 'doubtful',
  stale: 'doubtful',
  undecided: 'doubtful',
  short: 'doubtful',
  red: 'bad',
  exempt: 'doubtful',
  single: 'good',
  confirmed: 'good',
  'not-asked': 'plain',
};

/** Pieces of a recipe, and figures of a piece, in one cell. */
const MOST_SHOWN = 3;
/** Recipes in a terminal. */
const MOST_RECIPES = 12;
/** Of a digest: enough to find it. */
const DIGEST_LENGTH = 'sha256:'.length + 12;

/** What a piece says that is worth nothing is what somebody claims. */
const PROVEN: ReadonlySet<State> = new Set<State>(['single', 'red']);

/** @param isWeak whether a sandbox, or a flag, takes the weight from all */
export function recipesTable(recipes: readonly GateRecipe[], isWeak: boolean): TableBlock {
  const noun = 'recipe';
  const items = recipes.map((recipe) => rowsOf(recipe, isWeak));
  return {
    block: 'table',
    columns: ['Recipe', 'State', ...COLUMNS],
    rows: items.map(({ row }) => row),
    below: items.map(({ below }) => below),
    noun,
    brief: {
      block: 'list',
      title: 'Recipes',
      items: recipes.map((recipe) => [...stateText(recipe), ' ', ...nameOf(recipe)]),
      below: recipes.map((recipe) => linesOf(recipe, isWeak)),
      noun,
      most: MOST_RECIPES,
    },
  };
}

const COLUMNS = ['Artifact', 'Signer', 'Age', 'Measured', 'Phases'] as const;

/** The pieces that make the state good, or all if none does. */
function shownOf({ evidence }: GateRecipe): {
  readonly pieces: readonly GatePiece[];
  readonly left: number;
} {
  const counting = evidence.filter(({ counted: counts }) => counts);
  const all = counting.length > 0 ? counting : evidence;
  return { pieces: all.slice(0, MOST_SHOWN), left: Math.max(all.length - MOST_SHOWN, 0) };
}

/** What is known of a piece, as `COLUMNS` has it. */
function factsOf(piece: GatePiece, isWeak: boolean): readonly Inline[] {
  return [
    [...digestText(piece), ...pieceState(piece)],
    signerText(piece),
    ageText(piece),
    figuresText(piece),
    phasesText(piece, isWeak),
  ];
}

function rowsOf(
  recipe: GateRecipe,
  isWeak: boolean,
): { readonly row: readonly Inline[]; readonly below: readonly (readonly Inline[])[] } {
  const { pieces, left } = shownOf(recipe);
  const none = COLUMNS.map((): Inline => []);
  const more = left === 0 ? [] : [none.with(0, words(`and ${left} more`))];
  const [first = none, ...below] = [...pieces.map((piece) => factsOf(piece, isWeak)), ...more].map(
    (facts) => facts.map((text) => (text.length === 0 ? words('–') : text)),
  );
  return { row: [nameOf(recipe), stateText(recipe), ...first], below };
}

/** Below its name in a terminal, a piece each: what nothing is known of is left out. */
function linesOf(recipe: GateRecipe, isWeak: boolean): readonly Inline[] {
  const { pieces, left } = shownOf(recipe);
  const lines = pieces.map((piece) =>
    joined(
      factsOf(piece, isWeak).filter((fact) => fact.length > 0),
      ', ',
    ),
  );
  return [...lines, ...(left > 0 ? [words(`and ${left} more`)] : [])];
}

function nameOf({ name, profile }: GateRecipe): Inline {
  return profile === undefined ? sentence`${name}` : sentence`${name} with ${profile}`;
}

function stateText({ state: is }: GateRecipe): Inline {
  return state({ words: is, tone: TONES[is] });
}

function signerText({ signer }: GatePiece): Inline {
  return signer === undefined ? [] : words(sayWithTier(signer));
}

export function sayWithTier(signer: ListedSigner): string {
  return `${sayName(signer)}${signer.tier === undefined ? '' : `, ${signer.tier}`}`;
}

function ageText({ ageDays }: GatePiece): Inline {
  return ageDays === undefined ? [] : words(`${counted(ageDays, 'day')} old`);
}

function phasesText({ phases = [], state: is }: GatePiece, isWeak: boolean): Inline {
  const isClaim = isWeak || !PROVEN.has(is);
  const said = alike(phases).map(({ names, how, counts }): Inline => {
    const phaseSaid = sayPhase({ state: how, required: false });
    const shown = state(isClaim ? claimOf(phaseSaid) : phaseSaid);
    return [`${names.join(', ')} `, ...shown, countsText(how, counts)];
  });
  return joined(said, '; ');
}

type Phase = NonNullable<GatePiece['phases']>[number];

interface Alike {
  readonly names: readonly Phase['phase'][];
  readonly how: Phase['state'];
  readonly counts: Phase['counts'];
}

/** Phases that ended alike are told together, to keep the column narrow; of those that are not green each says why. */
function alike(phases: readonly Phase[]): readonly Alike[] {
  const groups = Map.groupBy(phases, ({ phase, state: how }) => (how === 'red' ? phase : how));
  return [...groups.values()].map((group) => {
    const sum = (name: (typeof ENDINGS)[number]): number =>
      group.reduce((all, { counts }) => all + counts[name], 0);
    const counts = {
      ...{ passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') },
      ...{ pending: sum('pending'), other: sum('other') },
    };
    const how = group[0]?.state ?? 'not-run';
    return { names: group.map(({ phase }) => phase), how, counts };
  });
}

const ENDINGS = ['passed', 'failed', 'skipped', 'pending', 'other'] as const;

/** How many tests ended how; a phase whose tests all passed may lack one that the recipe demands. */
function countsText(how: Phase['state'], counts: Phase['counts']): string {
  if (how === 'not-run') return '';
  const rows = ENDINGS.filter((name) => counts[name] > 0);
  const said = rows.map((name) => `${counts[name]} ${name}`);
  const isLacking = how === 'red' && rows.every((name) => name === 'passed' || name === 'skipped');
  return ` (${[...said, ...(isLacking ? ['a demanded one lacks'] : [])].join(', ')})`;
}

function figuresText({ figures = [] }: GatePiece): Inline {
  const left = figures.length - MOST_SHOWN;
  const said = figures
    .slice(0, MOST_SHOWN)
    .map(({ name, measured, floor }): Inline => sentence`${name} ${measured}, floor ${floor}`);
  return joined([...said, ...(left > 0 ? [words(`${left} more`)] : [])], ', ');
}

/** Of one that is good, its recipe says it. */
function pieceState({ state: is }: GatePiece): Inline {
  return is === 'single' ? [] : [' ', ...state({ words: is, tone: TONES[is] })];
}

function digestText({ digest }: GatePiece): Inline {
  return digest === undefined ? [] : sentence`${digest.slice(0, DIGEST_LENGTH)}`;
}
