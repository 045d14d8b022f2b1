// What overlays mix in: constraints and components that several of them share.

import { isDataMap, mapIn, mapOf, textOf, type DataMap } from '../../document/data.ts';
import { decodeYaml } from '../../document/yaml.ts';
import { didYouMean } from '../../nearest.ts';
import { refusal } from '../../place.ts';
import { quote } from '../../quote.ts';
import type { Catalogue } from './catalogue.ts';
import { leafPaths, setPrefix } from './leaf-paths.ts';
import type { Merged } from './merge.ts';
import { ROOT, type Layer, type Overlay } from './overlay.ts';
import type { Part } from './part.ts';
import { namedFile } from './recipe-files.ts';

/** After all overlays, and each a step of its own. */
const MIXIN_RANK = 1000;

/** What a mixin may say of a component that is there already: nothing of this says which chart it is. */
const ADDITIVE = new Set([
  ...['name', 'namespace', 'overrides'],
  ...['manifestFiles', 'preManifestFiles', 'dependencyRefs'],
]);

/** The mixins of these overlays in their order, each once; those of the root do not count, as in AICR. */
export function mixinsOf(
  overlays: readonly Overlay[],
  { mixins }: Pick<Catalogue, 'mixins'>,
): readonly Layer[] {
  const found = new Map<string, Layer>();
  for (const { name, file, mixins: names } of overlays) {
    if (name === ROOT) continue;
    for (const [index, mixin] of names.entries()) {
      const at = `${file}#/spec/mixins/${index}`;
      found.set(mixin, mixins.get(mixin) ?? refuseMissing(mixin, at, mixins.keys()));
    }
  }
  return [...found.values()];
}

/** Adds them to the recipe. Throws MIXIN_CONFLICT, and RECIPE_FILE_MISSING for a values file. */
export function addMixins(merged: Merged, mixins: readonly Layer[], catalogue: Catalogue): void {
  const read = valuesReader(catalogue);
  for (const [index, mixin] of mixins.entries()) {
    for (const { name, at } of mixin.constraints) {
      if (merged.constraints.has(name)) {
        refuse(at, `the constraint ${quote(name)}, which is there already`, 'another constraint');
      }
    }
    const names = new Set<string>();
    for (const part of mixin.components) {
      if (names.has(part.name)) {
        refuse(part.at, `${quote(part.name)} a second time`, 'each component once');
      }
      names.add(part.name);
      requireAddable(part, merged, catalogue, read);
    }
    merged.addLayer(mixin, { by: mixin.name, rank: MIXIN_RANK + index });
  }
}

function requireAddable(part: Part, merged: Merged, catalogue: Catalogue, read: ReadValues): void {
  const { name, value, at } = part;
  const existing = merged.components.get(name);
  const safe = catalogue.registry.get(name)?.mixinSafePaths ?? [];
  if (existing !== undefined) requireAdditive(part);
  else if (safe.length === 0) return;
  else if (isSet(value, 'valuesFile')) {
    const expected = `only values at the paths that the registry lists for ${quote(name)}`;
    refuse(`${at}/valuesFile`, 'valuesFile', expected);
  }
  const overrides = mapOf(value, 'overrides');
  if (overrides === undefined) return;
  const layers = existing === undefined ? [] : valueLayers(part, existing, read);
  const allowed = new Set(safe);
  for (const path of leafPaths(overrides, `${at}/overrides`, 'MIXIN_CONFLICT')) {
    requireSafePath(path, allowed, part);
    const taken = layers.map((layer) => setPrefix(layer, path)).find((each) => each !== undefined);
    if (taken !== undefined) {
      refuse(`${at}/overrides`, path, `a path that nothing else sets; ${taken} is set already`);
    }
  }
}

function requireAdditive({ name, value, at }: Part): void {
  const field = [...value.keys()].find((key) => !ADDITIVE.has(key) && isSet(value, key));
  if (field === undefined) return;
  const allowed = [...ADDITIVE].slice(1).join(', ');
  refuse(`${at}/${field}`, field, `${allowed} alone: ${quote(name)} is there already`);
}

function requireSafePath(path: string, safe: ReadonlySet<string>, { name, at }: Part): void {
  if (safe.has(path)) return;
  const listed = [...safe].join(', ') || 'none';
  refuse(
    `${at}/overrides`,
    path,
    `a path that the registry lists for ${quote(name)} in mixinSafeOverridePaths: ${listed}`,
  );
}

function isSet(component: DataMap, field: string): boolean {
  const value = component.get(field);
  if (typeof value === 'string') return value !== '';
  if (Array.isArray(value)) return value.length > 0;
  return isDataMap(value) || (value !== undefined && 'text' in value && value.text === 'true');
}

/** A values file; undefined if it is not there and need not be. */
type ReadValues = (path: string, at: string | undefined) => DataMap | undefined;

/** Reads each file once. */
function valuesReader({ recipes }: Catalogue): ReadValues {
  const known = new Map<string, DataMap>();
  return (path, at) => {
    if (at === undefined && !recipes.files.has(path)) return undefined;
    const before = known.get(path);
    if (before !== undefined) return before;
    const file = `${recipes.directory}/${path}`;
    const values = mapIn(decodeYaml(namedFile(recipes, path, at ?? file), file));
    known.set(path, values);
    return values;
  };
}

/** What sets values of a component, not merged: what is set to null counts too. */
function valueLayers({ name, at }: Part, component: DataMap, read: ReadValues): readonly DataMap[] {
  const valuesFile = textOf(component, 'valuesFile');
  const layers = [
    read(`components/${name}/values.yaml`, undefined),
    valuesFile === '' ? undefined : read(valuesFile, at),
    mapOf(component, 'overrides'),
  ];
  return layers.filter((layer) => layer !== undefined);
}

/** Throws MIXIN_MISSING. */
export function refuseMissing(name: string, at: string, names: Iterable<string>): never {
  const hint = didYouMean(name, names) ?? 'add the mixin, or remove its name';
  throw refusal({ code: 'MIXIN_MISSING', at, hint }, quote(name), 'the name of a file in mixins/');
}

function refuse(at: string, found: string, expected: string): never {
  const hint = 'say it in an overlay instead';
  throw refusal({ code: 'MIXIN_CONFLICT', at, hint }, found, expected);
}
