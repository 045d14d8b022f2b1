import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';

import { ASN1Obj, RFC3161Timestamp, X509Certificate } from '@sigstore/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import * as der from '../../src/der/write-der.ts';
import { SANDBOX_ORGANIZATION } from '../../src/media-types.ts';
import type { Reply } from '../../src/sandbox/http.ts';
import { answerTimestamp, buildTimestampAuthority } from '../../src/sandbox/timestamp-authority.ts';

const SHA256 = '2.16.840.1.101.3.4.2.1';
const SHA512 = '2.16.840.1.101.3.4.2.3';
const POLICY = '1.3.6.1.4.1.57264.2';
const AT = new Date('2026-11-21T09:15:00.120Z');

const validity = { notBefore: new Date('2026-01-01'), notAfter: new Date('2036-01-01') };
const authority = buildTimestampAuthority(
  {
    root: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
    leaf: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  },
  validity,
);
const leafKey = createPublicKey(
  authority.leaf.keys.publicKey.export({ format: 'pem', type: 'spki' }),
);

function ask(contentType: string, body: Buffer): Reply {
  const query = new URLSearchParams();
  const request = { method: 'POST', path: '', query, contentType, authorization: '', body, at: AT };
  return answerTimestamp(authority, request);
}

it.each([
  ['application/timestamp-reply', 201],
  ['text/plain, */*;q=0.1', 201],
  ['application/*', 201],
  ['application/json', 406],
])('asked for %s it answers with %d, as the real authority does', (accept, status) => {
  const query = new URLSearchParams();
  const contentType = 'application/timestamp-query';
  const asked = { method: 'POST', path: '', query, contentType, authorization: '', at: AT, accept };
  const body = der.sequence(der.integer(1), imprint('x'));
  expect(answerTimestamp(authority, { ...asked, body }).status).toBe(status);
});

function askJson(fields: object): Reply {
  return ask('application/json', Buffer.from(JSON.stringify(fields)));
}

function askDer(...parts: readonly Buffer[]): Reply {
  return ask('application/timestamp-query', der.sequence(...parts));
}

function imprint(data: string, hash: 'sha256' | 'sha512' = 'sha256'): Buffer {
  const digest = createHash(hash).update(data).digest();
  const oid = der.oid(hash === 'sha256' ? SHA256 : SHA512);
  return der.sequence(der.sequence(oid, der.nullValue()), der.octetString(digest));
}

function bytesOf(reply: Reply): Buffer<ArrayBuffer> {
  expect(reply.status).toBe(201);
  expect(reply.contentType).toBe('application/timestamp-reply');
  return Buffer.from(reply.body);
}

/** A certificate as @sigstore/core reads it. */
function certificateOf(bytes: Buffer): X509Certificate {
  return X509Certificate.parse(Buffer.from(bytes));
}

/** All values of this primitive tag in a timestamp, in hexadecimal digits. */
function valuesOf(object: ASN1Obj, isWanted: (object: ASN1Obj) => boolean): readonly string[] {
  const own = isWanted(object) ? [object.value.toString('hex')] : [];
  return [...own, ...object.subs.flatMap((sub) => valuesOf(sub, isWanted))];
}

const V1 = der.integer(1);
const digest = createHash('sha256').update('data').digest('base64');

