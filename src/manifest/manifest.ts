import { sortedByPath, type Layout, type ReceivedFiles } from '../archive/entry.ts';
import type { BundlePath } from '../bundle-path.ts';
import type { Digest } from '../digest.ts';
import type { Data } from '../document/data.ts';
import { ObjectReader, requireSchemaVersion } from '../document/object-reader.ts';
import { EvidenceError, type Fault } from '../errors/evidence-error.ts';
import { SCHEMA_VERSION } from '../media-types.ts';
import { AS_SIGNED } from '../place.ts';

/** One file of the inventory. */
export interface ManifestFile {
  readonly path: BundlePath;
  /** In bytes. */
  readonly size: number;
  readonly digest: Digest;
}

/** The inventory of a bundle, AICR's `manifest.json`. docs/format.md §3. */
export interface Manifest {
  /** A newer minor version wrote it. */
  readonly newer: boolean;
  readonly files: readonly ManifestFile[];
}

/** The bytes of `manifest.json`: sorted by path, two spaces, one newline at the end. */
export function encodeManifest(files: readonly ManifestFile[]): Uint8Array {
  const entries = sortedByPath(files).map(({ path, size, digest }) => {
    const mediaType = mediaTypeOf(path);
    return { path, size, sha256: digest, ...(mediaType === undefined ? {} : { mediaType }) };
  });
  const manifest = { schemaVersion: SCHEMA_VERSION, files: entries };
  return Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);
}

/**
 * AICR's manifest may have fields that we do not know.
 *
 * @param file how complaints name it
 * @param layout of the archive whose inventory it is
 * @throws EvidenceError SCHEMA_VERSION_UNKNOWN, FIELD_MISSING, FIELD_INVALID, LIMIT_EXCEEDED (files), and
 *   DOCUMENT_DUPLICATE_KEY (keys that differ in case alone), all invalid
 */
export function parseManifest(data: Data, file: string, layout: Layout): Manifest {
  const reader = new ObjectReader(data, file);
  const { newer } = requireSchemaVersion(reader);
  const files = reader.list('files', (item, at) => parseFile(item, at, layout));
  if (files.length > layout.maxEntries) {
    // No bundle has this many files. Most would be missing, and the report would list them all.
    reader.refuse('files', {
      code: 'LIMIT_EXCEEDED',
      found: `${files.length} files`,
      expected: `at most ${layout.maxEntries} files in a bundle`,
      hint: 'put fewer files into the bundle',
    });
  }
  const seen = new Set<string>();
  files.forEach(({ path }, index) => {
    // Two entries of one path: readers that keep the first and readers that keep the last disagree.
    if (seen.has(path)) refuseEntry(`${file}#/files/${index}/path`, `${path} a second time`);
    seen.add(path);
  });
  if (files.length === 0) refuseEntry(`${file}#/files`, 'an empty list');
  return { newer, files };
}

const NEVER_EDITED = 'write the manifest from the files of the bundle; nobody may edit it by hand';

function parseFile(data: Data, at: string, { isPath, unlisted }: Layout): ManifestFile {
  const reader = new ObjectReader(data, at);
  const path = reader.string('path');
  if (!isPath(path) || unlisted.includes(path)) {
    const expected = 'the path of a file that the manifest may list';
    return reader.refuse('path', { expected, hint: NEVER_EDITED });
  }
  const digest = reader.digest('sha256', NEVER_EDITED);
  // Nobody uses this hint. But with another type the manifest would not fit its schema.
  reader.optionalString('mediaType');
  return { path, size: reader.integer('size'), digest };
}

/** Every difference between the inventory and what is there, in both directions. */
export function inventoryFaults(
  manifest: Manifest,
  files: ReceivedFiles,
  { unlisted }: Layout,
): readonly Fault[] {
  const listed = new Set<string>(manifest.files.map(({ path }) => path));
  const extra = [...files.values()].filter(
    ({ path }) => !listed.has(path) && !unlisted.includes(path),
  );
  return [
    ...manifest.files.flatMap((entry) => fileFaults(entry, files)),
    ...extra.map(({ path }) => ({
      code: 'FILE_EXTRA' as const,
      at: path,
      found: 'a file that the manifest does not list',
      expected: 'only listed files',
      hint: `nobody signed this file: ${AS_SIGNED}`,
    })),
  ];
}

function fileFaults(entry: ManifestFile, files: ReceivedFiles): readonly Fault[] {
  const file = files.get(entry.path);
  const hint = AS_SIGNED;
  const expected = `${entry.size} bytes, ${entry.digest}`;
  if (file === undefined) {
    return [{ code: 'FILE_MISSING', at: entry.path, found: 'no such file', expected, hint }];
  }
  if (file.size === entry.size && file.digest === entry.digest) return [];
  const found = `${file.size} bytes, ${file.digest}`;
  return [{ code: 'FILE_DIFFERS', at: entry.path, found, expected, hint }];
}

function refuseEntry(at: string, found: string): never {
  const expected = 'a list that names each file once';
  throw new EvidenceError('FIELD_INVALID', { at, found, expected, hint: NEVER_EDITED });
}

/** AICR's hint by suffix; the first match counts, and nobody verifies it. */
function mediaTypeOf(path: string): string | undefined {
  if (path.endsWith('.cdx.json')) return 'application/vnd.cyclonedx+json';
  if (path.endsWith('.json')) return 'application/json';
  if (path.endsWith('.yaml') || path.endsWith('.yml')) return 'application/yaml';
  return path.endsWith('.log') ? 'text/plain' : undefined;
}
