import { MATCH_DIMENSIONS, isDecisive, isMeasured, type MatchDimension } from '../../dimensions.ts';
import type { Fault, Finding } from '../../errors/evidence-error.ts';
import { quote } from '../../quote.ts';
import { sentence, words } from '../../sentence.ts';
import type { Recipe } from '../recipe/recipe.ts';
import type { Fingerprint } from './fingerprint.ts';
import { whyUnknown, type ShownCluster } from './unknown.ts';

export type MatchState = 'matched' | 'mismatched' | 'unknown' | 'not-inferable';

export interface DimensionMatch {
  readonly dimension: MatchDimension;
  /** Absent if the recipe demands nothing here. */
  readonly recipeRequires?: string;
  /** Absent if the snapshot does not show it. */
  readonly fingerprintProvides?: string;
  readonly match: MatchState;
}

/** AICR's `criteriaMatch`. `matched` is AICR's: false only if a dimension mismatches. */
export interface CriteriaMatch {
  readonly matched: boolean;
  readonly perDimension: readonly DimensionMatch[];
}

/** The services that only a recipe can name: no cluster says that it is `generic`. */
const OPT_IN_SERVICES: ReadonlySet<string> = new Set(['generic']);

/** Compares the recipe's criteria with the cluster, as AICR does. */
export function matchRecipe({ criteria }: Recipe, fingerprint: Fingerprint): CriteriaMatch {
  const requires = { ...criteria, nodes: countText(criteria.nodes) };
  const provides: Record<MatchDimension, string> = {
    service: fingerprint.service.value,
    accelerator: fingerprint.accelerator.value,
    os: fingerprint.os.value,
    intent: '',
    platform: '',
    nodes: countText(fingerprint.nodeCount.value),
  };
  const perDimension = MATCH_DIMENSIONS.map((dimension) =>
    matchDimension(dimension, requires[dimension], provides[dimension]),
  );
  return matchOf(perDimension);
}

/** The same match, of a cluster that shows another service. */
export function matchWithService({ perDimension }: CriteriaMatch, service: string): CriteriaMatch {
  const rows = perDimension.map((row) =>
    row.dimension === 'service'
      ? matchDimension('service', row.recipeRequires ?? '', service)
      : row,
  );
  return matchOf(rows);
}

function matchOf(perDimension: readonly DimensionMatch[]): CriteriaMatch {
  return { matched: perDimension.every(({ match }) => match !== 'mismatched'), perDimension };
}

/**
 * Why the cluster does not fit the recipe. Stricter than AICR's `matched`: the snapshot must show a
 * service, accelerator or os that is demanded.
 */
export function matchFaults(
  { file }: Recipe,
  match: CriteriaMatch,
  cluster: ShownCluster,
): readonly Fault[] {
  return match.perDimension.filter(decides).map((row) => faultOf(row, file, cluster));
}

/** What is demanded, should have been measured, and was not; it does not count. */
export function matchFindings(
  { file }: Recipe,
  match: CriteriaMatch,
  cluster: ShownCluster,
): readonly Finding[] {
  return match.perDimension
    .filter((row) => row.match === 'unknown' && isMeasured(row.dimension) && !decides(row))
    .map((row) => faultOf(row, file, cluster));
}

function decides({ dimension, match }: DimensionMatch): boolean {
  return match === 'mismatched' || (match === 'unknown' && isDecisive(dimension));
}

function matchDimension(
  dimension: MatchDimension,
  requires: string,
  provides: string,
): DimensionMatch {
  return {
    dimension,
    ...(requires === '' ? {} : { recipeRequires: requires }),
    ...(provides === '' ? {} : { fingerprintProvides: provides }),
    match: dimension === 'service' ? serviceState(requires, provides) : stateOf(requires, provides),
  };
}

function serviceState(requires: string, provides: string): MatchState {
  const state = stateOf(requires, provides);
  return state === 'mismatched' && OPT_IN_SERVICES.has(requires) ? 'not-inferable' : state;
}

function stateOf(requires: string, provides: string): MatchState {
  if (requires === '') return 'matched';
  if (provides === '' || provides === 'any') return 'unknown';
  return requires === provides ? 'matched' : 'mismatched';
}

function countText(count: number): string {
  return count === 0 ? '' : String(count);
}

/** What is said of a dimension that is mismatched, or unknown though it can be measured. */
function faultOf(row: DimensionMatch, file: string, cluster: ShownCluster): Fault {
  const { dimension, recipeRequires = '', fingerprintProvides = '', match } = row;
  const { code, found, hint } = complaintOf(row, cluster);
  const has =
    match === 'mismatched' ? sentence`the cluster has ${fingerprintProvides}` : words(found);
  return {
    code,
    at: `${file}#/criteria/${dimension}`,
    found: `${dimension}: ${found}`,
    expected: quote(recipeRequires),
    hint,
    sentence: sentence`${words(dimension)}: ${has}; the recipe wants ${recipeRequires}`,
  };
}

function complaintOf(
  { dimension, match, fingerprintProvides = '' }: DimensionMatch,
  cluster: ShownCluster,
): Pick<Fault, 'code' | 'found' | 'hint'> {
  if (match === 'unknown' && isMeasured(dimension)) {
    const code = isDecisive(dimension) ? 'CLUSTER_UNKNOWN' : 'DIMENSION_UNKNOWN';
    return { code, ...whyUnknown(dimension, cluster) };
  }
  return {
    code: 'CLUSTER_MISMATCH',
    found: `the cluster has ${quote(fingerprintProvides)}`,
    hint: 'choose the recipe for this cluster, or take the snapshot on the cluster of the recipe',
  };
}
