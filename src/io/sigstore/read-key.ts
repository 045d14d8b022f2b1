import { refuse, type Place } from '../../place.ts';
import { checkedCredential, keyCredential, type KeyCredential } from '../../sign/key-credential.ts';
import { parseKeyFile } from '../../sign/key-file.ts';
import {
  KMS_PROTOCOL,
  missingPluginHint,
  parseKmsReference,
  parsePublicKeyReply,
  parseSignatureReply,
  publicKeyRequest,
  signatureRequest,
} from '../../sign/kms-protocol.ts';
import type { KmsReference } from '../../sign/kms-protocol.ts';
import { publicKeyIn } from '../../trust/public-key.ts';
import { nameOf, readConfig } from '../disk/files.ts';
import { askPassword } from '../process/ask-password.ts';
import { findProgram, runPlugin } from '../process/run-plugin.ts';

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

/** A key service may be slow, and some wait for a hand on a device. */
const TIMEOUT_MS = 60_000;

/** An answer has one key or one signature. */
const MAX_REPLY_BYTES = 64 * 1024;

interface PluginLimits {
  readonly timeoutMs: number;
}

/**
 * A credential of a key that only a plugin can use. Its public key is asked for at once.
 *
 * @throws EvidenceError KEY_PLUGIN_FAILED, also its `sign`
 */
export async function kmsCredential(
  { program, key }: KmsReference,
  environment: NodeJS.ProcessEnv,
  { timeoutMs }: PluginLimits = { timeoutMs: TIMEOUT_MS },
): Promise<KeyCredential> {
  const place = {
    code: 'KEY_PLUGIN_FAILED',
    at: program,
    hint: 'see what the plugin itself printed, and try it with cosign, which runs it in the same way',
  } as const;
  const file = findProgram(program, environment['PATH']) ?? refuseMissing(place);
  const ask = async (request: string, input: Uint8Array): Promise<Buffer> => {
    const limits = { input, timeoutMs, maxBytes: MAX_REPLY_BYTES };
    const outcome = await runPlugin(file, [KMS_PROTOCOL, request], limits);
    return 'output' in outcome ? outcome.output : refuseFailure(outcome.failure, timeoutMs, place);
  };
  const reply = await ask(publicKeyRequest(key), Buffer.alloc(0));
  const publicKey = publicKeyIn(parsePublicKeyReply(reply, place), place);
  return checkedCredential(publicKey, place, async (data) =>
    parseSignatureReply(await ask(signatureRequest(key, publicKey.kind, data), data), place),
  );
}

function refuseMissing(place: Place): never {
  const hint = missingPluginHint(place.at);
  return refuse({ ...place, hint }, 'no such program on the PATH', `${place.at} on the PATH`);
}

function refuseFailure(
  failure: 'not-started' | 'too-slow' | 'too-long',
  timeoutMs: number,
  place: Place,
): never {
  switch (failure) {
    case 'not-started':
      return refuse(place, 'a program that cannot be started', 'a plugin that runs here');
    case 'too-slow':
      return refuse(place, 'no end of the plugin', `its end within ${timeoutMs / 1000} s`);
    case 'too-long':
      return refuse(place, 'an answer without an end', `at most ${MAX_REPLY_BYTES} bytes`);
  }
}
