// `verifiers` of a policy: a list that is read, and one change each.
import { describe, expect, it } from 'vitest';

import { EvidenceError } from '../../src/errors/evidence-error.ts';
import { keysOf, parsePolicy, policyOfVerifiers } from '../../src/policy/policy.ts';

const VERIFIER = {
  identity: 'ci@example.com',
  issuer: 'https://issuer.example.com',
  verifierIds: ['https://example.com/verifier/v1'],
};
const SIGNER = { identity: 'a@example.com', issuer: VERIFIER.issuer };

function parse(document: object) {
  const all = { schemaVersion: '1.2.0', verifiers: [VERIFIER], ...document };
  return parsePolicy(Buffer.from(JSON.stringify(all)), 'policy.json');
}

function placeOf(document: object): string | undefined {
  try {
    parse(document);
  } catch (error) {
    if (error instanceof EvidenceError) return `${error.code} ${error.at ?? ''}`;
    throw error;
  }
  return undefined;
}

describe('E-61 verifiers of a policy', () => {
  it('E-61 are a list of their own, beside signers or alone', () => {
    const alone = parse({});
    expect([alone.signers, keysOf(alone)]).toEqual([[], []]);
    const both = parse({ signers: [SIGNER], minimumLogs: 2 });
    expect(both.signers).toMatchObject([{ subject: 'a@example.com' }]);
    expect(policyOfVerifiers(both)).toMatchObject({
      signers: [{ subject: 'ci@example.com', verifier: { ids: VERIFIER.verifierIds } }],
      verifiers: undefined,
      minimumLogs: 2,
    });
    const { verifiers: _, ...evidence } = both;
    expect(policyOfVerifiers(evidence)).toBeUndefined();
  });

  const entry = (change: object): object => ({ verifiers: [{ ...VERIFIER, ...change }] });
  it.each<[string, object, string]>([
    ['in version 1.1', { schemaVersion: '1.1.0' }, '/verifiers'],
    ['nobody', { verifiers: [] }, '/verifiers'],
    ['neither list', { verifiers: undefined }, '/signers'],
    ['signers, but none', { signers: [] }, '/signers'],
    ['one twice', { verifiers: [VERIFIER, VERIFIER] }, '/verifiers/1'],
    ['no verifierIds', entry({ verifierIds: undefined }), '/verifiers/0/verifierIds'],
    ['an empty list of them', entry({ verifierIds: [] }), '/verifiers/0/verifierIds'],
    ['one that is no URI', entry({ verifierIds: ['me'] }), '/verifiers/0/verifierIds'],
    ['a pattern', entry({ verifierIds: ['https://example.com/*'] }), '/verifiers/0/verifierIds'],
    ['a resource with *', entry({ resources: ['oci://*'] }), '/verifiers/0/resources'],
    ['an open host', entry({ resources: ['oci://{host}/a'] }), '/verifiers/0/resources'],
    ['a digest that is none', entry({ policyDigests: ['ab'] }), '/verifiers/0/policyDigests'],
    ['an empty property', entry({ properties: [''] }), '/verifiers/0/properties'],
    ['no day', entry({ maximumAgeDays: 0 }), '/verifiers/0/maximumAgeDays'],
    ['a misspelt key', entry({ verifierId: 'urn:a' }), '/verifiers/0/verifierId'],
    [
      'a key of theirs',
      { signers: [{ ...SIGNER, verifierIds: ['urn:a'] }] },
      '/signers/0/verifierIds',
    ],
  ])('E-61 refuses %s', (_, change, at) => {
    expect(placeOf(change)).toBe(`POLICY_INVALID policy.json#${at}`);
  });
});
