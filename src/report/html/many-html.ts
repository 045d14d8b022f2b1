// Many reports as one page: the summary, a table of them, and a section of each.
import { WORST_EXIT_CODES } from '../../attestation/verdict.ts';
import { counted } from '../../sentence.ts';
import type { Block, Problem, Said } from '../blocks/block.ts';
import { distinctFaults, problemsOf } from '../blocks/problems.ts';
import { reportBlocks } from '../blocks/report-blocks.ts';
import { isProven } from '../proven.ts';
import { visible } from '../render/visible.ts';
import type { BatchJson, ErrorJson, ReportJson, StoredReport } from '../report-json.ts';
import { nameOf, subjectOf } from '../subject.ts';
import { blockHtml, codeHtml, lookOf, saidHtml, toneIn, type Look } from './block-html.ts';
import { html, type Html, type Part } from './html.ts';
import type { Section } from './page.ts';
import { reportPage } from './render-html.ts';

/** Bundles that a page shows, and characters that it says of them, rows and sections together; the others are counted. */
const MOST = { bundles: 2000, characters: 12 * 1024 * 1024 };

/** Codes of a row. */
const MOST_CODES = 3;

/** Characters of a cell. */
const MAX_CELL = 200;

interface Growing {
  readonly head: string;
  readonly each: (one: { readonly report: () => ReportJson | ErrorJson }) => string;
  readonly end: (batch: BatchJson) => string;
}

/** Nothing is written before the end, where the summary is known that stands first. */
export function growHtml({ isStored }: { readonly isStored: boolean }): Growing {
  const shelves = new Shelves();
  let count = 0;
  return {
    head: '',
    each: (one) => {
      count += 1;
      if (shelves.isFull) return '';
      const report = one.report();
      shelves.put(rankOf(report), () => bundleOf(isStored ? { stored: report } : report, count));
      return '';
    },
    end: (batch) => {
      const shown = shelves.bundles;
      const left = count - shown.length;
      return reportPage(isStored ? { stored: batch } : batch, (blocks, look) =>
        sectionsOf(blocks, shown, left, look),
      );
    },
  };
}

interface Bundle {
  readonly row: Html;
  readonly article: Html;
}

/** What is kept until the end, because the summary stands before it. What is worse drives out what is better. */
class Shelves {
  /** By rank. */
  readonly #shelves: readonly Bundle[][] = RANKS.map(() => []);
  #characters = 0;

  get bundles(): readonly Bundle[] {
    return this.#shelves.flat();
  }

  /** Nothing that may come has room. */
  get isFull(): boolean {
    return this.#isOver && this.#lastBehind(0) === undefined;
  }

  get #isOver(): boolean {
    const count = this.#shelves.reduce((sum, { length }) => sum + length, 0);
    return count >= MOST.bundles || this.#characters >= MOST.characters;
  }

  put(rank: number, make: () => Bundle): void {
    while (this.#isOver) {
      const better = this.#lastBehind(rank)?.pop();
      if (better === undefined) return;
      this.#characters -= sizeOf(better);
    }
    const bundle = make();
    this.#shelves[rank]?.push(bundle);
    this.#characters += sizeOf(bundle);
  }

  #lastBehind(rank: number): Bundle[] | undefined {
    return this.#shelves.findLast(({ length }, index) => index > rank && length > 0);
  }
}

/** Exit codes, the worst first; what is proven comes last. */
const RANKS = [...WORST_EXIT_CODES, 'proven'] as const;

function rankOf(report: ReportJson | ErrorJson): number {
  const isGreen = 'verdict' in report && report.verdict === 'verified' && isProven(report);
  const rank = RANKS.findIndex((code) => code === (isGreen ? 'proven' : report.exitCode));
  return Math.max(0, rank);
}

function sizeOf({ row, article }: Bundle): number {
  return row.toString().length + article.toString().length;
}

function bundleOf(one: ReportJson | ErrorJson | StoredReport, index: number): Bundle {
  const report = 'stored' in one ? one.stored : one;
  const look = lookOf(one);
  const blocks = reportBlocks(one);
  const [said = NOT_SAID] = blocks.flatMap((block) =>
    block.block === 'verdict' ? [block.said] : [],
  );
  const id = `bundle-${index}`;
  const path = cellOf(subjectOf(report) ?? id);
  const verdict = saidHtml(said, look);
  return {
    row: html`<tr class="row" role="row">
      <td role="cell" data-label="No.">${index}</td>
      <th role="rowheader" scope="row"><a href="#${id}">${path}</a></th>
      <td role="cell" data-label="Verdict">${verdict}</td>
      <td role="cell" data-label="Problem">${codesHtml(report)}</td>
      ${factsOf(report).map(([label, value]) => html`<td role="cell" data-label="${label}">${value}</td>`)}
    </tr> `,
    article: html`<article
      id="${id}"
      class="${toneIn(said.tone, look)}"
      aria-labelledby="${id}-title"
    >
      <h3 id="${id}-title">${path}</h3>
      <p>${verdict} <small>(exit ${report.exitCode})</small></p>
      ${blocks.map((block) => partHtml(block, look))}
    </article> `,
  };
}

