import { createHash, createPublicKey, verify } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import * as der from '../../src/der/write-der.ts';
import { startSandbox, type Sandbox } from '../../src/io/sandbox/sandbox-server.ts';
import { buildRoot } from '../../src/sandbox/certificate-authority.ts';
import * as x509 from '../../src/sandbox/certificate.ts';
import { at, bytesAt, ec, post, type Answer } from './ask.ts';

const validity = { notBefore: new Date('2026-01-01'), notAfter: new Date('2036-01-01') };
const issuer = buildRoot('root', ec('P-384'), validity);
const content: x509.CertificateContent = {
  serialNumber: Buffer.of(1),
  issuerName: issuer.name,
  subjectName: x509.EMPTY_NAME,
  validity,
  publicKey: ec().publicKey,
  extensions: [x509.digitalSignatureExtension()],
};
const poison = x509.extension('1.3.6.1.4.1.11129.2.4.3', der.nullValue(), true);
const lax = x509.extension('1.3.6.1.4.1.11129.2.4.3', der.nullValue());

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox();
});

afterAll(async () => {
  await sandbox.close();
});

/** A certificate of this issuer with these extensions more. */
function certificate(...extensions: readonly Buffer[]): Buffer {
  const more = { ...content, extensions: [...extensions, ...content.extensions] };
  return x509.buildCertificate(more, issuer.keys.privateKey);
}

async function ask(...chain: readonly Buffer[]): Promise<Answer> {
  const url = `${sandbox.url}/ct/ct/v1/add-pre-chain`;
  return await post(url, { chain: chain.map((bytes) => bytes.toString('base64')) });
}

describe('the certificate log', () => {
  it('promises to log what is left of a precertificate without its poison (RFC 6962 §3.2)', async () => {
    const before = Date.now();
    const { status, body } = await ask(certificate(poison), issuer.der);
    expect(status).toBe(200);
    expect(body).toMatchObject({ sct_version: 0, extensions: '' });
    const spki = bytesAt(sandbox.trustedRoot, 'ctlogs', 0, 'publicKey', 'rawBytes');
    expect(bytesAt(body, 'id')).toEqual(createHash('sha256').update(spki).digest());
    const timestamp = Number(at(body, 'timestamp'));
    expect(timestamp).toBeGreaterThanOrEqual(before);
    const time = Buffer.alloc(8);
    time.writeBigUInt64BE(BigInt(timestamp));
    const tbs = x509.buildTbs(content, issuer.keys.privateKey);
    const size = Buffer.alloc(4);
    size.writeUInt32BE(tbs.length);
    const issuerHash = createHash('sha256').update(x509.spkiOf(issuer.keys.publicKey)).digest();
    const signed = [Buffer.of(0, 0), time, Buffer.of(0, 1), issuerHash, size.subarray(1), tbs];
    const whole = Buffer.concat([...signed, Buffer.of(0, 0)]);
    const signature = bytesAt(body, 'signature');
    expect([...signature.subarray(0, 4)]).toEqual([4, 3, 0, signature.length - 4]);
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    expect(verify('sha256', whole, key, signature.subarray(4))).toBe(true);
  });

  it.each([
    ['a certificate that has no poison', () => [certificate(), issuer.der]],
    ['one whose poison is not critical', () => [certificate(lax), issuer.der]],
    ['one with two', () => [certificate(poison, poison), issuer.der]],
    ['one of another issuer', () => [certificate(poison), certificate()]],
    ['one without its issuer', () => [certificate(poison)]],
    ['no certificate', () => [Buffer.from('x'), issuer.der]],
    ['nothing', () => []],
  ])('refuses %s', async (_, chain) => {
    expect(await ask(...chain())).toMatchObject({ status: 400, body: { code: 3 } });
  });
});
