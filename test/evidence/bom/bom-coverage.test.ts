import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseBom } from '../../../src/bom/bom.ts';
import { bomCoverage } from '../../../src/evidence/bom/bom-coverage.ts';
import { buildRecipeBom } from '../../../src/evidence/bom/build-recipe-bom.ts';
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
const BUILT = jsonOf(buildRecipeBom({ recipe, snapshot, attestedAt: ATTESTED_AT, tool: TOOL }));

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

  it('says of each by name and version what is not there, or is another', () => {
    const { name, version } = BUILT.components[0] ?? {};
    const inBom = (components: readonly unknown[]) =>
      bomCoverage(parseBom(bytesOf({ ...BUILT, components }), 'my.json'), recipe, snapshot).map(
        (finding) => [
          finding.found,
          finding.sentence?.map((part) => (typeof part === 'string' ? part : part.value)).join(''),
        ],
      );
    expect(inBom(without(0))).toEqual([
      [`no component "${name}"`, `${name} ${version} of the recipe is not in my.json`],
    ]);
    expect(inBom(changed(0, { version: 'v0' }))).toEqual([
      [
        `"${name}" in version "v0"`,
        `my.json#/components/0 lists ${name} in version "v0", the recipe has ${version}`,
      ],
    ]);
    const image = `${BUILT.components[6]?.['name']}:${BUILT.components[6]?.['version']}`;
    expect(inBom(without(6))).toEqual([
      [`no image "${image}"`, `the image ${image} is not in my.json`],
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
