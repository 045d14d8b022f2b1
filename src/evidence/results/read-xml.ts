// XML, read strictly and within limits: no DOCTYPE, so no entities but the five that every document has.

import { SaxesParser } from 'saxes';

import { decodeUtf8 } from '../../document/text.ts';
import type { ErrorCode } from '../../errors/catalogue.ts';
import { EvidenceError, type ErrorDetail } from '../../errors/evidence-error.ts';
import { MAX_NESTING, MAX_XML_ELEMENTS, MAX_XML_ATTRIBUTES } from '../../limits.ts';
import { escapeInvisible, quote, shorten } from '../../quote.ts';

/** An element, by its name without a prefix. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** What stands in it, in order. */
  readonly content: readonly (string | XmlElement)[];
  /** Where its start ends, as editors count. */
  readonly line: number;
}

interface OpenElement extends XmlElement {
  readonly children: OpenElement[];
  readonly content: (string | OpenElement)[];
}

/** All text that stands in it, with that of the elements in it, in order. */
export function textIn({ content }: XmlElement): string {
  return content.map((part) => (typeof part === 'string' ? part : textIn(part))).join('');
}

interface Attribute {
  readonly name: string;
  readonly value: string;
}

const NONE: ReadonlyMap<string, string> = new Map();

function pairOf({ name, value }: Attribute): readonly [string, string] {
  return [name, value];
}

/** How much is given to the parser at once, in characters: a limit is noticed before the rest is read. */
const PIECE = 65_536;

const BYTE_ORDER_MARK = Buffer.from('\u{FEFF}');

/**
 * The root element of an XML document. The caller limits its size.
 *
 * @throws EvidenceError DOCUMENT_INVALID, DOCUMENT_UNSUPPORTED (a DOCTYPE, another encoding or version, nesting),
 *   LIMIT_EXCEEDED, all invalid, with the line in `found`
 */
export function readXml(bytes: Uint8Array, file: string): XmlElement {
  const isMarked = BYTE_ORDER_MARK.equals(bytes.subarray(0, BYTE_ORDER_MARK.length));
  const text = decodeUtf8(isMarked ? bytes.subarray(BYTE_ORDER_MARK.length) : bytes, file);
  return new XmlReader(file).read(text);
}

type Refusal = ErrorDetail & { readonly code: ErrorCode };

export function refuseAt(
  { line }: Pick<XmlElement, 'line'>,
  file: string,
  refusal: Refusal,
): never {
  const found = `line ${line}: ${refusal.found}`;
  throw new EvidenceError(refusal.code, { ...refusal, at: file, found });
}

class XmlReader {
  readonly #parser = new SaxesParser({ xmlns: true });
  readonly #file: string;
  readonly #open: OpenElement[] = [];
  #root: OpenElement | undefined;
  #elements = 0;
  #attributes = 0;

  constructor(file: string) {
    this.#file = file;
    const parser = this.#parser;
    parser.on('xmldecl', (declared) => this.#requirePlain(declared));
    parser.on('doctype', (text) => this.#refuseDoctype(text));
    parser.on('attribute', () => this.#countAttribute());
    parser.on('opentag', ({ local, attributes }) => this.#start(local, Object.values(attributes)));
    parser.on('text', (text) => this.#add(text));
    parser.on('cdata', (text) => this.#add(text));
    parser.on('closetag', () => this.#open.pop());
  }

  read(text: string): XmlElement {
    try {
      for (let at = 0; at < text.length; at += PIECE) {
        this.#parser.write(text.slice(at, at + PIECE));
      }
      this.#parser.close();
    } catch (error) {
      throw error instanceof EvidenceError ? error : this.#malformed(error);
    }
    if (this.#root === undefined) throw new TypeError('a document without a root element');
    return this.#root;
  }

  #requirePlain({ version, encoding = 'UTF-8' }: { version?: string; encoding?: string }): void {
    if (version !== '1.0') {
      this.#unsupported(`the version ${quote(version ?? '')}`, 'XML 1.0');
    }
    if (!/^(?:utf-?8|us-ascii)$/i.test(encoding)) {
      this.#unsupported(`the encoding ${quote(encoding)}`, 'UTF-8');
    }
  }

  #start(name: string, attributes: readonly Attribute[]): void {
    this.#elements += 1;
    if (this.#elements > MAX_XML_ELEMENTS) {
      this.#tooMany('elements', MAX_XML_ELEMENTS);
    }
    const element: OpenElement = {
      name,
      attributes: attributes.length === 0 ? NONE : new Map(attributes.map(pairOf)),
      children: [],
      content: [],
      line: this.#parser.line,
    };
    if (this.#open.length >= MAX_NESTING) {
      this.#unsupported(`more than ${MAX_NESTING} elements in each other`, 'fewer');
    }
    this.#open.at(-1)?.children.push(element);
    this.#open.at(-1)?.content.push(element);
    this.#root ??= element;
    this.#open.push(element);
  }

  #add(text: string): void {
    this.#open.at(-1)?.content.push(text);
  }

  /** Before its element is there: one may have all of them. */
  #countAttribute(): void {
    this.#attributes += 1;
    if (this.#attributes > MAX_XML_ATTRIBUTES) this.#tooMany('attributes', MAX_XML_ATTRIBUTES);
  }

  #tooMany(what: string, most: number): never {
    const hint = 'give the results of fewer tests in one file';
    this.#refuse('LIMIT_EXCEEDED', `more than ${most} ${what}`, `at most ${most}`, hint);
  }

  /** The parser is at its end. */
  #refuseDoctype(text: string): never {
    const line = this.#parser.line - (text.split('\n').length - 1);
    refuseAt({ line }, this.#file, {
      code: 'DOCUMENT_UNSUPPORTED',
      found: /<!ENTITY/.test(text) ? 'a DOCTYPE that declares entities' : 'a DOCTYPE',
      expected: 'none: it can make a small file large, or read others',
      hint: 'write the report without a DTD, as the common test runners do; or take the <!DOCTYPE …> out of it: only entities of its own would be missed',
    });
  }

  #unsupported(found: string, expected: string): never {
    const hint = `write the file with ${expected}, as the common test runners do`;
    this.#refuse(
      'DOCUMENT_UNSUPPORTED',
      found,
      expected,
      /^UTF|^XML/.test(expected) ? hint : PLAIN,
    );
  }

  #refuse(code: ErrorCode, found: string, expected: string, hint: string): never {
    refuseAt(this.#parser, this.#file, { code, found, expected, hint });
  }

  /** What the parser says names what it found, which is a stranger's text. */
  #malformed(error: unknown): EvidenceError {
    const said = error instanceof Error ? error.message : String(error);
    const [, line, column, what = said] = /^(\d+):(\d+): (.*)$/s.exec(said) ?? [];
    const place = line === undefined ? '' : `line ${line}, column ${column}: `;
    return new EvidenceError('DOCUMENT_INVALID', {
      at: this.#file,
      found: `${place}${escapeInvisible(shorten(what, 200))}`,
      expected: 'well-formed XML',
      hint: 'check that the program that writes the file has finished, and write it again',
      cause: error,
    });
  }
}

const PLAIN = 'write the file as the common test runners do, which need nothing of the kind';
