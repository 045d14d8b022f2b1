// The signed attributes of a timestamp (RFC 5652 §5.3): they bind its content and its signer's
// certificate (RFC 2634 §5.4, RFC 5035 §4).

import { createHash } from 'node:crypto';

import { TAG, childOf, childrenOf, oidOf, requireTag } from '../../der/read-der.ts';
import type { Der } from '../../der/read-der.ts';
import { refuse, type Place } from '../../place.ts';
import type { Certificate } from './certificate.ts';
import { readHash } from './timestamp-info.ts';
import { TIMESTAMP_INFO } from './timestamp-response.ts';

export interface SignedAttributes {
  readonly messageDigest: Buffer;
  /** Each list of certificates that is signed, the signer's first; there is at least one. */
  readonly certificateIds: readonly (readonly [CertificateId, ...CertificateId[]])[];
}

interface CertificateId {
  readonly hash: string;
  readonly digest: Buffer;
  readonly issuerSerial: Der | undefined;
}

const CONTENT_TYPE = '2a864886f70d010903';
const MESSAGE_DIGEST = '2a864886f70d010904';
const SIGNING_CERTIFICATE = '2a864886f70d010910020c';
const SIGNING_CERTIFICATE_V2 = '2a864886f70d010910022f';
const DIRECTORY_NAME = 0xa4;

/** Throws the place's code. */
export function parseSignedAttributes(attributes: Der): SignedAttributes {
  const { place } = attributes;
  const values = valuesOf(attributes);
  const type = values.get(CONTENT_TYPE);
  const digest = values.get(MESSAGE_DIGEST);
  if (type === undefined || oidOf(childOf(type, TAG.set)) !== TIMESTAMP_INFO) {
    refuse(place, 'another content type, or none, in what is signed', 'that of a timestamp');
  }
  if (digest === undefined) return refuse(place, 'no message digest', 'exactly one');
  const messageDigest = childOf(digest, TAG.set);
  requireTag(messageDigest, TAG.octetString);
  const certificateIds = [
    certificateIdsOf(values.get(SIGNING_CERTIFICATE), readId),
    certificateIdsOf(values.get(SIGNING_CERTIFICATE_V2), readIdV2),
  ].filter((list) => list !== undefined);
  if (certificateIds.length === 0) {
    refuse(place, 'no signed certificate id', 'signingCertificate or signingCertificateV2');
  }
  return { messageDigest: messageDigest.contents, certificateIds };
}

/** A SET OF in its one order (X.690 §11.6), each attribute once. */
function valuesOf(attributes: Der): ReadonlyMap<string, Der> {
  const values = new Map<string, Der>();
  let before: Der | undefined;
  for (const attribute of childrenOf(attributes, TAG.context0)) {
    const [type, value, ...more] = childrenOf(attribute, TAG.sequence);
    if (type === undefined || value === undefined || more.length > 0) {
      return refuse(attributes.place, 'an attribute of another shape', 'a type and its values');
    }
    const oid = oidOf(type);
    if (values.has(oid)) refuse(attributes.place, `the attribute ${oid} twice`, 'each once');
    if (before !== undefined && Buffer.compare(before.raw, attribute.raw) > 0) {
      refuse(attributes.place, 'attributes in another order', 'the order of DER');
    }
    values.set(oid, value);
    before = attribute;
  }
  return values;
}

/** SigningCertificate and SigningCertificateV2: ids, and policies, which are not used. */
function certificateIdsOf(
  value: Der | undefined,
  read: (id: Der) => CertificateId,
): SignedAttributes['certificateIds'][number] | undefined {
  if (value === undefined) return undefined;
  const [ids] = childrenOf(childOf(value, TAG.set), TAG.sequence);
  const [first, ...more] = ids === undefined ? [] : childrenOf(ids, TAG.sequence).map(read);
  return first === undefined ? refuse(value.place, 'no id', 'a certificate id') : [first, ...more];
}

function readId(id: Der): CertificateId {
  return idOf('sha1', childrenOf(id, TAG.sequence), id.place);
}

/** Without an algorithm it is SHA-256. */
function readIdV2(id: Der): CertificateId {
  const fields = childrenOf(id, TAG.sequence);
  const [first, ...rest] = fields;
  if (first?.tag !== TAG.sequence) return idOf('sha256', fields, id.place);
  return idOf(readHash(first).hash, rest, id.place);
}

function idOf(hash: string, fields: readonly Der[], place: Place): CertificateId {
  const [digest, issuerSerial, ...more] = fields;
  if (digest === undefined || more.length > 0) {
    return refuse(place, 'a certificate id of another shape', 'a digest of a certificate');
  }
  requireTag(digest, TAG.octetString);
  return { hash, digest: digest.contents, issuerSerial };
}

/** The first id of each list is that of the signer; any other one is of a certificate of the chain. */
export function identifies(
  { certificateIds }: SignedAttributes,
  signer: Certificate,
  chain: readonly Buffer[],
): boolean {
  return certificateIds.every(
    ([first, ...more]) =>
      isDigestOf(first, signer.x509.raw) &&
      isIssuerAndSerialOf(first.issuerSerial, signer) &&
      more.every((id) => chain.some((certificate) => isDigestOf(id, certificate))),
  );
}

function isDigestOf({ hash, digest }: CertificateId, certificate: Buffer): boolean {
  return createHash(hash).update(certificate).digest().equals(digest);
}

/** IssuerSerial: the issuer as the only one of its general names, and the serial number. */
function isIssuerAndSerialOf(found: Der | undefined, { issuer, serial }: Certificate): boolean {
  if (found === undefined) return true;
  const [names, number] = childrenOf(found, TAG.sequence);
  const [name, ...more] = names === undefined ? [] : childrenOf(names, TAG.sequence);
  return (
    name?.tag === DIRECTORY_NAME &&
    name.contents.equals(issuer) &&
    more.length === 0 &&
    number?.tag === TAG.integer &&
    number.contents.equals(serial)
  );
}
