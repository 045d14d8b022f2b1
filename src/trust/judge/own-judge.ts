// Our own judge: a whole verifier of Sigstore bundles on `node:crypto`. docs/decisions/0009

import type { KeyObject, X509Certificate } from 'node:crypto';

import { refuse, type Place } from '../../place.ts';
import type { Judgement } from '../judgement.ts';
import type { KnownSignatures } from '../known-signatures.ts';
import type { SigstoreBundle } from '../sigstore-bundle.ts';
import type { Artifact, Certified, Proof } from '../trust.ts';
import { NOT_VOUCHED_FOR, type Authority, type TrustedRoot } from '../trusted-root.ts';
import { holds } from '../validity-window.ts';
import {
  hasCertificateTimestamps,
  refuseAbsent,
  requireCertificateLogged,
} from './certificate-timestamps.ts';
import { ChainJudge } from './chain.ts';
import { parseLeafCertificate, type LeafCertificate } from './leaf-certificate.ts';
import { requireSignature } from './signed.ts';
import { TimestampJudge } from './timestamp.ts';
import { readVerifier } from './verifier.ts';
import { requireTrustedThen, vouching } from './vouching.ts';
import { judgeWitnesses } from './witnesses.ts';

/** What a caller may ask for beside what evidence needs. */
export interface Rules {
  /** The keys that may have signed. A bundle names its key by the hash. */
  readonly publicKeys: readonly KeyObject[];
  /** A certificate may lack the promise of a certificate log, if the root lists none at that time. */
  readonly allowMissingSct: boolean;
  /** For evidence, always. Otherwise a timestamp can do alone. */
  readonly requireLog: boolean;
  /** The file, if the bundle has a message signature. */
  readonly artifact?: Artifact | undefined;
}

/** Judges bundles under one root, whose certificates it reads and verifies once. */
export class OwnJudge {
  readonly #certificates: CertificateJudge;
  readonly #root: TrustedRoot;
  readonly #timestamps: TimestampJudge;

  constructor(root: TrustedRoot) {
    this.#root = root;
    const chains = new ChainJudge();
    this.#certificates = new CertificateJudge(root, chains);
    this.#timestamps = new TimestampJudge(root.timestampAuthorities, chains);
  }

  /**
   * Judges all of a bundle: certificate or key, signature, log entries, timestamps, and that each was
   * trusted at every proven time.
   *
   * @throws EvidenceError CERTIFICATE_INVALID, PUBLIC_KEY_UNKNOWN, SIGNATURE_INVALID,
   *   LOG_ENTRY_INVALID, TIMESTAMP_INVALID
   *
   * @param known takes what verified, for whoever would verify it again
   */
  judge(bundle: SigstoreBundle, rules: Rules, known?: KnownSignatures): Judgement {
    const verifier = readVerifier(bundle.verifier, rules.publicKeys);
    const signed = requireSignature(bundle, verifier, rules.artifact);
    const witnesses = judgeWitnesses(bundle, signed, {
      logs: this.#root.logs,
      timestamps: this.#timestamps,
      requireLog: rules.requireLog,
    });
    const times = witnesses.flatMap(({ source, at, moments, authority }) =>
      at === undefined ? [] : [{ source, at, moments, ...(authority && { authority }) }],
    );
    const signedAt = earliest(times, bundle.file);
    const moments = times.flatMap((time) => time.moments);
    const { leaf, signer, publicKey, kind } = verifier;
    const question = { times: moments, ...rules, place: bundle.verifier.place, known };
    const weakened = leaf === undefined ? [] : this.#certificates.judge(leaf, question);
    for (const { authorities, place } of witnesses) requireTrustedThen(authorities, moments, place);
    const logEntries = witnesses.flatMap(({ logEntry }) => logEntry ?? []);
    return {
      proof: { signer, signedAt, times, logEntries, weakened },
      publicKey,
      kind,
      stamps: witnesses.flatMap(({ stamp }) => stamp ?? []),
    };
  }

  /**
   * Judges a certificate that nothing is signed with yet, at its own first moment: for a signer, before
   * a log gets an entry for ever. Throws CERTIFICATE_INVALID.
   *
   * @param bytes DER
   */
  judgeCertificate(bytes: Uint8Array, allowMissingSct: boolean): Certified {
    const place: Place = {
      code: 'CERTIFICATE_INVALID',
      at: 'certificate',
      hint: NOT_VOUCHED_FOR,
    };
    const leaf = parseLeafCertificate(bytes, place);
    const times = [leaf.x509.validFromDate];
    const weakened = this.#certificates.judge(leaf, { times, allowMissingSct, place });
    return { signer: leaf.signer, publicKey: leaf.publicKey, weakened };
  }
}

function earliest(times: Proof['times'], file: string): Date {
  const [first] = times.toSorted((a, b) => a.at.getTime() - b.at.getTime());
  if (first !== undefined) return first.at;
  const at = `${file}#/verificationMaterial/timestampVerificationData`;
  const hint = 'have it signed again with a timestamp authority in the signing config';
  const expected = 'a promise of a log, or a timestamp';
  return refuse({ code: 'TIMESTAMP_INVALID', at, hint }, 'no proof of the time', expected);
}

// Whether an authority of the trusted root vouches for a signer's certificate.

interface Question {
  /** The authority must be trusted, and every certificate valid, at all of these. */
  readonly times: readonly Date[];
  readonly allowMissingSct: boolean;
  readonly place: Place;
  readonly known?: KnownSignatures | undefined;
}

const SIGNER_WITHOUT_SCT =
  'if this Sigstore has no certificate log, and you trust it without one: --allow-missing-sct';

class CertificateJudge {
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

  #issuerOf(leaf: LeafCertificate, { times, place, known }: Question): X509Certificate {
    const paths = this.#paths.filter(({ chain: [issuer] }) => leaf.x509.checkIssued(issuer));
    if (paths.length === 0) refuseUnknown(place);
    const question = { purpose: 'code signing', times, place, known } as const;
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
