// Bundles in a directory, by the artifact that they are: what is in OCI layouts, and archives under any name.
import { join } from 'node:path';

import { archiveEntries } from '../../archive/archive-entries.ts';
import { compareBytes } from '../../compare-bytes.ts';
import type { Digest } from '../../digest.ts';
import { noneIfRefused } from '../../errors/evidence-error.ts';
import { ATTESTATION_FILE, FOLDER } from '../../evidence/layout.ts';
import { attestedArtifact } from '../../evidence/verify/judge-attestation.ts';
import type { PlacedFault } from '../../gate/gate-json.ts';
import {
  kindOf,
  listDirectory,
  OCI_LAYOUT_FILE,
  openFound,
  readUnchanged,
  withFile,
} from '../../io/disk/open-file.ts';
import { MAX_ENTRIES, MAX_SIGSTORE_BUNDLE_BYTES, MAX_TREE_ENTRIES } from '../../limits.ts';
import { quote } from '../../quote.ts';
import { counted } from '../../sentence.ts';

/** What a directory has. */
export interface Bundles {
  /** The directories of OCI layouts. */
  readonly layouts: readonly string[];
  /** Archives, by the artifact that their signed statement names; nobody has verified it. */
  readonly archives: ReadonlyMap<Digest, readonly string[]>;
  /** Files that name no artifact, or of which there are too many copies. */
  readonly others: readonly string[];
}

/** More of one artifact are not looked at. */
const MOST_COPIES = 4;

/** @throws EvidenceError FILE_UNREADABLE for a directory; LIMIT_EXCEEDED */
export async function findBundles(
  directory: string | undefined,
  { isNeeded }: { readonly isNeeded: boolean },
): Promise<Bundles> {
  if (directory !== undefined && isNeeded) return await bundlesIn(directory);
  // One that is not there is said also if nothing of it is needed.
  if (directory !== undefined) await list(directory, MAX_TREE_ENTRIES);
  return { layouts: [], archives: new Map(), others: [] };
}

async function bundlesIn(directory: string): Promise<Bundles> {
  const layouts: string[] = [];
  const archives = new Map<Digest, readonly string[]>();
  const others: string[] = [];
  for await (const { path, kind } of within(directory)) {
    if (kind === 'layout') layouts.push(path);
    if (kind !== 'file') continue;
    const artifact = await artifactIn(path);
    const copies = (artifact && archives.get(artifact)) ?? [];
    if (artifact === undefined || copies.length === MOST_COPIES) others.push(path);
    else archives.set(artifact, [...copies, path]);
  }
  return { layouts, archives, others };
}

/** Of what is passed over, so many are named. */
const MOST_NAMED = 5;

/**
 * What of the directory is no bundle of any pointer: whoever put it there has to know.
 *
 * @param pointed artifacts to which pointers of head lead
 */
export function passedOver(
  { archives, others }: Bundles,
  pointed: ReadonlySet<Digest>,
): readonly PlacedFault[] {
  const unnamed = [...archives].flatMap(([artifact, paths]) =>
    pointed.has(artifact) ? [] : paths,
  );
  const all = [...others, ...unnamed].toSorted(compareBytes);
  if (all.length === 0) return [];
  const named = all.slice(0, MOST_NAMED).map((path) => quote(path));
  const more = all.length > MOST_NAMED ? ` and ${all.length - MOST_NAMED} more` : '';
  return [
    {
      ...({ code: 'BUNDLES_PASSED_OVER', at: '--bundles' } as const),
      found: `${counted(all.length, 'file')}: ${named.join(', ')}${more}`,
      expected: 'signed bundles to which pointers of head lead',
      hint: 'compare the digest that the pointer names with that of the bundle; one that is not signed names none',
    },
  ];
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
