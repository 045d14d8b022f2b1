import type { Digest } from '../digest.ts';
import { isDataMap } from '../document/data.ts';
import type { Data } from '../document/data.ts';
import { decodeJson } from '../document/json.ts';
import { ObjectReader } from '../document/object-reader.ts';
import type { Finding } from '../errors/fault.ts';
import { bomSourcesOf, versionOf } from '../evidence/bom-sources.ts';
import type { RecipeComponent } from '../evidence/recipe/recipe-component.ts';
import type { Recipe } from '../evidence/recipe/recipe.ts';
import type { Snapshot } from '../evidence/snapshot/snapshot.ts';
import { quote } from '../quote.ts';
import { baseNameOf, renderImage } from './image.ts';
import type { Image } from './image.ts';

/** A CycloneDX bill of materials. https://cyclonedx.org/docs/1.6/json/ */
export interface Bom {
  /** The file as the caller named it. */
  readonly file: string;
  readonly specVersion: string;
  /** The entries of `components`: what AICR's imageCount counts. */
  readonly components: readonly BomComponent[];
}

export interface BomComponent {
  readonly type: string;
  readonly name: string;
  /** "" if the component has none. */
  readonly version: string;
  /** The property `aicr:image:tag`: AICR gives an image's digest as its version. */
  readonly tag: string | undefined;
  readonly at: string;
  /** Components inside this one. */
  readonly components: readonly BomComponent[];
}

/** A bill of materials in numbers, as reports show it. */
export interface BomSummary {
  /** E.g. `CycloneDX`. */
  readonly format: string;
  readonly version: string;
  /** `sha256:…` of the file. */
  readonly digest: string;
  /** Entries of `components`; AICR calls this number imageCount. */
  readonly components: number;
  /** Those of type container. */
  readonly images: number;
}

/** AICR writes 1.6 and takes any; 1.4 is the oldest that tools still write (2026-11). */
const SPEC_VERSIONS: readonly string[] = ['1.4', '1.5', '1.6', '1.7'];

/**
 * Reads a CycloneDX JSON document; fields that nobody needs here are accepted as they are. Throws
 * KIND_UNEXPECTED, SCHEMA_VERSION_UNKNOWN, FIELD_MISSING, FIELD_INVALID and what decodeJson throws.
 */
export function parseBom(bytes: Uint8Array, file: string): Bom {
  const reader = new ObjectReader(decodeJson(bytes, file), file);
  if (reader.data('bomFormat') !== 'CycloneDX') {
    reader.refuse('bomFormat', {
      code: 'KIND_UNEXPECTED',
      expected: '"CycloneDX"',
      hint: 'give a bill of materials in CycloneDX JSON (https://cyclonedx.org)',
    });
  }
  const specVersion = reader.string('specVersion');
  if (!SPEC_VERSIONS.includes(specVersion)) {
    reader.refuse('specVersion', {
      code: 'SCHEMA_VERSION_UNKNOWN',
      expected: `one of ${SPEC_VERSIONS.join(', ')}`,
      hint: 'write the bill of materials as CycloneDX 1.6',
    });
  }
  const components = reader.optionalList('components', parseComponent);
  return { file, specVersion, components };
}

function parseComponent(data: Data, at: string): BomComponent {
  const reader = new ObjectReader(data, at);
  return {
    type: reader.string('type'),
    name: reader.string('name'),
    version: reader.optionalString('version') ?? '',
    tag: reader.optionalList('properties', tagOf).find((tag) => tag !== undefined),
    at,
    components: reader.optionalList('components', parseComponent),
  };
}

function tagOf(property: Data): string | undefined {
  if (!isDataMap(property) || property.get('name') !== 'aicr:image:tag') return undefined;
  const value = property.get('value');
  return typeof value === 'string' ? value : undefined;
}

/** @param digest of the file's bytes */
export function summaryOf(bom: Bom, digest: Digest): BomSummary {
  return {
    format: 'CycloneDX',
    version: bom.specVersion,
    digest,
    components: bom.components.length,
    images: bom.components.filter(isImage).length,
  };
}

function isImage({ type }: BomComponent): boolean {
  return type === 'container';
}

/** Where the bill of materials and what recipe and snapshot show are not the same. */
export function bomCoverage(
  bom: Bom,
  recipe: Pick<Recipe, 'components'>,
  snapshot: Snapshot,
): readonly Finding[] {
  const sources = bomSourcesOf(recipe, snapshot);
  const all = bom.components.flatMap(withNested);
  const listed = all.filter(isImage);
  return [
    ...componentFindings(
      bom.file,
      sources.components,
      all.filter((component) => !isImage(component)),
    ),
    ...imageFindings(bom.file, sources.images, listed),
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
  return wanted.flatMap((component) => {
    const found = byName.get(component.name) ?? [];
    const version = versionOf(component);
    // A recipe that leaves the version open says nothing that could differ.
    if (found.some((entry) => version === '' || entry.version === version)) return [];
    return [differs(file, { name: component.name, version }, found[0])];
  });
}

function differs(
  file: string,
  wanted: { readonly name: string; readonly version: string },
  found: BomComponent | undefined,
): Finding {
  const version = wanted.version === '' ? '' : ` in version ${quote(wanted.version)}`;
  return {
    code: 'BOM_COMPONENT_DIFFERS',
    at: found?.at ?? file,
    found: found === undefined ? 'nothing' : `version ${quote(found.version)}`,
    expected: `the recipe's component ${quote(wanted.name)}${version}`,
    hint: 'ask for a bill of materials that was made from this recipe',
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
    ...known.filter((image) => !isIn(listedIndex, image)).map(({ image }) => missing(file, image)),
    ...listed.filter((image) => !isIn(knownIndex, image)).map(unknown),
  ];
}

function missing(file: string, image: Image): Finding {
  return {
    code: 'BOM_IMAGE_MISSING',
    at: file,
    found: 'nothing',
    expected: `the image ${quote(renderImage(image))}, which snapshot or recipe shows`,
    hint: 'ask for a bill of materials that was made from this snapshot',
  };
}

function unknown(image: NamedImage & { readonly at: string }): Finding {
  return {
    code: 'BOM_IMAGE_UNKNOWN',
    at: image.at,
    found: `the image ${quote(`${image.name}:${image.versions[0] ?? ''}`)}`,
    expected: 'images that snapshot or recipe show',
    hint: 'ask where the image was used; the snapshot did not see it',
  };
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
