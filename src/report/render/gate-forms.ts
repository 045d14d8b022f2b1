// The report of the gate in each of its forms.
import type { GateJson } from '../../gate/gate-json.ts';
import { gateBlocks } from '../blocks/gate-blocks.ts';
import { encodeReport } from '../encode-report.ts';
import type { PageReader } from '../explain.ts';
import { renderGateMarkdown } from './gate-markdown.ts';
import type { Terminal } from './terminal-lines.ts';
import { renderLongTerminal } from './terminal.ts';

/** @param read gives a page of docs/ */
export async function renderGate(
  report: GateJson,
  format: string,
  { look, read }: { readonly look: Terminal; readonly read: PageReader },
): Promise<string> {
  switch (format) {
    case 'json':
      return encodeReport(report);
    case 'markdown':
      return renderGateMarkdown(report);
    case 'junit':
      return (await import('./gate-junit.ts')).renderGateJUnit(report);
    case 'sarif': {
      const { gateComplaints } = await import('./gate-sarif.ts');
      const { renderSarif } = await import('./sarif.ts');
      return renderSarif(await read('errors'), gateComplaints(report), report);
    }
    default:
      return renderLongTerminal(gateBlocks(report), look);
  }
}
