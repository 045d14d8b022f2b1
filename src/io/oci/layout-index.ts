// The index of a layout as we write it: which entries it has, and in which order.

import { compareBytes } from '../../compare-bytes.ts';
import { hexOf } from '../../digest.ts';
import { dataMap, plain } from '../../document/data.ts';
import { OCI_INDEX } from '../../media-types.ts';
import { descriptorData, descriptorOf } from '../../pointer/descriptor.ts';
import { encodeOci, parseOciManifest } from '../../pointer/oci-manifest.ts';
import type { Descriptor, StoredManifest } from '../../pointer/registry.ts';
import { REF_NAME } from './layout.ts';

/** By this cosign finds the artifact in a layout: https://github.com/sigstore/cosign/blob/main/pkg/oci/layout/index.go */
const COSIGN_KIND = ['kind', 'dev.cosignproject.cosign/image'] as const;

export function entryOf(manifest: StoredManifest, tag: string | undefined): Descriptor {
  const descriptor = descriptorOf(manifest);
  const isIndex = manifest.mediaType === OCI_INDEX;
  const { artifactType, subject } = isIndex
    ? {}
    : parseOciManifest(manifest, hexOf(manifest.digest));
  const isArtifact = !isIndex && subject === undefined;
  const annotations = new Map([
    ...(isArtifact ? [COSIGN_KIND] : []),
    ...(tag === undefined ? [] : [[REF_NAME, tag] as const]),
  ]);
  return {
    ...descriptor,
    ...(annotations.size > 0 && { annotations }),
    ...(artifactType !== undefined && { artifactType }),
  };
}

/** A name is of one entry alone, and an entry without a name is not needed beside one with it. */
export function withEntry(
  entries: readonly Descriptor[],
  entry: Descriptor,
): readonly Descriptor[] {
  const tag = tagOf(entry);
  const isThere = entries.some(({ digest }) => digest === entry.digest);
  if (tag === undefined) return isThere ? entries : [...entries, entry];
  const kept = entries.filter((each) => {
    if (tagOf(each) === tag) return false;
    return each.digest !== entry.digest || tagOf(each) !== undefined;
  });
  const moved = entries.find((each) => tagOf(each) === tag && each.digest !== entry.digest);
  const isLost = moved !== undefined && !kept.some(({ digest }) => digest === moved.digest);
  // An older list of referrers is of no use; anything else stays, without the name.
  return isLost && moved.mediaType !== OCI_INDEX
    ? [...kept, withoutTag(moved), entry]
    : [...kept, entry];
}

function withoutTag({ annotations, ...rest }: Descriptor): Descriptor {
  const others = new Map([...(annotations ?? [])].filter(([name]) => name !== REF_NAME));
  return { ...rest, ...(others.size > 0 && { annotations: others }) };
}

export function tagOf({ annotations }: Descriptor): string | undefined {
  return annotations?.get(REF_NAME);
}

/** In one order, whatever was written first: artifacts, what is attached, lists. */
export function encodeIndex(entries: readonly Descriptor[]): StoredManifest {
  const sorted = entries.toSorted((one, other) => compareBytes(orderOf(one), orderOf(other)));
  return encodeOci(
    OCI_INDEX,
    dataMap({
      schemaVersion: plain('integer', '2'),
      mediaType: OCI_INDEX,
      manifests: sorted.map(descriptorData),
    }),
  );
}

function orderOf(entry: Descriptor): string {
  const isArtifact = entry.annotations?.has(COSIGN_KIND[0]) === true;
  const rank = entry.mediaType === OCI_INDEX ? 2 : Number(!isArtifact);
  return `${rank} ${entry.digest} ${tagOf(entry) ?? ''}`;
}
