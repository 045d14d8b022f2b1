// Keyless signing: a new key, a certificate for it from Fulcio, a log entry, a timestamp.

import type { DSSEBundleBuilder } from '@sigstore/sign';

import type { Signer } from '../../attestation/seal.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { IN_TOTO_PAYLOAD_TYPE } from '../../media-types.ts';
import { encodeSigstoreBundle } from '../../sign/encode-sigstore-bundle.ts';
import { parseIdentityToken } from '../../sign/identity-token.ts';
import { chooseServices, type SigningConfig } from '../../sign/signing-config.ts';
import { fulcioSigner } from './fulcio-signer.ts';
import { rekorV1Witness } from './rekor-v1-witness.ts';
import { rekorV2Witness } from './rekor-v2-witness.ts';
import { timestampWitness } from './timestamp-witness.ts';

export interface KeylessSigning {
  /** Where to sign: what `parseSigningConfig` gave. */
  readonly signingConfig: SigningConfig;
  /** An OIDC identity token for the audience `sigstore`. */
  readonly token: string;
  /** The time at which the services and the token must be valid. */
  readonly now: Date;
}

/**
 * A signer for the owner of an identity token. What it signs is not verified yet: `packEvidence` does that.
 *
 * @throws EvidenceError SIGNING_CONFIG_INVALID if the services that are valid now are too few,
 *   SIGNING_FAILED if the token cannot be used; its `sign`: SIGNING_FAILED, SERVICE_FAILED (all unjudged)
 */
export function keylessSigner({ signingConfig, token: text, now }: KeylessSigning): Signer {
  const token = parseIdentityToken(text, now);
  const services = chooseServices(signingConfig, now);
  const secrets = [token.text];
  return {
    sign: async (statement) => {
      // Hundreds of modules, which a verifier does not need.
      const { DSSEBundleBuilder } = await import('@sigstore/sign');
      const builder = new DSSEBundleBuilder({
        signer: fulcioSigner(services.certificateAuthority.url, token),
        witnesses: [
          ...services.logs.map(({ url, majorApiVersion }) =>
            majorApiVersion === 2 ? rekorV2Witness(url, secrets) : rekorV1Witness(url, secrets),
          ),
          ...services.timestampAuthorities.map(({ url }) => timestampWitness(url, secrets)),
        ],
      });
      return encodeSigstoreBundle(await build(builder, statement));
    },
  };
}

async function build(
  builder: DSSEBundleBuilder,
  statement: Uint8Array,
): ReturnType<DSSEBundleBuilder['create']> {
  try {
    const artifact = { data: Buffer.from(statement), type: IN_TOTO_PAYLOAD_TYPE };
    return await builder.create(artifact);
  } catch (error) {
    if (error instanceof EvidenceError) throw error;
    // No cause is kept: an error of the library may contain the token.
    throw new EvidenceError('SIGNING_FAILED', {
      found: 'answers that make no Sigstore bundle',
      expected: 'a certificate, a log entry and a timestamp',
      hint: 'check the addresses in the signing config: they may belong to other services',
    });
  }
}
