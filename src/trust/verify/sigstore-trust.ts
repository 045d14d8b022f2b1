import { verify as isSignature } from 'node:crypto';

import { digestOf } from '../../digest.ts';
import { IN_TOTO_PAYLOAD_TYPE, SANDBOX_ORGANIZATION } from '../../media-types.ts';
import { SIGN_AGAIN, refuse, type Place } from '../../place.ts';
import { quote } from '../../quote.ts';
import { preAuthEncoding } from '../dsse.ts';
import {
  isIssuedBy,
  parseLeafCertificate,
  type LeafCertificate,
} from '../judge/leaf-certificate.ts';
import { logEntryPlace, requireLogged } from '../judge/log-entry.ts';
import { parseTimestampToken } from '../judge/timestamp-token.ts';
import { libraryVerifier, type LibraryVerifier } from '../library/library-judge.ts';
import { holds } from '../message-reader.ts';
import { parseSigstoreBundle } from '../sigstore-bundle.ts';
import type { LogEntry, SigstoreBundle, Timestamp } from '../sigstore-bundle.ts';
import type { Proof, Trust } from '../trust.ts';
import { NOT_VOUCHED_FOR, parseTrustedRoot, signedBy } from '../trusted-root.ts';
import type { Authority, TrustedLog, TrustedRoot } from '../trusted-root.ts';

/**
 * Trust in one Sigstore trusted root.
 *
 * @param rootBytes a `trusted_root.json`
 * @param source how reports name the root, e.g. the file as the user gave it
 * @param mediaTypes the bundle formats to take; by default the present one alone
 * @throws EvidenceError TRUSTED_ROOT_INVALID (unjudged); its `verify`: SIGSTORE_BUNDLE_INVALID,
 *   PAYLOAD_TYPE_UNEXPECTED, CERTIFICATE_INVALID, SIGNATURE_INVALID, LOG_ENTRY_INVALID,
 *   TIMESTAMP_INVALID, LIMIT_EXCEEDED (invalid)
 */
export function sigstoreTrust(
  rootBytes: Uint8Array,
  source: string,
  mediaTypes?: readonly string[],
): Trust {
  const root = parseTrustedRoot(rootBytes, source);
  const library = libraryVerifier(root);
  return {
    root: {
      source,
      digest: digestOf(rootBytes),
      sandbox: isSandbox(root),
      newest: newestOf(root),
    },
    weakened: [],
    verify: (bytes, file) =>
      verifyBundle(parseSigstoreBundle(bytes, file, mediaTypes), root, library),
  };
}

/** The line of Node's `subject` with the organisation. */
const SANDBOX_SUBJECT = `O=${SANDBOX_ORGANIZATION}`;

/** A sandbox signs for anybody, so one sandbox among the authorities marks the whole root. */
function isSandbox(root: TrustedRoot): boolean {
  return [...root.certificateAuthorities, ...root.timestampAuthorities]
    .flatMap(({ chain }) => chain)
    .some((certificate) => certificate.subject.split('\n').includes(SANDBOX_SUBJECT));
}

/** The age of a root, from what it holds: the clock of a file says when it was copied. */
function newestOf(root: TrustedRoot): Date | undefined {
  const { logs, certificateLogs, certificateAuthorities, timestampAuthorities } = root;
  const members = [...logs, ...certificateLogs, ...certificateAuthorities, ...timestampAuthorities];
  const starts = members.map(({ validFor }) => validFor.start.getTime());
  return starts.length === 0 ? undefined : new Date(Math.max(...starts));
}

/**
 * All checks of a bundle, in order. docs/decisions/0004 lists what they refuse and the library accepts.
 */
function verifyBundle(bundle: SigstoreBundle, root: TrustedRoot, library: LibraryVerifier): Proof {
  requireInToto(bundle);
  const leaf = parseLeafCertificate(bundle.certificate, bundle.certificatePlace);
  const encoding = preAuthEncoding(bundle.payloadType, bundle.payload);
  requireSignature(bundle, leaf, encoding);
  const witnesses = [
    ...logWitnesses(bundle, encoding, root),
    ...bundle.timestamps.map((stamp) => timestampWitness(stamp, root)),
  ];
  requireSameSigner(library(bundle), leaf, bundle.certificatePlace);

  // The library has verified every promise and every timestamp by now, so their times count.
  const times = witnesses.flatMap(({ source, at }) => (at === undefined ? [] : [{ source, at }]));
  const signedAt = earliest(times, bundle.file);
  const moments = times.map(({ at }) => at);
  requireIssued(leaf, root, moments, bundle.certificatePlace);
  for (const { authorities, place } of witnesses) requireTrustedThen(authorities, moments, place);
  return {
    payload: bundle.payload,
    signer: leaf.signer,
    signedAt,
    times,
    logEntries: witnesses.flatMap(({ logEntry }) => (logEntry === undefined ? [] : [logEntry])),
    weakened: [],
  };
}

