// RFC 1952 gzip around one deflate stream. Ours, because zlib's own reader accepts several members in
// a row and drops what follows the last: two readers could then see two bundles in one file.

import type { Transform, TransformOptions } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createGzip, createInflateRaw, inflateRawSync, type ZlibOptions } from 'node:zlib';

import { EvidenceError } from '../errors/evidence-error.ts';
import { MAX_ARCHIVE_BYTES, MAX_GZIP_HEADER_BYTES } from '../limits.ts';
import { refusal } from '../place.ts';
import { LOOK_BYTES, recognised } from '../recognise.ts';
import { BlockReader } from './block-reader.ts';
import { CUT_OFF, unreadable } from './refusals.ts';

/** How large the pieces are that go through zlib, in bytes: large enough that calls cost nothing. */
const CHUNK_BYTES = 256 * 1024;

/** How far zlib, which works in a thread of its own, may run ahead, in bytes. */
const AHEAD_BYTES = 1024 * 1024;

const OPTIONS: ZlibOptions & TransformOptions = {
  chunkSize: CHUNK_BYTES,
  highWaterMark: AHEAD_BYTES,
};

/** Quickly: the most memory for the lowest level, which saves a fifteenth of the time. */
const COMPRESSION = { ...OPTIONS, level: 1, memLevel: 9 };

const MAGIC = 0x1f8b;
const DEFLATE = 8;
const HEADER_CRC = 2;
const EXTRA = 4;
const NAME = 8;
const COMMENT = 16;
const RESERVED = 0xe0;

/** The fixed part of the header, and CRC-32 and size after the data. */
const FIXED_BYTES = 10;
const TRAILER_BYTES = 8;

const AS_ONE =
  'copy or download the bundle again; if it is so there too, it has to be packed again as one .tar.gz';

/** Compresses quickly. The header has neither name nor time, nor the system that wrote it. */
export async function* gzip(
  chunks: AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  let isFirst = true;
  for await (const chunk of through(chunks, createGzip(COMPRESSION), signal)) {
    // Time, a remark about the level, and the system (255: unknown) are the last six bytes of it.
    if (isFirst) chunk.set([0, 0, 0, 0, 0, 255], FIXED_BYTES - 6);
    isFirst = false;
    yield chunk;
  }
}

/**
 * The content of a gzip file, which must be one member, whole and alone.
 *
 * @param maxBytes the most that may come out of it, however small it is itself
 * @param file how hints name it
 * @throws EvidenceError while it is read: ARCHIVE_UNREADABLE, LIMIT_EXCEEDED (invalid)
 */
export async function* gunzip(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes = MAX_ARCHIVE_BYTES,
  file?: string,
): AsyncGenerator<Uint8Array, void> {
  const reader = new BlockReader(chunks);
  try {
    await readHeader(reader, file);
    const start = await reader.read(CHUNK_BYTES);
    const whole = inflatedAtOnce(start);
    if (whole !== undefined && whole.length <= maxBytes) yield whole;
    else yield* inflate(new DeflateData(reader), start, maxBytes);
  } finally {
    await reader.close();
  }
}

/** What is between the header and the last eight bytes. */
class DeflateData {
  readonly #reader: BlockReader;
  /** How many bytes were handed out. */
  size = 0;
  /** The last eight bytes, as soon as everything before them was handed out. */
  trailer: Buffer | undefined;

  constructor(reader: BlockReader) {
    this.#reader = reader;
  }

  /** @param next the first bytes; fewer than `CHUNK_BYTES` are all there are */
  async *chunks(first: Uint8Array): AsyncGenerator<Uint8Array, void> {
    let held: Uint8Array = new Uint8Array(0);
    let next = first;
    while (next.length === CHUNK_BYTES) {
      if (held.length > 0) yield this.#counted(held);
      held = next;
      next = await this.#reader.read(CHUNK_BYTES);
    }
    const rest = Buffer.concat([held, next]);
    if (rest.length < TRAILER_BYTES) throw truncated();
    yield this.#counted(rest.subarray(0, -TRAILER_BYTES));
    this.trailer = rest.subarray(-TRAILER_BYTES);
  }

  #counted(chunk: Uint8Array): Uint8Array {
    this.size += chunk.length;
    return chunk;
  }
}

/**
 * The content of few bytes that are all right: a stream would cost more than all that is made of them.
 * Undefined if they are many or damaged, which the stream then says.
 */
function inflatedAtOnce(all: Uint8Array): Buffer | undefined {
  if (all.length < TRAILER_BYTES || all.length === CHUNK_BYTES) return undefined;
  const data = all.subarray(0, -TRAILER_BYTES);
  const trailer = Buffer.from(all.subarray(-TRAILER_BYTES));
  // As much room as the trailer asks for, and the byte that shows that it lies: room that nobody needs is collected too.
  const chunkSize = Math.min(Math.max(trailer.readUInt32LE(4) + 1, 64), CHUNK_BYTES);
  const options = { info: true, maxOutputLength: CHUNK_BYTES, chunkSize };
  let content: Buffer;
  try {
    const made: unknown = inflateRawSync(data, options);
    if (!isOfAll(made, data.length)) return undefined;
    content = made.buffer;
  } catch {
    return undefined;
  }
  const isWhole = trailer.readUInt32LE(0) === crc32(content);
  return isWhole && trailer.readUInt32LE(4) === content.length ? content : undefined;
}

