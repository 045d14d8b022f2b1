// Both reports as a tree of blocks, in the order in which a reader asks.
import type { Facts, ValidationReport } from '../../evidence/validate/facts.ts';
import type { VerificationReport } from '../../evidence/verify/verify-evidence.ts';
import type { Tool } from '../../tool.ts';
import type { Block } from './block.ts';
import { checksFold, factFolds, findingsFold, originFold } from './details.ts';
import { validationLines, verificationLines } from './lines.ts';
import { checkProblems, problemsOf } from './problems.ts';
import {
  LIMIT_OF_TRUST,
  isPending,
  validationBanners,
  validationVerdict,
  verificationBanners,
  verificationVerdict,
} from './verdict.ts';

/** Before the facts of invalid evidence: they come from files that nobody vouches for. */
const UNPROVEN = 'Below is what the files say. The evidence is invalid, so none of it is proven.';

const NO_PHASE = 'No phase was judged: run again with --results and the CTRF reports.';

/** @param repeat the command that makes the report again; undefined: it is not shown */
export function verificationBlocks(
  report: VerificationReport,
  repeat: string | undefined,
): readonly Block[] {
  const { facts, checks, findings, tool, exitCode } = report;
  const problems = checkProblems(checks);
  return [
    { block: 'verdict', said: verificationVerdict(report), exitCode },
    { block: 'banners', items: verificationBanners(report) },
    { block: 'problems', items: problems },
    ...note(report.verdict === 'invalid' && hasAny(facts), UNPROVEN),
    { block: 'lines', items: verificationLines(report) },
    { block: 'note', words: LIMIT_OF_TRUST },
    ...command(tool, repeat),
    ...factFolds(facts),
    ...originFold(report),
    ...findingsFold(findings, problems.length > 0),
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
    { block: 'banners', items: validationBanners(report) },
    { block: 'problems', items: problemsOf(faults) },
    ...note(faults.length === 0 && isPending(report), NO_PHASE),
    { block: 'lines', items: validationLines(report) },
    { block: 'note', words: LIMIT_OF_TRUST },
    ...command(tool, repeat),
    ...factFolds(facts),
    ...findingsFold(findings, faults.length > 0),
  ];
}

function hasAny(facts: Facts): boolean {
  return Object.keys(facts).length > 0;
}

function note(isSaid: boolean, words: string): readonly Block[] {
  return isSaid ? [{ block: 'note', words }] : [];
}

function command({ name, version }: Tool, repeat: string | undefined): readonly Block[] {
  if (repeat === undefined) return [];
  return [{ block: 'command', lead: `Repeat with ${name} ${version}:`, command: repeat }];
}
