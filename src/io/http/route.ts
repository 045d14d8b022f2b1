// The way to a server: directly or by a proxy, and what went wrong on it. Node's own agent does the work:
// https://nodejs.org/api/http.html#built-in-proxy-support

import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

/**
 * Why no answer came. `certificate`: that of the server, for TLS. `cut`: it ended early, or was too long. `plain`: it has
 * no TLS.
 */
export type Cause = 'certificate' | 'cut' | 'down' | 'plain' | 'proxy' | 'slow';

/**
 * The proxy for https: what HTTPS_PROXY names, or undefined. As for other programs, the variable in small
 * letters counts more. Plain http is for this machine alone, and no proxy may read it.
 *
 * @throws ProxyError if the variable is not the address of a proxy
 */
function proxyOf(environment: NodeJS.ProcessEnv): URL | undefined {
  const text = environment['https_proxy'] ?? environment['HTTPS_PROXY'] ?? '';
  if (text === '') return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol)) return url;
  // Not the text itself: it may have a password.
  throw new ProxyError('HTTPS_PROXY is not http://HOST:PORT or https://HOST:PORT');
}

class ProxyError extends Error {}

/** The proxy for an address, as users are told of it: without a password. Undefined: none. */
export function proxyName(url: string, environment: NodeJS.ProcessEnv): string | undefined {
  if (!URL.canParse(url) || new URL(url).protocol !== 'https:') return undefined;
  try {
    const proxy = proxyOf(environment);
    return proxy && `HTTPS_PROXY, which is ${proxy.protocol}//${proxy.host}`;
  } catch (error) {
    if (error instanceof ProxyError) return 'HTTPS_PROXY';
    throw error;
  }
}

/** Connections that may be used again. */
export interface KeptConnections {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

/** Servers close what is idle, and a request that meets that is lost. In milliseconds. */
const IDLE_MS = 4000;

/** For whoever asks the same servers by the same rules; idle ones do not keep the process. */
export function keepConnections(): KeptConnections {
  const options = { keepAlive: true, timeout: IDLE_MS };
  return { http: new HttpAgent(options), https: new HttpsAgent(options) };
}

/** @param kept used unless a proxy is on the way: what goes through one gets a tunnel of its own */
export function agentFor(
  url: URL,
  environment: NodeJS.ProcessEnv,
  kept: KeptConnections | undefined,
): HttpAgent {
  if (url.protocol !== 'https:') return kept?.http ?? new HttpAgent();
  const proxy = proxyOf(environment);
  if (proxy === undefined) return kept?.https ?? new HttpsAgent();
  const exceptions = environment['no_proxy'] ?? environment['NO_PROXY'] ?? '';
  return new HttpsAgent({ proxyEnv: { HTTPS_PROXY: proxy.href, NO_PROXY: exceptions } });
}

/** What an error on the way to a server means; `hasStatus`: the answer had begun; `late`: the time was over. */
export function causeOf(
  error: unknown,
  environment: NodeJS.ProcessEnv,
  { hasStatus, late }: { readonly hasStatus: boolean; readonly late: boolean },
): Cause {
  if (!(error instanceof Error)) return 'down';
  if (!hasStatus && isOfProxy(error, environment)) return 'proxy';
  if (late) return 'slow';
  if (hasStatus) return 'cut';
  if (PLAIN.test(error.message)) return 'plain';
  return CERTIFICATE.test(fieldOf(error, 'code')) ? 'certificate' : 'down';
}

/** OpenSSL reads the answer of a server for http as a record of TLS. */
const PLAIN = /:SSL routines:.*:(?:wrong version number|packet length too long|http request):/;

/** https://nodejs.org/api/tls.html#x509-certificate-error-codes, and Node's own if it is of another host. */
const CERTIFICATE =
  /^(?:CERT_|CRL_|DEPTH_ZERO|ERR_TLS_CERT|HOSTNAME_|INVALID_|PATH_|SELF_SIGNED|UNABLE_TO_)/;

/** The proxy said no, or is not there itself. */
function isOfProxy(error: Error, environment: NodeJS.ProcessEnv): boolean {
  if (error instanceof ProxyError || fieldOf(error, 'code').startsWith('ERR_PROXY')) return true;
  const proxy = proxyOf(environment);
  if (proxy === undefined) return false;
  const port = proxy.port === '' ? DEFAULT_PORTS[proxy.protocol] : proxy.port;
  return fieldOf(error, 'hostname') === proxy.hostname || fieldOf(error, 'port') === port;
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

function fieldOf(error: Error, name: 'code' | 'hostname' | 'port'): string {
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' || typeof value === 'number' ? `${value}` : '';
}
