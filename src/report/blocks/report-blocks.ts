// Both reports as a tree of blocks, in the order in which a reader asks.
import { commandLine } from '../../shell-words.ts';
import {
  LIMIT_OF_TRUST,
  type ErrorJson,
  type ReportJson,
  type BatchJson,
  type Shown,
} from '../report-json.ts';
import type { ValidationJson, VerificationJson } from '../report-json.ts';
import { batchBlocks } from './batch-blocks.ts';
import type { Block, Line, Problem } from './block.ts';
import { asClaim, provesNothing } from './claims.ts';
import { checksFold, factFolds, findingsFold } from './details.ts';
import { validationLines, verificationLines } from './lines.ts';
import { originFold } from './origin.ts';
import { checkProblems, problemsOf } from './problems.ts';
import {
  isPending,
  validationBanners,
  validationVerdict,
  verificationBanners,
  verificationVerdict,
} from './verdict.ts';

const MOST_PROBLEMS = 3;

const NO_PHASE =
  'No phase was judged: run again with --results and what the tests wrote: CTRF, JUnit XML, the JSON of go test or a conformance tarball.';

export function reportBlocks(shown: Shown | ErrorJson): readonly Block[] {
  if ('stored' in shown) {
    const blocks = blocksOf(shown.stored).map(recorded);
    return [{ block: 'note', words: FROM_STORED }, ...blocks.map(asClaim)];
  }
  return provesNothing(shown) ? blocksOf(shown).map(asClaim) : blocksOf(shown);
}

/** Before all that a stored report says. */
export const FROM_STORED = 'from a stored report; nothing was verified here';

/** Anybody can have written it: the verdict is no verdict of ours, and the command none that we made. */
function recorded(block: Block): Block {
  if (block.block === 'verdict') {
    const { words, tone } = block.said;
    return { ...block, said: { words: `Recorded: ${words}`, tone } };
  }
  if (block.block !== 'command') return block;
  return { ...block, label: 'recorded', lead: 'The recorded command; read it before you run it:' };
}

function blocksOf(report: ReportJson | BatchJson | ErrorJson): readonly Block[] {
  if ('error' in report) return errorBlocks(report);
  if ('summary' in report) return batchBlocks(report);
  return 'verdict' in report ? verificationBlocks(report) : validationBlocks(report);
}

function errorBlocks({ error, exitCode }: ErrorJson): readonly Block[] {
  return [
    {
      block: 'verdict',
      said: { words: 'no report, the command failed', tone: 'doubtful' },
      exitCode,
    },
    { block: 'problems', items: problemsOf([error]), most: 1 },
  ];
}

function verificationBlocks(report: VerificationJson): readonly Block[] {
  const { checks, findings, exitCode } = report;
  return [
    { block: 'verdict', said: verificationVerdict(report), exitCode },
    ...firstScreen(verificationBanners(report), checkProblems(checks)),
    { block: 'lines', items: verificationLines(report) },
    { block: 'note', words: LIMIT_OF_TRUST },
    ...command(report),
    ...factFolds(report),
    ...originFold(report),
    ...findingsFold(findings),
    checksFold(checks),
  ];
}

function validationBlocks(report: ValidationJson): readonly Block[] {
  const { faults, findings, exitCode } = report;
  return [
    { block: 'verdict', said: validationVerdict(report), exitCode },
    ...firstScreen(validationBanners(report), problemsOf(faults)),
    ...note(faults.length === 0 && isPending(report), NO_PHASE),
    { block: 'lines', items: validationLines(report) },
    { block: 'note', words: LIMIT_OF_TRUST },
    ...command(report),
    ...factFolds(report),
    ...findingsFold(findings),
  ];
}

/** A phone shows the signer too, without scrolling, if banners leave fewer problems unfolded. */
function firstScreen(banners: readonly Line[], problems: readonly Problem[]): readonly Block[] {
  const most = Math.max(1, MOST_PROBLEMS - banners.length);
  return [
    { block: 'banners', items: banners },
    { block: 'problems', items: problems, most },
  ];
}

function note(isSaid: boolean, words: string): readonly Block[] {
  return isSaid ? [{ block: 'note', words }] : [];
}

function command({ tool, repeat }: ReportJson): readonly Block[] {
  if (repeat === undefined) return [];
  const lead = `Repeat with ${tool.name} ${tool.version}:`;
  return [{ block: 'command', label: 'repeat', lead, command: commandLine(repeat) }];
}
