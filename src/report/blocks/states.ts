// States in words: what they mean, and how a reader shall take them.
import type { CheckResult } from '../../attestation/check-log.ts';
import type { ConstraintResult } from '../../evidence/constraint/evaluate.ts';
import type { FigureOutcome } from '../../evidence/figure/figure.ts';
import type { PhaseResult } from '../../evidence/phase/phase.ts';
import { isDecisive, isMeasured, type DimensionMatch } from '../../evidence/snapshot/match.ts';
import type { Said } from './block.ts';

export function sayMatch({ dimension, match, recipeRequires = '' }: DimensionMatch): Said {
  switch (match) {
    case 'matched':
      return recipeRequires === '' || recipeRequires === 'any'
        ? { words: 'not demanded', tone: 'plain' }
        : { words: 'matches', tone: 'good' };
    case 'mismatched':
      return { words: 'MISMATCH', tone: 'bad' };
    case 'not-inferable':
      return { words: 'not inferable', tone: 'doubtful' };
    case 'unknown':
      if (!isMeasured(dimension)) return { words: 'does not count', tone: 'plain' };
      return isDecisive(dimension)
        ? { words: 'UNKNOWN', tone: 'bad' }
        : { words: 'unknown', tone: 'doubtful' };
  }
}

export function sayPhase({ state, required }: PhaseResult): Said {
  switch (state) {
    case 'green':
      return { words: 'green', tone: 'good' };
    case 'red':
      return { words: 'NOT GREEN', tone: 'bad' };
    case 'not-run':
      return required ? { words: 'NOT RUN', tone: 'bad' } : { words: 'not run', tone: 'plain' };
  }
}

const CONSTRAINT_WORDS: Readonly<Record<ConstraintResult['outcome'], Said>> = {
  passed: { words: 'holds', tone: 'good' },
  failed: { words: 'FAILED', tone: 'bad' },
  unevaluable: { words: 'UNEVALUABLE', tone: 'bad' },
  claimed: { words: 'only claimed', tone: 'doubtful' },
  withheld: { words: 'WITHHELD', tone: 'doubtful' },
};

export function sayConstraint({ outcome }: ConstraintResult): Said {
  return CONSTRAINT_WORDS[outcome];
}

const FIGURE_WORDS: Readonly<Record<FigureOutcome, Said>> = {
  holds: { words: 'holds', tone: 'good' },
  contradicts: { words: 'CONTRADICTS', tone: 'bad' },
  'not-measured': { words: 'no figure', tone: 'doubtful' },
  unevaluable: { words: 'not a number', tone: 'doubtful' },
  'not-compared': { words: 'left to its validator', tone: 'plain' },
};

export function sayFigure(outcome: FigureOutcome): Said {
  return FIGURE_WORDS[outcome];
}

const CHECK_WORDS: Readonly<Record<CheckResult['outcome'], Said>> = {
  passed: { words: 'passed', tone: 'good' },
  failed: { words: 'FAILED', tone: 'bad' },
  skipped: { words: 'SKIPPED', tone: 'doubtful' },
  'not-reached': { words: 'NOT REACHED', tone: 'doubtful' },
};

export function sayCheck({ outcome }: CheckResult): Said {
  return CHECK_WORDS[outcome];
}
