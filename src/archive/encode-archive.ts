import { createHash } from 'node:crypto';
import { PassThrough } from 'node:stream';

import { digestOfHex } from '../digest.ts';
import type { ErrorCode } from '../errors/catalogue.ts';
import { EvidenceError } from '../errors/evidence-error.ts';
import type { BundleFile, Entry } from './entry.ts';
import { shownPath, sortedByPath } from './entry.ts';
import { gunzip, gzip } from './gzip.ts';
import { readTar } from './read-tar.ts';
import { fileChanged, writeTar } from './write-tar.ts';
import type { TarOptions } from './write-tar.ts';

export interface EncodeOptions extends TarOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * A bundle as one tar.gz; the same files give the same bytes. Throws FILE_CHANGED if a file is no
 * longer what its handle says, perhaps only after the last byte: what is written must not get its
 * name before this has ended.
 */
export function encodeArchive(
  files: readonly BundleFile[],
  { signal, ...options }: EncodeOptions,
): AsyncGenerator<Uint8Array, void> {
  return readBack(gzip(writeTar(files, options), signal), files);
}

/**
 * The archive, read by the reader of verification while it goes by. Throws after its last byte, or
 * before, unless it holds these files and nothing else.
 */
export async function* readBack(
  archive: AsyncIterable<Uint8Array>,
  files: readonly BundleFile[],
): AsyncGenerator<Uint8Array, void> {
  const copy = new PassThrough();
  const compared = requireSame(copy, sortedByPath(files));
  // Thrown below; this only waits, and keeps a failure that comes first from passing for unhandled.
  const ended = compared.catch(() => copy.destroy());
  try {
    for await (const chunk of archive) {
      if (copy.destroyed || !copy.write(chunk)) await Promise.race([drained(copy), compared]);
      yield chunk;
    }
    copy.end();
    await compared;
  } finally {
    copy.destroy();
    await ended;
  }
}

async function drained(copy: PassThrough): Promise<void> {
  await new Promise<void>((resolve) => {
    copy.once('drain', resolve);
  });
}

/** What is said below; whatever else comes from the reader means that it or the writer is wrong. */
const FINAL: ReadonlySet<ErrorCode> = new Set(['FILE_CHANGED', 'INTERNAL']);

async function requireSame(
  archive: AsyncIterable<Uint8Array>,
  files: readonly BundleFile[],
): Promise<void> {
  try {
    let count = 0;
    for await (const entry of readTar(gunzip(archive))) {
      await requireFile(entry, files[count]);
      count += 1;
    }
    if (count !== files.length) throw differing(`${count} files`, `${files.length} files`);
  } catch (error) {
    if (error instanceof EvidenceError && FINAL.has(error.code)) throw error;
    const found = error instanceof Error ? error.message : 'an error of another kind';
    throw differing(found, 'an archive that verification reads', error);
  }
}

async function requireFile(entry: Entry, file: BundleFile | undefined): Promise<void> {
  const { path, type, size } = entry;
  if (type !== 'file' || path !== file?.path || size !== file.size) {
    const expected = file === undefined ? 'no more files' : `${file.path} of ${file.size} bytes`;
    throw differing(`the ${type} ${shownPath(path)} of ${size} bytes`, expected);
  }
  const hash = createHash('sha256');
  for await (const piece of entry.content) hash.update(piece);
  // Its size is right: something wrote to the file after it was hashed.
  if (digestOfHex(hash.digest('hex')) !== file.digest) throw fileChanged(file);
}

function differing(found: string, expected: string, cause?: unknown): EvidenceError {
  return new EvidenceError('INTERNAL', {
    found: `an archive that reads back as something else: ${found}`,
    expected,
    hint: 'run the same command with AFFIDAVIT_DEBUG=1 and report what it prints',
    cause,
  });
}
