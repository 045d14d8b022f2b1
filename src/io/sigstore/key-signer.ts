import type { Signer } from '../../attestation/seal.ts';
import { logVersionsFor, type KeyCredential } from '../../sign/key-credential.ts';
import { chooseWitnesses, type SigningConfig } from '../../sign/signing-config.ts';
import { sigstoreSigner } from './sigstore-signer.ts';

/**
 * A signer with a key. As with a certificate, a log and a proven time witness what it signs.
 *
 * @throws EvidenceError SIGNING_CONFIG_INVALID if no log that is valid now takes such a key; its `sign`:
 *   SERVICE_FAILED, and what the credential throws (all unjudged)
 */
export function keySigner(
  credential: KeyCredential,
  signingConfig: SigningConfig,
  now: Date,
): Signer {
  const { kind } = credential.publicKey;
  const logs = { versions: logVersionsFor(kind), why: `${kind.name} keys are logged there alone` };
  return sigstoreSigner(credential, chooseWitnesses(signingConfig, now, logs), []);
}
