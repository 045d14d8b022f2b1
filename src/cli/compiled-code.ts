// What V8 compiled in an earlier run. It is kept only beside the program: whoever can write there can
// change the program anyway. docs/decisions/0006

import { hash } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import type { Stats } from 'node:fs';
import { dirname, join } from 'node:path';

export interface CompiledPlace {
  readonly program: string;
  /** SHA-256 of its content. */
  readonly digest: string;
  /** The part of it that runs, a word of letters and dashes. */
  readonly part: string;
}

const WRITABLE_BY_OTHERS = 0o022;

/** Undefined if there is none that fits. */
export function readCompiled(place: CompiledPlace): Buffer | undefined {
  try {
    const bytes = readOwn(fileOf(place), place.program);
    const head = Buffer.from(headOf(place.digest, bytes.subarray(HEAD_BYTES)), 'latin1');
    return bytes.subarray(0, HEAD_BYTES).equals(head) ? bytes.subarray(HEAD_BYTES) : undefined;
  } catch {
    return undefined;
  }
}

/** Completely or not at all. Where it may not write, the next start is only slower. */
export function writeCompiled(place: CompiledPlace, code: Uint8Array): void {
  const file = fileOf(place);
  const fresh = `${file}.${process.pid}`;
  try {
    // The owner of a checkout could not remove what root leaves there.
    if (process.getuid?.() !== undefined && process.getuid() !== statSync(place.program).uid) {
      return;
    }
    mkdirSync(dirname(file), { recursive: true, mode: 0o755 });
    writeFileSync(fresh, Buffer.concat([Buffer.from(headOf(place.digest, code), 'latin1'), code]), {
      flag: 'wx',
      mode: 0o644,
    });
    renameSync(fresh, file);
  } catch {
    discard(fresh);
  }
}

function discard(file: string): void {
  try {
    rmSync(file);
  } catch {
    // It is not there, or cannot be removed.
  }
}

/** The digests of the program and of the compiled code: V8 checks neither. */
function headOf(digest: string, code: Uint8Array): string {
  return `${digest} ${hash('sha256', code)}\n`;
}

const HEAD_BYTES = 130;

/** The name has the program's digest, Node's version and the machine, so none replaces another. */
function fileOf({ program, digest, part }: CompiledPlace): string {
  const name = [part, process.version, process.arch, digest.slice(0, 16)].join('-');
  return join(dirname(program), '.compiled', name);
}

/** Throws if somebody else than the owner of the program, or the user, may have written it. */
function readOwn(file: string, program: string): Buffer {
  // A pipe here would make the start wait for ever.
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!isOwn(fstatSync(descriptor), statSync(program))) throw new Error('of another user');
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function isOwn(stats: Stats, program: Stats): boolean {
  if (!stats.isFile()) return false;
  // Windows has no owners here.
  const owners = [process.getuid?.(), program.uid, 0];
  return owners.includes(stats.uid) && (stats.mode & ~program.mode & WRITABLE_BY_OTHERS) === 0;
}
