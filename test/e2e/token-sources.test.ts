// Evidence is signed by whoever the token of each place names.
import type { RequestListener } from 'node:http';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startSandbox, type Sandbox } from '../../src/io/sandbox/sandbox-server.ts';
import { withServer } from '../io/http/local-server.ts';
import { INPUTS, OUT, Workplace } from './emit.ts';

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox();
});

afterAll(async () => {
  await sandbox.close();
});

/** Signs with what the environment offers, runs the verify command that is printed, and names the signer. */
async function signerBy(
  env: Readonly<Record<string, string>>,
  words: readonly string[] = [],
): Promise<string> {
  const place = new Workplace();
  place.write('root.json', JSON.stringify(sandbox.trustedRoot));
  place.write('config.json', JSON.stringify(sandbox.signingConfigs['signing_config.json']));
  const flags = ['--signing-config', 'config.json', '--trusted-root', 'root.json', ...words];
  const run = await place.validate([...INPUTS, '--emit-evidence', OUT, ...flags], { env });
  expect(run.code).toBe(0);
  const verified = await place.repeat(run);
  expect(verified.code).toBe(0);
  const report = JSON.parse(verified.stdout) as { readonly signer: { readonly identity: string } };
  return report.signer.identity;
}

/** Signs while a service answers. */
async function signerOf(
  answer: RequestListener,
  environment: (url: string) => Readonly<Record<string, string>>,
): Promise<string> {
  let signer = '';
  await withServer(answer, async (url) => {
    signer = await signerBy(environment(url));
  });
  return signer;
}

describe('E-21 evidence is signed with the token of', () => {
  it('GitHub Actions', async () => {
    const workflow = 'https://github.com/o/r/.github/workflows/ci.yml@refs/heads/main';
    expect(await signerBy(sandbox.ambientEnv({ sub: workflow }))).toBe(workflow);
  });

  it('GitLab, which puts it into a variable', async () => {
    const sub = 'https://gitlab.com/g/p//.gitlab-ci.yml@refs/heads/main';
    const env = { GITLAB_CI: 'true', SIGSTORE_ID_TOKEN: sandbox.token({ sub }) };
    expect(await signerBy(env)).toBe(sub);
  });

  it('Buildkite', async () => {
    const sub = 'https://buildkite.com/o/p';
    const signer = await signerOf(
      (_, response) => void response.end(JSON.stringify({ token: sandbox.token({ sub }) })),
      (url) => ({
        BUILDKITE_AGENT_ENDPOINT: url,
        BUILDKITE_AGENT_ACCESS_TOKEN: 'secret-of-the-job',
        BUILDKITE_JOB_ID: '0190',
      }),
    );
    expect(signer).toBe(sub);
  });

  it('a machine of Google', async () => {
    const email = 'builder@project.iam.gserviceaccount.com';
    const signer = await signerOf(
      (_, response) =>
        void response.writeHead(200, { 'metadata-flavor': 'Google' }).end(sandbox.token({ email })),
      (url) => ({ GCE_METADATA_HOST: new URL(url).host }),
    );
    expect(signer).toBe(email);
  });

  it('SPIFFE', async () => {
    const sub = 'spiffe://cluster.example/ns/evidence/sa/signer';
    expect(await signerBy({ SIGSTORE_ID_TOKEN: sandbox.token({ sub }) })).toBe(sub);
  });

  it('another audience, where the user says that this Sigstore wants it', async () => {
    const words = ['--oidc-client-id', 'our-sigstore'];
    const token = sandbox.token({ aud: ['our-sigstore', 'sigstore'], email: 'a@b.test' });
    expect(await signerBy({ SIGSTORE_ID_TOKEN: token }, words)).toBe('a@b.test');
  });
});

describe('a token', () => {
  it('for another audience than the user says is refused before anything is signed', async () => {
    const place = new Workplace();
    const env = { SIGSTORE_ID_TOKEN: sandbox.token() };
    const words = [...INPUTS, '--emit-evidence', OUT, '--oidc-client-id', 'our-sigstore'];
    const { code, error } = await place.refused(words, { env });
    expect([code, error.code, error.at]).toEqual([3, 'SIGNING_FAILED', 'SIGSTORE_ID_TOKEN']);
    expect([error.found, error.expected]).toEqual([
      'a token for "sigstore"',
      'one for "our-sigstore"',
    ]);
  });

  const EXPIRED = { exp: 1 };
  const VALID_BEFORE = 'a token that expired at 1970-01-01T00:00:01.000Z';

  it.each<[string, string, (token: string) => [words: string[], options: object]]>([
    ['--identity-token', 'give --identity-token a', (token) => [['--identity-token', token], {}]],
    [
      'SIGSTORE_ID_TOKEN',
      'set SIGSTORE_ID_TOKEN to a',
      (token) => [[], { env: { SIGSTORE_ID_TOKEN: token } }],
    ],
    ['stdin', 'write a', (token) => [['--identity-token', '-'], { stdin: token }]],
  ])('that expired is named by where it comes from: %s', async (at, hint, given) => {
    const [words, options] = given(sandbox.token(EXPIRED));
    const run = await new Workplace().refused(
      [...INPUTS, '--emit-evidence', OUT, ...words],
      options,
    );
    expect([run.code, run.error.code, run.error.at]).toEqual([3, 'SIGNING_FAILED', at]);
    expect(run.error.found).toBe(VALID_BEFORE);
    expect(run.error.hint).toContain(`${hint} new identity token`);
  });

  it.each<[string, (url: string) => Readonly<Record<string, string>>]>([
    [
      'GitHub Actions',
      (url) => ({ ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'secret' }),
    ],
    [
      'Buildkite',
      (url) => ({
        BUILDKITE_AGENT_ENDPOINT: url,
        BUILDKITE_AGENT_ACCESS_TOKEN: 'secret-of-the-job',
        BUILDKITE_JOB_ID: '0190',
      }),
    ],
  ])('that expired is named by who gave it: %s', async (at, environment) => {
    const token = sandbox.token(EXPIRED);
    const answer: RequestListener = (_, response) =>
      void response.end(JSON.stringify({ token, value: token }));
    await withServer(answer, async (url) => {
      const words = [...INPUTS, '--emit-evidence', OUT];
      const run = await new Workplace().notSigned(words, { env: environment(url) });
      expect([run.code, run.error.code, run.error.at]).toEqual([3, 'SIGNING_FAILED', at]);
      expect(run.error.found).toBe(VALID_BEFORE);
      expect(run.error.hint).toContain('run it again');
    });
  });
});
