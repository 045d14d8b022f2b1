import { setTimeout as wait } from 'node:timers/promises';

/** One call. The caller says how much memory and time it may take. */
export interface HttpRequest {
  readonly url: string;
  readonly init: HttpInit;
  /** For each try alone, until the last byte of the answer. */
  readonly timeoutMs: number;
  /** The longest body that is read, unpacked. A longer one is no answer. */
  readonly maxBytes: number;
}

/** What is sent. The caller cannot change redirects and timeouts. */
type HttpInit = Pick<RequestInit, 'method' | 'headers' | 'body'>;

/** The complete answer of a server, with any status. */
export interface HttpAnswer {
  readonly ok: boolean;
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

/** Why there is no complete answer. */
export interface HttpFailure {
  /** Undefined if not even a status came. */
  readonly status: number | undefined;
  /** May repeat the request's address and headers, and so a secret: not to be shown as it is. */
  readonly reason: string;
}

/** How often a call is repeated if there was no status, or one that may change. */
const RETRIES = 2;
/** The pause before the first repetition; each further one is twice as long. */
const FIRST_PAUSE_MS = 250;

/** A request that sends JSON, and says which media type its answer must have. */
export function postJson(value: unknown, accept = 'application/json'): HttpInit {
  const headers = { 'content-type': 'application/json', accept };
  return { method: 'POST', headers, body: JSON.stringify(value) };
}

/** Calls a server until it gives an answer that will not change. It throws and prints nothing. */
export async function exchange(request: HttpRequest): Promise<HttpAnswer | HttpFailure> {
  for (let attempt = 0; ; attempt += 1) {
    const outcome = await exchangeOnce(request);
    if (attempt === RETRIES || !mayPass(outcome.status)) return outcome;
    await wait(FIRST_PAUSE_MS * 2 ** attempt);
  }
}

async function exchangeOnce(request: HttpRequest): Promise<HttpAnswer | HttpFailure> {
  const { url, init, timeoutMs, maxBytes } = request;
  let status: number | undefined;
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    // A redirect is an error: what is sent must not go to another address.
    const response = await fetch(url, { ...init, signal, redirect: 'error' });
    const { ok, headers } = response;
    status = response.status;
    return { ok, status, headers, body: await readBody(response, maxBytes) };
  } catch (error) {
    return { status, reason: reasonOf(error) };
  }
}

async function readBody(response: Response, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    const chunk: unknown = part;
    if (!(chunk instanceof Uint8Array)) continue;
    size += chunk.length;
    if (size > maxBytes) throw new Error('the answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no answer';
  return error.cause instanceof Error ? error.cause.message : error.message;
}

function mayPass(status: number | undefined): boolean {
  return status === undefined || status === 408 || status === 429 || status >= 500;
}
