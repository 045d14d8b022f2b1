// The protocol of cosign's plugins for key services, version 1:
// https://github.com/sigstore/sigstore/tree/main/pkg/signature/kms/cliplugin

import { createHash } from 'node:crypto';

import { decodeJson } from '../document/json.ts';
import { ObjectReader } from '../document/object-reader.ts';
import { refuse, within, type Place } from '../place.ts';
import { quote } from '../quote.ts';
import { decodeBase64 } from '../trust/base64.ts';
import type { KeyKind } from '../trust/key-kind.ts';

/** `NAME://REF`: which plugin, and which of its keys. */
export interface KmsReference {
  readonly program: string;
  readonly key: string;
}

const IN_STDIN = 'affidavit … --key -, with its password in COSIGN_PASSWORD';

const IS_SERVICE = 'this key service is built into cosign, and is no plugin';

/** What `--key` of cosign takes besides plugins: the key services. */
const SERVICES_OF_COSIGN: ReadonlyMap<string, string> = new Map([
  ['awskms', IS_SERVICE],
  ['gcpkms', IS_SERVICE],
  ['azurekms', IS_SERVICE],
  ['hashivault', IS_SERVICE],
  ['pkcs11', 'cosign asks a PKCS #11 token itself, without a plugin'],
]);

/** The places of a key that can be piped in. */
const PLACES_OF_COSIGN: ReadonlyMap<string, string> = new Map([
  [
    'k8s',
    `cosign reads this secret of Kubernetes itself; pipe the key in: kubectl get secret NAME -n NAMESPACE -o jsonpath='{.data.cosign\\.key}' | base64 -d | ${IN_STDIN}`,
  ],
  [
    'gitlab',
    `cosign reads the variable COSIGN_PRIVATE_KEY of the project itself; pipe the key in, in a job of the project: printenv COSIGN_PRIVATE_KEY | ${IN_STDIN}`,
  ],
  ['env', `cosign reads this variable itself; pipe the key in: printenv NAME | ${IN_STDIN}`],
]);

/** What to do about a plugin that is not there. */
export function missingPluginHint(program: string): string {
  const name = program.slice(PLUGIN_PREFIX.length);
  const service = SERVICES_OF_COSIGN.get(name);
  if (service !== undefined) {
    return `${service}; put a program ${program} that speaks the protocol of its plugins on the PATH and write --key ${name}://…, or sign with an identity token, or with a key in a file`;
  }
  return (
    PLACES_OF_COSIGN.get(name) ??
    'install the plugin: an executable file with this name in a directory of PATH; a key in a file needs its path alone'
  );
}

const PLUGIN_PREFIX = 'sigstore-kms-';

const REFERENCE = /^([^/]*):\/\/(.*)$/s;
const NAME = /^[a-z0-9-]+$/;

/** Undefined if the text is the path of a file. Throws USAGE if the name is none that a plugin has. */
export function parseKmsReference(text: string): KmsReference | undefined {
  // A URI of RFC 7512, as cosign takes it.
  if (text.startsWith('pkcs11:') && !text.startsWith('pkcs11://')) refusePkcs11();
  const [, name, key] = REFERENCE.exec(text) ?? [];
  if (name === undefined || key === undefined) return undefined;
  const hint =
    'write the name of a plugin, sigstore-kms-NAME; a file with such a name needs ./ before it';
  const place = { code: 'USAGE', at: '--key', hint } as const;
  if (!NAME.test(name)) refuse(place, quote(text), 'NAME://REF with a name of a-z, 0-9 and -');
  if (key.includes('\0')) refuse(place, 'a null character', 'a reference without one');
  return { program: `${PLUGIN_PREFIX}${name}`, key };
}

function refusePkcs11(): never {
  const hint = `${missingPluginHint(`${PLUGIN_PREFIX}pkcs11`)}; a file with such a name needs ./ before it`;
  refuse({ code: 'USAGE', at: '--key', hint }, 'a PKCS #11 URI', 'a file, or NAME://REF');
}

/** The first word for a plugin. */
export const KMS_PROTOCOL = 'v1';

/** Go's `crypto.Hash`, by which the protocol names hashes. */
const GO_HASHES = { sha256: 5, sha384: 6 } as const;

const RPC_OPTIONS = { keyVersion: '', remoteVerification: false };

/** The second word for a plugin, to ask for the public key. */
export function publicKeyRequest(key: string): string {
  const publicKey = { publicKeyOptions: { rpcOptions: RPC_OPTIONS } };
  const initOptions = initOptionsOf(key, 'sha256');
  return JSON.stringify({ initOptions, methodName: 'publicKey', publicKey });
}

/** The same to ask for a signature of a message, which is its standard input. */
export function signatureRequest(key: string, { hash }: KeyKind, message: Uint8Array): string {
  // Most key services sign a digest. With Ed25519 there is none.
  const messageOptions =
    hash === undefined
      ? {}
      : {
          digest: createHash(hash).update(message).digest('base64'),
          hashFunc: GO_HASHES[hash],
        };
  const signMessage = { signOptions: { rpcOptions: RPC_OPTIONS, messageOptions } };
  const initOptions = initOptionsOf(key, hash ?? 'sha256');
  return JSON.stringify({ initOptions, methodName: 'signMessage', signMessage });
}

function initOptionsOf(keyResourceID: string, hash: keyof typeof GO_HASHES): object {
  return {
    protocolVersion: KMS_PROTOCOL,
    keyResourceID,
    hashFunc: GO_HASHES[hash],
    rpcOptions: RPC_OPTIONS,
  };
}

/** The bytes of the PEM. Throws the place's code, also for an error that the plugin names. */
export function parsePublicKeyReply(reply: Uint8Array, place: Place): Buffer {
  return readReply(reply, place, (reader) => reader.object('publicKey').string('publicKeyPEM'));
}

export function parseSignatureReply(reply: Uint8Array, place: Place): Buffer {
  return readReply(reply, place, (reader) => reader.object('signMessage').string('signature'));
}

function readReply(
  reply: Uint8Array,
  place: Place,
  read: (reader: ObjectReader) => string,
): Buffer {
  return within(place, () => {
    if (reply.length === 0) refuse(place, 'no answer', 'an answer in JSON');
    const reader = new ObjectReader(decodeJson(reply, 'answer'), 'answer');
    const error = reader.optionalString('errorMessage') ?? '';
    if (error !== '') refuse(place, `the error ${quote(error)}`, 'a key service that signs');
    return decodeBase64(read(reader), place);
  });
}
