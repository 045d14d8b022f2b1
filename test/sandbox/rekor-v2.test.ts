import { createHash, generateKeyPairSync, sign } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startSandbox, type Sandbox } from '../../src/io/sandbox/sandbox-server.ts';
import { at, bytesAt, ec, post, textAt, type Keys } from './ask.ts';

const PATH = '/rekor2/api/v2/log/entries';
const KEY_DETAILS = 'PKIX_ECDSA_P256_SHA_256';

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox();
});

afterAll(async () => {
  await sandbox.close();
});

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

/** A request to log a signature over `hello`. */
function request(digest = digestOf('hello'), keyDetails = KEY_DETAILS): object {
  return requestBy(ec(), 'sha256', { digest, keyDetails });
}

function requestBy(
  { publicKey, privateKey }: Keys,
  hash: 'sha256' | 'sha384' | null,
  { digest, keyDetails }: { readonly digest: string; readonly keyDetails: string },
): object {
  const rawBytes = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  const content = sign(hash, Buffer.from('hello'), privateKey).toString('base64');
  const signature = { content, verifier: { keyDetails, publicKey: { rawBytes } } };
  return { hashedRekordRequestV002: { digest, signature } };
}

function rsa(modulusLength: number): Keys {
  return generateKeyPairSync('rsa', { modulusLength });
}

const SHA384 = createHash('sha384').update('hello').digest('base64');

describe('Rekor v2', () => {
  it('answers with the bare host as origin, and with index, size and hashes of a first entry', async () => {
    const fresh = await startSandbox();
    try {
      const { status, body } = await post(fresh.url + PATH, request());
      expect(status).toBe(201);
      expect(body).toMatchObject({ logIndex: '0', integratedTime: '0', inclusionPromise: null });
      const proof = at(body, 'inclusionProof');
      expect(proof).toMatchObject({ logIndex: '0', treeSize: '1', hashes: [] });
      const note = /^127\.0\.0\.1\n1\n[^\n]+\n\n\u2014 127\.0\.0\.1 \S+\n$/;
      expect(textAt(proof, 'checkpoint', 'envelope')).toMatch(note);
    } finally {
      await fresh.close();
    }
  });

  it('names itself by the key id of a signed note: origin, type and key', async () => {
    const { body } = await post(sandbox.url + PATH, request());
    const spki = bytesAt(sandbox.trustedRoot, 'tlogs', 1, 'publicKey', 'rawBytes');
    const hash = createHash('sha256').update('127.0.0.1\n\u0001').update(spki.subarray(-32));
    const keyId = hash.digest('base64');
    expect(textAt(body, 'logId', 'keyId')).toBe(keyId);
    expect(textAt(sandbox.trustedRoot, 'tlogs', 1, 'logId', 'keyId')).toBe(keyId);
  });

  it('answers the same request again with 409', async () => {
    const wanted = request();
    expect((await post(sandbox.url + PATH, wanted)).status).toBe(201);
    const again = await post(sandbox.url + PATH, wanted);
    expect(again).toMatchObject({ status: 409, body: { code: 6 } });
  });

  it.each([
    { why: 'an envelope, as rekor-tiles does', wanted: () => ({ dsseRequestV002: {} }) },
    { why: 'a signature over another digest', wanted: () => request(digestOf('other')) },
    { why: 'a digest of another length', wanted: () => request('AAAA') },
    {
      why: 'key details that differ from the key',
      wanted: () => request(digestOf('hello'), 'PKIX_ED25519'),
    },
  ])('refuses $why', async ({ wanted }) => {
    const answer = await post(sandbox.url + PATH, wanted());
    expect(answer).toMatchObject({ status: 400, body: { code: 3 } });
  });

  const sha256 = { hash: 'sha256', algorithm: 'SHA2_256', digest: digestOf('hello') } as const;
  const sha384 = { hash: 'sha384', algorithm: 'SHA2_384', digest: SHA384 } as const;
  it.each([
    ['PKIX_ECDSA_P256_SHA_256', ec(), sha256],
    ['PKIX_ECDSA_P384_SHA_384', ec('P-384'), sha384],
    ['PKIX_RSA_PKCS1V15_2048_SHA256', rsa(2048), sha256],
    ['PKIX_RSA_PKCS1V15_3072_SHA256', rsa(3072), sha256],
  ] as const)('logs a public key of %s', async (keyDetails, keys, { hash, algorithm, digest }) => {
    const wanted = requestBy(keys, hash, { digest, keyDetails });
    const { status, body } = await post(sandbox.url + PATH, wanted);
    expect(status).toBe(201);
    const logged: unknown = JSON.parse(bytesAt(body, 'canonicalizedBody').toString());
    const entry = at(logged, 'spec', 'hashedRekordV002');
    expect(at(entry, 'data')).toEqual({ algorithm, digest });
    expect(at(entry, 'signature')).toEqual(at(wanted, 'hashedRekordRequestV002', 'signature'));
  });

  const p384 = ec('P-384');
  it.each([
    ['Ed25519, which signs no digest', 'PKIX_ED25519', generateKeyPairSync('ed25519'), null],
    ['RSA of a size without a name', 'PKIX_RSA_PKCS1V15_2048_SHA256', rsa(2304), 'sha256'],
    ['P-384 with SHA-256', 'PKIX_ECDSA_P384_SHA_384', p384, 'sha256'],
    ['P-384 as P-256', KEY_DETAILS, p384, 'sha256'],
    ['P-521', 'PKIX_ECDSA_P521_SHA_512', ec('P-521'), 'sha256'],
    [
      'RSA-PSS',
      'PKIX_RSA_PKCS1V15_2048_SHA256',
      generateKeyPairSync('rsa-pss', { modulusLength: 2048 }),
      'sha256',
    ],
  ] as const)('refuses %s', async (_, keyDetails, keys, hash) => {
    const wanted = requestBy(keys, hash, { digest: digestOf('hello'), keyDetails });
    expect(await post(sandbox.url + PATH, wanted)).toMatchObject({ status: 400 });
  });
});
