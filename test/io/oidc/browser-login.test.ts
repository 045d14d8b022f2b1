// Logins in a browser, at a real OpenID provider.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import * as fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';

import type { EvidenceError } from '../../../src/errors/evidence-error.ts';
import { loginByBrowser } from '../../../src/io/oidc/browser-login.ts';
import { openIssuer } from '../../../src/io/oidc/issuer.ts';
import { parseIdentityToken } from '../../../src/sign/identity-token.ts';
import { rejection } from '../../document/refusal.ts';
import { propertyRuns } from '../../property-runs.ts';
import {
  ACCOUNT,
  Browser,
  CLIENT,
  instead,
  startProvider,
  type Page,
  type ProviderOptions,
  type TestProvider,
} from './provider.ts';

const FREE_PORT = new URL('http://localhost:0/auth/callback');
const CALLBACK = '/auth/callback';

interface LoginOptions extends ProviderOptions {
  /** What the user does; by default what the page asks for. */
  readonly browse?: (url: string) => Promise<Page | undefined>;
  readonly redirect?: URL;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

interface Outcome {
  readonly provider: TestProvider;
  readonly token: string | undefined;
  readonly error: EvidenceError | undefined;
  readonly page: Page | undefined;
  readonly said: string;
  readonly opened: string;
}

async function logIn(options: LoginOptions = {}): Promise<Outcome> {
  const { browse = async (url) => await new Browser().open(url), redirect = FREE_PORT } = options;
  const provider = await startProvider(options);
  const issuer = await openIssuer({ issuer: provider.issuer, clientId: CLIENT });
  const said: string[] = [];
  const opened: string[] = [];
  const pages: Promise<Page | undefined>[] = [];
  let token: string | undefined;
  const login = async (): Promise<void> => {
    token = await loginByBrowser(issuer, redirect, {
      ...options,
      say: (text) => said.push(text),
      open: (url) => {
        opened.push(url);
        pages.push(browse(url));
      },
      ownerOf: (text) => parseIdentityToken(text, new Date()).subject,
    });
  };
  const error = await rejection(login());
  const [page] = await Promise.all(pages);
  return { provider, token, error, page, said: said.join(''), opened: opened.join('\n') };
}

/** A browser that changes what the provider sends to the callback. */
function changing(change: (parameters: URLSearchParams) => void): Browser {
  return new Browser((url) => {
    if (url.pathname === CALLBACK) change(url.searchParams);
    return url;
  });
}

function tokenRequests({ requests }: TestProvider): number {
  return requests.filter((request) => request === 'POST /token').length;
}

describe('a login in a browser', () => {
  it('gives the token of whoever logs in, and says so in the browser', async () => {
    const { token = '', page, said, opened } = await logIn();
    const claims = parseIdentityToken(token, new Date());
    expect(claims.subject).toBe(ACCOUNT);
    expect(page?.status).toBe(200);
    expect(page?.text).toContain('You are logged in');
    expect(page?.text).toContain(ACCOUNT);
    expect(page?.text).not.toContain(token);
    expect(said).toContain(opened);
    expect(said).not.toContain(token);
  });

  it('asks with PKCE S256, state and nonce, each new, for the e-mail address', async () => {
    const [first, second] = [await logIn(), await logIn()].map(
      ({ opened }) => new URL(opened).searchParams,
    );
    expect(Object.fromEntries(first ?? [])).toMatchObject({
      response_type: 'code',
      client_id: CLIENT,
      scope: 'openid email',
      code_challenge_method: 'S256',
      redirect_uri: expect.stringMatching(/^http:\/\/localhost:\d+\/auth\/callback$/) as string,
    });
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(first?.get(name)).toMatch(/^[\w-]{43}$/);
      expect(first?.get(name)).not.toBe(second?.get(name));
    }
  });

  it('shows a page that loads and runs nothing, and tells nobody its address', async () => {
    const { page } = await logIn();
    expect(page?.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-/,
    );
    expect(page?.headers.get('referrer-policy')).toBe('no-referrer');
    expect(page?.headers.get('cache-control')).toBe('no-store');
    expect(page?.text).not.toMatch(/<script|https?:/);
  });

  it('stops to listen at its end', async () => {
    const { page } = await logIn();
    await expect(fetch(page?.url.origin ?? '')).rejects.toThrow('fetch failed');
  });
});

