// Bundles in a directory, by the artifact that they are: what is in OCI layouts, and archives under any name.
import { join } from 'node:path';

import { archiveEntries } from '../../archive/archive-entries.ts';
import type { Digest } from '../../digest.ts';
import { noneIfRefused } from '../../errors/evidence-error.ts';
import { ATTESTATION_FILE, FOLDER } from '../../evidence/layout.ts';
import { attestedArtifact } from '../../evidence/verify/judge-attestation.ts';
import {
  kindOf,
  listDirectory,
  OCI_LAYOUT_FILE,
  openFound,
  readUnchanged,
  withFile,
} from '../../io/disk/open-file.ts';
import { MAX_ENTRIES, MAX_SIGSTORE_BUNDLE_BYTES, MAX_TREE_ENTRIES } from '../../limits.ts';

/** What a directory has. */
export interface Bundles {
  /** The directories of OCI layouts. */
  readonly layouts: readonly string[];
  /** Archives, by the artifact that their signed statement names; nobody has verified it. */
  readonly archives: ReadonlyMap<Digest, readonly string[]>;
}

/** More of one artifact are not looked at. */
const MOST_COPIES = 4;

/** @throws EvidenceError FILE_UNREADABLE for a directory; LIMIT_EXCEEDED */
export async function findBundles(directory: string | undefined): Promise<Bundles> {
  const layouts: string[] = [];
  const archives = new Map<Digest, string[]>();
  if (directory === undefined) return { layouts, archives };
  for await (const { path, kind } of within(directory)) {
    if (kind === 'layout') layouts.push(path);
    const artifact = kind === 'file' ? await artifactIn(path) : undefined;
    if (artifact === undefined) continue;
    const copies = archives.get(artifact) ?? [];
    if (copies.length < MOST_COPIES) copies.push(path);
    archives.set(artifact, copies);
  }
  return { layouts, archives };
}

interface Found {
  readonly path: string;
  readonly kind: 'file' | 'layout';
}

/** Files and layouts, at any depth; no link is followed. */
async function* within(directory: string): AsyncGenerator<Found, void> {
  const folders = [directory];
  let left = MAX_TREE_ENTRIES;
  for (const folder of folders) {
    const entries = await list(folder, left);
    left -= entries.length;
    if (entries.some(({ name }) => name === OCI_LAYOUT_FILE)) {
      yield { path: folder, kind: 'layout' };
      continue;
    }
    for (const entry of entries) {
      const path = join(folder, entry.name);
      const kind = kindOf(entry);
      if (kind === 'directory') folders.push(path);
      if (kind === 'file') yield { path, kind };
    }
  }
}

async function list(folder: string, most: number) {
  return await listDirectory(folder, {
    most,
    found: `more than ${MAX_TREE_ENTRIES} names`,
    expected: `at most ${MAX_TREE_ENTRIES} in the directory of bundles`,
    hint: 'name the directory that holds the bundles of these recipes alone',
  });
}

/** Undefined for what is no archive of evidence, or names no artifact: it is not the bundle of any pointer. */
async function artifactIn(path: string): Promise<Digest | undefined> {
  const bytes = await attestationIn(path).catch(noneIfRefused);
  return bytes && attestedArtifact(bytes);
}

/** It stands first in archives of ours: little is read of them. */
async function attestationIn(path: string): Promise<Uint8Array | undefined> {
  return await withFile(openFound(path), async (file) => {
    let count = 0;
    for await (const entry of archiveEntries(readUnchanged(file, path), path)) {
      count += 1;
      const name = entry.path.replace(/^\.\//, '').replace(`${FOLDER}/`, '');
      const isWanted = name === ATTESTATION_FILE && entry.type === 'file';
      if (isWanted && entry.size <= MAX_SIGSTORE_BUNDLE_BYTES) return await wholeOf(entry.content);
      if (isWanted || count > MAX_ENTRIES) return undefined;
      for await (const _ of entry.content);
    }
    return undefined;
  });
}

async function wholeOf(content: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of content) pieces.push(piece);
  return Buffer.concat(pieces);
}
