// Markdown for a pull request: what everybody reads, and folds for those who want to know more.
import { counted, sentence, words } from '../../sentence.ts';
import type { Block, Inline, Line, ListBlock } from '../blocks/block.ts';
import type {
  Problem,
  ProblemsBlock,
  StepsBlock,
  StepsItem,
  TableBlock,
  Tone,
} from '../blocks/block.ts';
import { diffBlocks } from '../blocks/diff-blocks.ts';
import { reportBlocks } from '../blocks/report-blocks.ts';
import { summaryBlocks } from '../blocks/summary-blocks.ts';
import type { DiffJson } from '../diff-json.ts';
import type { Shown } from '../report-json.ts';
import type { SummaryReportJson } from '../summary-report.ts';
import { codeBlock, gfmLine, htmlLine } from './markdown-text.ts';

/** Characters; GitHub takes 65,536. */
const MAX_REPORT = 60_000;
/** Characters of one list or table; with many long ones it is halved until the report fits. */
const MAX_LIST = 12_000;
/** Characters of one value where there are few, where there may be many, and of a name to copy. */
const MAX_VALUE = { few: 300, many: 120, name: 500 };
/** So little room for a list that values in it are cut short too. */
const LITTLE = 1000;
/** Longer than this a command is left out: cut, it would be another command. */
const MAX_COMMAND = 8000;

const MARKS: Readonly<Record<Tone, string>> = {
  good: '✅ ',
  bad: '❌ ',
  doubtful: '⚠️ ',
  plain: '',
};

/** Below GitHub's 65,536 characters, whatever the report holds; the same report gives the same text. */
export function renderMarkdown(report: Shown): string {
  return render(reportBlocks(report));
}

export function renderDiffMarkdown(diff: DiffJson): string {
  return render(diffBlocks(diff));
}

export function renderSummaryMarkdown(report: SummaryReportJson): string {
  return render(summaryBlocks(report));
}

/** @param most characters that it may have */
export function renderBlocksMarkdown(blocks: readonly Block[], most: number): string {
  return render(blocks, MAX_LIST, most);
}

/** @param room characters that one list or table may take */
function render(blocks: readonly Block[], room = MAX_LIST, most = MAX_REPORT): string {
  const filled = blocks
    .map((block) => ({ text: blockText(block, room), isFold: block.block === 'fold' }))
    .filter(({ text }) => text !== '');
  const parts = filled.map((part, index) => `${between(filled[index - 1], part)}${part.text}`);
  const markdown = `${parts.join('')}\n`;
  return markdown.length <= most || room < 1 ? markdown : render(blocks, room / 2, most);
}

interface Part {
  readonly text: string;
  readonly isFold: boolean;
}

function between(before: Part | undefined, { text, isFold }: Part): string {
  if (before === undefined) return '';
  // No empty line between folds: they are details of one thing.
  if (isFold && before.isFold) return '\n';
  // Of two lists with nothing between them, Markdown makes one.
  const isList = text.startsWith('- ') && /(?:^|\n)- .*$/.test(before.text);
  return isList ? '\n\n---\n\n' : '\n\n';
}

function blockText(block: Block, room: number): string {
  return block.block === 'steps' ? stepsOf(block, room) : otherText(block, room);
}

function otherText(block: Exclude<Block, StepsBlock>, room: number): string {
  switch (block.block) {
    case 'verdict':
      return `## ${MARKS[block.said.tone]}${block.said.words} (exit ${block.exitCode})`;
    case 'banners':
      return banners(block.items);
    case 'problems':
      return problems(block, room);
    case 'lines':
      return block.items.map(lineText).join('\n');
    case 'note':
      return gfmLine(words(block.words), MAX_VALUE.few);
    case 'command':
      return command(block.lead, block.command);
    case 'fold':
      return fold(
        block.summary,
        block.details.map((detail) => blockText(detail, room)),
      );
    case 'list':
      return list(block, room);
    case 'table':
      return table(block, room);
  }
}

/** One blockquote that GitHub shows as a coloured box. */
function banners(items: readonly Line[]): string {
  if (items.length === 0) return '';
  const lines = items.map(({ label, text }) => `> **${label}.** ${gfmLine(text, MAX_VALUE.few)}`);
  return [
    '> [!CAUTION]',
    ...lines.flatMap((line, index) => (index === 0 ? [line] : ['>', line])),
  ].join('\n');
}

function lineText({ label, text }: Line): string {
  return `- **${label[0]?.toUpperCase() ?? ''}${label.slice(1)}:** ${gfmLine(text, MAX_VALUE.name)}`;
}

function problems({ items, most, more: untold = 0 }: ProblemsBlock, room: number): string {
  const shown = items
    .slice(0, most)
    .map((item) => problem(item, room))
    .join('\n');
  const rest = items.slice(most);
  if (rest.length === 0) {
    return untold === 0 ? shown : `${shown}\n\nand ${leftOut(untold, 'problem')}`;
  }
  const more = fitted(rest, (item) => problem(item, room), { room, noun: 'problem', untold });
  return `${shown}\n\n${fold(leftOut(rest.length + untold, 'problem'), [more])}`;
}

