import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { EvidenceError } from '../../errors/evidence-error.ts';
import { MAX_JSON_BYTES } from '../../limits.ts';
import { escapeInvisible } from '../../quote.ts';
import { sigstoreTrust } from '../../trust/sigstore-trust.ts';
import { readFileBounded, requireFree } from '../disk/files.ts';
import { isSystemError, unwritable } from '../disk/system-error.ts';
import type { Sandbox } from './sandbox-server.ts';

const ROOT_FILE = 'trusted_root.json';

/** Where a sandbox's trusted root and its default signing config are: absolute paths. */
export interface SandboxFiles {
  readonly trustedRoot: string;
  readonly signingConfig: string;
}

/** The files of a sandbox, written under a name that nobody reads yet. */
export interface StagedFiles {
  /** Gives them their names, in one turn of the event loop. */
  keep(): SandboxFiles;
  /** Removes what was not kept, and nothing that was there before. */
  drop(): void;
}

/**
 * Writes `trusted_root.json` and the signing configs for a directory, which is created if missing.
 * Once they are kept, those of an earlier sandbox are replaced.
 *
 * @throws EvidenceError FILE_UNWRITABLE; OUTPUT_EXISTS for a trusted root that is of no sandbox
 */
export async function stageSandboxFiles(
  directory: string,
  sandbox: Pick<Sandbox, 'trustedRoot' | 'signingConfigs'>,
): Promise<StagedFiles> {
  const files = { [ROOT_FILE]: sandbox.trustedRoot, ...sandbox.signingConfigs };
  try {
    if (existsSync(directory)) {
      await mkdir(directory, { recursive: true });
      for (const name of Object.keys(files)) await requireFree(join(directory, name), true);
      await requireSandboxRoot(join(directory, ROOT_FILE));
    }
    return fillStage(directory, files);
  } catch (error) {
    throw unwritable(error, directory);
  }
}

/** In one turn of the event loop: an interrupted program has no other one. */
function fillStage(directory: string, files: Readonly<Record<string, unknown>>): StagedFiles {
  const made = mkdirSync(directory, { recursive: true });
  const stage = mkdtempSync(join(directory, '.affidavit-'));
  const drop = (): void => {
    rmSync(stage, { recursive: true, force: true });
    if (made !== undefined) removeEmpty(directory);
  };
  try {
    for (const [name, value] of Object.entries(files)) {
      writeFileSync(join(stage, name), `${JSON.stringify(value, null, 2)}\n`, { flush: true });
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
  return { keep, drop };
}

/** The root of a sandbox, which trusts everybody, must not replace a root that others trust. */
async function requireSandboxRoot(path: string): Promise<void> {
  if (!existsSync(path)) return;
  const bytes = await readFileBounded(path, MAX_JSON_BYTES, 'a trusted root');
  if (isSandboxRoot(bytes, path)) return;
  throw new EvidenceError('OUTPUT_EXISTS', {
    at: escapeInvisible(path),
    found: 'a file that no sandbox wrote',
    expected: 'none, or the trusted root of an earlier sandbox',
    hint: 'choose another directory',
  });
}

function isSandboxRoot(bytes: Uint8Array, path: string): boolean {
  try {
    return sigstoreTrust(bytes, path).root.sandbox;
  } catch (error) {
    if (error instanceof EvidenceError) return false;
    throw error;
  }
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
