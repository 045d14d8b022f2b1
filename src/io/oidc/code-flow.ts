// OpenID Connect Core §3.1, with PKCE.

import { SCOPE, challengeOf, pageOf, requireToken, type Issuer } from './issuer.ts';
import { orLoginFailed } from './login-failed.ts';

/** A login in a browser that has begun. */
export interface CodeLogin {
  /** The page to open. */
  readonly url: string;
  /** What an answer to this login repeats, and no other. */
  readonly state: string;
  /** Takes the answer, and gets the identity token for the code in it. */
  finish(parameters: URLSearchParams): Promise<string>;
}

/** What binds page, answer and token to one login. */
interface Ties {
  readonly redirectUri: string;
  readonly state: string;
  readonly nonce: string;
  /** Of PKCE. */
  readonly verifier: string;
}

/** @throws EvidenceError LOGIN_FAILED; its `finish`: SERVICE_FAILED too */
export async function beginCode(issuer: Issuer, redirectUri: string): Promise<CodeLogin> {
  const { oauth, name } = issuer;
  const state = oauth.generateRandomState();
  const nonce = oauth.generateRandomNonce();
  const verifier = oauth.generateRandomCodeVerifier();
  const ties = { redirectUri, state, nonce, verifier };
  return {
    url: await loginUrl(issuer, ties),
    state,
    finish: async (parameters) =>
      await orLoginFailed(
        name,
        { secrets: [...parameters.getAll('code'), verifier] },
        async () => await tokenFor(parameters, issuer, ties),
      ),
  };
}

async function loginUrl(issuer: Issuer, ties: Ties): Promise<string> {
  const { server, client } = issuer;
  const url = pageOf(issuer, 'authorization_endpoint', server.authorization_endpoint);
  const query = {
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri: ties.redirectUri,
    scope: SCOPE,
    state: ties.state,
    nonce: ties.nonce,
    ...(await challengeOf(issuer, ties.verifier)),
  };
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url.href;
}

async function tokenFor(
  parameters: URLSearchParams,
  issuer: Issuer,
  { redirectUri, state, nonce, verifier }: Ties,
): Promise<string> {
  const { oauth, server, client, auth, http } = issuer;
  // State, and the issuer (RFC 9207).
  const answer = oauth.validateAuthResponse(server, client, parameters, state);
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    auth,
    answer,
    redirectUri,
    verifier,
    http,
  );
  const checks = { expectedNonce: nonce, requireIdToken: true };
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, checks);
  return requireToken(issuer, tokens);
}
