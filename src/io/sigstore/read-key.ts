import { refuse } from '../../place.ts';
import { keyCredential, type KeyCredential } from '../../sign/key-credential.ts';
import { parseKeyFile } from '../../sign/key-file.ts';
import { parseKmsReference } from '../../sign/kms-protocol.ts';
import { nameOf, readConfig } from '../disk/files.ts';
import { askPassword } from '../process/ask-password.ts';
import { kmsCredential } from './kms-credential.ts';

/** Where a password, and plugins, may be; and what ends the wait for somebody to type. */
export interface KeyContext {
  readonly environment: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The key that `--key` names: a file, or a key behind a plugin. If it is encrypted, the password is in
 * COSIGN_PASSWORD, or somebody at a terminal is asked.
 *
 * @throws EvidenceError FILE_UNREADABLE, KEY_INVALID, KEY_LOCKED, KEY_PLUGIN_FAILED, USAGE, INTERRUPTED
 */
export async function readKey(text: string, context: KeyContext): Promise<KeyCredential> {
  const reference = parseKmsReference(text);
  if (reference !== undefined) return await kmsCredential(reference, context.environment);
  const file = nameOf(text);
  const bytes = await readConfig(text, 'private-key', 'KEY_INVALID');
  const key = parseKeyFile(bytes, file);
  return keyCredential(
    key.locked ? await key.unlock(await passwordOf(file, context)) : key.key,
    file,
  );
}

async function passwordOf(file: string, { environment, signal }: KeyContext): Promise<string> {
  // As in cosign, a variable that is set to nothing is a password: many keys have an empty one.
  const password =
    environment['COSIGN_PASSWORD'] ?? (await askPassword(`Password of ${file}: `, signal));
  if (password !== undefined) return password;
  const hint = 'set COSIGN_PASSWORD, or run this in a terminal, where it asks';
  const place = { code: 'KEY_LOCKED', at: file, hint } as const;
  return refuse(place, 'an encrypted key, and no password', 'its password');
}
