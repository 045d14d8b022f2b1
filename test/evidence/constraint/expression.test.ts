import { readFileSync } from 'node:fs';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { evaluateExpression } from '../../../src/evidence/constraint/expression.ts';
import { MAX_VERSION_CHARACTERS } from '../../../src/limits.ts';
import { propertyRuns } from '../../property-runs.ts';

interface Golden {
  readonly actual: string;
  readonly expected: string;
  readonly verdict: 'passed' | 'failed' | 'unevaluable';
}

// Verdicts of the real aicr v0.11.1; see the NOTICE beside the file.
const GOLDENS = JSON.parse(
  readFileSync(new URL('../../../testdata/aicr-goldens/constraints.json', import.meta.url), 'utf8'),
) as readonly Golden[];

const DIALECTS = ['v0.11', 'current'] as const;

function verdict(actual: string, expression: string, dialect: (typeof DIALECTS)[number]) {
  return evaluateExpression(expression, actual, dialect).outcome;
}

describe('the verdicts of the real tool', () => {
  it('are all 864 met by the dialect v0.11', () => {
    const differing = GOLDENS.filter(
      ({ actual, expected, verdict: wanted }) => verdict(actual, expected, 'v0.11') !== wanted,
    );
    expect(GOLDENS).toHaveLength(864);
    expect(differing).toEqual([]);
  });

  it('are decided differently by the current dialect for three expressions only', () => {
    const differing = GOLDENS.filter(
      ({ actual, expected, verdict: wanted }) => verdict(actual, expected, 'current') !== wanted,
    );
    const byExpression = Object.groupBy(differing, ({ expected }) => expected);
    const counts = Object.entries(byExpression).map(([text, rows]) => [text, rows?.length]);
    expect(new Map(counts as [string, number][])).toEqual(
      new Map([
        ['!ubuntu', 20],
        ['>= 1.30 < 1.34', 6],
        ['=1.33', 3],
      ]),
    );
  });
});

describe('both dialects', () => {
  it.each([
    ['v1.33.5-eks-3025e55', '>= 1.32.4', 'passed'],
    ['1.32', '>= 1.32.4', 'passed'],
    ['1.35.9', '> 1.35', 'failed'],
    ['6.8.0-1028-aws', '>= 6.8', 'passed'],
    ['5.15.0-1050-aws', '>= 6.8', 'failed'],
    ['v1.2.3', '== 1.2.3', 'passed'],
    ['1.32.0', '== 1.32', 'passed'],
    ['24.04', '24.04', 'passed'],
    ['24.04.3', '24.04', 'failed'],
    ['Ubuntu', 'ubuntu', 'failed'],
    [' ubuntu ', 'ubuntu', 'passed'],
    ['rhel', '!= ubuntu', 'passed'],
    ['1.2.3.4', '>= 1', 'unevaluable'],
    ['not-a-version', '>= 1.0', 'unevaluable'],
    ['24.1', '24.10', 'failed'],
    ['', 'ubuntu', 'failed'],
    ['', '!= ubuntu', 'passed'],
    ['', '>= 1', 'unevaluable'],
    ['ubuntu', '', 'unevaluable'],
    ['ubuntu', '  ', 'unevaluable'],
    ['ubuntu', '>=', 'unevaluable'],
    ['ubuntu', '==  ', 'unevaluable'],
    ['570', '== 570.0', 'passed'],
    ['570.0', '== 570', 'failed'],
    ['1', '> abc', 'unevaluable'],
    ['\u00A0ubuntu\u0085', '\u3000ubuntu', 'passed'],
  ])('%j against %j: %s', (actual, expression, wanted) => {
    for (const dialect of DIALECTS) expect(verdict(actual, expression, dialect)).toBe(wanted);
  });

  it('say why', () => {
    const missing = evaluateExpression('>= 1.0', 'x', 'current');
    expect(missing.reason).toBe('"x" is not a version, and >= needs one');
    expect(evaluateExpression('ubuntu', 'rhel', 'current').reason).toBe('"rhel" is not "ubuntu"');
    expect(evaluateExpression('', 'rhel', 'current').reason).toContain('empty');
  });

  it('pass and fail `== x` and `!= x` in turn, and never leave them open', () => {
    const operand = fc.constantFrom('1.33', '1.33.0', 'ubuntu', 'v1', '24.04', 'true', '1.2.3.4');
    fc.assert(
      fc.property(fc.string(), operand, fc.constantFrom(...DIALECTS), (actual, text, dialect) => {
        const outcomes = [
          verdict(actual, `== ${text}`, dialect),
          verdict(actual, `!= ${text}`, dialect),
        ];
        expect(outcomes.toSorted()).toEqual(['failed', 'passed']);
      }),
    );
  });

  it('give a verdict for any text', () => {
    const expression = fc.string({
      unit: fc.constantFrom(
        '>',
        '<',
        '=',
        '!',
        '|',
        ' ',
        '\t',
        '1',
        '.',
        'v',
        'a',
        '-gke.',
        '\u00A0',
      ),
      maxLength: 15,
    });
    fc.assert(
      fc.property(expression, expression, fc.constantFrom(...DIALECTS), (actual, text, dialect) => {
        const decision = evaluateExpression(text, actual, dialect);
        expect(['passed', 'failed', 'unevaluable']).toContain(decision.outcome);
        expect(decision.reason === undefined).toBe(decision.outcome === 'passed');
      }),
      { numRuns: propertyRuns(200, 1000) },
    );
  });

  it('need no time for a long run of blanks', () => {
    const text = `a${' '.repeat(500_000)}b`;
    for (const dialect of DIALECTS) expect(verdict('a', text, dialect)).toBe('failed');
  });
});

