// Vectors of timestamps that are unusual, or wrong in one thing, and of authorities that may not do what they did.
import { createHash } from 'node:crypto';

import * as der from '../../../src/der/write-der.ts';
import * as x509 from '../../../src/sandbox/certificate.ts';
import type { SigningCertificate } from '../../../src/sandbox/certificate.ts';
import { SIGNED_AT, edited, type RootJson } from '../../trust/forge.ts';
import {
  MAY_CERTIFY,
  UNUSABLE,
  authority,
  certify,
  purposes,
  type Wanted,
} from '../../trust/odd-certificate.ts';
import {
  OID,
  algorithm,
  attribute,
  likeOpenSsl,
  stamp,
  type Token,
} from '../../trust/odd-timestamp.ts';
import type { Kit, Make } from './kit.ts';
import { restamped } from './sigstore.ts';

/** Tokens of the usual authority in place of the usual one. */
export const stampedAs = (
  ...tokens: readonly (Token | ((signer: SigningCertificate, stamped: Buffer) => Token))[]
): Make =>
  restamped((signature, stamps, { forge: { timestamps } }) => {
    const responses = tokens.map((token) =>
      stamp(
        timestamps.leaf,
        signature,
        typeof token === 'function' ? token(timestamps.leaf, signature) : token,
      ),
    );
    const items = responses.map((bytes) => ({ signedTimestamp: bytes.toString('base64') }));
    stamps.splice(0, stamps.length, ...items);
  });

const TWO_DIGESTS: Token = {
  attributes: (usual) => [
    ...Object.values(usual),
    attribute(OID.messageDigest, der.octetString(createHash('sha256').digest())),
  ],
};

export const TIMESTAMPS: Readonly<Record<string, Make>> = {
  'good-timestamp-like-openssl': stampedAs(likeOpenSsl),
  'good-timestamp-fraction': stampedAs({ genTime: '20260601120000.000125Z' }),
  'good-timestamp-status-text': stampedAs({
    status: [der.integer(0), der.sequence(der.utf8String('granted'))],
  }),
  'good-two-timestamps-of-one-second': stampedAs({ serial: 1 }, { serial: 2 }),
  'timestamp-twice': stampedAs({}, { certificates: [] }),
  'timestamp-fraction-ends-with-zero': stampedAs({ genTime: '20260601120000.50Z' }),
  'timestamp-granted-with-changes': stampedAs({ status: [der.integer(1)] }),
  'timestamp-null-behind-digest': stampedAs({
    digestAlgorithm: algorithm(OID.sha256, der.nullValue()),
  }),
  'timestamp-two-message-digests': stampedAs(TWO_DIGESTS),
  'timestamp-without-certificate-id': stampedAs({
    attributes: ({ contentType, messageDigest }) => [contentType, messageDigest],
  }),
  'timestamp-of-another-content-type': stampedAs({
    attributes: ({ messageDigest, certificateId }) => [
      attribute(OID.contentType, der.oid(OID.signedData)),
      messageDigest,
      certificateId,
    ],
  }),
};

const VALIDITY = {
  notBefore: new Date('2026-01-01T00:00:00Z'),
  notAfter: new Date('2027-01-01T00:00:00Z'),
};
const CA = [MAY_CERTIFY, authority(0), purposes([x509.EXTENDED_KEY_USAGE.codeSigning])];

/** The root with another certificate of the intermediate, of the same name and key. */
const withIntermediate =
  (change: Partial<Wanted>) =>
  ({ forge }: Kit): RootJson => {
    const { root, intermediate } = forge.authority;
    const { keys, name } = intermediate;
    const other = certify({ keys, name, validity: VALIDITY, extensions: CA, ...change }, root);
    return edited(forge.root, ({ certificateAuthorities: [first] }) => {
      first?.certChain.certificates.splice(0, 1, { rawBytes: other.der.toString('base64') });
    });
  };

function unusable(name: string): readonly Buffer[] {
  const { [name]: extension } = UNUSABLE;
  if (extension === undefined) throw new TypeError(name);
  return [...CA, extension];
}

export const AUTHORITIES: Readonly<Record<string, (kit: Kit) => RootJson>> = {
  'authority-again': withIntermediate({}),
  'authority-critical-extension': withIntermediate({
    extensions: unusable('an unknown critical extension'),
  }),
  'authority-name-constraints': withIntermediate({ extensions: unusable('name constraints') }),
  'authority-for-timestamps': withIntermediate({
    extensions: [MAY_CERTIFY, authority(0), purposes([x509.EXTENDED_KEY_USAGE.timeStamping])],
  }),
  'authority-that-is-none': withIntermediate({ extensions: [MAY_CERTIFY] }),
  'authority-expired': withIntermediate({
    validity: { ...VALIDITY, notAfter: new Date(SIGNED_AT.getTime() - 1000) },
  }),
};