describe('an answer with', () => {
  it.each<[string, (parameters: URLSearchParams) => void]>([
    ['a wrong state', (parameters) => parameters.set('state', 'of-somebody-else')],
    ['no state', (parameters) => parameters.delete('state')],
    ['an empty state', (parameters) => parameters.set('state', '')],
    ['two states', (parameters) => parameters.append('state', 'of-somebody-else')],
    ['the state in other case', (parameters) => flipState(parameters)],
  ])('%s changes nothing, and the login goes on', async (_, change) => {
    let stray: Page | undefined;
    const browse = async (url: string): Promise<Page> => {
      let callback = '';
      // The real answer is kept, and a changed one comes first.
      const keeping = changing((parameters) => {
        callback = `${redirectOf(url)}?${parameters.toString()}`;
        change(parameters);
      });
      stray = await keeping.open(url);
      await new Browser().open(`${redirectOf(url)}?state=again`);
      return await new Browser().open(callback);
    };
    const { token, page, said, provider } = await logIn({ browse });
    expect([stray?.status, page?.status]).toEqual([400, 200]);
    expect(stray?.text).toContain('This is not the answer to the login');
    expect(parseIdentityToken(token ?? '', new Date()).subject).toBe(ACCOUNT);
    // Once, however many come.
    expect(said.split('An answer to another login came')).toHaveLength(2);
    expect(tokenRequests(provider)).toBe(1);
  });

  it('anything in it but the state of this login changes nothing', async () => {
    const name = fc.constantFrom('state', 'code', 'iss', 'error', 'response', 'id_token', '');
    const query = fc.array(fc.tuple(name, fc.string({ unit: 'binary' })), { maxLength: 6 });
    const statuses = new Set<number>();
    const { token, provider } = await logIn({
      browse: async (url) => {
        for (const pairs of fc.sample(query, propertyRuns(50, 1000))) {
          const text = new URLSearchParams(pairs).toString();
          statuses.add((await fetch(`${redirectOf(url)}?${text}`)).status);
        }
        return await new Browser().open(url);
      },
    });
    expect([...statuses]).toEqual([400]);
    expect(token).toBeDefined();
    expect(tokenRequests(provider)).toBe(1);
  });

  it('the state of an earlier login changes nothing', async () => {
    const earlier = await logIn();
    const state = new URL(earlier.opened).searchParams.get('state') ?? '';
    const reused: Page[] = [];
    const { token, page } = await logIn({
      browse: async (url) => {
        const query = new URLSearchParams({ code: 'stolen', state, iss: earlier.provider.issuer });
        reused.push(await new Browser().open(`${redirectOf(url)}?${query.toString()}`));
        return await new Browser().open(url);
      },
    });
    expect([reused[0]?.status, page?.status]).toEqual([400, 200]);
    expect(token).toBeDefined();
  });

  it.each<[string, (parameters: URLSearchParams) => void, string]>([
    [
      'the issuer of another provider (RFC 9207)',
      (parameters) => parameters.set('iss', 'https://other.test'),
      'iss',
    ],
    [
      'no issuer, of one that says that it sends it',
      (parameters) => parameters.delete('iss'),
      'iss',
    ],
    ['an identity token in it', (parameters) => parameters.set('id_token', 'eyJ'), 'implicit'],
  ])('%s ends the login, and its code is not used', async (_, change, word) => {
    const { error, page, provider } = await logIn({
      browse: async (url) => await changing(change).open(url),
    });
    expect([error?.code, error?.at]).toEqual(['LOGIN_FAILED', provider.issuer]);
    expect(error?.found).toContain(word);
    expect(page?.status).toBe(400);
    expect(page?.text).toContain('The login did not succeed');
    expect(tokenRequests(provider)).toBe(0);
  });

  it('a code that the provider did not give ends the login without the code in the error', async () => {
    const code = 'a-code-of-another-login';
    const { error } = await logIn({
      browse: async (url) => await changing((parameters) => parameters.set('code', code)).open(url),
    });
    expect(error?.code).toBe('LOGIN_FAILED');
    expect(error?.found).toContain('invalid_grant');
    expect(JSON.stringify([error, error?.message])).not.toContain(code);
  });

  it('an identity token of an address that the issuer has not verified ends the login', async () => {
    const { error, page } = await logIn({
      configuration: {
        findAccount: (_, id) => ({
          accountId: id,
          claims: () => ({ sub: id, email: id, email_verified: false }),
        }),
      },
    });
    expect(error?.code).toBe('SIGNING_FAILED');
    expect(error?.found).toContain('has not verified');
    expect(page?.status).toBe(400);
  });

  it('an identity token for another nonce ends the login', async () => {
    const { error, page } = await logIn({
      browse: async (url) => {
        const changed = new URL(url);
        changed.searchParams.set('nonce', 'of-another-login');
        return await new Browser().open(changed);
      },
    });
    expect(error?.code).toBe('LOGIN_FAILED');
    expect(error?.found).toContain('nonce');
    expect(page?.status).toBe(400);
  });
});

