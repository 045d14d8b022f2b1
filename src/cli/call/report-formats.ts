// What `--format` can name, for every report: another form is a row here. Each is loaded where it is wanted.
import type { Terminal } from '../../report/render/terminal-lines.ts';
import type { Shown } from '../../report/report-json.ts';

type Render = (report: Shown, look: Terminal) => Promise<string>;

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
]);

/** Errors after which other reports of the call stand: the JSON of such an error replaces none. */
export const AFTER_REPORTS = new WeakSet<object>();
