// What a recipe is made of. If all of it is the same in two trees, so is the recipe, and nobody has to resolve it.

import { differences } from '../document/differences.ts';
import { decodeYaml } from '../document/yaml.ts';
import { unlessRefused } from '../errors/evidence-error.ts';
import { matching, withAncestors } from '../evidence/resolve/candidates.ts';
import type { Catalogue } from '../evidence/resolve/catalogue.ts';
import { mixinsOf } from '../evidence/resolve/mixins.ts';
import { pathsIn } from '../evidence/resolve/named-files.ts';
import type { Layer } from '../evidence/resolve/overlay.ts';
import { REGISTRY, requiredFile, type RecipeFiles } from '../evidence/resolve/recipe-files.ts';
import { idOf, type TreeRecipe } from './recipes.ts';

/** The files that differ, or that only one of the two has. */
export function changedPaths(
  before: RecipeFiles | undefined,
  after: RecipeFiles | undefined,
): ReadonlySet<string> {
  const [old, now] = [contentsOf(before), contentsOf(after)];
  const paths = [...old.keys(), ...now.keys()];
  return new Set(paths.filter((path) => !isSameFile(old.get(path), now.get(path))));
}

/** Of what was not read, what stands for it. */
function contentsOf(recipes: RecipeFiles | undefined): ReadonlyMap<string, Uint8Array> {
  return new Map([...(recipes?.unread ?? []), ...(recipes?.files ?? [])]);
}

/** Equal blobs are the same object, mostly. */
export function isSameFile(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  if (one === other || one === undefined || other === undefined) return one === other;
  return Buffer.compare(one, other) === 0;
}

type Made = readonly [side: { readonly catalogue?: Catalogue }, recipe: TreeRecipe];

/** Whether a recipe is made of the same overlays, mixins, registry and files. @param changed what is not the same */
export function sameInputs(before: Made, after: Made, changed: ReadonlySet<string>): boolean {
  if (changed.size === 0) return idOf(before[1]) === idOf(after[1]);
  return sameLayers(before, after) && !namesAny(after, changed);
}

function namesAny(after: Made, changed: ReadonlySet<string>): boolean {
  return filesNamedBy(layersOf(after) ?? [], after[0].catalogue).some((path) => changed.has(path));
}

/** Whether it is made of the same overlays, mixins and registry; what is in the files that they name may differ. */
export function sameLayers(before: Made, after: Made): boolean {
  if (idOf(before[1]) !== idOf(after[1])) return false;
  const [old, now] = [inputsOf(before), inputsOf(after)];
  if (old === undefined || old.length !== now?.length) return false;
  return now.every((each, index) => each === old[index]);
}

/** Objects: what was parsed of the same bytes is the same one. Undefined if the recipe cannot be resolved. */
function inputsOf(made: Made): readonly unknown[] | undefined {
  const [{ catalogue }] = made;
  const layers = layersOf(made);
  return layers && [catalogue?.rules, catalogue?.registry, ...layers];
}

/** Undefined if the recipe cannot be resolved. */
function layersOf([{ catalogue }, { criteria }]: Made): readonly Layer[] | undefined {
  return (
    catalogue &&
    unlessRefused(() => {
      const overlays = [...withAncestors(matching(catalogue, criteria), catalogue)];
      return [catalogue.root, ...overlays, ...mixinsOf(overlays, catalogue)];
    })
  );
}

/** What of these files no recipe of a tree can be made of. Documentation is left out. */
export function apartFrom(catalogue: Catalogue, paths: readonly string[]): readonly string[] {
  const { recipes, root, overlays, mixins } = catalogue;
  const layers = [root, ...overlays.values(), ...mixins.values()];
  const own = layers.map(({ file }) => file.slice(recipes.directory.length + 1));
  const known = new Set([REGISTRY, ...own, ...filesNamedBy(layers, catalogue)]);
  return paths.filter((path) => !known.has(path) && !DOCUMENTATION.test(path));
}

/** What recipes have of the registry; the rest is for whoever deploys them. */
const IN_RECIPES =
  /^\/(?:kind|apiVersion)$|^\/components\/\d+\/(?:name|manifestFiles|mixinSafeOverridePaths|healthCheck\/assertFile|(?:helm|kustomize)\/default\w+)(?:\/|$)/;

/** The first place where the registries of two trees differ in what no recipe has. */
export function registryApart(before: Catalogue, after: Catalogue): readonly string[] {
  if (before.registry === after.registry) return [];
  const [old, now] = [before, after].map(({ recipes }) =>
    decodeYaml(requiredFile(recipes, REGISTRY), REGISTRY),
  );
  for (const { pointer } of differences(now, old)) {
    if (!IN_RECIPES.test(pointer)) return [`${REGISTRY}#${pointer}`];
  }
  return [];
}

const DOCUMENTATION = /\.(?:md|txt|rst|adoc|png|svg)$|(?:^|\/)(?:LICENSE|NOTICE|README)$/i;

function filesNamedBy(
  layers: readonly Layer[],
  catalogue: Catalogue | undefined,
): readonly string[] {
  return layers.flatMap(({ components }) =>
    components.flatMap(({ name, value }) => {
      const entry = catalogue?.registry.get(name);
      return [
        `components/${name}/values.yaml`,
        ...pathsIn(value).map(([, path]) => path),
        ...(entry?.manifestFiles ?? []),
        entry?.assertFile ?? '',
      ];
    }),
  );
}
