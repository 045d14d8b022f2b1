import { getCACertificates, setDefaultCACertificates } from 'node:tls';

import { refuse, type Place } from '../../place.ts';
import { quote } from '../../quote.ts';
import { parsePem } from '../../trust/pem.ts';
import { parseX509 } from '../../trust/x509.ts';
import { nameOf, readConfig } from '../disk/files.ts';

const EXPECTED = 'one or more certificates in PEM';

/**
 * From now on every TLS connection of this process trusts the certificates of a file too.
 *
 * @throws EvidenceError FILE_UNREADABLE, FILE_CHANGED, CA_CERTIFICATES_INVALID (unjudged)
 */
export async function useCaCertificates(path: string | undefined): Promise<void> {
  const certificates = await readCaCertificates(path);
  if (certificates !== undefined) setDefaultCACertificates([...certificates]);
}

/** Those that this process trusts, and those of the file, in PEM. It throws the same. */
export async function readCaCertificates(
  path: string | undefined,
): Promise<readonly string[] | undefined> {
  if (path === undefined) return undefined;
  const bytes = await readConfig(path, 'ca-certificates', 'CA_CERTIFICATES_INVALID');
  const certificates = parseCaCertificates(bytes, nameOf(path));
  return [...getCACertificates('default'), ...certificates];
}

function parseCaCertificates(bytes: Uint8Array, file: string): readonly string[] {
  const hint = 'name the file with the certificates of the authority of your network';
  const place: Place = { code: 'CA_CERTIFICATES_INVALID', at: file, hint };
  const blocks = parsePem(bytes, place);
  if (blocks.length === 0) refuse(place, 'no PEM block', EXPECTED);
  return blocks.map(({ label, der }) => {
    if (label !== 'CERTIFICATE') refuse(place, `a PEM block ${quote(label)}`, EXPECTED);
    return parseX509(der, place).toString();
  });
}
