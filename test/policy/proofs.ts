// What a policy judges: proofs of one signer, honest unless a test changes one thing.

import { digestOf } from '../../src/digest.ts';
import type { Judged } from '../../src/policy/judge-proofs.ts';
import { judgeSigner } from '../../src/policy/judge-signer.ts';
import type { Policy } from '../../src/policy/policy.ts';
import type { Identity, Proof, ProvenSigner } from '../../src/trust/trust.ts';

export const ISSUER = 'https://token.actions.githubusercontent.com';
export const SUBJECT = 'https://github.com/org/repo/.github/workflows/ci.yml@refs/heads/main';
export const SIGNER = identity(SUBJECT, ISSUER);
export const SIGNED_AT = new Date('2026-06-10T01:30:00Z');

export function identity(subject: string, issuer: string): Identity {
  return { type: 'uri', subject, issuer, claims: {} };
}

export function proofOf(signer: ProvenSigner, change: Partial<Proof> = {}): Proof {
  return {
    payload: new Uint8Array(),
    signer,
    signedAt: SIGNED_AT,
    times: [
      {
        source: 'timestamp authority',
        at: SIGNED_AT,
        moments: [SIGNED_AT],
        authority: digestOf('one'),
      },
    ],
    logEntries: [{ log: 'https://log.example.com', index: '1' }],
    weakened: [],
    ...change,
  };
}

export const JUDGED: Judged = { file: 'a.sigstore', name: 'recipe', now: undefined };

/** Whether one of these entries allows the signer, and nothing else is wrong. */
export function allows(policy: Policy, signer: ProvenSigner): boolean {
  return judgeSigner(policy, proofOf(signer), JUDGED).faults.length === 0;
}
