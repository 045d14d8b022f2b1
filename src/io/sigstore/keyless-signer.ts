// Keyless signing: a new key, a certificate for it from Fulcio, a timestamp, a log entry.

import type { Signer } from '../../attestation/seal.ts';
import { parseIdentityToken } from '../../sign/identity-token.ts';
import { chooseServices, type SigningConfig } from '../../sign/signing-config.ts';
import { fulcioCredential } from './fulcio-credential.ts';
import { sigstoreSigner } from './sigstore-signer.ts';

export interface KeylessSigning {
  /** Where to sign: what `parseSigningConfig` gave. */
  readonly signingConfig: SigningConfig;
  /** An OIDC identity token. */
  readonly token: string;
  /** For whom the token must be; `sigstore` by default. */
  readonly audience?: string;
  /** The time at which the services and the token must be valid. */
  readonly now: Date;
}

/**
 * A signer for the owner of an identity token. What it signs is not verified yet: `packEvidence` does that.
 *
 * @throws EvidenceError SIGNING_CONFIG_INVALID if the services that are valid now are too few,
 *   SIGNING_FAILED if the token cannot be used; its `sign`: SERVICE_FAILED (all unjudged)
 */
export function keylessSigner(signing: KeylessSigning): Signer {
  const { signingConfig, now } = signing;
  const token = parseIdentityToken(signing.token, now, signing.audience);
  const services = chooseServices(signingConfig, now);
  const credential = fulcioCredential(services.certificateAuthority.url, token);
  return sigstoreSigner(credential, services, [token.text]);
}
