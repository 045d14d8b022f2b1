import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  rmdirSync,
  writeFileSync,
  type Stats,
} from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { unlessRefused } from '../../errors/evidence-error.ts';
import { MAX_CONFIG_BYTES } from '../../limits.ts';
import { refuse } from '../../place.ts';
import { escapeInvisible, quote } from '../../quote.ts';
import { buildSigningConfigs, isSandboxConfig } from '../../sandbox/trust-material.ts';
import { parseTrustedRoot } from '../../trust/parse-trusted-root.ts';
import { isSandbox } from '../../trust/trusted-root.ts';
import { isSamePlace } from '../disk/harmless-output.ts';
import { kindOf } from '../disk/open-file.ts';
import { isSystemError, orUnwritable, unwritable } from '../disk/system-error.ts';
import type { Sandbox } from './sandbox-server.ts';

const ROOT_FILE = 'trusted_root.json';

/** Every file that a sandbox leaves. */
const NAMES = [ROOT_FILE, ...Object.keys(buildSigningConfigs('', new Date(0)))];

/** Where a sandbox's trusted root and its default signing config are: absolute paths. */
export interface SandboxFiles {
  readonly trustedRoot: string;
  readonly signingConfig: string;
}

/** Where the sandbox that signed an archive leaves its root. */
export function sandboxFolder(archive: string): string {
  return `${archive}.sandbox`;
}

/** The files of a sandbox, written under a name that nobody reads yet. */
export interface StagedFiles {
  /** Gives them their names, in one turn of the event loop. */
  keep(): SandboxFiles;
  /** Removes what was not kept, and nothing that was there before. */
  drop(): void;
  /** Whether the trusted root that has its name is this one. */
  isInPlace(): boolean;
}

/**
 * Writes `trusted_root.json` and the signing configs for a directory, which is created if missing. In
 * one turn of the event loop: an interrupted program has no other one. Once they are kept, those of an
 * earlier sandbox are replaced.
 *
 * @throws EvidenceError FILE_UNWRITABLE; OUTPUT_EXISTS for a file that no sandbox wrote
 */
export function stageSandboxFiles(
  directory: string,
  sandbox: Pick<Sandbox, 'trustedRoot' | 'signingConfigs'>,
): StagedFiles {
  const files = { [ROOT_FILE]: sandbox.trustedRoot, ...sandbox.signingConfigs };
  requireSandboxFiles(directory);
  return orUnwritable(directory, () => fillStage(directory, files));
}

/**
 * A sandbox must not replace the file of somebody else. A root that others trust would be lost to one
 * that trusts everybody.
 *
 * @throws EvidenceError OUTPUT_EXISTS, FILE_UNWRITABLE
 */
export function requireSandboxFiles(directory: string): void {
  for (const name of NAMES) {
    const path = join(directory, name);
    const found = foreignFile(path, name);
    if (found === undefined) continue;
    const hint = 'choose another directory with --dir, or for --emit-evidence another OUT';
    const expected = 'nothing, or the file of an earlier sandbox';
    refuse({ code: 'OUTPUT_EXISTS', at: escapeInvisible(path), hint }, found, expected);
  }
}

/**
 * A folder that COMMAND is told to read must not get the files of a sandbox among its own.
 *
 * @throws EvidenceError USAGE if one of its words names the folder, and it holds more than a sandbox left there
 */
export function requireNoInputs(directory: string, command: readonly string[]): void {
  const paths = command.flatMap((word) => [word, word.slice(word.indexOf('=') + 1)]);
  const named = paths.find((path) => path !== '' && isSamePlace(path, directory));
  if (named === undefined || !existsSync(directory)) return;
  const other = readdirSync(directory).find((name) => !NAMES.includes(name) && name[0] !== '.');
  if (other === undefined) return;
  refuse(
    { code: 'USAGE', at: '--dir', hint: 'name another directory' },
    `${quote(directory)}, which COMMAND names too, with ${quote(other)} in it`,
    'a directory of its own',
  );
}

/** What stands at a path if no sandbox wrote it. */
function foreignFile(path: string, name: string): string | undefined {
  return orUnwritable(path, () => {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return undefined;
    if (!stats.isFile()) return `a ${kindOf(stats)}`;
    return isOfSandbox(path, name, stats) ? undefined : 'a file that no sandbox wrote';
  });
}

function isOfSandbox(path: string, name: string, stats: Stats): boolean {
  if (stats.size > MAX_CONFIG_BYTES) return false;
  return (name === ROOT_FILE ? isSandboxRoot : isSandboxConfig)(readFileSync(path), path);
}

function isSandboxRoot(bytes: Uint8Array, path: string): boolean {
  return unlessRefused(() => isSandbox(parseTrustedRoot(bytes, path))) === true;
}

function fillStage(directory: string, files: Readonly<Record<string, unknown>>): StagedFiles {
  const made = mkdirSync(directory, { recursive: true });
  const stage = mkdtempSync(join(directory, '.affidavit-'));
  const drop = (): void => {
    rmSync(stage, { recursive: true, force: true });
    if (made !== undefined) removeEmpty(directory);
  };
  try {
    for (const [name, value] of Object.entries(files)) {
      writeFileSync(join(stage, name), textOf(value), { flush: true });
    }
  } catch (error) {
    drop();
    throw error;
  }
  const keep = (): SandboxFiles => {
    for (const name of Object.keys(files)) renameSync(join(stage, name), join(directory, name));
    rmSync(stage, { recursive: true, force: true });
    return {
      trustedRoot: resolve(directory, ROOT_FILE),
      signingConfig: resolve(directory, 'signing_config.json'),
    };
  };
  const isInPlace = (): boolean => {
    const path = join(directory, ROOT_FILE);
    return existsSync(path) && readFileSync(path, 'utf8') === textOf(files[ROOT_FILE]);
  };
  return { keep, drop, isInPlace };
}

function textOf(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Unless it has files that are not ours. */
function removeEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}

/**
 * A new directory under the system's temporary one: no earlier trusted root is replaced, and nothing
 * appears where the user works.
 *
 * @throws EvidenceError FILE_UNWRITABLE
 */
export async function makeSandboxDirectory(): Promise<string> {
  const prefix = join(tmpdir(), 'affidavit-sandbox-');
  try {
    return await mkdtemp(prefix);
  } catch (error) {
    throw unwritable(error, prefix);
  }
}
