import { describe, expect, it } from 'vitest';

import { tighten } from '../../../src/evidence/resolve/tighten.ts';

describe('tighten', () => {
  it.each<readonly [string, string, string]>([
    ['>= 1.30', '>= 1.35', '>= 1.35'],
    ['>= 1.35', '>= 1.30', '>= 1.35'],
    ['>= 1.35', '> 1.35', '> 1.35'],
    ['> 1.35', '>= 1.35', '> 1.35'],
    ['>= 1.32.1', '>= 1.32.4', '>= 1.32.4'],
    ['>= 1.34.1 < 1.36.0', '>= 1.35', '>= 1.35 < 1.36.0'],
    ['>= 1.32 < 1.36.0', '< 1.35.0', '>= 1.32 < 1.35.0'],
    ['< 1.35', '>= 1.32', '>= 1.32 < 1.35'],
    ['>= 1.35', '<= 1.35', '>= 1.35 <= 1.35'],
    ['>= 1.35', '< 1.35.2', '>= 1.35 < 1.35.2'],
  ])('%s and %s give %s', (existing, added, expression) => {
    expect(tighten(existing, added)).toEqual({ expression });
  });

  it.each<readonly [string, string, string]>([
    ['>= 1.32', '>= 1.32.4', 'precision'],
    ['<= 1.30', '>= 1.35', 'unsatisfiable'],
    ['>= 1.35', '< 1.35', 'unsatisfiable'],
    ['>= 1.30 < 1.32', '>= 1.34 < 1.36', 'unsatisfiable'],
    ['1.32', '>= 1.32', 'incomparable'],
    ['>= 1.32', '!= 1.33', 'incomparable'],
    ['>= 1.32 || 1.30', '>= 1.33', 'incomparable'],
    ['!gke-label', 'gke-label=true', 'incomparable'],
  ])('%s and %s are %s', (existing, added, problem) => {
    expect(tighten(existing, added)).toEqual({ problem });
  });
});
