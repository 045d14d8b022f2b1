import { EvidenceError } from '../../errors/evidence-error.ts';
import { MAX_CONFIG_BYTES } from '../../limits.ts';
import { quote } from '../../quote.ts';
import type { SignedEnvelope } from '../../sign/encode-sigstore-bundle.ts';
import { exchange, type HttpAnswer, type HttpFailure, type HttpRequest } from '../http/client.ts';

/** A service that signing calls, as errors name it. */
interface ServiceName {
  /** E.g. `timestamp authority`. */
  readonly name: string;
  /** Its address as errors show it: without a path or a query that may be secret. */
  readonly at: string;
  /** What no error may show, even if the service repeats it or a piece of it. */
  readonly secrets: readonly string[];
  /** What to do if it answers that the caller may not ask, or asked wrongly. */
  readonly ifRefused?: string;
}

/** Sends a signature to a service, which answers something about it. */
export type Witness<T> = (
  envelope: SignedEnvelope,
  service: { readonly url: string; readonly secrets: readonly string[] },
) => Promise<T>;

/** How long a service has for its answer, if nothing else is said. */
const TIMEOUT_MS = 10_000;

type ServiceRequest = ServiceName &
  Pick<HttpRequest, 'url' | 'init'> & { readonly timeoutMs?: number };

/** The result of a call. Only an answer that is `ok` is read. */
export type ServiceOutcome = HttpAnswer | HttpFailure;

/**
 * Calls a service and reads its answer. Throws SERVICE_FAILED, also if `read` throws anything: an
 * answer may repeat a secret.
 */
export async function requestFrom<T>(
  request: ServiceRequest,
  read: (body: Buffer) => T,
): Promise<T> {
  return readAnswer(request, await callService(request), read);
}

/** The first half of it, for a caller who can use an answer that is not `ok`. */
export async function callService(request: ServiceRequest): Promise<ServiceOutcome> {
  const { url, init, timeoutMs = TIMEOUT_MS } = request;
  return await exchange({ url, init, timeoutMs, maxBytes: MAX_CONFIG_BYTES });
}

export function readAnswer<T>(
  service: ServiceName,
  outcome: ServiceOutcome,
  read: (body: Buffer) => T,
): T {
  if ('reason' in outcome) throw serviceFailed(service, outcome.status, outcome.reason);
  const { ok, status, body } = outcome;
  if (!ok) throw serviceFailed(service, status, messageOf(body.toString('utf8')));
  try {
    return read(body);
  } catch {
    throw serviceFailed(service, status, 'not what was asked for');
  }
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

/** Of a service's message, before secrets are removed; fewer are shown. */
const MAX_MESSAGE_CHARACTERS = 2000;

function serviceFailed(
  { name, at, secrets, ifRefused }: ServiceName,
  status: number | undefined,
  message: string,
): EvidenceError {
  const answer = status === undefined ? 'no usable answer' : `status ${status}`;
  const shown = withoutSecrets(message.slice(0, MAX_MESSAGE_CHARACTERS), secrets);
  return new EvidenceError('SERVICE_FAILED', {
    at,
    found: `${answer} from the ${name}${shown === '' ? '' : `: ${quote(shown)}`}`,
    expected: 'a successful answer',
    hint: hintFor(status, ifRefused),
  });
}

function hintFor(status: number | undefined, ifRefused?: string): string {
  if (status === undefined) return 'check the network, the proxy and this address';
  if (status === 429 || status >= 500) return 'the service is busy or down: try again later';
  const isRefused = [400, 401, 403].includes(status);
  return isRefused && ifRefused !== undefined
    ? ifRefused
    : 'check this address: another service may be there';
}

/**
 * This many characters of a secret in a row are a piece of it. Fewer could be chance, and do not help to
 * guess it.
 */
const PIECE = 8;

/**
 * Without each word that has a piece of a secret. A service may repeat only a part of it, e.g. of a JWT.
 */
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
