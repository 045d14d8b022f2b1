// Whatever keeps artifacts: a repository of a registry, or an OCI image layout on disk. It has manifests and
// blobs by digest.

import type { Digest } from '../digest.ts';
import type { Fault } from '../errors/evidence-error.ts';

/** OCI image-spec 1.1, descriptor.md: what is used of it. `urls` are refused when it is read, and `data` that lies. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly artifactType?: string;
  readonly annotations?: ReadonlyMap<string, string>;
}

/** A manifest or an index as its bytes came: within its limit and hashed, not parsed. */
export interface StoredManifest {
  readonly bytes: Uint8Array;
  /** As it was served (Content-Type), without parameters. */
  readonly mediaType: string;
  /** Computed from the bytes. */
  readonly digest: Digest;
}

/** What a list names. */
export interface ReferrerList {
  readonly manifests: readonly Descriptor[];
  /** Why entries are not among them. Anybody can add one, and a bad one must not hide the others. */
  readonly unread: readonly Fault[];
}

export interface Repository {
  /** `HOST/REPO`, or the path of a layout: how errors and reports name it. */
  readonly name: string;
  /** How often it was asked so far. */
  readonly requests: number;
  /** Undefined: it has none. By digest: other bytes are an error. By tag: as it is now. */
  readManifest(
    reference: Digest | { readonly tag: string },
    maxBytes: number,
  ): Promise<StoredManifest | undefined>;
  /**
   * Every byte counted and hashed while it streams; goes on where a connection broke. Missing is unjudged;
   * other bytes of the full length are invalid.
   *
   * @param held its first bytes, where they were kept: they are counted and hashed too, and not given again
   */
  readBlob(blob: Descriptor, held?: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
  hasBlob(blob: Descriptor): Promise<boolean>;
  /** Begins an upload and gives it up: whoever may not write hears it before anything is done. */
  requireWritable(): Promise<void>;
  /** Goes on at the registry's offset; `open(offset)` may be called more than once. */
  writeBlob(blob: Descriptor, open: (offset: number) => AsyncIterable<Uint8Array>): Promise<void>;
  /** By its digest, or under a tag. It is read back and hashed, because a registry may take anything. */
  writeManifest(manifest: StoredManifest, tag?: string): Promise<void>;
  /** What the Referrers API lists, all its pages; undefined: it has no such API. A hint, and no more. */
  listReferrers(subject: Digest): Promise<ReferrerList | undefined>;
}

/** Where repositories are: `HOST/REPO` → repository. */
export interface Registry {
  repository(name: string): Repository;
}
