// What Rekor v1, which takes PEM only, makes of a proposal: https://github.com/sigstore/rekor/tree/main/pkg/types

import { createHash, verify } from 'node:crypto';

import { dsse } from '@sigstore/core';

import type { Data } from '../document/data.ts';
import { decodeJson } from '../document/json.ts';
import { ObjectReader } from '../document/object-reader.ts';
import { base64Field } from './http.ts';
import type { Refused } from './http.ts';
import { isSignatureOfDigest, parseVerifier } from './verifier-key.ts';

const HEX_SHA256 = /^[0-9a-f]{64}$/;

/** The entry as it is logged; all its text is base64 or hexadecimal digits. */
export interface CanonicalEntry {
  readonly apiVersion: '0.0.1';
  readonly kind: 'dsse' | 'hashedrekord';
  readonly spec: object;
}

/** The canonical entry, its signatures verified; throws EvidenceError for a malformed proposal. */
export function canonicalEntry(proposal: ObjectReader): CanonicalEntry | Refused {
  const kind = proposal.string('kind');
  const version = proposal.string('apiVersion');
  const spec = proposal.object('spec');
  if (kind === 'dsse' && version === '0.0.1') return dsseEntry(spec.object('proposedContent'));
  if (kind === 'hashedrekord' && version === '0.0.1') return hashedRekordEntry(spec);
  return { refused: 'the entry is neither dsse 0.0.1 nor hashedrekord 0.0.1' };
}

function dsseEntry(content: ObjectReader): CanonicalEntry | Refused {
  const text = content.string('envelope');
  const verifiers = content
    .list('verifiers', parseItem)
    .flatMap((pem) => parseVerifier(pem, 'pem') ?? []);
  const envelope = new ObjectReader(decodeJson(Buffer.from(text), 'envelope'), 'envelope');
  const payload = base64Field(envelope, 'payload');
  const signed = dsse.preAuthEncoding(envelope.string('payloadType'), payload);
  const given = envelope.list('signatures', parseSignature);
  const verified = given.flatMap((signature) => {
    const verifier = verifiers.find(({ key }) => verify('sha256', signed, key, signature));
    if (verifier === undefined) return [];
    return [{ signature: signature.toString('base64'), verifier: base64Of(verifier.pem) }];
  });
  if (verified.length === 0 || verified.length !== given.length) {
    return { refused: 'a signature of the envelope does not verify with any of the verifiers' };
  }
  return {
    apiVersion: '0.0.1',
    kind: 'dsse',
    spec: {
      envelopeHash: sha256(Buffer.from(text)),
      payloadHash: sha256(payload),
      signatures: verified.toSorted((a, b) => (a.signature < b.signature ? -1 : 1)),
    },
  };
}

function parseItem(item: Data, at: string): Buffer {
  return base64Field(new ObjectReader(new Map([['verifier', item]]), at), 'verifier');
}

function parseSignature(item: Data, at: string): Buffer {
  return base64Field(new ObjectReader(item, at), 'sig');
}

function hashedRekordEntry(spec: ObjectReader): CanonicalEntry | Refused {
  const hash = spec.object('data').object('hash');
  const digest = hash.string('value');
  const signature = spec.object('signature');
  const content = base64Field(signature, 'content');
  const pem = base64Field(signature.object('publicKey'), 'content');
  if (hash.string('algorithm') !== 'sha256' || !HEX_SHA256.test(digest)) {
    return { refused: 'the hash is not a SHA-256 in lower-case hexadecimal digits' };
  }
  const verifier = parseVerifier(pem, 'pem');
  const bytes = Buffer.from(digest, 'hex');
  if (verifier === undefined || !isSignatureOfDigest(verifier.key, bytes, content)) {
    return { refused: 'the signature does not verify with the P-256 key of the verifier' };
  }
  return {
    apiVersion: '0.0.1',
    kind: 'hashedrekord',
    spec: {
      data: { hash: { algorithm: 'sha256', value: digest } },
      signature: {
        content: content.toString('base64'),
        publicKey: { content: base64Of(verifier.pem) },
      },
    },
  };
}

function sha256(bytes: Buffer): Readonly<Record<'algorithm' | 'value', string>> {
  return { algorithm: 'sha256', value: createHash('sha256').update(bytes).digest('hex') };
}

function base64Of(text: string): string {
  return Buffer.from(text).toString('base64');
}
