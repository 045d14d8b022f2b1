import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';

import { ROOT } from '../../run-cli.ts';
import { scratch } from '../scratch.ts';

/** A key of each kind; the last one is of a kind that is not used. */
export const KEYS = {
  p256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  p384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  ed25519: generateKeyPairSync('ed25519'),
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  p521: generateKeyPairSync('ec', { namedCurve: 'P-521' }),
} as const;

export type KeyName = keyof typeof KEYS;

/** A folder with the keys as PEM files, and with the plugin `pem` that signs with them. */
export function pluginFolder(scripts: Readonly<Record<string, string>> = {}): {
  readonly folder: string;
  /** For the environment: this folder first. */
  readonly path: string;
} {
  const pems = Object.entries(KEYS).flatMap(([name, { privateKey, publicKey }]) => [
    [`${name}.key`, privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()] as const,
    [`${name}.pub`, publicKey.export({ format: 'pem', type: 'spki' }).toString()] as const,
  ]);
  const programs = Object.entries(scripts).map(
    ([name, script]) => [`sigstore-kms-${name}`, `#!/bin/sh\n${script}\n`] as const,
  );
  const folder = scratch(Object.fromEntries([...pems, ...programs]));
  for (const [file] of programs) chmodSync(join(folder, file), 0o755);
  symlinkSync(join(ROOT, 'tools/interop/kms-plugin.ts'), join(folder, 'sigstore-kms-pem'));
  return { folder, path: `${folder}${delimiter}${process.env['PATH'] ?? ''}` };
}
