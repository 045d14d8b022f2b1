import type { BundleWithDsseEnvelope } from '@sigstore/bundle';

import { EvidenceError } from '../errors/evidence-error.ts';

type Entry = BundleWithDsseEnvelope['verificationMaterial']['tlogEntries'][number];
type Proof = NonNullable<Entry['inclusionProof']>;

/**
 * A Sigstore bundle as one line of JSON. The library's own writer leaves `hashes`, `logIndex` and
 * `treeSize` out when they are empty or zero, and then sigstore-python refuses the first entry of a
 * log; here they are always there. Throws SIGNING_FAILED.
 */
export function encodeSigstoreBundle({
  mediaType,
  content,
  verificationMaterial,
}: BundleWithDsseEnvelope): Uint8Array {
  const { payloadType, payload, signatures } = content.dsseEnvelope;
  const stamps = verificationMaterial.timestampVerificationData?.rfc3161Timestamps ?? [];
  const rfc3161Timestamps = stamps.map((stamp) => ({
    signedTimestamp: base64(stamp.signedTimestamp),
  }));
  const json = {
    mediaType,
    verificationMaterial: {
      certificate: { rawBytes: base64(certificateOf(verificationMaterial)) },
      tlogEntries: verificationMaterial.tlogEntries.map(entryJson),
      timestampVerificationData: stamps.length === 0 ? undefined : { rfc3161Timestamps },
    },
    dsseEnvelope: {
      payload: base64(payload),
      payloadType,
      signatures: signatures.map(({ sig }) => ({ sig: base64(sig) })),
    },
  };
  return Buffer.from(`${JSON.stringify(json)}\n`, 'utf8');
}

function certificateOf({ content }: BundleWithDsseEnvelope['verificationMaterial']): Uint8Array {
  if (content.$case === 'certificate') return content.certificate.rawBytes;
  throw new EvidenceError('SIGNING_FAILED', {
    found: `a signature with ${content.$case}`,
    expected: 'a signature with one certificate',
    hint: 'sign again; if it happens again, report it',
  });
}

function entryJson(entry: Entry): Readonly<Record<string, unknown>> {
  const { logIndex, logId, kindVersion, integratedTime, inclusionPromise, inclusionProof } = entry;
  return {
    logIndex,
    logId: { keyId: base64(logId.keyId) },
    kindVersion: { kind: kindVersion.kind, version: kindVersion.version },
    // Rekor v2 states no time, and a zero would read as 1970.
    integratedTime: integratedTime === '0' ? undefined : integratedTime,
    inclusionPromise: inclusionPromise && {
      signedEntryTimestamp: base64(inclusionPromise.signedEntryTimestamp),
    },
    inclusionProof: inclusionProof && proofJson(inclusionProof),
    canonicalizedBody: base64(entry.canonicalizedBody),
  };
}

function proofJson(proof: Proof): Readonly<Record<string, unknown>> {
  return {
    logIndex: proof.logIndex,
    rootHash: base64(proof.rootHash),
    treeSize: proof.treeSize,
    hashes: proof.hashes.map(base64),
    checkpoint: { envelope: proof.checkpoint?.envelope ?? '' },
  };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
