import { describe, expect, it } from 'vitest';

import { digestOf } from '../../../src/digest.ts';
import { localPointer, makePointer } from '../../../src/evidence/pack/make-pointer.ts';
import {
  verifyEvidenceFiles,
  type VerificationReport,
} from '../../../src/evidence/verify/verify-evidence.ts';
import type { Proof } from '../../../src/trust/trust.ts';
import { SIGNER, fakeSigner, fakeTrust } from '../../attestation/fake-trust.ts';
import { refusalOf } from '../../document/refusal.ts';
import { DEMO, NOW, contentsOf, packDemo, receivedOf, replaced, validateDemo } from '../demo.ts';

const RECIPE = 'h100-eks-ubuntu-training-kubeflow';
const trust = fakeTrust();
const packed = await packDemo(validateDemo(), { signing: { signer: fakeSigner(), trust } });
const received = receivedOf(await contentsOf(packed.files));
const report = verifyEvidenceFiles([...received.values()], { trust, policy: undefined });

function proofOf({ signature }: VerificationReport): Proof {
  if (signature.state === 'verified') return signature.proof;
  throw new Error('not verified');
}

function signedBy(signer: Proof['signer']): VerificationReport {
  return { ...report, signature: { state: 'verified', proof: { ...proofOf(report), signer } } };
}

describe('the pointer to evidence', () => {
  it('is the same, made from what was packed and from what was verified', () => {
    const pointer = makePointer(report, undefined);
    expect(pointer).toEqual({
      recipe: RECIPE,
      profile: undefined,
      attestedAt: NOW,
      predicateType: 'https://aicr.run/recipe-evidence/v3',
      artifact: undefined,
      signer: { identity: SIGNER.subject, issuer: SIGNER.issuer, rekorLogIndex: '1' },
    });
    expect(localPointer(packed)).toEqual(pointer);
  });

  it('names the first log entry, and none with the index 0, which AICR does not know from none', () => {
    const indexOf = (...indexes: readonly string[]): string | undefined => {
      const logEntries = indexes.map((index) => ({ log: 'https://rekor.example.com', index }));
      return localPointer({ ...packed, proof: { ...proofOf(report), logEntries } }).signer
        ?.rekorLogIndex;
    };
    expect([indexOf('7', '8'), indexOf('0')]).toEqual(['7', undefined]);
  });

  it.each([
    ['a key', { publicKey: Buffer.from('key'), hint: digestOf('key') }, 'signed with a key'],
    ['a user name', { ...SIGNER, type: 'other' } as const, 'the user name "ci@example.com"'],
  ])('cannot name %s', (_, signer, found) => {
    for (const refusal of [
      refusalOf(() => makePointer(signedBy(signer), undefined)),
      refusalOf(() => localPointer({ ...packed, proof: { ...proofOf(report), signer } })),
    ]) {
      expect([refusal?.code, refusal?.at]).toEqual(['POINTER_UNFIT', 'attestation.intoto.jsonl']);
      expect(refusal?.found).toContain(found);
    }
  });

  it.each(['../up', '.hidden', 'a/b', ''])('cannot name a recipe %j: it is a folder', (name) => {
    const { recipe } = report.facts;
    if (recipe === undefined) throw new Error('no recipe');
    const named = { ...report, facts: { ...report.facts, recipe: { ...recipe, name } } };
    const refusal = refusalOf(() => makePointer(named, undefined));
    expect([refusal?.code, refusal?.at]).toEqual(['POINTER_UNFIT', 'recipe.yaml#/criteria']);
  });

  it('is refused for a recipe of which the criteria make no folder, before anything is signed', async () => {
    const recipe = replaced(DEMO.recipe, 'accelerator: h100', 'accelerator: .h100');
    const refusal = await packDemo(validateDemo({ recipe })).then(
      (unsigned) => refusalOf(() => localPointer(unsigned)),
      () => undefined,
    );
    expect([refusal?.code, refusal?.at]).toEqual(['POINTER_UNFIT', 'recipe.yaml#/criteria']);
  });
});
