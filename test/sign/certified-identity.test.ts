import { describe, expect, it } from 'vitest';

import { parseIdentityToken } from '../../src/sign/identity-token.ts';

function expected(claims: Readonly<Record<string, unknown>>): unknown {
  const body = { aud: 'sigstore', exp: 2_000_000_000, sub: 'somebody', ...claims };
  const parts = [{ alg: 'none' }, body].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  return parseIdentityToken([...parts, 'c2ln'].join('.'), new Date('2026-01-01')).expected;
}

const GITHUB = 'https://token.actions.githubusercontent.com';
const EKS = 'https://oidc.eks.eu-west-1.amazonaws.com/id/ABC';

describe('whom Fulcio certifies', () => {
  it.each<[string, Readonly<Record<string, unknown>>, string | undefined]>([
    [
      'https://accounts.google.com',
      { email: 'me@example.com', email_verified: true },
      'me@example.com',
    ],
    ['https://issuer.example', { email: 'me@example.com', email_verified: true }, 'me@example.com'],
    [
      GITHUB,
      { job_workflow_ref: 'o/r/.github/workflows/w.yml@refs/heads/main' },
      'https://github.com/o/r/.github/workflows/w.yml@refs/heads/main',
    ],
    [`${GITHUB}/acme`, { job_workflow_ref: 'o/r/w.yml@x' }, 'https://github.com/o/r/w.yml@x'],
    [
      'https://gitlab.com',
      { ci_config_ref_uri: 'gitlab.com/g/p//.gitlab-ci.yml@refs/heads/main' },
      'https://gitlab.com/g/p//.gitlab-ci.yml@refs/heads/main',
    ],
    [
      'https://agent.buildkite.com',
      { organization_slug: 'acme', pipeline_slug: 'build' },
      'https://buildkite.com/acme/build',
    ],
    [
      'https://oidc.circleci.com/org/1',
      { 'oidc.circleci.com/project-id': 'p', 'oidc.circleci.com/pipeline-definition-id': 'd' },
      'https://circleci.com/api/v2/projects/p/pipeline-definitions/d',
    ],
    [
      EKS,
      { 'kubernetes.io': { namespace: 'ci', serviceaccount: { name: 'builder' } } },
      'https://kubernetes.io/namespaces/ci/serviceaccounts/builder',
    ],
    ['https://issuer.example', { sub: 'spiffe://a.test/ci' }, 'spiffe://a.test/ci'],
    // Nothing published says it.
    ['https://issuer.example', { job_workflow_ref: 'o/r/w.yml@x' }, undefined],
    [`https://evil.example/?${GITHUB}`, { job_workflow_ref: 'o/r/w.yml@x' }, undefined],
    [`${GITHUB}.evil.example`, { job_workflow_ref: 'o/r/w.yml@x' }, undefined],
    [GITHUB, {}, undefined],
    [GITHUB, { job_workflow_ref: '' }, undefined],
    [GITHUB, { job_workflow_ref: 7 }, undefined],
    ['https://agent.buildkite.com', { organization_slug: 'acme' }, undefined],
    [EKS, { 'kubernetes.io': { namespace: 'ci' } }, undefined],
    [EKS, {}, undefined],
  ])('for a token of %s with %j is %s', (iss, claims, subject) => {
    expect(expected({ iss, ...claims })).toEqual({ subject, issuers: [iss] });
  });

  it('may name the issuer that somebody logged in at, by the login of Sigstore', () => {
    const claims = {
      iss: 'https://oauth2.sigstore.dev/auth',
      email: 'me@example.com',
      email_verified: true,
      federated_claims: { connector_id: 'https://github.com/login/oauth', user_id: '7' },
    };
    expect(expected(claims)).toEqual({
      subject: 'me@example.com',
      issuers: [claims.iss, 'https://github.com/login/oauth'],
    });
  });
});
