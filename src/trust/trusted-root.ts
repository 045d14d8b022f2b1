// A Sigstore trusted root: the authorities and logs that a verification trusts, and when.

import type { KeyObject, X509Certificate } from 'node:crypto';

import { TAG, childrenOf, parseDer } from '../der/read-der.ts';
import { SANDBOX_ORGANIZATION } from '../media-types.ts';
import { refuse } from '../place.ts';
import type { TrustedRootInfo } from './trust.ts';
import type { Window } from './validity-window.ts';
import { subjectLines } from './x509.ts';

export interface TrustedRoot {
  readonly logs: readonly TrustedLog[];
  readonly certificateLogs: readonly TrustedLog[];
  /** When it lists one, also one with a key that is not read. */
  readonly certificateLogWindows: readonly Window[];
  readonly certificateAuthorities: readonly Authority[];
  readonly timestampAuthorities: readonly Authority[];
}

export interface TrustedLog {
  readonly baseUrl: string;
  readonly keyId: Buffer;
  readonly publicKey: KeyObject;
  readonly validFor: Window;
}

/** A chain: the certificate that issues or signs first, the trust anchor last. */
export interface Authority {
  readonly chain: readonly [X509Certificate, ...X509Certificate[]];
  readonly validFor: Window;
}

/** What to do with what no authority or log of a root vouches for. It must not ask for the root of whoever signed. */
export const NOT_VOUCHED_FOR =
  'the trusted root does not vouch for this: if it is older than the signature, get a current one (affidavit trust update); else have it signed there (a sandbox counts under its own root alone)';

/** Of a root that is not as it must be. */
export const ROOT_INVALID = {
  code: 'TRUSTED_ROOT_INVALID',
  hint: 'use the trusted_root.json of your Sigstore as it publishes it',
} as const;

/** Whether a token names this certificate as its signer. Whether it is signed is another question. */
export function isNamedIn(
  token: { readonly issuer: Buffer; readonly serial: Buffer },
  certificate: X509Certificate,
): boolean {
  const { issuer, serial } = nameOf(certificate);
  return token.issuer.equals(issuer) && token.serial.equals(serial);
}

/** RFC 5280 §4.1: version, serial number, algorithm and issuer come first. */
export function nameOf(certificate: X509Certificate): { issuer: Buffer; serial: Buffer } {
  const place = { ...ROOT_INVALID, at: 'trusted root' };
  const [signed] = childrenOf(parseDer(certificate.raw, place), TAG.sequence);
  const fields = signed === undefined ? [] : childrenOf(signed, TAG.sequence);
  const [serial, , issuer] = fields.filter(({ tag }) => tag !== TAG.context0);
  if (serial === undefined || issuer === undefined) {
    return refuse(place, 'a certificate without issuer and serial number', 'both');
  }
  return { issuer: issuer.contents, serial: serial.contents };
}

/** A root as reports show it. */
export function trustedRootInfo(
  root: TrustedRoot,
  from: Pick<TrustedRootInfo, 'source' | 'digest'>,
): TrustedRootInfo {
  return { ...from, sandbox: isSandbox(root), newest: newestOf(root) };
}

/** The line of Node's `subject` with the organisation. */
const SANDBOX_SUBJECT = `O=${SANDBOX_ORGANIZATION}`;

/** A sandbox signs for anybody, so one sandbox among the authorities marks the whole root. */
export function isSandbox(root: TrustedRoot): boolean {
  return [...root.certificateAuthorities, ...root.timestampAuthorities]
    .flatMap(({ chain }) => chain)
    .some((certificate) => subjectLines(certificate).includes(SANDBOX_SUBJECT));
}

/** The age of a root, from what it holds: the clock of a file says when it was copied. */
function newestOf(root: TrustedRoot): Date | undefined {
  const { logs, certificateLogs, certificateAuthorities, timestampAuthorities } = root;
  const members = [...logs, ...certificateLogs, ...certificateAuthorities, ...timestampAuthorities];
  const starts = members.map(({ validFor }) => validFor.start.getTime());
  return starts.length === 0 ? undefined : new Date(Math.max(...starts));
}
