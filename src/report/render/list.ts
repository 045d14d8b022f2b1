// Many verifications, a row each while they come, and below them how all ended.
import { counted } from '../../sentence.ts';
import { listEndBlocks } from '../blocks/batch-blocks.ts';
import type { Inline } from '../blocks/block.ts';
import { LIST_COLUMNS, listCells } from '../blocks/list-row.ts';
import type { BatchJson, ListedRow } from '../report-json.ts';
import { renderBlocksMarkdown, tableRow } from './markdown.ts';
import { columnsIn, heading, lengthOf, plainLine, wrap, wrapTo } from './terminal-lines.ts';
import type { Terminal } from './terminal-lines.ts';
import { renderBlocksTerminal } from './terminal.ts';

/** A list in one form, in pieces. */
export interface ListForm {
  readonly head: string;
  readonly row: (row: ListedRow) => string;
  readonly foot: (batch: BatchJson) => string;
}

/** Characters of a value: what is to be copied has room. */
const MAX_VALUE = 500;
/** Characters in Markdown: together less than the 65,536 that GitHub takes. */
const MOST = { rows: 35_000, foot: 25_000 };

/** Columns of a terminal that all cells beside each other need, and how they share what it has. */
const BESIDE = 140;
const SHARES = { verdict: 21, signed: 22, bundle: 0.23, recipe: 0.23, cluster: 0.28, signer: 0.26 };
/** Of the labels of cells below each other. */
const LABEL = { indent: 4, width: 9 };

/** As wide as the terminal: cells beside each other, or below each other where they have no room. Nothing is left out. */
export function terminalList(terminal: Terminal): ListForm {
  const widths = widthsIn(columnsIn(terminal));
  return {
    head:
      widths === undefined
        ? ''
        : textOf([
            heading(
              beside([...LIST_COLUMNS], widths)
                .join('')
                .toUpperCase(),
              terminal,
            ),
          ]),
    row: (row) => {
      const cells = listCells(row).map((cell) => plainLine(cell, MAX_VALUE, terminal));
      const lines = widths && besideEachOther(cells, widths);
      return textOf(lines ?? belowEachOther(cells, terminal));
    },
    foot: (batch) => `\n${renderBlocksTerminal(listEndBlocks(batch, 0), terminal)}`,
  };
}

/** For other programs: a line for each, its cells between tabs. No line of the end has a tab. */
export function plainList(look: Terminal): ListForm {
  const terminal = { ...look, colour: false };
  return {
    head: '',
    row: (row) =>
      `${listCells(row)
        .map((cell) => plainCell(cell, terminal))
        .join('\t')}\n`,
    foot: (batch) => terminalList(terminal).foot(batch),
  };
}

/** A state without a mark. */
function plainCell(cell: Inline, terminal: Terminal): string {
  const words = cell.map((part) =>
    typeof part !== 'string' && 'said' in part ? part.said.words : part,
  );
  return plainLine(words, MAX_VALUE, terminal);
}

function widthsIn(columns: number): readonly number[] | undefined {
  if (columns < BESIDE) return undefined;
  const shared = columns - SHARES.verdict - SHARES.signed;
  return LIST_COLUMNS.map((name) =>
    SHARES[name] < 1 ? Math.floor(SHARES[name] * shared) : SHARES[name],
  );
}

function beside(cells: readonly string[], widths: readonly number[]): readonly string[] {
  return cells.map((cell, index) => {
    const room = (widths[index] ?? 0) - lengthOf(cell);
    return index === cells.length - 1 ? cell : cell + ' '.repeat(room);
  });
}

/** Undefined if a word is wider than its column: it would have to be broken. */
function besideEachOther(
  cells: readonly string[],
  widths: readonly number[],
): readonly string[] | undefined {
  const columns = cells.map((cell, index) => wrapTo((widths[index] ?? 0) - 1, cell));
  const isTooWide = columns.some((lines, index) =>
    lines.some((line) => lengthOf(line) >= (widths[index] ?? 0)),
  );
  if (isTooWide) return undefined;
  const height = Math.max(...columns.map(({ length }) => length));
  return Array.from({ length: height }, (_, at) =>
    beside(
      columns.map((lines) => lines[at] ?? ''),
      widths,
    )
      .join('')
      .trimEnd(),
  );
}

function belowEachOther(
  [verdict = '', bundle = '', ...others]: readonly string[],
  terminal: Terminal,
): readonly string[] {
  const first = `${verdict}  `;
  return [
    ...wrap(bundle, first, ' '.repeat(LABEL.indent), terminal),
    ...others.flatMap((cell, index) => {
      const label = LIST_COLUMNS[index + 2] ?? '';
      const margin = ' '.repeat(LABEL.indent);
      const lead = `${margin}${label.padEnd(LABEL.width)}`;
      return cell === '' ? [] : wrap(cell, lead, ' '.repeat(lead.length), terminal);
    }),
  ];
}

/** A table, cut with a count before a comment of GitHub would be full; what is not verified is then listed below it. */
export function markdownList(): ListForm {
  let used = 0;
  let left = 0;
  const head = LIST_COLUMNS.map((name) => `<th>${name}</th>`).join('');
  return {
    head: `<table>\n<tr>${head}</tr>\n`,
    row: (row) => {
      const text = `${tableRow(listCells(row))}\n`;
      used += text.length;
      if (used <= MOST.rows) return text;
      left += 1;
      return '';
    },
    foot: (batch) => {
      const more = left === 0 ? '' : `\nand ${counted(left, 'more bundle')}\n`;
      return `</table>\n${more}\n${renderBlocksMarkdown(listEndBlocks(batch, left), MOST.foot)}`;
    },
  };
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