/** What zlib gives under `info`, if it has used all bytes. */
function isOfAll(made: unknown, bytes: number): made is { readonly buffer: Buffer } {
  if (!isObject(made) || !('buffer' in made && 'engine' in made)) return false;
  const { buffer, engine } = made;
  if (!isObject(engine) || !('bytesWritten' in engine)) return false;
  return Buffer.isBuffer(buffer) && engine.bytesWritten === bytes;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

async function* inflate(
  data: DeflateData,
  start: Uint8Array,
  maxBytes: number,
): AsyncGenerator<Uint8Array, void> {
  const inflater = createInflateRaw(OPTIONS);
  let crc = 0;
  let size = 0;
  try {
    for await (const chunk of through(data.chunks(start), inflater)) {
      crc = crc32(chunk, crc);
      size += chunk.length;
      if (size > maxBytes) throw tooLarge(maxBytes);
      yield chunk;
    }
  } catch (error) {
    throw asDamage(error);
  }
  // zlib stops at the end of the deflate stream and says nothing of what it has left over.
  if (data.trailer === undefined || inflater.bytesWritten !== data.size) {
    const found = 'data after the end of the compressed data';
    throw unreadable(found, 'one gzip member and nothing after', AS_ONE);
  }
  if (data.trailer.readUInt32LE(0) !== crc || data.trailer.readUInt32LE(4) !== size % 2 ** 32) {
    const found = 'content that differs from its CRC-32 or size';
    throw unreadable(found, 'what the end of the file says', AS_ONE);
  }
}

/** Reads the header; its extra field, name and comment mean nothing here. */
async function readHeader(reader: BlockReader, file: string | undefined): Promise<void> {
  let crc = 0;
  const read = async (size: number): Promise<Buffer> => {
    const bytes = Buffer.from(await reader.read(size));
    if (bytes.length < size) throw reader.offset === 0 ? empty() : truncated();
    if (reader.offset > MAX_GZIP_HEADER_BYTES) {
      throw unreadable(
        'a gzip header without end',
        `${MAX_GZIP_HEADER_BYTES} bytes or less`,
        AS_ONE,
      );
    }
    crc = crc32(bytes, crc);
    return bytes;
  };
  const magic = await read(2);
  if (magic.readUInt16BE(0) !== MAGIC) {
    const error = unreadable('something that is not gzip', 'a .tar.gz file or a directory', AS_ONE);
    const start = [magic, await reader.read(LOOK_BYTES)];
    throw recognised(error, 'archive', { file, bytes: Buffer.concat(start) });
  }
  const flags = flagsOf(await read(FIXED_BYTES - 2));
  if ((flags & EXTRA) !== 0) await read((await read(2)).readUInt16LE(0));
  if ((flags & NAME) !== 0) await skipText(read);
  if ((flags & COMMENT) !== 0) await skipText(read);
  const expected = crc & 0xffff;
  if ((flags & HEADER_CRC) !== 0 && (await read(2)).readUInt16LE(0) !== expected) {
    throw unreadable('a gzip header that differs from its CRC', 'an undamaged header', AS_ONE);
  }
}

async function skipText(read: (size: number) => Promise<Buffer>): Promise<void> {
  let byte: Buffer;
  do byte = await read(1);
  while (byte[0] !== 0);
}

/** The flags that say which optional fields follow. */
function flagsOf(rest: Buffer): number {
  const flags = rest.readUInt8(1);
  if (rest[0] === DEFLATE && (flags & RESERVED) === 0) return flags;
  throw unreadable('a gzip header of an unknown kind', 'a header of RFC 1952', AS_ONE);
}

function tooLarge(maxBytes: number): EvidenceError {
  return new EvidenceError('LIMIT_EXCEEDED', {
    found: 'an archive that is longer',
    expected: `at most ${maxBytes} bytes unpacked`,
    hint: 'do not unpack this file: it is not a bundle',
  });
}

function empty(): EvidenceError {
  const hint =
    'copy or download the bundle again, and see that the program that writes it succeeds';
  return unreadable('an empty file', 'a .tar.gz file or a directory', hint);
}

function truncated(): EvidenceError {
  return unreadable('a file that ends too early', 'a whole gzip file', CUT_OFF);
}

/** What zlib complains about means that the data is damaged; anything else stays what it is. */
function asDamage(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (typeof code !== 'string' || !code.startsWith('Z_')) return error;
  if (code === 'Z_BUF_ERROR') return truncated();
  const place = { code: 'ARCHIVE_UNREADABLE', hint: 'copy or download the bundle again' } as const;
  return refusal(place, 'damaged compressed data', 'a deflate stream (RFC 1951)', error);
}

/**
 * What a transform makes of the chunks. Its work goes on while the caller looks at a chunk; a caller
 * that stops early ends both, and so does `signal`.
 */
async function* through(
  chunks: AsyncIterable<Uint8Array>,
  transform: Transform,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  const output: AsyncIterable<Uint8Array> = transform;
  // Whatever fails in here, the transform is destroyed with it and the loop over it throws it.
  const fed = pipeline(chunks, transform, { signal }).catch(() => undefined);
  try {
    yield* output;
  } finally {
    transform.destroy();
    await fed;
  }
}
