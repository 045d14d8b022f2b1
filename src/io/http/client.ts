import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { setTimeout as wait } from 'node:timers/promises';

import { agentFor, causeOf, proxyName, type Cause } from './route.ts';

/** One call. The caller says how much memory and time it may take. */
export interface HttpRequest {
  readonly url: string;
  readonly init: HttpInit;
  /** For each try alone, until the last byte of the answer. */
  readonly timeoutMs: number;
  /** The longest body that is read. A longer one is no answer. */
  readonly maxBytes: number;
  /** Waits so many milliseconds before a repetition. For tests. */
  readonly wait?: (ms: number) => Promise<unknown>;
}

/** What is sent. */
export interface HttpInit {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The complete answer of a server, with any status. A redirect is an answer too: it is not followed. */
export interface HttpAnswer {
  readonly ok: boolean;
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
  /** How often it was asked; more than once: an earlier answer may have been lost. */
  readonly tries: number;
}

/** Why there is no complete answer. */
export interface HttpFailure {
  /** Undefined if not even a status came. */
  readonly status: number | undefined;
  readonly cause: Cause;
  /** The proxy that was used, as users are told of it; undefined: none. */
  readonly proxy: string | undefined;
  /** May repeat the request's address and headers, and so a secret: not to be shown as it is. */
  readonly reason: string;
}

/** How often a call is repeated if there was no status, or one that may change. */
const RETRIES = 2;

/** A request that sends JSON, and says which media type its answer must have. */
export function postJson(value: unknown, accept = 'application/json'): HttpInit {
  const headers = { 'content-type': 'application/json', accept };
  return { method: 'POST', headers, body: JSON.stringify(value) };
}

/** Calls a server until it gives an answer that will not change. It throws and prints nothing. */
export async function exchange(request: HttpRequest): Promise<HttpAnswer | HttpFailure> {
  const pause = request.wait ?? wait;
  for (let tries = 1; ; tries += 1) {
    const outcome = await exchangeOnce(request);
    const answer = 'body' in outcome ? { ...outcome, tries } : outcome;
    if (tries > RETRIES || !mayPass(answer)) return answer;
    const asked = 'body' in answer ? answer.headers.get('retry-after') : null;
    await pause(pauseBefore(tries, asked, new Date()));
  }
}

async function exchangeOnce({
  url,
  init,
  timeoutMs,
  maxBytes,
}: HttpRequest): Promise<Omit<HttpAnswer, 'tries'> | HttpFailure> {
  let status: number | undefined;
  const way = { isDirect: false };
  const onDirect = (): void => {
    way.isDirect = true;
  };
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    // The signal counts to the last byte; before a proxy has answered, only the socket's own timeout does.
    const limits = { signal, timeout: timeoutMs };
    const response = await send(url, init, { limits, onDirect });
    const { statusCode = 0, rawHeaders } = response;
    status = statusCode;
    const ok = statusCode >= 200 && statusCode < 300;
    return { ok, status, headers: headersOf(rawHeaders), body: await readBody(response, maxBytes) };
  } catch (error) {
    const cause = causeOf(error, process.env, {
      hasStatus: status !== undefined,
      late: signal.aborted,
    });
    return {
      status,
      cause,
      proxy: way.isDirect ? undefined : proxyName(url, process.env),
      reason: cause === 'slow' ? `timeout after ${timeoutMs / 1000} s` : reasonOf(error),
    };
  }
}

/** Node's own clients, because they use a proxy; they follow no redirect and unpack nothing. */
async function send(
  address: string,
  { method = 'GET', headers = {}, body }: HttpInit,
  {
    limits,
    onDirect,
  }: {
    readonly limits: { readonly signal: AbortSignal; readonly timeout: number };
    readonly onDirect: () => void;
  },
): Promise<IncomingMessage> {
  const url = new URL(address);
  const agent = agentFor(url, process.env);
  const start = url.protocol === 'https:' ? requestHttps : requestHttp;
  return await new Promise((resolve, reject) => {
    const request = start(url, { method, headers, agent, ...limits }, resolve);
    request.on('error', reject);
    // The socket of a tunnel is connected when it is given.
    request.on('socket', ({ connecting }) => {
      if (connecting) onDirect();
    });
    request.end(body);
  });
}

function headersOf(raw: readonly string[]): Headers {
  const headers = new Headers();
  for (let index = 0; index + 1 < raw.length; index += 2) {
    headers.append(raw[index] ?? '', raw[index + 1] ?? '');
  }
  return headers;
}

async function readBody(response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  const source: AsyncIterable<Buffer> = response;
  for await (const chunk of source) {
    size += chunk.length;
    if (size > maxBytes) throw new Error('the answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no answer';
  // Node tries several addresses, and says nothing of all together.
  return error.message === '' && 'code' in error ? String(error.code) : error.message;
}

function mayPass({ status }: Pick<HttpFailure, 'status'>): boolean {
  return status === undefined || status === 408 || status === 429 || status >= 500;
}

/** The pause before the first repetition; each further one is twice as long. */
const FIRST_PAUSE_MS = 250;
/** The longest pause that a server may ask for: somebody waits. */
const MAX_PAUSE_MS = 30_000;

/**
 * How long to wait before a call is repeated, in milliseconds: what the server asked for, up to a cap.
 *
 * @param tries how often it was called already
 * @param retryAfter the header (RFC 9110 §10.2.3): seconds, or a date
 */
function pauseBefore(tries: number, retryAfter: string | null, now: Date): number {
  const ours = FIRST_PAUSE_MS * 2 ** (tries - 1);
  return Math.min(Math.max(ours, askedPause(retryAfter ?? '', now)), MAX_PAUSE_MS);
}

function askedPause(text: string, now: Date): number {
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  // The only form that is still written; Date would read a plain number as a year.
  const time = /^[A-Z][a-z]{2}, .* GMT$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? 0 : time - now.getTime();
}
