// What can be said of an overlay, a mixin or a resolved recipe by itself: its constraints, checks, components and files.

import { isDataMap, listOf, textOf } from '../../document/data.ts';
import { faultOf, orIfRefused, type Fault } from '../../errors/evidence-error.ts';
import { nearest } from '../../nearest.ts';
import { faultAt } from '../../place.ts';
import { quote } from '../../quote.ts';
import { pathsIn } from '../resolve/named-files.ts';
import type { Layer } from '../resolve/overlay.ts';
import type { Part } from '../resolve/part.ts';
import type { Profile } from '../resolve/profile.ts';
import { namedFile, type RecipeFiles } from '../resolve/recipe-files.ts';
import type { RegistryEntry } from '../resolve/registry.ts';
import type { Rules } from '../resolve/rules.ts';
import { checkFaults, type Checks } from './checks.ts';
import { constraintFaults, didYouMean } from './constraint-faults.ts';

/** What of a layer is looked at. */
export type Looked = Pick<Layer, 'constraints' | 'components'> & {
  readonly phases?: readonly Part[] | undefined;
  readonly profile?: Profile | undefined;
};

/** The directory of recipes around a layer. */
export interface Around {
  readonly recipes: RecipeFiles;
  /** Undefined if it cannot be read. */
  readonly registry: ReadonlyMap<string, RegistryEntry> | undefined;
  /** The components whose chart some layer names. */
  readonly described: ReadonlySet<string>;
}

/** @param around undefined if nothing but the one file is known */
export function layerFaults(
  layer: Looked,
  rules: Rules,
  checks: Checks,
  around: Around | undefined,
): readonly Fault[] {
  const { phases = [], components } = layer;
  return [
    ...constraintsOf(layer).flatMap((part) => constraintFaults(part, rules)),
    ...phases.flatMap((phase) => checkFaults(phase, checks)),
    ...(around === undefined
      ? []
      : components.flatMap((part) => [
          ...unknownComponent(part, around),
          ...missingFiles(part, around.recipes),
        ])),
  ];
}

/** Those on the snapshot: of other phases, the names mean something to validators alone. */
export function constraintsOf({ constraints, phases = [], profile }: Looked): readonly Part[] {
  const readiness = phases.filter(({ name }) => name === 'readiness');
  const values = [...(profile?.values.values() ?? [])];
  return [
    ...constraints,
    ...readiness.flatMap(constraintsOfPhase),
    ...values.flatMap((value) => [...value.constraints, ...value.readiness]),
  ];
}

export function constraintsOfPhase({ value, at }: Part): readonly Part[] {
  return listOf(value, 'constraints')
    .filter(isDataMap)
    .map((each, index) => ({
      name: textOf(each, 'name'),
      value: each,
      at: `${at}/constraints/${index}`,
    }));
}

/** One that the registry does not have must be a whole one; what is nearly a name of the registry is misspelt. */
function unknownComponent({ name, value, at }: Part, around: Around): readonly Fault[] {
  const { registry, described } = around;
  if (registry === undefined || registry.has(name) || described.has(name)) return [];
  const meant = nearest(name, registry.keys());
  if (meant === undefined && textOf(value, 'type') !== '') return [];
  const hint = didYouMean(meant) ?? 'add it to registry.yaml, or name its type and source';
  const expected = 'a component of registry.yaml, or one whose type and source are named';
  return [faultAt({ code: 'COMPONENT_UNKNOWN', at: `${at}/name`, hint }, quote(name), expected)];
}

function missingFiles({ value, at }: Part, recipes: RecipeFiles): readonly Fault[] {
  return pathsIn(value).flatMap(([field, path]): readonly Fault[] =>
    orIfRefused(
      () => (namedFile(recipes, path, `${at}/${field}`), []),
      (error) => [faultOf(error)],
    ),
  );
}
