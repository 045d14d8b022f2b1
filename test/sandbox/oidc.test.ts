import { createPublicKey, verify } from 'node:crypto';

import { CIContextProvider } from '@sigstore/sign';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import { startSandbox, type Sandbox } from '../../src/io/sandbox/sandbox-server.ts';
import { SANDBOX_ISSUER } from '../../src/sandbox/oidc.ts';
import { at, get, textAt } from './ask.ts';
import { signIn, verifyUnder } from './sign-in-sandbox.ts';

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox();
});

afterAll(async () => {
  await sandbox.close();
});

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('the OpenID provider', () => {
  it('publishes the key that verifies its tokens, and nothing of the private one', async () => {
    const discovery = await get(`${sandbox.url}/.well-known/openid-configuration`);
    expect(discovery.body).toMatchObject({
      issuer: SANDBOX_ISSUER,
      id_token_signing_alg_values_supported: ['RS256'],
    });
    const { body } = await get(textAt(discovery.body, 'jwks_uri'));
    const jwk = { kty: 'RSA', n: textAt(body, 'keys', 0, 'n'), e: textAt(body, 'keys', 0, 'e') };
    expect(at(body, 'keys', 0, 'd')).toBeUndefined();
    const [header = '', payload = '', signature = ''] = sandbox.token().split('.');
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({
      alg: 'RS256',
      typ: 'JWT',
      kid: at(body, 'keys', 0, 'kid'),
    });
    const key = createPublicKey({ format: 'jwk', key: jwk });
    const signed = Buffer.from(`${header}.${payload}`);
    expect(verify('sha256', signed, key, Buffer.from(signature, 'base64url'))).toBe(true);
  });

  it('gives a token to whoever asks as a GitHub Actions job does, and to nobody else', async () => {
    const subject = 'https://github.com/acme/widget/.github/workflows/ci.yml@refs/heads/main';
    for (const [name, value] of Object.entries(sandbox.ambientEnv({ sub: subject }))) {
      vi.stubEnv(name, value);
    }
    const token = await new CIContextProvider('sigstore').getToken();
    const bundle = await signIn(sandbox, 'v1', token);
    const { identity } = verifyUnder(sandbox, 'v1', bundle);
    expect(identity?.subjectAlternativeName).toBe(subject);
    expect((await get(`${sandbox.url}/oidc?audience=sigstore`)).status).toBe(401);
  });

  it('can take its own address for the issuer', async () => {
    const own = await startSandbox({ issuer: (url) => url });
    try {
      const bundle = await signIn(own, 'v1');
      const { identity } = verifyUnder(own, 'v1', bundle);
      expect(identity?.extensions?.issuer).toBe(own.url);
    } finally {
      await own.close();
    }
  });
});
