// The second judge: `@sigstore/verify`. The only file that knows its types and its errors. It gets the
// fields as they were read. What our own judge found it gets only where it is not asked itself: the time
// of a timestamp that it cannot read, the key that the caller gave, and that a promise may be missing.

import type { KeyObject } from 'node:crypto';

import { X509Certificate } from '@sigstore/core';
import { VerificationError, Verifier, toSignedEntity } from '@sigstore/verify';
import type { SignedEntity, TrustMaterial } from '@sigstore/verify';

import { KnownSignatures } from '../known-signatures.ts';
import type { LogEntry } from '../log-entry.ts';
import type { SigstoreBundle } from '../sigstore-bundle.ts';
import type { Authority, TrustedLog, TrustedRoot } from '../trusted-root.ts';
import { VerifyMemory } from '../verify-memory.ts';
import { remembering } from './library-certificate.ts';
import type { Question } from './question.ts';

type CertAuthority = TrustMaterial['certificateAuthorities'][number];
type LogAuthority = TrustMaterial['tlogs'][number];
type LibraryBundle = Parameters<typeof toSignedEntity>[0];
type LibraryContent = LibraryBundle['content'];
type Verdict = { readonly subject: string; readonly issuer: string } | { readonly refused: string };

/** What the library is given beside the bundle. */
export interface Material {
  /** The key of the signer, if the bundle has no certificate. */
  readonly publicKey: KeyObject;
  /** The file of a message signature. */
  readonly artifact: Uint8Array | undefined;
  /** A certificate may lack the promise of a certificate log. */
  readonly allowMissingSct: boolean;
  readonly requireLog: boolean;
}

/** The library's verdict on what it is asked. It throws nothing. */
export class LibraryJudge {
  readonly #root: TrustMaterial;

