// A signature becomes a Sigstore bundle: a credential signs, timestamp authorities and logs witness.

import type { Signer } from '../../attestation/seal.ts';
import { IN_TOTO_PAYLOAD_TYPE } from '../../media-types.ts';
import type { Credential } from '../../sign/credential.ts';
import { encodeSigstoreBundle, type SignedEnvelope } from '../../sign/encode-sigstore-bundle.ts';
import type { SigningServices } from '../../sign/signing-config.ts';
import { preAuthEncoding } from '../../trust/dsse.ts';
import { logInRekorV1 } from './rekor-v1-witness.ts';
import { logInRekorV2 } from './rekor-v2-witness.ts';
import { stamp } from './timestamp-witness.ts';

/** Who may witness a signature. */
type Witnesses = Pick<SigningServices, 'logs' | 'timestampAuthorities'>;

/**
 * A signer with this credential. What it signs is not verified yet: `seal` does that.
 *
 * @param secrets what no error may show, e.g. the token
 * @throws EvidenceError its `sign`: SERVICE_FAILED, and what the credential throws
 */
export function sigstoreSigner(
  credential: Credential,
  { logs, timestampAuthorities }: Witnesses,
  secrets: readonly string[],
): Signer {
  return {
    sign: async (statement) => {
      const envelope = await signEnvelope(credential, statement);
      // Logs come last, because an entry is for ever: a timestamp that fails leaves nothing behind.
      const timestamps = await Promise.all(
        timestampAuthorities.map(async ({ url }) => await stamp(envelope, { url, secrets })),
      );
      const entries = await Promise.all(
        logs.map(async ({ url, majorApiVersion }) => {
          const log = majorApiVersion === 2 ? logInRekorV2 : logInRekorV1;
          return await log(envelope, { url, secrets });
        }),
      );
      return encodeSigstoreBundle(envelope, { entries, timestamps });
    },
  };
}

async function signEnvelope(credential: Credential, payload: Uint8Array): Promise<SignedEnvelope> {
  const payloadType = IN_TOTO_PAYLOAD_TYPE;
  const encoding = preAuthEncoding(payloadType, payload);
  return { payload, payloadType, encoding, ...(await credential.sign(encoding)) };
}
