import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

import type { Sandbox } from '../../src/io/sandbox/sandbox-server.ts';
import { SANDBOX_IDENTITY } from '../../src/sandbox/oidc.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** Sends text or bytes as they are, anything else as JSON; expects JSON. */
export async function post(
  url: string,
  content: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const isRaw = typeof content === 'string' || content instanceof Uint8Array;
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: isRaw ? Buffer.from(content) : JSON.stringify(content),
  });
  const body: unknown = await response.json();
  return { status: response.status, headers: response.headers, body };
}

export async function get(url: string): Promise<Answer> {
  const response = await fetch(url);
  const body: unknown = await response.json();
  return { status: response.status, headers: response.headers, body };
}

/** What is at this place of a JSON value; undefined if nothing is. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (found, key) =>
      typeof found === 'object' && found !== null
        ? Object.getOwnPropertyDescriptor(found, key)?.value
        : undefined,
    value,
  );
}

/** The string at this place of a JSON value. */
export function textAt(value: unknown, ...path: readonly (string | number)[]): string {
  const found = at(value, ...path);
  if (typeof found === 'string') return found;
  throw new TypeError(`no string at ${path.join('/')}`);
}

export function bytesAt(value: unknown, ...path: readonly (string | number)[]): Buffer {
  return Buffer.from(textAt(value, ...path), 'base64');
}

export interface Keys {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export function ec(namedCurve = 'P-256'): Keys {
  return generateKeyPairSync('ec', { namedCurve });
}

export function spkiPem(key: KeyObject): string {
  return key.export({ format: 'pem', type: 'spki' }).toString();
}

/** What may differ from a good request for a certificate. */
export interface Change {
  readonly token?: string;
  readonly challenge?: string;
  readonly proofBy?: KeyObject;
  readonly pem?: string;
}

/** Asks Fulcio for a certificate. */
export async function requestCertificate(sandbox: Sandbox, change: Change = {}): Promise<Answer> {
  const { token = sandbox.token(), challenge = SANDBOX_IDENTITY } = change;
  const { publicKey, privateKey } = ec();
  const proof = sign('sha256', Buffer.from(challenge), change.proofBy ?? privateKey);
  return await post(`${sandbox.url}/api/v2/signingCert`, {
    credentials: { oidcIdentityToken: token },
    publicKeyRequest: {
      publicKey: { algorithm: 'ECDSA', content: change.pem ?? spkiPem(publicKey) },
      proofOfPossession: proof.toString('base64'),
    },
  });
}
