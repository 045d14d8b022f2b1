// RFC 3161 timestamps, asked for in DER (RFC 3161 §3.4) or in the JSON of sigstore's own authority:
// https://github.com/sigstore/timestamp-authority/blob/main/openapi.yaml

import { createHash, randomBytes, sign } from 'node:crypto';

import * as der from '../der/write-der.ts';
import { SANDBOX_ORGANIZATION } from '../media-types.ts';
import { buildRoot, issueFrom } from './certificate-authority.ts';
import * as x509 from './certificate.ts';
import type { KeyPair, SigningCertificate, Validity } from './certificate.ts';
import { GRPC, errorReply, type Reply, type Request } from './http.ts';
import { TIMESTAMP_POLICY, parseTimestampRequest } from './timestamp-request.ts';
import type { TimestampRequest } from './timestamp-request.ts';

export const TIMESTAMP_PATH = '/api/v1/timestamp';

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

const REPLY_TYPE = 'application/timestamp-reply';

const GRANTED = 0;
const SERIAL_BYTES = 16;

/** How far the time may be wrong, in seconds: it is cut to whole ones. */
const ACCURACY_SECONDS = 1;

export interface TimestampAuthority {
  readonly root: SigningCertificate;
  readonly leaf: SigningCertificate;
}

/** A leaf for timestamps alone, under its own root. */
export function buildTimestampAuthority(
  keys: { readonly root: KeyPair; readonly leaf: KeyPair },
  validity: Validity,
): TimestampAuthority {
  const root = buildRoot('timestamp root', keys.root, validity);
  const leaf = issueFrom(root, keys.leaf, {
    subjectName: x509.distinguishedName(SANDBOX_ORGANIZATION, 'timestamp'),
    validity,
    extensions: [
      x509.digitalSignatureExtension(),
      // RFC 3161 §2.3: only this purpose, and critical.
      x509.extendedKeyUsageExtension(x509.EXTENDED_KEY_USAGE.timeStamping, true),
    ],
  });
  return { root, leaf };
}

/** POST /api/v1/timestamp. Throws EvidenceError of class `invalid` for malformed JSON. */
export function answerTimestamp(authority: TimestampAuthority, request: Request): Reply {
  if (!acceptsTokens(request.accept)) {
    return errorReply(
      406,
      GRPC.invalidArgument,
      `the answer is ${REPLY_TYPE}, which is not wanted`,
    );
  }
  const wanted = parseTimestampRequest(request);
  if ('refused' in wanted) return errorReply(400, GRPC.invalidArgument, wanted.refused);
  const body = buildTimestampResponse(authority.leaf, wanted, request.at);
  return { status: 201, contentType: REPLY_TYPE, headers: {}, body };
}

/** RFC 9110 §12.5.1, without weights. */
function acceptsTokens(accept = '*/*'): boolean {
  const wanted = accept.split(',').map((range) => (range.split(';')[0] ?? '').trim());
  return wanted.some((range) => ['*/*', 'application/*', REPLY_TYPE].includes(range));
}

/** TimeStampResp, RFC 3161 §2.4.2, around a SignedData, RFC 5652 §5, which `leaf` signs. */
function buildTimestampResponse(
  leaf: SigningCertificate,
  request: TimestampRequest,
  at: Date,
): Buffer {
  const info = timestampInfo(leaf, request, at);
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

/** TSTInfo. Its imprint has NULL, as Sigstore's authority writes it, whatever the request has. */
function timestampInfo(
  leaf: SigningCertificate,
  { hashOid, digest, nonce }: TimestampRequest,
  at: Date,
): Buffer {
  const algorithm = der.sequence(der.oid(hashOid), der.nullValue());
  const imprint = der.sequence(algorithm, der.octetString(digest));
  return der.sequence(
    der.integer(1),
    der.oid(TIMESTAMP_POLICY),
    imprint,
    der.unsignedInteger(randomBytes(SERIAL_BYTES)),
    der.generalizedTime(at),
    der.sequence(der.integer(ACCURACY_SECONDS)),
    ...(nonce === undefined ? [] : [der.integer(nonce)]),
    der.explicit(0, directoryName(leaf.name)),
  );
}

/** SignerInfo, RFC 5652 §5.3. */
function signerInfo(leaf: SigningCertificate, info: Buffer, at: Date): Buffer {
  const hash = x509.hashFor(leaf.keys.privateKey);
  const digest = createHash(hash).update(info).digest();
  const attributes = der.setOf(
    attribute(OID.contentType, der.oid(OID.timestampInfo)),
    attribute(OID.messageDigest, der.octetString(digest)),
    attribute(OID.signingTime, der.time(at)),
    attribute(OID.signingCertificateV2, signingCertificate(leaf)),
  );
  // RFC 5652 §5.4: the SET is signed; the same is sent under [0].
  const signature = sign(hash, attributes, leaf.keys.privateKey);
  return der.sequence(
    der.integer(1),
    der.sequence(leaf.issuerName, der.unsignedInteger(leaf.serialNumber)),
    digestAlgorithm(leaf),
    der.retag(0, attributes),
    x509.signatureAlgorithm(leaf.keys.privateKey),
    der.octetString(signature),
  );
}

function attribute(oid: string, value: Buffer): Buffer {
  return der.sequence(der.oid(oid), der.setOf(value));
}

/** RFC 5035 §4: binds the certificate. SHA-256 is the default, which DER leaves out. */
function signingCertificate(leaf: SigningCertificate): Buffer {
  const certificateHash = createHash('sha256').update(leaf.der).digest();
  const issuer = der.sequence(directoryName(leaf.issuerName));
  const issuerSerial = der.sequence(issuer, der.unsignedInteger(leaf.serialNumber));
  const id = der.sequence(der.octetString(certificateHash), issuerSerial);
  return der.sequence(der.sequence(id));
}

/** A GeneralName, RFC 5280 §4.2.1.6. */
function directoryName(name: Buffer): Buffer {
  return der.explicit(4, name);
}

function digestAlgorithm(leaf: SigningCertificate): Buffer {
  return der.sequence(der.oid(OID[x509.hashFor(leaf.keys.privateKey)]));
}
