// The report that people read in a shell: one screen.
import { counted, sentence, words } from '../../sentence.ts';
import type {
  Block,
  Inline,
  ListBlock,
  Problem,
  ProblemsBlock,
  StepsBlock,
  TableBlock,
} from '../blocks/block.ts';
import { diffBlocks } from '../blocks/diff-blocks.ts';
import { fingerprintBlocks } from '../blocks/fingerprint-lines.ts';
import { reportBlocks } from '../blocks/report-blocks.ts';
import { summaryBlocks } from '../blocks/summary-blocks.ts';
import { trustBlocks } from '../blocks/trust-lines.ts';
import type { DiffJson } from '../diff-json.ts';
import type { FingerprintJson, Shown } from '../report-json.ts';
import type { SummaryReportJson } from '../summary-report.ts';
import type { TrustJson } from '../trust-json.ts';
import { heading, labelled, marked, paint, plainLine, rowsOf, wrap } from './terminal-lines.ts';
import type { Terminal } from './terminal-lines.ts';

/** Rows of a screen, lines for problems, of which the first is always shown, and items of a list; the JSON report has them all. */
const MOST = { rows: 40, problemLines: 8, items: 4 };
/** Characters of a value, of one that is to be copied, and half of those of a detail on one line. */
const MAX_VALUE = { many: 200, name: 500, detail: 35 };
const MARK_WIDTH = 2;

export function renderTerminal(report: Shown, terminal: Terminal): string {
  return render(reportBlocks(report), terminal);
}

export function renderTrustTerminal(trust: TrustJson, terminal: Terminal): string {
  return render(trustBlocks(trust), terminal);
}

export function renderBlocksTerminal(blocks: readonly Block[], terminal: Terminal): string {
  return render(blocks, terminal);
}

/** What is no single screen, with an empty line before each block. */
export function renderLongTerminal(blocks: readonly Block[], terminal: Terminal): string {
  const groups = blocks.map((block) => blockLines(block, terminal));
  const filled = groups.filter((lines) => lines.length > 0);
  return filled.map((lines) => lines.map((line) => `${line}\n`).join('')).join('\n');
}

export function renderDiffTerminal(diff: DiffJson, terminal: Terminal): string {
  return render(diffBlocks(diff), terminal);
}

export function renderSummaryTerminal(report: SummaryReportJson, terminal: Terminal): string {
  return render(summaryBlocks(report), terminal);
}

export function renderFingerprintTerminal(
  fingerprint: FingerprintJson,
  terminal: Terminal,
): string {
  return render(fingerprintBlocks(fingerprint), terminal);
}

/** Blocks with an empty line before them; one screen has no room for more. */
const APART: ReadonlySet<Block['block']> = new Set(['banners', 'problems', 'lines', 'steps']);

/** What findings say gives way to problems and to what one screen has no room for; then the command that was just typed. */
function render(blocks: readonly Block[], terminal: Terminal): string {
  const isBad = blocks.some((block) => block.block === 'problems' && block.items.length > 0);
  const named = blocks.map(shortest);
  const least = named.filter(({ block }) => block !== 'command');
  const lines = (isBad ? [least] : [blocks, named, least]).map((form) => linesOf(form, terminal));
  const fitting = lines.find((form) => rowsOf(form, terminal) <= MOST.rows) ?? lines.at(-1) ?? [];
  return fitting.map((line) => `${line}\n`).join('');
}

function shortest(block: Block): Block {
  return block.block === 'fold' ? { ...block, brief: block.shortest ?? block.brief } : block;
}

function linesOf(blocks: readonly Block[], terminal: Terminal): readonly string[] {
  const groups = blocks
    .map((block) => ({ block: block.block, lines: blockLines(block, terminal) }))
    .filter(({ lines }) => lines.length > 0);
  return groups.flatMap((group, index) =>
    index > 0 && APART.has(group.block) ? ['', ...group.lines] : group.lines,
  );
}

function blockLines(block: Block, terminal: Terminal): readonly string[] {
  return block.block === 'steps' ? stepsLines(block, terminal) : otherLines(block, terminal);
}

function otherLines(block: Exclude<Block, StepsBlock>, terminal: Terminal): readonly string[] {
  switch (block.block) {
    case 'verdict':
      return wrap(`${marked(block.said, terminal)} (exit ${block.exitCode})`, '', '  ', terminal);
    case 'banners':
      return block.items.flatMap(({ label, text }) => {
        const said = plainLine(text, MAX_VALUE.many, terminal);
        return wrap(`${paint(`!! ${label} !!`, 'bad', terminal)} ${said}`, '', '   ', terminal);
      });
    case 'problems':
      return problemLines(block, terminal);
    case 'lines':
      return block.items.flatMap(({ label, text }) =>
        labelled(label, plainLine(text, MAX_VALUE.name, terminal), terminal, block.labelWidth),
      );
    case 'note':
      return wrap(block.words, '', '', terminal);
    case 'command':
      // Not wrapped: it is to be copied.
      return [`${block.label}  ${block.command}`];
    case 'list':
      return listLines(block, terminal);
    case 'fold':
      return block.brief.flatMap((list) => listLines(list, terminal));
    case 'table':
      return tableLines(block, terminal);
  }
}

