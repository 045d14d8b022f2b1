// What differs, below the verdict of the weaker side.
import { WORST_EXIT_CODES } from '../../attestation/verdict.ts';
import { counted, sentence, words, type Sentence } from '../../sentence.ts';
import { commandLine } from '../../shell-words.ts';
import { verdictWord, type ChangeJson, type DiffJson, type SideJson } from '../diff-json.ts';
import { codesText } from './batch-blocks.ts';
import type { Block, Line } from './block.ts';

/** Of each kind, in a terminal. */
const MOST_CHANGES = 50;
const NAMES = ['A', 'B'] as const;
const ORDER: readonly number[] = WORST_EXIT_CODES;

export function diffBlocks(diff: DiffJson): readonly Block[] {
  const { sides, changes, notCompared, withheld, ignored, exitCode } = diff;
  const kinds = [...new Set(changes.map(({ kind }) => kind))];
  const said = `${foundIn(diff)}. ${weakest(sides)}`;
  return [
    { block: 'verdict', said: { words: said, tone: exitCode > 1 ? 'bad' : 'plain' }, exitCode },
    { block: 'lines', items: [...sides.map(sideLine), ...sides.flatMap(nextLine)] },
    ...note('Not compared, since a side shows nothing', notCompared),
    ...withheld.flatMap(withheldNote),
    ...note('Not compared, as --ignore asks', ignored),
    ...kinds.map((kind): Block => {
      const items = changes.filter((change) => change.kind === kind).map(changeLine);
      const title = `${kind} (${items.length})`;
      return { block: 'list', title, items, noun: 'change', most: MOST_CHANGES };
    }),
  ];
}

function foundIn({ changes, notCompared, withheld }: DiffJson): string {
  if (changes.length > 0) return `Different: ${counted(changes.length, 'change')}`;
  if (notCompared.length > 0) return 'Not compared';
  return withheld.some((count) => count > 0) ? 'Same in all that both show' : 'Same';
}

function note(lead: string, kinds: readonly string[]): readonly Block[] {
  return kinds.length === 0 ? [] : [{ block: 'note', words: `${lead}: ${kinds.join(', ')}.` }];
}

function withheldNote(count: number, index: number): readonly Block[] {
  const [by, other] = index === 0 ? NAMES : NAMES.toReversed();
  const said = `Withheld by ${by}: ${counted(count, 'value')} of the cluster that ${other} shows. No difference follows from that.`;
  return count === 0 ? [] : [{ block: 'note', words: said }];
}

function weakest(sides: readonly [SideJson, SideJson]): string {
  const [a, b] = sides.map(rankOf);
  const [one, other] = sides.map(verdictText);
  if (one === other) return `Both sides are ${one}`;
  const isFirst = (a ?? 0) <= (b ?? 0);
  return `The weaker side, ${isFirst ? 'A' : 'B'}, is ${isFirst ? one : other}`;
}

/** By the verdict; of two equal ones, that which nobody verified here is weaker, then that judged with less safety. */
function rankOf({ exitCode, recorded, weakened }: SideJson): number {
  return ORDER.indexOf(exitCode) - (recorded ? 0.5 : 0) - Math.min(weakened.length, 4) / 10;
}

function verdictText(side: SideJson): string {
  const { recorded, weakened } = side;
  const word = `${recorded ? 'recorded as ' : ''}${verdictWord(side)}`;
  return weakened.length === 0 ? word : `${word}, judged with less safety (${weakened.join(', ')})`;
}

function sideLine(side: SideJson, index: number): Line {
  const { source, signer, faults } = side;
  const who = signer === null ? words('nobody who was proven') : sentence`${signer}`;
  const wrong = faults.length === 0 ? [] : sentence`; ${codesText(faults)}`;
  return {
    label: NAMES[index] ?? '',
    text: sentence`${source}: ${words(verdictText(side))}; signed by ${who}${wrong}`,
  };
}

/** Where the next step of each of its problems stands. */
function nextLine({ source, faults, recorded }: SideJson, index: number): readonly Line[] {
  const [code] = faults;
  if (code === undefined) return [];
  const command = recorded ? ['report', source] : ['verify-evidence', source];
  const shown = commandLine(['affidavit', ...command]);
  const flags = recorded ? '' : ', with the flags of this call,';
  const text = sentence`${shown}${words(flags)} says what to do; ${`affidavit explain ${code}`} what a code means`;
  return [{ label: `next ${NAMES[index] ?? ''}`, text }];
}

function changeLine({ what, one, other, effect, percent }: ChangeJson): Sentence {
  const how = [
    ...(effect === 'neutral' ? [] : [effect]),
    ...(percent === null ? [] : [`${Math.abs(percent)}% ${percent < 0 ? 'less' : 'more'}`]),
  ];
  const said = how.length === 0 ? [] : words(` (${how.join(', ')})`);
  return sentence`${what}: ${valueOf(one)}, now ${valueOf(other)}${said}`;
}

function valueOf(value: string | null): Sentence {
  if (value === null) return words('not there');
  return value === '' ? words('empty') : sentence`${value}`;
}
