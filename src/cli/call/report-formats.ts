// What `--format` can name, for every report: another form is a row here, and a second one if it shows each of many.
// Each is loaded where it is wanted.
import type { PageReader } from '../../report/explain.ts';
import {
  renderAsMany,
  type Ending,
  type GrowingForm,
  type ManyHead,
  type OneOfMany,
  type Piece,
} from '../../report/growing-form.ts';
import type { Terminal } from '../../report/render/terminal-lines.ts';
import type { BatchJson, Shown } from '../../report/report-json.ts';

type Render = (report: Shown, look: Terminal, read: PageReader) => Promise<string>;

type Grow = (
  head: ManyHead,
  read: PageReader,
) => Promise<GrowingForm<BatchJson, OneOfMany, string | readonly Piece[]>>;

export const REPORT_FORMATS: ReadonlyMap<string, Render> = new Map<string, Render>([
  [
    'terminal',
    async (report, look) =>
      (await import('../../report/render/terminal.ts')).renderTerminal(report, look),
  ],
  [
    'markdown',
    async (report) => (await import('../../report/render/markdown.ts')).renderMarkdown(report),
  ],
  ['html', async (report) => (await import('../../report/html/render-html.ts')).renderHtml(report)],
  ['json', async (report) => (await import('../../report/encode-report.ts')).encodeReport(report)],
  [
    'jsonl',
    async (report) => `${(await import('../../report/encode-report.ts')).encodeLine(report)}\n`,
  ],
  ['junit', async (report) => await renderAsMany(report, growJUnit)],
  [
    'sarif',
    async (report, _, read) =>
      await renderAsMany(report, async (isStored) => await growSarif(isStored, read)),
  ],
]);

/** Of many, the others show a summary. */
export const GROWING_FORMATS: ReadonlyMap<string, Grow> = new Map<string, Grow>([
  ['json', async (head) => (await import('../../report/encode-report.ts')).growJson(head)],
  ['jsonl', async () => (await import('../../report/encode-report.ts')).growLines()],
  ['html', async (head) => (await import('../../report/html/many-html.ts')).growHtml(head)],
  ['junit', async ({ isStored }) => await growJUnit(isStored)],
  ['sarif', async ({ isStored }, read) => await growSarif(isStored, read)],
]);

async function growJUnit(isStored: boolean): Promise<GrowingForm<Ending>> {
  return (await import('../../report/render/junit.ts')).growJUnit(isStored);
}

async function growSarif(isStored: boolean, read: PageReader): Promise<GrowingForm<Ending>> {
  const { growSarif: grow } = await import('../../report/render/sarif.ts');
  return grow(await read('errors'), isStored);
}

/** Errors after which other reports of the call stand: the JSON of such an error replaces none. */
export const AFTER_REPORTS = new WeakSet<object>();
