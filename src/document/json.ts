// RFC 8259, read strictly. JSON.parse accepts every text that this accepts, with the same value. What
// two readers could read differently is refused: a key twice, half a surrogate pair, a byte order mark.
// No number is rounded.

import { MAX_JSON_BYTES, MAX_JSON_VALUES, MAX_NESTING } from '../limits.ts';
import { quote } from '../quote.ts';
import { JsonMap, Plain, isDataList, plain, type Data, type DataMap } from './data.ts';
import { TextCursor, decodeUtf8 } from './text.ts';

const NULL = new Plain('null', 'null');
const TRUE = new Plain('boolean', 'true');
const FALSE = new Plain('boolean', 'false');
const NO_FIELDS = new JsonMap();

/**
 * Reads one JSON document. The caller limits its size. Numbers keep their source text.
 *
 * @throws EvidenceError DOCUMENT_INVALID, DOCUMENT_UNSUPPORTED (nesting), DOCUMENT_DUPLICATE_KEY,
 *   LIMIT_EXCEEDED (values), all invalid, with a JSON pointer in `at` and line and column in `found`
 */
export function decodeJson(bytes: Uint8Array, file: string, mostValues = MAX_JSON_VALUES): Data {
  return new JsonReader(decodeUtf8(bytes, file), file, mostValues).document();
}

/**
 * JSON with two spaces of indentation and a final line break. If that is longer than a document may be, no
 * white space at all: what was read is not refused once it is written. `data` is what `decodeJson` gave.
 */
export function encodeJson(data: Data): string {
  const text = `${encodeValue(data, '\n')}\n`;
  return Buffer.byteLength(text) <= MAX_JSON_BYTES ? text : encodeCompactJson(data);
}

/** JSON with no white space at all. */
export function encodeCompactJson(data: Data): string {
  return encodeValue(data, '');
}

/** @param lineBreak with the indentation of what the value is in; "" for no white space */
function encodeValue(data: Data, lineBreak: string): string {
  if (typeof data === 'string') return JSON.stringify(data);
  if (data instanceof Plain) return encodePlain(data);
  const [inner, colon] = lineBreak === '' ? ['', ':'] : [`${lineBreak}  `, ': '];
  if (isDataList(data)) {
    const items = data.map((item) => `${inner}${encodeValue(item, inner)}`);
    return items.length === 0 ? '[]' : `[${items.join(',')}${lineBreak}]`;
  }
  const fields = [...data].map(
    ([key, value]) => `${inner}${JSON.stringify(key)}${colon}${encodeValue(value, inner)}`,
  );
  return fields.length === 0 ? '{}' : `{${fields.join(',')}${lineBreak}}`;
}

