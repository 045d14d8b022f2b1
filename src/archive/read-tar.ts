// Reads the tar archives that GNU tar, bsdtar, Python and we write, as far as every reader agrees
// about them. Our own and small, see docs/decisions/0001-own-tar-reader.md.

import type { EvidenceError } from '../errors/evidence-error.ts';
import { MAX_ARCHIVE_PADDING_BYTES, MAX_PAX_BYTES } from '../limits.ts';
import { refusal, refuse } from '../place.ts';
import { quote } from '../quote.ts';
import { recognised } from '../recognise.ts';
import { BlockReader } from './block-reader.ts';
import { shownPath, type Entry } from './entry.ts';
import { requireHarmlessPax } from './pax.ts';
import { CUT_OFF, PACK_AGAIN, unreadable, unsafe } from './refusals.ts';
import { BLOCK_BYTES, decodeHeader, isZero, type TarHeader } from './tar-header.ts';

const PAX_HEADER = 'x';
const GLOBAL_PAX_HEADER = 'g';

/** The types that an entry may be reported as; which of them a bundle may hold is not decided here. */
const TYPE_NAMES = new Map([
  ['\u0000', 'file'],
  ['0', 'file'],
  ['1', 'hard link'],
  ['2', 'symbolic link'],
  ['3', 'character device'],
  ['4', 'block device'],
  ['5', 'directory'],
  ['6', 'FIFO'],
  ['7', 'contiguous file'],
]);

/** Extensions that change the next entry's name or content. Refused: readers differ in obeying them. */
const EXTENSION_NAMES = new Map([
  ['D', 'a GNU directory listing'],
  ['K', 'a GNU long link name'],
  ['L', 'a GNU long name'],
  ['M', 'a file continued from another volume'],
  ['N', 'a GNU long name of the old kind'],
  ['S', 'a GNU sparse file'],
  ['V', 'a volume label'],
  ['g', 'a second global pax header'],
  ['X', 'a Solaris extended header'],
]);

const END = 'the end of the archive after two blocks of zeros';

/**
 * The entries of a tar archive, in its order.
 *
 * @param file how hints name it, or the file that it is in
 * @throws EvidenceError while it is read: ARCHIVE_UNREADABLE for what is not one whole archive,
 *   ARCHIVE_UNSAFE for what readers understand differently, LIMIT_EXCEEDED (all invalid)
 */
export async function* readTar(
  chunks: AsyncIterable<Uint8Array>,
  file?: string,
): AsyncGenerator<Entry, void> {
  const reader = new BlockReader(chunks);
  try {
    let header = await readHeader(reader, file);
    if (header?.typeFlag === GLOBAL_PAX_HEADER) {
      await readPax(reader, header);
      header = await readHeader(reader);
    }
    while (header !== undefined) {
      const body = new Body(reader, await withoutPax(reader, header));
      yield { path: body.path, type: body.type, size: body.left, content: body };
      await body.skip();
      header = await readHeader(reader);
    }
    await requireEnd(reader);
  } finally {
    await reader.close();
  }
}

/** The content of one entry. */
class Body implements AsyncIterable<Uint8Array> {
  readonly #reader: BlockReader;
  readonly path: string;
  readonly type: string;
  readonly #padding: number;
  left: number;

  constructor(reader: BlockReader, header: TarHeader) {
    this.#reader = reader;
    this.path = header.path;
    this.type = typeOf(header);
    this.left = header.size;
    this.#padding = paddingOf(header.size);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void> {
    while (this.left > 0) yield await this.#next();
  }

  /** Goes to the next header, over what nobody has read. */
  async skip(): Promise<void> {
    while (this.left > 0) await this.#next();
    await skipPadding(this.#reader, this.#padding, shownPath(this.path));
  }

  async #next(): Promise<Uint8Array> {
    const piece = await this.#reader.readSome(this.left);
    if (piece === undefined) throw truncated(this.#reader, shownPath(this.path));
    this.left -= piece.length;
    return piece;
  }
}

/** The next header; undefined at the first of the two zero blocks that end an archive. */
async function readHeader(reader: BlockReader, file?: string): Promise<TarHeader | undefined> {
  const { offset } = reader;
  const block = await reader.read(BLOCK_BYTES);
  if (block.length < BLOCK_BYTES) {
    const error = truncated(reader);
    throw offset === 0 ? recognised(error, 'archive', { file, bytes: block }) : error;
  }
  return isZero(block) ? undefined : decodeHeader(block, offset, file);
}

/** The entry's own header, after a pax header that may stand before it. */
async function withoutPax(reader: BlockReader, header: TarHeader): Promise<TarHeader> {
  if (header.typeFlag !== PAX_HEADER) return header;
  await readPax(reader, header);
  const next = await readHeader(reader);
  if (next !== undefined && TYPE_NAMES.has(next.typeFlag)) return next;
  const at = shownPath(header.path);
  throw unsafe(at, 'a pax header that no entry follows', 'an entry after it');
}

async function readPax(reader: BlockReader, header: TarHeader): Promise<void> {
  const at = shownPath(header.path);
  if (header.size > MAX_PAX_BYTES) {
    const place = { code: 'LIMIT_EXCEEDED', at, hint: PACK_AGAIN } as const;
    refuse(place, `a pax header of ${header.size} bytes`, `${MAX_PAX_BYTES} bytes or less`);
  }
  const records = await reader.read(header.size);
  if (records.length < header.size) throw truncated(reader, at);
  requireHarmlessPax(records, at);
  await skipPadding(reader, paddingOf(header.size), at);
}

function typeOf({ path, typeFlag, size }: TarHeader): string {
  const type = TYPE_NAMES.get(typeFlag);
  // What a directory's size means was never agreed on: some readers skip that many bytes, some none.
  if (type !== undefined && (type === 'file' || size === 0)) return type;
  const extension = EXTENSION_NAMES.get(typeFlag) ?? `an entry of type ${quote(typeFlag)}`;
  const found = type === undefined ? extension : `a ${type} with ${size} bytes of content`;
  throw unsafe(shownPath(path), found, 'regular files and directories');
}

/** How many bytes fill the last block of a content. */
function paddingOf(size: number): number {
  return (BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES;
}

async function skipPadding(reader: BlockReader, size: number, at: string): Promise<void> {
  const padding = await reader.read(size);
  if (padding.length < size) throw truncated(reader, at);
  if (isZero(padding)) return;
  throw unsafe(at, 'bytes between the end of the content and the next header', 'zeros');
}

/** Refuses everything but zeros after the first zero block: what some readers would go on to read. */
async function requireEnd(reader: BlockReader): Promise<void> {
  const second = await reader.read(BLOCK_BYTES);
  if (second.length < BLOCK_BYTES) throw truncated(reader);
  let allowed = MAX_ARCHIVE_PADDING_BYTES;
  let piece: Uint8Array | undefined = second;
  while (piece !== undefined) {
    if (allowed < 0) {
      throw unreadable(`more than ${MAX_ARCHIVE_PADDING_BYTES} bytes of padding`, END);
    }
    if (!isZero(piece)) {
      throw unreadable(`data after the end of the archive, before byte ${reader.offset}`, END);
    }
    piece = await reader.readSome(BLOCK_BYTES);
    allowed -= piece?.length ?? 0;
  }
}

function truncated(reader: BlockReader, at?: string): EvidenceError {
  const expected = 'a whole tar archive, ended by two blocks of zeros';
  const place = { code: 'ARCHIVE_UNREADABLE', at, hint: CUT_OFF } as const;
  return refusal(place, `the end of the data after ${reader.offset} bytes`, expected);
}
