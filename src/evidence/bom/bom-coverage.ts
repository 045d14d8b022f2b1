import { isImage, type Bom, type BomComponent } from '../../bom/bom.ts';
import { baseNameOf, renderImage, type Image } from '../../bom/image.ts';
import { findingsOf, type Finding } from '../../errors/evidence-error.ts';
import { faultAt } from '../../place.ts';
import { quote } from '../../quote.ts';
import { sentence, words } from '../../sentence.ts';
import type { RecipeComponent } from '../recipe/recipe-component.ts';
import type { Recipe } from '../recipe/recipe.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { bomSourcesOf, versionOf } from './bom-sources.ts';

/** Where the bill of materials differs from what recipe and snapshot show. */
export function bomCoverage(
  bom: Bom,
  recipe: Pick<Recipe, 'components'>,
  snapshot: Snapshot,
): readonly Finding[] {
  const sources = bomSourcesOf(recipe, snapshot);
  const all = bom.components.flatMap(withNested);
  const components = all.filter((component) => !isImage(component));
  return [
    ...componentFindings(bom.file, sources.components, components),
    ...imageFindings(bom.file, sources.images, all.filter(isImage)),
  ];
}

function withNested(component: BomComponent): readonly BomComponent[] {
  return [component, ...component.components.flatMap(withNested)];
}

function componentFindings(
  file: string,
  wanted: readonly RecipeComponent[],
  components: readonly BomComponent[],
): readonly Finding[] {
  const byName = Map.groupBy(components, ({ name }) => name);
  const listed = new Set(components.map(({ name, version }) => nameAndVersion(name, version)));
  return wanted.flatMap((component) => {
    const { name } = component;
    const version = versionOf(component);
    const [first] = byName.get(name) ?? [];
    // If the recipe leaves the version open, nothing can differ.
    const isListed =
      version === '' ? first !== undefined : listed.has(nameAndVersion(name, version));
    return isListed ? [] : [differs(file, component, first)];
  });
}

/** One key for both, in which neither can look like a part of the other. */
function nameAndVersion(name: string, version: string): string {
  return JSON.stringify([name, version]);
}

function differs(file: string, wanted: RecipeComponent, found: BomComponent | undefined): Finding {
  const { name } = wanted;
  const version = versionOf(wanted);
  const inVersion = version === '' ? '' : ` in version ${quote(version)}`;
  const named = [name, version].filter((word) => word !== '').join(' ');
  return {
    code: 'BOM_COMPONENT_DIFFERS',
    at: found?.at ?? file,
    found:
      found === undefined
        ? `no component ${quote(name)}`
        : `${quote(name)} in version ${quote(found.version)}`,
    expected: `the recipe's component ${quote(name)}${inVersion}`,
    hint: 'have the bill of materials made from this recipe',
    sentence:
      found === undefined
        ? sentence`${named} of the recipe is not in ${file}`
        : sentence`${found.at} lists ${name} in version ${words(quote(found.version))}, the recipe has ${version}`,
  };
}

function imageFindings(
  file: string,
  images: readonly Image[],
  components: readonly BomComponent[],
): readonly Finding[] {
  const listed = components.map((component) => ({
    name: component.name,
    versions: [component.version, component.tag].filter((text) => text !== undefined),
    at: component.at,
  }));
  const known = images.map((image) => ({ name: image.name, versions: versionsOf(image), image }));
  const listedIndex = imageIndex(listed);
  const knownIndex = imageIndex(known);
  return [
    ...findingsOf(
      known.filter((image) => !isIn(listedIndex, image)),
      ({ image }) => missing(file, image),
    ),
    ...findingsOf(
      listed.filter((image) => !isIn(knownIndex, image)),
      unknown,
    ),
  ];
}

function missing(file: string, image: Image): Finding {
  const name = renderImage(image);
  return {
    code: 'BOM_IMAGE_MISSING',
    at: file,
    found: `no image ${quote(name)}`,
    expected: `the image ${quote(name)}, which snapshot or recipe shows`,
    hint: 'have the bill of materials made from this snapshot',
    sentence: sentence`the image ${name} is not in ${file}`,
  };
}

function unknown(image: NamedImage & { readonly at: string }): Finding {
  const hint = 'find out where the image was used; the snapshot did not see it';
  const found = `the image ${quote(`${image.name}:${image.versions[0] ?? ''}`)}, not observed`;
  const expected = 'images that snapshot or recipe show';
  return faultAt({ code: 'BOM_IMAGE_UNKNOWN', at: image.at, hint }, found, expected);
}

interface NamedImage {
  readonly name: string;
  /** Tag and digest, whichever are known. */
  readonly versions: readonly string[];
}

/** An image without tag is `latest`, as in AICR's snapshot. */
function versionsOf({ tag, digest }: Image): readonly string[] {
  const versions = [tag, digest].filter((text) => text !== undefined);
  return versions.length === 0 ? ['latest'] : versions;
}

/** Base name and version → full names. A lookup costs the same however many images an attacker lists. */
type ImageIndex = ReadonlyMap<string, ReadonlySet<string>>;

function imageIndex(images: readonly NamedImage[]): ImageIndex {
  const index = new Map<string, Set<string>>();
  for (const { name, versions } of images) {
    for (const version of versions) {
      const key = `${baseNameOf(name)}:${version}`;
      index.set(key, (index.get(key) ?? new Set()).add(name));
    }
  }
  return index;
}

/** The same base name and version, and the same full name where both sides know one. */
function isIn(index: ImageIndex, { name, versions }: NamedImage): boolean {
  const base = baseNameOf(name);
  return versions.some((version) => {
    const names = index.get(`${base}:${version}`);
    if (names === undefined) return false;
    return name === base || names.has(name) || names.has(base);
  });
}
