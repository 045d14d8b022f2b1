// Both reports as a tree of blocks, in the order in which a reader asks.
import type { ValidationReport } from '../../evidence/validate/facts.ts';
import type { VerificationReport } from '../../evidence/verify/verify-evidence.ts';
import type { Tool } from '../../tool.ts';
import type { Block, Line, Problem } from './block.ts';
import { checksFold, factFolds, findingsFold } from './details.ts';
import { validationLines, verificationLines } from './lines.ts';
import { originFold } from './origin.ts';
import { checkProblems, problemsOf } from './problems.ts';
import {
  LIMIT_OF_TRUST,
  isPending,
  validationBanners,
  validationVerdict,
  verificationBanners,
  verificationVerdict,
} from './verdict.ts';

const MOST_PROBLEMS = 3;

const NO_PHASE = 'No phase was judged: run again with --results and the CTRF reports.';

/** @param repeat the command that makes the report again; undefined: it is not shown */
export function verificationBlocks(
  report: VerificationReport,
  repeat: string | undefined,
): readonly Block[] {
  const { facts, checks, findings, tool, exitCode } = report;
  return [
    { block: 'verdict', said: verificationVerdict(report), exitCode },
    ...firstScreen(verificationBanners(report), checkProblems(checks)),
    { block: 'lines', items: verificationLines(report) },
    { block: 'note', words: LIMIT_OF_TRUST },
    ...command(tool, repeat),
    ...factFolds(facts),
    ...originFold(report),
    ...findingsFold(findings),
    checksFold(checks),
  ];
}

export function validationBlocks(
  report: ValidationReport,
  repeat: string | undefined,
): readonly Block[] {
  const { facts, faults, findings, tool, exitCode } = report;
  return [
    { block: 'verdict', said: validationVerdict(report), exitCode },
    ...firstScreen(validationBanners(report), problemsOf(faults)),
    ...note(faults.length === 0 && isPending(report), NO_PHASE),
    { block: 'lines', items: validationLines(report) },
    { block: 'note', words: LIMIT_OF_TRUST },
    ...command(tool, repeat),
    ...factFolds(facts),
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

function command({ name, version }: Tool, repeat: string | undefined): readonly Block[] {
  if (repeat === undefined) return [];
  return [{ block: 'command', lead: `Repeat with ${name} ${version}:`, command: repeat }];
}