  constructor(root: TrustedRoot) {
    const authority = certAuthority(new VerifyMemory());
    this.#root = {
      certificateAuthorities: root.certificateAuthorities.flatMap(authority).map(fromWholeSecond),
      timestampAuthorities: root.timestampAuthorities.flatMap(authority),
      tlogs: root.logs.map(logAuthority),
      ctlogs: root.certificateLogs.map(logAuthority),
      publicKey: (hint) => {
        throw new VerificationError({ code: 'PUBLIC_KEY_ERROR', message: `no key for ${hint}` });
      },
    };
  }

  /** @param known what verified before: it is not computed again */
  judge(question: Question, material: Material, known = new KnownSignatures()): Verdict {
    const publicKey: TrustMaterial['publicKey'] = () => ({
      publicKey: material.publicKey,
      validFor: () => true,
    });
    const verifier = new Verifier(
      { ...this.#root, publicKey },
      {
        ctlogThreshold: material.allowMissingSct ? 0 : 1,
        tlogThreshold: material.requireLog ? 1 : 0,
        timestampThreshold: 1,
      },
    );
    const { stackTraceLimit } = Error;
    try {
      // It throws and catches an error for each octet string without DER in it. To note where costs more than to read.
      Error.stackTraceLimit = 0;
      // No policy is passed: the library would use it as a regular expression that may match a part of
      // the name. Who may sign is another check; only an exact match counts there.
      const { identity } = verifier.verify(entityOf(question, material, known));
      const { subjectAlternativeName, extensions } = identity ?? {};
      return { subject: subjectAlternativeName ?? '', issuer: extensions?.issuer ?? '' };
    } catch (error) {
      // Whatever the library throws for foreign bytes is a refusal, also a TypeError.
      return { refused: messageOf(error) };
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  }
}

/** With the cause, which is the more precise of the two. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

function entityOf(
  question: Question,
  { artifact }: Material,
  known: KnownSignatures,
): SignedEntity {
  const { bundle, signature, times } = question;
  const bytes = artifact && Buffer.from(artifact);
  const entity = toSignedEntity(libraryBundle(question), bytes);
  if (entity.key.$case === 'certificate' && bundle.verifier.kind === 'certificate') {
    const { certificate } = bundle.verifier;
    remembering(entity.key.certificate, certificate, new VerifyMemory(), known);
  }
  return {
    ...entity,
    signature: signature ? entity.signature : unasked(entity.signature),
    timestamps: [...entity.timestamps, ...times.map(timestampAt)],
  };
}

/** What it would compute with the wrong hash, or without the file. */
function unasked(content: SignedEntity['signature']): SignedEntity['signature'] {
  return {
    signature: content.signature,
    compareSignature: (signature) => content.compareSignature(signature),
    compareDigest: (digest) => content.compareDigest(digest),
    compareSignedDigest: () => true,
    verifySignature: () => true,
  };
}

/** The library reads no more of such an entry than its time, and that there is a promise. */
function timestampAt(at: Date): SignedEntity['timestamps'][number] {
  const entry = {
    logIndex: '0',
    logId: { keyId: Buffer.alloc(0) },
    kindVersion: { kind: '', version: '' },
    integratedTime: String(Math.floor(at.getTime() / 1000)),
    inclusionPromise: { signedEntryTimestamp: Buffer.alloc(0) },
    inclusionProof: undefined,
    canonicalizedBody: Buffer.alloc(0),
  };
  return { $case: 'transparency-log', tlogEntry: entry };
}

/** None if the library cannot read it: to the library it is not in the root then. */
function certAuthority(memory: VerifyMemory): (authority: Authority) => readonly CertAuthority[] {
  return ({ chain, validFor }) => {
    try {
      const certChain = chain.map(({ raw }) =>
        remembering(X509Certificate.parse(raw), raw, memory),
      );
      return [{ certChain, validFor }];
    } catch {
      return [];
    }
  };
}

/** The times of timestamps that it is not asked about are asked in whole seconds, cut off. */
function fromWholeSecond({ certChain, validFor: { start, end } }: CertAuthority): CertAuthority {
  const second = new Date(Math.floor(start.getTime() / 1000) * 1000);
  return { certChain, validFor: { start: second, end } };
}

function logAuthority({ baseUrl, keyId, publicKey, validFor }: TrustedLog): LogAuthority {
  return { baseURL: baseUrl, logID: keyId, publicKey, validFor };
}

/** Only the fields that were read strictly: the library gets nothing else. */
function libraryBundle({ bundle, timestamps }: Question): LibraryBundle {
  return {
    mediaType: bundle.mediaType,
    content: libraryContent(bundle),
    verificationMaterial: {
      content:
        bundle.verifier.kind === 'key'
          ? { $case: 'publicKey', publicKey: { hint: bundle.verifier.hint } }
          : { $case: 'certificate', certificate: { rawBytes: bundle.verifier.certificate } },
      tlogEntries: bundle.entries.map(libraryEntry),
      timestampVerificationData: {
        rfc3161Timestamps: timestamps.map(({ response }) => ({ signedTimestamp: response })),
      },
    },
  };
}

function libraryContent({ content, signature }: SigstoreBundle): LibraryContent {
  if (content.kind === 'envelope') {
    const { payloadType, payload } = content;
    const dsseEnvelope = { payloadType, payload, signatures: [{ sig: signature, keyid: '' }] };
    return { $case: 'dsseEnvelope', dsseEnvelope };
  }
  const messageDigest = { algorithm: SHA2_256, digest: content.digest ?? Buffer.alloc(0) };
  return { $case: 'messageSignature', messageSignature: { messageDigest, signature } };
}

/** `HashAlgorithm` of Sigstore's protobuf-specs. */
const SHA2_256 = 1;

function libraryEntry(
  entry: LogEntry,
): LibraryBundle['verificationMaterial']['tlogEntries'][number] {
  const { proof, signedEntryTimestamp } = entry;
  return {
    logIndex: entry.logIndex,
    logId: { keyId: entry.keyId },
    kindVersion: { kind: entry.kind, version: entry.version },
    integratedTime: entry.integratedTime,
    inclusionPromise: signedEntryTimestamp === undefined ? undefined : { signedEntryTimestamp },
    inclusionProof: proof && {
      logIndex: proof.logIndex,
      treeSize: proof.treeSize,
      rootHash: proof.rootHash,
      hashes: [...proof.hashes],
      checkpoint: { envelope: proof.checkpointText },
    },
    canonicalizedBody: entry.body,
  };
}
