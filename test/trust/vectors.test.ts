import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { digestOf } from '../../src/digest.ts';
import { EvidenceError } from '../../src/errors/evidence-error.ts';
import { ATTESTATION } from '../../src/evidence/layout.ts';
import { PUBLIC_GOOD_SOURCE, publicGoodRoot } from '../../src/trust/public-good.ts';
import { isKeySigner, type Artifact, type SigstoreTrust } from '../../src/trust/trust.ts';
import { sigstoreTrust } from '../../src/trust/verify/sigstore-trust.ts';
import { refusalOf } from '../document/refusal.ts';

const DATA = join(import.meta.dirname, '..', '..', 'testdata');
const PUBLIC_GOOD = join(DATA, 'public-good');
const CONFORMANCE = join(DATA, 'conformance', 'bundle-verify');
const embedded = sigstoreTrust(publicGoodRoot(), PUBLIC_GOOD_SOURCE);

describe('the embedded public-good root', () => {
  it('is the published file, byte for byte', () => {
    expect(publicGoodRoot()).toEqual(readFileSync(join(PUBLIC_GOOD, 'trusted_root.json')));
    expect(embedded.root).toEqual({
      source: PUBLIC_GOOD_SOURCE,
      digest: 'sha256:6494e21ea73fa7ee769f85f57d5a3e6a08725eae1e38c755fc3517c9e6bc0b66',
      sandbox: false,
      newest: new Date('2025-09-23T00:00:00Z'),
    });
  });
});

interface Listed {
  readonly file: string;
  readonly sha256: string;
  readonly identity: string;
  readonly issuer: string;
}

const LISTED = JSON.parse(readFileSync(join(PUBLIC_GOOD, 'index.json'), 'utf8')) as Listed[];

/** Refused as evidence, and why. */
const NO_EVIDENCE: Readonly<Record<string, string>> = {
  'gh-sigstore-js-2.1.0-v0.1.json': 'SIGSTORE_BUNDLE_INVALID #/mediaType',
  'go-dsse.json': 'SIGSTORE_BUNDLE_INVALID #/mediaType',
  'go-sigstore-js-1.3.0.json': 'SIGSTORE_BUNDLE_INVALID #/mediaType',
  'go-sigstore-js-2.0.0.json': 'SIGSTORE_BUNDLE_INVALID #/mediaType',
  'js-V01-dsse-no-proof.json': 'SIGSTORE_BUNDLE_INVALID #/mediaType',
  'js-V01-dsse-with-proof.json': 'SIGSTORE_BUNDLE_INVALID #/mediaType',
  'js-V01-full-cert-chain.json': 'SIGSTORE_BUNDLE_INVALID #/mediaType',
  'js-V01-intoto-no-proof.json': 'SIGSTORE_BUNDLE_INVALID #/mediaType',
  'js-V01-intoto-with-proof.json': 'SIGSTORE_BUNDLE_INVALID #/mediaType',
  'js-V02-dsse.json': 'SIGSTORE_BUNDLE_INVALID #/mediaType',
  'js-V02-intoto.json': 'SIGSTORE_BUNDLE_INVALID #/mediaType',
  'js-V03-dsse.json': 'SIGSTORE_BUNDLE_INVALID #/mediaType',
  'js-V03-rekor2-dsse-0.0.2.json': 'PAYLOAD_TYPE_UNEXPECTED #/dsseEnvelope/payloadType',
  'js-V03-rekor2-hashedrekord-0.0.2.json': 'SIGSTORE_BUNDLE_INVALID #/messageSignature',
};

