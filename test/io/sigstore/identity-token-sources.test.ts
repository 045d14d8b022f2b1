import type { RequestListener } from 'node:http';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { EvidenceError } from '../../../src/errors/evidence-error.ts';
import {
  findIdentityToken,
  type TokenChoice,
} from '../../../src/io/sigstore/identity-token-sources.ts';
import { publicGoodSigningConfig } from '../../../src/sign/public-good-signing-config.ts';
import { parseSigningConfig } from '../../../src/sign/signing-config.ts';
import { rejection } from '../../document/refusal.ts';
import { deadAddress, withServer } from '../http/local-server.ts';
import { scratch } from '../scratch.ts';

const SIGNING_CONFIG = parseSigningConfig(publicGoodSigningConfig(), 'signing_config.json');

interface Where {
  readonly choice?: Partial<TokenChoice>;
  /** Files of the machine, by name: `oidc-token`, `product_name`. */
  readonly files?: Readonly<Record<string, string>>;
  readonly googleCredentials?: string;
}

/** What this machine has does not count. */
async function tokenOf(environment: NodeJS.ProcessEnv, where: Where = {}): Promise<string> {
  const { choice, files, googleCredentials = 'https://nowhere.test' } = where;
  const folder = scratch(files);
  const found = await findIdentityToken(
    { identityToken: undefined, oidcClientId: undefined, login: undefined, ...choice },
    {
      environment,
      signingConfig: SIGNING_CONFIG,
      places: {
        tokenFile: join(folder, 'oidc-token'),
        productFile: join(folder, 'product_name'),
        googleCredentials,
      },
    },
  );
  return (typeof found === 'function' ? await found() : found).text;
}

async function refusalOf(environment: NodeJS.ProcessEnv, where?: Where): Promise<EvidenceError> {
  const error = await rejection(tokenOf(environment, where));
  if (error === undefined) throw new Error('a token came');
  return error;
}

interface Heard {
  readonly url: string;
  readonly request: string;
  readonly body: string;
}

/** A service of one answer, and what it was asked. */
async function withService(
  answer: RequestListener,
  call: (url: string) => Promise<unknown>,
): Promise<readonly Heard[]> {
  const urls: string[] = [];
  const heard = await withServer(
    (request, response) => {
      urls.push(request.url ?? '');
      answer(request, response);
    },
    async (url) => void (await call(url)),
  );
  return heard.map(({ method, headers, body }, index) => ({
    url: urls[index] ?? '',
    request: `${method} ${headers.authorization ?? String(headers['metadata-flavor'])}`,
    body,
  }));
}

function replying(status: number, body: string, headers = {}): RequestListener {
  return (_, response) => void response.writeHead(status, headers).end(body);
}

function github(url: string): NodeJS.ProcessEnv {
  return {
    ACTIONS_ID_TOKEN_REQUEST_URL: `${url}/token?api-version=2`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'bearer-secret',
  };
}

function buildkite(url: string): NodeJS.ProcessEnv {
  return {
    BUILDKITE_AGENT_ENDPOINT: `${url}/v3`,
    BUILDKITE_JOB_ID: 'job/1',
    BUILDKITE_AGENT_ACCESS_TOKEN: 'bearer-secret',
  };
}

function google(url: string): NodeJS.ProcessEnv {
  return { GCE_METADATA_HOST: new URL(url).host };
}

const FLAVOR = { 'metadata-flavor': 'Google' };

describe('errors about an identity token', () => {
  it('name the file that it was in', async () => {
    const place = { identityToken: undefined, oidcClientId: undefined, login: undefined };
    const tokenFile = join(scratch({ 'oidc-token': 'of-file' }), 'oidc-token');
    const places = { tokenFile, productFile: 'nowhere', googleCredentials: 'https://nowhere.test' };
    const surroundings = { environment: {}, signingConfig: SIGNING_CONFIG, places };
    const found = await findIdentityToken(place, surroundings);
    const { source } = typeof found === 'function' ? await found() : found;
    expect(source).toMatchObject({ name: tokenFile, renew: expect.stringContaining('this file') });
  });
});

