// Criteria and a directory of recipes become one recipe, as `aicr recipe` makes it.

import { compareBytes } from '../../compare-bytes.ts';
import { isDataList, isDataMap, textOf, type DataMap } from '../../document/data.ts';
import type { EvidenceError } from '../../errors/evidence-error.ts';
import { orIfRefused, withCode, type Finding } from '../../errors/evidence-error.ts';
import { refuse } from '../../place.ts';
import { quote } from '../../quote.ts';
import type { Criteria } from '../recipe/criteria.ts';
import { prepareComponents } from '../recipe/prepare-components.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { applyProfile, profileOf, requireHelm, selectProfile } from './apply-profile.ts';
import type { ProfileSelection, SelectedProfile } from './apply-profile.ts';
import { chainOf, matching, withAncestors } from './candidates.ts';
import type { Catalogue } from './catalogue.ts';
import { compose, type Composition } from './compose.ts';
import { relaxedFinding, requireCovered, uncovered, uncoveredFinding } from './coverage.ts';
import type { DimensionName } from './criteria.ts';
import { sayExclusion, unmetIn, withoutUnmet } from './exclusions.ts';
import type { Exclusion, Unmet } from './exclusions.ts';
import { mixinsOf } from './mixins.ts';
import { deploymentOrder } from './order.ts';
import type { Layer, Overlay } from './overlay.ts';
import type { Profile } from './profile.ts';
import { withAsserts, withDefaults } from './registry-defaults.ts';
import type { Trace } from './trace.ts';

export interface ResolveOptions {
  readonly profile?: ProfileSelection | undefined;
  /** Overlays whose constraints do not hold in it are left out. */
  readonly snapshot?: Snapshot | undefined;
  /** The criteria that only the snapshot names: if no overlay is for one, it is left open. */
  readonly derived?: ReadonlySet<DimensionName>;
}

export interface Resolution {
  readonly criteria: Criteria;
  readonly catalogue: Catalogue;
  /** In the order in which they were applied, the root first. */
  readonly applied: readonly Overlay[];
  readonly mixins: readonly Layer[];
  readonly excluded: readonly Exclusion[];
  readonly selected: SelectedProfile | undefined;
  readonly constraints: readonly DataMap[];
  readonly components: readonly DataMap[];
  readonly deploymentOrder: readonly string[];
  readonly validation: DataMap | undefined;
  readonly trace: Trace;
  readonly findings: readonly Finding[];
}

/**
 * Resolves a recipe.
 *
 * @throws EvidenceError OVERLAY_CYCLE, OVERLAY_PARENT_MISSING, OVERLAYS_DISAGREE, DEPENDENCY_UNKNOWN,
 *   DEPENDENCY_CYCLE; by today's rules CRITERIA_UNCOVERED, MIXIN_MISSING, MIXIN_CONFLICT, PROFILE_INVALID,
 *   PROFILE_UNKNOWN, PROFILE_UNMET, RECIPE_FILE_MISSING, FIELD_INVALID, FIELD_MISSING
 */
export function resolve(
  catalogue: Catalogue,
  criteria: Criteria,
  options: ResolveOptions = {},
): Resolution {
  const { snapshot } = options;
  const { rules } = catalogue;
  const unmet = snapshot && unmetIn(snapshot, rules);
  const candidates = matching(catalogue, criteria);
  const profile = profileOf([catalogue.root, ...withAncestors(candidates, catalogue)]);
  const { composition, excluded } = composeFitting(catalogue, candidates, unmet);
  const { applied } = composition;
  requireSurvived(profile, applied, excluded);
  if (rules === 'current') {
    const open = uncovered(criteria, applied).filter((name) => options.derived?.has(name) === true);
    if (open.length > 0) {
      const again = resolveWithout(open, catalogue, criteria, options);
      return { ...again, excluded: unionOf(excluded, again.excluded) };
    }
    requireCovered(criteria, { applied, excluded }, catalogue);
  }
  const selected = selectProfile(profile, options.profile);
  if (selected !== undefined) applyProfile(composition.merged, selected, unmet);
  const { findings, ...parts } = finish(catalogue, composition, selected);
  const open = uncovered(criteria, applied).map((name) => {
    const source = options.derived?.has(name) === true ? snapshot?.file : undefined;
    return uncoveredFinding(criteria, name, source, excluded);
  });
  return {
    ...{ criteria, catalogue, applied, excluded, selected, ...parts },
    findings: [...catalogue.findings, ...findings, ...open],
  };
}

type Finished = Omit<Resolution, 'criteria' | 'catalogue' | 'applied' | 'excluded' | 'selected'>;

