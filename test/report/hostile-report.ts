import type { Digest } from '../../src/digest.ts';
import type { Fault } from '../../src/errors/evidence-error.ts';
import type { ConstraintResult } from '../../src/evidence/constraint/evaluate.ts';
import type { Facts, ValidationReport } from '../../src/evidence/validate/facts.ts';
import { CHECK_NAMES } from '../../src/evidence/verify/checks.ts';
import type { VerificationReport } from '../../src/evidence/verify/verify-evidence.ts';
import { BY_TEMPLATE, FAILED, FACTS, RED, phaseResult, ranTest } from './example-reports.ts';

/** Our own words: everything else in a report may come from a stranger. */
const OWN = new Set([
  'verdict',
  'outcome',
  'code',
  'state',
  'status',
  'dimension',
  'match',
  'tool',
  'type',
  'tier',
  'weakened',
]);

/** The same report with one foreign text wherever foreign text can be. */
export function withForeign<T>(report: T, foreign: string): T {
  return replaced(report, foreign) as T;
}

function replaced(value: unknown, foreign: string): unknown {
  if (typeof value === 'string') return foreign;
  if (Array.isArray(value)) return value.map((item: unknown) => replaced(item, foreign));
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  const isCheck = 'faults' in value && 'outcome' in value;
  const isPhase = 'tests' in value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]: [string, unknown]) => {
      const own = typeof inner === 'string' && OWN.has(key);
      const ownName = (isCheck && key === 'name') || (isPhase && key === 'phase') || key === 'tool';
      return [key, own || ownName || key === 'weakened' ? inner : replaced(inner, foreign)];
    }),
  );
}

const MANY = 10_000;

function many<T>(item: T): readonly T[] {
  return Array.from({ length: MANY }, () => item);
}

/** Every list with 10,000 entries, every text very long: what no honest run looks like. */
export function hugeReports(piece: string): {
  readonly verification: VerificationReport;
  readonly validation: ValidationReport;
} {
  const long = piece.repeat(Math.ceil(5000 / piece.length));
  const faults: readonly Fault[] = many({
    code: 'PHASE_NOT_GREEN',
    at: long,
    found: long,
    expected: long,
    hint: long,
  });
  const facts = hugeFacts(long);
  const verification: VerificationReport = {
    ...withForeign(FAILED, long),
    facts,
    findings: faults,
    checks: CHECK_NAMES.map((name) => ({
      name,
      outcome: 'failed',
      found: long,
      expected: long,
      hint: long,
      faults,
    })),
    pinned: false,
    // Its file is the caller's own.
    policy: {
      file: BY_TEMPLATE.policy.file,
      entry: { ...BY_TEMPLATE.policy.entry, label: long, recipes: many(long) },
    },
    root: { source: long, digest: long as Digest, sandbox: true },
    weakened: ['--allow-unsigned'],
    oneJudge: 'the second judge was not asked',
    signature: {
      state: 'verified',
      proof: {
        payload: new Uint8Array(),
        signer: { type: 'other', subject: long, issuer: long, claims: {} },
        signedAt: new Date(0),
        times: many({ source: long, at: new Date(0), moments: [new Date(0)] }),
        logEntries: many({ log: long, index: long }),
        weakened: [],
      },
    },
  };
  return {
    verification,
    validation: { ...withForeign(RED, long), facts, faults, findings: faults },
  };
}

function hugeFacts(long: string): Facts {
  const tests = [...many(ranTest(long, 'failed', long)), ...many(ranTest(long, 'skipped', long))];
  const constraints: readonly ConstraintResult[] = many({
    name: long,
    expected: long,
    actual: long,
    outcome: 'failed',
    reason: long,
    severity: long,
    remediation: long,
  });
  const phases = [{ ...phaseResult('deployment', 'red', tests), missing: many(long) }];
  return {
    ...withForeign(FACTS, long),
    constraints,
    phaseConstraints: many({
      phase: long,
      name: long,
      expected: long,
      figure: { value: 1, text: '1.00', unit: 'GB/s', tolerance: 10, test: long },
      outcome: 'contradicts',
    }),
    phases,
  };
}

/** Whose first check has this many faults, each at another place. */
export function manyFaults(count: number): VerificationReport {
  const faults = Array.from({ length: count }, (_, index): Fault => ({
    ...{ code: 'PHASES_DIFFER', at: `statement.intoto.json#/${index}` },
    ...{ found: 'x', expected: 'y', hint: 'z' },
  }));
  const checks = FAILED.checks.map((check, index) =>
    index === 0 ? { ...check, outcome: 'failed' as const, faults } : check,
  );
  return { ...FAILED, verdict: 'invalid', exitCode: 2, checks };
}
