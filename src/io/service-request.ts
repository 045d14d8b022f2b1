import { setTimeout as wait } from 'node:timers/promises';

import { EvidenceError } from '../errors.ts';
import { MAX_CONFIG_BYTES } from '../limits.ts';
import { quote } from '../quote.ts';

/** A service that signing calls, as errors name it. */
export interface ServiceName {
  /** E.g. `timestamp authority`. */
  readonly name: string;
  readonly url: string;
}

export interface ServiceRequest extends ServiceName {
  readonly init: RequestInit;
  readonly timeoutMs: number;
}

/** How often a call is repeated after a network error or a status that may pass. */
export const RETRIES = 2;
/** The pause before the first repetition; each further one is twice as long. */
export const FIRST_PAUSE_MS = 250;

/** What a service answered, or why it did not. */
export interface ServiceFailure {
  readonly status: number | undefined;
  readonly message: string;
}

/**
 * Calls a service and reads its JSON. Redirects are errors: a token must not go where nobody sent it.
 * Throws SERVICE_FAILED.
 */
export async function requestJson(request: ServiceRequest): Promise<unknown> {
  for (let attempt = 0; ; attempt += 1) {
    const outcome = await requestOnce(request);
    if ('json' in outcome) return outcome.json;
    if (attempt === RETRIES || !mayPass(outcome.status)) throw serviceFailed(request, outcome);
    await wait(FIRST_PAUSE_MS * 2 ** attempt);
  }
}

async function requestOnce(
  request: ServiceRequest,
): Promise<{ readonly json: unknown } | ServiceFailure> {
  const signal = AbortSignal.timeout(request.timeoutMs);
  let status: number | undefined;
  try {
    const response = await fetch(request.url, { ...request.init, signal, redirect: 'error' });
    status = response.status;
    const text = await readText(response);
    if (response.ok) return { json: JSON.parse(text) };
    return { status, message: messageOf(text) };
  } catch (error) {
    return { status, message: causeOf(error) };
  }
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    const chunk: unknown = part;
    if (!(chunk instanceof Uint8Array)) continue;
    size += chunk.length;
    if (size > MAX_CONFIG_BYTES) throw new Error('the answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Sigstore's services say what is wrong in the field `message`. */
function messageOf(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && 'message' in value) {
      return String(value.message);
    }
  } catch {
    return text.slice(0, 200);
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

/** @param secrets what must not be shown, even if the service repeats it */
export function serviceFailed(
  { name, url }: ServiceName,
  { status, message }: ServiceFailure,
  secrets: readonly string[] = [],
): EvidenceError {
  const answer = status === undefined ? 'no usable answer' : `status ${status}`;
  const shown = secrets.reduce((text, secret) => text.replaceAll(secret, '…'), message);
  return new EvidenceError('SERVICE_FAILED', {
    at: url,
    found: `${answer} from the ${name}${shown === '' ? '' : `: ${quote(shown)}`}`,
    expected: 'a successful answer',
    hint: hintFor(status),
  });
}

function hintFor(status: number | undefined): string {
  if (status === undefined) return 'check the network, the proxy and the address in the config';
  if (status === 429 || status >= 500) return 'the service is busy or down: try again later';
  return [400, 401, 403].includes(status)
    ? 'get a new identity token for the audience sigstore, and check the signing config'
    : 'check the address in the signing config';
}
