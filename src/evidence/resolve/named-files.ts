import { compareBytes } from '../../compare-bytes.ts';
import { digestOf } from '../../digest.ts';
import { isDataMap, listOf, textOf, type Data, type DataMap } from '../../document/data.ts';
import type { NamedFile } from '../recipe/recipe-component.ts';
import type { TypedRecipe } from '../recipe/recipe.ts';
import { textsOf } from './part.ts';
import { namedFile, type RecipeFiles } from './recipe-files.ts';

/**
 * The files of a directory of recipes that a recipe names, and the values that AICR takes for a component without being
 * told: what is in them is in no digest of AICR's. Sorted by path.
 *
 * @throws EvidenceError RECIPE_FILE_MISSING
 */
export function namedFiles(
  { data, recipe }: TypedRecipe,
  recipes: RecipeFiles,
): readonly NamedFile[] {
  return namedPaths(listOf(data, 'componentRefs'), recipes, recipe.file).flatMap((path) => {
    const bytes = recipes.files.get(path);
    return bytes === undefined ? [] : [{ path, digest: digestOf(bytes) }];
  });
}

/** The paths of these files. @param file how complaints name the recipe */
export function namedPaths(
  components: readonly Data[],
  recipes: RecipeFiles,
  file: string,
): readonly string[] {
  const paths = components.filter(isDataMap).flatMap((component, index) => {
    const usual = `components/${textOf(component, 'name')}/values.yaml`;
    const at = `${file}#/componentRefs/${index}`;
    for (const [field, path] of pathsIn(component)) namedFile(recipes, path, `${at}/${field}`);
    return [usual, ...pathsIn(component).map(([, path]) => path)];
  });
  return [...new Set(paths)].filter((path) => recipes.files.has(path)).toSorted(compareBytes);
}

/** The paths in a component, each with the field that names it. */
export function pathsIn(component: DataMap): readonly (readonly [field: string, path: string])[] {
  const values = textOf(component, 'valuesFile');
  const manifests = ['manifestFiles', 'preManifestFiles'].flatMap((field) =>
    textsOf(component, field).map((path, index) => [`${field}/${index}`, path] as const),
  );
  return values === '' ? manifests : [['valuesFile', values], ...manifests];
}
