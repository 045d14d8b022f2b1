import type { Digest } from '../digest.ts';
import { isDataMap, listOf, type Data } from '../document/data.ts';
import { decodeJson } from '../document/json.ts';
import { ObjectReader } from '../document/object-reader.ts';
import { MAX_BOM_COMPONENTS } from '../limits.ts';

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
  /** Of the file. */
  readonly digest: Digest;
  /** Entries of `components`; AICR calls this number imageCount. */
  readonly components: number;
  /** Those of type container. */
  readonly images: number;
}

/** AICR writes 1.6 and takes any; 1.4 is the oldest that tools still write (2026-11). */
const SPEC_VERSIONS: readonly string[] = ['1.4', '1.5', '1.6', '1.7'];

/**
 * Reads a CycloneDX JSON document. Fields that nobody needs here are accepted as they are.
 *
 * @throws EvidenceError KIND_UNEXPECTED, SCHEMA_VERSION_UNKNOWN, FIELD_MISSING, FIELD_INVALID,
 *   LIMIT_EXCEEDED (invalid), and what `decodeJson` throws
 */
export function parseBom(bytes: Uint8Array, file: string): Bom {
  const data = decodeJson(bytes, file);
  const reader = new ObjectReader(data, file);
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
      hint: 'upgrade affidavit, or have the bill of materials written as CycloneDX 1.6',
    });
  }
  requireFewComponents(reader, componentsIn(data));
  const components = reader.optionalList('components', parseComponent);
  return { file, specVersion, components };
}

function requireFewComponents(reader: ObjectReader, count: number): void {
  if (count <= MAX_BOM_COMPONENTS) return;
  reader.refuse('components', {
    code: 'LIMIT_EXCEEDED',
    found: `${count} components`,
    expected: `at most ${MAX_BOM_COMPONENTS}, with those inside others`,
    hint: 'list what the recipe deploys and the images that run, not what is in an image',
  });
}

function componentsIn(data: Data): number {
  const list = listOf(data, 'components');
  return list.reduce<number>((sum, each) => sum + componentsIn(each), list.length);
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

export function isImage({ type }: BomComponent): boolean {
  return type === 'container';
}
