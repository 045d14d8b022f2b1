// A registry in this process: the part of the distribution-spec that is used, and how real ones go wrong. Its
// manifests and blobs are plain maps, so that a test can look and change them.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { answerBlob, answerUpload } from './blobs.ts';
import {
  bodyOf,
  digestOf,
  refuse,
  type Call,
  type Faults,
  type Stored,
  type TestRegistry,
} from './call.ts';

const INDEX = 'application/vnd.oci.image.index.v1+json';

/** Runs `use` with a registry of its own. */
export async function withRegistry(
  faults: Faults,
  use: (registry: TestRegistry) => Promise<void>,
): Promise<void> {
  const state = {
    host: '',
    faults,
    manifests: new Map<string, Stored>(),
    blobs: new Map<string, Buffer>(),
    uploads: new Map<string, Buffer>(),
    asked: [] as string[],
    authorizations: [] as (string | undefined)[],
    connections: 0,
  };
  const server = createServer((request, response) => {
    void answer(state, request, response);
  });
  server.on('connection', (socket) => {
    state.connections += 1;
    // What keeps this process is the client's.
    socket.unref();
  });
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done);
  });
  state.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    await use(state);
  } finally {
    server.closeAllConnections();
    await new Promise((done) => {
      server.close(done);
    });
  }
}

async function answer(
  registry: TestRegistry,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { url = '' } = request;
  if (isRefused(registry, request, response)) return;
  const { pathname, searchParams } = new URL(url, 'http://registry.invalid');
  const [, name = '', kind, rest = ''] =
    /^\/v2\/(.+?)\/(manifests|blobs|referrers)\/(.+)?$/.exec(pathname) ?? [];
  const call = { registry, request, response, name, rest, query: searchParams };
  if (kind === 'manifests') await answerManifest(call);
  else if (kind === 'referrers') answerReferrers(call);
  else if (rest.startsWith('uploads/')) await answerUpload(call);
  else answerBlob(call);
}

/** It has an answer then, before anything is looked at. */
function isRefused(
  { faults, host, asked, authorizations }: TestRegistry,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const { method = '', url = '', headers } = request;
  asked.push(`${method} ${url}`);
  authorizations.push(headers.authorization);
  if (faults.first?.(request, response) === true) return true;
  if (faults.failsAt?.request === asked.length) {
    refuse(response, faults.failsAt.status, 'UNAVAILABLE');
    return true;
  }
  return !isWelcome({ faults, host }, headers.authorization, response);
}

function isWelcome(
  { faults: { wants, takes }, host }: Pick<TestRegistry, 'faults' | 'host'>,
  authorization: string | undefined,
  response: ServerResponse,
): boolean {
  if (wants === undefined || (takes !== undefined && authorization === takes)) return true;
  if (wants === 'forbidden') {
    refuse(response, 403, 'DENIED');
    return false;
  }
  const realm = `realm="http://${host}/token",service="test"`;
  const challenge = wants === 'basic' ? 'Basic realm="test"' : `Bearer ${realm}`;
  response.setHeader('www-authenticate', challenge);
  refuse(response, 401, 'UNAUTHORIZED');
  return false;
}

async function answerManifest({ registry, request, response, name, rest }: Call): Promise<void> {
  const key = rest.startsWith('sha256:') ? `${name}@${rest}` : `${name}:${rest}`;
  if (request.method === 'PUT') {
    const mediaType = request.headers['content-type'] ?? '';
    const stored = { bytes: await bodyOf(request), mediaType };
    takeManifest(registry, response, { name, key, stored });
    return;
  }
  const stored = registry.manifests.get(key);
  if (stored === undefined) {
    refuse(response, 404, 'MANIFEST_UNKNOWN');
    return;
  }
  const { bytes, mediaType } = stored;
  response.writeHead(200, { 'content-type': mediaType, 'content-length': bytes.length });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

function takeManifest(
  { faults, manifests }: TestRegistry,
  response: ServerResponse,
  { name, key, stored }: { readonly name: string; readonly key: string; readonly stored: Stored },
): void {
  const digest = digestOf(stored.bytes);
  if (key.startsWith(`${name}@`) && key !== `${name}@${digest}` && faults.isLax !== true) {
    refuse(response, 400, 'DIGEST_INVALID');
    return;
  }
  if (faults.loses !== true) manifests.set(`${name}@${digest}`, stored).set(key, stored);
  const subject = subjectOf(stored.bytes);
  if (faults.subjectHeader === true && subject !== undefined) {
    response.setHeader('oci-subject', subject);
  }
  response.writeHead(201, { location: `/v2/${name}/manifests/${digest}` }).end();
}

function subjectOf(bytes: Uint8Array): string | undefined {
  const { subject } = JSON.parse(Buffer.from(bytes).toString()) as {
    subject?: { digest?: string };
  };
  return subject?.digest;
}

function answerReferrers({ registry, response, name, rest, query }: Call): void {
  const { faults, manifests } = registry;
  if (faults.referrers === 'none') {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('404 page not found\n');
    return;
  }
  if (faults.referrers === 'page') {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html>hello</html>');
    return;
  }
  const all = [...manifests]
    .filter(([key, { bytes }]) => key.startsWith(`${name}@`) && subjectOf(bytes) === rest)
    .map(([key, stored]) => entryOf(key.slice(name.length + 1), stored, faults.isLax === true));
  const from = Number(query.get('from') ?? '0');
  const size = faults.pageSize ?? all.length;
  const page = faults.referrers === 'endless' ? all.slice(0, 1) : all.slice(from, from + size);
  const next = faults.nextPage ?? `/v2/${name}/referrers/${rest}?from=${from + size}`;
  if (faults.referrers === 'endless' || from + size < all.length) {
    response.setHeader('link', `<${next}>; rel="next"`);
  }
  response.writeHead(200, { 'content-type': INDEX });
  response.end(JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: page }));
}

function entryOf(digest: string, { bytes, mediaType }: Stored, isLax: boolean): unknown {
  const manifest = JSON.parse(bytes.toString()) as {
    artifactType?: string;
    config?: { mediaType: string };
    annotations?: unknown;
  };
  const { artifactType, config, annotations } = manifest;
  const type = isLax ? config?.mediaType : (artifactType ?? config?.mediaType);
  return { mediaType, digest, size: bytes.length, artifactType: type, annotations };
}
