// What a change changes of the recipes that it affects.
import type { GateRecipe } from '../../gate/gate-json.ts';
import { counted, joined, sentence, words } from '../../sentence.ts';
import type { Block, Inline } from './block.ts';

/** Changes of a recipe in a terminal. */
const MOST_BRIEF = 2;

/** The fields of a recipe, and then its files. */
export function changesBlock(recipes: readonly GateRecipe[]): readonly Block[] {
  const changed = recipes.filter(
    ({ change, fields, files }) =>
      change === 'added' || fields.items.length + files.items.length > 0,
  );
  if (changed.length === 0) return [];
  const columns = ['Recipe', 'What', 'Base', 'Head'];
  const rows = changed.flatMap(rowsOf);
  const items = changed.map(briefly);
  return [
    {
      ...{
        block: 'fold',
        topic: 'changes',
        summary: `Changed: ${counted(items.length, 'recipe')}`,
      },
      details: [{ block: 'table', columns, rows, noun: 'change' }],
      brief: [{ block: 'list', title: 'Changed', items, noun: 'recipe' }],
    },
  ];
}

function rowsOf({ name, change, fields, files }: GateRecipe): readonly (readonly Inline[])[] {
  const rows: readonly (readonly Inline[])[] = [
    ...(change === 'added' ? [[words('the recipe'), none, words('added')]] : []),
    ...fields.items.map(({ field, base, head }) => [
      sentence`${field}`,
      base === undefined ? none : sentence`${base}`,
      head === undefined ? none : sentence`${head}`,
    ]),
    ...left(fields.more, 'field'),
    ...files.items.map((file) => [
      sentence`${file.path}`,
      file.change === 'added' ? none : words('there'),
      words(file.change),
    ]),
    ...left(files.more, 'file'),
  ];
  return rows.map((row) => [sentence`${name}`, ...row]);
}

const none = words('–');

function left(more: number, noun: string): readonly (readonly Inline[])[] {
  return more === 0 ? [] : [[words(`and ${counted(more, `more ${noun}`)}`), none, none]];
}

function briefly({ name, change, fields, files }: GateRecipe): Inline {
  if (change === 'added') return sentence`${name}: added`;
  const said = [
    ...fields.items.map(({ field, base, head }): Inline => {
      if (base === undefined) return sentence`${field} added`;
      return head === undefined
        ? sentence`${field} removed`
        : sentence`${field} was ${base}, is ${head}`;
    }),
    ...files.items.map((file): Inline => sentence`${file.path} ${words(file.change)}`),
  ];
  const more = said.length - MOST_BRIEF + fields.more + files.more;
  const shown = said.slice(0, MOST_BRIEF);
  return [
    ...sentence`${name}: `,
    ...joined([...shown, ...(more > 0 ? [words(`${more} more`)] : [])], '; '),
  ];
}
