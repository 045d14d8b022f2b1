// A snapshot, or a claim, that has the cloud provider's own name where a recipe demands a service.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { aicrClaiming } from './aicr-bundle.ts';
import {
  DEMO_INPUTS,
  STATEMENT,
  checkOf,
  fileIn,
  inStatement as at,
  makeEvidence,
  valueAt,
} from './evidence.ts';
import type { Judged } from './evidence.ts';
import { VECTORS } from './vectors/kit.ts';

const evidence = await makeEvidence();
const SERVICE = '/predicate/fingerprint/service';
const MATCH = '/predicate/criteriaMatch';

/** As AICR writes it of a snapshot with the provider `name`. */
function claimOfAicr(name: string): Record<string, unknown> {
  return {
    [`${SERVICE}/value`]: name,
    [`${SERVICE}/note`]: undefined,
    [`${MATCH}/matched`]: false,
    [`${MATCH}/perDimension/0/fingerprintProvides`]: name,
    [`${MATCH}/perDimension/0/match`]: 'mismatched',
  };
}

const snapshot = Buffer.from(
  DEMO_INPUTS.snapshot.toString().replace('provider: eks', 'provider: aws'),
);
const raw = await evidence.emit({ snapshot });

async function claiming(edits: Record<string, unknown>, from = raw): Promise<Judged> {
  return await evidence.judge(await evidence.rebuild({ statement: edits }, from));
}

describe('a snapshot with a raw provider', () => {
  it('E-49 is right in evidence that aicr made of it, and the cluster fits', async () => {
    const text = readFileSync(join(VECTORS, 'inputs/snapshot.yaml'), 'utf8');
    expect(text).toContain('provider: eks');
    const snapshotFile = text.replace('provider: eks', 'provider: aws');
    const bundle = await aicrClaiming(evidence, claimOfAicr('aws'), {
      files: { 'snapshot.yaml': snapshotFile },
    });
    const judged = await evidence.judge(bundle);
    expect([judged.code, judged.faults]).toEqual([0, []]);
    expect(checkOf(judged, 'cluster-fits-recipe').found).toContain('service matched');
  });

  it('shows the service that a recipe demands, with a note', async () => {
    expect(valueAt(fileIn(raw, STATEMENT), SERVICE)).toEqual({
      ...{ value: 'eks', source: 'k8s.node.provider', note: 'raw-provider' },
    });
    const { code, faults } = await evidence.judge(raw);
    expect([code, faults]).toEqual([0, []]);
  });

  it.each([
    ['by AICR', claimOfAicr('aws')],
    ['with the provider’s name in the fingerprint alone', { [`${SERVICE}/value`]: 'aws' }],
  ])('is right if it is claimed %s', async (_, edits) => {
    const { code, faults } = await claiming(edits);
    expect([code, faults]).toEqual([0, []]);
  });

  it('is right if the claim alone has the provider’s name', async () => {
    const { code, faults } = await claiming(claimOfAicr('aws'), evidence.files);
    expect([code, faults]).toEqual([0, []]);
  });

  it.each([
    [
      'another provider',
      { ...claimOfAicr('gce') },
      `FINGERPRINT_DIFFERS ${at(`${SERVICE}/value`)}`,
    ],
    [
      'another service',
      { [`${SERVICE}/value`]: 'gke' },
      `FINGERPRINT_DIFFERS ${at(`${SERVICE}/value`)}`,
    ],
    ['no note', { [`${SERVICE}/note`]: undefined }, `FINGERPRINT_DIFFERS ${at(`${SERVICE}/note`)}`],
    [
      'a match that the name cannot have',
      { ...claimOfAicr('aws'), [`${MATCH}/perDimension/0/match`]: 'matched' },
      `MATCH_DIFFERS ${at(`${MATCH}/perDimension/0/match`)}`,
    ],
    [
      'another dimension changed too',
      { ...claimOfAicr('aws'), '/predicate/fingerprint/accelerator/value': 'gb200' },
      `FINGERPRINT_DIFFERS ${at('/predicate/fingerprint/accelerator/value')}`,
    ],
  ])('is wrong with %s', async (_, edits, first) => {
    const { code, faults } = await claiming(edits);
    expect([code, faults[0]]).toEqual([2, first]);
  });
});
