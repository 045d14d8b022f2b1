import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { isUnevaluable } from '../../../src/evidence/constraint/decision.ts';
import {
  isCeiling,
  isMet,
  millionthsOf,
  parseNumberExpression,
  type NumberRules,
} from '../../../src/evidence/constraint/number-expression.ts';
import { propertyRuns } from '../../property-runs.ts';

const EXACT: NumberRules = { dialect: 'current', unit: 'ms', tolerance: 0n };
const TOLERANT: NumberRules = { ...EXACT, unit: 'GB/s', tolerance: 10n };

/** Whether a figure is what the expression demands, or why nobody can tell. */
function judge(expression: string, figure: string, rules: NumberRules = EXACT): boolean | string {
  const parsed = parseNumberExpression(expression, rules);
  if (isUnevaluable(parsed)) return parsed.reason;
  const millionths = millionthsOf(figure);
  if (millionths === undefined) throw new Error(`no figure: ${figure}`);
  return isMet(parsed, millionths);
}

describe('millionthsOf', () => {
  it.each([
    ['0', 0n],
    ['488.37', 488_370_000n],
    ['000300', 300_000_000n],
    ['0.000001', 1n],
    ['999999999.999999', 999_999_999_999_999n],
  ])('reads %s', (text, value) => {
    expect(millionthsOf(text)).toBe(value);
  });

  it.each([
    ...['', ' ', '.', '.5', '5.', '-1', '+1', '1e3', '1E3', 'NaN', 'Inf', '+Inf', 'Infinity'],
    ...['0x10', '1_000', '1,000', '1 000', ' 1', '1 ', '1\n', '1.2.3', '1.1234567', '1234567890'],
    ...['٣', '１', '1.2345678901234567890123456789', '9'.repeat(1_000_000)],
  ])('does not take for a number: %j', (text) => {
    expect(millionthsOf(text)).toBeUndefined();
  });
});

describe('parseNumberExpression', () => {
  it.each([
    ['>= 300', '300.00', true],
    ['>= 300', '299.999999', false],
    ['> 300', '300', false],
    // As versions these would be equal, as far as both go.
    ['> 300', '300.05', true],
    ['<= 200', '200.01', false],
    ['<= 200', '200', true],
    ['< 200', '200', false],
    ['== 146.3', '146.30', true],
    ['= 146.3', '146.31', false],
    ['!= 146.3', '146.30', false],
    ['!= 146.3', '146.31', true],
    ['>=300', '300', true],
    ['  >=   300  ', '300', true],
    ['>= 100 <= 200', '150', true],
    ['>= 100 <= 200', '201', false],
    ['< 100 || > 200', '150', false],
    ['< 100 || > 200', '201', true],
    ['<= 200 ms', '146.30', true],
    ['<= 200\tms', '246.30', false],
  ])('%s of %s: %s', (expression, figure, met) => {
    expect(judge(expression, figure)).toBe(met);
  });

  it.each([
    ['>= 300', '270', true],
    ['>= 300', '269.999999', false],
    ['> 300', '270', false],
    ['> 300', '270.000001', true],
    // 0.9 times is not exact in binary: this one would be 6.300000000000001.
    ['>= 7', '6.3', true],
    ['>= 0.1', '0.09', true],
    ['<= 300', '300.01', false],
    ['== 300', '299', false],
  ])('with 10 %% tolerance of a lower bound, %s of %s: %s', (expression, figure, met) => {
    expect(judge(expression, figure, TOLERANT)).toBe(met);
  });

  it.each([
    ['300', '"300" has no operator'],
    ['ubuntu', '"ubuntu" is not a number'],
    ['>= v300', '"v300" is not a number'],
    ['>= 1.2.3', '"1.2.3" is not a number'],
    ['>= -1', '"-1" is not a number'],
    ['>= 3e2', '"3e2" is not a number'],
    ['>= 300 GB/s', '"300 GB/s" is not a number of ms'],
    ['>= 300 ms ms', '"300 ms ms" is not a number'],
    ['>= 300ms', '"300ms" is not a number'],
    ['>= 300 ||', 'a side of || is'],
    ['', 'the expression is empty'],
    ['>=', 'nothing follows >='],
  ])('cannot evaluate %j: %s', (expression, reason) => {
    expect(judge(expression, '1')).toContain(reason);
  });

  it('reads one term in the dialect of AICR 0.11, and no = there', () => {
    const old = { ...EXACT, dialect: 'v0.11' } as const;
    expect(judge('>= 100 <= 200', '150', old)).toContain('"100 <= 200" is not a number');
    expect(judge('=150', '150', old)).toContain('"=150" is not a number');
    expect(judge('>= 100', '150', old)).toBe(true);
  });

  it.each([
    ['<= 200', true],
    ['< 200', true],
    ['<= 200 || >= 900', true],
    ['>= 200', false],
    ['!= 1', false],
  ])('knows whether less is better: %s', (expression, ceiling) => {
    const parsed = parseNumberExpression(expression, EXACT);
    expect(!isUnevaluable(parsed) && isCeiling(parsed)).toBe(ceiling);
  });

  it('compares as numbers compare, whatever their spelling', () => {
    const cents = fc.nat({ max: 99_999_999 });
    fc.assert(
      fc.property(cents, cents, fc.constantFrom('>=', '<=', '>', '<', '==', '!='), (a, b, sign) => {
        const expected = { '>=': a >= b, '<=': a <= b, '>': a > b, '<': a < b, '==': a === b };
        const met = sign === '!=' ? a !== b : expected[sign];
        expect(judge(`${sign} ${spelt(b)}`, spelt(a))).toBe(met);
        const isFloor = sign === '>=' ? 10 * a >= 9 * b : 10 * a > 9 * b;
        const tolerated = sign.startsWith('>') ? isFloor : met;
        expect(judge(`${sign} ${spelt(b)}`, spelt(a), TOLERANT)).toBe(tolerated);
      }),
      { numRuns: propertyRuns(200, 2000) },
    );
  });

  it('says of every text what it is, or why not', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'>=<!|.0123 \tm\ns-') }), (text) => {
        expect(['boolean', 'string']).toContain(typeof judge(text, '1.5'));
      }),
      { numRuns: propertyRuns(200, 2000) },
    );
  });
});

/** `12345` hundredths as Go's `%.2f` prints them. */
function spelt(hundredths: number): string {
  const digits = String(hundredths).padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