describe('a second callback', () => {
  it('changes nothing: the code is used once', async () => {
    const second: Page[] = [];
    let callback = '';
    const { token, page, provider } = await logIn({
      browse: async (url) => {
        const keeping = changing((parameters) => {
          callback = `${redirectOf(url)}?${parameters.toString()}`;
        });
        return await keeping.open(url);
      },
      // While the first one is being answered.
      intercept: async ({ url }) => {
        if (url === '/token') second.push(await new Browser().open(callback));
        return false;
      },
    });
    expect([second[0]?.status, page?.status]).toEqual([409, 200]);
    expect(second[0]?.text).toContain('This login is over');
    expect(parseIdentityToken(token ?? '', new Date()).subject).toBe(ACCOUNT);
    expect(tokenRequests(provider)).toBe(1);
  });
});

describe('an error of the provider', () => {
  const INVISIBLE = /(?!\n)\p{Cc}|\p{Cf}/u;
  const HTML = '<img src=x onerror=alert(1)>\u001b[31m"\u202e';

  it('access denied ends the login, with what to do', async () => {
    const { error, page } = await logIn({
      interaction: { error: 'access_denied', error_description: 'not today' },
    });
    expect([error?.code, error?.class]).toEqual(['LOGIN_FAILED', 'unjudged']);
    expect(error?.found).toBe('the answer "access_denied": "not today"');
    expect(error?.hint).toBe('log in again, and allow it');
    expect(page?.text).toContain('access_denied');
  });

  it.each(['error', 'error_description'])(
    'with HTML and controls in %s is shown harmlessly, in browser and terminal',
    async (field) => {
      const { error, page } = await logIn({
        interaction: { error: 'access_denied' },
        browse: async (url) =>
          await changing((parameters) => parameters.set(field, HTML)).open(url),
      });
      expect(error?.code).toBe('LOGIN_FAILED');
      expect(error?.found).toContain('<img src=x');
      expect(error?.found).not.toMatch(INVISIBLE);
      expect(page?.text).not.toContain('<img');
      expect(page?.text).not.toMatch(INVISIBLE);
      expect(page?.text).toContain('&lt;img src=x onerror=alert(1)&gt;');
    },
  );

  it('does not repeat a code or a token', async () => {
    const seen: string[] = [];
    const { error, page } = await logIn({
      browse: async (url) =>
        await changing((parameters) => seen.push(parameters.get('code') ?? '')).open(url),
      intercept: (request, response) => {
        if (request.url !== '/token') return false;
        response.writeHead(400, { 'content-type': 'application/json' });
        const description = `the code ${seen[0]} (${seen[0]?.slice(3, 15)}) is bad`;
        response.end(JSON.stringify({ error: 'invalid_grant', error_description: description }));
        return true;
      },
    });
    expect(error?.found).toBe('the answer "invalid_grant": "the code … … is bad"');
    const told = JSON.stringify([error, error?.message, error?.cause, page?.text]);
    expect(told).not.toContain(seen[0]?.slice(3, 15));
  });
});

describe('an issuer', () => {
  it('that sends the code to another address gets no token from there', async () => {
    const elsewhere: string[] = [];
    const server = createServer(({ url = '' }, response) => {
      elsewhere.push(url);
      response.end();
    });
    await new Promise<void>((done) => {
      server.listen(0, '127.0.0.1', done);
    });
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    const location = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
    const { error, provider } = await logIn({
      intercept: instead('/token', 307, {}, { location }),
    });
    expect([error?.code, error?.at]).toEqual(['SERVICE_ANSWER_INVALID', provider.issuer]);
    expect(elsewhere).toEqual([]);
  });

  const DISCOVERY = '/.well-known/openid-configuration';

  it.each([
    ['authorization_endpoint', 'http://login.test/auth'],
    ['authorization_endpoint', 'javascript:alert(1)'],
    ['authorization_endpoint', 'nothing'],
    ['authorization_endpoint', undefined],
    ['token_endpoint', 'http://tokens.test/token'],
  ])('whose %s is %s is not used', async (field, value) => {
    const opened: string[] = [];
    const { error, provider } = await logIn({
      browse: async (url) => {
        opened.push(url);
        return await new Browser().open(url);
      },
      intercept: async (request, response) => {
        if (request.url !== DISCOVERY) return false;
        const issuer = `http://${request.headers.host}`;
        const metadata = {
          issuer,
          authorization_endpoint: `${issuer}/auth`,
          token_endpoint: `${issuer}/token`,
          id_token_signing_alg_values_supported: ['RS256'],
          [field]: value,
        };
        return await instead(DISCOVERY, 200, metadata)(request, response);
      },
    });
    expect([error?.code, error?.at?.replace(/tokens\.test/, '')]).toEqual([
      'LOGIN_FAILED',
      field === 'token_endpoint' ? 'http://' : provider.issuer,
    ]);
    expect(opened).toHaveLength(field === 'token_endpoint' ? 1 : 0);
    expect(tokenRequests(provider)).toBe(0);
  });

  it.each([
    ['answers garbage', 200, '"garbage"', 'LOGIN_FAILED'],
    ['says that it is another one', 200, { issuer: 'https://other.test' }, 'LOGIN_FAILED'],
    ['is not there', 404, {}, 'LOGIN_FAILED'],
    ['is somewhere else', 302, {}, 'SERVICE_ANSWER_INVALID'],
  ])('that %s is refused with its address', async (_, status, body, code) => {
    const location = { location: 'https://elsewhere.test' };
    const provider = await startProvider({ intercept: instead(DISCOVERY, status, body, location) });
    const error = await rejection(openIssuer({ issuer: provider.issuer, clientId: CLIENT }));
    expect([error?.code, error?.at]).toEqual([code, provider.issuer]);
    expect(error?.hint).toMatch(code === 'LOGIN_FAILED' ? /--oidc-issuer/ : /this address/);
  });

  it.each([
    ['without an identity token', { access_token: 'a', token_type: 'bearer' }, 'id_token'],
    [
      'with one that is none',
      { access_token: 'a', token_type: 'bearer', id_token: 'eyJ0b2tlbiI' },
      'JWT',
    ],
  ])('that answers %s ends the login without what it sent', async (_, body, word) => {
    const { error } = await logIn({ intercept: instead('/token', 200, body) });
    expect(error?.code).toBe('LOGIN_FAILED');
    expect(error?.found).toContain(word);
    expect(JSON.stringify([error, error?.message, error?.cause])).not.toContain('eyJ');
  });
});

