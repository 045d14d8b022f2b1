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
  return {
    block: 'table',
    columns: ['Recipe', 'State', 'Signer', 'Age', 'Phases', 'Measured', 'Artifact'],
    rows: recipes.map((recipe) => row(recipe, isWeak)),
    noun,
    brief: {
      block: 'list',
      title: 'Recipes',
      items: recipes.map((recipe) => briefly(recipe, isWeak)),
      noun,
      most: MOST_RECIPES,
    },
  };
}

/** The pieces that make the state good, or all if none does. */
function shownOf({ evidence }: GateRecipe): readonly GatePiece[] {
  const counting = evidence.filter(({ counted: counts }) => counts);
  return counting.length > 0 ? counting : evidence;
}

function row(recipe: GateRecipe, isWeak: boolean): readonly Inline[] {
  const pieces = shownOf(recipe);
  const each = (say: (piece: GatePiece) => Inline): Inline => {
    const left = pieces.length - MOST_SHOWN;
    const said = pieces
      .slice(0, MOST_SHOWN)
      .map(say)
      .map((text) => (text.length === 0 ? words('–') : text));
    return joined([...said, ...(left > 0 ? [words(`${left} more`)] : [])], '; ');
  };
  return [
    nameOf(recipe),
    stateText(recipe),
    each(signerText),
    each(ageText),
    each((piece) => phasesText(piece, isWeak)),
    each(figuresText),
    each(digestText),
  ];
}

/** One line of a terminal: what nothing is known of is left out. */
function briefly(recipe: GateRecipe, isWeak: boolean): Inline {
  const pieces = shownOf(recipe);
  const left = pieces.length - MOST_SHOWN;
  const said = pieces.slice(0, MOST_SHOWN).map((piece) => {
    const facts = [
      signerText(piece),
      ageText(piece),
      phasesText(piece, isWeak),
      figuresText(piece),
      digestText(piece),
    ];
    return joined(
      facts.filter((fact) => fact.length > 0),
      ', ',
    );
  });
  const known = said.filter((text) => text.length > 0);
  const all = [...known, ...(left > 0 ? [words(`${left} more`)] : [])];
  const facts: Inline = all.length === 0 ? [] : [': ', ...joined(all, '; ')];
  return [...stateText(recipe), ' ', ...nameOf(recipe), ...facts];
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
  const said = phases.map(({ phase, state: how, counts }): Inline => {
    const phaseSaid = sayPhase({ state: how, required: false });
    const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
    const of = how === 'not-run' ? '' : ` (${counts.passed} of ${all} passed)`;
    return [`${phase} `, ...state(isClaim ? claimOf(phaseSaid) : phaseSaid), of];
  });
  return joined(said, ', ');
}

function figuresText({ figures = [] }: GatePiece): Inline {
  const left = figures.length - MOST_SHOWN;
  const said = figures
    .slice(0, MOST_SHOWN)
    .map(({ name, measured, floor }): Inline => sentence`${name} ${measured}, floor ${floor}`);
  return joined([...said, ...(left > 0 ? [words(`${left} more`)] : [])], ', ');
}

function digestText({ digest }: GatePiece): Inline {
  return digest === undefined ? [] : sentence`${digest.slice(0, DIGEST_LENGTH)}`;
}
