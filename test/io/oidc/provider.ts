// A real OpenID provider on this machine, and a browser for it without a screen.
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import Provider, { type Configuration, type InteractionResults } from 'oidc-provider';
import { onTestFinished, vi } from 'vitest';

export const ACCOUNT = 'somebody@provider.test';
export const CLIENT = 'sigstore';

export interface TestProvider {
  readonly issuer: string;
  /** Method and path of each request. */
  readonly requests: readonly string[];
}

export interface ProviderOptions {
  /** How the page of the provider ends; by default by a login of ACCOUNT. */
  readonly interaction?: InteractionResults;
  readonly configuration?: Configuration;
  /** Answers in the place of the provider, if it returns true. */
  readonly intercept?: (
    request: IncomingMessage,
    response: ServerResponse,
  ) => boolean | Promise<boolean>;
  /** Signs the tokens. */
  readonly key?: KeyObject;
}

/** Ends with the test. */
export async function startProvider(options: ProviderOptions = {}): Promise<TestProvider> {
  const { interaction = { login: { accountId: ACCOUNT } } } = options;
  const server = createServer();
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done);
  });
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  // It warns of its memory and of its plain pages: what a test wants.
  for (const name of ['warn', 'info'] as const) {
    const printed = vi.spyOn(console, name).mockImplementation(() => undefined);
    onTestFinished(() => printed.mockRestore());
  }
  const provider = new Provider(issuer, configurationOf(options));
  const handle = provider.callback();
  const requests: string[] = [];
  server.on('request', (request, response) => {
    requests.push(`${request.method} ${request.url}`);
    void (async () => {
      if ((await options.intercept?.(request, response)) === true) return;
      const isPage = request.url?.startsWith('/interaction/') === true;
      if (isPage) await interact(provider, request, response, interaction);
      else await handle(request, response);
    })();
  });
  return { issuer, requests };
}

/** What somebody does on the pages of the provider: logs in, and agrees. */
async function interact(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
  result: InteractionResults,
): Promise<void> {
  const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
  if (prompt.name === 'login') {
    await provider.interactionFinished(request, response, result);
    return;
  }
  const grant =
    (grantId === undefined ? undefined : await provider.Grant.find(grantId)) ??
    new provider.Grant({
      clientId: String(params['client_id']),
      accountId: session?.accountId ?? '',
    });
  grant.addOIDCScope('openid email');
  await provider.interactionFinished(request, response, {
    consent: { grantId: await grant.save() },
  });
}

function configurationOf({ configuration, key }: ProviderOptions): Configuration {
  const privateKey = key ?? generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  return {
    clients: [
      {
        client_id: CLIENT,
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        redirect_uris: ['http://localhost/auth/callback', 'http://127.0.0.1/auth/callback'],
        grant_types: ['authorization_code', 'urn:ietf:params:oauth:grant-type:device_code'],
        response_types: ['code'],
      },
    ],
    jwks: {
      keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256' }],
    },
    cookies: { keys: ['a test needs no secret'] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: false }, deviceFlow: { enabled: true } },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    ttl: { IdToken: 600, Session: 600, Grant: 600, Interaction: 600, AccessToken: 600 },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: id, email_verified: true }),
    }),
    ...configuration,
  };
}

/** Answers a request of a path in the place of the provider. */
export function instead(
  path: string,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): NonNullable<ProviderOptions['intercept']> {
  return (request, response) => {
    if (request.url !== path) return false;
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
    return true;
  };
}

export interface Page {
  readonly url: URL;
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

/** Follows redirects and keeps cookies. */
export class Browser {
  readonly #cookies = new Map<string, string>();
  /** Changes an address before it is opened. */
  readonly #change: (url: URL) => URL;

  constructor(change: (url: URL) => URL = (url) => url) {
    this.#change = change;
  }

  async open(address: string | URL, init: RequestInit = {}): Promise<Page> {
    const url = this.#change(new URL(address));
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { ...init, headers: { cookie }, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=');
      this.#cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (location !== null) return await this.open(new URL(location, url));
    const { status, headers } = response;
    return { url, status, headers, text: await response.text() };
  }

  /** Sends the form of a page with these fields beside its hidden ones. */
  async submit({ url, text }: Page, fields: Readonly<Record<string, string>>): Promise<Page> {
    const action = /<form[^>]* action="([^"]*)"/.exec(text)?.[1] ?? '';
    const hidden = [...text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
    const body = new URLSearchParams({
      ...Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, value])),
      ...fields,
    });
    return await this.open(new URL(action, url), { method: 'POST', body });
  }
}
