// The report of the gate in each of its forms.
import type { GateJson } from '../../gate/gate-json.ts';
import { gateBlocks } from '../blocks/gate-blocks.ts';
import { encodeReport } from '../encode-report.ts';
import { renderGateMarkdown } from './gate-markdown.ts';
import type { Terminal } from './terminal-lines.ts';
import { renderBlocksTerminal } from './terminal.ts';

export function renderGate(report: GateJson, format: string, look: Terminal): string {
  if (format === 'json') return encodeReport(report);
  if (format === 'markdown') return renderGateMarkdown(report);
  return renderBlocksTerminal(gateBlocks(report), look);
}
