// A packed file where another is wanted: what is in it, as far as its start shows, and the command that unpacks it. A
// command makes a directory first, so that it never replaces a file: where that directory is, it does nothing.

import { constants, gunzipSync } from 'node:zlib';

import { WANTED, nameWanted, type FileKind, type Look } from './file-kinds.ts';
import { commandLine, pathWord } from './shell-words.ts';

/** How much of what is in a gzip file is looked at, in bytes. */
const INSIDE_BYTES = 16_384;

/** The most that a few KiB can hold. */
const MAX_INSIDE_BYTES = 8 * 1024 * 1024;

/** What the start of a gzip file holds; nothing if it is damaged. */
function gunzippedStart(start: Uint8Array): Uint8Array {
  const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: MAX_INSIDE_BYTES };
  try {
    return gunzipSync(start, options).subarray(0, INSIDE_BYTES);
  } catch {
    return new Uint8Array(0);
  }
}

const BLOCK = 512;

export function isTar(text: string): boolean {
  return /^.{257}ustar.{250}/s.test(text);
}

/** The names of entries of a tar archive, a character for each byte. */
export function namesInTar(text: string): readonly string[] {
  const blocks = Array.from({ length: Math.floor(text.length / BLOCK) }, (_, index) =>
    text.slice(index * BLOCK, (index + 1) * BLOCK),
  );
  return blocks.filter(isTar).map((block) => block.slice(0, 100).replace(/\0.*$/s, ''));
}

/** The names of entries of a zip file, from the headers before them. */
function namesInZip(text: string): readonly string[] {
  const headers = text.split('PK\u0003\u0004').slice(1);
  return headers.map((header) => {
    const length = header.charCodeAt(22) + 256 * header.charCodeAt(23);
    return header.slice(26, 26 + length);
  });
}

/** Files that every bundle has, of which one stands at its start. */
const PARTS = /^(?:\.\/)?(?:attestation\.intoto\.jsonl|bom\.cdx\.json|manifest\.json)$/;

function isBundle(names: readonly string[]): boolean {
  return names.some((name) => PARTS.test(name));
}

/** A packed Helm chart has one directory, and this file in it first. */
function isChart(names: readonly string[]): boolean {
  return names.some((name) => /^[^/]+\/Chart\.yaml$/.test(name));
}

/** What a hint says for a file whose name it cannot show as it is. */
const UNNAMED = 'FILE';

/**
 * Names that every program takes for that file and every report shows as they are: no pattern (`unzip`
 * matches by itself), no two blanks, no quotes or backticks, nothing long, and no token.
 */
const ORDINARY = /^(?!.*(?: {2}|eyJ))[\w@%+=:,./'-](?:[\w@%+=:,./' -]{0,98}[\w@%+=:,./'-])?$/;

/**
 * A file as a word of a command.
 *
 * @param file as complaints name it, with escapes for what is invisible
 */
export function fileWord(file: string | undefined): string {
  const isShown = file !== undefined && file !== 'stdin' && ORDINARY.test(file);
  return isShown ? commandLine([pathWord(file)]) : UNNAMED;
}

/** A command that writes into a directory that it makes. */
function commandInto(directory: string, command: string): string {
  return `\`mkdir ${directory} && ${command}\``;
}

/** The command that writes the wanted file, and what to do then. */
export function unpacked(command: string, wanted: FileKind): string {
  const { example } = WANTED[wanted];
  return `${commandInto('unpacked', `${command} > unpacked/${example}`)}; then name that file`;
}

export function packed(command: string): string {
  const { example } = WANTED.archive;
  return `${commandInto('packed', `${command} > packed/${example}`)}; then name that file`;
}

/** What to name of a packed directory, once it is unpacked. */
function thenName(wanted: FileKind, names: readonly string[]): string {
  if (wanted === 'archive') {
    return names[0]?.endsWith('gz') === true ? 'the .tar.gz file in it' : 'that directory';
  }
  if (wanted !== 'results') return `the ${WANTED[wanted].example} in it`;
  return isBundle(names) ? 'the directory ctrf in it' : 'that directory';
}

/** What a bundle has in it. */
const IN_BUNDLE: ReadonlySet<FileKind> = new Set(['recipe', 'snapshot', 'results']);

/** GitHub serves every artifact as a zip file: of an archive, or of what was in a directory. */
export function unzip(wanted: FileKind, { text }: Look, file: string): string {
  const names = namesInZip(text);
  const command = commandInto('unpacked', `unzip ${file} -d unpacked`);
  const first = `unzip it first: ${command}; then`;
  if (wanted === 'archive' || !isBundle(names)) return `${first} name ${thenName(wanted, names)}`;
  const verify = `give that directory to ${WANTED.archive.place}`;
  return IN_BUNDLE.has(wanted)
    ? `${first} ${verify}, or name ${thenName(wanted, names)}`
    : `${first} ${verify}; ${nameWanted(wanted)}`;
}

/** @param names of entries, as far as they are known */
export function untar(wanted: FileKind, names: readonly string[], command: string): string {
  return `unpack it: ${commandInto('unpacked', command)}; then name ${thenName(wanted, names)}`;
}

/** What a gzip file holds. */
function inGzip({ bytes }: Look): { readonly text: string; readonly isTar: boolean } {
  const text = Buffer.from(gunzippedStart(bytes)).toString('latin1');
  return { text, isTar: isTar(text) };
}

export function whatInGzip(look: Look, wanted: FileKind): string {
  if (wanted === 'archive') return 'a gzip file in a gzip file';
  const inside = inGzip(look);
  if (!inside.isTar) return 'a gzip file';
  const names = namesInTar(inside.text);
  if (isChart(names)) return 'a Helm chart, which is a .tgz file';
  return isBundle(names) ? 'a bundle, which is a .tar.gz file' : 'a .tar.gz file';
}

export function gunzip(wanted: FileKind, look: Look, file: string): string {
  if (wanted === 'archive') return `unpack it once: ${unpacked(`gzip -dc ${file}`, wanted)}`;
  const inside = inGzip(look);
  if (!inside.isTar) return `unpack it first: ${unpacked(`gzip -dc ${file}`, wanted)}`;
  const names = namesInTar(inside.text);
  if (isChart(names)) return `it is what a recipe deploys, and no recipe; ${nameWanted(wanted)}`;
  const unpack = untar(wanted, names, `tar -xzf ${file} -C unpacked`);
  if (!isBundle(names)) return unpack;
  const verify = `give it to ${WANTED.archive.place}`;
  return IN_BUNDLE.has(wanted) ? `${verify}, or ${unpack}` : `${verify}; ${nameWanted(wanted)}`;
}