describe('the address for the answer', () => {
  it('can be named, and a port that another program listens on is refused before any login', async () => {
    const server = createServer();
    await new Promise<void>((done) => {
      server.listen(0, '127.0.0.1', done);
    });
    const { port } = server.address() as AddressInfo;
    const redirect = new URL(`http://127.0.0.1:${port}${CALLBACK}`);
    const taken = await logIn({ redirect });
    expect([taken.error?.code, taken.error?.at]).toEqual(['PORT_UNAVAILABLE', `127.0.0.1:${port}`]);
    expect(taken.opened).toBe('');
    await new Promise((done) => {
      server.close(done);
    });
    const free = await logIn({ redirect });
    expect(new URL(free.opened).searchParams.get('redirect_uri')).toBe(redirect.href);
    expect(free.page?.url.origin).toBe(redirect.origin);
    expect(free.token).toBeDefined();
  });

  it.each<[string, string, RequestInit, string | undefined]>([
    ['another path', '/', {}, undefined],
    ['another method', CALLBACK, { method: 'POST' }, undefined],
    ['another name, as of a site that leads a browser here', CALLBACK, {}, 'evil.test'],
  ])('answers nothing to %s', async (_, path, { method = 'GET' }, host) => {
    const pages: number[] = [];
    const { token } = await logIn({
      browse: async (url) => {
        const { origin, port } = new URL(redirectOf(url));
        const state = new URL(url).searchParams.get('state') ?? '';
        const target = `${origin}${path}?code=x&state=${state}`;
        pages.push(
          await statusOf(target, method, host === undefined ? undefined : `${host}:${port}`),
        );
        return await new Browser().open(url);
      },
    });
    expect(pages).toEqual([404]);
    expect(token).toBeDefined();
  });
});

describe('a login that nobody answers', () => {
  it('ends after its time, with the way without a browser', async () => {
    const { error, page } = await logIn({
      timeoutMs: 1,
      browse: async () => await Promise.resolve(undefined),
    });
    expect([error?.code, error?.found]).toEqual(['LOGIN_FAILED', 'no answer within 1 seconds']);
    expect(error?.hint).toContain('--login device');
    expect(page).toBeUndefined();
  });

  it('ends when the user interrupts it', async () => {
    const controller = new AbortController();
    const login = logIn({
      signal: controller.signal,
      browse: async () => {
        controller.abort(new Error('interrupted by the test'));
        return await Promise.resolve(undefined);
      },
    });
    await expect(login).rejects.toThrow('interrupted by the test');
  });
});

function redirectOf(url: string): string {
  return new URL(url).searchParams.get('redirect_uri') ?? '';
}

function flipState(parameters: URLSearchParams): void {
  const state = parameters.get('state') ?? '';
  parameters.set(
    'state',
    state.replace(/[a-z]/i, (letter) =>
      letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
    ),
  );
}

/** With a Host header of one's own, which `fetch` does not send. */
async function statusOf(url: string, method: string, host = new URL(url).host): Promise<number> {
  const { request } = await import('node:http');
  return await new Promise((resolve, reject) => {
    const call = request(url, { method, headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    call.on('error', reject);
    call.end();
  });
}