function tableLines({ brief }: TableBlock, terminal: Terminal): readonly string[] {
  return brief === undefined ? [] : listLines(brief, terminal);
}

function problemLines(
  { items, most, more = 0, isWhole = false }: ProblemsBlock,
  terminal: Terminal,
): readonly string[] {
  const lines: string[] = [];
  let shown = 0;
  for (const item of items.slice(0, most)) {
    const next = oneProblem(item, terminal);
    if (!isWhole && shown > 0 && lines.length + next.length > MOST.problemLines) break;
    lines.push(...next);
    shown += 1;
  }
  const left = items.slice(shown);
  // What is claimed has to be decided value by value, so each is named.
  const brief = left.map(({ fault, text }) =>
    fault.code === 'VALUE_CLAIMED' || isWhole
      ? plainLine(isWhole ? placed(fault) : text, MAX_VALUE.name, terminal)
      : fault.code,
  );
  const all = [...new Set(brief)].slice(0, MOST.items).join('; ');
  const said = all === '' ? '' : `: ${all}`;
  return [
    ...lines,
    ...(left.length + more > 0
      ? wrap(`and ${counted(left.length + more, 'more problem')}${said}`, '  ', '    ', terminal)
      : []),
  ];
}

function oneProblem({ text, next, tone, fault }: Problem, terminal: Terminal): readonly string[] {
  const { code, at, found, expected } = fault;
  const said = marked({ words: plainLine(text, MAX_VALUE.many, terminal), tone }, terminal);
  // A sentence of its own says what was found and wanted; the other one says where.
  const isOwn = fault.sentence !== undefined;
  const place = at === null || at === '' || !isOwn ? [] : sentence` at ${at}`;
  const [isFound, isWanted] = apart(found, expected);
  const both = [
    ['found', words(isFound), MAX_VALUE.detail],
    ['want', words(isWanted), MAX_VALUE.detail],
  ] as const;
  const details = [
    ['next', words(next), MAX_VALUE.many],
    ['code', sentence`${code}${place}`, MAX_VALUE.many],
    ...(isOwn ? [] : both),
  ] as const;
  return [
    ...wrap(said, '', ' '.repeat(MARK_WIDTH), terminal),
    ...details
      .filter(([, line]) => line[0] !== '')
      .flatMap(([label, line, most]) =>
        wrap(plainLine(line, most, terminal), `  ${label.padEnd(6)}`, ' '.repeat(8), terminal),
      ),
  ];
}

function placed({ code, at }: Problem['fault']): Inline {
  return at === null || at === '' ? words(code) : sentence`${words(code)} at ${at}`;
}

/** Of two long texts that begin alike, from shortly before they differ. */
function apart(found: string, expected: string): readonly [string, string] {
  const most = MAX_VALUE.detail * 2;
  const shorter = Math.min(found.length, expected.length);
  let same = 0;
  while (same < shorter && found[same] === expected[same]) same += 1;
  const isSeen = same < MAX_VALUE.detail || Math.max(found.length, expected.length) <= most;
  if (isSeen) return [found, expected];
  const from = same - SHOWN_BEFORE;
  return [`…${found.slice(from)}`, `…${expected.slice(from)}`];
}

const SHOWN_BEFORE = 12;

function listLines(
  { title, items, noun, most = MOST.items, below = [], more = 0 }: ListBlock,
  terminal: Terminal,
): readonly string[] {
  if (items.length === 0) return [];
  const left = Math.max(items.length - most, 0) + more;
  return [
    ...(title === undefined ? [] : [heading(title, terminal)]),
    ...items
      .slice(0, most)
      .flatMap((item, index) => [
        ...listLine(item, '  ', terminal),
        ...(below[index] ?? []).flatMap((line) => listLine(line, '      ', terminal)),
      ]),
    ...(left > 0 ? [`  and ${counted(left, `more ${noun}`)}`] : []),
  ];
}

function listLine(line: Inline, indent: string, terminal: Terminal): readonly string[] {
  return wrap(plainLine(line, MAX_VALUE.many, terminal), indent, `${indent}  `, terminal);
}

/** Commands are not wrapped: they are to be copied. */
function stepsLines({ items, noun, most }: StepsBlock, terminal: Terminal): readonly string[] {
  const left = items.length - most;
  return [
    ...items
      .slice(0, most)
      .flatMap(({ about, steps }) => [
        heading(`Next for ${plainLine(about, MAX_VALUE.name, terminal)}:`, terminal),
        ...steps.flatMap(({ lead, commands }) => [
          ...wrap(plainLine(lead, MAX_VALUE.name, terminal), '  ', '  ', terminal),
          ...commands.map((command) => `    ${command}`),
        ]),
      ]),
    ...(left > 0 ? [`and for ${counted(left, `more ${noun}`)}: the other formats have them`] : []),
  ];
}
