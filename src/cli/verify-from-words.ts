import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { parse } from '@oclif/core/parser';

import { VERIFY_ARGS, VERIFY_FLAGS, runVerify } from './run-verify.ts';
import { toolOf } from './tool.ts';

/** `affidavit verify-evidence` without the rest of oclif. `root` is the directory of package.json. */
export async function verifyFromWords(words: readonly string[], root: string): Promise<void> {
  const input = { args: VERIFY_ARGS, flags: VERIFY_FLAGS, strict: true };
  const { args, flags } = await parse([...words], input);
  await runVerify({ args, flags, words }, toolOf(await readPackage(root)));
}

async function readPackage(root: string): Promise<{ readonly version: string }> {
  const manifest: unknown = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest) {
    const { version } = manifest;
    if (typeof version === 'string') return { version };
  }
  throw new TypeError('package.json has no version');
}
