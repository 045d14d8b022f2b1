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

/** The text of the document, with a line break at its end. */
export function renderYaml(root: YamlNode): string {
  return ended(isInline(root) ? renderInline(root, ROOT) : renderBlock(root, 0));
}

const STEP = 4;

/** The longest key that is written in one line with its colon, in bytes of UTF-8. */
const MAX_SIMPLE_KEY_BYTES = 128;

/** The collection in which a node is written: its column, -1 at the root, and its kind. */
interface Around {
  readonly column: number;
  readonly parent: 'root' | 'list' | 'map' | 'brackets';
}

const ROOT: Around = { column: -1, parent: 'root' };

/** After `- ` in a list, else at the next multiple of four. */
function innerColumn({ column, parent }: Around): number {
  return parent === 'list' ? column + 2 : STEP * Math.floor((Math.max(column, 0) + STEP) / STEP);
}

/** Whether the node begins in the line of its key, in any case. */
function isInline(node: YamlNode): boolean {
  if (node.kind === 'scalar' || node.context === 'flow') return true;
  return node.kind === 'map' && node.entries.length === 0;
}

/** A collection in lines. The first begins where the caller is, the others at the column. */
function renderBlock(node: YamlNode, column: number): string {
  if (node.kind === 'scalar') return renderInline(node, { column, parent: 'map' });
  const parts =
    node.kind === 'list'
      ? node.items.map((item) => `-${renderItem(item, column)}`)
      : node.entries.map((entry) => renderEntry(entry, column));
  return joinLines(parts, column);
}

/** The lines of one column. */
function joinLines(parts: readonly string[], column: number): string {
  return parts.map(ended).join(' '.repeat(column));
}

/** With a line break at the end; a block scalar may have ended its last line itself. */
function ended(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}

function renderItem(item: YamlNode, column: number): string {
  const around: Around = { column, parent: 'list' };
  return isInline(item) ? spaced(item, around) : ` ${renderBlock(item, innerColumn(around))}`;
}

function renderEntry({ key, value }: Entry, column: number): string {
  const around: Around = { column, parent: 'map' };
  const inner = innerColumn(around);
  if (isSimpleKey(key)) {
    const start = `${renderScalar(key, 'key', 0)}:`;
    if (isInline(value)) return start + spaced(value, around);
    return `${start}\n${' '.repeat(inner)}${renderBlock(value, inner)}`;
  }
  const text = isInline(value)
    ? spaced(value, around)
    : ' '.repeat(inner - column - 1) + renderBlock(value, inner);
  return joinLines([`? ${renderScalar(key, 'value', inner)}`, `:${text}`], column);
}

/** Nothing for a null that is not written, else a space and the node. */
function spaced(node: YamlNode, around: Around): string {
  const text = renderInline(node, around);
  return text === '' ? '' : ` ${text}`;
}

function isSimpleKey({ value }: ScalarNode): boolean {
  return !hasBreak(value) && Buffer.byteLength(value) <= MAX_SIMPLE_KEY_BYTES;
}

function renderInline(node: YamlNode, around: Around): string {
  const inner = innerColumn(around);
  const place = around.parent === 'brackets' ? 'flow' : 'value';
  if (node.kind === 'scalar') return renderScalar(node, place, inner);
  const inBrackets: Around = { column: inner, parent: 'brackets' };
  if (node.kind === 'list') {
    return `[${node.items.map((item) => renderInline(item, inBrackets)).join(', ')}]`;
  }
  const entries = node.entries.map(({ key, value }) => {
    const keyText = renderInline(key, inBrackets);
    const valueText = renderInline(value, inBrackets);
    return isSimpleKey(key) ? `${keyText}: ${valueText}` : `? ${keyText} : ${valueText}`;
  });
  return `{${entries.join(', ')}}`;
}

/** @param column where the scalar's further lines begin. */
function renderScalar(scalar: Scalar, place: ScalarPosition, column: number): string {
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
      return `|${blockHints(value)}${renderLines(value, column)}`;
    case 'folded':
      return `>${blockHints(value)}${renderLines(unfold(value), column)}`;
  }
}

/** The first break of each run is written twice: folding removes one. */
function renderSingle(value: string, column: number): string {
  const escaped = inPieces(value, (piece) => piece.split("'").join("''"));
  const lines = mapLines(escaped, (line, isFirst, isLast) => {
    const beginsRun = !isLast && (isFirst || line !== '');
    return `${isFirst ? line : indented(line, column)}${beginsRun ? '\n' : ''}`;
  });
  return `'${lines}'`;
}

function indented(line: string, column: number): string {
  return line === '' ? line : ' '.repeat(column) + line;
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

/** The indicators of a block: the step if it begins with a blank, `-` without, `+` with many breaks. */
function blockHints(value: string): string {
  const indent = /^[ \n\u{85}\u{2028}\u{2029}]/u.test(value) ? String(STEP) : '';
  if (!/[\n\u{85}\u{2028}\u{2029}]$/u.test(value)) return `${indent}-`;
  return /(?:^|[\n\u{85}\u{2028}\u{2029}])[\n\u{85}\u{2028}\u{2029}]$/u.test(value)
    ? `${indent}+`
    : indent;
}

/** The lines below the header; a text that begins with a break loses it, as in the emitter. */
function renderLines(value: string, column: number): string {
  const lines = mapLines(value, (line) => indented(line, column));
  return (value.startsWith('\n') ? '' : '\n') + lines;
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
