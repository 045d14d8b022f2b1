import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  compareVersions,
  equalVersions,
  hasMalformedBuild,
  parseVersion,
} from '../../../src/evidence/constraint/version.ts';
import type { Version } from '../../../src/evidence/constraint/version.ts';

const DIALECTS = ['v0.11', 'current'] as const;

function version(text: string): Version {
  const parsed = parseVersion(text);
  if (parsed === undefined) throw new TypeError(`no version: ${text}`);
  return parsed;
}

function compare(a: string, b: string, dialect: (typeof DIALECTS)[number] = 'current') {
  return compareVersions(version(a), version(b), dialect);
}

const number = fc.oneof(
  fc.integer({ min: 0, max: 5 }),
  fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
);
const suffix = fc.constantFrom(
  '',
  '-gke.5',
  '-gke.10',
  '-gke.x',
  '-eks-3025e55',
  '+k3s1',
  '-1029-aws',
);
const text = fc
  .tuple(fc.constantFrom('', 'v'), fc.array(number, { minLength: 1, maxLength: 3 }), suffix)
  .map(([v, numbers, end]) => `${v}${numbers.join('.')}${end}`);

describe('parseVersion', () => {
  it.each([
    ['1', [1n, 0n, 0n], 1, ''],
    ['v1.33', [1n, 33n, 0n], 2, ''],
    ['550.90.07', [550n, 90n, 7n], 3, ''],
    ['01.02.03', [1n, 2n, 3n], 3, ''],
    ['1.33.4-eks-e386d34', [1n, 33n, 4n], 3, '-eks-e386d34'],
    ['v1.32.4-gke.1236000', [1n, 32n, 4n], 3, '-gke.1236000'],
    ['1.33.0+k3s1', [1n, 33n, 0n], 3, '+k3s1'],
    ['6-a.b.c.d', [6n, 0n, 0n], 1, '-a.b.c.d'],
    ['+1.+2', [1n, 2n, 0n], 2, ''],
    ['-0', [0n, 0n, 0n], 1, ''],
    ['9223372036854775807', [9223372036854775807n, 0n, 0n], 1, ''],
    [`${'0'.repeat(50)}1`, [1n, 0n, 0n], 1, ''],
  ])('reads %s', (input, numbers, precision, end) => {
    expect(parseVersion(input)).toEqual({ numbers, precision, suffix: end });
  });

  it.each([
    '',
    'v',
    'vv1.33',
    '1.2.3.4',
    '1..2',
    '.1',
    '1.',
    '1.-1',
    '-1',
    '1e3',
    '1.x',
    'latest',
    ' 1',
    '1 .2',
    '1_000',
    '0x10',
    '١',
    '9223372036854775808',
    '9'.repeat(1_000_000),
  ])('does not read %.40j', (input) => {
    expect(parseVersion(input)).toBeUndefined();
  });

  it('reads whatever it is given without an exception', () => {
    const characters = fc.constantFrom(...'v0123456789.+-egkx '.split(''));
    fc.assert(
      fc.property(fc.string({ unit: characters, maxLength: 20 }), (input) => {
        const parsed = parseVersion(input);
        expect(parsed === undefined || parsed.numbers.every((part) => part >= 0n)).toBe(true);
      }),
    );
  });
});

describe('compareVersions', () => {
  it.each([
    ['1.32', '1.32.4', 0],
    ['1.35.9', '1.35', 0],
    ['2', '1.99.99', 1],
    ['1.9', '1.10', -1],
    ['1.33.5-eks-3025e55', '1.33.5', 0],
    ['9223372036854775806', '9223372036854775807', -1],
    ['1.35.0-gke.5', '1.35.0-gke.10', -1],
    ['1.35.0', '1.35.0-gke.1', -1],
    ['1.35.0-gke.1', '1.35.0', 1],
    ['1.35.0-gke.x', '1.35.0-gke.1', -1],
    ['1.35-gke.5', '1.35.0-gke.10', 0],
  ])('%s against %s is %i', (a, b, order) => {
    expect(Math.sign(compare(a, b))).toBe(order);
  });

  it('knows no GKE builds in v0.11', () => {
    expect(compare('1.35.0', '1.35.0-gke.1', 'v0.11')).toBe(0);
  });

  it('is antisymmetric, and equal to itself', () => {
    fc.assert(
      fc.property(text, text, fc.constantFrom(...DIALECTS), (a, b, dialect) => {
        expect(compare(a, b, dialect) + compare(b, a, dialect)).toBe(0);
        expect(compare(a, a, dialect)).toBe(0);
      }),
    );
  });

  it('is transitive among versions of three numbers', () => {
    const whole = fc
      .tuple(fc.tuple(number, number, number), suffix)
      .map(([numbers, end]) => `${numbers.join('.')}${end}`);
    fc.assert(
      fc.property(whole, whole, whole, (a, b, c) => {
        fc.pre(compare(a, b) <= 0 && compare(b, c) <= 0);
        expect(compare(a, c)).toBeLessThanOrEqual(0);
      }),
    );
  });

  it('agrees with equality on three numbers, where no build differs', () => {
    const whole = fc.tuple(number, number, number).map((numbers) => numbers.join('.'));
    fc.assert(
      fc.property(whole, whole, (a, b) => {
        expect(equalVersions(version(a), version(b))).toBe(compare(a, b) === 0);
      }),
    );
  });
});

describe('equalVersions', () => {
  it('takes a missing number for 0, and ignores what follows', () => {
    expect(equalVersions(version('1.32.0-eks'), version('1.32'))).toBe(true);
    expect(equalVersions(version('1.32.1'), version('1.32'))).toBe(false);
  });
});

describe('hasMalformedBuild', () => {
  it.each([
    ['1.2.3-gke.1', false],
    ['1.2.3-gke.', true],
    ['1.2.3-gke.-1', true],
    ['1.2.3-gke.x', true],
    ['1.2.3-gkex', false],
    ['1.2.3', false],
  ])('%s: %s', (input, expected) => {
    expect(hasMalformedBuild(version(input))).toBe(expected);
  });
});
