import { describe, expect, it } from 'vitest';

import { judgeSigner } from '../../src/policy/judge-signer.ts';
import type { SignerTerms } from '../../src/policy/policy-signer.ts';
import { parsePolicy, type Policy } from '../../src/policy/policy.ts';
import { sigstoreTrust } from '../../src/trust/verify/sigstore-trust.ts';
import { Forge, IDENTITY, ISSUER, edited, encode } from '../trust/forge.ts';
import { stamp, stampingChain } from '../trust/odd-timestamp.ts';
import { JUDGED } from './proofs.ts';

const NOON = new Date('2026-06-01T12:00:00Z');
const CHAIN = stampingChain();
const FORGE = new Forge();
const ROOT = edited(FORGE.root, ({ timestampAuthorities: [first] }) => {
  const certificates = CHAIN.certificates.map((raw) => ({ rawBytes: raw.toString('base64') }));
  first?.certChain.certificates.splice(0, 2, ...certificates);
});
const TRUST = sigstoreTrust(encode(ROOT), 'root');

/** What a policy with these terms says of a signature that was stamped at this time. */
function judgedAt(genTime: string, terms: SignerTerms): readonly string[] {
  return judgedBy({ signers: [{ subject: IDENTITY, issuer: ISSUER, ...terms }] }, genTime);
}

function judgedBy(policy: Policy, genTime: string): readonly string[] {
  const good = FORGE.sign({ rekor: 2 });
  const signature = Buffer.from(good.dsseEnvelope.signatures[0]?.sig ?? '', 'base64');
  const bundle = edited(good, ({ verificationMaterial }) => {
    const signedTimestamp = stamp(CHAIN.leaf, signature, { genTime }).toString('base64');
    verificationMaterial.timestampVerificationData = { rfc3161Timestamps: [{ signedTimestamp }] };
  });
  const proof = TRUST.verify(encode(bundle), { name: JUDGED.file, maxBytes: 100_000 });
  return judgeSigner(policy, proof, JUDGED).faults.map(({ code }) => code);
}

describe('a timestamp between two milliseconds', () => {
  const until = { validFor: { start: undefined, end: NOON } };
  const from = { validFor: { start: NOON, end: undefined } };
  const revoked = { revokedAt: NOON };

  it.each([
    ['20260601120000Z', until, []],
    ['20260601120000.0009Z', until, ['SIGNER_NOT_VALID']],
    ['20260601120000.000000001Z', until, ['SIGNER_NOT_VALID']],
    ['20260601120000.0009Z', from, []],
    ['20260601115959.9999Z', from, ['SIGNER_NOT_VALID']],
    ['20260601115959.999Z', revoked, []],
    ['20260601120000.0009Z', revoked, ['SIGNER_REVOKED']],
  ] as const)('%s is compared exactly with %o', (genTime, terms, expected) => {
    expect(judgedAt(genTime, terms)).toEqual(expected);
  });
});

describe('a bound of a policy between two milliseconds', () => {
  it.each([
    ['20260601120000Z', { validFor: { start: '2026-06-01T12:00:00.000000001Z' } }, 'NOT_VALID'],
    ['20260601120000.001Z', { validFor: { start: '2026-06-01T12:00:00.000000001Z' } }, undefined],
    ['20260601120000Z', { validFor: { end: '2026-06-01T12:00:00.000000001Z' } }, undefined],
    ['20260601120000.0002Z', { validFor: { end: '2026-06-01T12:00:00.0001Z' } }, 'NOT_VALID'],
    ['20260601120000Z', { validFor: { end: '2026-06-01T11:59:59.999999999Z' } }, 'NOT_VALID'],
    ['20260601120000.0002Z', { revokedAt: '2026-06-01T12:00:00.0001Z' }, 'REVOKED'],
    ['20260601115959.999Z', { revokedAt: '2026-06-01T12:00:00.0001Z' }, undefined],
  ])('%s never counts for more than %o says', (genTime, terms, expected) => {
    const document = {
      schemaVersion: '1.1.0',
      signers: [{ identity: IDENTITY, issuer: ISSUER, ...terms }],
    };
    const found = judgedBy(parsePolicy(encode(document), 'policy.json'), genTime);
    expect(found).toEqual(expected === undefined ? [] : [`SIGNER_${expected}`]);
  });
});
