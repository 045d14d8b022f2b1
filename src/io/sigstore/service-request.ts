import type { ErrorCode } from '../../errors/catalogue.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { MAX_CONFIG_BYTES } from '../../limits.ts';
import { quote } from '../../quote.ts';
import type { SignedEnvelope } from '../../sign/encode-sigstore-bundle.ts';
import { exchange, type HttpAnswer, type HttpFailure, type HttpRequest } from '../http/client.ts';
import { proxyOf } from '../http/route.ts';
import { withoutSecrets } from '../http/without-secrets.ts';

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
 * Calls a service and reads its answer. Throws SERVICE_UNREACHABLE, SERVICE_SLOW, PROXY_FAILED,
 * SERVICE_FAILED, and SERVICE_ANSWER_INVALID if `read` throws anything: an answer may repeat a secret.
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
  if ('reason' in outcome) throw noAnswer(service, outcome);
  const { ok, status, body } = outcome;
  if (!ok) throw serviceFailed(service, status, messageOf(body.toString('utf8')));
  try {
    return read(body);
  } catch {
    throw answerInvalid(service, status, 'not what was asked for');
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

function serviceFailed(service: ServiceName, status: number, message: string): EvidenceError {
  return new EvidenceError('SERVICE_FAILED', {
    at: service.at,
    found: `status ${status} from the ${service.name}${told(service, message)}`,
    expected: 'a successful answer',
    hint: hintFor(status, service.ifRefused),
  });
}

function hintFor(status: number, ifRefused?: string): string {
  if (status === 429 || status >= 500) return 'the service is busy or down: try again later';
  if (status >= 300 && status < 400) return 'a redirect is not followed: name the address itself';
  const isRefused = [400, 401, 403].includes(status);
  return isRefused && ifRefused !== undefined
    ? ifRefused
    : 'check this address: another service may be there';
}

function answerInvalid(service: ServiceName, status: number, what: string): EvidenceError {
  return new EvidenceError('SERVICE_ANSWER_INVALID', {
    at: service.at,
    found: `status ${status} from the ${service.name}${told(service, what)}`,
    expected: 'the answer that this service gives',
    hint: 'check this address: another service may be there; if not, try again later',
  });
}

/** Each way to get no answer is an error of its own. */
function noAnswer(service: ServiceName, { cause, status, reason }: HttpFailure): EvidenceError {
  if (cause === 'cut') return answerInvalid(service, status ?? 0, reason);
  const [code, expected, hint] = NO_ANSWER[cause];
  const { name, at } = service;
  const found = `no usable answer from the ${name}${told(service, reason)}`;
  return new EvidenceError(code, { at, found, expected, hint: hint(proxyName()) });
}

/** Without a password; empty if none is used. */
function proxyName(): string {
  try {
    const proxy = proxyOf(process.env);
    return proxy === undefined ? '' : `HTTPS_PROXY, which is ${proxy.protocol}//${proxy.host}`;
  } catch {
    return 'HTTPS_PROXY';
  }
}

const NO_ANSWER = {
  down: [
    'SERVICE_UNREACHABLE',
    'a service that can be reached',
    (proxy) => `check the network and this address${orProxy(proxy)}`,
  ],
  certificate: [
    'SERVICE_UNREACHABLE',
    'a TLS certificate that this machine trusts',
    () =>
      'if your network has a certificate authority of its own, name its certificates: --ca-certificates FILE',
  ],
  slow: [
    'SERVICE_SLOW',
    'an answer in time',
    (proxy) => `try again later, or check the network${orProxy(proxy)}`,
  ],
  proxy: [
    'PROXY_FAILED',
    'a way through the proxy',
    (proxy) => `correct ${proxy}; NO_PROXY lists the hosts that need none`,
  ],
} as const satisfies Readonly<
  Record<
    Exclude<HttpFailure['cause'], 'cut'>,
    readonly [ErrorCode, string, (proxy: string) => string]
  >
>;

function orProxy(proxy: string): string {
  return proxy === '' ? '' : `, and ${proxy}; NO_PROXY lists the hosts that need none`;
}

/** What a service or the network says of it, without secrets. */
function told({ secrets }: ServiceName, message: string): string {
  const shown = withoutSecrets(message.slice(0, MAX_MESSAGE_CHARACTERS), secrets);
  return shown === '' ? '' : `: ${quote(shown)}`;
}
