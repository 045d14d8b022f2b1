import { describe, expect, it } from 'vitest';

import { seal, type Signing } from '../../src/attestation/seal.ts';
import { SIGNED_AT, SIGNER, fakeBundle, fakeSigner, fakeTrust } from './fake-trust.ts';
import { errorWith } from './faults.ts';

const STATEMENT = Buffer.from('{"one":1}\n');
const FILES = { statement: 's.json', attestation: { name: 's.sigstore', maxBytes: 10 } };
const SIGNING: Signing = { signer: fakeSigner(), trust: fakeTrust() };

async function sealed(change: Partial<Signing> = {}) {
  return await seal(STATEMENT, { ...SIGNING, ...change }, FILES);
}

/** A service that answers what it likes. */
function answering(bytes: Uint8Array): Partial<Signing> {
  return { signer: { sign: async () => await Promise.resolve(bytes) } };
}

describe('seal', () => {
  it('gives the bundle that verifies, and what it proves', async () => {
    const { sigstoreBundle, proof } = await sealed();
    expect(sigstoreBundle).toEqual(fakeBundle(STATEMENT));
    expect(proof).toMatchObject({ signer: SIGNER, signedAt: SIGNED_AT });
    expect(Buffer.from(proof.payload)).toEqual(STATEMENT);
  });

  it('hands the very bytes of the statement to the signer, once', async () => {
    const signed: Uint8Array[] = [];
    const sign = async (statement: Uint8Array) => {
      signed.push(statement);
      return await Promise.resolve(fakeBundle(statement));
    };
    await sealed({ signer: { sign } });
    expect(signed).toEqual([STATEMENT]);
  });

  it.each([
    ['another statement', Buffer.from('{"one":2}\n')],
    ['the same without its line break', STATEMENT.subarray(0, -1)],
    ['the same and more', Buffer.concat([STATEMENT, STATEMENT])],
    ['nothing', Buffer.alloc(0)],
  ])('refuses a signature of %s, however valid', async (_, payload) => {
    await expect(sealed(answering(fakeBundle(payload)))).rejects.toMatchObject({
      code: 'SELF_CHECK_FAILED',
      found: 'another payload than the statement',
      expected: 'the bytes of s.json',
    });
  });

  it('refuses what does not verify, and says why and under which root', async () => {
    await expect(sealed(answering(Buffer.from('no bundle')))).rejects.toMatchObject({
      code: 'SELF_CHECK_FAILED',
      found: 'SIGNATURE_INVALID: a signature of something else',
      expected: 'what the fake signed, under fake root',
      cause: { code: 'SIGNATURE_INVALID', at: 's.sigstore' },
    });
  });

  it('passes on why nothing was signed', async () => {
    const error = errorWith('SIGNING_FAILED');
    const sign = async () => await Promise.reject(error);
    await expect(sealed({ signer: { sign } })).rejects.toBe(error);
  });

  it('is no complaint about a service if it is a bug', async () => {
    const bug = new TypeError('bug');
    const verify = () => {
      throw bug;
    };
    await expect(sealed({ trust: { ...fakeTrust(), verify } })).rejects.toBe(bug);
  });
});
