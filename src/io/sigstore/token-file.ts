import { existsSync } from 'node:fs';

import type { EvidenceError } from '../../errors/evidence-error.ts';
import { MAX_CONFIG_BYTES } from '../../limits.ts';
import { refusal } from '../../place.ts';
import { STDIN, nameOf, standardInput } from '../disk/files.ts';
import { openFile, readToEnd, withFile } from '../disk/open-file.ts';
import type { AmbientSource } from './ambient-source.ts';

/**
 * A file that something else keeps fresh: a SPIFFE helper (JWT-SVID), or Kubernetes (a service account's
 * token). cosign reads it from the same place.
 */
export const TOKEN_FILE_SOURCE: AmbientSource = {
  source: ({ tokenFile }) => ({
    name: nameOf(tokenFile),
    renew: 'let what writes this file write a new identity token',
  }),
  isThere: ({ tokenFile }) => existsSync(tokenFile),
  read: async ({ tokenFile }) => await readTokenFile(tokenFile),
};

/** The text of a file, or of standard input for `-`. Throws FILE_UNREADABLE, SIGNING_FAILED. */
export async function readTokenFile(path: string): Promise<string> {
  if (path === STDIN) return await textOf(standardInput(), path);
  return await withFile(openFile(path), async (file) => await textOf(readToEnd(file, path), path));
}

async function textOf(chunks: AsyncIterable<Uint8Array>, path: string): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    parts.push(chunk);
    size += chunk.length;
    if (size > MAX_CONFIG_BYTES) throw unusable(path, `more than ${MAX_CONFIG_BYTES} bytes`);
  }
  const text = Buffer.concat(parts).toString('utf8').trim();
  if (text === '') throw unusable(path, 'nothing');
  return text;
}

function unusable(path: string, found: string): EvidenceError {
  const hint =
    'let what writes it write a token for the audience sigstore, or use another token source';
  return refusal({ code: 'SIGNING_FAILED', at: nameOf(path), hint }, found, 'an identity token');
}
