import type { Signer } from '../../attestation/seal.ts';
import { logVersionsFor, type KeyCredential } from '../../sign/key-credential.ts';
import { chooseWitnesses, type SigningConfig } from '../../sign/signing-config.ts';
import type { SigstoreTrust } from '../../trust/trust.ts';
import { clockFrom, sigstoreSigner } from './sigstore-signer.ts';

export interface KeySigning {
  /** The key: what `keyCredential` gave. */
  readonly credential: KeyCredential;
  /** Where to log: what `parseSigningConfig` gave. */
  readonly signingConfig: SigningConfig;
  /** The time at which the services must be valid. */
  readonly now: Date;
  /** Under which each answer must verify: what `sigstoreTrust` gave, with this key. */
  readonly trust: SigstoreTrust;
}

/**
 * A signer with a key. As with a certificate, a log and a proven time witness what it signs. Whoever
 * verifies it must have the key.
 *
 * @throws EvidenceError SIGNING_CONFIG_INVALID if no log that is valid now takes such a key; its `sign`: KEY_INVALID,
 *   SIGNING_FAILED, SELF_CHECK_FAILED, SERVICE_FAILED, SERVICE_UNREACHABLE, SERVICE_SLOW, SERVICE_ANSWER_INVALID, PROXY_FAILED (all unjudged)
 */
export function keySigner({ credential, signingConfig, now, trust }: KeySigning): Signer {
  const { kind } = credential.publicKey;
  const logs = { versions: logVersionsFor(kind), why: `${kind.name} keys are logged there alone` };
  const services = chooseWitnesses(signingConfig, now, logs);
  return sigstoreSigner(credential, { ...services, trust, clock: clockFrom(now) });
}
