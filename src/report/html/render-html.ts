// A report as a page of its own: the same blocks, in sections.
import type { Block } from '../blocks/block.ts';
import { FROM_STORED, reportBlocks } from '../blocks/report-blocks.ts';
import type { BatchJson, ErrorJson, ReportJson, Shown } from '../report-json.ts';
import { blockHtml, toneIn, type Look } from './block-html.ts';
import { html, type Html, type Part } from './html.ts';
import { pageText, type Section } from './page.ts';

type Fold = Extract<Block, { readonly block: 'fold' }>;

export function renderHtml(shown: Shown): string {
  return reportPage(shown, sectionsOf);
}

/** @param sections what comes after the verdict */
export function reportPage(
  shown: Shown,
  sections: (blocks: readonly Block[], look: Look) => readonly Section[],
): string {
  const look: Look = { isStored: 'stored' in shown };
  const report = 'stored' in shown ? shown.stored : shown;
  const blocks = reportBlocks(shown).slice(look.isStored ? 1 : 0);
  const verdict = blocks.find((block) => block.block === 'verdict');
  const name = [verdict?.said.words, recipeOf(report)].filter((part) => part !== undefined);
  return pageText({
    title: [...(look.isStored ? [FROM_STORED] : []), ...name, 'affidavit'].join(' · '),
    first: look.isStored ? html`<p class="stored">${FROM_STORED}</p>` : undefined,
    head: headHtml(blocks, look),
    sections: sections(blocks, look),
    foot: footHtml(report),
  });
}

function recipeOf(report: ReportJson | BatchJson | ErrorJson): string | undefined {
  return 'recipe' in report ? report.recipe?.name : undefined;
}

/** What comes before all sections: what was decided, what takes weight from it, what is wrong, what it is about. */
function headHtml(blocks: readonly Block[], look: Look): Html {
  const [verdict] = blocks.flatMap((block) => (block.block === 'verdict' ? [block.said.tone] : []));
  const said = blocks.filter(({ block }) => block !== 'fold' && block !== 'list');
  return html`<section class="verdict ${toneIn(verdict ?? 'plain', look)}" aria-label="Verdict">
    ${said.map((block) => blockHtml(block, look, ''))}
  </section> `;
}

const NAMES: Readonly<Record<Fold['topic'], string>> = {
  cluster: 'Cluster',
  constraints: 'Constraints',
  findings: 'Findings',
  checks: 'Checks',
  origin: 'Claims',
  tests: 'Tests',
};

function sectionsOf(blocks: readonly Block[], look: Look): readonly Section[] {
  const folds = new Map(
    blocks.flatMap((block) => (block.block === 'fold' ? [[block.topic, block] as const] : [])),
  );
  return (['cluster', 'constraints', 'findings', 'checks', 'origin', 'tests'] as const).flatMap(
    (topic) => {
      const fold = folds.get(topic);
      return fold === undefined
        ? []
        : [{ id: topic, name: NAMES[topic], title: fold.summary, body: blockHtml(fold, look, '') }];
    },
  );
}

function footHtml(report: ReportJson | BatchJson | ErrorJson): Part {
  const { name, version } = 'tool' in report ? report.tool : { name: 'affidavit', version: '' };
  return html`<p>${name} ${version}. This page is whole: it asks for nothing from anywhere.</p>`;
}
