import { createHash } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import type { Pack } from 'tar-stream';

import { digestOfHex } from '../digest.ts';
import type { ErrorCode } from '../errors/catalogue.ts';
import { EvidenceError } from '../errors/evidence-error.ts';
import { refusal } from '../place.ts';
import { EntryRules } from './entry-rules.ts';
import { shownPath, sortedByPath, type BundleFile, type Entry, type Layout } from './entry.ts';
import { gunzip, gzip } from './gzip.ts';
import { readTar } from './read-tar.ts';

/** The latest time that `tar-stream` writes, in seconds since 1970: later ones it makes negative. */
const MAX_MTIME = 2 ** 31 - 1;

export interface EncodeOptions {
  /** The time that every entry gets, in seconds since 1970. */
  readonly mtime: number;
  /** What the archive may hold. */
  readonly layout: Layout;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A bundle as one tar.gz; the same files give the same bytes. What is written must not get its name
 * before this has ended: that a file is no longer what its handle says may be found after the last byte.
 *
 * @throws EvidenceError while it is read: FILE_CHANGED (unjudged); ARCHIVE_UNSAFE, LIMIT_EXCEEDED
 *   (invalid) for files that no bundle may have; INTERNAL (internal)
 */
export function encodeArchive(
  files: readonly BundleFile[],
  options: EncodeOptions,
): AsyncGenerator<Uint8Array, void> {
  return readBack(gzip(writeTar(files, options), options.signal), files);
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
    const members = [...membersOf(files)];
    let count = 0;
    for await (const entry of readTar(gunzip(archive))) {
      await requireMember(entry, members[count]);
      count += 1;
    }
    if (count !== members.length) throw differing(`${count} entries`, `${members.length} entries`);
  } catch (error) {
    if (error instanceof EvidenceError && FINAL.has(error.code)) throw error;
    const found = error instanceof Error ? error.message : 'an error of another kind';
    throw differing(found, 'an archive that verification reads', error);
  }
}

async function requireMember(entry: Entry, member: Member | undefined): Promise<void> {
  if (typeof member !== 'string') await requireFile(entry, member);
  else if (entry.type !== 'directory' || entry.path !== member) {
    throw differing(`the ${entry.type} ${shownPath(entry.path)}`, `the directory ${member}`);
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

/** A file, or the path of a directory. */
type Member = BundleFile | string;

/** Each directory stands before what is in it: oras, which aicr unpacks with, and regctl make none themselves. */
function* membersOf(files: readonly BundleFile[]): Generator<Member> {
  const known = new Set<string>();
  for (const file of files) {
    const { path } = file;
    for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1)) {
      const directory = path.slice(0, end + 1);
      if (!known.has(directory)) yield directory;
      known.add(directory);
    }
    yield file;
  }
}

function differing(found: string, expected: string, cause?: unknown): EvidenceError {
  const hint = 'run the same command with AFFIDAVIT_DEBUG=1 and report what it prints';
  const place = { code: 'INTERNAL', hint } as const;
  return refusal(place, `an archive that reads back as something else: ${found}`, expected, cause);
}

/**
 * A tar archive that depends on the files and `mtime` alone:
 * plain ustar, sorted by path, with each directory before its files. Refuses what our own reader would refuse, before the first byte, and
 * throws FILE_CHANGED if a file no longer has its size. Whether the content is what its handle says
 * is for whoever reads the archive back (`encodeArchive`): it is hashed once.
 */
export async function* writeTar(
  files: readonly BundleFile[],
  { mtime, layout }: EncodeOptions,
): AsyncGenerator<Uint8Array, void> {
  const sorted = sortedByPath(files);
  const rules = new EntryRules(layout);
  for (const file of sorted) rules.admitFile(file.path, file.size);

  // Another program than our reader, so that one mistake is not made on both sides; only who packs loads it.
  const { pack } = await import('tar-stream');
  const archive = pack();
  const filled = fill(archive, sorted, new Date(Math.min(mtime, MAX_MTIME) * 1000)).catch(
    // Whoever reads the archive gets the error.
    (error: unknown) => archive.destroy(error instanceof Error ? error : undefined),
  );
  try {
    for await (const chunk of archive) {
      // Its types promise nothing.
      if (!(chunk instanceof Uint8Array)) throw new TypeError('tar-stream gave no bytes');
      yield chunk;
    }
  } finally {
    archive.destroy();
    await filled;
  }
}

async function fill(archive: Pack, files: readonly BundleFile[], mtime: Date): Promise<void> {
  const usual = { mtime, uid: 0, gid: 0 } as const;
  for (const member of membersOf(files)) {
    if (typeof member === 'string') {
      archive.entry({ ...usual, name: member, type: 'directory', mode: 0o755 });
    } else {
      const { path: name, size } = member;
      const header = { ...usual, name, size, type: 'file', mode: 0o644 } as const;
      await pipeline(sized(member), archive.entry(header));
    }
  }
  archive.finalize();
}

/** The content, which must have the size that its header has announced. */
async function* sized(file: BundleFile): AsyncGenerator<Uint8Array, void> {
  let size = 0;
  for await (const piece of file.open()) {
    size += piece.length;
    if (size > file.size) throw fileChanged(file);
    yield piece;
  }
  if (size !== file.size) throw fileChanged(file);
}

/**
 * The content, for whoever writes it and does not read it back.
 *
 * @throws EvidenceError FILE_CHANGED after the last byte, or before, unless it is what the handle says
 */
export async function* unchanged(file: BundleFile): AsyncGenerator<Uint8Array, void> {
  const hash = createHash('sha256');
  for await (const piece of sized(file)) {
    hash.update(piece);
    yield piece;
  }
  if (digestOfHex(hash.digest('hex')) !== file.digest) throw fileChanged(file);
}

function fileChanged({ path, size, digest }: BundleFile): EvidenceError {
  return new EvidenceError('FILE_CHANGED', {
    at: path,
    found: 'other content than when it was hashed',
    expected: `${size} bytes with the digest ${digest}`,
    hint: 'wait until nothing writes to the file, then run the same command again',
  });
}
