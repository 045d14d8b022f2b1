import type { EvidenceError } from '../../errors/evidence-error.ts';
import { MAX_CONFIG_BYTES } from '../../limits.ts';
import { refusal } from '../../place.ts';
import { exchange, type HttpAnswer, type HttpFailure, type HttpRequest } from './client.ts';
import { answerInvalid, checkAddress, noAnswer, told, type ServiceName } from './no-answer.ts';

/** How long a service has for its answer, if nothing else is said. */
const TIMEOUT_MS = 10_000;

type ServiceRequest = ServiceName &
  Pick<HttpRequest, 'url' | 'init' | 'wait'> &
  Partial<Pick<HttpRequest, 'timeoutMs' | 'maxBytes'>>;

/** The result of a call. Only an answer that is `ok` is read. */
type ServiceOutcome = HttpAnswer | HttpFailure;

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
  return await exchange({ timeoutMs: TIMEOUT_MS, maxBytes: MAX_CONFIG_BYTES, ...request });
}

/** A log has the same entry already. */
export function isConflict(outcome: ServiceOutcome): outcome is HttpAnswer {
  return 'body' in outcome && outcome.status === 409;
}

export function readAnswer<T>(
  service: ServiceName,
  outcome: ServiceOutcome,
  read: (body: Buffer) => T,
): T {
  if ('reason' in outcome) throw noAnswer(service, outcome);
  const { ok, status, body } = outcome;
  if (!ok) throw serviceFailed(service, status, messageOf(body));
  try {
    return read(body);
  } catch {
    // Some say with success what is wrong.
    const said = messageIn(body);
    const more = said === undefined || said === '' ? '' : `, but: ${said}`;
    throw answerInvalid(service, status, `not what was asked for${more}`);
  }
}

/** Sigstore's services say what is wrong in the field `message`, others in a text. */
export function messageOf(body: Buffer): string {
  return messageIn(body) ?? body.toString('utf8');
}

/** Only that field; undefined if the body is no JSON. */
function messageIn(body: Buffer): string | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    if (typeof value === 'object' && value !== null && 'message' in value) {
      return typeof value.message === 'string' ? value.message : JSON.stringify(value.message);
    }
    return '';
  } catch {
    return undefined;
  }
}

function serviceFailed(service: ServiceName, status: number, message: string): EvidenceError {
  const hint = hintFor(status, service);
  const found = `status ${status}${isRedirect(status) ? ', a redirect,' : ''} from the ${service.name}${told(service, message)}`;
  return refusal({ code: 'SERVICE_FAILED', at: service.at, hint }, found, 'a successful answer');
}

function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}

function hintFor(status: number, service: ServiceName): string {
  const { ifRefused } = service;
  if (status === 429 || status >= 500) return 'the service is busy or down: try again later';
  if (isRedirect(status)) return 'a redirect is not followed: name the address itself';
  const isRefused = [400, 401, 403].includes(status);
  return isRefused && ifRefused !== undefined ? ifRefused : checkAddress(service);
}
