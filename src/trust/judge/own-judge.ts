// Our own judge: a whole verifier of Sigstore bundles on `node:crypto`. docs/decisions/0009

import type { KeyObject } from 'node:crypto';

import { refuse, type Place } from '../../place.ts';
import type { Judgement } from '../judgement.ts';
import type { SigstoreBundle } from '../sigstore-bundle.ts';
import type { Artifact, Certified, Proof } from '../trust.ts';
import type { TrustedRoot } from '../trusted-root.ts';
import { NOT_VOUCHED_FOR } from '../trusted-root.ts';
import { CertificateJudge } from './certificate-judge.ts';
import { ChainJudge } from './chain.ts';
import { parseLeafCertificate } from './leaf-certificate.ts';
import { requireSignature } from './signed.ts';
import { TimestampJudge } from './timestamp.ts';
import { readVerifier } from './verifier.ts';
import { requireTrustedThen } from './vouching.ts';
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
   */
  judge(bundle: SigstoreBundle, rules: Rules): Judgement {
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
    const question = { times: moments, ...rules, place: bundle.verifier.place };
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
  return refuse(
    {
      code: 'TIMESTAMP_INVALID',
      at: `${file}#/verificationMaterial/timestampVerificationData`,
      hint: 'have it signed again with a timestamp authority in the signing config',
    },
    'no proof of the time',
    'a promise of a log, or a timestamp',
  );
}
