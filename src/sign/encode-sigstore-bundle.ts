import { SIGSTORE_BUNDLE_TYPE } from '../media-types.ts';
import { keyHintOf } from '../trust/key-kind.ts';
import type { Signed, Verifier } from './credential.ts';
import type { LogEntryJson } from './log-entry-json.ts';

/** A DSSE envelope with one signature. */
export interface SignedEnvelope extends Signed {
  readonly payloadType: string;
  readonly payload: Uint8Array;
  /** The bytes under the signature. */
  readonly encoding: Buffer;
}

/** What makes a signature believed: proofs that it was logged, and when it was made. */
export interface Witnessed {
  readonly entries: readonly LogEntryJson[];
  /** RFC 3161 responses, in base64. */
  readonly timestamps: readonly string[];
}

/** A Sigstore bundle as one line of JSON. */
export function encodeSigstoreBundle(
  { payload, payloadType, signature, verifier }: SignedEnvelope,
  { entries, timestamps }: Witnessed,
): Uint8Array {
  const json = {
    mediaType: SIGSTORE_BUNDLE_TYPE,
    verificationMaterial: {
      ...verifierJson(verifier),
      tlogEntries: entries,
      timestampVerificationData:
        timestamps.length === 0
          ? undefined
          : { rfc3161Timestamps: timestamps.map((signedTimestamp) => ({ signedTimestamp })) },
    },
    dsseEnvelope: {
      payload: Buffer.from(payload).toString('base64'),
      payloadType,
      signatures: [{ sig: signature.toString('base64') }],
    },
  };
  return Buffer.from(`${JSON.stringify(json)}\n`, 'utf8');
}

/** A key is not in the bundle: its hint says which one the verifier must have. */
function verifierJson({ type, der }: Verifier): object {
  return type === 'certificate'
    ? { certificate: { rawBytes: der.toString('base64') } }
    : { publicKey: { hint: keyHintOf(der) } };
}
