#!/usr/bin/env node
// A plugin for cosign and for `--key pem://FILE`: a key service that has its keys in PEM files. Under the
// name `sigstore-kms-pem` in a directory of PATH it shows that both programs speak one protocol:
// https://github.com/sigstore/sigstore/tree/main/pkg/signature/kms/cliplugin
import { createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';

interface Request {
  readonly initOptions: { readonly keyResourceID: string; readonly hashFunc: number };
  readonly methodName: string;
  readonly signMessage?: {
    readonly signOptions: { readonly messageOptions: { readonly hashFunc?: number } };
  };
}

/** Go's numbers of hashes. */
const HASHES: ReadonlyMap<number, string> = new Map([
  [5, 'sha256'],
  [6, 'sha384'],
  [7, 'sha512'],
]);

function answer(version: string | undefined, { initOptions, ...request }: Request): object {
  if (version !== 'v1') return { errorMessage: `protocol ${version}, not v1` };
  const key = createPrivateKey(readFileSync(initOptions.keyResourceID));
  if (request.methodName === 'publicKey') return { publicKey: { publicKeyPEM: publicPem(key) } };
  if (request.methodName !== 'signMessage') {
    return { errorMessage: `method ${request.methodName}, which this plugin does not have` };
  }
  const hash = request.signMessage?.signOptions.messageOptions.hashFunc ?? initOptions.hashFunc;
  const algorithm = key.asymmetricKeyType === 'ed25519' ? null : HASHES.get(hash);
  const signature = sign(algorithm, readFileSync(0), key);
  return { signMessage: { signature: signature.toString('base64') } };
}

function publicPem(key: KeyObject): string {
  const pem = createPublicKey(key).export({ format: 'pem', type: 'spki' });
  return Buffer.from(pem).toString('base64');
}

function answerOrError(): object {
  try {
    const [version, request = ''] = process.argv.slice(2);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a plugin for tests, called by us
    return answer(version, JSON.parse(request) as Request);
  } catch (error) {
    return { errorMessage: String(error) };
  }
}

process.stdout.write(JSON.stringify(answerOrError()));
