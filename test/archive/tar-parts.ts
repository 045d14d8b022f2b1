// Tar archives by hand, for what no tar program would write.
import { collectFiles } from '../../src/archive/collect.ts';
import type { ReceivedFiles } from '../../src/archive/entry.ts';
import { readTar } from '../../src/archive/read-tar.ts';
import { EvidenceError } from '../../src/errors/evidence-error.ts';
import { EVIDENCE_LAYOUT } from '../../src/evidence/layout.ts';

export interface Part {
  readonly name: string;
  readonly content?: string | Uint8Array;
  readonly typeFlag?: string;
  readonly prefix?: string;
  readonly linkName?: string;
  readonly magic?: string;
  /** The text of the size field, if it is not to be the size of the content. */
  readonly size?: string;
  /** Anything else, done before the checksum is taken. */
  readonly patch?: (header: Buffer) => void;
}

export const END = Buffer.alloc(1024);

export function header(part: Part): Buffer {
  const block = Buffer.alloc(512);
  block.write(part.name, 0, 100);
  block.write('0000644\u00000001750\u00000001750\u0000', 100, 'latin1');
  block.write(
    part.size ?? `${contentOf(part).length.toString(8).padStart(11, '0')}\0`,
    124,
    'latin1',
  );
  block.write('14524245000\0', 136, 'latin1');
  block.write(part.typeFlag ?? '0', 156, 'latin1');
  block.write(part.linkName ?? '', 157);
  block.write(part.magic ?? 'ustar\u000000', 257, 'latin1');
  block.write(part.prefix ?? '', 345);
  part.patch?.(block);
  block.fill(' ', 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

export function entry(part: Part): Buffer {
  const content = contentOf(part);
  return Buffer.concat([header(part), content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}

export function tar(...parts: readonly Part[]): Buffer {
  return Buffer.concat([...parts.map(entry), END]);
}

/** A pax header before an entry, or for the whole archive with `g`. */
export function pax(records: readonly (readonly [string, string])[], typeFlag = 'x'): Part {
  return { name: 'PaxHeaders/x', typeFlag, content: records.map(paxRecord).join('') };
}

/** `LENGTH KEY=VALUE\n`, where the length counts itself. */
function paxRecord([key, value]: readonly [string, string]): string {
  const rest = ` ${key}=${value}\n`;
  let length = Buffer.byteLength(rest) + 1;
  while (Buffer.byteLength(`${length}${rest}`) !== length) length += 1;
  return `${length}${rest}`;
}

function contentOf({ content = '' }: Part): Buffer {
  return Buffer.from(content);
}

/** The bytes as a stream, in pieces of a size. */
export async function* pieces(bytes: Uint8Array, size = 4096): AsyncGenerator<Uint8Array, void> {
  for (let start = 0; start < bytes.length; start += size) {
    yield bytes.subarray(start, start + size);
  }
}

/** A source that gives some bytes and then fails. */
export async function* changing(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
  throw new EvidenceError('FILE_CHANGED', { at: 'a', found: 'b', expected: 'c', hint: 'd' });
}

export async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

export async function received(archive: Uint8Array, size?: number): Promise<ReceivedFiles> {
  return await collectFiles(readTar(pieces(archive, size)), EVIDENCE_LAYOUT);
}
