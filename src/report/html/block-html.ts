// Blocks as HTML: each says here what it says in Markdown.
import { counted, sentence, words } from '../../sentence.ts';
import type {
  Block,
  Inline,
  Line,
  ListBlock,
  Problem,
  ProblemsBlock,
  Said,
  StepsItem,
  TableBlock,
  Tone,
} from '../blocks/block.ts';
import { claimOf, provesNothing } from '../blocks/claims.ts';
import { piecesOf, type Piece } from '../render/pieces.ts';
import type { ErrorJson, Shown } from '../report-json.ts';
import { asIs, html, type Html, type Part } from './html.ts';

export interface Look {
  /** What was stored, and what nothing proves, is good in nothing. */
  readonly isClaim: boolean;
}

/** Characters of a value. */
const MAX_VALUE = 2000;

export const MARKS: Readonly<Record<Tone, string>> = {
  good: '✓',
  bad: '✗',
  doubtful: '!',
  plain: '·',
};

export function lookOf(shown: Shown | ErrorJson): Look {
  return { isClaim: provesNothing(shown) };
}

export function toneIn(tone: Tone, look: Look): Tone {
  return saidIn({ words: '', tone }, look).tone;
}

function saidIn(said: Said, { isClaim }: Look): Said {
  return isClaim ? claimOf(said) : said;
}

/** The words say it; mark and colour only underline them. */
export function saidHtml(said: Said, look: Look): Html {
  const { words: shown, tone } = saidIn(said, look);
  return html`<span class="said ${tone}">${markHtml(tone, look)}${shown}</span>`;
}

function markHtml(tone: Tone, look: Look): Html {
  return html`<span class="mark" aria-hidden="true">${MARKS[toneIn(tone, look)]}</span>`;
}

export function lineHtml(line: Inline, look: Look): Html {
  return html`${piecesOf(line, MAX_VALUE).map((piece) => pieceHtml(piece, look))}`;
}

function pieceHtml(piece: Piece, look: Look): Part {
  if ('plain' in piece) return piece.plain;
  return 'code' in piece ? codeHtml(piece.code) : saidHtml(piece.said, look);
}

/** Shorter than this it has room, or may be broken anywhere. */
const LONG = 14;

/** A long one may be broken behind what separates the parts of a path or an address. */
export function codeHtml(shown: string): Html {
  if (shown.length < LONG) return html`<code>${shown}</code>`;
  const parts = shown.split(/(?<=[/@._]|:(?![0-9a-f]{32}))(?=[^/:@._])/);
  return html`<code>${parts.map((part, index) => [index === 0 ? undefined : BREAK, part])}</code>`;
}

const BREAK = asIs`<wbr>`;

/** @param title what a table without a name of its own is about */
export function blockHtml(block: Block, look: Look, title: string): Part {
  return block.block === 'steps'
    ? block.items.map((item) => stepsHtml(item, look))
    : otherHtml(block, look, title);
}

function otherHtml(block: Exclude<Block, { block: 'steps' }>, look: Look, title: string): Part {
  switch (block.block) {
    case 'verdict':
      return verdictHtml(block.said, block.exitCode, look);
    case 'banners':
      return block.items.map((banner) => bannerHtml(banner, look));
    case 'problems':
      return problemsHtml(block, look);
    case 'lines':
      return factsHtml(block.items, look);
    case 'note':
      return html`<p class="note">${lineHtml(words(block.words), look)}</p>`;
    case 'command':
      return html`<details>
        <summary>${block.lead.replace(/:$/, '')}</summary>
        <pre tabindex="0">${block.command}</pre>
      </details>`;
    case 'list':
      return listHtml(block, look);
    case 'table':
      return tableHtml(block, look, title);
    case 'fold':
      return block.details.map((detail) => blockHtml(detail, look, block.summary));
  }
}

