import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { bomCoverage, parseBom, summaryOf } from '../../src/bom/bom.ts';
import { buildBom } from '../../src/bom/build-bom.ts';
import { digestOf } from '../../src/digest.ts';
import { refusalOf } from '../document/refusal.ts';
import { propertyRuns } from '../property-runs.ts';
import {
  ATTESTED_AT,
  COMPONENTS,
  IMAGES,
  TOOL,
  exampleRecipe,
  exampleSnapshot,
  jsonOf,
} from './example-inputs.ts';

const recipe = exampleRecipe();
const snapshot = exampleSnapshot();
const BUILT = jsonOf(buildBom({ recipe, snapshot, attestedAt: ATTESTED_AT, tool: TOOL }));

function bytesOf(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

function coverage(components: readonly unknown[], images: Record<string, string> = IMAGES) {
  const bom = parseBom(bytesOf({ ...BUILT, components }), 'bom.cdx.json');
  return bomCoverage(bom, recipe, exampleSnapshot(images)).map(({ code, at }) => [code, at]);
}

/** The components with the one at this place changed. */
function changed(index: number, change: Record<string, unknown>) {
  return BUILT.components.map((entry, place) =>
    place === index ? { ...entry, ...change } : entry,
  );
}

function without(index: number) {
  return BUILT.components.filter((_, place) => place !== index);
}

describe('parseBom', () => {
  it.each(['1.4', '1.5', '1.6', '1.7'])('reads CycloneDX %s', (specVersion) => {
    const bytes = bytesOf({ ...BUILT, specVersion });
    expect(summaryOf(parseBom(bytes, 'bom.cdx.json'), digestOf(bytes))).toMatchObject({
      version: specVersion,
      components: 7,
      images: 4,
    });
  });

  it('counts the entries of components, not what is inside them, and none if there are none', () => {
    const nested = [{ type: 'application', name: 'a', components: BUILT.components }];
    const bytes = bytesOf({ ...BUILT, components: nested });
    expect(summaryOf(parseBom(bytes, 'b'), digestOf(bytes))).toMatchObject({
      components: 1,
      images: 0,
    });
    const empty = bytesOf({ bomFormat: 'CycloneDX', specVersion: '1.6' });
    expect(summaryOf(parseBom(empty, 'b'), digestOf(empty))).toMatchObject({ components: 0 });
  });

  it.each([
    ['no bomFormat', { ...BUILT, bomFormat: undefined }, 'KIND_UNEXPECTED', '#/bomFormat'],
    ['SPDX', { ...BUILT, bomFormat: 'SPDX' }, 'KIND_UNEXPECTED', '#/bomFormat'],
    ['no specVersion', { ...BUILT, specVersion: undefined }, 'FIELD_MISSING', '#/specVersion'],
    ['version 1.3', { ...BUILT, specVersion: '1.3' }, 'SCHEMA_VERSION_UNKNOWN', '#/specVersion'],
    ['version 2.0', { ...BUILT, specVersion: '2.0' }, 'SCHEMA_VERSION_UNKNOWN', '#/specVersion'],
    ['components that are no list', { ...BUILT, components: {} }, 'FIELD_INVALID', '#/components'],
    [
      'a component without a name',
      { ...BUILT, components: changed(2, { name: undefined }) },
      'FIELD_MISSING',
      '#/components/2/name',
    ],
    [
      'a version that is a number',
      { ...BUILT, components: changed(2, { version: 1.1 }) },
      'FIELD_INVALID',
      '#/components/2/version',
    ],
    ['no object', [], 'FIELD_INVALID', ''],
  ])('refuses %s', (_, value, code, pointer) => {
    const error = refusalOf(() => parseBom(bytesOf(value), 'bom.cdx.json'));
    expect(error).toMatchObject({ code, at: `bom.cdx.json${pointer}` });
  });

  it('throws nothing but an EvidenceError, whatever the document is', () => {
    const value = fc.jsonValue({ maxDepth: 3 });
    const document = fc.record({
      bomFormat: fc.constant('CycloneDX'),
      specVersion: fc.constant('1.6'),
      components: fc.oneof(
        value,
        fc.array(
          fc.record({ type: fc.string(), name: fc.string(), version: value, properties: value }),
        ),
      ),
    });
    fc.assert(
      fc.property(fc.oneof(value, document), (any) => {
        // Any other error passes through `refusalOf`.
        const error = refusalOf(() => bomCoverage(parseBom(bytesOf(any), 'b'), recipe, snapshot));
        expect([undefined, 'EvidenceError']).toContain(error?.name);
      }),
      { numRuns: propertyRuns(100, 300) },
    );
  });
});

describe('bomCoverage', () => {
  it('finds nothing in the bill of materials that emit writes', () => {
    expect(coverage(BUILT.components)).toEqual([]);
  });

  it('E-20 finds an image of the snapshot that is not listed', () => {
    expect(coverage(without(6))).toEqual([['BOM_IMAGE_MISSING', 'bom.cdx.json']]);
  });

  it('E-20 finds an image of the recipe that is not listed', () => {
    expect(coverage(without(5))).toEqual([['BOM_IMAGE_MISSING', 'bom.cdx.json']]);
  });

  it('E-20 finds an invented image', () => {
    const invented = { type: 'container', name: 'ghcr.io/x/miner', version: 'v1' };
    expect(coverage([...BUILT.components, invented])).toEqual([
      ['BOM_IMAGE_UNKNOWN', 'bom.cdx.json#/components/7'],
    ]);
  });

  it('finds an image inside another component', () => {
    const invented = { type: 'container', name: 'miner', version: 'v1' };
    expect(coverage(changed(0, { components: [invented] }))).toEqual([
      ['BOM_IMAGE_UNKNOWN', 'bom.cdx.json#/components/0/components/0'],
    ]);
  });

  it('finds an image in another version, as missing and as unknown', () => {
    expect(coverage(changed(6, { version: '3.11', properties: [] }))).toEqual([
      ['BOM_IMAGE_MISSING', 'bom.cdx.json'],
      ['BOM_IMAGE_UNKNOWN', 'bom.cdx.json#/components/6'],
    ]);
  });

  it('knows an image by its full name, its digest as version and its tag as property', () => {
    const properties = [{ name: 'aicr:image:tag', value: '3.10' }];
    const digest = `sha256:${'0'.repeat(64)}`;
    const full = { name: 'registry.k8s.io/pause', version: digest, properties };
    expect(coverage(changed(6, full))).toEqual([]);
  });

  it('tells an image of the recipe from one of the same name in another registry', () => {
    expect(coverage(changed(5, { name: 'evil.example/nvidia/driver' }))).toEqual([
      ['BOM_IMAGE_MISSING', 'bom.cdx.json'],
      ['BOM_IMAGE_UNKNOWN', 'bom.cdx.json#/components/5'],
    ]);
  });

  it('finds a component that is not listed', () => {
    expect(coverage(without(0))).toEqual([['BOM_COMPONENT_DIFFERS', 'bom.cdx.json']]);
  });

  it('finds a component in another version', () => {
    expect(coverage(changed(0, { version: 'v1.17.3' }))).toEqual([
      ['BOM_COMPONENT_DIFFERS', 'bom.cdx.json#/components/0'],
    ]);
  });

  it('compares no version where the recipe leaves it open', () => {
    const open = exampleRecipe([{ name: 'cert-manager' }]);
    const bom = parseBom(
      bytesOf({
        ...BUILT,
        components: [{ type: 'application', name: 'cert-manager', version: '9' }],
      }),
      'bom.cdx.json',
    );
    expect(bomCoverage(bom, open, exampleSnapshot({}))).toEqual([]);
  });

  it('does not miss a component that the recipe turns off', () => {
    expect(COMPONENTS.map(({ name }) => name)).toContain('grafana');
    expect(BUILT.components.map(({ name }) => name)).not.toContain('grafana');
  });

  it('finds what differs whichever image or component is removed', () => {
    const index = fc.nat(BUILT.components.length - 1);
    fc.assert(
      fc.property(index, (place) => {
        expect(coverage(without(place))).toHaveLength(1);
      }),
    );
  });
});
