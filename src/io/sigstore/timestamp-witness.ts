import { createHash } from 'node:crypto';

import type { Witness } from '@sigstore/sign';

import { postJson } from '../http/client.ts';
import { requestFrom } from './service-request.ts';

/**
 * Asks for a timestamp of the signature, in the JSON of sigstore's own authority:
 * https://github.com/sigstore/timestamp-authority/blob/main/openapi.yaml
 */
export function timestampWitness(authorityUrl: string, secrets: readonly string[]): Witness {
  // A signing config has the whole address. Older ones have only the host.
  const bare = new URL(authorityUrl).pathname === '/';
  const url = bare ? `${authorityUrl}/api/v1/timestamp` : authorityUrl;
  const service = { name: 'timestamp authority', at: authorityUrl, url, secrets };
  return {
    testify: async (content) => {
      if (content.$case !== 'dsseEnvelope') throw new TypeError('only DSSE envelopes are stamped');
      const signature = content.dsseEnvelope.signatures[0]?.sig ?? Buffer.alloc(0);
      const init = postJson({
        artifactHash: createHash('sha256').update(signature).digest('base64'),
        hashAlgorithm: 'sha256',
      });
      const signedTimestamp = await requestFrom({ ...service, init }, (body) => body);
      return { rfc3161Timestamps: [{ signedTimestamp }] };
    },
  };
}
