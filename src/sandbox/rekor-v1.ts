// Rekor v1: https://github.com/sigstore/rekor/blob/main/openapi.yaml

import { createHash, sign } from 'node:crypto';

import { json } from '@sigstore/core';

import { spkiOf } from './certificate.ts';
import type { KeyPair } from './certificate.ts';
import { signCheckpoint } from './checkpoint.ts';
import type { CheckpointSigner } from './checkpoint.ts';
import { jsonReply, requestObject } from './http.ts';
import type { Reply, Request } from './http.ts';
import { MerkleTree, leafHash } from './merkle-tree.ts';
import { canonicalEntry } from './rekor-v1-entry.ts';

export const REKOR_V1_PATH = '/api/v1/log/entries';

/** Trillian's tree id, a number of 64 bits; every sandbox has one tree. */
const TREE_ID = 1n;
const TREE_ID_HEX = TREE_ID.toString(16).padStart(16, '0');

interface LoggedEntry {
  /** What the promise is about: the body in canonical JSON and base64, the time in seconds since 1970. */
  readonly promised: {
    readonly body: string;
    readonly integratedTime: number;
    readonly logID: string;
    readonly logIndex: number;
  };
  /** The signed entry timestamp, base64. */
  readonly signedEntryTimestamp: string;
}

/** A log that gives a signed time at once, and a proof of inclusion in the tree as it is then. */
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

  #promise(logIndex: number, body: string, at: Date): LoggedEntry {
    const integratedTime = Math.floor(at.getTime() / 1000);
    const promised = { body, integratedTime, logID: this.logId.toString('hex'), logIndex };
    const signed = Buffer.from(json.canonicalize(promised), 'utf8');
    const signature = sign('sha256', signed, this.#signer.privateKey);
    return { promised, signedEntryTimestamp: signature.toString('base64') };
  }

  #replyOf(hash: string, { promised, signedEntryTimestamp }: LoggedEntry, status: number): Reply {
    const inclusionProof = this.#inclusionProof(promised.logIndex);
    const verification = { inclusionProof, signedEntryTimestamp };
    return jsonReply(status, { [uuidOf(hash)]: { ...promised, verification } });
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

/** Rekor v1's own shape of an error: no gRPC code, the HTTP status again. */
function errorReply(status: number, message: string): Reply {
  return jsonReply(status, { code: status, message });
}
