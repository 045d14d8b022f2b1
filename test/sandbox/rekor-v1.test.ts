import { createHash, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startSandbox, type Sandbox } from '../../src/io/sandbox/sandbox-server.ts';
import { at, bytesAt, ec, get, post, spkiPem, textAt, type Answer } from './ask.ts';

const PATH = '/api/v1/log/entries';
/** What a signature of the proposals is over. */
const ENCODING = 'DSSEv1 10 text/plain 2 {}';

let sandbox: Sandbox;
let url: string;

beforeAll(async () => {
  sandbox = await startSandbox();
  url = sandbox.url + PATH;
});

afterAll(async () => {
  await sandbox.close();
});

/** A dsse proposal signed by a key of its own; `signed` is what the signature is over. */
function proposal(signed = ENCODING, columns = 64): object {
  const { publicKey, privateKey } = ec();
  const sig = sign('sha256', Buffer.from(signed), privateKey);
  return proposalOf(sig, withColumns(spkiPem(publicKey), columns));
}

function proposalOf(signature: Buffer, pem: string): object {
  const sig = signature.toString('base64');
  const payload = Buffer.from('{}').toString('base64');
  const envelope = JSON.stringify({ payload, payloadType: 'text/plain', signatures: [{ sig }] });
  const verifiers = [Buffer.from(pem).toString('base64')];
  return { kind: 'dsse', apiVersion: '0.0.1', spec: { proposedContent: { envelope, verifiers } } };
}

/** The same PEM, its base64 broken into lines of this length. */
function withColumns(pem: string, columns: number): string {
  const [begin = '', ...rest] = pem.trim().split('\n');
  const lines =
    rest
      .slice(0, -1)
      .join('')
      .match(new RegExp(`.{1,${columns}}`, 'g')) ?? [];
  return [begin, ...lines, rest.at(-1), ''].join('\n');
}

function hashedRekord(message: string): object {
  const { publicKey, privateKey } = ec();
  const value = createHash('sha256').update(message).digest('hex');
  const content = sign('sha256', Buffer.from('hello'), privateKey).toString('base64');
  const key = Buffer.from(spkiPem(publicKey)).toString('base64');
  return {
    kind: 'hashedrekord',
    apiVersion: '0.0.1',
    spec: {
      data: { hash: { algorithm: 'sha256', value } },
      signature: { content, publicKey: { content: key } },
    },
  };
}

function sha256(text: string): object {
  return { algorithm: 'sha256', value: createHash('sha256').update(text).digest('hex') };
}

/** The UUID of the one entry of an answer. */
function uuidOf({ body }: Answer): string {
  const [uuid = ''] = Object.keys(Object(body));
  return uuid;
}

