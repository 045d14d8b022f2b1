// What is said of a service that gave no answer, or none that can be used.

import type { ErrorCode } from '../../errors/catalogue.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { refusal } from '../../place.ts';
import { quote } from '../../quote.ts';
import type { HttpFailure } from './client.ts';
import { withoutSecrets } from './without-secrets.ts';

/** A service that signing calls, as errors name it. */
export interface ServiceName {
  /** E.g. `timestamp authority`. */
  readonly name: string;
  /** Its address as errors show it: without a path or a query that may be secret. */
  readonly at: string;
  /** Who names the address: a flag, or a file and the place in it. */
  readonly namedBy?: string | undefined;
  /** What no error may show, even if the service repeats it or a piece of it. */
  readonly secrets: readonly string[];
  /** What to do if it answers that the caller may not ask, or asked wrongly. */
  readonly ifRefused?: string;
  /** The flag for certificates of an authority, if it is not `--ca-certificates`. */
  readonly caFlag?: string;
  /** It was given. */
  readonly hasCa?: boolean;
}

/** Of a service's message, before secrets are removed; fewer are shown. */
const MAX_MESSAGE_CHARACTERS = 2000;

/** An answer that nobody can use. */
export function answerInvalid(service: ServiceName, status: number, what: string): EvidenceError {
  return new EvidenceError('SERVICE_ANSWER_INVALID', {
    at: service.at,
    found: `status ${status} from the ${service.name}${told(service, what)}`,
    expected: 'the answer that this service gives',
    hint: `${checkAddress(service)}; if not, try again later`,
  });
}

/** Each way to get no answer is an error of its own. */
export function noAnswer(
  service: ServiceName,
  { cause, status, reason, proxy }: HttpFailure,
): EvidenceError {
  if (cause === 'cut') return answerInvalid(service, status ?? 0, reason);
  const [code, expected, hint] = NO_ANSWER[cause];
  const { name, at, namedBy, caFlag = '--ca-certificates', hasCa = false } = service;
  const found = `no usable answer from the ${name}${told(service, reason)}`;
  return refusal({ code, at, hint: hint({ proxy, namedBy, caFlag, hasCa }) }, found, expected);
}

/** What a hint tells of the way to a service. */
interface Way {
  /** The proxy that was used. */
  readonly proxy: string | undefined;
  readonly namedBy: string | undefined;
  readonly caFlag: string;
  readonly hasCa: boolean;
}

/** What to do if something else is there. */
export function checkAddress({ namedBy }: Pick<ServiceName, 'namedBy'>): string {
  return `check this address${whence(namedBy)}: another service may be there`;
}

function whence(namedBy: string | undefined): string {
  if (namedBy === undefined) return '';
  // Nobody can look up a place in what is embedded.
  const isEmbedded = namedBy.startsWith('embedded ');
  return `, which ${isEmbedded ? `the ${namedBy.replace(/#.*$/s, '')}` : namedBy} names`;
}

const NO_ANSWER = {
  down: [
    'SERVICE_UNREACHABLE',
    'a service that can be reached',
    ({ proxy, namedBy }) => `check the network and this address${whence(namedBy)}${orProxy(proxy)}`,
  ],
  certificate: [
    'SERVICE_UNREACHABLE',
    'a TLS certificate that this machine trusts',
    ({ proxy, caFlag, hasCa }) =>
      hasCa
        ? `no authority in ${caFlag} FILE issued it: name the file with the one that did`
        : `if your network${proxy === undefined ? '' : `, or ${proxy},`} has a certificate authority of its own, name its certificates: ${caFlag} FILE`,
  ],
  plain: [
    'SERVICE_UNREACHABLE',
    'a service that speaks TLS',
    ({ namedBy, caFlag, hasCa }) => {
      const local = hasCa ? `, without ${caFlag}` : '';
      return `it wants http: set up https there${whence(namedBy)}; http is only for what is on this machine${local}`;
    },
  ],
  slow: [
    'SERVICE_SLOW',
    'an answer in time',
    ({ proxy }) => `try again later, or check the network${orProxy(proxy)}`,
  ],
  proxy: [
    'PROXY_FAILED',
    'a way through the proxy',
    ({ proxy }) => `correct ${proxy ?? 'HTTPS_PROXY'}; NO_PROXY lists the hosts that need none`,
  ],
} as const satisfies Readonly<
  Record<Exclude<HttpFailure['cause'], 'cut'>, readonly [ErrorCode, string, (way: Way) => string]>
>;

function orProxy(proxy: string | undefined): string {
  return proxy === undefined ? '' : `, and ${proxy}; NO_PROXY lists the hosts that need none`;
}

/** What a service or the network says of it, without secrets. */
export function told({ secrets }: ServiceName, message: string): string {
  const shown = withoutSecrets(message.slice(0, MAX_MESSAGE_CHARACTERS), secrets);
  return shown === '' ? '' : `: ${quote(shown)}`;
}
