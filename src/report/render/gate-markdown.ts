import type { ErrorClass } from '../../errors/meaning.ts';
// The gate's comment on a pull request.
import type { GateJson } from '../../gate/gate-json.ts';
import { sentence } from '../../sentence.ts';
import type { Block } from '../blocks/block.ts';
import { gateBlocks, gateVerdict } from '../blocks/gate-blocks.ts';
import { problemsOf, classOf } from '../blocks/problems.ts';
import type { ErrorJson } from '../report-json.ts';
import { renderBlocksMarkdown } from './markdown.ts';

/** Of GitHub's 65,536 characters; a hidden line above it needs some. */
const MAX_COMMENT = 60_000;

/** Whoever reads it may never have heard of the program that it tells to run. */
const ABOUT: Block = {
  block: 'note',
  words:
    '`affidavit` is a program that packs, signs and verifies evidence that recipes pass their tests on hardware which a project does not have.',
};

/** @param head the commit that it is about: an error names none */
export function renderGateMarkdown(report: GateJson | ErrorJson, head?: string): string {
  const blocks = 'error' in report ? errorBlocks(report, head) : gateBlocks(report);
  return renderBlocksMarkdown([...blocks, ABOUT], MAX_COMMENT);
}

/** Whoever reads it is not who called the gate: whose turn it is comes first. */
function errorBlocks({ error, exitCode }: ErrorJson, head?: string): readonly Block[] {
  return [
    {
      block: 'verdict',
      said: { words: 'Recipe evidence: no decision, since the gate failed', tone: 'doubtful' },
      exitCode,
    },
    { block: 'note', words: TURNS[classOf(error)] ?? OF_MAINTAINERS },
    { block: 'problems', items: problemsOf([error]), most: 1 },
    {
      block: 'lines',
      items: head === undefined ? [] : [{ label: 'head', text: sentence`${head}` }],
    },
  ];
}

const OF_MAINTAINERS =
  'The evidence was not judged: nothing is said against this change. A maintainer has to mend how the gate is called, and run it again.';

const TURNS: Readonly<Partial<Record<ErrorClass, string>>> = {
  invalid:
    'The evidence was not judged, since the change itself cannot be read as it is. Whoever made the change has to mend it.',
  unjudged:
    'The evidence was not judged: nothing is said against this change. A maintainer can run the gate again; if it fails again, its setup has to be mended.',
  internal:
    'The evidence was not judged: nothing is said against this change. This is a bug of the gate, and a maintainer has to report it.',
};

/** What stands there until the gate has decided again. */
export function renderSuperseded(head: string): string {
  const words = `What stood here is superseded. The evidence is judged again, for commit "${head}".`;
  return renderBlocksMarkdown([{ block: 'note', words }], MAX_COMMENT);
}

/** Words of ours alone, for the status of a commit. */
export function gateTitle(report: GateJson | ErrorJson): string {
  return 'error' in report ? `No decision: ${report.error.code}` : gateVerdict(report).words;
}
