// The gate's comment on a pull request.
import type { GateJson } from '../../gate/gate-json.ts';
import { gateBlocks, gateVerdict } from '../blocks/gate-blocks.ts';
import { reportBlocks } from '../blocks/report-blocks.ts';
import type { ErrorJson } from '../report-json.ts';
import { renderBlocksMarkdown } from './markdown.ts';

/** Of GitHub's 65,536 characters; a hidden line above it needs some. */
const MAX_COMMENT = 60_000;

export function renderGateMarkdown(report: GateJson | ErrorJson): string {
  const blocks = 'error' in report ? reportBlocks(report) : gateBlocks(report);
  return renderBlocksMarkdown(blocks, MAX_COMMENT);
}

/** What stands there until the gate has decided again. */
export function renderSuperseded(head: string): string {
  const words = `What stood here is superseded. The evidence is judged again, for commit "${head}".`;
  return renderBlocksMarkdown([{ block: 'note', words }], MAX_COMMENT);
}

/** Words of ours alone, for the status of a commit. */
export function gateTitle(report: GateJson | ErrorJson): string {
  return 'error' in report ? `No decision: ${report.error.code}` : gateVerdict(report).words;
}
