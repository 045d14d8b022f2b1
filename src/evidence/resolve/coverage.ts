import type { Finding } from '../../errors/evidence-error.ts';
import { quote } from '../../quote.ts';
import type { Criteria } from '../recipe/criteria.ts';
import { DIMENSIONS, type DimensionName } from './criteria.ts';
import type { Overlay } from './overlay.ts';

/** The dimensions that the query names and no applied overlay is for. */
export function uncovered(query: Criteria, applied: readonly Overlay[]): readonly DimensionName[] {
  return DIMENSIONS.filter(
    (name) =>
      query[name] !== '' && !applied.some(({ criteria }) => criteria?.[name] === query[name]),
  );
}

/** What v0.11 does not say. */
export function uncoveredFinding(query: Criteria, name: DimensionName): Finding {
  return {
    code: 'CRITERIA_WITHOUT_OVERLAY',
    at: `--${name}`,
    found: `${quote(query[name])}, for which no overlay is that was applied`,
    expected: 'an overlay for each criterion',
    hint: `the recipe is the same without --${name}; look for a criterion that is missing or misspelt`,
  };
}
