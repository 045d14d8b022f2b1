// A signature that is attached to an artifact: https://github.com/sigstore/cosign/blob/main/specs/BUNDLE_SPEC.md

import { digestOf, hexOf, type Digest } from '../digest.ts';
import { decodeJson } from '../document/json.ts';
import { ObjectReader } from '../document/object-reader.ts';
import { timestampOf } from '../document/time.ts';
import { MAX_OCI_CONFIG_BYTES, MAX_SIGSTORE_BUNDLE_BYTES } from '../limits.ts';
import { SIGSTORE_BUNDLE_TYPE } from '../media-types.ts';
import { refuse } from '../place.ts';
import { quote } from '../quote.ts';
import { parseTimestampResponse } from '../trust/judge/timestamp-response.ts';
import { parseSigstoreBundle, payloadOf, type SigstoreBundle } from '../trust/sigstore-bundle.ts';
import { EMPTY_CONFIG, onlyLayer, requireSize } from './artifact.ts';
import { OCI_HINT, descriptorOf } from './descriptor.ts';
import { encodeOciManifest, refuseKind, type OciManifest } from './oci-manifest.ts';
import type { Descriptor, StoredManifest } from './registry.ts';

/**
 * The manifest that attaches a Sigstore bundle to an artifact. Attaching the same twice gives one digest.
 * Nothing is verified.
 *
 * @param file how complaints name the bundle
 * @throws EvidenceError SIGSTORE_BUNDLE_INVALID, TIMESTAMP_INVALID, LIMIT_EXCEEDED, and for a payload
 *   without a predicateType what `decodeJson` throws, FIELD_MISSING, FIELD_INVALID
 */
export function attestationManifest(
  subject: StoredManifest,
  sigstoreBundle: Uint8Array,
  file: string,
): StoredManifest {
  const limits = { name: file, maxBytes: MAX_SIGSTORE_BUNDLE_BYTES };
  const bundle = parseSigstoreBundle(sigstoreBundle, limits);
  const title = `sha256-${hexOf(subject.digest)}.sigstore.json`;
  return encodeOciManifest({
    artifactType: SIGSTORE_BUNDLE_TYPE,
    config: EMPTY_CONFIG,
    layers: [
      {
        mediaType: SIGSTORE_BUNDLE_TYPE,
        digest: digestOf(sigstoreBundle),
        size: sigstoreBundle.length,
        annotations: new Map([['org.opencontainers.image.title', title]]),
      },
    ],
    subject: descriptorOf(subject),
    annotations: new Map([
      ['dev.sigstore.bundle.content', 'dsse-envelope'],
      ['dev.sigstore.bundle.predicateType', predicateTypeOf(bundle)],
      ['org.opencontainers.image.created', timestampOf(earliestTime(bundle))],
    ]),
  });
}

/** As the statement in it says it; nobody has verified that. Throws as `attestationManifest` does. */
export function predicateTypeOf(bundle: SigstoreBundle): string {
  const { file } = bundle;
  return new ObjectReader(decodeJson(payloadOf(bundle), file), file).string('predicateType');
}

/** As it says itself; 1970 if it names no time. */
function earliestTime({ entries, timestamps }: SigstoreBundle): Date {
  const logged = entries.map(({ integratedTime }) => Number(integratedTime) * 1000);
  const stamped = timestamps.map(({ response, place }) =>
    parseTimestampResponse(response, place).info.at.getTime(),
  );
  // A log without a clock of its own says 0.
  const times = [...logged, ...stamped].filter((time) => time > 0);
  return new Date(times.length === 0 ? 0 : Math.min(...times));
}

/**
 * The layer with the Sigstore bundle, if the manifest attaches one to this artifact, whoever wrote it. What
 * lists say of it does not count.
 *
 * @throws EvidenceError REFERRER_OTHER, KIND_UNEXPECTED if it is something else, FIELD_INVALID, LIMIT_EXCEEDED
 */
export function requireAttestation(
  manifest: OciManifest,
  artifact: Digest,
  file: string,
): Descriptor {
  const { subject, artifactType, config, layers } = manifest;
  if (subject?.digest !== artifact) {
    const place = { code: 'REFERRER_OTHER', at: `${file}#/subject`, hint: OCI_HINT } as const;
    refuse(place, subject === undefined ? 'no subject' : subject.digest, artifact);
  }
  const type = artifactType ?? config.mediaType;
  if (![type, ...layers.map(({ mediaType }) => mediaType)].includes(SIGSTORE_BUNDLE_TYPE)) {
    const hint = 'nothing to do: it is no signature that is read here';
    refuseKind(file, `an artifact of the type ${quote(type)}`, SIGSTORE_BUNDLE_TYPE, hint);
  }
  // Copied with it.
  requireSize(config, MAX_OCI_CONFIG_BYTES, `${file}#/config`);
  const maxBytes = MAX_SIGSTORE_BUNDLE_BYTES;
  return onlyLayer(manifest, file, { mediaType: SIGSTORE_BUNDLE_TYPE, maxBytes });
}
