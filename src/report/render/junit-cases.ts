// What becomes a case of JUnit XML. What is not proven is a failure or an error: a skipped case is green for most programs.
import { counted } from '../../sentence.ts';
import { isOfEvidence, problemsOf } from '../blocks/problems.ts';
import { FROM_STORED } from '../blocks/report-blocks.ts';
import {
  isPending,
  validationBanners,
  validationVerdict,
  verificationBanners,
  verificationVerdict,
} from '../blocks/verdict.ts';
import { isProven } from '../proven.ts';
import type {
  CheckJson,
  ErrorJson,
  FaultJson,
  PhaseJson,
  ReportJson,
  TestJson,
  ValidationJson,
  VerificationJson,
} from '../report-json.ts';
import { UNSIGNED, plain, plainBanner, plainFault } from './plain.ts';

export interface Case {
  readonly group: string;
  readonly name: string;
  /** Undefined: passed. */
  readonly end?: End | undefined;
}

export interface End {
  readonly as: 'failure' | 'error' | 'skipped';
  readonly type: string;
  readonly message: string;
  readonly more: readonly string[];
}

/** Faults of one case; the others are counted. */
const MOST_FAULTS = 20;

/** Some programs take a suite of nothing but skipped cases for a good one. */
export const STORED: Case = {
  group: 'stored report',
  name: FROM_STORED,
  end: { as: 'error', type: 'STORED_REPORT', message: FROM_STORED, more: [] },
};

/** Anybody can have written it: none of its cases has passed. */
export function recorded({ end, ...rest }: Case): Case {
  const { as, type, message, more } = end ?? {
    as: 'skipped',
    type: '',
    message: 'passed',
    more: [],
  };
  return { ...rest, end: { as, type, message: `recorded: ${message}`, more } };
}

export function casesOf(report: ReportJson | ErrorJson): readonly Case[] {
  if ('error' in report) return [verdictCase(VERIFIED, errorEnd(report))];
  const { phases = [] } = report;
  const tests = phases.flatMap(testCases);
  if ('outcome' in report) return [verdictCase(SELF_CHECK, validationEnd(report)), ...tests];
  const cases = [...report.checks.map(checkCase), ...tests];
  const shown = isProven(report) ? cases : cases.map(unproven);
  return [verdictCase(VERIFIED, verificationEnd(report)), ...shown];
}

/** CI keeps the history of each case by itself: what passed in files that anybody can have written has not passed. */
function unproven({ end, ...rest }: Case): Case {
  const message = 'passed in what was received, and nothing proves that';
  return { ...rest, end: end ?? { as: 'error', type: 'not-proven', message, more: [] } };
}

const VERIFIED = 'evidence is verified';
const SELF_CHECK = 'self-check is green (not verified)';

function verdictCase(name: string, end: End | undefined): Case {
  return { group: 'verdict', name, end };
}

function errorEnd({ error }: ErrorJson): End {
  return { as: 'error', type: error.code, ...said([error]) };
}

/** As the first line of a report that people read: passed where that is good in tone. */
function verificationEnd(report: VerificationJson): End | undefined {
  const { tone, words } = verificationVerdict(report);
  if (tone === 'good') return undefined;
  const as = report.verdict === 'unjudged' ? 'error' : 'failure';
  const banners = verificationBanners(report).map(plainBanner);
  return { as, type: report.verdict, message: words, more: banners };
}

/** Signed in a sandbox, or packed and not signed: nobody else can rely on it. */
function validationEnd(report: ValidationJson): End | undefined {
  const { outcome, sandbox, evidence, faults } = report;
  const isSigned = evidence === undefined || evidence.signer !== undefined;
  if (outcome === 'passed' && !sandbox && isSigned && !isPending(report)) return undefined;
  const { message, more } = said(problemsOf(faults).map(({ fault }) => fault));
  const banners = [
    ...(isSigned ? [] : [`UNSIGNED: ${UNSIGNED}`]),
    ...validationBanners(report).map(plainBanner),
    ...(message === '' ? [] : [message]),
  ];
  const { words } = validationVerdict(report);
  return { as: 'failure', type: outcome, message: words, more: [...banners, ...more] };
}

function checkCase(check: CheckJson): Case {
  return { group: 'checks', name: check.name, end: checkEnd(check) };
}

function checkEnd({ outcome, faults }: CheckJson): End | undefined {
  if (outcome === 'passed') return undefined;
  const problems = problemsOf(faults);
  const [first] = problems;
  if (first === undefined) return { as: 'error', type: outcome, message: outcome, more: [] };
  return {
    as: isOfEvidence(first.fault) ? 'failure' : 'error',
    type: first.fault.code,
    ...said(problems.map(({ fault }) => fault)),
  };
}

function said(faults: readonly FaultJson[]): Pick<End, 'message' | 'more'> {
  const [message = '', ...more] = faults.slice(0, MOST_FAULTS).flatMap(plainFault);
  const left = faults.length - MOST_FAULTS;
  return { message, more: left > 0 ? [...more, `and ${counted(left, 'more fault')}`] : more };
}

function testCases({ phase, tests, missing }: PhaseJson): readonly Case[] {
  const absent: End = { as: 'error', type: 'missing', message: 'no result of it', more: [] };
  return [
    ...tests.map((test): Case => ({ group: phase, name: test.name, end: testEnd(test) })),
    ...missing.map((name): Case => ({ group: phase, name, end: absent })),
  ];
}

const TEST_ENDS = {
  failed: 'failure',
  other: 'error',
  skipped: 'skipped',
  pending: 'skipped',
} as const;

function testEnd({ status, message }: TestJson): End | undefined {
  if (status === 'passed') return undefined;
  const words = plain(message ?? '');
  return {
    as: TEST_ENDS[status],
    type: status,
    message: words === '' ? status : words,
    more: [],
  };
}