/** A sentence and what to do next; code, place, found and expected are folded under it. */
function problem({ text, next, fault }: Problem, room: number): string {
  const { code, at, found, expected } = fault;
  const place = at === null || at === '' ? [] : sentence`At ${at}. `;
  const both = sentence`${place}Found: ${words(found)}. Expected: ${words(expected)}.`;
  const hint =
    next === '' ? '' : ` **Next:** ${gfmLine(words(next.replace(/\.$/, '')), MAX_VALUE.few)}.`;
  return [
    // Another bullet than that of the lines below: with the same, both would be one list.
    `* ${gfmLine(text, valueIn(room))}.${hint}`,
    `  <details><summary>${htmlLine(sentence`${code}`, MAX_VALUE.few)}</summary>`,
    '',
    `  ${gfmLine(both, MAX_VALUE.few)}`,
    '',
    '  </details>',
  ].join('\n');
}

function command(lead: string, line: string): string {
  const intro = gfmLine(words(lead), MAX_VALUE.few);
  return line.length > MAX_COMMAND
    ? `${intro} a command of ${line.length} characters, which is left out because it would have to be cut.`
    : `${intro}\n\n${codeBlock(line)}`;
}

function stepsOf({ items, noun }: StepsBlock, room: number): string {
  // What there is to do: one alone is not hidden, and of many as much is shown as there is room for.
  const dress = (item: StepsItem): string => stepsFold(item, room, items.length === 1);
  const { shown, left } = fit(items, dress, room * STEPS_SHARE);
  return [...shown, ...(left === 0 ? [] : [`\nand for ${leftOut(left, noun)}`])].join('\n');
}

/** How much of the room of a list the commands of all may take. */
const STEPS_SHARE = 3;

function stepsFold({ about, steps }: StepsItem, room: number, isOpen: boolean): string {
  const parts = steps.flatMap(({ lead, commands }) => [
    gfmLine(lead, room < LITTLE ? MAX_VALUE.few : MAX_VALUE.name),
    ...(commands.length === 0 ? [] : [commandBlock(commands.join('\n'))]),
  ]);
  return fold(`Next for ${htmlLine(about, MAX_VALUE.few)}`, parts, isOpen);
}

function commandBlock(lines: string): string {
  return lines.length > MAX_COMMAND
    ? `Commands of ${lines.length} characters, which are left out because they would have to be cut.`
    : codeBlock(lines);
}

/** The summary is HTML: words of ours, and values as `htmlLine` writes them. */
function fold(summary: string, details: readonly string[], isOpen = false): string {
  const inner = details.filter((text) => text !== '').join('\n\n');
  return `<details${isOpen ? ' open' : ''}><summary>${summary}</summary>\n\n${inner}\n\n</details>`;
}

function list({ title, items, noun, more = 0 }: ListBlock, room: number): string {
  if (items.length === 0) return '';
  const heading = title === undefined ? '' : `**${title}**\n\n`;
  return `${heading}${fitted(items, (item) => bullet(item, room), { room, noun, untold: more })}`;
}

/** A path stays whole where there is room. */
function valueIn(room: number): number {
  return room < LITTLE ? MAX_VALUE.many : MAX_VALUE.few;
}

function bullet(item: Inline, room: number): string {
  return `- ${gfmLine(item, valueIn(room))}`;
}

function table({ columns, rows, below = [], noun }: TableBlock, room: number): string {
  if (rows.length === 0) return '';
  const head = `<tr>${columns.map((column) => `<th>${column}</th>`).join('')}</tr>`;
  const items = rows.map((cells, index) => [cells, ...(below[index] ?? [])]);
  const { shown, left } = fit(items, tableItem, room);
  const more = left === 0 ? '' : `\n\nand ${leftOut(left, noun)}`;
  return `<table>\n${[head, ...shown].join('\n')}\n</table>${more}`;
}

/** The first columns stand beside all rows of the item. */
function tableItem([first = [], ...more]: readonly (readonly Inline[])[]): string {
  const own = first.length - (more[0]?.length ?? first.length);
  const cells = first.map((cell, index) =>
    tableCell(cell, index < own ? ` rowspan="${more.length + 1}"` : ''),
  );
  return [`<tr>${cells.join('')}</tr>`, ...more.map(tableRow)].join('\n');
}

export function tableRow(cells: readonly Inline[]): string {
  return `<tr>${cells.map((cell) => tableCell(cell)).join('')}</tr>`;
}

function tableCell(cell: Inline, attributes = ''): string {
  return `<td${attributes}>${htmlLine(cell, MAX_VALUE.many)}</td>`;
}

function fitted<T>(
  items: readonly T[],
  dress: (item: T) => string,
  { room, noun, untold }: { readonly room: number; readonly noun: string; readonly untold: number },
): string {
  const { shown, left } = fit(items, dress, room);
  const all = left + untold;
  return [...shown, ...(all === 0 ? [] : [`- and ${leftOut(all, noun)}`])].join('\n');
}

function leftOut(left: number, noun: string): string {
  return counted(left, `more ${noun}`);
}

/** What does not fit is counted, and never rendered; the first is always shown. */
function fit<T>(
  items: readonly T[],
  dress: (item: T) => string,
  room: number,
): { readonly shown: readonly string[]; readonly left: number } {
  const shown: string[] = [];
  let used = 0;
  for (const item of items) {
    const text = dress(item);
    used += text.length + 1;
    if (used > room && shown.length > 0) break;
    shown.push(text);
  }
  return { shown, left: items.length - shown.length };
}
