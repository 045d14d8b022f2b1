import { fstatSync, lstatSync, realpathSync, statSync, type Stats } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

import type { EvidenceError } from '../../errors/evidence-error.ts';
import { refusal } from '../../place.ts';
import { quote } from '../../quote.ts';
import { STDIN } from './files.ts';

/** What a command reads, as the user named it. */
export interface Inputs {
  /**
   * Files and directories; `-` is standard input. A new file in a directory does no harm, e.g. with
   * `--results .`.
   */
  readonly open: readonly string[];
  /** A bundle, if one is read. Inside it a new file does harm too. */
  readonly bundle?: string;
  /** Environment variables and the files that they name, whether this call reads them or another. */
  readonly variables?: Readonly<Record<string, string | undefined>>;
}

/** An output must not be written over what is read. Throws USAGE, with the flag that names the output. */
export function requireHarmless(flag: string, path: string, inputs: Inputs): void {
  const { variables = {} } = inputs;
  const spoilt = spoiltBy(path, inputs);
  if (spoilt !== undefined) throw wouldReplace(flag, path, `where ${spoilt} is read`);
  for (const [name, file] of Object.entries(variables)) {
    if (file !== undefined && spoils(path, file)) {
      throw wouldReplace(flag, path, `the file that ${name} names`);
    }
  }
}

/** No two outputs go to one place. Throws USAGE, with the flag that names the second one. */
export function requireApart(outputs: readonly (readonly [flag: string, path: string])[]): void {
  for (const [index, [flag, path]] of outputs.entries()) {
    const same = outputs.slice(0, index).find(([, other]) => wouldBeSamePlace(path, other));
    if (same !== undefined) throw wouldReplace(flag, path, `where ${same[0]} writes too`);
  }
}

/** What would be written over, in words. */
function spoiltBy(path: string, { open, bundle = '' }: Inputs): string | undefined {
  if ([...open, bundle].includes(STDIN) && isStdin(path)) return 'standard input';
  const isBundle = bundle !== '' && bundle !== STDIN;
  if (isBundle && pathsOf(bundle).some((each) => isWithin(path, each))) return quote(bundle);
  const files = open.filter((input) => input !== STDIN);
  const file = files.find((input) => pathsOf(input).some((each) => spoils(path, each)));
  return file === undefined ? undefined : quote(file);
}

/** Of `LAYOUT@sha256:HEX` the layout too. */
function pathsOf(input: string): readonly string[] {
  return [...new Set([input, input.replace(/(?<=.)@sha256:[0-9a-f]{64}$/s, '')])];
}

/** @param where what is there, in words */
export function wouldReplace(flag: string, path: string, where: string): EvidenceError {
  const place = { code: 'USAGE', at: flag, hint: 'name another file to write' } as const;
  return refusal(place, `${quote(path)}, ${where}`, 'a path of its own');
}

/**
 * Whether two paths mean one file, however they are written: a path may have links, and a file many
 * names.
 */
export function isSamePlace(a: string, b: string): boolean {
  return entryOf(a) === entryOf(b) || isSameFile(a, b);
}

/** The same of two files to come: only their names can say whether a disk that ignores case has one place for both. */
export function wouldBeSamePlace(a: string, b: string): boolean {
  const [one, other] = [a, b].map((path) => entryOf(path).normalize('NFC').toLowerCase());
  return one === other || isSamePlace(a, b);
}

/** The directory itself, or anything under it: by its name, and by the target of a link there. */
export function isWithin(path: string, directory: string): boolean {
  if (isSamePlace(path, directory)) return true;
  const starts = [entryOf(path), realOf(path)];
  return starts.some((start) => parentsOf(start).some((parent) => isSamePlace(parent, directory)));
}

function spoils(path: string, input: string): boolean {
  if (isSamePlace(path, input)) return true;
  const isIn = lookAt(path) !== undefined && ifThere(() => statSync(input))?.isDirectory() === true;
  return isIn && isWithin(path, input);
}

/** A link is not followed. Undefined if nothing is there. */
export function lookAt(path: string): Stats | undefined {
  // To say so by an exception costs more than to look.
  return ifThere(() => lstatSync(path, { throwIfNoEntry: false }));
}

function isSameFile(a: string, b: string): boolean {
  const [one, other] = [a, b].map((path) => ifThere(() => statSync(path)));
  return areOne(one, other);
}

/** The file that a shell opened as standard input: only itself tells which one. */
function isStdin(path: string): boolean {
  return areOne(
    ifThere(() => statSync(path)),
    ifThere(() => fstatSync(0)),
  );
}

/** Devices do not count: one may be read and written. */
function areOne(one: Stats | undefined, other: Stats | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  const isKept = one.isFile() || one.isDirectory();
  return isKept && one.dev === other.dev && one.ino === other.ino;
}

/** What cannot be looked at gives an error when it is opened. */
export function ifThere<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

/** Where a new file of this name would be: links are followed, except in the last part. */
function entryOf(path: string): string {
  const whole = resolve(path);
  return join(realOf(dirname(whole)), basename(whole));
}

function realOf(path: string): string {
  // Of all places of this name the system's own is the fastest: of many bundles each is looked at.
  return ifThere(() => realpathSync.native(path)) ?? resolve(path);
}

function parentsOf(path: string): readonly string[] {
  const parent = dirname(path);
  return parent === path ? [] : [parent, ...parentsOf(parent)];
}
