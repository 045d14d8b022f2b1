import { X509Certificate, type KeyObject } from 'node:crypto';

import { orIfRefused } from '../errors/evidence-error.ts';
import { MAX_CLOCK_SKEW_MS } from '../limits.ts';
import { refuse, type Place } from '../place.ts';
import { quote } from '../quote.ts';
import type { Certified, Identity, SigstoreTrust } from '../trust/trust.ts';
import type { ExpectedIdentity } from './certified-identity.ts';

/** What is known before a certificate authority answers. */
export interface CertificateRequest {
  /** The address of the authority. */
  readonly url: string;
  readonly trust: Pick<SigstoreTrust, 'root' | 'verifyCertificate'>;
  readonly publicKey: KeyObject;
  readonly expected: ExpectedIdentity;
  readonly now: Date;
}

/** How errors begin: who lied, or is not the one that the root knows. */
const FROM = 'from the certificate authority, ';

/**
 * A certificate authority can answer anything, and a log would keep it for ever. So its certificate is
 * verified before anything is logged.
 *
 * @throws EvidenceError SELF_CHECK_FAILED (unjudged)
 */
export function requireCertified(der: Buffer, request: CertificateRequest): Identity {
  const { url, publicKey } = request;
  const place: Place = {
    code: 'SELF_CHECK_FAILED',
    at: url,
    hint: 'check that --trusted-root belongs to the services of --signing-config; the certificate may be in the certificate log of this authority',
  };
  const { signer, publicKey: certified } = verified(der, request, place);
  if (!certified.equals(publicKey)) {
    refuse(place, `${FROM}a certificate of another key`, 'one of the new key');
  }
  requireCurrent(new X509Certificate(der), request.now, place);
  requireIdentity(signer, request.expected, place);
  return signer;
}

function verified(der: Buffer, { trust }: CertificateRequest, place: Place): Certified {
  return orIfRefused(
    () => trust.verifyCertificate(der),
    (error) => {
      const expected = `${error.expected}, under ${trust.root.source}`;
      return refuse(place, `${FROM}${error.code}: ${error.found}`, expected, error);
    },
  );
}

/** Clocks differ a little. */
function requireCurrent(
  { validFromDate, validToDate }: X509Certificate,
  now: Date,
  place: Place,
): void {
  const begins = validFromDate.getTime() - MAX_CLOCK_SKEW_MS;
  if (begins <= now.getTime() && now <= validToDate) return;
  const window = `${validFromDate.toISOString()} to ${validToDate.toISOString()}`;
  refuse(
    place,
    `${FROM}a certificate for ${window}`,
    `one that is valid now, ${now.toISOString()}`,
  );
}

function requireIdentity(
  { subject, issuer }: Identity,
  expected: ExpectedIdentity,
  place: Place,
): void {
  if (!expected.issuers.includes(issuer)) {
    const issuers = expected.issuers.map((each) => quote(each)).join(' or ');
    refuse(place, `${FROM}a certificate with the issuer ${quote(issuer)}`, issuers);
  }
  if (expected.subject === undefined || expected.subject === subject) return;
  const found = `${FROM}a certificate for ${quote(subject)}`;
  refuse(place, found, `${quote(expected.subject)}, whom the token is for`);
}
