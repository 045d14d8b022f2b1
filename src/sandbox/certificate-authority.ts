import { randomBytes, type KeyObject } from 'node:crypto';

import { SANDBOX_ORGANIZATION } from '../media-types.ts';
import * as x509 from './certificate.ts';
import type { CertificateContent, KeyPair, SigningCertificate, Validity } from './certificate.ts';
import { sctListExtension } from './ct-log.ts';

/** Fulcio's certificates are valid as long. */
const LEAF_LIFETIME_MS = 10 * 60 * 1000;

/** RFC 5280 §4.1.2.2 allows 20 bytes; 16 random ones are never the same twice. */
const SERIAL_BYTES = 16;

export interface CertificateAuthority {
  readonly root: SigningCertificate;
  readonly intermediate: SigningCertificate;
  readonly ctLog: KeyPair;
}

/** A P-384 root and a P-384 intermediate, like Fulcio's. */
export function buildCertificateAuthority(
  keys: { readonly root: KeyPair; readonly intermediate: KeyPair; readonly ctLog: KeyPair },
  validity: Validity,
): CertificateAuthority {
  const root = buildRoot('root', keys.root, validity);
  const name = x509.distinguishedName(SANDBOX_ORGANIZATION, 'intermediate');
  const intermediate = issueFrom(root, keys.intermediate, {
    subjectName: name,
    validity,
    extensions: [
      ...x509.authorityExtensions(0),
      x509.extendedKeyUsageExtension(x509.EXTENDED_KEY_USAGE.codeSigning, false),
    ],
  });
  return { root, intermediate, ctLog: keys.ctLog };
}

/** A self-signed authority that may have one intermediate. */
export function buildRoot(
  commonName: string,
  keys: KeyPair,
  validity: Validity,
): SigningCertificate {
  const name = x509.distinguishedName(SANDBOX_ORGANIZATION, commonName);
  const extensions = x509.authorityExtensions(1);
  const self = { name, keys };
  return issueFrom(self, keys, { subjectName: name, validity, extensions });
}

/** A certificate for these keys; the key identifiers are added. */
export function issueFrom(
  issuer: Pick<SigningCertificate, 'name' | 'keys'>,
  keys: KeyPair,
  content: Pick<CertificateContent, 'subjectName' | 'validity' | 'extensions'>,
): SigningCertificate {
  const serialNumber = buildSerialNumber();
  const whole = {
    ...content,
    serialNumber,
    issuerName: issuer.name,
    publicKey: keys.publicKey,
    extensions: [
      ...content.extensions,
      ...x509.keyIdentifierExtensions(keys.publicKey, issuer.keys.publicKey),
    ],
  };
  const der = x509.buildCertificate(whole, issuer.keys.privateKey);
  return { der, name: content.subjectName, issuerName: issuer.name, serialNumber, keys };
}

/**
 * A certificate like Fulcio's: ten minutes, code signing, with a certificate timestamp.
 *
 * @param identity the subject alternative name and the extensions that say who it is, each DER
 */
export function issueLeaf(
  authority: CertificateAuthority,
  publicKey: KeyObject,
  identity: readonly Buffer[],
  at: Date,
): Buffer {
  const { keys, name } = authority.intermediate;
  const content = {
    serialNumber: buildSerialNumber(),
    issuerName: name,
    subjectName: x509.EMPTY_NAME,
    validity: { notBefore: at, notAfter: new Date(at.getTime() + LEAF_LIFETIME_MS) },
    publicKey,
    extensions: [
      x509.digitalSignatureExtension(),
      x509.extendedKeyUsageExtension(x509.EXTENDED_KEY_USAGE.codeSigning, false),
      ...x509.keyIdentifierExtensions(publicKey, keys.publicKey),
      ...identity,
    ],
  };
  const tbs = x509.buildTbs(content, keys.privateKey);
  const issuerSpki = x509.spkiOf(keys.publicKey);
  const sctList = sctListExtension(authority.ctLog, { tbs, issuerSpki }, at);
  const logged = { ...content, extensions: [...content.extensions, sctList] };
  return x509.buildCertificate(logged, keys.privateKey);
}

/** Positive, and never with a leading zero byte, so that its DER has one form only. */
function buildSerialNumber(): Buffer {
  const bytes = randomBytes(SERIAL_BYTES);
  bytes[0] = 0x40 | ((bytes[0] ?? 0) & 0x3f);
  return bytes;
}
