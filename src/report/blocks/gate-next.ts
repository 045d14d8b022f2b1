// What to run for each recipe that lacks something.
import type { GateRecipe, Step } from '../../gate/gate-json.ts';
import { sentence, words, type Sentence } from '../../sentence.ts';
import { commandLine } from '../../shell-words.ts';
import type { StepsBlock } from './block.ts';

/** Recipes whose commands a terminal shows. */
const MOST = 2;

const PLACES: Readonly<Record<Step['where'], Sentence>> = {
  cluster: words('On the cluster: '),
  laptop: words('On a laptop: '),
  commit: words('In a clone of the branch: '),
  elsewhere: [],
};

export function nextBlock(recipes: readonly GateRecipe[]): StepsBlock {
  const items = recipes
    .filter(({ next }) => next.length > 0)
    .map(({ name, next }) => ({ about: sentence`${name}`, steps: next.map(stepOf) }));
  return { block: 'steps', items, noun: 'recipe', most: MOST };
}

function stepOf({ where, what, commands }: Step): StepsBlock['items'][number]['steps'][number] {
  return { lead: [...PLACES[where], ...what], commands: commands.map(commandLine) };
}
