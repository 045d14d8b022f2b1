import { describe, expect, it } from 'vitest';

import { digestOf, hexOf } from '../../../src/digest.ts';
import type { Json } from '../../../src/document/data.ts';
import { encodeEvidenceStatement } from '../../../src/evidence/claim/evidence-statement.ts';
import { isSignedBeforeRun } from '../../../src/evidence/claim/signed-before-run.ts';
import { parseEvidenceStatement } from '../../../src/evidence/dialect/read-statement.ts';
import { MAX_CLOCK_SKEW_MS } from '../../../src/limits.ts';
import { refusalOf } from '../../document/refusal.ts';
import { withChange } from '../claim/json-places.ts';

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
