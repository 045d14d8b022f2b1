// A report as a page of its own: the same blocks in sections, and what only a picture or the files can show.
import { counted, sentence, words } from '../../sentence.ts';
import type { Block } from '../blocks/block.ts';
import { sayBom } from '../blocks/origin.ts';
import { FROM_STORED, reportBlocks } from '../blocks/report-blocks.ts';
import type { BatchJson, ErrorJson, FactsJson, ReportJson, Shown } from '../report-json.ts';
import { figureBars, phaseBars } from './bars.ts';
import { blockHtml, lineHtml, lookOf, toneIn, type Look } from './block-html.ts';
import { chainHtml } from './chain-html.ts';
import type { PageContents } from './contents.ts';
import { html, type Html, type Part } from './html.ts';
import { pageText, type Section } from './page.ts';
import { logsHtml, testsHtml } from './tests-and-logs.ts';

type AnyReport = ReportJson | BatchJson | ErrorJson;
type Fold = Extract<Block, { readonly block: 'fold' }>;

/** @param contents of the evidence that the report is about; a stored report has none */
export function renderHtml(shown: Shown, contents?: PageContents): string {
  const isStored = 'stored' in shown;
  const report = isStored ? shown.stored : shown;
  return reportPage(shown, (blocks, look) =>
    sectionsOf({ report, isStored, blocks, look, contents }),
  );
}

/** @param sections what comes after the verdict */
export function reportPage(
  shown: Shown,
  sections: (blocks: readonly Block[], look: Look) => readonly Section[],
): string {
  const look = lookOf(shown);
  const isStored = 'stored' in shown;
  const report = isStored ? shown.stored : shown;
  const blocks = reportBlocks(shown).slice(isStored ? 1 : 0);
  const name = [...namesOf(report, blocks), 'affidavit'];
  return pageText({
    title: [...(isStored ? [FROM_STORED] : []), ...name].join(' · '),
    first: isStored ? html`<p class="stored">${FROM_STORED}</p>` : undefined,
    head: headHtml(blocks, look),
    sections: sections(blocks, look),
    foot: footHtml(report),
  });
}

/** What it says, and of what. */
function namesOf(report: AnyReport, blocks: readonly Block[]): readonly string[] {
  const verdicts = blocks.flatMap((block) => (block.block === 'verdict' ? [block.said.words] : []));
  return [...verdicts, ...('recipe' in report ? [report.recipe?.name ?? 'no recipe'] : [])];
}

/** What comes before all sections: what was decided, what takes weight from it, what is wrong, what it is about. */
function headHtml(blocks: readonly Block[], look: Look): Html {
  const verdict = blocks.find((block) => block.block === 'verdict')?.said;
  const tone = toneIn(verdict?.tone ?? 'plain', look);
  const said = blocks.filter(({ block }) => block !== 'fold' && block !== 'list');
  return html`<section class="verdict ${tone}" aria-label="Verdict">
    ${said.map((block) => blockHtml(block, look, ''))}
  </section> `;
}

interface Shows {
  readonly report: AnyReport;
  readonly isStored: boolean;
  readonly blocks: readonly Block[];
  readonly look: Look;
  readonly contents: PageContents | undefined;
}

function sectionsOf(shows: Shows): readonly Section[] {
  const { report, look, contents } = shows;
  if ('summary' in report || 'error' in report) return [];
  const fold = (topic: Fold['topic'], name: string): Section => foldSection(shows, topic, name);
  const isVerified = 'verdict' in report;
  const all: readonly Section[] = [
    {
      ...{ id: 'chain', name: 'Chain of proof', title: 'Chain of proof' },
      body: isVerified ? chainHtml(report, look, contents) : undefined,
    },
    fold('cluster', 'Cluster'),
    { id: 'phases', name: 'Phases', title: 'Phases', body: phaseBars(report, look, contents) },
    {
      ...{ id: 'figures', name: 'Figures', title: 'Figures that tests printed (claimed)' },
      body: figureBars(report, look),
    },
    fold('constraints', 'Constraints'),
    {
      id: 'bom',
      name: 'Materials',
      title: 'Bill of materials',
      body: bomHtml(report, look, contents),
    },
    fold('findings', 'Findings'),
    fold('origin', 'Claims'),
    { ...fold('tests', 'Tests'), body: testsHtml(report, look, contents) },
    { id: 'logs', name: 'Logs', title: 'Logs', body: logsBody(shows, report) },
  ];
  return all.filter(({ body }) => body !== undefined);
}

/** Without a body, if there is no such fold. */
function foldSection({ blocks, look }: Shows, topic: Fold['topic'], name: string): Section {
  const folds = blocks.filter((block) => block.block === 'fold');
  const fold = folds.find((each) => each.topic === topic);
  const body = fold && blockHtml(fold, look, '');
  return { id: topic, name, title: fold?.summary ?? name, body };
}

function bomHtml({ bom }: FactsJson, look: Look, contents?: PageContents): Part {
  if (bom === undefined) return undefined;
  const { images = [] } = contents ?? {};
  const list = { block: 'list', items: images.map((image) => sentence`${image}`), noun: 'image' };
  const all = blockHtml({ ...list, block: 'list' }, look, '');
  return html`<p>${lineHtml(sayBom(bom), look)}</p>
    ${
      images.length === 0
        ? undefined
        : html`<details>
            <summary>${counted(images.length, 'image')}</summary>
            ${all}
          </details>`
    }`;
}

/** Why there are no logs, if there could be some. */
function logsBody({ look, contents, isStored }: Shows, report: ReportJson): Part {
  if (contents !== undefined && contents.logs.length > 0) return logsHtml(contents.logs, look);
  const said = whyNoLogs(report, isStored);
  return said === undefined ? undefined : html`<p class="note">${lineHtml(words(said), look)}</p>`;
}

function whyNoLogs(report: ReportJson, isStored: boolean): string | undefined {
  if (isStored) return 'A stored report has no logs: they are with the evidence.';
  if (!('verdict' in report)) return undefined;
  if (report.verdict === 'invalid') return 'The evidence is invalid: nothing of its logs is shown.';
  const { logs } = report.claimed ?? {};
  if (logs === undefined) return undefined;
  return `They are not in the bundle: ${counted(logs.fileCount, 'file')} beside it, which \`--logs\` shows.`;
}

function footHtml(report: AnyReport): Part {
  const { name, version } = 'tool' in report ? report.tool : { name: 'affidavit', version: '' };
  return html`<p>${name} ${version}. This page is whole: it asks for nothing from anywhere.</p>`;
}
