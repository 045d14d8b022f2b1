// Writes a YAML tree as yaml.v3 v3.0.1 does, with its defects: AICR hashes this text.

import { mapLines } from '../../document/text-parts.ts';
import { ESCAPES } from '../../document/yaml-quoted.ts';
import type { Context, Scalar, ScalarStyle } from '../../document/yaml-scalars.ts';
import { inPieces } from '../../pieces.ts';
import { canonicalStyle, hasBreak, type ScalarPosition } from './yaml-style.ts';

export type ScalarNode = Scalar & { readonly kind: 'scalar' };

export interface Entry {
  readonly key: ScalarNode;
  readonly value: YamlNode;
}

export type YamlNode =
  | ScalarNode
  | { readonly kind: 'list'; readonly items: readonly YamlNode[]; readonly context: Context }
  | { readonly kind: 'map'; readonly entries: readonly Entry[]; readonly context: Context };

/** The indentation of yaml.v3 itself, or that of what `aicr` writes for people. */
type Step = 4 | 2;

/** The text of the document, with a line break at its end. */
export function renderYaml(root: YamlNode, step: Step = 4): string {
  const emitter = new Emitter(step);
  return ended(isInline(root) ? emitter.inline(root, ROOT) : emitter.block(root, 0));
}

/** The longest key that is written in one line with its colon, in bytes of UTF-8. */
const MAX_SIMPLE_KEY_BYTES = 128;

/** The collection in which a node is written: its column, -1 at the root, and its kind. */
interface Around {
  readonly column: number;
  readonly parent: 'root' | 'list' | 'map' | 'brackets';
}

const ROOT: Around = { column: -1, parent: 'root' };

/** Whether the node begins in the line of its key, in any case. */
function isInline(node: YamlNode): boolean {
  if (node.kind === 'scalar' || node.context === 'flow') return true;
  return node.kind === 'map' && node.entries.length === 0;
}

class Emitter {
  readonly #step: Step;

  constructor(step: Step) {
    this.#step = step;
  }

  /** After `- ` in a list, else at the next multiple of the step. */
  #innerColumn({ column, parent }: Around): number {
    return parent === 'list'
      ? column + 2
      : this.#step * Math.floor((Math.max(column, 0) + this.#step) / this.#step);
  }

  /** A collection in lines. The first begins where the caller is, the others at the column. */
  block(node: YamlNode, column: number): string {
    if (node.kind === 'scalar') return this.inline(node, { column, parent: 'map' });
    const parts =
      node.kind === 'list'
        ? node.items.map((item) => `-${this.#item(item, column)}`)
        : node.entries.map((entry) => this.#entry(entry, column));
    return joinLines(parts, column);
  }

  #item(item: YamlNode, column: number): string {
    const around: Around = { column, parent: 'list' };
    return isInline(item)
      ? this.#spaced(item, around)
      : ` ${this.block(item, this.#innerColumn(around))}`;
  }

  #entry({ key, value }: Entry, column: number): string {
    const around: Around = { column, parent: 'map' };
    const inner = this.#innerColumn(around);
    if (isSimpleKey(key)) {
      const start = `${this.#scalar(key, 'key', 0)}:`;
      if (isInline(value)) return start + this.#spaced(value, around);
      return `${start}\n${' '.repeat(inner)}${this.block(value, inner)}`;
    }
    const text = isInline(value)
      ? this.#spaced(value, around)
      : ' '.repeat(inner - column - 1) + this.block(value, inner);
    return joinLines([`? ${this.#scalar(key, 'value', inner)}`, `:${text}`], column);
  }

  /** Nothing for a null that is not written, else a space and the node. */
  #spaced(node: YamlNode, around: Around): string {
    const text = this.inline(node, around);
    return text === '' ? '' : ` ${text}`;
  }

  inline(node: YamlNode, around: Around): string {
    const inner = this.#innerColumn(around);
    const place = around.parent === 'brackets' ? 'flow' : 'value';
    if (node.kind === 'scalar') return this.#scalar(node, place, inner);
    const inBrackets: Around = { column: inner, parent: 'brackets' };
    if (node.kind === 'list') {
      return `[${node.items.map((item) => this.inline(item, inBrackets)).join(', ')}]`;
    }
    const entries = node.entries.map(({ key, value }) => {
      const keyText = this.inline(key, inBrackets);
      const valueText = this.inline(value, inBrackets);
      return isSimpleKey(key) ? `${keyText}: ${valueText}` : `? ${keyText} : ${valueText}`;
    });
    return `{${entries.join(', ')}}`;
  }

  /** @param column where the scalar's further lines begin. */
  #scalar(scalar: Scalar, place: ScalarPosition, column: number): string {
    const { value } = scalar;
    const style: ScalarStyle = canonicalStyle(scalar, place);
    switch (style) {
      case 'plain':
        return value;
      case 'single':
        return renderSingle(value, column);
      case 'double':
        return renderDouble(value);
      case 'literal':
        return `|${this.#blockHints(value)}${renderLines(value, column)}`;
      case 'folded':
        return `>${this.#blockHints(value)}${renderLines(unfold(value), column)}`;
    }
  }

  /** The indicators of a block: the indentation if it begins with a blank, `-` without, `+` with many breaks. */
  #blockHints(value: string): string {
    const indent = /^[ \n\u{85}\u{2028}\u{2029}]/u.test(value) ? String(this.#step) : '';
    if (!/[\n\u{85}\u{2028}\u{2029}]$/u.test(value)) return `${indent}-`;
    return /(?:^|[\n\u{85}\u{2028}\u{2029}])[\n\u{85}\u{2028}\u{2029}]$/u.test(value)
      ? `${indent}+`
      : indent;
  }
}

