// TimeStampResp, RFC 3161 §2.4.2, around a SignedData, RFC 5652 §5.

import { createHash, randomBytes, sign } from 'node:crypto';

import * as der from '../der/write-der.ts';
import { hashFor, signatureAlgorithm } from './certificate.ts';
import type { SigningCertificate } from './certificate.ts';
import { TIMESTAMP_POLICY } from './timestamp-request.ts';
import type { TimestampRequest } from './timestamp-request.ts';

const OID = {
  signedData: '1.2.840.113549.1.7.2',
  timestampInfo: '1.2.840.113549.1.9.16.1.4',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
} as const;

const GRANTED = 0;
const SERIAL_BYTES = 16;

/** How far the time may be off, in seconds: it is cut to whole ones. */
const ACCURACY_SECONDS = 1;

/** The whole answer, signed by `leaf`. */
export function buildTimestampResponse(
  leaf: SigningCertificate,
  request: TimestampRequest,
  at: Date,
): Buffer {
  const info = timestampInfo(request, at);
  const certificates = request.certificates ? [der.retag(0, der.setOf(leaf.der))] : [];
  const signedData = der.sequence(
    der.integer(3), // RFC 5652 §5.1: the content is not `data`
    der.setOf(digestAlgorithm(leaf)),
    der.sequence(der.oid(OID.timestampInfo), der.explicit(0, der.octetString(info))),
    ...certificates,
    der.setOf(signerInfo(leaf, info, at)),
  );
  const token = der.sequence(der.oid(OID.signedData), der.explicit(0, signedData));
  return der.sequence(der.sequence(der.integer(GRANTED)), token);
}

/** TSTInfo */
function timestampInfo({ hashOid, digest, nonce }: TimestampRequest, at: Date): Buffer {
  const imprint = der.sequence(der.sequence(der.oid(hashOid)), der.octetString(digest));
  return der.sequence(
    der.integer(1),
    der.oid(TIMESTAMP_POLICY),
    imprint,
    der.unsignedInteger(randomBytes(SERIAL_BYTES)),
    der.generalizedTime(at),
    der.sequence(der.integer(ACCURACY_SECONDS)),
    ...(nonce === undefined ? [] : [der.integer(nonce)]),
  );
}

/** SignerInfo, RFC 5652 §5.3. */
function signerInfo(leaf: SigningCertificate, info: Buffer, at: Date): Buffer {
  const hash = hashFor(leaf.keys.privateKey);
  const digest = createHash(hash).update(info).digest();
  const attributes = der.setOf(
    attribute(OID.contentType, der.oid(OID.timestampInfo)),
    attribute(OID.messageDigest, der.octetString(digest)),
    attribute(OID.signingTime, der.time(at)),
    attribute(OID.signingCertificateV2, signingCertificate(leaf)),
  );
  // RFC 5652 §5.4: signed is the SET, sent is the same under [0].
  const signature = sign(hash, attributes, leaf.keys.privateKey);
  return der.sequence(
    der.integer(1),
    der.sequence(leaf.issuerName, der.unsignedInteger(leaf.serialNumber)),
    digestAlgorithm(leaf),
    der.retag(0, attributes),
    signatureAlgorithm(leaf.keys.privateKey),
    der.octetString(signature),
  );
}

function attribute(oid: string, value: Buffer): Buffer {
  return der.sequence(der.oid(oid), der.setOf(value));
}

/** RFC 5035 §4: binds the certificate. SHA-256 is the default, which DER leaves out. */
function signingCertificate(leaf: SigningCertificate): Buffer {
  const certificateHash = createHash('sha256').update(leaf.der).digest();
  const id = der.sequence(der.octetString(certificateHash));
  return der.sequence(der.sequence(id));
}

function digestAlgorithm(leaf: SigningCertificate): Buffer {
  return der.sequence(der.oid(OID[hashFor(leaf.keys.privateKey)]));
}
