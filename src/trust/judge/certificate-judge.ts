// Whether an authority of the trusted root vouches for a signer's certificate.

import type { X509Certificate } from 'node:crypto';

import { refuse, type Place } from '../../place.ts';
import { NOT_VOUCHED_FOR, type Authority, type TrustedRoot } from '../trusted-root.ts';
import { holds } from '../validity-window.ts';
import {
  hasCertificateTimestamps,
  refuseAbsent,
  requireCertificateLogged,
} from './certificate-timestamps.ts';
import type { ChainJudge } from './chain.ts';
import type { LeafCertificate } from './leaf-certificate.ts';
import { requireTrustedThen, vouching } from './vouching.ts';

interface Question {
  /** The authority must be trusted, and every certificate valid, at all of these. */
  readonly times: readonly Date[];
  readonly allowMissingSct: boolean;
  readonly place: Place;
}

const SIGNER_WITHOUT_SCT =
  'if this Sigstore has no certificate log, and you trust it without one: --allow-missing-sct';

export class CertificateJudge {
  readonly #root: TrustedRoot;
  readonly #chains: ChainJudge;
  /** Each way from an issuer of signers to a trust anchor. */
  readonly #paths: readonly Authority[];

  constructor(root: TrustedRoot, chains: ChainJudge) {
    this.#root = root;
    this.#chains = chains;
    // An anchor may issue signers itself, also if the root lists an authority between.
    this.#paths = root.certificateAuthorities.flatMap(({ chain, validFor }) =>
      chain.map((issuer, index) => ({
        chain: [issuer, ...chain.slice(index + 1)] as const,
        validFor,
      })),
    );
  }

  /**
   * Throws the place's code unless one authority, trusted at all the times, issued the certificate, and
   * the certificate logs that it names promised to show it.
   *
   * @returns the flags without which it would have thrown
   */
  judge(leaf: LeafCertificate, question: Question): readonly string[] {
    return this.#requireLogged(leaf, this.#issuerOf(leaf, question), question);
  }

  #issuerOf(leaf: LeafCertificate, { times, place }: Question): X509Certificate {
    const paths = this.#paths.filter(({ chain: [issuer] }) => leaf.x509.checkIssued(issuer));
    if (paths.length === 0) refuseUnknown(place);
    const question = { purpose: 'code signing', times, place } as const;
    const living = vouching(paths, ({ chain }) => {
      this.#chains.judge(leaf, chain, question);
    });
    return requireTrustedThen(living, times, place).chain[0];
  }

  #requireLogged(
    leaf: LeafCertificate,
    issuer: X509Certificate,
    { times, allowMissingSct, place }: Question,
  ): readonly string[] {
    const { certificateLogs, certificateLogWindows } = this.#root;
    if (hasCertificateTimestamps(leaf)) {
      requireCertificateLogged(leaf, issuer, certificateLogs, place);
      return [];
    }
    // A log promises when the certificate is issued, which is before it is used.
    const moments = [leaf.x509.validFromDate, ...times];
    const listed = certificateLogWindows.some((window) => moments.some((at) => holds(window, at)));
    if (listed || !allowMissingSct) {
      refuseAbsent(listed ? place : { ...place, hint: SIGNER_WITHOUT_SCT });
    }
    return ['--allow-missing-sct'];
  }
}

function refuseUnknown(place: Place): never {
  return refuse(
    { ...place, hint: NOT_VOUCHED_FOR },
    'a certificate of an authority that is not trusted',
    'one that a certificate authority of the trusted root issued',
  );
}