function requireInToto({ file, payloadType }: SigstoreBundle): void {
  if (payloadType === IN_TOTO_PAYLOAD_TYPE) return;
  refuse(
    {
      code: 'PAYLOAD_TYPE_UNEXPECTED',
      at: `${file}#/dsseEnvelope/payloadType`,
      hint: 'have the in-toto statement of the bundle signed, not another document',
    },
    quote(payloadType),
    IN_TOTO_PAYLOAD_TYPE,
  );
}

/** Before the log entries, so that a changed statement gets another error than a changed log entry. */
function requireSignature(
  bundle: SigstoreBundle,
  leaf: LeafCertificate,
  encoding: Uint8Array,
): void {
  if (isSignature(undefined, encoding, leaf.publicKey, bundle.signature)) return;
  refuse(
    {
      code: 'SIGNATURE_INVALID',
      at: `${bundle.file}#/dsseEnvelope/signatures/0/sig`,
      hint: SIGN_AGAIN,
    },
    'a signature of other bytes or by another key',
    'the signature of this payload by the key of the certificate',
  );
}

/** Who vouches for the signature, or for its time, or for both. */
interface Witness {
  readonly source: string;
  readonly at: Date | undefined;
  readonly logEntry: Proof['logEntries'][number] | undefined;
  /** The authorities of the root that may be meant, each with its own window. */
  readonly authorities: readonly (Authority | TrustedLog)[];
  readonly place: Place;
}

function logWitnesses(
  bundle: SigstoreBundle,
  encoding: Uint8Array,
  root: TrustedRoot,
): readonly Witness[] {
  if (bundle.entries.length === 0) {
    const place = logEntryPlace({ at: `${bundle.file}#/verificationMaterial/tlogEntries` });
    refuse(place, 'no log entry', 'at least one log entry');
  }
  return bundle.entries.map((entry) => {
    const log = requireLogged(entry, bundle, encoding, root.logs);
    return {
      source: 'transparency log',
      at: promisedTime(entry),
      logEntry: { log: log.baseUrl, index: entry.logIndex },
      authorities: [log],
      place: logEntryPlace(entry),
    };
  });
}

/** Only a promise proves the time of an entry: Rekor v1 signs it there, Rekor v2 nowhere. */
function promisedTime({ signedEntryTimestamp, integratedTime }: LogEntry): Date | undefined {
  return signedEntryTimestamp === undefined ? undefined : new Date(Number(integratedTime) * 1000);
}

function timestampWitness({ response, place }: Timestamp, root: TrustedRoot): Witness {
  const certificates = root.timestampAuthorities.flatMap(({ chain }) => chain);
  const token = parseTimestampToken(response, place, (embedded) =>
    certificates.some(({ raw }) => raw.equals(embedded)),
  );
  const authorities = root.timestampAuthorities.filter(({ chain: [signer] }) =>
    signedBy(token, signer),
  );
  if (authorities.length === 0) {
    const unknown = { ...place, hint: NOT_VOUCHED_FOR };
    refuse(unknown, 'a timestamp of an authority that is not trusted', 'one of the trusted root');
  }
  const source = 'timestamp authority';
  return { source, at: token.at, logEntry: undefined, authorities, place };
}

/** The library and this project each read the certificate in their own way. */
function requireSameSigner(
  found: ReturnType<LibraryVerifier>,
  { signer }: LeafCertificate,
  place: Place,
): void {
  if (found.subject === signer.subject && found.issuer === signer.issuer) return;
  refuse(place, 'an identity that can be read in two ways', 'one identity and one issuer');
}

function earliest(times: Proof['times'], file: string): Date {
  const [first] = times.toSorted((a, b) => a.at.getTime() - b.at.getTime());
  if (first !== undefined) return first.at;
  return refuse(
    {
      code: 'TIMESTAMP_INVALID',
      at: `${file}#/verificationMaterial/timestampVerificationData`,
      hint: 'have it signed again with a timestamp authority in the signing config',
    },
    'no proof of the time',
    'a promise of a log, or a timestamp',
  );
}

/**
 * One authority of the root, whose window and whole chain include every time. Two that include some
 * times each do not count.
 */
function requireIssued(
  { x509 }: LeafCertificate,
  root: TrustedRoot,
  times: readonly Date[],
  place: Place,
): void {
  const issuers = root.certificateAuthorities.filter(({ chain: [issuer] }) =>
    isIssuedBy(x509, issuer),
  );
  const living = issuers.filter(({ chain }) =>
    [x509, ...chain].every(({ validFromDate: start, validToDate: end }) =>
      times.every((time) => holds({ start, end }, time)),
    ),
  );
  requireTrustedThen(living, times, place);
}

function requireTrustedThen(
  trusted: readonly (Authority | TrustedLog)[],
  times: readonly Date[],
  place: Place,
): void {
  if (trusted.some(({ validFor }) => times.every((time) => holds(validFor, time)))) return;
  refuse(
    { ...place, hint: NOT_VOUCHED_FOR },
    `a signature made at ${times.map((time) => time.toISOString()).join(' and ')}`,
    'a time at which the trusted root trusts this authority',
  );
}
