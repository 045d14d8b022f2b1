import { rmSync, rmdirSync } from 'node:fs';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';

import { writeWhole } from './files.ts';
import type { Sandbox } from './sandbox-server.ts';
import { isSystemError, unwritable } from './system-error.ts';

/** Where a sandbox's trusted root and its default signing config are: absolute paths. */
export interface SandboxFiles {
  readonly trustedRoot: string;
  readonly signingConfig: string;
}

/**
 * Writes `trusted_root.json` and the signing configs into a directory, which is created if missing.
 * Those of an earlier sandbox are replaced.
 *
 * @throws EvidenceError FILE_UNWRITABLE
 */
export async function writeSandboxFiles(
  directory: string,
  sandbox: Pick<Sandbox, 'trustedRoot' | 'signingConfigs'>,
): Promise<SandboxFiles> {
  try {
    await mkdir(directory, { recursive: true });
  } catch (error) {
    throw unwritable(error, directory);
  }
  for (const [name, value] of Object.entries(filesOf(sandbox))) {
    const text = Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
    await writeWhole(join(directory, name), Readable.from([text]), { force: true });
  }
  return {
    trustedRoot: resolve(directory, 'trusted_root.json'),
    signingConfig: resolve(directory, 'signing_config.json'),
  };
}

function filesOf({
  trustedRoot,
  signingConfigs,
}: Pick<Sandbox, 'trustedRoot' | 'signingConfigs'>): Readonly<Record<string, unknown>> {
  return { 'trusted_root.json': trustedRoot, ...signingConfigs };
}

/**
 * Takes the files of `writeSandboxFiles` away again, and the directory if nothing else is in it. In
 * one turn of the event loop: an interrupted program has no other.
 */
export function removeSandboxFiles(
  directory: string,
  sandbox: Pick<Sandbox, 'trustedRoot' | 'signingConfigs'>,
): void {
  for (const name of Object.keys(filesOf(sandbox))) rmSync(join(directory, name), { force: true });
  try {
    rmdirSync(directory);
  } catch (error) {
    // It was never made, or it holds what is not ours.
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
