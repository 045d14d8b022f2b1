import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseBom, summaryOf } from '../../src/bom/bom.ts';
import { digestOf } from '../../src/digest.ts';
import { bomCoverage } from '../../src/evidence/bom/bom-coverage.ts';
import { buildRecipeBom } from '../../src/evidence/bom/build-recipe-bom.ts';
import { refusalOf } from '../document/refusal.ts';
import {
  ATTESTED_AT,
  TOOL,
  exampleRecipe,
  exampleSnapshot,
  jsonOf,
} from '../evidence/bom/example-inputs.ts';
import { propertyRuns } from '../property-runs.ts';

const recipe = exampleRecipe();
const snapshot = exampleSnapshot();
const BUILT = jsonOf(buildRecipeBom({ recipe, snapshot, attestedAt: ATTESTED_AT, tool: TOOL }));

function bytesOf(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

/** The components with the one at this place changed. */
function changed(index: number, change: Record<string, unknown>) {
  return BUILT.components.map((entry, place) =>
    place === index ? { ...entry, ...change } : entry,
  );
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
