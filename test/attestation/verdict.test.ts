import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { CheckOutcome, CheckResult } from '../../src/attestation/check-log.ts';
import { VERDICT_EXIT_CODES, verdictOf, type Verdict } from '../../src/attestation/verdict.ts';
import { ERROR_CATALOGUE, type ErrorCode } from '../../src/errors/catalogue.ts';
import type { ErrorClass } from '../../src/errors/meaning.ts';
import { propertyRuns } from '../property-runs.ts';
import { faultWith } from './faults.ts';

function check(outcome: CheckOutcome, codes: readonly ErrorCode[] = [], name = 'a'): CheckResult {
  const faults = codes.map((code) => faultWith(code));
  return { name, outcome, found: '', expected: '', hint: '', faults };
}

function verdict(checks: readonly CheckResult[], ...waived: readonly string[]): Verdict {
  return verdictOf(checks, new Set(waived));
}

/** One code of each class. */
const OF_CLASS = {
  failed: 'PHASE_NOT_GREEN',
  invalid: 'FILE_DIFFERS',
  unjudged: 'FILE_UNREADABLE',
  undecided: 'UNSIGNED',
  usage: 'USAGE',
  internal: 'INTERNAL',
  interrupted: 'INTERRUPTED',
  finding: 'CHECK_SKIPPED',
} as const satisfies Record<ErrorClass, ErrorCode>;

const CODES = Object.keys(ERROR_CATALOGUE) as ErrorCode[];

describe('the verdict of one check', () => {
  it('is one code of each class that is tried here', () => {
    for (const [name, code] of Object.entries(OF_CLASS)) {
      expect(ERROR_CATALOGUE[code][0]).toBe(name);
    }
  });

  it.each([
    ['passed', 'verified', 'verified'],
    ['skipped', 'undecided', 'verified'],
    ['not-reached', 'undecided', 'undecided'],
    ['failed', 'invalid', 'invalid'],
  ] as const)('that is %s is %s, and %s if it is waived', (outcome, usual, waived) => {
    expect(verdict([check(outcome)])).toBe(usual);
    expect(verdict([check(outcome)], 'a')).toBe(waived);
    expect(verdict([check(outcome)], 'b', 'A', '')).toBe(usual);
  });

  it.each([
    ['failed', 'failed'],
    ['invalid', 'invalid'],
    ['unjudged', 'unjudged'],
    ['undecided', 'undecided'],
    // Of these nobody said what they would mean of a check that failed: the worst.
    ['usage', 'invalid'],
    ['internal', 'invalid'],
    ['interrupted', 'invalid'],
    ['finding', 'invalid'],
  ] as const)('that failed with a fault of class %s is %s, waived or not', (name, expected) => {
    const codes = CODES.filter((code) => ERROR_CATALOGUE[code][0] === name);
    expect(codes).not.toEqual([]);
    for (const code of codes) {
      expect([code, verdict([check('failed', [code])])]).toEqual([code, expected]);
      expect([code, verdict([check('failed', [code])], 'a')]).toEqual([code, expected]);
    }
  });

  it('that failed is as bad as the worst of its faults, and red only if all are', () => {
    for (const [name, code] of Object.entries(OF_CLASS)) {
      const expected =
        { failed: 'failed', unjudged: 'unjudged', undecided: 'undecided' }[name] ?? 'invalid';
      const pair = [OF_CLASS.failed, code];
      expect([name, verdict([check('failed', pair)])]).toEqual([name, expected]);
      expect([name, verdict([check('failed', pair.toReversed())])]).toEqual([name, expected]);
      const broken = verdict([check('failed', [code, OF_CLASS.invalid])]);
      expect([name, broken]).toEqual([name, 'invalid']);
    }
  });

  it('that was skipped does not depend on why: what is given up is in the list alone', () => {
    for (const code of Object.values(OF_CLASS)) {
      expect(verdict([check('skipped', [code])])).toBe('undecided');
      expect(verdict([check('skipped', [code])], 'a')).toBe('verified');
    }
  });
});

describe('the verdict of a list of checks', () => {
  it('is never verified of none', () => {
    expect(verdict([])).toBe('invalid');
    expect(verdict([], 'a')).toBe('invalid');
  });

  /** The worst first. */
  const examples: readonly (readonly [Verdict, CheckResult])[] = [
    ['invalid', check('failed', ['FILE_DIFFERS'], 'i')],
    ['unjudged', check('failed', ['FILE_UNREADABLE'], 'j')],
    ['undecided', check('not-reached', [], 'u')],
    ['failed', check('failed', ['PHASE_NOT_GREEN'], 'f')],
    ['verified', check('passed', [], 'v')],
  ];

  it.each(examples)('is %s if that is the worst of them', (worst, one) => {
    const start = examples.findIndex(([name]) => name === worst);
    const others = examples.slice(start).map(([, other]) => other);
    expect(verdict([one, ...others])).toBe(worst);
    expect(verdict(others.toReversed())).toBe(worst);
  });

  it('has one exit code for each', () => {
    expect(VERDICT_EXIT_CODES).toEqual({
      verified: 0,
      failed: 1,
      invalid: 2,
      unjudged: 3,
      undecided: 4,
    });
  });

  const name = fc.constantFrom<string[]>('a', 'b', 'c');
  const checks = fc.array(
    fc
      .record({
        name,
        outcome: fc.constantFrom('passed', 'passed', 'skipped', 'not-reached', 'failed'),
        codes: fc.array(fc.constantFrom(...CODES), { maxLength: 3 }),
      })
      .map((drawn) => check(drawn.outcome, drawn.codes, drawn.name)),
    { maxLength: 5 },
  );
  const waived = fc.array(name);

  it('is verified only if there are some, and each has passed or was skipped and is waived', () => {
    fc.assert(
      fc.property(checks, waived, (list, given) => {
        const isVerified = verdict(list, ...given) === 'verified';
        const isRight = list.every(
          (one) =>
            one.outcome === 'passed' || (one.outcome === 'skipped' && given.includes(one.name)),
        );
        expect(isVerified).toBe(list.length > 0 && isRight);
      }),
      { numRuns: propertyRuns(1000, 6000) },
    );
  });

  it('does not depend on their order, and one more never makes it better', () => {
    const worst = examples.map(([one]) => one);
    fc.assert(
      fc.property(checks, checks, waived, (some, more, given) => {
        fc.pre(some.length > 0);
        const before = verdict(some, ...given);
        const after = verdict([...some, ...more], ...given);
        expect(worst.indexOf(after)).toBeLessThanOrEqual(worst.indexOf(before));
        expect(verdict([...more, ...some], ...given)).toBe(after);
      }),
      { numRuns: propertyRuns(500, 5000) },
    );
  });
});
