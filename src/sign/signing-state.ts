// What is kept of a signing that may be interrupted: the envelope, the certificate and the answers so far.
// Never the key or the token.

import { X509Certificate, verify } from 'node:crypto';

import type { Data } from '../document/data.ts';
import { decodeJson } from '../document/json.ts';
import { ObjectReader } from '../document/object-reader.ts';
import { EvidenceError, orIfRefused, unlessRefused } from '../errors/evidence-error.ts';
import { IN_TOTO_PAYLOAD_TYPE, SCHEMA_VERSION } from '../media-types.ts';
import { refuse } from '../place.ts';
import { quote } from '../quote.ts';
import { AFFIDAVIT } from '../tool.ts';
import { preAuthEncoding } from '../trust/dsse.ts';
import type { Identity, SigstoreTrust } from '../trust/trust.ts';
import type { SignedEnvelope } from './encode-sigstore-bundle.ts';
import { readLogEntry, type LogEntryJson } from './log-entry-json.ts';

export interface SigningState {
  readonly envelope: SignedEnvelope;
  /** By the address of the service. RFC 3161 responses, in base64. */
  readonly timestamps: ReadonlyMap<string, string>;
  readonly entries: ReadonlyMap<string, LogEntryJson>;
}

export function encodeSigningState({ envelope, timestamps, entries }: SigningState): Uint8Array {
  const { payload, signature, verifier } = envelope;
  const json = {
    schemaVersion: SCHEMA_VERSION,
    payload: Buffer.from(payload).toString('base64'),
    signature: signature.toString('base64'),
    certificate: verifier.der.toString('base64'),
    timestamps: [...timestamps].map(([service, timestamp]) => ({ service, timestamp })),
    entries: [...entries].map(([service, entry]) => ({ service, entry })),
  };
  return Buffer.from(`${JSON.stringify(json, null, 2)}\n`, 'utf8');
}

/**
 * @param file how errors name it
 * @throws EvidenceError SIGNING_STATE_INVALID (unjudged)
 */
export function parseSigningState(bytes: Uint8Array, file: string): SigningState {
  try {
    return orIfRefused(
      () => readState(new ObjectReader(decodeJson(bytes, file), file)),
      (error) => {
        if (error.code === 'SIGNING_STATE_INVALID') throw error;
        const { found, expected } = error;
        return refuseState(file, `${found} where ${expected} should be`, 'the whole file');
      },
    );
  } catch (error) {
    if (error instanceof TypeError) refuseState(file, 'a field of another kind', 'its fields');
    throw error;
  }
}

export function refuseState(file: string, found: string, expected: string): never {
  const hint = 'look at the file and remove it, or name another OUT';
  const place = { code: 'SIGNING_STATE_INVALID', at: file, hint } as const;
  refuse(place, found, `${expected}, of a signing that was interrupted`);
}

function readState(reader: ObjectReader): SigningState {
  // The first thing that is read: in another version, the others may mean something else.
  const version = reader.string('schemaVersion');
  if (version !== SCHEMA_VERSION) refuseVersion(reader.at, version);
  const payload = bytesOf(reader, 'payload');
  const payloadType = IN_TOTO_PAYLOAD_TYPE;
  const state = {
    envelope: {
      payload,
      payloadType,
      encoding: preAuthEncoding(payloadType, payload),
      signature: bytesOf(reader, 'signature'),
      verifier: { type: 'certificate', der: bytesOf(reader, 'certificate') },
    },
    timestamps: new Map(
      reader.list('timestamps', (data, at) => reply(data, at, (each) => each.string('timestamp'))),
    ),
    entries: new Map(
      reader.list('entries', (data, at) =>
        reply(data, at, (each) => readLogEntry(each.object('entry'))),
      ),
    ),
  } as const;
  reader.end();
  return state;
}

function refuseVersion(file: string, version: string): never {
  throw new EvidenceError('SIGNING_STATE_INVALID', {
    at: file,
    found: `schemaVersion ${quote(version)}`,
    expected: `schemaVersion "${SCHEMA_VERSION}", which this version of ${AFFIDAVIT.name} writes and reads`,
    hint: `sign with the version of ${AFFIDAVIT.name} that left the file, remove it to sign anew, or name another OUT`,
  });
}

function bytesOf(reader: ObjectReader, name: string): Buffer {
  return Buffer.from(reader.string(name), 'base64');
}

function reply<T>(
  data: Data,
  at: string,
  read: (reader: ObjectReader) => T,
): readonly [service: string, reply: T] {
  const reader = new ObjectReader(data, at);
  return [reader.string('service'), read(reader)];
}

/**
 * Whom an interrupted signing can go on for; undefined if it is of another statement, or can be used no
 * more.
 */
export function resumable(
  { envelope }: SigningState,
  statement: Uint8Array,
  { trust, now }: { readonly trust: Pick<SigstoreTrust, 'verifyCertificate'>; readonly now: Date },
): Identity | undefined {
  const { payload, encoding, signature, verifier } = envelope;
  if (!Buffer.from(payload).equals(statement)) return undefined;
  const certified = unlessRefused(() => trust.verifyCertificate(verifier.der));
  if (certified === undefined) return undefined;
  const { signer, publicKey } = certified;
  const { validFromDate, validToDate } = new X509Certificate(verifier.der);
  const isCurrent = validFromDate <= now && now < validToDate;
  // No other key is made for a certificate.
  const isOurKind = publicKey.asymmetricKeyDetails?.namedCurve === 'prime256v1';
  if (!isCurrent || !isOurKind) return undefined;
  return verify('sha256', encoding, publicKey, signature) ? signer : undefined;
}
