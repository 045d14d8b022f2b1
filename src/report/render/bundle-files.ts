// What a bundle holds, for a look at it: nothing of it was verified, and the first line says so.
import { escapeInvisible } from '../../quote.ts';
import { counted } from '../../sentence.ts';
import { wrapTo } from './terminal-lines.ts';

export const NOT_VERIFIED = 'not verified: this shows what is there, and judges nothing of it';

/** A file as it was read. */
export interface ShownFile {
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  readonly digest: string;
}

/** The bytes of a file from its start, perhaps not all. */
export interface FileStart {
  readonly file: ShownFile;
  readonly start: Uint8Array;
}

/** The files in their directories, with sizes and digests; the digest below the name if a line has no room for both. */
export function renderTree(files: readonly ShownFile[], width = Number.POSITIVE_INFINITY): string {
  const rows = files.map(({ path, size, digest }, index) => {
    const parts = path.split('/');
    const before = files[index - 1]?.path.split('/') ?? [];
    const shared = parts.findIndex((part, depth) => part !== before[depth]);
    const folders = parts
      .slice(0, -1)
      .map((name, depth) => `${indent(depth)}${name}/`)
      .slice(shared);
    return { folders, name: `${indent(parts.length - 1)}${parts.at(-1) ?? ''}`, size, digest };
  });
  const names = Math.max(0, ...rows.map(({ name }) => name.length));
  const sizes = Math.max(0, ...rows.map(({ size }) => `${size}`.length));
  const lines = rows.flatMap(({ folders, name, size, digest }) => {
    const head = `${name.padEnd(names)}  ${`${size}`.padStart(sizes)}`;
    const isFitting = head.length + 2 + digest.length <= width;
    return [...folders, ...(isFitting ? [`${head}  ${digest}`] : [head, `    ${digest}`])];
  });
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  const total = `${counted(files.length, 'file')}, ${counted(bytes, 'byte')}`;
  return textOf([...wrapTo(width, NOT_VERIFIED), total, '', ...lines]);
}

/**
 * A file, safe for a terminal: whatever nobody can see is escaped. What is no text is not shown.
 *
 * @param more how to get all bytes
 */
export function renderFile({ file, start }: FileStart, more: string): string {
  const { path, size, digest } = file;
  const head = [NOT_VERIFIED, `${path}: ${counted(size, 'byte')}, ${digest}`];
  const text = textIn(start, start.length < size);
  if (text === undefined) return textOf([...head, '', `This is no text. All of it: ${more}`]);
  const lines = text.replace(/\n$/, '').split('\n');
  const left = size - start.length;
  const rest = left === 0 ? [] : ['', `… and ${counted(left, 'more byte')}. All of it: ${more}`];
  return textOf([...head, '', ...lines.map(visibleLine), ...rest]);
}

function indent(depth: number): string {
  return '  '.repeat(depth);
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

/** Undefined for what is no UTF-8, or has a NUL; the last character may be cut. */
export function textIn(bytes: Uint8Array, isCut: boolean): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, {
      stream: isCut,
    });
  } catch {
    return undefined;
  }
}

/** A tab changes nothing around it. */
export function visibleLine(line: string): string {
  return line.split('\t').map(escapeInvisible).join('\t');
}