describe('Rekor v1', () => {
  it('logs an envelope as Rekor does: hashes and signatures, not the envelope', async () => {
    const wanted = proposal();
    const answer = await post(url, wanted);
    expect(answer.status).toBe(201);
    const uuid = uuidOf(answer);
    expect(uuid).toMatch(/^[0-9a-f]{80}$/);
    expect(answer.headers.get('location')).toBe(`${PATH}/${uuid}`);

    const envelope = textAt(wanted, 'spec', 'proposedContent', 'envelope');
    const body = bytesAt(answer.body, uuid, 'body');
    expect(JSON.parse(body.toString())).toEqual({
      apiVersion: '0.0.1',
      kind: 'dsse',
      spec: {
        envelopeHash: sha256(envelope),
        payloadHash: sha256('{}'),
        signatures: [
          {
            signature: textAt(JSON.parse(envelope), 'signatures', 0, 'sig'),
            verifier: textAt(wanted, 'spec', 'proposedContent', 'verifiers', 0),
          },
        ],
      },
    });
    const leaf = createHash('sha256').update(Buffer.of(0)).update(body).digest('hex');
    expect(uuid.slice(16)).toBe(leaf);
  });

  it('logs a PEM of other columns with 64, as the clients that compare it would write it', async () => {
    const wanted = proposal(undefined, 70);
    const answer = await post(url, wanted);
    const body: unknown = JSON.parse(bytesAt(answer.body, uuidOf(answer), 'body').toString());
    const sent = bytesAt(wanted, 'spec', 'proposedContent', 'verifiers', 0).toString();
    const logged = bytesAt(body, 'spec', 'signatures', 0, 'verifier').toString();
    expect(logged).not.toBe(sent);
    expect(logged).toBe(withColumns(sent, 64));
  });

  it('answers an equivalent entry with 409 and the place of the first, which can be fetched', async () => {
    const wanted = proposal();
    const first = await post(url, wanted);
    await post(url, proposal());
    const second = await post(url, wanted);
    const uuid = uuidOf(first);
    expect(second.status).toBe(409);
    const location = second.headers.get('location') ?? '';
    expect(location).toBe(`${PATH}/${uuid}`);

    const found = await get(sandbox.url + location);
    const promise = [uuid, 'verification', 'signedEntryTimestamp'] as const;
    expect(textAt(found.body, ...promise)).toBe(textAt(first.body, ...promise));
    const size = [uuid, 'verification', 'inclusionProof', 'treeSize'] as const;
    expect(at(found.body, ...size)).toBe(Number(at(first.body, ...size)) + 1);
    expect((await get(`${url}/${uuid.slice(16)}`)).status).toBe(200);
    expect((await get(`${url}/${'0'.repeat(80)}`)).status).toBe(404);
  });

  it('writes index, size and hashes of the first entry of a fresh log, zero and empty', async () => {
    const fresh = await startSandbox();
    try {
      const answer = await post(fresh.url + PATH, proposal());
      const uuid = uuidOf(answer);
      expect(at(answer.body, uuid, 'logIndex')).toBe(0);
      const proof = at(answer.body, uuid, 'verification', 'inclusionProof');
      expect(proof).toMatchObject({ logIndex: 0, treeSize: 1, hashes: [] });
      expect(textAt(proof, 'checkpoint')).toMatch(/^127\.0\.0\.1 - \d+\n1\n/);
    } finally {
      await fresh.close();
    }
  });

  it('promises with a signature over the canonical entry', async () => {
    const answer = await post(url, proposal());
    const uuid = uuidOf(answer);
    const fields = ['body', 'integratedTime', 'logID', 'logIndex'];
    const promised = fields.map((name) => [name, at(answer.body, uuid, name)]);
    const spki = bytesAt(sandbox.trustedRoot, 'tlogs', 0, 'publicKey', 'rawBytes');
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    const signed = Buffer.from(JSON.stringify(Object.fromEntries(promised)));
    const promise = bytesAt(answer.body, uuid, 'verification', 'signedEntryTimestamp');
    expect(verify('sha256', signed, key, promise)).toBe(true);
  });

  const rsa = generateKeyPairSync('rsa', { modulusLength: 2304 });
  it.each([
    ['an Ed25519 key', generateKeyPairSync('ed25519'), null, 201],
    ['an RSA key of any size', rsa, 'sha256', 201],
    ['a P-384 key with SHA-256', ec('P-384'), 'sha256', 201],
    // Every usual program signs like this with such a key, and the real one refuses it too.
    ['a P-384 key with SHA-384', ec('P-384'), 'sha384', 400],
    ['an RSA key of 1024 bits', generateKeyPairSync('rsa', { modulusLength: 1024 }), 'sha256', 400],
    ['a P-521 key', ec('P-521'), 'sha256', 400],
  ] as const)('takes or refuses an envelope of %s', async (_, keys, hash, status) => {
    const pem = spkiPem(keys.publicKey);
    const signature = sign(hash, Buffer.from(ENCODING), keys.privateKey);
    const answer = await post(url, proposalOf(signature, pem));
    expect(answer.status).toBe(status);
    if (status !== 201) return;
    const body: unknown = JSON.parse(bytesAt(answer.body, uuidOf(answer), 'body').toString());
    expect(bytesAt(body, 'spec', 'signatures', 0, 'verifier').toString()).toBe(pem);
  });

  it('logs a hashedrekord whose signature is over its digest', async () => {
    expect((await post(url, hashedRekord('hello'))).status).toBe(201);
  });

  it.each([
    { why: 'a hashedrekord signed over another digest', wanted: () => hashedRekord('other') },
    { why: 'an envelope signed over something else', wanted: () => proposal('else') },
    { why: 'an entry of another kind', wanted: () => ({ ...proposal(), kind: 'rpm' }) },
    { why: 'an entry of another version', wanted: () => ({ ...proposal(), apiVersion: '0.0.2' }) },
    { why: 'an entry without content', wanted: () => ({ ...proposal(), spec: {} }) },
  ])('refuses $why', async ({ wanted }) => {
    const { status, body } = await post(url, wanted());
    expect(status).toBe(400);
    expect(textAt(body, 'message')).not.toBe('');
  });
});
