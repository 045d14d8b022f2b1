import type { Signer } from '../../src/attestation/seal.ts';
// A Sigstore without cryptography, for tests of what is made of a proof. Whether a signature counts
// is tested in test/trust.
import { digestOf } from '../../src/digest.ts';
import { EvidenceError } from '../../src/errors/evidence-error.ts';
import type { DocumentFile } from '../../src/trust/message-reader.ts';
import type { Identity, Proof, Trust, TrustedRootInfo } from '../../src/trust/trust.ts';

export const SIGNER: Identity = {
  type: 'email',
  subject: 'ci@example.com',
  issuer: 'https://issuer.example.com',
  claims: {},
};
export const SIGNED_AT = new Date('2026-06-10T01:30:00Z');

export const FAKE_ROOT: TrustedRootInfo = {
  source: 'fake root',
  digest: digestOf('fake root'),
  sandbox: false,
};

const DIGEST_LENGTH = digestOf('').length;

interface Signed {
  readonly payload: string;
  readonly signer: Identity;
  readonly signedAt: string;
}

/** What the fake takes for a Sigstore bundle: who signed what, and when. */
export function fakeBundle(
  payload: Uint8Array,
  { signer = SIGNER, signedAt = SIGNED_AT }: { signer?: Identity; signedAt?: Date } = {},
): Uint8Array {
  const base64 = Buffer.from(payload).toString('base64');
  const signed: Signed = { payload: base64, signer, signedAt: signedAt.toISOString() };
  const text = JSON.stringify(signed);
  return Buffer.from(`${digestOf(text)}${text}`);
}

/** Believes what `fakeBundle` made, and nothing else. */
export function fakeTrust(root: TrustedRootInfo = FAKE_ROOT): Trust {
  return { root, weakened: [], verify };
}

/** Signs with `fakeBundle`, at the time and in the name that it is told. */
export function fakeSigner(options: Parameters<typeof fakeBundle>[1] = {}): Signer {
  return { sign: async (statement) => await Promise.resolve(fakeBundle(statement, options)) };
}

function verify(bytes: Uint8Array, file: DocumentFile): Proof {
  const all = Buffer.from(bytes).toString();
  const text = all.slice(DIGEST_LENGTH);
  if (all.slice(0, DIGEST_LENGTH) !== digestOf(text) || text === '') {
    throw new EvidenceError('SIGNATURE_INVALID', {
      at: file.name,
      found: 'a signature of something else',
      expected: 'what the fake signed',
      hint: 'sign again',
    });
  }
  const signed = JSON.parse(text) as Signed;
  const at = new Date(signed.signedAt);
  return {
    payload: Buffer.from(signed.payload, 'base64'),
    signer: signed.signer,
    signedAt: at,
    times: [{ source: 'fake clock', at, moments: [at] }],
    logEntries: [{ log: 'https://log.example.com', index: '1' }],
    weakened: [],
  };
}
