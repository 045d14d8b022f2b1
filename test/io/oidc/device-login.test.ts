// Logins on another device, at a real OpenID provider.
import { describe, expect, it } from 'vitest';

import type { EvidenceError } from '../../../src/errors/evidence-error.ts';
import { beginDevice } from '../../../src/io/oidc/device-login.ts';
import { loginByDevice } from '../../../src/io/oidc/device-login.ts';
import { openIssuer } from '../../../src/io/oidc/issuer.ts';
import { parseIdentityToken } from '../../../src/sign/identity-token.ts';
import { rejection } from '../../document/refusal.ts';
import {
  ACCOUNT,
  Browser,
  CLIENT,
  instead,
  startProvider,
  type ProviderOptions,
  type TestProvider,
} from './provider.ts';

interface LoginOptions extends ProviderOptions {
  /** What the user does in the pauses, one after the other. */
  readonly inPauses?: readonly ((said: string) => Promise<unknown>)[];
}

interface Outcome {
  readonly provider: TestProvider;
  readonly token: string | undefined;
  readonly error: EvidenceError | undefined;
  readonly said: string;
  /** In seconds. */
  readonly pauses: readonly number[];
}

async function logIn({ inPauses = [], ...options }: LoginOptions = {}): Promise<Outcome> {
  const provider = await startProvider(options);
  const said: string[] = [];
  const pauses: number[] = [];
  let token: string | undefined;
  const error = await rejection(
    (async () => {
      const issuer = await openIssuer({ issuer: provider.issuer, clientId: CLIENT });
      token = await loginByDevice(await beginDevice(issuer), {
        say: (text) => said.push(text),
        wait: async (ms) => {
          pauses.push(ms / 1000);
          await inPauses[pauses.length - 1]?.(said.join(''));
        },
      });
    })(),
  );
  return { provider, token, error, said: said.join(''), pauses };
}

const nothing = async (): Promise<void> => {
  await Promise.resolve();
};

/** Types the code on the page that was named, and goes on. */
async function typeCode(said: string, button: 'confirm' | 'abort' = 'confirm'): Promise<string> {
  const [, page = '', code = ''] =
    /^Open (\S+) on any device, and type the code "(.*)"$/m.exec(said) ?? [];
  const browser = new Browser();
  const form = await browser.open(page);
  const question = await browser.submit(form, { user_code: code });
  return (await browser.submit(question, { [button]: 'yes' })).text;
}

const refuse = async (said: string): Promise<string> => await typeCode(said, 'abort');

