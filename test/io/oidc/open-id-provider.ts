// A real OpenID provider on this machine.
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import Provider, { type Configuration, type InteractionResults } from 'oidc-provider';

export const ACCOUNT = 'somebody@provider.test';
export const CLIENT = 'sigstore';

export interface OpenIdProvider {
  readonly issuer: string;
  /** Method and path of each request. */
  readonly requests: readonly string[];
  close(): void;
}

export interface ProviderOptions {
  /** How the page of the provider ends; by default by a login of ACCOUNT. */
  readonly interaction?: InteractionResults;
  /** The provider shows its pages, and somebody has to click; given is what Cancel answers. */
  readonly pages?: InteractionResults;
  readonly configuration?: Configuration;
  /** Answers in the place of the provider, if it returns true. */
  readonly intercept?: (
    request: IncomingMessage,
    response: ServerResponse,
  ) => boolean | Promise<boolean>;
  /** Signs the tokens. */
  readonly key?: KeyObject;
  /** How many seconds to wait between two questions whether somebody typed the code; by default nothing is said of it. */
  readonly interval?: number;
}

export async function openProvider(options: ProviderOptions = {}): Promise<OpenIdProvider> {
  const server = createServer();
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done);
  });
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, configurationOf(options));
  const { interval } = options;
  provider.use(async (context, next) => {
    await next();
    if (interval !== undefined && context.path === '/device/auth') {
      Object.assign(context.body as object, { interval });
    }
  });
  const handle = provider.callback();
  const requests: string[] = [];
  server.on('request', (request, response) => {
    requests.push(`${request.method} ${request.url}`);
    void (async () => {
      if ((await options.intercept?.(request, response)) === true) return;
      const result = resultOf(request, options);
      if (result === undefined) await handle(request, response);
      else await interact(provider, request, response, result);
    })();
  });
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { issuer, requests, close };
}

/** How a page of the provider ends at once; undefined if it is shown, or is none. */
function resultOf(
  { url = '' }: IncomingMessage,
  { pages, interaction = { login: { accountId: ACCOUNT } } }: ProviderOptions,
): InteractionResults | undefined {
  if (!url.startsWith('/interaction/')) return undefined;
  if (pages === undefined) return interaction;
  return url.endsWith('/abort') ? pages : undefined;
}

/** What somebody does on the pages of the provider: logs in, and agrees. */
async function interact(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
  result: InteractionResults,
): Promise<void> {
  const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
  if (prompt.name === 'login' || 'error' in result) {
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

function configurationOf({ configuration, key, pages }: ProviderOptions): Configuration {
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
    features: {
      devInteractions: { enabled: pages !== undefined },
      deviceFlow: { enabled: true },
    },
    interactions: pages === undefined ? { url: (_, { uid }) => `/interaction/${uid}` } : {},
    ttl: { IdToken: 600, Session: 600, Grant: 600, Interaction: 600, AccessToken: 600 },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: id, email_verified: true }),
    }),
    ...configuration,
  };
}