describe('what only the current dialect reads', () => {
  it.each([
    ['1.32', '>= 1.30 < 1.34', 'passed'],
    ['1.34', '>= 1.30 < 1.34', 'failed'],
    ['1.29', '>= 1.30 < 1.34', 'failed'],
    ['1.32', '>= 1.30\t<1.34  !=1.33', 'passed'],
    ['1.33', '>= 1.30 < 1.34 != 1.33', 'failed'],
    ['1.33', '= 1.33', 'passed'],
    ['1.33.0', '=1.33', 'passed'],
    ['rhel', 'ubuntu || rhel', 'passed'],
    ['cos', 'ubuntu || rhel', 'failed'],
    ['rhel', 'rhel || >= 1.0', 'passed'],
    ['cos', 'rhel || >= 1.0', 'unevaluable'],
    ['1.34.3-gke.1318000', '>= 1.34.3-gke.1318000 < 1.35.0 || >= 1.35.0-gke.2745000', 'passed'],
    ['1.34.3-gke.1', '>= 1.34.3-gke.1318000 < 1.35.0 || >= 1.35.0-gke.2745000', 'failed'],
    ['1.34.3', '>= 1.34.3-gke.1318000', 'failed'],
    ['1.35.0-gke.3000000', '>= 1.34.3-gke.1318000 < 1.35.0 || >= 1.35.0-gke.2745000', 'passed'],
  ])('%j against %j: %s', (actual, expression, wanted) => {
    expect(verdict(actual, expression, 'current')).toBe(wanted);
  });

  it.each([
    '!ubuntu',
    '|| ubuntu',
    'ubuntu ||',
    'ubuntu || || rhel',
    '||',
    '>= 1.30 <',
    '>= 1.30, < 1.34',
    '>= 1.30 !1.33',
    '>= 1.34.3-gke.-1',
    '>= 1.34.3-gke.',
    'ubuntu || > abc',
  ])('cannot be evaluated: %j', (expression) => {
    for (const actual of ['ubuntu', '1.32', '1.34.3']) {
      expect(verdict(actual, expression, 'current')).toBe('unevaluable');
    }
  });
});

describe('what v0.11 takes literally', () => {
  it.each([
    ['!ubuntu', '!ubuntu', 'passed'],
    ['ubuntu', '!ubuntu', 'failed'],
    ['=1.33', '=1.33', 'passed'],
    ['1.33', '=1.33', 'failed'],
    ['ubuntu', 'ubuntu || rhel', 'failed'],
    ['ubuntu || rhel', 'ubuntu || rhel', 'passed'],
    ['1.32', '>= 1.30 || < 1', 'unevaluable'],
    ['1.35.0', '>= 1.35.0-gke.1', 'passed'],
    ['1.35.0', '>= 1.35.0-gke.x', 'passed'],
  ])('%j against %j: %s', (actual, expression, wanted) => {
    expect(verdict(actual, expression, 'v0.11')).toBe(wanted);
  });
});

describe('a text that is too long to be read as a version', () => {
  const longest = `1.2-${'a'.repeat(MAX_VERSION_CHARACTERS - 4)}`;

  it.each(['== 1.2', '!= 1.2', '>= 1.2'])('is neither equal nor other: %s', (expression) => {
    for (const dialect of DIALECTS) {
      expect(verdict(longest, expression, dialect)).toBe(
        expression === '!= 1.2' ? 'failed' : 'passed',
      );
      expect(verdict(`${longest}a`, expression, dialect)).toBe('unevaluable');
    }
  });

  it.each(['==', '!=', '>='])('is no operand of %s', (operator) => {
    for (const dialect of DIALECTS) {
      expect(verdict('1.2', `${operator} ${longest}`, dialect)).toBe(
        operator === '!=' ? 'failed' : 'passed',
      );
      expect(verdict('1.2', `${operator} ${longest}a`, dialect)).toBe('unevaluable');
    }
  });

  it('is compared as a text with a text', () => {
    expect(verdict(`${longest}a`, '!= rhel', 'current')).toBe('passed');
    expect(verdict('a'.repeat(300), `== ${'a'.repeat(300)}`, 'current')).toBe('passed');
  });
});