describe('a login on another device', () => {
  it('gives the token of whoever types the code, and waits until then', async () => {
    const {
      token = '',
      pauses,
      said,
      provider,
    } = await logIn({
      inPauses: [nothing, nothing, typeCode],
    });
    expect(parseIdentityToken(token, new Date()).subject).toBe(ACCOUNT);
    expect(pauses).toEqual([5, 5, 5]);
    expect(said).not.toContain(token);
    expect(provider.requests.filter((request) => request === 'POST /token')).toHaveLength(3);
  });

  it('names the page with the code filled in too', async () => {
    const { said } = await logIn({ inPauses: [typeCode] });
    const [, code = ''] = /type the code "(.*)"/.exec(said) ?? [];
    expect(said).toMatch(
      new RegExp(`^or open http://127.0.0.1:\\d+/device\\?user_code=${code}$`, 'm'),
    );
  });

  it('sends PKCE: the verifier belongs to the challenge', async () => {
    const sent: string[] = [];
    await logIn({
      intercept: async (request, response) => {
        if (request.url !== '/device/auth' && request.url !== '/token') return false;
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        sent.push(Buffer.concat(chunks).toString());
        const path = request.url;
        const begun = {
          device_code: 'd',
          user_code: 'u',
          verification_uri: 'https://a.test',
          expires_in: 60,
        };
        return await (path === '/token'
          ? instead(path, 400, { error: 'access_denied' })(request, response)
          : instead(path, 200, begun)(request, response));
      },
    });
    const [begun, polled] = sent.map((body) => new URLSearchParams(body));
    const { createHash } = await import('node:crypto');
    const verifier = polled?.get('code_verifier') ?? '';
    expect(verifier).toMatch(/^[\w-]{43}$/);
    expect(begun?.get('code_challenge_method')).toBe('S256');
    expect(begun?.get('code_challenge')).toBe(
      createHash('sha256').update(verifier).digest('base64url'),
    );
    expect(polled?.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:device_code');
  });
});

describe('an issuer', () => {
  it('that says slow_down is asked less often from then on', async () => {
    let calls = 0;
    const { token, pauses } = await logIn({
      inPauses: [nothing, nothing, nothing, typeCode],
      intercept: async (request, response) => {
        if (request.url !== '/token') return false;
        calls += 1;
        return calls > 2
          ? false
          : await instead('/token', 400, { error: 'slow_down' })(request, response);
      },
    });
    expect(pauses).toEqual([5, 10, 15, 15]);
    expect(token).toBeDefined();
  });

  it('at which the user refuses ends the login', async () => {
    const { error, pauses } = await logIn({ inPauses: [refuse] });
    expect([error?.code, error?.hint]).toEqual(['LOGIN_FAILED', 'log in again, and allow it']);
    expect(error?.found).toContain('access_denied');
    expect(pauses).toHaveLength(1);
  });

  it('that says expired_token ends the login', async () => {
    const { error, provider } = await logIn({
      intercept: instead('/token', 400, { error: 'expired_token' }),
    });
    expect([error?.code, error?.at]).toEqual(['LOGIN_FAILED', provider.issuer]);
    expect(error?.found).toBe('the answer "expired_token"');
    expect(error?.hint).toContain('before it expires');
  });

  it('that says with status 200 what is wrong is shown with its own words', async () => {
    const { error, provider } = await logIn({
      intercept: instead('/token', 200, {
        error: 'invalid_grant',
        error_description: `the code is of ${'x'.repeat(5000)}`,
      }),
    });
    expect([error?.code, error?.at]).toEqual(['LOGIN_FAILED', provider.issuer]);
    expect(error?.found).toContain('the answer "invalid_grant": "the code is of x');
    expect(error?.found.length).toBeLessThan(2500);
  });

  it('that says with status 200 that the login is pending is asked again', async () => {
    const polls: string[] = [];
    const { token, pauses } = await logIn({
      inPauses: [nothing, typeCode],
      intercept: async (request, response) => {
        if (request.url !== '/token' || polls.length > 0) return false;
        polls.push(request.url);
        return await instead('/token', 200, { error: 'authorization_pending' })(request, response);
      },
    });
    expect(token).toBeDefined();
    expect(pauses).toHaveLength(2);
  });

  it('that never says that the code expired is not asked for ever', async () => {
    const { error, pauses } = await logIn({ configuration: { ttl: { DeviceCode: 20 } } });
    expect([error?.code, error?.found]).toEqual(['LOGIN_FAILED', 'no login within 20 seconds']);
    expect(pauses).toEqual([5, 5, 5, 5]);
  });

  const BEGUN = {
    device_code: 'the-secret-code-of-the-device',
    user_code: 'ABCD',
    verification_uri: 'https://login.test/device',
    expires_in: 600,
  };

  it.each([
    ['verification_uri', 'http://login.test/device'],
    ['verification_uri', 'javascript:alert(1)'],
    ['verification_uri_complete', 'http://login.test/device?code=ABCD'],
  ])('whose %s is %s is refused, and nobody is sent there', async (field, value) => {
    const { error, said } = await logIn({
      intercept: instead('/device/auth', 200, { ...BEGUN, [field]: value }),
    });
    expect(error?.code).toBe('LOGIN_FAILED');
    expect(error?.found).toContain(field);
    expect(said).toBe('');
  });

  it('that sends a code with controls in it changes no line of the terminal', async () => {
    const { said } = await logIn({
      intercept: async (request, response) =>
        (await instead('/device/auth', 200, { ...BEGUN, user_code: 'A\u001b[2J\nOpen <b>' })(
          request,
          response,
        )) || (await instead('/token', 400, { error: 'access_denied' })(request, response)),
    });
    expect(said).toContain(String.raw`type the code "A\u001b[2J\nOpen <b>"`);
    expect(said).not.toContain('\u001b');
    expect(said.split('\n')).toHaveLength(2);
  });

  it('that asks for hardly a pause is asked once a second', async () => {
    const { pauses } = await logIn({
      intercept: async (request, response) =>
        (await instead('/device/auth', 200, { ...BEGUN, interval: 0.01 })(request, response)) ||
        (await instead('/token', 400, { error: 'access_denied' })(request, response)),
    });
    expect(pauses).toEqual([1]);
  });

  it.each([
    [100_000, 600, 600],
    [2000, 5000, 1800],
  ])('that asks for a pause of %i s in %i s is not waited for', async (interval, expires, end) => {
    const { error, said, pauses } = await logIn({
      intercept: instead('/device/auth', 200, { ...BEGUN, interval, expires_in: expires }),
    });
    expect(error?.code).toBe('SERVICE_ANSWER_INVALID');
    expect(error?.found).toContain(`a pause of ${interval} s for a login that ends after ${end} s`);
    expect([said, pauses]).toEqual(['', []]);
  });

  it('that sends one byte after the other is given up', async () => {
    const provider = await startProvider({
      intercept: (_, response) => {
        response.writeHead(200);
        const drip = setInterval(() => response.write(' '), 20);
        response.on('close', () => clearInterval(drip));
        return true;
      },
    });
    const { issuer } = provider;
    const error = await rejection(openIssuer({ issuer, clientId: CLIENT, timeoutMs: 200 }));
    expect([error?.code, error?.at]).toEqual(['SERVICE_SLOW', issuer]);
    expect(provider.requests).toHaveLength(1);
  });

  it('that repeats the code of the device in an error is refused without it', async () => {
    const { error } = await logIn({
      intercept: async (request, response) =>
        (await instead('/device/auth', 200, BEGUN)(request, response)) ||
        (await instead('/token', 400, {
          error: 'invalid_grant',
          error_description: `no ${BEGUN.device_code}`,
        })(request, response)),
    });
    expect(error?.found).toBe('the answer "invalid_grant": "no …"');
  });

  it('without a device login is refused, with what it lacks', async () => {
    const { error } = await logIn({
      configuration: { features: { devInteractions: { enabled: false } } },
    });
    expect(error?.code).toBe('LOGIN_FAILED');
    expect(error?.found).toContain('device_authorization_endpoint');
  });
});
