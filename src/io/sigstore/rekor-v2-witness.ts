import { createHash } from 'node:crypto';

import { TransparencyLogEntry } from '@sigstore/protobuf-specs';
import type { Witness } from '@sigstore/sign';

import { preAuthEncoding } from '../../trust/dsse.ts';
import { postJson } from '../http/client.ts';
import { requestFrom } from './service-request.ts';

/** Rekor v2 answers when the entry is in a signed tree, which takes up to 10 s. */
const TIMEOUT_MS = 20_000;

type Content = Parameters<Witness['testify']>[0];
type Material = Awaited<ReturnType<Witness['testify']>>;
type Entry = NonNullable<Material['tlogEntries']>[number];

/**
 * Logs a DSSE envelope in Rekor v2: as a hashedrekord over the digest of what is under the signature.
 * `@sigstore/sign` 5.1.0 sends a dsse request, which rekor-tiles refuses since 2.3.0 (2026-06).
 */
export function rekorV2Witness(logUrl: string, secrets: readonly string[]): Witness {
  const url = `${logUrl}/api/v2/log/entries`;
  const service = { name: 'transparency log', at: logUrl, url, secrets, timeoutMs: TIMEOUT_MS };
  return {
    testify: async (content, certificatePem): Promise<Material> => {
      const init = postJson(requestOf(content, certificatePem));
      return { tlogEntries: [await requestFrom({ ...service, init }, parseEntry)] };
    },
  };
}

function parseEntry(body: Buffer): Entry {
  const json: unknown = JSON.parse(body.toString('utf8'));
  const { logId, kindVersion, ...entry } = TransparencyLogEntry.fromJSON(json);
  if (logId === undefined || kindVersion === undefined) throw new TypeError('not an entry');
  return { ...entry, logId, kindVersion };
}

function requestOf(content: Content, certificatePem: string): Readonly<Record<string, unknown>> {
  if (content.$case !== 'dsseEnvelope') throw new TypeError('only DSSE envelopes are logged');
  const { payloadType, payload, signatures } = content.dsseEnvelope;
  const [signature] = signatures;
  if (signature === undefined) throw new TypeError('an envelope without a signature');
  const digest = createHash('sha256')
    .update(preAuthEncoding(payloadType, payload))
    .digest('base64');
  return {
    hashedRekordRequestV002: {
      digest,
      signature: {
        content: signature.sig.toString('base64'),
        verifier: {
          keyDetails: 'PKIX_ECDSA_P256_SHA_256',
          x509Certificate: { rawBytes: certificatePem.replaceAll(/-----[^-]+-----|\s/g, '') },
        },
      },
    },
  };
}