/** YAML's scalars (`~`, `0o17`, `.inf`) are no JSON; writing one would be a bug of the caller. */
const JSON_PLAIN = /^(?:null|true|false|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;

function encodePlain(data: Plain): string {
  if (JSON_PLAIN.test(data.text)) return data.text;
  throw new TypeError(`not a JSON scalar: ${quote(data.text)}`);
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const LIST_START = 0x5b;
const BACKSLASH = 0x5c;
const LIST_END = 0x5d;
const MAP_START = 0x7b;
const MAP_END = 0x7d;

/** Recursive descent over one text; the depth is limited, so the stack is safe. */
class JsonReader extends TextCursor {
  // oxlint-disable-next-line no-control-regex -- RFC 8259 §7 names exactly these as to be escaped
  readonly #unescaped = /[^"\\\u0000-\u001F]*/y;
  readonly #escape = /\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})/y;
  readonly #number = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;

  document(): Data {
    this.#skipSpace();
    if (this.position >= this.text.length) this.refuse('nothing but white space', 'a value');
    const data = this.#value();
    this.#skipSpace();
    if (this.position < this.text.length) {
      this.refuse(this.next(), 'the end of the document', { hint: 'keep one value in the file' });
    }
    return data;
  }

  #value(): Data {
    this.countValue();
    switch (this.text.charCodeAt(this.position)) {
      case QUOTE:
        return this.#string();
      case MAP_START:
        return this.#map();
      case LIST_START:
        return this.#list();
      default:
        return this.#literal() ?? this.#numberValue();
    }
  }

  #literal(): Plain | undefined {
    const found = [NULL, TRUE, FALSE].find(({ text }) => this.text.startsWith(text, this.position));
    this.position += found?.text.length ?? 0;
    return found;
  }

  #numberValue(): Plain {
    this.#number.lastIndex = this.position;
    const match = this.#number.exec(this.text);
    if (match === null) return this.refuse(this.next(), 'a value');
    const [text, fraction, exponent] = match;
    this.position += text.length;
    return plain(fraction === undefined && exponent === undefined ? 'integer' : 'float', text);
  }

  #list(): readonly Data[] {
    const list: Data[] = [];
    this.#enter();
    while (!this.#closes(LIST_END, list.length)) {
      this.path[this.path.length - 1] = list.length;
      list.push(this.#value());
    }
    return list.length < 100 ? list.slice() : list;
  }

  #map(): DataMap {
    const map = new JsonMap();
    this.#enter();
    while (!this.#closes(MAP_END, map.size)) {
      const start = this.position;
      if (this.text.charCodeAt(start) !== QUOTE) this.refuse(this.next(), 'a key in quotes');
      const key = this.#string();
      this.path[this.path.length - 1] = key;
      if (map.has(key)) {
        this.position = start;
        this.refuseTwice(key);
      }
      this.#skipSpace();
      if (this.text.charCodeAt(this.position) !== COLON) this.refuse(this.next(), 'a colon');
      this.position += 1;
      this.#skipSpace();
      map.set(key, this.#value());
    }
    return map.size === 0 ? NO_FIELDS : map;
  }

  #enter(): void {
    this.countValue();
    this.enter(`at most ${MAX_NESTING} levels`);
    this.position += 1;
  }

  /** Whether the list or map ends here. If not, its comma is skipped and the next item follows. */
  #closes(end: number, count: number): boolean {
    this.#skipSpace();
    const unit = this.text.charCodeAt(this.position);
    if (unit === end) {
      this.position += 1;
      this.path.pop();
      return true;
    }
    if (count === 0) return false;
    if (unit !== COMMA) this.refuse(this.next(), `a comma or ${String.fromCharCode(end)}`);
    this.position += 1;
    this.#skipSpace();
    if (this.text.charCodeAt(this.position) === end) {
      this.refuse('a comma before the end', 'a value after the comma', {
        hint: 'remove the last comma',
      });
    }
    return false;
  }

  #string(): string {
    const start = this.position;
    this.position += 1;
    this.#skipPlain();
    const isEscaped = this.text.charCodeAt(this.position) === BACKSLASH;
    while (this.text.charCodeAt(this.position) === BACKSLASH) {
      this.#skipEscape();
      this.#skipPlain();
    }
    if (this.text.charCodeAt(this.position) !== QUOTE) {
      this.refuse(this.next(), 'a double quote that ends the text', {
        hint: 'escape control characters',
      });
    }
    this.position += 1;
    const text = isEscaped
      ? String(JSON.parse(this.text.slice(start, this.position)))
      : this.text.slice(start + 1, this.position - 1);
    if (!text.isWellFormed()) {
      this.position = start;
      this.refuse('half a surrogate pair', 'whole Unicode characters', {
        hint: 'correct the \\u escapes',
      });
    }
    return text;
  }

  #skipPlain(): void {
    this.#unescaped.lastIndex = this.position;
    this.#unescaped.test(this.text);
    this.position = this.#unescaped.lastIndex;
  }

  #skipEscape(): void {
    this.#escape.lastIndex = this.position;
    if (!this.#escape.test(this.text)) {
      const found = quote(this.text.slice(this.position, this.position + 2));
      this.refuse(`the escape ${found}`, 'an escape of RFC 8259 §7');
    }
    this.position = this.#escape.lastIndex;
  }

  #skipSpace(): void {
    for (;;) {
      const unit = this.text.charCodeAt(this.position);
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return;
      this.position += 1;
    }
  }
}
