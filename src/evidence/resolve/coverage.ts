import { compareBytes } from '../../compare-bytes.ts';
import { EvidenceError, type Finding } from '../../errors/evidence-error.ts';
import { quote } from '../../quote.ts';
import type { Criteria } from '../recipe/criteria.ts';
import type { Catalogue } from './catalogue.ts';
import { DIMENSIONS, type DimensionName } from './criteria.ts';
import { sayExclusion, type Exclusion } from './exclusions.ts';
import type { Overlay } from './overlay.ts';

/** How many ways to go on are named; the others are counted. */
const MAX_NAMED = 10;

/** The overlays for a query: those that were applied, and those that a snapshot leaves out. */
interface Covering {
  readonly applied: readonly Overlay[];
  readonly excluded: readonly Exclusion[];
}

/** The dimensions that the query names and no applied overlay is for. */
export function uncovered(query: Criteria, applied: readonly Overlay[]): readonly DimensionName[] {
  return DIMENSIONS.filter(
    (name) =>
      query[name] !== '' && !applied.some(({ criteria }) => criteria?.[name] === query[name]),
  );
}

/**
 * What v0.11 does not say.
 *
 * @param snapshot its file, if only that names the criterion
 */
export function uncoveredFinding(
  query: Criteria,
  name: DimensionName,
  snapshot: string | undefined,
  excluded: readonly Exclusion[],
): Finding {
  return {
    code: 'CRITERIA_WITHOUT_OVERLAY',
    at: snapshot ?? `--${name}`,
    found: `${name} ${quote(query[name])}, which no applied overlay is for`,
    expected: 'an overlay for each criterion',
    hint:
      leftOut(query, name, excluded) ??
      'the recipe is the same without it; look for a criterion that is missing or misspelt',
  };
}

/** What only the snapshot says, and no overlay is for. */
export function relaxedFinding(
  query: Criteria,
  name: DimensionName,
  at: string | undefined,
): Finding {
  const hint = `it stays open in the recipe; name it with --${name} if it is to count`;
  return { ...uncoveredFinding(query, name, at, []), hint };
}

/** The snapshot, and not the criteria, is why nothing is for one of them. */
function leftOut(
  query: Criteria,
  name: DimensionName,
  excluded: readonly Exclusion[],
): string | undefined {
  const exclusion = excluded.find(({ overlay }) => overlay.criteria?.[name] === query[name]);
  return exclusion && sayExclusion(exclusion);
}

/** Throws CRITERIA_UNCOVERED with the criteria that lead to a recipe, unless all are covered. */
export function requireCovered(
  query: Criteria,
  { applied, excluded }: Covering,
  { overlays }: Catalogue,
): void {
  const [name] = uncovered(query, applied);
  if (name === undefined) return;
  const ways = completions(query, name, [...overlays.values()]);
  const named = ways.slice(0, MAX_NAMED);
  const more = ways.length > named.length ? `, and ${ways.length - named.length} more` : '';
  throw new EvidenceError('CRITERIA_UNCOVERED', {
    at: `--${name}`,
    found: `${quote(query[name])}, which no overlay is for that fits the other criteria`,
    expected: 'criteria each of which an overlay is for',
    hint:
      leftOut(query, name, excluded) ??
      (ways.length === 0
        ? `no overlay is for ${name} ${query[name]} with these criteria; leave --${name} out`
        : `add one of: ${named.join('; ')}${more}`),
  });
}

/** What would have to be named too, the fewest first: flags of this program. */
function completions(
  query: Criteria,
  name: DimensionName,
  overlays: readonly Overlay[],
): readonly string[] {
  const sets = overlays.flatMap(({ criteria }): readonly (readonly string[])[] => {
    if (criteria?.[name] !== query[name]) return [];
    const concrete = DIMENSIONS.filter((each) => criteria[each] !== '');
    const open = concrete.filter((each) => query[each] === '');
    const isOther = concrete.some((each) => query[each] !== '' && query[each] !== criteria[each]);
    return isOther || open.length === 0 ? [] : [open.map((each) => `--${each} ${criteria[each]}`)];
  });
  const written = new Set(sets.map((set) => set.join(' ')));
  const minimal = sets.filter((set) => !partsOf(set).some((part) => written.has(part.join(' '))));
  const texts = new Map(minimal.map((set) => [set.join(' '), set.length]));
  return [...texts.keys()].toSorted(
    (a, b) => (texts.get(a) ?? 0) - (texts.get(b) ?? 0) || compareBytes(a, b),
  );
}

/** What is left of at most five flags if some are taken away, but not all. */
function partsOf(flags: readonly string[]): readonly (readonly string[])[] {
  const all = 2 ** flags.length - 1;
  return Array.from({ length: Math.max(all - 1, 0) }, (_, index) =>
    flags.filter((_flag, place) => ((index + 1) >> place) % 2 === 1),
  );
}
