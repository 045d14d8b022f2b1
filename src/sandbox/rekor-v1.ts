// Rekor v1, which accepts PEM only: https://github.com/sigstore/rekor/blob/main/openapi.yaml and, for
// what it makes of a proposal, https://github.com/sigstore/rekor/tree/main/pkg/types

import { createHash, sign, verify, type KeyObject } from 'node:crypto';

import { dsse, json } from '@sigstore/core';

import type { Data } from '../document/data.ts';
import { decodeJson } from '../document/json.ts';
import { ObjectReader } from '../document/object-reader.ts';
import { spkiOf, type KeyPair } from './certificate.ts';
import { base64Field, base64Item, jsonReply, requestObject } from './http.ts';
import type { Refused, Reply, Request } from './http.ts';
import { MerkleTree, leafHash, signCheckpoint, type CheckpointSigner } from './merkle-tree.ts';
import { isSignatureOfDigest, parseVerifier } from './verifier-key.ts';

export const REKOR_V1_PATH = '/api/v1/log/entries';

/** Trillian's tree id, a number of 64 bits; every sandbox has one tree. */
const TREE_ID = 1n;
const TREE_ID_HEX = TREE_ID.toString(16).padStart(16, '0');

interface LoggedEntry {
  /** What the promise signs: the body in canonical JSON and base64, the time in seconds since 1970. */
  readonly promised: {
    readonly body: string;
    readonly integratedTime: number;
    readonly logID: string;
    readonly logIndex: number;
  };
  /** The signed entry timestamp, base64. */
  readonly signedEntryTimestamp: string;
}

/** A log that gives a signed time immediately, and a proof of inclusion in the tree of that moment. */
export class RekorV1 {
  readonly logId: Buffer;
  readonly #signer: CheckpointSigner;
  readonly #tree = new MerkleTree();
  /** By leaf hash in hexadecimal digits, which ends the entry's UUID. */
  readonly #entries = new Map<string, LoggedEntry>();

  /** @param host the host name of the log's base URL: verifiers look for it in the checkpoint */
  constructor(keys: KeyPair, host: string) {
    this.logId = createHash('sha256').update(spkiOf(keys.publicKey)).digest();
    this.#signer = { name: host, logId: this.logId, privateKey: keys.privateKey };
  }

  /** POST /api/v1/log/entries. Throws EvidenceError of class `invalid` for a malformed proposal. */
  answerProposal(request: Request): Reply {
    const entry = canonicalEntry(requestObject(request));
    if ('refused' in entry) return errorReply(400, entry.refused);
    const body = Buffer.from(json.canonicalize(entry), 'utf8');
    const hash = leafHash(body).toString('hex');
    const location = `${REKOR_V1_PATH}/${uuidOf(hash)}`;
    if (this.#entries.has(hash)) {
      const message = `an equivalent entry already exists in the transparency log with UUID ${uuidOf(hash)}`;
      return { ...errorReply(409, message), headers: { Location: location } };
    }
    const logged = this.#promise(this.#tree.append(body), body.toString('base64'), request.at);
    this.#entries.set(hash, logged);
    return {
      ...this.#replyOf(hash, logged, 201),
      headers: { Location: location, ETag: uuidOf(hash) },
    };
  }

  /** GET /api/v1/log/entries/{uuid}, the UUID with or without its tree id. */
  answerEntry(uuid: string): Reply {
    const hash = uuid.startsWith(TREE_ID_HEX) && uuid.length === 80 ? uuid.slice(16) : uuid;
    const logged = this.#entries.get(hash);
    return logged === undefined
      ? errorReply(404, 'no entry of this UUID is in the log')
      : this.#replyOf(hash, logged, 200);
  }

  /** POST /api/v1/log/entries/retrieve: those of the proposals that are in the log. */
  answerSearch(request: Request): Reply {
    const proposals = requestObject(request).list(
      'entries',
      (item, at) => new ObjectReader(item, at),
    );
    const found = proposals.flatMap((proposal) => {
      const entry = canonicalEntry(proposal);
      if ('refused' in entry) return [];
      const hash = leafHash(Buffer.from(json.canonicalize(entry), 'utf8')).toString('hex');
      const logged = this.#entries.get(hash);
      return logged === undefined ? [] : [this.#jsonOf(hash, logged)];
    });
    return jsonReply(200, found);
  }

  #promise(logIndex: number, body: string, at: Date): LoggedEntry {
    const integratedTime = Math.floor(at.getTime() / 1000);
    const promised = { body, integratedTime, logID: this.logId.toString('hex'), logIndex };
    const signed = Buffer.from(json.canonicalize(promised), 'utf8');
    const signature = sign('sha256', signed, this.#signer.privateKey);
    return { promised, signedEntryTimestamp: signature.toString('base64') };
  }

  #replyOf(hash: string, logged: LoggedEntry, status: number): Reply {
    return jsonReply(status, this.#jsonOf(hash, logged));
  }

  #jsonOf(hash: string, { promised, signedEntryTimestamp }: LoggedEntry): object {
    const inclusionProof = this.#inclusionProof(promised.logIndex);
    const verification = { inclusionProof, signedEntryTimestamp };
    return { [uuidOf(hash)]: { ...promised, verification } };
  }

  #inclusionProof(index: number): unknown {
    const proof = this.#tree.proofOf(index);
    return {
      checkpoint: signCheckpoint(`${this.#signer.name} - ${TREE_ID}`, proof, this.#signer),
      hashes: proof.hashes.map((hash) => hash.toString('hex')),
      logIndex: index,
      rootHash: proof.rootHash.toString('hex'),
      treeSize: proof.treeSize,
    };
  }
}

function uuidOf(hash: string): string {
  return TREE_ID_HEX + hash;
}

/** Rekor v1's own form of an error: no gRPC code, the HTTP status again. */
function errorReply(status: number, message: string): Reply {
  return jsonReply(status, { code: status, message });
}

const HEX_SHA256 = /^[0-9a-f]{64}$/;

/** The entry as it is logged; all its text is base64 or hexadecimal digits. */
interface CanonicalEntry {
  readonly apiVersion: '0.0.1';
  readonly kind: 'dsse' | 'hashedrekord';
  readonly spec: object;
}

/** The canonical entry, its signatures verified; throws EvidenceError for a malformed proposal. */
function canonicalEntry(proposal: ObjectReader): CanonicalEntry | Refused {
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
    .list('verifiers', base64Item)
    .flatMap((pem) => parseVerifier(pem, 'pem') ?? []);
  const envelope = new ObjectReader(decodeJson(Buffer.from(text), 'envelope'), 'envelope');
  const payload = base64Field(envelope, 'payload');
  const signed = dsse.preAuthEncoding(envelope.string('payloadType'), payload);
  const given = envelope.list('signatures', parseSignature);
  const verified = given.flatMap((signature) => {
    const verifier = verifiers.find(({ key }) => isDsseSignature(key, signed, signature));
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

function parseSignature(item: Data, at: string): Buffer {
  return base64Field(new ObjectReader(item, at), 'sig');
}

/** Rekor v1 hashes with SHA-256 whatever the curve is, so no usual signature of a P-384 key gets in. */
function isDsseSignature(key: KeyObject, signed: Buffer, signature: Buffer): boolean {
  const hash = key.asymmetricKeyType === 'ed25519' ? null : 'sha256';
  return verify(hash, signed, key, signature);
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
    return { refused: 'the signature does not verify with the key of the verifier' };
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
