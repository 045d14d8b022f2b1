import { request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

import { EvidenceError } from '../../errors/evidence-error.ts';
import { tell } from '../disk/talk.ts';
import { agentFor, causeOf, proxyName, type Cause, type KeptConnections } from './route.ts';

/** One call. The caller says how much memory and time it may take. */
export interface HttpRequest extends Pick<HttpWay, 'ca' | 'lookup'> {
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

/** By names in lower case; several of one name are one, with commas. */
export type AnswerHeaders = ReadonlyMap<string, string>;

/** The complete answer of a server, with any status. A redirect is an answer too: it is not followed. */
export interface HttpAnswer {
  readonly ok: boolean;
  readonly status: number;
  readonly headers: AnswerHeaders;
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
  /** What our own code refused on the way. */
  readonly refusal?: EvidenceError;
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
  let tries = 0;
  const outcome = await repeated(async () => {
    tries += 1;
    return await exchangeOnce(request);
  }, request.wait);
  return 'body' in outcome ? { ...outcome, tries } : outcome;
}

/** Calls until the outcome is one that will not change, or was the last. */
export async function repeated<T extends Pick<HttpFailure, 'refusal' | 'status'>>(
  call: () => Promise<T & { readonly headers?: AnswerHeaders }>,
  pause: (ms: number) => Promise<unknown> = wait,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    const outcome = await call();
    if (tries > RETRIES || !mayPass(outcome)) return outcome;
    const asked = outcome.headers?.get('retry-after');
    await pause(pauseBefore(tries, asked, new Date()));
  }
}

/** The same once, for a caller who repeats it. */
export async function exchangeOnce({
  url,
  init,
  timeoutMs,
  maxBytes,
  ...way
}: HttpRequest): Promise<Omit<HttpAnswer, 'tries'> | HttpFailure> {
  // It counts to the last byte; before a proxy has answered, only the socket's own timeout does.
  const signal = AbortSignal.timeout(timeoutMs);
  const opened = await openAnswer(url, init, { ...way, signal, timeout: timeoutMs });
  if ('reason' in opened) return opened;
  const { ok, status, headers, response, failure } = opened;
  try {
    return { ok, status, headers, body: await readBody(response, maxBytes) };
  } catch (error) {
    return failure(error);
  }
}

/** What a call may take, and how it reaches the server. */
export interface HttpWay {
  /** Ends it. */
  readonly signal: AbortSignal;
  /** How long nothing may come, in milliseconds, until then. */
  readonly timeout: number;
  /** Finds the addresses of a host. */
  readonly lookup?: LookupFunction;
  /** The only certificates that are trusted, in PEM. */
  readonly ca?: readonly string[];
  /** What it may go by; not with a long body, which may be left in the middle. */
  readonly kept?: KeptConnections | undefined;
  /** Writes a long body, and ends the request. */
  readonly write?: (request: ClientRequest) => Promise<void>;
}

/** An answer that has begun. */
export interface OpenAnswer extends Omit<HttpAnswer, 'body' | 'tries'> {
  readonly response: IncomingMessage;
  /** What it means that reading the body failed. */
  readonly failure: (error: unknown) => HttpFailure;
}

/** Calls once, and leaves the body to be read. */
export async function openAnswer(
  url: string,
  init: HttpInit,
  way: HttpWay,
): Promise<OpenAnswer | HttpFailure> {
  const start = performance.now();
  const outcome = await startAnswer(url, init, way);
  const { status = 'no answer' } = outcome;
  // Not its path, which may have a secret, and not what the user may have put before the host.
  const where = URL.canParse(url) ? new URL(url).host : 'no address';
  const took = Math.round(performance.now() - start);
  tell(`${init.method ?? 'GET'} ${where}: ${status}, ${took} ms`);
  return outcome;
}

async function startAnswer(
  url: string,
  init: HttpInit,
  way: HttpWay,
): Promise<OpenAnswer | HttpFailure> {
  const seen = { isDirect: false };
  const onDirect = (): void => {
    seen.isDirect = true;
  };
  const failure = (error: unknown, status?: number): HttpFailure => {
    const told = { hasStatus: status !== undefined, late: way.signal.aborted };
    const cause = causeOf(error, process.env, told);
    return {
      status,
      cause,
      proxy: seen.isDirect ? undefined : proxyName(url, process.env),
      reason: cause === 'slow' ? `timeout after ${way.timeout / 1000} s` : reasonOf(error),
      ...(error instanceof EvidenceError && { refusal: error }),
    };
  };
  try {
    const response = await send(url, init, { way, onDirect });
    const { statusCode: status = 0, rawHeaders } = response;
    const ok = status >= 200 && status < 300;
    if (status < 200) return failure(new Error('a change to another protocol'), status);
    const headers = headersOf(rawHeaders);
    return { ok, status, headers, response, failure: (error) => failure(error, status) };
  } catch (error) {
    return failure(error);
  }
}

/** Node's own clients, because they use a proxy; they follow no redirect and unpack nothing. */
async function send(
  address: string,
  { method = 'GET', headers = {}, body }: HttpInit,
  { way, onDirect }: { readonly way: HttpWay; readonly onDirect: () => void },
): Promise<IncomingMessage> {
  const url = new URL(address);
  const { ca, write, kept, ...limits } = way;
  const agent = agentFor(url, process.env, write === undefined ? kept : undefined);
  const start = url.protocol === 'https:' ? requestHttps : requestHttp;
  return await new Promise((resolve, reject) => {
    const trusted = ca === undefined ? {} : { ca: [...ca] };
    const request = start(url, { method, headers, agent, ...limits, ...trusted }, resolve);
    request.on('error', reject);
    request.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve(response);
    });
    request.on('close', () => {
      reject(new Error('the connection was closed before an answer'));
    });
    // The socket of a tunnel is connected when it is given.
    request.on('socket', ({ connecting }) => {
      if (connecting) onDirect();
    });
    if (write === undefined) request.end(body);
    else {
      write(request).catch((error: unknown) => {
        request.destroy();
        reject(error instanceof Error ? error : new Error(String(error)));
      });
    }
  });
}

/** Not those of fetch: for them Node would load a whole client, which takes longer than a request. */
function headersOf(raw: readonly string[]): AnswerHeaders {
  const headers = new Map<string, string>();
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = (raw[index] ?? '').toLowerCase();
    const values = [headers.get(name), raw[index + 1]].filter((value) => value !== undefined);
    headers.set(name, values.join(', '));
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
  if (error.message === '' && 'code' in error) return String(error.code);
  const ofTls = /:SSL routines:[^:]*:([^:]+):/.exec(error.message)?.[1];
  if (ofTls !== undefined) return `TLS: ${ofTls}`;
  // Node's own advice, which is for its own command line.
  return error.message.replace(/; if the root CA is installed locally, try running Node.*/s, '');
}

function mayPass({ refusal, status }: Pick<HttpFailure, 'refusal' | 'status'>): boolean {
  if (refusal !== undefined) return false;
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
function pauseBefore(tries: number, retryAfter: string | undefined, now: Date): number {
  const ours = FIRST_PAUSE_MS * 2 ** (tries - 1);
  return Math.min(Math.max(ours, askedPause(retryAfter ?? '', now)), MAX_PAUSE_MS);
}

function askedPause(text: string, now: Date): number {
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  // The only form that is still written; Date would read a plain number as a year.
  const time = /^[A-Z][a-z]{2}, .* GMT$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? 0 : time - now.getTime();
}
