// Rekor v2: https://github.com/sigstore/rekor-tiles/blob/main/api/proto/rekor/v2/rekor_service.proto

import { createHash } from 'node:crypto';

import { json } from '@sigstore/core';

import type { ObjectReader } from '../document/object-reader.ts';
import { spkiOf, type KeyPair } from './certificate.ts';
import { GRPC, base64Field, errorReply, jsonReply, requestObject } from './http.ts';
import type { Refused, Reply, Request } from './http.ts';
import { MerkleTree, leafHash, signCheckpoint, type CheckpointSigner } from './merkle-tree.ts';
import { isSignatureOfDigest, parseVerifier } from './verifier-key.ts';

/** Under the log's base URL. */
export const REKOR_V2_PATH = '/api/v2/log/entries';

/** By what a key signs: the digest's length in bytes, and its name in an entry. */
const DIGESTS = {
  sha256: { length: 32, algorithm: 'SHA2_256' },
  sha384: { length: 48, algorithm: 'SHA2_384' },
} as const;

// https://github.com/C2SP/C2SP/blob/main/signed-note.md: key id = SHA-256(name, LF, type, key).
const NOTE_ED25519 = Buffer.of(0x0a, 0x01);
/** Of an Ed25519 SubjectPublicKeyInfo, the last bytes are the key itself (RFC 8410 §4). */
const ED25519_KEY_BYTES = 32;

/** A tile log: an Ed25519 checkpoint, no promise and no time. */
export class RekorV2 {
  readonly logId: Buffer;
  readonly #signer: CheckpointSigner;
  readonly #tree = new MerkleTree();
  /** Index by leaf hash in hexadecimal digits. */
  readonly #indexes = new Map<string, number>();

  /** @param host the host name of the log's base URL, bare: it is the checkpoint's origin */
  constructor(keys: KeyPair, host: string) {
    const key = spkiOf(keys.publicKey).subarray(-ED25519_KEY_BYTES);
    this.logId = createHash('sha256').update(host).update(NOTE_ED25519).update(key).digest();
    this.#signer = { name: host, logId: this.logId, privateKey: keys.privateKey };
  }

  /** POST /api/v2/log/entries. Throws EvidenceError of class `invalid` for a malformed request. */
  answerRequest(request: Request): Reply {
    const wanted = requestObject(request).optionalObject('hashedRekordRequestV002');
    // Since v2.3.0 rekor-tiles accepts no other type, not even a DSSE envelope.
    if (wanted === undefined) return refuse('invalid type, must be hashedrekord');
    const entry = hashedRekordEntry(wanted);
    if ('refused' in entry) return refuse(entry.refused);
    const body = Buffer.from(json.canonicalize(entry), 'utf8');
    const hash = leafHash(body).toString('hex');
    const known = this.#indexes.get(hash);
    if (known !== undefined) {
      const message = `an equivalent entry already exists in the transparency log with index ${known}`;
      return errorReply(409, GRPC.alreadyExists, message);
    }
    const index = this.#tree.append(body);
    this.#indexes.set(hash, index);
    return this.#answerEntry(index, body);
  }

  #answerEntry(index: number, body: Buffer): Reply {
    const proof = this.#tree.proofOf(index);
    const envelope = signCheckpoint(this.#signer.name, proof, this.#signer);
    return jsonReply(201, {
      logIndex: String(index),
      logId: { keyId: this.logId.toString('base64') },
      kindVersion: { kind: 'hashedrekord', version: '0.0.2' },
      integratedTime: '0',
      inclusionPromise: null,
      inclusionProof: {
        logIndex: String(index),
        rootHash: proof.rootHash.toString('base64'),
        treeSize: String(proof.treeSize),
        hashes: proof.hashes.map((sibling) => sibling.toString('base64')),
        checkpoint: { envelope },
      },
      canonicalizedBody: body.toString('base64'),
    });
  }
}

function refuse(message: string): Reply {
  return errorReply(400, GRPC.invalidArgument, message);
}

/** The entry as it is logged; all its text is base64. */
interface HashedRekordEntry {
  readonly apiVersion: '0.0.2';
  readonly kind: 'hashedrekord';
  readonly spec: { readonly hashedRekordV002: object };
}

function hashedRekordEntry(wanted: ObjectReader): HashedRekordEntry | Refused {
  const digest = base64Field(wanted, 'digest');
  const signature = wanted.object('signature');
  const content = base64Field(signature, 'content');
  const verifier = signature.object('verifier');
  const form = verifier.has('x509Certificate') ? 'x509Certificate' : 'publicKey';
  const rawBytes = base64Field(verifier.object(form), 'rawBytes');
  const { key, kind } = parseVerifier(rawBytes, 'der') ?? {};
  const keyDetails = verifier.string('keyDetails');
  if (key === undefined || kind?.keyDetails !== keyDetails) {
    return { refused: 'the verifier is no key of these key details, or they are not supported' };
  }
  if (kind.hash === undefined) {
    return { refused: `${keyDetails} for hashedrekord: no associated digest algorithm` };
  }
  const { length, algorithm } = DIGESTS[kind.hash];
  if (digest.length !== length || !isSignatureOfDigest(key, digest, content)) {
    return { refused: 'the signature is not over this digest by the key of the verifier' };
  }
  return {
    apiVersion: '0.0.2',
    kind: 'hashedrekord',
    spec: {
      hashedRekordV002: {
        data: { algorithm, digest: digest.toString('base64') },
        signature: {
          content: content.toString('base64'),
          verifier: { keyDetails, [form]: { rawBytes: rawBytes.toString('base64') } },
        },
      },
    },
  };
}
