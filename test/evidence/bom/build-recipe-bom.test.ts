import { readFileSync } from 'node:fs';

import { Ajv, type AnySchemaObject } from 'ajv';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseBom, summaryOf } from '../../../src/bom/bom.ts';
import { digestOf } from '../../../src/digest.ts';
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

function build(components: readonly unknown[] = COMPONENTS, images = IMAGES) {
  return buildRecipeBom({
    recipe: exampleRecipe(components),
    snapshot: exampleSnapshot(images),
    attestedAt: ATTESTED_AT,
    tool: TOOL,
  });
}

/** The schema that CycloneDX publishes, as its library carries it. */
function schemaOf(name: string): AnySchemaObject {
  const library = import.meta.resolve('@cyclonedx/cyclonedx-library/package.json');
  const file = new URL(`res/schema/${name}.SNAPSHOT.schema.json`, library);
  return JSON.parse(readFileSync(file, 'utf8')) as AnySchemaObject;
}

const ajv = new Ajv({ strict: false, validateFormats: false });
for (const name of ['spdx', 'jsf-0.82']) {
  ajv.addSchema(schemaOf(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
}
const isCycloneDx = ajv.compile(schemaOf('bom-1.6'));

/** What the schema has against it. */
function schemaErrors(bom: unknown): unknown {
  void isCycloneDx(bom);
  return isCycloneDx.errors ?? [];
}

describe('buildRecipeBom', () => {
  it('E-19 writes CycloneDX 1.6, whose digest and count can be computed again', () => {
    const bytes = build();
    expect(schemaErrors(jsonOf(bytes))).toEqual([]);
    expect(schemaErrors({ ...jsonOf(bytes), components: [{ type: 'pod' }] })).not.toEqual([]);
    const bom = parseBom(bytes, 'bom.cdx.json');
    expect(summaryOf(bom, digestOf(bytes))).toEqual({
      format: 'CycloneDX',
      version: '1.6',
      digest: digestOf(bytes),
      components: 7,
      images: 4,
    });
    expect(bom.components).toHaveLength(jsonOf(bytes).components.length);
  });

  it('lists the components that the recipe deploys, then the images, each sorted', () => {
    const { components } = jsonOf(build());
    expect(components.map((entry) => [entry.type, entry['bom-ref']])).toEqual([
      ['application', 'h100-eks-training/cert-manager'],
      ['application', 'h100-eks-training/gpu-operator'],
      ['application', 'h100-eks-training/tuning'],
      ['container', 'img:coredns:v1.11.4'],
      ['container', 'img:gpu-operator:v25.10.1'],
      ['container', 'img:nvcr.io/nvidia/driver:580.105.08'],
      ['container', 'img:pause:3.10'],
    ]);
  });

  it('says of a component where it comes from, in the words of AICR', () => {
    const { components } = jsonOf(build());
    expect(components[1]).toEqual({
      type: 'application',
      name: 'gpu-operator',
      version: 'v25.10.1',
      'bom-ref': 'h100-eks-training/gpu-operator',
      properties: [
        { name: 'aicr:component:type', value: 'Helm' },
        { name: 'aicr:helm:chart', value: 'gpu-operator' },
        { name: 'aicr:helm:namespace', value: 'gpu-operator' },
        { name: 'aicr:helm:repository', value: 'https://helm.ngc.nvidia.com/nvidia' },
        { name: 'aicr:helm:version', value: 'v25.10.1' },
        { name: 'aicr:version:pinned', value: 'true' },
      ],
    });
    expect(components[2]?.version).toBe('v3');
  });

  it('claims no more of an image than the snapshot knows', () => {
    const { components } = jsonOf(build());
    expect(components[6]).toEqual({
      type: 'container',
      name: 'pause',
      version: '3.10',
      'bom-ref': 'img:pause:3.10',
      properties: [
        { name: 'aicr:image:repository', value: 'pause' },
        { name: 'aicr:image:tag', value: '3.10' },
      ],
    });
  });

  it('has the time of the evidence, the recipe as its subject and affidavit as its tool', () => {
    const { metadata, dependencies } = jsonOf(build());
    expect(metadata).toEqual({
      timestamp: '2026-06-10T02:00:00.000Z',
      tools: { components: [{ type: 'application', ...TOOL }] },
      component: {
        type: 'application',
        name: 'h100-eks-training',
        'bom-ref': 'h100-eks-training',
      },
    });
    expect(dependencies[0]?.dependsOn).toHaveLength(7);
  });

  it('gives the same bytes for the same input, in whatever order it comes', () => {
    const entries = Object.entries(IMAGES);
    const order = fc.tuple(
      fc.shuffledSubarray(COMPONENTS, { minLength: COMPONENTS.length }),
      fc.shuffledSubarray(entries, { minLength: entries.length }),
    );
    const expected = Buffer.from(build());
    fc.assert(
      fc.property(order, ([components, images]) => {
        const bytes = build(components, Object.fromEntries(images) as typeof IMAGES);
        expect(expected.equals(bytes)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it('gives another serial number to another content', () => {
    const first = jsonOf(build()).serialNumber;
    const second = jsonOf(build(COMPONENTS.slice(1))).serialNumber;
    expect(first).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-/);
    expect(second).not.toBe(first);
  });

  it('keeps references apart, and the bytes the same, when a recipe names a component twice', () => {
    const twice = [
      { name: 'a', version: '1' },
      { name: 'a', version: '2' },
    ];
    const { components } = jsonOf(build(twice));
    expect(components[0]?.['bom-ref']).toBe('h100-eks-training/a');
    expect(components[1]?.['bom-ref']).toBe('h100-eks-training/a#2');
    expect(Buffer.from(build(twice)).equals(build(twice))).toBe(true);
  });

  it('writes valid CycloneDX for whatever a recipe and a snapshot name', () => {
    const word = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' });
    const component = fc.record({
      name: word,
      version: word,
      source: word,
      overrides: fc.record({ image: fc.record({ repository: word, tag: word }) }),
    });
    fc.assert(
      fc.property(
        fc.array(component, { maxLength: 4 }),
        fc.dictionary(word, word, { maxKeys: 4 }),
        (components, images) => {
          const bytes = build(components, images as typeof IMAGES);
          expect(schemaErrors(jsonOf(bytes))).toEqual([]);
          expect(Buffer.from(build(components, images as typeof IMAGES)).equals(bytes)).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });
});