function stepsHtml({ about, steps }: StepsItem, look: Look): Part {
  const said = steps.map(
    ({ lead, commands }) =>
      html`<p>${lineHtml(lead, look)}</p>
        <pre tabindex="0">${commands.join('\n')}</pre>`,
  );
  return [html`<p>Next for ${lineHtml(about, look)}:</p>`, said];
}

function verdictHtml({ words: said, tone }: Said, exitCode: number, look: Look): Html {
  const small = html`<small>(exit ${exitCode})</small>`;
  return html`<h1 class="${toneIn(tone, look)}">
    ${markHtml(tone, look)}<span>${said} ${small}</span>
  </h1>`;
}

function bannerHtml({ label, text }: Line, look: Look): Html {
  return html`<p class="banner">
    ${markHtml('doubtful', look)}<span><strong>${label}.</strong> ${lineHtml(text, look)}</span>
  </p>`;
}

function factsHtml(lines: readonly Line[], look: Look): Part {
  if (lines.length === 0) return undefined;
  return html`<dl class="facts">${lines.map((line) => factHtml(line, look))}</dl>`;
}

function factHtml({ label, text }: Line, look: Look): Html {
  return html`<div>
    <dt>${label}</dt>
    <dd>${lineHtml(text, look)}</dd>
  </div>`;
}

function problemsHtml({ items, most }: ProblemsBlock, look: Look): Part {
  const [shown, rest] = [items.slice(0, most), items.slice(most)];
  if (shown.length === 0) return undefined;
  const more =
    rest.length === 0
      ? undefined
      : html`<details>
          <summary>${counted(rest.length, 'more problem')}</summary>
          ${problemList(rest, look)}
        </details>`;
  return html`${problemList(shown, look)}${more}`;
}

function problemList(problems: readonly Problem[], look: Look): Html {
  return html`<ul class="problems">
    ${problems.map((each) => problemHtml(each, look))}
  </ul>`;
}

function problemHtml({ text, next, tone, fault }: Problem, look: Look): Html {
  const { code, at, found, expected } = fault;
  const place = at === null || at === '' ? [] : [rowHtml('at', sentence`${at}`, look)];
  const hint =
    next === '' ? undefined : html`<p><strong>Next:</strong> ${lineHtml(words(next), look)}</p>`;
  return html`<li class="${tone}">
    <p>${markHtml(tone, look)}<span>${lineHtml(text, look)}</span></p>
    ${hint}
    <details>
      <summary><code>${code}</code></summary>
      <dl>
        ${place}${rowHtml('found', words(found), look)}${rowHtml('expected', words(expected), look)}
      </dl>
    </details>
  </li>`;
}

function rowHtml(label: string, text: Inline, look: Look): Html {
  return factHtml({ label, text }, look);
}

function listHtml({ title, items }: ListBlock, look: Look): Part {
  if (items.length === 0) return undefined;
  const head = title === undefined ? undefined : html`<h3>${title}</h3>`;
  return html`${head}
    <ul>
      ${items.map((item) => html`<li>${lineHtml(item, look)}</li>`)}
    </ul>`;
}

/** The roles stay what they are where a phone shows the cells one below the other. */
export function tableHtml({ columns, rows }: TableBlock, look: Look, title: string): Part {
  if (rows.length === 0) return undefined;
  return html`<table role="table">
    <caption>
      ${title}
    </caption>
    <thead role="rowgroup">
      <tr role="row">
        ${columns.map((column) => html`<th role="columnheader" scope="col">${column}</th>`)}
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${rows.map(
        (cells) =>
          html`<tr role="row">
            ${cells.map((cell, index) => cellHtml(lineHtml(cell, look), columns[index] ?? '', index))}
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function cellHtml(cell: Html, column: string, index: number): Html {
  return index === 0
    ? html`<th role="rowheader" scope="row">${cell}</th>`
    : html`<td role="cell" data-label="${column}">${cell}</td>`;
}
