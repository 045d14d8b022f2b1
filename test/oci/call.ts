// What a registry of a test has, and one request to it.
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** What is wrong with it; nothing, if nothing is said. May be changed while it runs. */
export interface Faults {
  /** `none`: 404, as of distribution. `page`: 200 with HTML. `endless`: one page leads to the next, for ever. */
  referrers?: 'endless' | 'none' | 'page' | undefined;
  /** Entries of one page of the list of referrers. */
  pageSize?: number;
  /** Where the next page is said to be. */
  nextPage?: string;
  /** Says with `OCI-Subject` that it has taken note of a subject. */
  subjectHeader?: boolean;
  /** As go-containerregistry: takes any digest, has no status of an upload, no Range, lists all as the empty type. */
  isLax?: boolean;
  /** `basic`: user and password are asked for; `bearer`: a token. `forbidden`: 403 for everything. */
  wants?: 'basic' | 'bearer' | 'forbidden';
  /** The value of `Authorization` that it takes. */
  takes?: string;
  /** Each blob is said to be there. */
  redirect?: (path: string) => string;
  /** Closes the connection in the middle of the body of a blob, after so many bytes: the first, the second … time. */
  cutsAfter?: number[];
  /** Closes the connection after so many bytes of an upload: the first, the second … time. */
  takesOnly?: number[];
  /** What is served of a blob. */
  spoil?: (bytes: Buffer) => Buffer;
  /** Answers before anything else; true: it has. */
  first?: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  /** The n-th request, from 1, is answered with this status. */
  failsAt?: { readonly request: number; readonly status: number };
  /** Upload Locations begin with the origin. */
  absolute?: boolean;
  /** What it has taken is not there. */
  loses?: boolean;
}

export interface Stored {
  readonly mediaType: string;
  readonly bytes: Buffer;
}

export interface TestRegistry {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  readonly faults: Faults;
  /** By repository, and then by digest or tag: `evidence@sha256:…`, `evidence:latest`. */
  readonly manifests: Map<string, Stored>;
  /** By digest, of all repositories. */
  readonly blobs: Map<string, Buffer>;
  /** What was begun and is neither whole nor deleted. */
  readonly uploads: Map<string, Buffer>;
  /** `GET /v2/…`, in order. */
  readonly asked: string[];
  /** How often somebody connected. */
  connections: number;
  /** The header `Authorization` of each of them. */
  readonly authorizations: (string | undefined)[];
}

export interface Call {
  readonly registry: TestRegistry;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Of the repository. */
  readonly name: string;
  readonly rest: string;
  readonly query: URLSearchParams;
}

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

export function refuse(response: ServerResponse, status: number, code: string): void {
  const body = JSON.stringify({ errors: [{ code, message: `no: ${code.toLowerCase()}` }] });
  const headers = { 'content-type': 'application/json', 'content-length': body.length };
  response.writeHead(status, headers).end(body);
}

/** @param most of it; then the connection is closed */
export async function bodyOf(request: IncomingMessage, most?: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (most !== undefined && size >= most) {
      request.socket.destroy();
      break;
    }
  }
  return Buffer.concat(chunks).subarray(0, most);
}
