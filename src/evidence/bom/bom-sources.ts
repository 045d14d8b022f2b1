import { baseNameOf, imagesOfValues, renderImage, type Image } from '../../bom/image.ts';
import { compareBytes } from '../../compare-bytes.ts';
import type { RecipeComponent } from '../recipe/recipe-component.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { imagesOf, type Snapshot } from '../snapshot/snapshot.ts';

/** Everything that a bill of materials has to list, sorted. */
export interface BomSources {
  /** Those that the recipe deploys. */
  readonly components: readonly RecipeComponent[];
  /** Those that the snapshot saw and those that the recipe's values name. */
  readonly images: readonly Image[];
}

/**
 * What recipe and snapshot show. Emit lists it, and verify looks for it.
 *
 * @param isRedacted without the registries of images that the recipe does not name
 */
export function bomSourcesOf(
  recipe: Pick<Recipe, 'components'>,
  snapshot: Snapshot,
  isRedacted = false,
): BomSources {
  const components = recipe.components.filter(({ enabled }) => enabled);
  const seen = imagesOf(snapshot).map(({ name, tag }) => ({
    name,
    tag: tag === '' ? undefined : tag,
    digest: undefined,
  }));
  const named = components.flatMap(({ overrides }) => imagesOfValues(overrides));
  const known = new Set(named.map(renderImage));
  const shown = seen.map((image) =>
    isRedacted && !known.has(renderImage(image))
      ? { ...image, name: baseNameOf(image.name), tag: baseNameOf(image.tag ?? '') || undefined }
      : image,
  );
  const images = new Map([...shown, ...named].map((image) => [renderImage(image), image]));
  return {
    components: components.toSorted((a, b) => compareBytes(a.name, b.name)),
    images: [...images].toSorted(([a], [b]) => compareBytes(a, b)).map(([, image]) => image),
  };
}

/** A chart's version, or a Kustomize tree's tag; "" if the recipe leaves it open. */
export function versionOf({ version, tag }: RecipeComponent): string {
  return version === '' ? tag : version;
}
