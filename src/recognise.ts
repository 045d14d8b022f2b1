// Names a file that turns up where one of another kind is wanted, and the fix. It decides nothing: a reader has refused
// the file before anybody asks.

import { EvidenceError, orIfRefused, withCode } from './errors/evidence-error.ts';
import { WANTED, nameWanted, type FileKind, type Look, type Row } from './file-kinds.ts';
import { FILE_ROWS } from './file-rows.ts';
import { fileWord } from './packed-file.ts';
import { refusal } from './place.ts';

/** How much of a file is looked at, in bytes: kinds show at the start, and a hostile file buys no work. */
export const LOOK_BYTES = 4096;

/** What is wanted, in words, e.g. `a resolved recipe`. */
export function wordsFor(kind: FileKind): string {
  return WANTED[kind].what;
}

/** A file or its start. */
export interface NamedBytes {
  /** How complaints and hints name it; undefined if nobody knows. */
  readonly file: string | undefined;
  readonly bytes: Uint8Array;
}

/** A field that says what the whole document is; any other place is none that anybody could correct. */
const SAYS_WHAT = /#\/(?:kind|mediaType)$/;

/**
 * Runs a reader of a file. If it refuses one that looks like another kind than the wanted one, that is said of the whole
 * file.
 *
 * @param file how complaints name it
 */
export function recognising<T>(
  wanted: FileKind,
  { file, bytes }: NamedBytes & { readonly file: string },
  read: () => T,
): T {
  return orIfRefused(read, (error) => {
    const named = recognised(error, wanted, { file, bytes });
    if (named === error) throw withoutFields(error, wanted, { file, bytes });
    const isKept = SAYS_WHAT.test(error.at ?? '');
    throw isKept ? named : withCode(named, named.code, file);
  });
}

/** The complaint about a file of another kind; any other complaint as it is. The place stays. */
export function recognised(
  error: EvidenceError,
  wanted: FileKind,
  { file, bytes }: NamedBytes,
): EvidenceError {
  const look = lookAt(bytes);
  const row = FILE_ROWS.find(({ fits }) => fits(look));
  if (row === undefined || row.kind === wanted) return error;
  // Not one field of it is wrong, but all of it.
  const isOfField = /^(?:FIELD_|API_VERSION_)/.test(error.code);
  const code = isOfField ? 'KIND_UNEXPECTED' : error.code;
  const hint = hintFor(row, wanted, look, fileWord(file));
  const found = typeof row.what === 'string' ? row.what : row.what(look, wanted);
  return refusal({ code, at: error.at, hint }, found, WANTED[wanted].what, error);
}

/** Whether a file looks like one of this kind. A guess: whoever must know reads it. */
export function isOfKind(bytes: Uint8Array, kind: FileKind): boolean {
  const look = lookAt(bytes);
  return FILE_ROWS.find(({ fits }) => fits(look))?.kind === kind;
}

/** Control characters that no text has; a log may have colours. */
// oxlint-disable-next-line no-control-regex -- what is looked for
const BINARY = /[\0-\u0008\u000e-\u001a]/;

export function isBinary(bytes: Uint8Array): boolean {
  return BINARY.test(lookAt(bytes).text);
}

/** A log or a list where a document is wanted: any document that is wanted has fields, and no field of it is wrong. */
function withoutFields(
  error: EvidenceError,
  wanted: FileKind,
  { file, bytes }: NamedBytes & { readonly file: string },
): EvidenceError {
  // The error says of a byte order mark what to do about it.
  if (withoutMark(bytes) !== bytes) return error;
  const { text, fields } = lookAt(bytes);
  const body = text.replaceAll(/^[ \t]*(?:#.*|---)?\r?$/gm, '').trim();
  if (body === '' || body.startsWith('{') || fields.size > 0 || BINARY.test(text)) return error;
  const logs =
    wanted === 'results' ? 'give the directory of the logs to affidavit validate --logs; ' : '';
  return new EvidenceError(error.code.startsWith('FIELD_') ? 'KIND_UNEXPECTED' : error.code, {
    at: file,
    found: error.found === 'a list' ? error.found : 'plain text',
    expected: WANTED[wanted].what,
    hint: `${logs}${nameWanted(wanted)}`,
    cause: error,
  });
}

function hintFor({ kind, fix, goes }: Row, wanted: FileKind, look: Look, file: string): string {
  const fixed = fix?.(wanted, look, file);
  if (fixed !== undefined) return fixed;
  const home = goes ?? (kind && `give this file to ${WANTED[kind].place}`);
  return [...(home === undefined ? [] : [home]), nameWanted(wanted)].join('; ');
}

/** A byte order mark of UTF-8 hides no kind. */
function withoutMark(bytes: Uint8Array): Uint8Array {
  return BYTE_ORDER_MARK.every((byte, index) => bytes[index] === byte) ? bytes.subarray(3) : bytes;
}

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

function lookAt(whole: Uint8Array): Look {
  const bytes = withoutMark(whole).subarray(0, LOOK_BYTES);
  const text = Buffer.from(bytes).toString('latin1');
  return { bytes, text, isJson: /^\s*[[{]/.test(text), fields: topFields(text) };
}

/**
 * The fields at the top of a JSON object or a YAML map, as far as the start of its text shows them, with the texts of
 * those that are scalars. A guess: whoever must know reads the document (`src/document`).
 */
function topFields(start: string): ReadonlyMap<string, string> {
  return /^\s*\{/.test(start) ? jsonFields(start) : yamlFields(start);
}

/** A text, a bracket, a comma, a colon, or anything else up to one of these. */
const JSON_TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/gs;

function jsonFields(start: string): ReadonlyMap<string, string> {
  const tokens = start.match(JSON_TOKEN) ?? [];
  const fields = new Map<string, string>();
  let depth = 0;
  for (const [index, token] of tokens.entries()) {
    depth += DEPTHS.get(token) ?? 0;
    const isKey = depth === 1 && token.startsWith('"') && tokens[index + 1] === ':';
    if (isKey) fields.set(unquoted(token), unquoted(tokens[index + 2] ?? ''));
  }
  return fields;
}

const DEPTHS: ReadonlyMap<string, number> = new Map([
  ['{', 1],
  ['[', 1],
  ['}', -1],
  [']', -1],
]);

const YAML_FIELD = /^(["']?)([\w$.-]+)\1:(?:[ \t]+(.*?))?(?:[ \t]+#.*)?\r?$/gm;

function yamlFields(start: string): ReadonlyMap<string, string> {
  const fields = [...start.matchAll(YAML_FIELD)];
  return new Map(fields.map(([, , name = '', value = '']) => [name, unquoted(value.trim())]));
}

function unquoted(text: string): string {
  return /^(["']).*\1$/s.test(text) ? text.slice(1, -1) : text;
}
