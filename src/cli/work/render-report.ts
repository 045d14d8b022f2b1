import type { ReportJson } from '../../report/report-json.ts';
import type { ReportChoice } from '../call/report-flags.ts';

/** Each form is loaded where it is wanted. */
export async function renderReport(report: ReportJson, choice: ReportChoice): Promise<string> {
  switch (choice.format) {
    case 'json':
      return (await import('../../report/encode-report.ts')).encodeReport(report);
    case 'markdown':
      return (await import('../../report/render/markdown.ts')).renderMarkdown(report);
    case 'terminal':
      return (await import('../../report/render/terminal.ts')).renderTerminal(report, choice);
  }
}
