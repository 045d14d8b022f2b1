// The only file that imports `@sigstore/verify` and knows its types and its errors. It verifies the
// certificate chain, the certificate timestamps, the signatures and proofs of the logs and the
// signatures of the timestamps.

import { X509Certificate } from '@sigstore/core';
import { VerificationError, Verifier, toSignedEntity, type TrustMaterial } from '@sigstore/verify';

import type { ErrorCode } from '../../errors/catalogue.ts';
import { SIGN_AGAIN, refuse, type Place } from '../../place.ts';
import { quote } from '../../quote.ts';
import type { LogEntry, SigstoreBundle } from '../sigstore-bundle.ts';
import type { Identity } from '../trust.ts';
import { NOT_VOUCHED_FOR } from '../trusted-root.ts';
import type { Authority, TrustedLog, TrustedRoot } from '../trusted-root.ts';
import { VerifyMemory } from '../verify-memory.ts';
import { remembering } from './certificate.ts';

type CertAuthority = TrustMaterial['certificateAuthorities'][number];
type LogAuthority = TrustMaterial['tlogs'][number];
type LibraryBundle = Parameters<typeof toSignedEntity>[0];

const THRESHOLDS = { ctlogThreshold: 1, tlogThreshold: 1, timestampThreshold: 1 };

const MEANINGS: Readonly<Record<VerificationError['code'], readonly [ErrorCode, string]>> = {
  CERTIFICATE_ERROR: ['CERTIFICATE_INVALID', '/verificationMaterial/certificate'],
  NOT_IMPLEMENTED_ERROR: ['SIGSTORE_BUNDLE_INVALID', ''],
  PUBLIC_KEY_ERROR: ['CERTIFICATE_INVALID', '/verificationMaterial/certificate'],
  SIGNATURE_ERROR: ['SIGNATURE_INVALID', '/dsseEnvelope/signatures/0/sig'],
  TIMESTAMP_ERROR: ['TIMESTAMP_INVALID', '/verificationMaterial/timestampVerificationData'],
  TLOG_BODY_ERROR: ['LOG_ENTRY_INVALID', '/verificationMaterial/tlogEntries'],
  TLOG_ERROR: ['LOG_ENTRY_INVALID', '/verificationMaterial/tlogEntries'],
  TLOG_INCLUSION_PROMISE_ERROR: ['LOG_ENTRY_INVALID', '/verificationMaterial/tlogEntries'],
  TLOG_INCLUSION_PROOF_ERROR: ['LOG_ENTRY_INVALID', '/verificationMaterial/tlogEntries'],
  TLOG_MISSING_INCLUSION_ERROR: ['LOG_ENTRY_INVALID', '/verificationMaterial/tlogEntries'],
};

/** The library's verdict on a bundle. */
export type LibraryVerifier = (bundle: SigstoreBundle) => Partial<Identity>;

export function libraryVerifier(root: TrustedRoot): LibraryVerifier {
  const verifier = new Verifier(materialOf(root), THRESHOLDS);
  return (bundle) => {
    try {
      // No policy is passed: the library would use it as a regular expression that may match a part of
      // the name. Who may sign is another check; only an exact match counts there.
      const entity = toSignedEntity(libraryBundle(bundle));
      if (entity.key.$case === 'certificate') {
        remembering(entity.key.certificate, bundle.certificate, new VerifyMemory());
      }
      const { identity } = verifier.verify(entity);
      const { subjectAlternativeName, extensions } = identity ?? {};
      return { subject: subjectAlternativeName ?? '', issuer: extensions?.issuer ?? '' };
    } catch (error) {
      return refuseAsLibrary(error, bundle.file);
    }
  };
}

/** Whatever the library throws for foreign bytes is a refusal, also a TypeError. */
function refuseAsLibrary(error: unknown, file: string): never {
  const [code, pointer] =
    error instanceof VerificationError
      ? MEANINGS[error.code]
      : (['SIGSTORE_BUNDLE_INVALID', ''] as const);
  const place: Place = {
    code,
    at: pointer === '' ? file : `${file}#${pointer}`,
    hint: code === 'CERTIFICATE_INVALID' ? NOT_VOUCHED_FOR : SIGN_AGAIN,
  };
  refuse(place, quote(messageOf(error)), 'a proof that verifies under the trusted root', error);
}

/** With the cause, which is the more precise of the two. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

function materialOf(root: TrustedRoot): TrustMaterial {
  const authority = certAuthority(new VerifyMemory());
  return {
    certificateAuthorities: root.certificateAuthorities.map(authority),
    timestampAuthorities: root.timestampAuthorities.map(authority),
    tlogs: root.logs.map(logAuthority),
    ctlogs: root.certificateLogs.map(logAuthority),
    publicKey: (hint) => {
      throw new VerificationError({ code: 'PUBLIC_KEY_ERROR', message: `no key for ${hint}` });
    },
  };
}

function certAuthority(memory: VerifyMemory): (authority: Authority) => CertAuthority {
  return ({ chain, validFor }) => ({
    certChain: chain.map(({ raw }) => remembering(X509Certificate.parse(raw), raw, memory)),
    validFor,
  });
}

function logAuthority({ baseUrl, keyId, publicKey, validFor }: TrustedLog): LogAuthority {
  return { baseURL: baseUrl, logID: keyId, publicKey, validFor };
}

/** Only the fields that were read strictly: the library gets nothing else. */
function libraryBundle(bundle: SigstoreBundle): LibraryBundle {
  const { mediaType, payloadType, payload, signature, certificate } = bundle;
  return {
    mediaType,
    content: {
      $case: 'dsseEnvelope',
      dsseEnvelope: { payloadType, payload, signatures: [{ sig: signature, keyid: '' }] },
    },
    verificationMaterial: {
      content: { $case: 'certificate', certificate: { rawBytes: certificate } },
      tlogEntries: bundle.entries.map(libraryEntry),
      timestampVerificationData: {
        rfc3161Timestamps: bundle.timestamps.map(({ response }) => ({ signedTimestamp: response })),
      },
    },
  };
}

function libraryEntry(
  entry: LogEntry,
): LibraryBundle['verificationMaterial']['tlogEntries'][number] {
  const { proof, signedEntryTimestamp } = entry;
  const { logIndex, treeSize, rootHash, checkpointText } = proof;
  return {
    logIndex: entry.logIndex,
    logId: { keyId: entry.keyId },
    kindVersion: { kind: entry.kind, version: entry.version },
    integratedTime: entry.integratedTime,
    inclusionPromise: signedEntryTimestamp === undefined ? undefined : { signedEntryTimestamp },
    inclusionProof: {
      logIndex,
      treeSize,
      rootHash,
      hashes: [...proof.hashes],
      checkpoint: { envelope: checkpointText },
    },
    canonicalizedBody: entry.body,
  };
}