describe('the timestamp authority', () => {
  it('has a leaf for timestamps alone, critical, under a root of its own', () => {
    const leaf = certificateOf(authority.leaf.der);
    expect(leaf.verify(certificateOf(authority.root.der))).toBe(true);
    const usage = leaf.extension('2.5.29.37');
    expect(usage?.critical).toBe(true);
    expect(usage?.valueObj.subs[0]?.subs.map((sub) => sub.toOID())).toEqual(['1.3.6.1.5.5.7.3.8']);
    expect(leaf.subject.includes(SANDBOX_ORGANIZATION)).toBe(true);
  });

  it('stamps what sigstore clients ask for in JSON, in whole seconds', () => {
    const bytes = bytesOf(askJson({ artifactHash: digest, hashAlgorithm: 'sha256' }));
    const timestamp = RFC3161Timestamp.parse(bytes);
    expect(() => timestamp.verify(Buffer.from('data'), leafKey)).not.toThrow();
    expect(() => timestamp.verify(Buffer.from('other'), leafKey)).toThrow('message imprint');
    expect(timestamp.signingTime).toEqual(new Date('2026-11-21T09:15:00Z'));
    expect(timestamp.signerSerialNumber).toEqual(certificateOf(authority.leaf.der).serialNumber);
    expect(timestamp.signerIssuer).toEqual(certificateOf(authority.leaf.der).issuer);
  });

  it.each(['sha256', 'sha512'] as const)('stamps a %s asked for in DER', (hash) => {
    const timestamp = RFC3161Timestamp.parse(bytesOf(askDer(V1, imprint('data', hash))));
    expect(() => timestamp.verify(Buffer.from('data'), leafKey)).not.toThrow();
  });

  it('binds its certificate by an ESSCertIDv2', () => {
    const bytes = bytesOf(askJson({ artifactHash: digest, hashAlgorithm: 'sha256' }));
    const hash = createHash('sha256').update(authority.leaf.der).digest('hex');
    expect(valuesOf(ASN1Obj.parseBuffer(bytes), ({ tag }) => tag.isOctetString())).toContain(hash);
  });

  it.each([
    {
      form: 'JSON',
      stamp: (flag: boolean) =>
        askJson({ artifactHash: digest, hashAlgorithm: 'sha256', certificates: flag }),
    },
    { form: 'DER', stamp: (flag: boolean) => askDer(V1, imprint('data'), der.boolean(flag)) },
  ])('embeds its certificate only when asked to in $form', ({ stamp }) => {
    expect(bytesOf(stamp(true)).includes(authority.leaf.der)).toBe(true);
    expect(bytesOf(stamp(false)).includes(authority.leaf.der)).toBe(false);
  });

  it('echoes the nonce, in both forms', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 128n }), (nonce) => {
        const wanted = ASN1Obj.parseBuffer(Buffer.from(der.integer(nonce))).value.toString('hex');
        const json = `{"artifactHash":"${digest}","hashAlgorithm":"sha256","nonce":${nonce}}`;
        const replies = [
          ask('application/json', Buffer.from(json)),
          askDer(V1, imprint('data'), der.integer(nonce)),
        ];
        for (const reply of replies) {
          const signed = ASN1Obj.parseBuffer(bytesOf(reply)).subs[1]?.subs[1]?.subs[0]?.subs[2];
          expect(
            signed === undefined ? [] : valuesOf(signed, ({ tag }) => tag.isInteger()),
          ).toContain(wanted);
        }
      }),
      { numRuns: 20 },
    );
  });

  it.each([
    {
      form: 'DER',
      reply: () => askDer(V1, imprint('data'), der.oid(POLICY), der.integer(7), der.boolean(true)),
    },
    {
      form: 'JSON',
      reply: () => askJson({ artifactHash: digest, hashAlgorithm: 'sha256', tsaPolicyOID: POLICY }),
    },
  ])('takes the policy that it has, in $form', ({ reply }) => {
    expect(reply().status).toBe(201);
  });

  it.each([
    { why: 'another policy in DER', reply: () => askDer(V1, imprint('data'), der.oid('1.2.3')) },
    { why: 'another version', reply: () => askDer(der.integer(2), imprint('data')) },
    {
      why: 'an extension',
      reply: () => askDer(V1, imprint('data'), der.explicit(0, der.sequence())),
    },
    {
      why: 'a hash function that is not known',
      reply: () =>
        askDer(V1, der.sequence(der.sequence(der.oid('1.2.3')), der.octetString(Buffer.alloc(32)))),
    },
    {
      why: 'a digest that is too short',
      reply: () =>
        askDer(V1, der.sequence(der.sequence(der.oid(SHA256)), der.octetString(Buffer.alloc(31)))),
    },
    { why: 'an empty request', reply: () => askDer() },
    {
      why: 'bytes that are no DER',
      reply: () => ask('application/timestamp-query', Buffer.from('no')),
    },
    {
      why: 'bytes after the request',
      reply: () =>
        ask(
          'application/timestamp-query',
          Buffer.concat([der.sequence(V1, imprint('data')), der.nullValue()]),
        ),
    },
    {
      why: 'an imprint without a digest',
      reply: () => askDer(V1, der.sequence(der.sequence(der.oid(SHA256)))),
    },
    {
      why: 'another policy in JSON',
      reply: () =>
        askJson({ artifactHash: digest, hashAlgorithm: 'sha256', tsaPolicyOID: '1.2.3' }),
    },
    {
      why: 'a weak hash function',
      reply: () => askJson({ artifactHash: digest, hashAlgorithm: 'sha1' }),
    },
    {
      why: 'a negative nonce',
      reply: () => askJson({ artifactHash: digest, hashAlgorithm: 'sha256', nonce: -1 }),
    },
  ])('refuses $why', ({ reply }) => {
    expect(reply()).toMatchObject({ status: 400, contentType: 'application/json' });
  });
});
