import { setTimeout as wait } from 'node:timers/promises';

import { EvidenceError } from '../../errors/evidence-error.ts';
import { MAX_CONFIG_BYTES } from '../../limits.ts';
import { quote } from '../../quote.ts';

/** A service that signing calls, as errors name it. */
export interface ServiceName {
  /** E.g. `timestamp authority`. */
  readonly name: string;
  /** Its address as errors show it: without a path or a query that may be secret. */
  readonly at: string;
  /** What no error may show, even if the service repeats it, or a piece of it. */
  readonly secrets: readonly string[];
}

export interface ServiceRequest extends ServiceName {
  readonly url: string;
  readonly init: RequestInit;
  readonly timeoutMs: number;
}

/** How often a call is repeated after a network error or a status that may pass. */
const RETRIES = 2;
/** The pause before the first repetition; each further one is twice as long. */
const FIRST_PAUSE_MS = 250;

/** What a service answered with success. */
export interface ServiceAnswer {
  readonly status: number;
  readonly body: Buffer;
}

/** What a service answered otherwise, or why it did not. */
export interface ServiceFailure {
  readonly status: number | undefined;
  readonly message: string;
  readonly location?: string | null;
}

/** A request that sends JSON. */
export function postJson(value: unknown): RequestInit {
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  return { method: 'POST', headers, body: JSON.stringify(value) };
}

/**
 * Calls a service and reads its answer. Redirects are errors: a token must not go where nobody sent
 * it. Throws SERVICE_FAILED, also if `read` throws anything: an answer may repeat a secret.
 */
export async function requestFrom<T>(
  request: ServiceRequest,
  read: (body: Buffer) => T,
): Promise<T> {
  return readAnswer(request, await exchange(request), read);
}

/** The same for an answer that is there. */
export function readAnswer<T>(
  service: ServiceName,
  outcome: ServiceAnswer | ServiceFailure,
  read: (body: Buffer) => T,
): T {
  if (!('body' in outcome)) throw serviceFailed(service, outcome);
  try {
    return read(outcome.body);
  } catch {
    throw serviceFailed(service, { status: outcome.status, message: 'not what was asked for' });
  }
}

/** Calls a service until it answers with something that will not pass. */
export async function exchange(request: ServiceRequest): Promise<ServiceAnswer | ServiceFailure> {
  for (let attempt = 0; ; attempt += 1) {
    const outcome = await exchangeOnce(request);
    if ('body' in outcome || attempt === RETRIES || !mayPass(outcome.status)) return outcome;
    await wait(FIRST_PAUSE_MS * 2 ** attempt);
  }
}

async function exchangeOnce(request: ServiceRequest): Promise<ServiceAnswer | ServiceFailure> {
  const signal = AbortSignal.timeout(request.timeoutMs);
  let status: number | undefined;
  try {
    const response = await fetch(request.url, { ...request.init, signal, redirect: 'error' });
    status = response.status;
    const body = await readBody(response);
    if (response.ok) return { status, body };
    const message = messageOf(body.toString('utf8'));
    return { status, message, location: response.headers.get('location') };
  } catch (error) {
    return { status, message: causeOf(error) };
  }
}

async function readBody(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    const chunk: unknown = part;
    if (!(chunk instanceof Uint8Array)) continue;
    size += chunk.length;
    if (size > MAX_CONFIG_BYTES) throw new Error('the answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Sigstore's services say what is wrong in the field `message`. */
function messageOf(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && 'message' in value) {
      return typeof value.message === 'string' ? value.message : JSON.stringify(value.message);
    }
  } catch {
    return text;
  }
  return '';
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no answer';
  return error.cause instanceof Error ? error.cause.message : error.message;
}

function mayPass(status: number | undefined): boolean {
  return status === undefined || status === 408 || status === 429 || status >= 500;
}

function serviceFailed(
  { name, at, secrets }: ServiceName,
  { status, message }: ServiceFailure,
): EvidenceError {
  const answer = status === undefined ? 'no usable answer' : `status ${status}`;
  const shown = withoutSecrets(message.slice(0, MAX_MESSAGE_CHARACTERS), secrets);
  return new EvidenceError('SERVICE_FAILED', {
    at,
    found: `${answer} from the ${name}${shown === '' ? '' : `: ${quote(shown)}`}`,
    expected: 'a successful answer',
    hint: hintFor(status),
  });
}

/** Of a service's message, before secrets are taken out; fewer are shown. */
const MAX_MESSAGE_CHARACTERS = 2000;
/** So many characters in a row of a secret are a piece of it: no chance, and too few to guess from. */
const PIECE = 8;

/** Without each word that has a piece of a secret. A service may repeat it cut, or one part of a JWT. */
function withoutSecrets(text: string, secrets: readonly string[]): string {
  return text.replaceAll(/\S+/g, (word) => {
    const told = secrets.some((secret) => sharesPiece(word, secret));
    return told ? '…' : word;
  });
}

function sharesPiece(word: string, secret: string): boolean {
  const length = Math.min(PIECE, secret.length);
  for (let start = 0; start + length <= word.length; start += 1) {
    if (secret.includes(word.slice(start, start + length))) return true;
  }
  return false;
}

function hintFor(status: number | undefined): string {
  if (status === undefined) return 'check the network, the proxy and the address in the config';
  if (status === 429 || status >= 500) return 'the service is busy or down: try again later';
  return [400, 401, 403].includes(status)
    ? 'get a new identity token for the audience sigstore, and check the signing config'
    : 'check the address in the signing config';
}