describe('an identity token', () => {
  it('comes from the flag, else of the first source that is there, and no other is asked', async () => {
    const seen = await withService(replying(500, ''), async (url) => {
      const all = {
        SIGSTORE_ID_TOKEN: 'of-variable',
        ...github(url),
        ...buildkite(url),
        ...google(url),
      };
      const files = { 'oidc-token': 'of-file' };
      expect(await tokenOf(all, { files, choice: { identityToken: 'of-flag' } })).toBe('of-flag');
      expect(await tokenOf(all, { files })).toBe('of-variable');
      expect(await tokenOf({ SIGSTORE_ID_TOKEN: '', ...google(url) }, { files })).toBe('of-file');
    });
    expect(seen).toEqual([]);
  });

  it('an empty flag is no token, and no other source replaces it', async () => {
    const environment = { SIGSTORE_ID_TOKEN: 'of-somebody-else' };
    const error = await refusalOf(environment, { choice: { identityToken: '' } });
    expect(error.code).toBe('TOKEN_MISSING');
  });

  // At once: each is asked again after a pause.
  it.concurrent.each([
    ['GitHub Actions', github],
    ['Buildkite', buildkite],
    ['Google', google],
  ])('of %s that fails is not replaced by that of a later source', async (_, variables) => {
    const dead = await deadAddress();
    const files = { product_name: 'Google' };
    const error = await refusalOf(variables(dead), { files });
    expect([error.code, error.at]).toEqual(['SERVICE_UNREACHABLE', dead]);
  });

  it.each<[string, NodeJS.ProcessEnv, string]>([
    ['anywhere', {}, '--login browser'],
    ['in GitHub Actions', { GITHUB_ACTIONS: 'true' }, 'id-token: write'],
    ['in GitLab', { GITLAB_CI: 'true' }, 'id_tokens: { SIGSTORE_ID_TOKEN: { aud: sigstore } }'],
  ])(
    'E-22 without any source %s names them all, and what to do there',
    async (_, environment, hint) => {
      const error = await refusalOf(environment);
      expect([error.code, error.class]).toEqual(['TOKEN_MISSING', 'usage']);
      const words = [
        '--identity-token',
        '--login',
        'SIGSTORE_ID_TOKEN',
        'id-token: write',
        'Buildkite',
        '--key',
      ];
      for (const word of [...words, 'oidc-token', 'Google']) expect(error.expected).toContain(word);
      for (const word of [hint, '--sandbox', '--no-sign']) expect(error.hint).toContain(word);
    },
  );
});

describe('the token of', () => {
  it('GitHub Actions is asked for with the audience and the credential', async () => {
    const seen = await withService(replying(200, '{"value":"of-github"}'), async (url) => {
      expect(await tokenOf(github(url))).toBe('of-github');
      await tokenOf(github(url), { choice: { oidcClientId: 'other' } });
    });
    const request = 'GET Bearer bearer-secret';
    expect(seen).toEqual([
      { url: '/token?api-version=2&audience=sigstore', request, body: '' },
      { url: '/token?api-version=2&audience=other', request, body: '' },
    ]);
  });

  it('Buildkite is asked for in the name of the job', async () => {
    const seen = await withService(replying(201, '{"token":"of-buildkite"}'), async (url) => {
      expect(await tokenOf(buildkite(url))).toBe('of-buildkite');
    });
    expect(seen).toEqual([
      {
        url: '/v3/jobs/job%2F1/oidc/tokens',
        request: 'POST Token bearer-secret',
        body: '{"audience":"sigstore"}',
      },
    ]);
  });

  it('a SPIFFE helper, or of Kubernetes, is read from its file each time', async () => {
    const files = { 'oidc-token': ' of-file\n' };
    expect(await tokenOf({}, { files })).toBe('of-file');
    const empty = await refusalOf({}, { files: { 'oidc-token': '\n' } });
    expect([empty.code, empty.found]).toEqual(['SIGNING_FAILED', 'nothing']);
    const large = await refusalOf({}, { files: { 'oidc-token': 'a'.repeat(1024 * 1024 + 1) } });
    expect([large.code, large.found]).toEqual(['SIGNING_FAILED', 'more than 1048576 bytes']);
    expect(large.at).toMatch(/oidc-token$/);
  });

  it.each<[string, NodeJS.ProcessEnv, string | undefined]>([
    ['the name of its product', {}, 'Google Compute Engine\n'],
    ['the name of its product in short', {}, 'Google'],
    ['a variable', {}, undefined],
  ])('a machine of Google is asked for where %s shows it', async (_, variables, product) => {
    const seen = await withService(replying(200, 'of-google\n', FLAVOR), async (url) => {
      const environment = { ...variables, ...google(url) };
      const files = product === undefined ? {} : { product_name: product };
      expect(await tokenOf(environment, { files })).toBe('of-google');
    });
    const path = '/computeMetadata/v1/instance/service-accounts/default/identity';
    const url = `${path}?audience=sigstore&format=full`;
    expect(seen).toEqual([{ url, request: 'GET Google', body: '' }]);
  });

  it.each([
    [{ product_name: 'Somebody else' }, {}],
    [{}, {}],
    [{ product_name: 'Google' }, { NO_GCE_CHECK: 'true' }],
  ])('no machine of Google is asked for elsewhere: %s %s', async (files, environment) => {
    expect((await refusalOf(environment, { files })).code).toBe('TOKEN_MISSING');
  });

  it('another account of Google is asked for with the credential of the machine', async () => {
    const answer: RequestListener = (request, response) => {
      const body =
        request.method === 'GET' ? { access_token: 'of-machine' } : { token: 'of-account' };
      response.writeHead(200, FLAVOR).end(JSON.stringify(body));
    };
    const seen = await withService(answer, async (url) => {
      const account = 'signer@project.iam.gserviceaccount.com';
      const environment = { ...google(url), GOOGLE_SERVICE_ACCOUNT_NAME: account };
      expect(await tokenOf(environment, { googleCredentials: url })).toBe('of-account');
    });
    expect(seen.map(({ request }) => request)).toEqual(['GET Google', 'POST Bearer of-machine']);
    expect(seen[1]?.url).toBe(
      '/v1/projects/-/serviceAccounts/signer%40project.iam.gserviceaccount.com:generateIdToken',
    );
    expect(seen[1]?.body).toBe('{"audience":"sigstore","includeEmail":true}');
  });

  it('Google is not taken from a service that does not say that it is Google', async () => {
    await withService(replying(200, 'of-somebody'), async (url) => {
      const error = await refusalOf(google(url));
      expect([error.code, error.at]).toEqual(['SERVICE_ANSWER_INVALID', url]);
      expect(error.found).toContain('metadata service of Google');
      expect(JSON.stringify(error)).not.toContain('of-somebody');
    });
  });
});