/** The recipe of a composition: in order, with what the registry has. */
function finish(
  catalogue: Catalogue,
  { merged, applied, mixins, findings }: Composition,
  selected: SelectedProfile | undefined,
): Finished {
  const { trace } = merged;
  const order = deploymentOrder(merged);
  const isSorted = applied.length > 1 || selected !== undefined;
  const components = finished(listed(merged.components, isSorted), catalogue, trace);
  if (selected !== undefined) requireHelm(components, selected);
  return {
    ...{ mixins, components, trace, findings },
    constraints: listed(merged.constraints, isSorted),
    deploymentOrder: order,
    validation: merged.validation,
  };
}

/** What was left out is still said if the criterion that found it is open now. */
function unionOf(first: readonly Exclusion[], second: readonly Exclusion[]): readonly Exclusion[] {
  const known = new Set(first.map(({ overlay }) => overlay));
  return [...first, ...second.filter(({ overlay }) => !known.has(overlay))];
}

function resolveWithout(
  names: readonly DimensionName[],
  catalogue: Catalogue,
  criteria: Criteria,
  options: ResolveOptions,
): Resolution {
  const open = Object.fromEntries(names.map((name) => [name, '']));
  const resolution = resolve(
    catalogue,
    { ...criteria, ...open },
    { ...options, derived: new Set() },
  );
  const findings = names.map((name) => relaxedFinding(criteria, name, options.snapshot?.file));
  return { ...resolution, findings: [...resolution.findings, ...findings] };
}

interface Fitting {
  readonly composition: Composition;
  readonly excluded: readonly Exclusion[];
}

/** First without the candidates that do not fit by themselves, then without those whose mixins do not. */
function composeFitting(
  catalogue: Catalogue,
  candidates: readonly Overlay[],
  unmet: Unmet | undefined,
): Fitting {
  const own = withoutUnmet(candidates, unmet, 'constraint-failed', (each) => each.constraints);
  const composition = compose(catalogue, own.kept);
  const mixed = withoutUnmet(own.kept, unmet, 'mixin-constraint-failed', (each) =>
    mixinsOf(chainOf(each, catalogue), catalogue).flatMap(({ constraints }) => constraints),
  );
  if (mixed.excluded.length === 0) return { composition, excluded: own.excluded };
  const again = compose(catalogue, mixed.kept);
  return { composition: again, excluded: [...own.excluded, ...mixed.excluded] };
}

/** Without its overlay, its default would be nobody's choice. */
function requireSurvived(
  profile: Profile | undefined,
  applied: readonly Overlay[],
  excluded: readonly Exclusion[],
): void {
  if (profile === undefined || applied.some((overlay) => overlay.profile === profile)) return;
  const exclusion = excluded.find(({ overlay }) => overlay.profile === profile);
  const why = exclusion === undefined ? '' : `; ${sayExclusion(exclusion)}`;
  const hint = `change the cluster, or name other criteria${why}`;
  const found = `the profile ${quote(profile.name)}, whose overlay was left out`;
  refuse({ code: 'PROFILE_UNMET', at: profile.at, hint }, found, 'a cluster that its overlay fits');
}

/** By name, but AICR leaves the root as it is if nothing else applies. */
function listed(parts: ReadonlyMap<string, DataMap>, isSorted: boolean): readonly DataMap[] {
  const entries = [...parts];
  const sorted = isSorted ? entries.toSorted(([a], [b]) => compareBytes(a, b)) : entries;
  return sorted.map(([, value]) => value);
}

/** With what the registry has. Today's AICR also looks whether each can be deployed. */
function finished(
  components: readonly DataMap[],
  catalogue: Catalogue,
  trace: Trace,
): readonly DataMap[] {
  const filled = components.map((each) => withDefaults(each, catalogue, trace));
  if (catalogue.rules === 'v0.11') return filled;
  const hydrated = filled.map((each) => withAsserts(each, catalogue, trace));
  const recipe = new Map([['componentRefs', hydrated]]);
  const prepared = orIfRefused(
    () => prepareComponents(recipe, () => undefined, ''),
    (error) => refuseWhereSet(error, { components: hydrated, trace }),
  ).get('componentRefs');
  return isDataList(prepared) ? prepared.filter(isDataMap) : hydrated;
}

/** Names the place in the overlays of a component of the recipe, which nobody has as a file. */
export function refuseWhereSet(
  error: EvidenceError,
  { components, trace }: Pick<Resolution, 'components' | 'trace'>,
): never {
  const [, index = '', field = ''] = /\/componentRefs\/(\d+)\/(\w+)/.exec(error.at ?? '') ?? [];
  const name = textOf(components[Number(index)], 'name');
  const exact = trace.placeOf(['componentRefs', name, field]);
  const whole = trace.placeOf(['componentRefs', name, 'name'])?.replace(/\/name$/, '');
  throw withCode(error, error.code, exact ?? whole);
}
