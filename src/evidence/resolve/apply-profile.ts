// The chosen value of a profile becomes part of the recipe.

import { dataMap, listOf, mapOf, textOf, type DataMap } from '../../document/data.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { didYouMean } from '../../nearest.ts';
import { quote } from '../../quote.ts';
import { isEnabledBy } from '../recipe/recipe-component.ts';
import type { FailedConstraint, Unmet } from './exclusions.ts';
import type { Merged, Writer } from './merge.ts';
import type { Overlay } from './overlay.ts';
import type { Part } from './part.ts';
import { refuse, type Profile, type ProfileValue } from './profile.ts';
import { tighten, type NotTightened } from './tighten.ts';

/** `--profile NAME=VALUE`. */
export interface ProfileSelection {
  readonly name: string;
  readonly value: string;
}

/** A profile and the value of it that is used. */
export interface SelectedProfile {
  readonly profile: Profile;
  readonly value: ProfileValue;
}

const PROFILE_RANK = 10_000;

/** The one profile of these overlays. Throws PROFILE_INVALID for a second one. */
export function profileOf(overlays: readonly Overlay[]): Profile | undefined {
  const [first, second] = overlays.flatMap(({ profile }) => profile ?? []);
  if (first === undefined || second === undefined) return first;
  return refuse(
    second.at,
    `a second profile, ${quote(second.name)}`,
    `one profile in a recipe; ${first.at} has ${quote(first.name)}`,
  );
}

/** The chosen value, or the default. Throws PROFILE_UNKNOWN. */
export function selectProfile(
  profile: Profile | undefined,
  selection: ProfileSelection | undefined,
): SelectedProfile | undefined {
  if (profile === undefined) {
    if (selection === undefined) return undefined;
    return refuseUnknown(selection.name, 'no profile: no overlay for these criteria has one', []);
  }
  if (selection !== undefined && selection.name !== profile.name) {
    return refuseUnknown(selection.name, `the profile ${profile.name}`, [profile.name]);
  }
  const name = selection?.value ?? profile.byDefault;
  const value = profile.values.get(name);
  if (value !== undefined) return { profile, value };
  const names = [...profile.values.keys()].toSorted();
  return refuseUnknown(name, `of ${profile.name}: ${names.join(', ')}`, names);
}

/** Adds the value to the recipe. Throws PROFILE_INVALID, and PROFILE_UNMET by the snapshot. */
export function applyProfile(
  merged: Merged,
  { profile, value }: SelectedProfile,
  unmet: Unmet | undefined,
): void {
  for (const name of profile.ownedPaths.keys()) {
    requireUsable(merged.components.get(name), name, profile);
  }
  const writer = { by: `${profile.name}=${value.name}`, rank: PROFILE_RANK };
  for (const part of value.constraints) {
    const existing = merged.constraints.get(part.name);
    const constraint = existing === undefined ? part : tightened(existing, part);
    const [failed] = unmet?.([constraint]) ?? [];
    if (failed !== undefined) refuseUnmet(failed, writer.by);
    merged.setConstraint(constraint, writer);
  }
  if (value.readiness.length > 0) addReadiness(merged, value.readiness, writer);
  for (const part of value.components) merged.addComponent(part, writer);
}

/** A kustomization takes no values. Throws PROFILE_INVALID. */
export function requireHelm(
  components: readonly DataMap[],
  { profile, value }: SelectedProfile,
): void {
  const other = components.find(
    (component) =>
      textOf(component, 'type') === 'Kustomize' &&
      (profile.ownedPaths.get(textOf(component, 'name'))?.length ?? 0) > 1,
  );
  if (other === undefined) return;
  const name = quote(textOf(other, 'name'));
  refuse(
    value.at,
    `values for ${name}, which is of type Kustomize`,
    'values of components of type Helm',
  );
}

/** What `metadata.selectedProfile` says. */
export function profileData({ profile, value }: SelectedProfile): DataMap {
  const { name, ownedPaths } = profile;
  return dataMap({ name, value: value.name, advertiser: value.advertiser, ownedPaths });
}

function requireUsable(component: DataMap | undefined, name: string, { at }: Profile): void {
  if (component !== undefined && isEnabledBy(mapOf(component, 'overrides'))) return;
  refuse(
    at,
    `a value for ${quote(name)}, which is not in the recipe or turned off`,
    'components that are deployed',
  );
}

const PROBLEMS: Readonly<Record<NotTightened, string>> = {
  incomparable: 'a range of versions here and there, of which both parts can hold',
  unsatisfiable: 'a range that has a version in common with it',
  precision: 'bounds of one direction with equally many numbers: 1.34 and 1.34.1 count as equal',
};

/** The profile never widens what the recipe demands for each of its values. */
function tightened(existing: DataMap, part: Part): Part {
  const before = textOf(existing, 'value');
  const added = textOf(part.value, 'value');
  const result = tighten(before, added);
  if ('problem' in result) {
    const found = `${quote(added)}, where the recipe demands ${quote(before)}`;
    return refuse(`${part.at}/value`, found, PROBLEMS[result.problem]);
  }
  if (result.expression === before) return { ...part, value: existing };
  const said = [...part.value].filter(([, data]) => data !== '');
  const value = new Map([...existing, ...said, ['value', result.expression] as const]);
  return { ...part, value };
}

function addReadiness(merged: Merged, parts: readonly Part[], writer: Writer): void {
  const phase = merged.validation?.get('readiness');
  const names = new Set(listOf(phase, 'constraints').map((each) => textOf(each, 'name')));
  for (const { name, at } of parts) {
    if (names.has(name)) {
      refuse(at, `${quote(name)}, which readiness has already`, 'another constraint');
    }
  }
  const value = new Map([['constraints', parts.map((part) => part.value)]]);
  merged.addPhase({ name: 'readiness', value, at: parts[0]?.at ?? '' }, writer);
}

function refuseUnmet({ name, expected, reason, at }: FailedConstraint, chosen: string): never {
  throw new EvidenceError('PROFILE_UNMET', {
    at,
    found: `${quote(name)}: ${reason}`,
    expected: `${quote(expected)}, as ${chosen} demands`,
    hint: 'choose the value of the profile that the cluster is made for, or change the cluster',
  });
}

function refuseUnknown(found: string, expected: string, names: readonly string[]): never {
  throw new EvidenceError('PROFILE_UNKNOWN', {
    at: '--profile',
    found: quote(found),
    expected,
    hint:
      names.length === 0
        ? 'leave --profile out, or name the criteria of an overlay that has one'
        : (didYouMean(found, names) ?? 'name one of these, or leave --profile out'),
  });
}
