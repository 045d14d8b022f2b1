import { describe, expect, it } from 'vitest';

import { EvidenceError } from '../../src/errors/evidence-error.ts';
import { sigstoreTrust } from '../../src/index.ts';
import { GOOD_CASES, TAMPERED_CASES, type Case } from './cases.ts';

const FILE = { name: 'attestation.intoto.jsonl', maxBytes: 10 * 1024 * 1024 };

function verdict({ bundle, root, identity, issuer }: Case): string {
  try {
    const { signer } = sigstoreTrust(root, 'root.json').verify(bundle, FILE);
    const isSigner = 'subject' in signer && signer.subject === identity && signer.issuer === issuer;
    return isSigner ? 'verified' : 'SIGNER_NOT_ALLOWED';
  } catch (error) {
    if (error instanceof EvidenceError) return error.code;
    throw error;
  }
}

describe('the bundles that every verifier is asked about', () => {
  it.each(GOOD_CASES)('$name: verifies', (good) => {
    expect(verdict(good)).toBe('verified');
  });

  it.each(TAMPERED_CASES)('$name: refused with $code', ({ code, ...bad }) => {
    expect(verdict(bad)).toBe(code);
  });

  it('have names of their own', () => {
    const names = [...GOOD_CASES, ...TAMPERED_CASES].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});
