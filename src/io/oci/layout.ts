// An OCI image layout on disk: https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md

import { createHash } from 'node:crypto';
import { closeSync, readFileSync } from 'node:fs';
import { lstat, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { parseReference } from '../../artifact-reference.ts';
import { digestOf, digestOfHex, hexOf, isDigest, type Digest } from '../../digest.ts';
import { decodeJson } from '../../document/json.ts';
import { ObjectReader } from '../../document/object-reader.ts';
import { EvidenceError, unlessRefused } from '../../errors/evidence-error.ts';
import { MAX_ENTRIES, MAX_LAYOUT_JSON_BYTES } from '../../limits.ts';
import { MAX_OCI_INDEX_BYTES, MAX_OCI_MANIFEST_BYTES } from '../../limits.ts';
import { AICR_ARTIFACT, OCI_INDEX, OCI_MANIFEST } from '../../media-types.ts';
import { refuse } from '../../place.ts';
import { descriptorOf } from '../../pointer/descriptor.ts';
import { parseOciIndex } from '../../pointer/oci-index.ts';
import { parseOciManifest, type OciManifest } from '../../pointer/oci-manifest.ts';
import type {
  Descriptor,
  ReferrerList,
  Repository,
  StoredManifest,
} from '../../pointer/registry.ts';
import { escapeInvisible } from '../../quote.ts';
import { kindOf, listDirectory, openFound, tooLarge, withFile } from '../disk/open-file.ts';
import { OCI_LAYOUT_FILE, readUnchanged, wrongKind } from '../disk/open-file.ts';
import { isSystemError, unreadable } from '../disk/system-error.ts';

export const INDEX_FILE = 'index.json';
export const BLOBS = join('blobs', 'sha256');
export const REF_NAME = 'org.opencontainers.image.ref.name';

const HINT = 'copy the layout again, or name another one';
const JSON_START = '{'.charCodeAt(0);

/** Whether a directory says that it is one; a guess. */
export async function isLayout(path: string): Promise<boolean> {
  const stats = await lstat(join(path, OCI_LAYOUT_FILE)).catch(() => undefined);
  return stats !== undefined;
}

/** A manifest of an artifact among the blobs. */
interface Found {
  readonly descriptor: Descriptor;
  readonly subject: Digest | undefined;
  /** Whether its bytes are those that its name says. */
  readonly isWhole: boolean;
}

/** A layout to read. No link in it is followed, and what is named by its digest is hashed when it is read. */
export class OciLayout implements Repository {
  readonly name: string;
  /** What its index lists. */
  readonly listed: readonly Descriptor[];
  readonly indexDigest: Digest | undefined;
  requests = 0;
  readonly #path: string;
  #found: Promise<readonly Found[]> | undefined;

  /** @param stored the index, as it is on disk; undefined: none yet */
  constructor(path: string, stored?: StoredManifest) {
    this.#path = path;
    this.name = escapeInvisible(path);
    const file = escapeInvisible(join(path, INDEX_FILE));
    this.listed = stored === undefined ? [] : parseOciIndex(stored, file).manifests;
    this.indexDigest = stored?.digest;
  }

  /** The one that it is listed under; undefined: none, or several. */
  tagOf(digest: Digest): string | undefined {
    const names = this.listed.flatMap((each) =>
      each.digest === digest ? (each.annotations?.get(REF_NAME) ?? []) : [],
    );
    const [name = '', ...more] = new Set(names);
    // Some write a whole reference there.
    const isTag = parseReference(`localhost/x:${name}`)?.tag === name;
    return isTag && more.length === 0 ? name : undefined;
  }

  /** The evidence that its index lists. */
  async artifacts(): Promise<readonly Digest[]> {
    const listed = new Set(this.listed.map(({ digest }) => digest));
    const found = (await this.#scan()).map(({ descriptor }) => descriptor);
    return found
      .filter(({ digest, artifactType }) => artifactType === AICR_ARTIFACT && listed.has(digest))
      .map(({ digest }) => digest);
  }

  async readManifest(
    reference: Digest | { readonly tag: string },
    maxBytes: number,
  ): Promise<StoredManifest | undefined> {
    const isNamed = typeof reference === 'string';
    const digest = isNamed ? reference : this.#tagged(reference.tag)?.digest;
    if (digest === undefined) return undefined;
    this.requests += 1;
    const path = this.blobPath(digest);
    const reading = readSmall(path, maxBytes, 'a manifest');
    // What is listed under a tag has to be there.
    const bytes = await (isNamed ? ifThere(reading) : reading);
    if (bytes === undefined) return undefined;
    requireDigest(path, digestOf(bytes), digest);
    return { bytes, digest, mediaType: statedType(bytes) };
  }

  /** A registry is asked for what is behind `held`; here all is read again, and the rest given. */
  async *readBlob(
    blob: Descriptor,
    held: AsyncIterable<Uint8Array> = nothing(),
  ): AsyncGenerator<Uint8Array, void, void> {
    this.requests += 1;
    const path = this.blobPath(blob.digest);
    let skip = 0;
    for await (const chunk of held) skip += chunk.length;
    const hash = createHash('sha256');
    const file = await openFound(path);
    try {
      if (file.stats.size !== blob.size) otherBlob(path, `${file.stats.size} bytes`, blob);
      for await (const chunk of readUnchanged(file, path)) {
        hash.update(chunk);
        if (skip < chunk.length) yield chunk.subarray(skip);
        skip = Math.max(0, skip - chunk.length);
      }
    } finally {
      closeSync(file.fd);
    }
    requireDigest(path, digestOfHex(hash.digest('hex')), blob.digest);
  }

  /** The disk tells when it is written. */
  async requireWritable(): Promise<void> {
    await Promise.resolve();
  }

  async hasBlob({ digest, size }: Descriptor): Promise<boolean> {
    this.requests += 1;
    const stats = await lstat(this.blobPath(digest)).catch(() => undefined);
    return stats?.isFile() === true && stats.size === size;
  }

  async writeBlob(): Promise<never> {
    return await readOnly();
  }

  async writeManifest(): Promise<never> {
    return await readOnly();
  }

  /**
   * Whatever is attached, whether an index lists it or not: `cosign save` lists nothing. What is listed and cannot be
   * read may be attached too.
   */
  async listReferrers(subject: Digest): Promise<ReferrerList> {
    const found = await this.#scan();
    const whole = new Set(found.flatMap((each) => (each.isWhole ? each.descriptor.digest : [])));
    const manifests = [
      ...found.filter((each) => each.subject === subject).map(({ descriptor }) => descriptor),
      ...this.listed.filter(
        ({ digest, mediaType }) => mediaType !== OCI_INDEX && !whole.has(digest),
      ),
    ];
    return { manifests, unread: [] };
  }

  blobPath(digest: Digest): string {
    return join(this.#path, BLOBS, hexOf(digest));
  }

  /** The first that has the name: no name in a layout is proof of anything. */
  #tagged(tag: string): Descriptor | undefined {
    return this.listed.find(({ annotations }) => annotations?.get(REF_NAME) === tag);
  }

  async #scan(): Promise<readonly Found[]> {
    this.#found ??= this.#readSmallBlobs();
    return await this.#found;
  }

  async #readSmallBlobs(): Promise<readonly Found[]> {
    this.requests += 1;
    const folder = join(this.#path, BLOBS);
    const entries = await listDirectory(folder, {
      most: MAX_ENTRIES,
      found: `more than ${MAX_ENTRIES} blobs`,
      expected: `at most ${MAX_ENTRIES} in a layout`,
      hint: 'copy what you need into a layout of its own, or name the registry',
    });
    const found: Found[] = [];
    let left = MAX_LAYOUT_JSON_BYTES;
    for (const { name } of entries.filter((entry) => entry.isFile())) {
      const path = join(folder, name);
      const bytes = await readIfJson(path);
      left -= bytes.length;
      if (left < 0) throw tooLarge(folder, MAX_LAYOUT_JSON_BYTES, 'its documents', HINT);
      const digest = `sha256:${name}`;
      if (!isDigest(digest) || bytes.length === 0) continue;
      const stored = { bytes, digest, mediaType: OCI_MANIFEST };
      const manifest = unlessRefused(() => parseOciManifest(stored, path));
      if (manifest !== undefined) found.push(foundOf(stored, manifest));
    }
    return found;
  }
}

/**
 * Opens an OCI image layout to read it. Blobs are looked at when they are read.
 *
 * @throws EvidenceError FILE_UNREADABLE, FILE_CHANGED (unjudged); what `decodeJson` throws, SCHEMA_VERSION_UNKNOWN,
 *   FIELD_MISSING, FIELD_INVALID, LIMIT_EXCEEDED (invalid)
 */
export async function openLayout(path: string): Promise<OciLayout> {
  await requireDirectory(path, true);
  for (const folder of ['blobs', BLOBS]) await requireDirectory(join(path, folder), false);
  const marker = join(path, OCI_LAYOUT_FILE);
  const at = escapeInvisible(marker);
  const said = await readSmall(marker, MAX_OCI_MANIFEST_BYTES, 'the mark of a layout');
  const reader = new ObjectReader(decodeJson(said, at), at);
  if (reader.string('imageLayoutVersion') !== '1.0.0') {
    const refusal = { code: 'SCHEMA_VERSION_UNKNOWN', expected: '1.0.0', hint: HINT } as const;
    reader.refuse('imageLayoutVersion', refusal);
  }
  const index = join(path, INDEX_FILE);
  const bytes = await readSmall(index, MAX_OCI_INDEX_BYTES, 'the index of a layout');
  return new OciLayout(path, { bytes, mediaType: OCI_INDEX, digest: digestOf(bytes) });
}

function foundOf(
  stored: StoredManifest,
  { artifactType, config, subject, annotations }: OciManifest,
): Found {
  const type = artifactType ?? config.mediaType;
  return {
    descriptor: { ...descriptorOf(stored), artifactType: type, annotations },
    subject: subject?.digest,
    isWhole: digestOf(stored.bytes) === stored.digest,
  };
}

async function requireDirectory(path: string, isNamed: boolean): Promise<void> {
  const stats = await (isNamed ? stat : lstat)(path).catch((error: unknown) => {
    throw unreadable(error, path, 'directory');
  });
  if (!stats.isDirectory()) throw wrongKind(path, kindOf(stats));
}

async function readSmall(path: string, maxBytes: number, what: string): Promise<Buffer> {
  return await withFile(openFound(path), async (file) => {
    if (file.stats.size > maxBytes) throw tooLarge(path, maxBytes, what, HINT);
    const chunks: Uint8Array[] = [];
    for await (const chunk of readUnchanged(file, path)) chunks.push(chunk);
    return Buffer.concat(chunks);
  });
}

/** Nothing, if it is too large for a manifest or begins otherwise. */
async function readIfJson(path: string): Promise<Buffer> {
  return await withFile(openFound(path), async ({ fd, stats }) => {
    if (stats.size > MAX_OCI_MANIFEST_BYTES) return Buffer.alloc(0);
    const bytes = await Promise.resolve(readFileSync(fd));
    return bytes[0] === JSON_START ? bytes : Buffer.alloc(0);
  });
}

/** Undefined if there is no such file. */
async function ifThere<T>(reading: Promise<T>): Promise<T | undefined> {
  return await reading.catch((error: unknown) => {
    const cause = error instanceof EvidenceError ? error.cause : undefined;
    if (isSystemError(cause) && cause.code === 'ENOENT') return undefined;
    throw error;
  });
}

/** A layout serves no Content-Type, and an entry that lists it may be wrong: it is what the document says, or has. */
function statedType(bytes: Uint8Array): string {
  const stated = unlessRefused(() => {
    const reader = new ObjectReader(decodeJson(bytes, ''), '');
    return reader.optionalString('mediaType') ?? (reader.has('manifests') ? OCI_INDEX : undefined);
  });
  return stated ?? OCI_MANIFEST;
}

function requireDigest(path: string, found: Digest, expected: Digest): void {
  if (found !== expected) otherBlob(path, `the digest ${found}`, { digest: expected });
}

function otherBlob(
  path: string,
  found: string,
  { digest, size }: { readonly digest: Digest; readonly size?: number },
): never {
  const expected = size === undefined ? digest : `${size} bytes`;
  refuse({ code: 'FILE_DIFFERS', at: escapeInvisible(path), hint: HINT }, found, expected);
}

async function readOnly(): Promise<never> {
  return await Promise.reject(new TypeError('this layout was opened to be read'));
}

async function* nothing(): AsyncGenerator<Uint8Array, void> {}
