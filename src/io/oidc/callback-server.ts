import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

import { EvidenceError } from '../../errors/evidence-error.ts';
import { LOGIN_PAGE_HEADERS, renderLoginPage, type LoginPage } from '../../sign/login-page.ts';
import { isSystemError } from '../disk/system-error.ts';

/** What the browser shows for a call, and its status. */
export interface Shown extends LoginPage {
  readonly status: number;
}

/** Takes the parameters of a call. */
type Answer = (parameters: URLSearchParams) => Promise<Shown>;

export interface CallbackServer {
  /** Where the issuer sends the browser. */
  readonly redirectUri: string;
  /** Answers from now on. */
  listen(answer: Answer): void;
  /** Ends after the pages that are being shown. */
  close(): Promise<void>;
}

const LOOPBACK = '127.0.0.1';
const NOT_FOUND = failed(404, 'There is nothing here', 'This address is for the end of a login.');

/**
 * A server for the one call that the browser makes at the end of a login.
 *
 * @param wanted an address of this machine; with port 0 any free one
 * @throws EvidenceError PORT_UNAVAILABLE
 */
export async function startCallbackServer(wanted: URL): Promise<CallbackServer> {
  const server = createServer();
  const redirect = new URL(wanted);
  redirect.port = `${await bind(server, wanted)}`;
  const shown = new Set<Promise<void>>();
  return {
    redirectUri: redirect.href,
    listen: (answer) => {
      server.on('request', (request, response) => {
        const showing = show(replyTo(request, redirect, answer), response);
        shown.add(showing);
      });
    },
    close: async () => {
      await Promise.all(shown);
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function bind(server: Server, { port, hostname }: URL): Promise<number> {
  try {
    // Browsers look for `localhost` here too.
    server.listen(Number(port), hostname === '[::1]' ? '::1' : LOOPBACK);
    await once(server, 'listening');
  } catch (error) {
    throw portUnavailable(error, `${hostname}:${port}`);
  }
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('no port');
  return address.port;
}

function portUnavailable(error: unknown, at: string): unknown {
  if (!isSystemError(error)) return error;
  return new EvidenceError('PORT_UNAVAILABLE', {
    at,
    found: error.code === 'EADDRINUSE' ? 'a port that another program listens on' : error.code,
    expected: 'a port of this machine that is free',
    hint: 'name another port in --oidc-redirect-url, leave that flag out, or log in by --login device',
    cause: error,
  });
}

/** Another site can lead a browser here under a name of its own, so the name counts too. */
async function replyTo(request: IncomingMessage, redirect: URL, answer: Answer): Promise<Shown> {
  const url = URL.parse(request.url ?? '', redirect.origin);
  const isOurs = request.headers.host === redirect.host && url?.pathname === redirect.pathname;
  if (url === null || !isOurs || request.method !== 'GET') return NOT_FOUND;
  return await answer(url.searchParams);
}

async function show(reply: Promise<Shown>, response: ServerResponse): Promise<void> {
  response.on('error', () => undefined);
  const { status, ...page } = await reply;
  response.writeHead(status, { ...LOGIN_PAGE_HEADERS, Connection: 'close' });
  // Also if the browser has gone away.
  const { promise, resolve } = Promise.withResolvers<void>();
  response.on('close', resolve);
  response.end(renderLoginPage(page), resolve);
  await promise;
}

/** A page that says what went wrong. */
export function failed(status: number, title: string, text: string, detail?: string): Shown {
  return { status, isGood: false, title, text, detail };
}
