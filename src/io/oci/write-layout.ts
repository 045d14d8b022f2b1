// Writes an OCI image layout, or adds to one of ours: whole or not at all.

import { createHash, randomBytes } from 'node:crypto';
import {
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { digestOf, digestOfHex, type Digest } from '../../digest.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { OCI_INDEX } from '../../media-types.ts';
import { refuse } from '../../place.ts';
import { descriptorOf } from '../../pointer/descriptor.ts';
import type { Descriptor, Repository, StoredManifest } from '../../pointer/registry.ts';
import { escapeInvisible } from '../../quote.ts';
import { OCI_LAYOUT_FILE } from '../disk/open-file.ts';
import { syncDirectory } from '../disk/staged-file.ts';
import { orUnwritable, unwritable } from '../disk/system-error.ts';
import { encodeIndex, entryOf, tagOf, withEntry } from './layout-index.ts';
import { BLOBS, INDEX_FILE, OciLayout, openLayout } from './layout.ts';

const MARK = '{"imageLayoutVersion":"1.0.0"}';
const TOP = new Set(['blobs', INDEX_FILE, OCI_LAYOUT_FILE]);

export interface WriteLayout {
  /** Gives up, and removes what was written so far, before `abort` returns. */
  readonly signal?: AbortSignal | undefined;
  /** Called in the turn of the event loop in which the layout gets its name, or its new index. */
  readonly onNamed?: () => void;
}

/**
 * Lets `use` write into a layout at this path: a new one, or one that was written so before. What it writes into is no
 * repository any more afterwards.
 *
 * @throws EvidenceError OUTPUT_FOREIGN, FILE_UNWRITABLE (unjudged); of an older layout what `openLayout` throws;
 *   what `use` throws, or the signal's reason
 */
export async function writeLayout(
  path: string,
  use: (repository: Repository) => Promise<void>,
  { signal, onNamed }: WriteLayout = {},
): Promise<void> {
  const older = await olderLayout(path);
  const staged = new StagedLayout(path, older);
  const drop = (): void => staged.drop();
  signal?.addEventListener('abort', drop);
  try {
    signal?.throwIfAborted();
    await use(staged);
    signal?.throwIfAborted();
    await staged.sync();
    signal?.throwIfAborted();
    staged.keep();
    onNamed?.();
    await syncDirectory(dirname(path));
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', drop);
    drop();
  }
}

/** What is there already. Throws OUTPUT_FOREIGN: others' may hold what an index of ours would lose. */
export async function olderLayout(path: string): Promise<OciLayout | undefined> {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  const names = stats?.isDirectory() === true ? readdirSync(path) : [];
  if (stats === undefined || (stats.isDirectory() && names.length === 0)) return undefined;
  if (!names.includes(OCI_LAYOUT_FILE)) refuseForeign(path, `no ${OCI_LAYOUT_FILE} in it`);
  const foreign = names.find((name) => !TOP.has(name));
  if (foreign !== undefined) refuseForeign(join(path, foreign), 'what is no part of a layout');
  const older = await openLayout(path);
  if (older.indexDigest === encodeIndex(older.listed).digest) return older;
  return refuseForeign(join(path, INDEX_FILE), 'the index of another program');
}

function refuseForeign(path: string, found: string): never {
  const at = escapeInvisible(path);
  const expected = 'a path that is free, or a layout that affidavit wrote';
  refuse({ code: 'OUTPUT_FOREIGN', at, hint: 'name another directory' }, found, expected);
}

/** Beside its place until it is whole, as `.affidavit-….tmp`. What an older one has is read from there. */
class StagedLayout implements Repository {
  readonly name: string;
  readonly #path: string;
  readonly #older: OciLayout | undefined;
  readonly #temporary: string;
  readonly #staged: OciLayout;
  readonly #blobs = new Set<Digest>();
  #entries: readonly Descriptor[];

  constructor(path: string, older: OciLayout | undefined) {
    this.name = escapeInvisible(path);
    this.#path = path;
    this.#older = older;
    this.#entries = older?.listed ?? [];
    this.#temporary = join(dirname(path), `.affidavit-${randomBytes(8).toString('hex')}.tmp`);
    this.#staged = new OciLayout(this.#temporary);
    orUnwritable(path, () => {
      mkdirSync(this.#temporary);
      mkdirSync(join(this.#temporary, BLOBS), { recursive: true });
    });
  }

  get requests(): number {
    return this.#staged.requests + (this.#older?.requests ?? 0);
  }

  async readManifest(
    reference: Digest | { readonly tag: string },
    maxBytes: number,
  ): Promise<StoredManifest | undefined> {
    // What no index lists is left of something else.
    const entry = this.#entries.find((each) =>
      typeof reference === 'string' ? each.digest === reference : tagOf(each) === reference.tag,
    );
    if (entry === undefined) return undefined;
    return await this.#of(entry.digest)?.readManifest(entry.digest, maxBytes);
  }

  async *readBlob(blob: Descriptor): AsyncGenerator<Uint8Array, void, void> {
    yield* (this.#of(blob.digest) ?? this.#staged).readBlob(blob);
  }

  /** Nobody has looked at what is there since it was written. */
  /** The disk tells when it is written. */
  async requireWritable(): Promise<void> {
    await Promise.resolve();
  }

  async hasBlob(blob: Descriptor): Promise<boolean> {
    try {
      const layout = this.#of(blob.digest);
      for await (const _ of layout?.readBlob(blob) ?? []);
      return layout !== undefined;
    } catch (error) {
      if (!(error instanceof EvidenceError)) throw error;
      return false;
    }
  }

  async writeBlob(
    blob: Descriptor,
    content: (offset: number) => AsyncIterable<Uint8Array>,
  ): Promise<void> {
    if (await this.hasBlob(blob)) return;
    const hash = createHash('sha256');
    let size = 0;
    const path = this.#staged.blobPath(blob.digest);
    // Another place may have broken off in the middle of it.
    const handle = await this.#written(open(path, 'w', 0o666));
    try {
      for await (const chunk of content(0)) {
        hash.update(chunk);
        size += chunk.length;
        await this.#written(handle.writeFile(chunk));
      }
      await this.#written(handle.sync());
    } finally {
      await handle.close();
    }
    const digest = digestOfHex(hash.digest('hex'));
    if (size !== blob.size || digest !== blob.digest) {
      rmSync(path, { force: true });
      throw new TypeError(`${size} bytes of ${digest} to be written as ${blob.digest}`);
    }
    this.#blobs.add(blob.digest);
  }

  async writeManifest(manifest: StoredManifest, tag?: string): Promise<void> {
    await this.writeBlob(descriptorOf(manifest), async function* content() {
      yield manifest.bytes;
    });
    const before = this.#entries;
    this.#entries = withEntry(before, entryOf(manifest, tag));
    for (const digest of this.#dropped(before)) {
      if (this.#blobs.delete(digest)) rmSync(this.#staged.blobPath(digest));
    }
  }

  /** Clients list them under a tag. */
  async listReferrers(): Promise<undefined> {
    await Promise.resolve();
  }

  async sync(): Promise<void> {
    const index = encodeIndex(this.#entries);
    orUnwritable(this.#path, () => {
      writeFileSync(join(this.#temporary, OCI_LAYOUT_FILE), MARK, { flush: true });
      writeFileSync(join(this.#temporary, INDEX_FILE), index.bytes, { flush: true });
    });
    for (const folder of [BLOBS, 'blobs', '.']) await syncDirectory(join(this.#temporary, folder));
  }

  /** Blobs that no index lists do no harm, so the index comes last. */
  keep(): void {
    const older = this.#older;
    orUnwritable(this.#path, () => {
      if (older === undefined) {
        renameSync(this.#temporary, this.#path);
        return;
      }
      for (const each of this.#blobs) {
        renameSync(this.#staged.blobPath(each), older.blobPath(each));
      }
      requireUnchanged(join(this.#path, INDEX_FILE), older.indexDigest);
      renameSync(join(this.#temporary, INDEX_FILE), join(this.#path, INDEX_FILE));
      for (const digest of this.#dropped(older.listed)) {
        rmSync(older.blobPath(digest), { force: true });
      }
    });
  }

  /** Older lists of referrers: nothing in a layout of ours leads to them but its index. */
  #dropped(before: readonly Descriptor[]): readonly Digest[] {
    const kept = new Set(this.#entries.map(({ digest }) => digest));
    return before
      .filter(({ mediaType, digest }) => mediaType === OCI_INDEX && !kept.has(digest))
      .map(({ digest }) => digest);
  }

  drop(): void {
    rmSync(this.#temporary, { recursive: true, force: true });
  }

  async #written<T>(writing: Promise<T>): Promise<T> {
    return await writing.catch((error: unknown) => {
      throw unwritable(error, this.#path);
    });
  }

  #of(digest: Digest): OciLayout | undefined {
    return this.#blobs.has(digest) ? this.#staged : this.#older;
  }
}

/** Somebody else may have added to it: our index would lose that. */
function requireUnchanged(path: string, digest: Digest | undefined): void {
  const found = digestOf(readFileSync(path));
  if (found === digest) return;
  const hint = 'run the same command again, when nothing else writes there';
  refuse({ code: 'FILE_CHANGED', at: escapeInvisible(path), hint }, found, digest ?? 'no index');
}