const NOT_SAID: Said = { words: 'no verdict', tone: 'doubtful' };

function cellOf(text: string): Html {
  return codeHtml(visible(text, MAX_CELL));
}

/** The worst first. */
function codesHtml(report: ReportJson | ErrorJson): Part {
  const codes = [...new Set(problemsIn(report).map(({ fault }) => fault.code))];
  const left = codes.length - MOST_CODES;
  const shown = codes.slice(0, MOST_CODES).map((code) => html`${codeHtml(code)} `);
  return [shown, left > 0 ? `and ${left} more` : undefined];
}

function problemsIn(report: ReportJson | ErrorJson): readonly Problem[] {
  if ('error' in report) return problemsOf([report.error]);
  return problemsOf('verdict' in report ? distinctFaults(report.checks) : report.faults);
}

const COLUMNS = ['No.', 'Bundle', 'Verdict', 'Problem', 'Recipe', 'Signer', 'Signed'];

function factsOf(report: ReportJson | ErrorJson): readonly (readonly [string, Part])[] {
  const { recipe, signer, signature } = 'verdict' in report ? report : {};
  return [
    ['Recipe', recipe && cellOf(`${recipe.name} ${recipe.digest.slice(0, 12)}`)],
    ['Signer', signer && cellOf(nameOf(signer))],
    ['Signed', signature?.state === 'verified' ? signature.signedAt.replace('T', ' ') : undefined],
  ];
}

/** Of one bundle among many: what takes weight from its verdict, what is wrong first, and its facts. */
function partHtml(block: Block, look: Look): Part {
  if (block.block === 'banners' || block.block === 'lines') return blockHtml(block, look, '');
  if (block.block !== 'problems') return undefined;
  const left = block.items.length - block.most;
  const shown = blockHtml({ ...block, items: block.items.slice(0, block.most) }, look, '');
  return [shown, left > 0 ? html`<p>and ${counted(left, 'more problem')}</p>` : undefined];
}

/** Words of the sections of lists, by what they list. */
const LISTS: ReadonlyMap<string, string> = new Map([
  ['problem', 'By problem'],
  ['recipe', 'By recipe'],
  ['signer', 'By signer'],
  ['path', 'Passed over'],
]);

function sectionsOf(
  blocks: readonly Block[],
  bundles: readonly Bundle[],
  left: number,
  look: Look,
): readonly Section[] {
  const lists = blocks.flatMap((block) => {
    const name = block.block === 'list' ? LISTS.get(block.noun) : undefined;
    if (block.block !== 'list' || name === undefined || block.items.length === 0) return [];
    const { title: _, ...items } = block;
    return [{ id: block.noun, name, title: name, body: blockHtml(items, look, '') }];
  });
  if (bundles.length === 0) return lists;
  const more =
    left === 0 ? undefined : html`<p>${counted(left, 'more bundle')}, counted above.</p>`;
  const title = counted(bundles.length, 'bundle');
  const articles = bundles.map(({ article }) => article);
  return [
    ...lists.filter(({ id }) => id === 'problem'),
    { id: 'bundles', name: 'Bundles', title, body: [tableHtml(bundles), more] },
    ...lists.filter(({ id }) => id !== 'problem'),
    { id: 'each', name: 'Each bundle', title: 'Each bundle', body: articles },
  ];
}

/** What sorts and searches it is added by the script. */
function tableHtml(bundles: readonly Bundle[]): Html {
  return html`<div class="search" role="search" aria-label="Search the bundles" hidden>
      <label for="search-bundles">Search the bundles</label>
      <input id="search-bundles" type="search" autocomplete="off" spellcheck="false" />
      <output for="search-bundles" aria-live="polite"></output>
    </div>
    <table class="sortable" role="table">
      <caption>
        What became of each bundle,
        <span class="order">the worst first</span>
      </caption>
      <thead role="rowgroup">
        <tr role="row">
          ${COLUMNS.map((name) => html`<th role="columnheader" scope="col">${name}</th>`)}
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${bundles.map(({ row }) => row)}
      </tbody>
    </table>`;
}
