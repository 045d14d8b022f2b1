// `gh attestation trusted-root` prints several trusted roots, one on each line. They are named and not used: whoever
// believes several Sigstores at once gets the weakest of them. docs/decisions/0012

import type { X509Certificate } from 'node:crypto';

import { EvidenceError, unlessRefused } from '../errors/evidence-error.ts';
import { MAX_CONFIG_BYTES } from '../limits.ts';
import { fileWord, unpacked } from '../packed-file.ts';
import { quote } from '../quote.ts';
import type { TrustedRoot } from './trusted-root.ts';
import { subjectLines } from './x509.ts';

/** A whole object on its line. */
const OBJECT = /^\s*\{.*\}\s*$/;

/** What is said of such a file; undefined if it is none. */
export function severalRoots(
  bytes: Uint8Array,
  file: string,
  parse: (line: Uint8Array) => TrustedRoot,
): EvidenceError | undefined {
  if (bytes.length > MAX_CONFIG_BYTES) return undefined;
  const lines = Buffer.from(bytes)
    .toString('utf8')
    .split('\n')
    .map((line, index) => ({ line, number: index + 1 }))
    .filter(({ line }) => line.trim() !== '');
  const isList = lines.length > 1 && lines.every(({ line }) => OBJECT.test(line));
  if (!isList || !lines.some(({ line }) => line.includes('trustedroot'))) return undefined;
  const named = lines.slice(0, MOST).map(({ line, number }) => {
    const owners = unlessRefused(() => ownersOf(parse(Buffer.from(line))));
    return `line ${number}: ${owners === undefined ? 'no root that can be used' : quote(owners, 60)}`;
  });
  const take = `sed -n ${lines[0]?.number ?? 1}p ${fileWord(file)}`;
  return new EvidenceError('TRUSTED_ROOT_INVALID', {
    at: file,
    found: `${lines.length} trusted roots, one on each line (${named.join('; ')})`,
    expected: 'one trusted root: that of the Sigstore that you trust',
    hint: `take its line out, e.g. ${unpacked(take, 'trusted-root')}`,
  });
}

/** How many lines are named. */
const MOST = 5;

/** The organisations of the certificate authorities, e.g. `sigstore.dev`. */
function ownersOf({ certificateAuthorities }: TrustedRoot): string {
  const names = certificateAuthorities.map(({ chain: [first] }) => ownerOf(first));
  return [...new Set(names)].join(', ');
}

function ownerOf(certificate: X509Certificate): string {
  const lines = subjectLines(certificate);
  const organization = lines.find((line) => line.startsWith('O='));
  return organization?.slice(2) ?? lines.join(', ');
}
