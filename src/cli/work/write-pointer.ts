import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { EvidenceError, noneIfRefused } from '../../errors/evidence-error.ts';
import { otherRefs } from '../../evidence/pack/make-pointer.ts';
import { pointerPath, renderPointer, type Pointer } from '../../evidence/pointer/pointer.ts';
import { lookAt } from '../../io/disk/harmless-output.ts';
import { kindOf } from '../../io/disk/open-file.ts';
import { addPointer, readPointer, readPointers } from '../../io/disk/pointer-tree.ts';
import { unwritable } from '../../io/disk/system-error.ts';
import { say } from '../../io/disk/talk.ts';
import { refuse } from '../../place.ts';
import { escapeInvisible } from '../../quote.ts';
import { commandLine, pathWord } from '../../shell-words.ts';
import type { Call } from '../call/command.ts';
import { sayFindings } from './say-findings.ts';

/**
 * Where AICR looks for it.
 *
 * @param force replaces another one, e.g. to an older signature of the same artifact
 */
export async function addToTree(
  call: Call,
  pointer: Pointer,
  folder: string,
  force = false,
): Promise<void> {
  const path = join(folder, pointerPath(pointer));
  const others = await readPointers(join(folder, pointer.recipe));
  sayFindings(otherRefs(pointer, others));
  await call.beforeWriting();
  requireInside(folder, pointerPath(pointer));
  makeFolder(dirname(path));
  await addPointer(path, renderPointer(pointer), { force, signal: call.signal });
  say(`pointer: ${escapeInvisible(path)}\n`);
  if (pointer.signer === undefined) {
    say(
      `affidavit: nobody has signed the bundle yet: commit the pointer and let a workflow sign it, or run \`${commandLine(['affidavit', 'evidence', 'sign', pathWord(path)])}\`\n`,
    );
  }
}

/** The unsigned one beside it, if it leads to the same artifact: what is signed needs no signature any more. */
export async function removeFlat(pointer: Pointer, folder: string): Promise<void> {
  const path = join(folder, pointerPath({ ...pointer, signer: undefined }));
  if (pointer.signer === undefined || lookAt(path)?.isFile() !== true) return;
  const flat = await readPointer(path, escapeInvisible(path)).catch(noneIfRefused);
  if (flat?.signer !== undefined || flat?.artifact?.digest !== pointer.artifact?.digest) return;
  removePointer(path);
}

/** Throws FILE_UNWRITABLE. */
export function removePointer(path: string): void {
  try {
    rmSync(path);
  } catch (error) {
    throw unwritable(error, path);
  }
  say(`removed: ${escapeInvisible(path)}\n`);
}

/** It is not made: below another one nobody would look for the pointer. */
export function requireFolder(folder: string, isNamed: boolean): void {
  const stats = lookAt(folder);
  if (stats?.isDirectory() === true) return;
  const create =
    stats === undefined ? `create ${escapeInvisible(folder)}` : 'name the directory itself';
  const checkout = 'call it in a checkout of the recipes';
  throw new EvidenceError('FILE_UNWRITABLE', {
    at: escapeInvisible(folder),
    found: stats === undefined ? 'no such directory' : `a ${kindOf(stats)}`,
    expected: "AICR's directory of evidence",
    hint: `${isNamed ? create : checkout}, or name another one with --evidence-dir`,
  });
}

/** A link on the way would lead out of the directory that the user named. */
function requireInside(folder: string, path: string): void {
  const names = path.split('/').slice(0, -1);
  const folders = names.map((_, index) => join(folder, ...names.slice(0, index + 1)));
  for (const each of folders) {
    const stats = lookAt(each);
    if (stats === undefined || stats.isDirectory()) continue;
    const hint = 'remove it: pointers are written below --evidence-dir only';
    const place = { code: 'FILE_UNWRITABLE', at: escapeInvisible(each), hint } as const;
    refuse(place, `a ${kindOf(stats)}`, 'nothing, or a directory of pointers');
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw unwritable(error, folder);
  }
}
