import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

import { MAX_REQUEST_BYTES } from '../../limits.ts';
import { refusal } from '../../place.ts';
import type { KeyPair } from '../../sandbox/certificate.ts';
import { GRPC, errorReply, type Reply, type Request } from '../../sandbox/http.ts';
import { buildInstance, type Instance, type SandboxKeys } from '../../sandbox/instance.ts';
import { AMBIENT_REQUEST_TOKEN, SANDBOX_ISSUER, buildToken } from '../../sandbox/oidc.ts';
import type { Json, SigningConfigName } from '../../sandbox/trust-material.ts';
import { isSystemError } from '../disk/system-error.ts';

/** Never another address: whoever can reach the sandbox can sign as anybody. */
const LOOPBACK = '127.0.0.1';

export interface SandboxOptions {
  /** The port; any free one by default. */
  readonly port?: number;
  /** The time for the sandbox; by default the clock. */
  readonly now?: () => Date;
  /** The tokens' issuer; `SANDBOX_ISSUER` by default, `url` for clients that want discovery. */
  readonly issuer?: string | ((url: string) => string);
  /** What signs the tokens of the issuer, if that is another provider; new keys by default. */
  readonly issuerKeys?: KeyPair;
}

/** A running sandbox. Its keys are in memory only, and gone after `close`. */
export interface Sandbox {
  /** `http://127.0.0.1:PORT`, the base URL of Fulcio, Rekor v1, the TSA and the OpenID provider. */
  readonly url: string;
  readonly issuer: string;
  /** Sigstore's TrustedRoot, a JSON object. */
  readonly trustedRoot: Json;
  /** Sigstore's SigningConfig v0.2, JSON objects by file name. */
  readonly signingConfigs: Readonly<Record<SigningConfigName, Json>>;
  /** An identity token, valid for hours; the claims replace or extend the default ones. */
  token(claims?: Readonly<Record<string, unknown>>): string;
  /** The variables of a GitHub Actions job that may ask for a token. */
  ambientEnv(claims?: Readonly<Record<string, string>>): Readonly<Record<string, string>>;
  /** Stops at once, open connections included. */
  close(): Promise<void>;
}

/**
 * Starts a whole Sigstore on one loopback port.
 *
 * @throws EvidenceError PORT_UNAVAILABLE
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { port = 0, now = () => new Date(), issuer: issuerOption = SANDBOX_ISSUER } = options;
  const server = createServer();
  const url = `http://${LOOPBACK}:${await listen(server, port)}`;
  const issuer = typeof issuerOption === 'string' ? issuerOption : issuerOption(url);
  const keys = generateSandboxKeys();
  const openId = options.issuerKeys ?? keys.openId;
  const instance = buildInstance({ ...keys, openId }, { url, issuer, start: now() });
  server.on('request', (request, response) => {
    void answer(instance, request, response, now());
  });
  return {
    url,
    issuer,
    trustedRoot: instance.trustedRoot,
    signingConfigs: instance.signingConfigs,
    token: (claims = {}) => buildToken(instance.openId, claims, now()),
    ambientEnv: (claims = {}) => ({
      ACTIONS_ID_TOKEN_REQUEST_URL: `${url}/oidc?${new URLSearchParams(claims).toString()}`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: AMBIENT_REQUEST_TOKEN,
    }),
    close: async () => {
      await close(server);
    },
  };
}

async function listen(server: Server, port: number): Promise<number> {
  try {
    server.listen(port, LOOPBACK);
    await once(server, 'listening');
  } catch (error) {
    throw portUnavailable(error, port);
  }
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('no port');
  return address.port;
}

function portUnavailable(error: unknown, port: number): unknown {
  if (!isSystemError(error)) return error;
  const hint = 'choose another port, or leave --port out to get a free one';
  const found = error.code === 'EADDRINUSE' ? 'a port that another program listens on' : error.code;
  const place = { code: 'PORT_UNAVAILABLE', at: `${LOOPBACK}:${port}`, hint } as const;
  return refusal(place, found, 'a port of this machine that is free', error);
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

async function answer(
  instance: Instance,
  request: IncomingMessage,
  response: ServerResponse,
  at: Date,
): Promise<void> {
  // If a client goes away in the middle, nothing has to be cleaned up: requests are small and in memory.
  request.on('error', () => undefined);
  response.on('error', () => undefined);
  const reply = await replyTo(instance, request, at);
  response.writeHead(reply.status, { 'Content-Type': reply.contentType, ...reply.headers });
  response.end(reply.body);
}

async function replyTo(instance: Instance, request: IncomingMessage, at: Date): Promise<Reply> {
  try {
    const body = await readBody(request);
    if (body === undefined) return TOO_LARGE;
    const parsed = parseRequest(request, body, at);
    return parsed === undefined ? NO_TARGET : instance.answer(parsed);
  } catch (error) {
    // A bug, or a connection that broke: one request fails, the sandbox goes on.
    const message = error instanceof Error ? error.message : String(error);
    return errorReply(500, GRPC.internal, `a bug in the sandbox: ${message}`);
  }
}

const TOO_LARGE = errorReply(
  413,
  GRPC.invalidArgument,
  `the body is larger than ${MAX_REQUEST_BYTES} bytes`,
);
const NO_TARGET = errorReply(400, GRPC.invalidArgument, 'the target of the request is no path');

/**
 * The whole body; undefined if it is too large. It is read to its end even then, because a client
 * that still writes would not see the answer; Node's own timeout ends a body without end.
 */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  const source: AsyncIterable<Buffer> = request;
  for await (const chunk of source) {
    size += chunk.length;
    if (size <= MAX_REQUEST_BYTES) chunks.push(chunk);
  }
  return size <= MAX_REQUEST_BYTES ? Buffer.concat(chunks) : undefined;
}

function parseRequest(request: IncomingMessage, body: Buffer, at: Date): Request | undefined {
  const target = URL.parse(request.url ?? '', `http://${LOOPBACK}`);
  if (target === null) return undefined;
  const [contentType = ''] = (request.headers['content-type'] ?? '').split(';');
  return {
    method: request.method ?? '',
    path: target.pathname,
    query: target.searchParams,
    contentType: contentType.trim().toLowerCase(),
    authorization: request.headers.authorization ?? '',
    accept: request.headers.accept,
    body,
    at,
  };
}

/** The smallest size that is still safe, and the fastest to generate. */
const RSA_BITS = 2048;

/** New keys for a sandbox. They are never written anywhere. */
export function generateSandboxKeys(): SandboxKeys {
  return {
    root: generateEcKeys('P-384'),
    intermediate: generateEcKeys('P-384'),
    timestampRoot: generateEcKeys('P-384'),
    timestamp: generateEcKeys('P-256'),
    ctLog: generateEcKeys('P-256'),
    rekorV1: generateEcKeys('P-256'),
    rekorV2: generateKeyPairSync('ed25519'),
    openId: generateKeyPairSync('rsa', { modulusLength: RSA_BITS }),
  };
}

function generateEcKeys(namedCurve: 'P-256' | 'P-384'): KeyPair {
  return generateKeyPairSync('ec', { namedCurve });
}
