// The blobs of a registry of a test, and how they come there.
import type { IncomingMessage } from 'node:http';

import { bodyOf, digestOf, refuse, type Call, type Faults, type TestRegistry } from './call.ts';

export function answerBlob({ registry, request, response, rest }: Call): void {
  const { faults, blobs } = registry;
  const { url = '' } = request;
  const bytes = blobs.get(rest);
  if (faults.redirect !== undefined && !url.includes('redirected')) {
    response.writeHead(307, { location: faults.redirect(url) }).end();
  } else if (bytes === undefined) {
    refuse(response, 404, 'BLOB_UNKNOWN');
  } else {
    serve({ faults, request, response }, faults.spoil?.(bytes) ?? bytes);
  }
}

function serve(
  { faults, request, response }: Pick<Call, 'request' | 'response'> & { readonly faults: Faults },
  bytes: Buffer,
): void {
  const from = rangeWanted(request);
  if (from !== undefined && (faults.isLax === true || from >= bytes.length)) {
    refuse(response, 416, 'RANGE_INVALID');
    return;
  }
  const part = bytes.subarray(from);
  const range = `bytes ${from}-${bytes.length - 1}/${bytes.length}`;
  response.writeHead(from === undefined ? 200 : 206, {
    'content-type': 'application/octet-stream',
    'content-length': part.length,
    ...(from !== undefined && { 'content-range': range }),
  });
  const isHead = request.method === 'HEAD';
  const cut = isHead ? undefined : faults.cutsAfter?.shift();
  if (cut === undefined) response.end(isHead ? undefined : part);
  else response.write(part.subarray(0, cut), () => response.destroy());
}

function rangeWanted({ headers }: IncomingMessage): number | undefined {
  const from = /^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1];
  return from === undefined ? undefined : Number(from);
}

export async function answerUpload(call: Call): Promise<void> {
  const { registry, request, response, name, rest } = call;
  const { faults, uploads } = registry;
  const id = rest.slice('uploads/'.length);
  if (request.method === 'POST') {
    const fresh = `${name.replaceAll('/', '-')}-${registry.asked.length}`;
    uploads.set(fresh, Buffer.alloc(0));
    response.writeHead(202, { location: locationOf(registry, name, fresh) }).end();
    return;
  }
  const had = uploads.get(id);
  if (had === undefined) {
    refuse(response, 404, 'BLOB_UPLOAD_UNKNOWN');
  } else if (request.method === 'DELETE') {
    uploads.delete(id);
    response.writeHead(204).end();
  } else if (request.method === 'PATCH') {
    await takePart(call, id, had);
  } else if (request.method === 'PUT') {
    await finishUpload(call, id, had);
  } else if (faults.isLax === true) {
    refuse(response, 400, 'METHOD_UNKNOWN');
  } else {
    const location = locationOf(registry, name, id);
    response.writeHead(204, { location, range: rangeOf(had) }).end();
  }
}

async function takePart(
  { registry, request, response, name }: Call,
  id: string,
  had: Buffer,
): Promise<void> {
  const start = request.headers['content-range']?.split('-', 1)[0];
  if (start !== undefined && Number(start) !== had.length) {
    refuse(response, 416, 'RANGE_INVALID');
    return;
  }
  const most = registry.faults.takesOnly?.shift();
  const all = Buffer.concat([had, await bodyOf(request, most)]);
  registry.uploads.set(id, all);
  const location = locationOf(registry, name, id);
  response.writeHead(202, { location, range: rangeOf(all) }).end();
}

async function finishUpload(
  { registry, request, response, name, query }: Call,
  id: string,
  had: Buffer,
): Promise<void> {
  const all = Buffer.concat([had, await bodyOf(request)]);
  const digest = query.get('digest') ?? '';
  if (digest !== digestOf(all) || query.get('_state') !== STATE) {
    refuse(response, 400, 'DIGEST_INVALID');
    return;
  }
  registry.uploads.delete(id);
  if (registry.faults.loses !== true) registry.blobs.set(digest, all);
  response.writeHead(201, { location: `/v2/${name}/blobs/${digest}` }).end();
}

/** What has to come back as it is. */
const STATE = 'a b+c~';

/** As distribution says it: 0-0 for nothing and for one byte. */
function rangeOf(bytes: Buffer): string {
  return `0-${Math.max(0, bytes.length - 1)}`;
}

/** With a state that has to come back as it is; another one after each request. */
function locationOf({ faults, host, asked }: TestRegistry, name: string, id: string): string {
  const path = `/v2/${name}/blobs/uploads/${id}?_state=a%20b%2Bc~&step=${asked.length}`;
  return faults.absolute === true ? `http://${host}${path}` : path;
}
