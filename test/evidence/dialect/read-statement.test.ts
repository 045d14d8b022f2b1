import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { digestOf, hexOf } from '../../../src/digest.ts';
import { MATCH_DIMENSIONS } from '../../../src/dimensions.ts';
import type { Json } from '../../../src/document/data.ts';
import { encodeEvidenceStatement } from '../../../src/evidence/claim/evidence-statement.ts';
import { isSignedBeforeRun } from '../../../src/evidence/claim/signed-before-run.ts';
import { compareOtherCopy } from '../../../src/evidence/dialect/other-copy.ts';
import { parseEvidenceStatement } from '../../../src/evidence/dialect/read-statement.ts';
import { MAX_CLOCK_SKEW_MS } from '../../../src/limits.ts';
import { refusalOf } from '../../document/refusal.ts';
import { propertyRuns } from '../../property-runs.ts';
import { placesOf, reordered, withChange } from '../claim/json-places.ts';

const RECIPE = { name: 'h100-eks', digest: digestOf('recipe') };
const PREDICATE = {
  schemaVersion: '1.0.0',
  attestedAt: '2026-06-10T01:20:00Z',
  aicrVersion: '',
  validatorCatalogVersion: '',
  validatorImages: null,
  recipe: { name: RECIPE.name, digest: hexOf(RECIPE.digest) },
  manifest: { digest: digestOf('manifest'), fileCount: 1 },
  fingerprint: {
    ...Object.fromEntries(
      ['service', 'accelerator', 'gpuModel', 'os', 'k8sVersion', 'region'].map((name) => [
        name,
        { value: '' },
      ]),
    ),
    ...{ nodeCount: { value: 0 }, gpuNodeCount: { value: 0 } },
  },
  criteriaMatch: { matched: true, perDimension: [] },
  phases: {},
  bom: { format: 'CycloneDX', version: '1.6', digest: digestOf('bom'), imageCount: 0 },
};
const BYTES = Buffer.from(encodeEvidenceStatement(RECIPE, PREDICATE));
const STATEMENT = JSON.parse(BYTES.toString()) as Json;
const SUBJECT = { name: 'recipe:h100-eks', digest: { sha256: hexOf(RECIPE.digest) } };

function refusal(place: string, value: Json | undefined) {
  const changed = JSON.stringify(withChange(STATEMENT, place.split('/'), value));
  return refusalOf(() => parseEvidenceStatement(Buffer.from(changed), 's.json'));
}

describe('a statement about a recipe', () => {
  it('has the recipe as its one subject, and is read as it was written', () => {
    expect(STATEMENT).toMatchObject({
      subject: [SUBJECT],
      predicateType: 'https://aicr.run/recipe-evidence/v3',
    });
    const { recipe } = parseEvidenceStatement(BYTES, 's.json');
    expect(recipe).toEqual({ name: RECIPE.name, digest: hexOf(RECIPE.digest) });
  });

  it.each<[string, Json | undefined, string]>([
    ['subject', [], '/subject'],
    ['subject', [SUBJECT, SUBJECT], '/subject'],
    ['subject', [SUBJECT, { name: 'recipe:other', digest: {} }], '/subject'],
    ['subject/0/name', 'h100-eks', '/subject/0/name'],
    ['subject/0/name', 'Recipe:h100-eks', '/subject/0/name'],
    ['subject/0/name', 'recipe:h100-eks ', '/subject/0/name'],
    ['subject/0/digest/sha256', RECIPE.digest, '/subject/0/digest/sha256'],
    ['subject/0/digest/sha256', hexOf(RECIPE.digest).toUpperCase(), '/subject/0/digest/sha256'],
    ['subject/0/digest/sha512', 'x', '/subject/0/digest'],
    ['predicate/recipe/name', 'other', '/subject/0/name'],
    ['predicate/recipe/digest', hexOf(digestOf('other')), '/subject/0/digest/sha256'],
  ])('is refused with %s %j: its subject is not its recipe', (place, value, at) => {
    expect(refusal(place, value)).toMatchObject({ code: 'STATEMENT_INVALID', at: `s.json#${at}` });
  });

  it.each([
    ['https://aicr.run/recipe-evidence/v4'],
    ['https://aicr.run/recipe-evidence/v3/'],
    ['https://slsa.dev/provenance/v1'],
  ])('is refused with another predicate: %s', (predicateType) => {
    expect(refusal('predicateType', predicateType)).toMatchObject({
      code: 'PREDICATE_TYPE_UNKNOWN',
      at: 's.json#/predicateType',
      expected: [1, 2, 3].map((n) => `https://aicr.run/recipe-evidence/v${n}`).join(' or '),
    });
  });
});