describe.each([
  ['GitHub Actions', github, 'ACTIONS_ID_TOKEN_REQUEST_URL'],
  ['Buildkite', buildkite, 'BUILDKITE_AGENT_ENDPOINT'],
] as const)('a token service of %s', (_, variables, name) => {
  it.each([
    ['answers no', 403, '{"message":"forbidden"}', 'SERVICE_FAILED'],
    ['answers garbage', 200, 'not json', 'SERVICE_ANSWER_INVALID'],
    ['answers without a token', 200, '{"count":1}', 'SERVICE_FAILED'],
    ['answers with an empty token', 200, '{"value":"","token":""}', 'SERVICE_FAILED'],
    ['sends us elsewhere', 302, '', 'SERVICE_FAILED'],
  ])('that %s is refused with the place', async (_case, status, body, code) => {
    const location = { location: 'http://127.0.0.1:1/elsewhere' };
    const seen = await withService(replying(status, body, location), async (url) => {
      const error = await refusalOf(variables(url));
      expect([error.code, error.at]).toEqual([code, url]);
      expect(JSON.stringify([error, error.message])).not.toContain('bearer-secret');
    });
    expect(seen).toHaveLength(1);
  });

  it('is never asked in the clear', async () => {
    const error = await refusalOf(variables('http://tokens.test'));
    expect([error.code, error.at]).toEqual(['SIGNING_FAILED', name]);
  });

  it.each(['{"message":"no: Bearer bearer-secret"}', '{"message":"bearer-secr"}', 'bearer-secret'])(
    'that repeats the credential is refused without it (%s)',
    async (body) => {
      await withService(replying(403, body), async (url) => {
        const address = variables(url)[name] ?? '';
        const error = await refusalOf({ ...variables(url), [name]: `${address}?key=query-secret` });
        expect([error.code, error.at]).toEqual(['SERVICE_FAILED', url]);
        expect(JSON.stringify([error, error.message])).not.toMatch(/er-secr|query-secret/);
      });
    },
  );

  it.each(['https://user:pass-word@tokens.test/x', 'user:pass-word@'])(
    'is not asked with a password in the address, which is not shown: %s',
    async (address) => {
      const error = await refusalOf({ ...variables('https://a.test'), [name]: address });
      expect([error.code, error.at]).toEqual(['SIGNING_FAILED', name]);
      expect(JSON.stringify([error, error.message])).not.toContain('pass-word');
    },
  );
});

describe('the token of a login', () => {
  it('is asked for once, when it is needed, however often a signature is made', async () => {
    const seen = await withService(replying(404, '{}'), async (url) => {
      const text = Buffer.from(publicGoodSigningConfig())
        .toString()
        .replaceAll(/https:\/\/[^/"]*/g, url);
      const found = await findIdentityToken(
        {
          identityToken: undefined,
          oidcClientId: undefined,
          login: { way: 'device', issuer: undefined, redirectUrl: undefined, yes: false },
        },
        {
          environment: { SIGSTORE_ID_TOKEN: 'of-somebody-else' },
          signingConfig: parseSigningConfig(Buffer.from(text), 'signing_config.json'),
        },
      );
      if (typeof found !== 'function') throw new Error('no login');
      expect((await rejection(found()))?.code).toBe('LOGIN_FAILED');
      expect((await rejection(found()))?.code).toBe('LOGIN_FAILED');
    });
    expect(seen.map(({ url }) => url)).toEqual(['/auth/.well-known/openid-configuration']);
  });
});
