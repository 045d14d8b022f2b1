import { createHash } from 'node:crypto';

import { bundleFromJSON, bundleToJSON, type SerializedBundle } from '@sigstore/bundle';
import { dsse, pem } from '@sigstore/core';
import { TransparencyLogEntry, TrustedRoot } from '@sigstore/protobuf-specs';
import { DSSEBundleBuilder, FulcioSigner, RekorWitness, TSAWitness } from '@sigstore/sign';
import type { Witness } from '@sigstore/sign';
import { Verifier, toSignedEntity, toTrustMaterial, type Signer } from '@sigstore/verify';

import type { Sandbox } from '../../src/io/sandbox/sandbox-server.ts';

const STATEMENT = {
  type: 'application/vnd.in-toto+json',
  data: Buffer.from(
    JSON.stringify({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [
        { name: 'a.txt', digest: { sha256: createHash('sha256').update('hello\n').digest('hex') } },
      ],
      predicateType: 'https://aicr.run/recipe-evidence/v3',
      predicate: { x: 1 },
    }),
  ),
};

export type Kind = 'v1' | 'v1-tsa' | 'v2-tsa';

/** What each kind of evidence must carry to be accepted: a log entry, and so many times. */
const TIMES: Readonly<Record<Kind, number>> = { v1: 1, 'v1-tsa': 2, 'v2-tsa': 1 };

/** Rekor v2 wants the digest of what was signed; the library's own witness sends the envelope. */
function rekorV2Witness(url: string): Witness {
  return {
    async testify(content, certificate) {
      if (content.$case !== 'dsseEnvelope') throw new Error('not an envelope');
      const { payload, payloadType, signatures } = content.dsseEnvelope;
      const signed = dsse.preAuthEncoding(payloadType, payload);
      const x509Certificate = { rawBytes: pem.toDER(certificate).toString('base64') };
      const response = await fetch(`${url}/rekor2/api/v2/log/entries`, {
        method: 'POST',
        body: JSON.stringify({
          hashedRekordRequestV002: {
            digest: createHash('sha256').update(signed).digest('base64'),
            signature: {
              content: signatures[0]?.sig.toString('base64'),
              verifier: { keyDetails: 'PKIX_ECDSA_P256_SHA_256', x509Certificate },
            },
          },
        }),
      });
      if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
      return { tlogEntries: [TransparencyLogEntry.fromJSON(await response.json())] } as never;
    },
  };
}

function witnesses(sandbox: Sandbox, kind: Kind): Witness[] {
  const rekorV1 = new RekorWitness({ rekorBaseURL: sandbox.url, entryType: 'dsse' });
  const timestamp = new TSAWitness({ tsaBaseURL: `${sandbox.url}/api/v1/timestamp` });
  if (kind === 'v1') return [rekorV1];
  return kind === 'v1-tsa' ? [rekorV1, timestamp] : [rekorV2Witness(sandbox.url), timestamp];
}

export async function signIn(
  sandbox: Sandbox,
  kind: Kind,
  token = sandbox.token(),
): Promise<SerializedBundle> {
  const identityProvider = { getToken: async () => await Promise.resolve(token) };
  const signer = new FulcioSigner({ fulcioBaseURL: sandbox.url, identityProvider });
  const builder = new DSSEBundleBuilder({ signer, witnesses: witnesses(sandbox, kind) });
  return bundleToJSON(await builder.create(STATEMENT));
}

/** Verifies with SCT, log entry, and every time that this kind carries. */
export function verifyUnder(sandbox: Sandbox, kind: Kind, bundle: SerializedBundle): Signer {
  const trust = toTrustMaterial(TrustedRoot.fromJSON(sandbox.trustedRoot));
  const thresholds = { ctlogThreshold: 1, tlogThreshold: 1, timestampThreshold: TIMES[kind] };
  return new Verifier(trust, thresholds).verify(toSignedEntity(bundleFromJSON(bundle)));
}