const ARTIFACT = { name: 'ghcr.io/o/e:x', digest: { sha256: 'ab'.repeat(32) } };
const OF_ARTIFACT = withChange(STATEMENT, ['subject', '0'], ARTIFACT);
const read = (statement: Json) =>
  parseEvidenceStatement(Buffer.from(JSON.stringify(statement)), 's.json');

describe('any statement', () => {
  const runs = { numRuns: propertyRuns(300, 2000) };

  it('is read or refused, whatever stands in one place', () => {
    const places = placesOf(OF_ARTIFACT).filter(({ path }) => path.length > 0);
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.jsonValue({ maxDepth: 2 }), ({ path }, value) => {
        const changed = withChange(OF_ARTIFACT, path, value);
        const refused = refusalOf(() => read(changed));
        expect(refused === undefined || refused.at?.startsWith('s.json#/')).toBe(true);
      }),
      runs,
    );
  });

  it('is about an artifact exactly if its name is that of one', () => {
    const part = fc.stringMatching(/^[a-z0-9]+(?:[._-][a-z0-9]+)?$/);
    const tag = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/);
    const named = (name: string): Json => withChange(OF_ARTIFACT, ['subject', '0', 'name'], name);
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), tag, (path, version) => {
        const name = `registry.example:5000/${path.join('/')}:${version}`;
        expect(read(named(name)).artifact).toMatchObject({ name, digest: 'ab'.repeat(32) });
        for (const other of [`recipe:${name}`, `oci://${name}`, `${name} `, path.join('-')]) {
          expect(refusalOf(() => read(named(other)))?.at).toBe('s.json#/subject/0/name');
        }
      }),
      runs,
    );
  });

  it('has the same match as a map, in any order, and as a list', () => {
    const rows = MATCH_DIMENSIONS.map((dimension) => ({ dimension, match: 'matched' }));
    const place = ['predicate', 'criteriaMatch', 'perDimension'];
    const asList = read(withChange(STATEMENT, place, rows)).criteriaMatch;
    fc.assert(
      fc.property(fc.shuffledSubarray(rows, { minLength: rows.length }), (shuffled) => {
        const map = Object.fromEntries(
          shuffled.map(({ dimension, match }) => [dimension, { match }]),
        );
        expect(read(withChange(STATEMENT, place, map)).criteriaMatch).toEqual(asList);
      }),
      runs,
    );
  });

  it('about an artifact has a copy with the same predicate, in any order of keys', () => {
    const signed = read(OF_ARTIFACT);
    const compare = (copy: Json) =>
      compareOtherCopy(signed, Buffer.from(JSON.stringify(copy)))?.faults;
    expect(compare(STATEMENT)).toEqual([]);
    expect(compare(reordered(STATEMENT))).toEqual([]);
    const places = placesOf(STATEMENT).filter(({ path }) => path[0] === 'predicate');
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.jsonValue({ maxDepth: 1 }), (place, value) => {
        fc.pre(JSON.stringify(place.value) !== JSON.stringify(value));
        expect(compare(withChange(STATEMENT, place.path, value as Json))).not.toEqual([]);
      }),
      runs,
    );
  });
});

describe('isSignedBeforeRun', () => {
  const run = Date.parse(PREDICATE.attestedAt);

  it.each([
    [run, false],
    [run + 365 * 24 * 3600 * 1000, false],
    [run - MAX_CLOCK_SKEW_MS, false],
    [run - MAX_CLOCK_SKEW_MS - 1, true],
    [0, true],
  ])('a signature at %i: %s', (signedAt, expected) => {
    expect(isSignedBeforeRun(new Date(signedAt), new Date(run))).toBe(expected);
  });
});
