// States in words: what they mean, and how a reader shall take them.
import { isDecisive, isMeasured } from '../../dimensions.ts';
import type {
  CheckJson,
  ConstraintJson,
  DimensionJson,
  PhaseConstraintJson,
  PhaseJson,
} from '../report-json.ts';
import type { Said } from './block.ts';

export function sayMatch({ dimension, match, recipeRequires = '' }: DimensionJson): Said {
  switch (match) {
    case 'matched':
      return recipeRequires === '' || recipeRequires === 'any'
        ? { words: 'not demanded', tone: 'plain' }
        : { words: 'matches', tone: 'good', claim: 'recorded as matching' };
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

export function sayPhase({ state, required }: Pick<PhaseJson, 'state' | 'required'>): Said {
  switch (state) {
    case 'green':
      return { words: 'green', tone: 'good', claim: 'recorded as green' };
    case 'red':
      return { words: 'NOT GREEN', tone: 'bad' };
    case 'not-run':
      return required ? { words: 'NOT RUN', tone: 'bad' } : { words: 'not run', tone: 'plain' };
  }
}

const CONSTRAINT_WORDS: Readonly<Record<ConstraintJson['outcome'], Said>> = {
  passed: { words: 'holds', tone: 'good', claim: 'recorded as holding' },
  failed: { words: 'FAILED', tone: 'bad' },
  unevaluable: { words: 'UNEVALUABLE', tone: 'bad' },
  claimed: { words: 'only claimed', tone: 'doubtful' },
  withheld: { words: 'WITHHELD', tone: 'doubtful' },
};

export function sayConstraint({ outcome }: ConstraintJson): Said {
  return CONSTRAINT_WORDS[outcome];
}

const FIGURE_WORDS: Readonly<Record<PhaseConstraintJson['outcome'], Said>> = {
  holds: { words: 'holds', tone: 'good', claim: 'recorded as holding' },
  contradicts: { words: 'CONTRADICTS', tone: 'bad' },
  'not-measured': { words: 'no figure', tone: 'doubtful' },
  unevaluable: { words: 'not a number', tone: 'doubtful' },
  'not-compared': { words: 'left to its validator', tone: 'plain' },
};

export function sayFigure(outcome: PhaseConstraintJson['outcome']): Said {
  return FIGURE_WORDS[outcome];
}

const CHECK_WORDS: Readonly<Record<CheckJson['outcome'], Said>> = {
  passed: { words: 'passed', tone: 'good' },
  failed: { words: 'FAILED', tone: 'bad' },
  skipped: { words: 'SKIPPED', tone: 'doubtful' },
  'not-reached': { words: 'NOT REACHED', tone: 'doubtful' },
};

export function sayCheck({ outcome }: Pick<CheckJson, 'outcome'>): Said {
  return CHECK_WORDS[outcome];
}

/** A phase with one that is neither passed nor skipped is not green. */
export function sayTest(status: string): Said {
  const tone = status === 'passed' ? 'good' : status === 'skipped' ? 'plain' : 'bad';
  return { words: status, tone, claim: `recorded as ${status}` };
}
