// What JSON and YAML documents have in common as text.

import type { ErrorCode } from '../errors/catalogue.ts';
import { EvidenceError } from '../errors/evidence-error.ts';
import type { ErrorDetail } from '../errors/evidence-error.ts';

const BYTE_ORDER_MARK = '\u{FEFF}';

/** The text of a document. Throws DOCUMENT_INVALID for nothing, for a byte order mark, for bad UTF-8. */
export function decodeUtf8(bytes: Uint8Array, file: string): string {
  if (bytes.length === 0) {
    throw new EvidenceError('DOCUMENT_INVALID', {
      at: file,
      found: 'an empty file',
      expected: 'a document',
      hint: 'check the path, and that the program that writes the file has finished',
    });
  }
  const text = textOf(bytes);
  if (text !== undefined && !text.startsWith(BYTE_ORDER_MARK)) return text;
  throw new EvidenceError('DOCUMENT_INVALID', {
    at: file,
    found: text === undefined ? 'bytes that are not valid UTF-8' : 'a byte order mark at the start',
    expected: 'UTF-8 without a byte order mark',
    hint: 'save the file as UTF-8 without a byte order mark',
  });
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** What else a complaint says, where the usual is not enough. */
export interface Remedy {
  readonly code?: ErrorCode;
  readonly hint?: string;
}

/** A complaint about a position of a text. Lines and columns count from 1, in UTF-16 units, as in editors. */
export function refusalAt(
  text: string,
  position: number,
  { code = 'DOCUMENT_INVALID', found, ...detail }: Omit<ErrorDetail, 'hint'> & Remedy,
): EvidenceError {
  const before = text.slice(0, position);
  const line = before.split('\n').length;
  const column = position - before.lastIndexOf('\n');
  return new EvidenceError(code, {
    hint: 'correct the document at this place',
    ...detail,
    found: `${found} (line ${line}, column ${column})`,
  });
}

/** A file and a JSON pointer into it (RFC 6901 §6); the file alone for its root. */
export function pointerAt(file: string, path: readonly (string | number)[]): string {
  const segments = path.map((part) => `/${pointerToken(String(part))}`);
  return segments.length === 0 ? file : `${file}#${segments.join('')}`;
}

/** A key as a JSON pointer has it (RFC 6901 §3). */
export function pointerToken(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