/** The lines of one column. */
function joinLines(parts: readonly string[], column: number): string {
  return parts.map(ended).join(' '.repeat(column));
}

/** With a line break at the end; a block scalar may have ended its last line itself. */
function ended(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}

function isSimpleKey({ value }: ScalarNode): boolean {
  return !hasBreak(value) && Buffer.byteLength(value) <= MAX_SIMPLE_KEY_BYTES;
}

/** The first break of each run is written twice: folding removes one. */
function renderSingle(value: string, column: number): string {
  const escaped = inPieces(value, (piece) => piece.split("'").join("''"));
  const lines = mapLines(escaped, (line, isFirst, isLast) => {
    const beginsRun = !isLast && (isFirst || line !== '') && !SEPARATOR_END.test(line);
    const start = isFirst ? BEHIND_SEPARATOR : LINE_START;
    return `${indented(line, column, start)}${beginsRun ? '\n' : ''}`;
  });
  return `'${lines}'`;
}

/** U+2028 and U+2029 end a line for the emitter too: it indents what is behind them, in the same line. */
const LINE_START = /(?<=^|[\u{2028}\u{2029}])(?=[^\u{2028}\u{2029}])/gu;
const BEHIND_SEPARATOR = /(?<=[\u{2028}\u{2029}])(?=[^\u{2028}\u{2029}])/gu;
const SEPARATOR_END = /[\u{2028}\u{2029}]$/u;

function indented(line: string, column: number, start = LINE_START): string {
  return line.replaceAll(start, ' '.repeat(column));
}

/** By character. A space has no escape letter here. */
const LETTERS = new Map(
  [...ESCAPES].flatMap(([letter, character]) => (letter === ' ' ? [] : [[character, letter]])),
);

/** What is not printable, and what means something between the quotes. */
const ESCAPED =
  /[^\u{20}\u{21}\u{23}-\u{5B}\u{5D}-\u{7E}\u{A0}-\u{2027}\u{202A}-\u{D7FF}\u{E000}-\u{FEFE}\u{FF00}-\u{FFFD}]/gu;

function renderDouble(value: string): string {
  // The emitter looks for a byte order mark at the start of the text instead of here.
  const escaped = value.startsWith('\u{FEFF}') ? /[^]/gu : ESCAPED;
  return `"${inPieces(value, (piece) => piece.replaceAll(escaped, escapeOf))}"`;
}

function escapeOf(character: string): string {
  const letter = LETTERS.get(character);
  if (letter !== undefined) return `\\${letter}`;
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

/** The lines below the header; a text that begins with a break loses it, as in the emitter. */
function renderLines(value: string, column: number): string {
  const lines = mapLines(value, (line) => indented(line, column));
  return (/^[\n\u{2028}\u{2029}]/u.test(value) ? '' : '\n') + lines;
}

/** Writes breaks twice where folding would remove one; the emitter's own condition is strange. */
function unfold(value: string): string {
  const start = /^\n*/.exec(value)?.[0].length ?? 0;
  const isBlank = /^(?:[ \t]|$)/.test(value.slice(start));
  if (isBlank) return value;
  return mapLines(value, (line, _, isLast) => {
    const isText = !isLast && line !== '' && !/^[ \t]/.test(line);
    return isText ? `${line}\n` : line;
  });
}
