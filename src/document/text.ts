// What JSON and YAML documents have in common as text.

import type { ErrorCode } from '../errors/catalogue.ts';
import { EvidenceError } from '../errors/evidence-error.ts';
import { FREE_VALUES, MAX_NESTING, MIN_CHARACTERS_PER_VALUE } from '../limits.ts';
import { refuse } from '../place.ts';
import { quote, shorten } from '../quote.ts';

const BYTE_ORDER_MARK = '\u{FEFF}';

/** The text of a document. Throws DOCUMENT_INVALID for nothing, for a byte order mark, for bad UTF-8. */
export function decodeUtf8(bytes: Uint8Array, file: string): string {
  if (bytes.length === 0) {
    const hint = 'check the path, and that the program that writes the file has finished';
    refuse({ code: 'DOCUMENT_INVALID', at: file, hint }, 'an empty file', 'a document');
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

/** Code and hint of an error, where the usual ones do not fit. */
interface Remedy {
  readonly code?: ErrorCode;
  readonly hint?: string;
}

/** A place in a text, as editors count. */
export interface Spot {
  readonly line: number;
  readonly column: number;
}

/** A place in the text of a document, and the errors that name it. */
export class TextCursor {
  readonly text: string;
  /** The key or index that is being read at each depth, for the pointer in an error. */
  readonly path: (string | number)[] = [];
  position = 0;
  /** Found once: a linter asks for many places. */
  #lineStarts: readonly number[] | undefined;
  readonly #file: string;
  /** In any document, and in this one. */
  readonly #most: number;
  readonly #mostHere: number;
  #values = 0;

  constructor(text: string, file: string, maxValues: number) {
    this.text = text;
    this.#file = file;
    const dense = Math.floor(text.length / MIN_CHARACTERS_PER_VALUE);
    this.#most = maxValues;
    this.#mostHere = Math.min(maxValues, Math.max(FREE_VALUES, dense));
  }

  /**
   * Counts one value. A list or map is counted twice: each has as few as two bytes, and could fill the
   * memory.
   */
  countValue(): void {
    this.#values += 1;
    if (this.#values <= this.#mostHere) return;
    const found = `more than ${this.#mostHere} values in ${this.text.length} characters`;
    const expected =
      this.#mostHere === this.#most
        ? `at most ${this.#most} values`
        : `${MIN_CHARACTERS_PER_VALUE} characters for each value, on average`;
    this.refuse(found, expected, { code: 'LIMIT_EXCEEDED', hint: 'make a smaller document' });
  }

  /** One level deeper, so that the stack is safe; the new level is the last of `path`. */
  enter(expected: string): void {
    if (this.path.length >= MAX_NESTING) {
      this.refuse(`lists and maps that nest more than ${MAX_NESTING} deep`, expected, {
        code: 'DOCUMENT_UNSUPPORTED',
        hint: 'flatten the document',
      });
    }
    this.path.push('');
  }

  /** The next character, in words. */
  next(): string {
    const code = this.text.codePointAt(this.position);
    return code === undefined ? 'the end of the file' : quote(String.fromCodePoint(code));
  }

  refuseTwice(key: string): never {
    return this.refuse(`the key ${quote(key)} a second time`, 'each key once', {
      code: 'DOCUMENT_DUPLICATE_KEY',
      hint: 'remove one of the two: readers differ on which of them counts',
    });
  }

  refuse(found: string, expected: string, { code, hint }: Remedy = {}): never {
    const { line, column } = this.spot();
    const pointer = this.pointer();
    throw new EvidenceError(code ?? 'DOCUMENT_INVALID', {
      at: pointer === '' ? this.#file : `${this.#file}#${pointer}`,
      found: `${found} (line ${line}, column ${column})`,
      expected,
      hint: hint ?? 'correct the document at this place',
    });
  }

  /** The JSON pointer to what is being read. */
  pointer(): string {
    return this.path.map((part) => `/${pointerToken(String(part))}`).join('');
  }

  /** Lines and columns count from 1, in UTF-16 units, as in editors. */
  spot(position = this.position): Spot {
    this.#lineStarts ??= lineStarts(this.text);
    const start = (line: number): number => this.#lineStarts?.[line] ?? this.text.length + 1;
    let [line, after] = [0, this.#lineStarts.length];
    while (after - line > 1) {
      const middle = (line + after) >> 1;
      if (start(middle) <= position) line = middle;
      else after = middle;
    }
    return { line: line + 1, column: position - start(line) + 1 };
  }
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) {
    starts.push(at + 1);
  }
  return starts;
}

/** What is shown of one key in a pointer: any name of a Kubernetes label, which has at most 317 characters. */
const MAX_TOKEN_CHARACTERS = 320;

/** A key as a JSON pointer has it (RFC 6901 §3). One of megabytes is shown short: it only says where something is. */
export function pointerToken(key: string): string {
  return wholeToken(shorten(key, MAX_TOKEN_CHARACTERS));
}

/** A key of any length: no two keys have one token. */
export function wholeToken(key: string): string {
  return /[~/]/.test(key) ? key.replaceAll('~', '~0').replaceAll('/', '~1') : key;
}

/** The key that a token of a JSON pointer stands for. */
export function tokenKey(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~');
}