describe('bundles of the public-good instance', () => {
  it.each(LISTED)('$file is judged as evidence', ({ file, sha256, identity, issuer }) => {
    const bytes = readFileSync(join(PUBLIC_GOOD, 'bundles', file));
    expect(digestOf(bytes)).toBe(`sha256:${sha256}`);
    const verified = `${identity} by ${issuer}`;
    expect(verdictOf(embedded, bytes, 'verify')).toBe(NO_EVIDENCE[file] ?? verified);
  });

  const REFUSED: Readonly<Record<string, string>> = {
    // They carry the root of their authority, which no bundle may (bundle-with-root-cert_fail).
    'go-dsse.json': 'SIGSTORE_BUNDLE_INVALID #/x509CertificateChain/certificates',
    'go-sigstore-js-1.3.0.json': 'SIGSTORE_BUNDLE_INVALID #/x509CertificateChain/certificates',
    'js-V01-full-cert-chain.json': 'SIGSTORE_BUNDLE_INVALID #/x509CertificateChain/certificates',
    // Its log entry has the key alone, so it is of every certificate of that key.
    'js-V03-rekor2-hashedrekord-0.0.2.json': 'LOG_ENTRY_INVALID #/tlogEntries/0/canonicalizedBody',
  };
  const artifact = { bytes: Buffer.from('hello, world!') };

  it.each(LISTED.filter(({ file }) => REFUSED[file] === undefined))(
    '$file is verified by both judges, evidence or not',
    ({ file, identity, issuer }) => {
      const bytes = readFileSync(join(PUBLIC_GOOD, 'bundles', file));
      for (const judge of ['both', 'own'] as const) {
        const trust = sigstoreTrust(publicGoodRoot(), PUBLIC_GOOD_SOURCE, { judge });
        const { signer } = trust.verifyAny(bytes, ATTESTATION, { artifact });
        expect(signer).toMatchObject({ subject: identity, issuer });
      }
    },
  );

  it.each(Object.entries(REFUSED))('%s is refused as %s', (file, refusal) => {
    const bytes = readFileSync(join(PUBLIC_GOOD, 'bundles', file));
    const verdict = verdictOf(embedded, bytes, 'verifyAny', artifact);
    expect(verdict.replace('/verificationMaterial', '')).toBe(refusal);
  });

  it('tells the type of a payload, and that a message has none', () => {
    const type = (file: string): unknown =>
      embedded.verifyAny(readFileSync(file), ATTESTATION, { artifact: message }).payloadType;
    const message = { bytes: readFileSync(join(CONFORMANCE, 'a.txt')) };
    expect(type(join(CONFORMANCE, 'happy-path-v0.3', 'bundle.sigstore.json'))).toBeUndefined();
    const bundles = join(PUBLIC_GOOD, 'bundles');
    expect(type(join(bundles, 'js-V03-rekor2-dsse-0.0.2.json'))).toBe('text/plain');
    expect(type(join(bundles, 'model-v1.1.0.json'))).toBe('application/vnd.in-toto+json');
  });

  it('gives the signed bytes, the earliest proven time and who vouches for it', () => {
    const bytes = readFileSync(join(PUBLIC_GOOD, 'bundles', 'model-v1.1.0.json'));
    const { payload } = (JSON.parse(bytes.toString()) as { dsseEnvelope: { payload: string } })
      .dsseEnvelope;
    const proof = embedded.verify(bytes, ATTESTATION);
    expect(Buffer.from(proof.payload).toString('base64')).toBe(payload);
    expect(proof.times.map(({ source }) => source)).toEqual([
      'transparency log',
      'timestamp authority',
    ]);
    expect(proof.signedAt).toEqual(new Date('2025-10-10T02:12:20Z'));
    expect(proof.logEntries).toEqual([{ log: 'https://rekor.sigstore.dev', index: '598151086' }]);
  });
});

/** The conformance cases with a DSSE envelope. */
const DSSE_CASES = readdirSync(CONFORMANCE).filter((name) =>
  /^(?:dsse|intoto|rekor2-dsse)-|^happy-path-intoto/.test(name),
);
/** Of those, the ones in an older format, which evidence never has. */
const OLDER_CASES = DSSE_CASES.filter((name) => name.startsWith('intoto-'));

/** What the suite is for is in conformance.test.ts. */
describe('the conformance suite of Sigstore, as evidence', () => {
  it.each(OLDER_CASES)('%s is no evidence, whatever it proves', (name) => {
    const { trust, bytes } = conformanceCase(name);
    expect(verdictOf(trust, bytes, 'verify')).toBe('SIGSTORE_BUNDLE_INVALID #/mediaType');
  });

  it('has no message signature that counts as evidence', () => {
    const others = readdirSync(CONFORMANCE).filter(
      (name) =>
        !DSSE_CASES.includes(name) && existsSync(join(CONFORMANCE, name, 'bundle.sigstore.json')),
    );
    expect(others).toHaveLength(56);
    const accepted = others.filter((name) => {
      const file = join(CONFORMANCE, name, 'bundle.sigstore.json');
      return refusalOf(() => embedded.verify(readFileSync(file), ATTESTATION)) === undefined;
    });
    expect(accepted).toEqual([]);
  });
});

function conformanceCase(name: string): { trust: SigstoreTrust; bytes: Buffer } {
  const own = join(CONFORMANCE, name, 'trusted_root.json');
  const root = existsSync(own) ? readFileSync(own) : publicGoodRoot();
  const bytes = readFileSync(join(CONFORMANCE, name, 'bundle.sigstore.json'));
  return { trust: sigstoreTrust(root, 'root'), bytes };
}

/** Who signed, or the code and the pointer of the refusal. */
function verdictOf(
  trust: SigstoreTrust,
  bytes: Uint8Array,
  method: 'verify' | 'verifyAny',
  artifact?: Artifact,
): string {
  try {
    const { signer } = trust[method](bytes, ATTESTATION, { artifact });
    return isKeySigner(signer) ? signer.hint : `${signer.subject} by ${signer.issuer}`;
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    return `${error.code} ${error.at?.replace('attestation.intoto.jsonl', '')}`;
  }
}
