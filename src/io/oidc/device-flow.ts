// OAuth 2.0 Device Authorization Grant: RFC 8628.

import type { DeviceLogin, Poll } from './device-login.ts';
import { SCOPE, challengeOf, pageOf, requireToken, type Issuer } from './issuer.ts';
import { orLoginFailed } from './login-failed.ts';

/** §3.2 */
const DEFAULT_INTERVAL_SECONDS = 5;

/** @throws EvidenceError SERVICE_FAILED, LOGIN_FAILED; so does its `poll` */
export async function beginDevice(issuer: Issuer): Promise<DeviceLogin> {
  const { name, oauth, server, client, auth, http } = issuer;
  const verifier = oauth.generateRandomCodeVerifier();
  const begun = await orLoginFailed(name, {}, async () => {
    const parameters = { scope: SCOPE, ...(await challengeOf(issuer, verifier)) };
    const response = await oauth.deviceAuthorizationRequest(server, client, auth, parameters, http);
    return await oauth.processDeviceAuthorizationResponse(server, client, response);
  });
  const complete = begun.verification_uri_complete;
  return {
    issuer: name,
    userCode: begun.user_code,
    page: pageOf(issuer, 'verification_uri', begun.verification_uri).href,
    pageWithCode:
      complete === undefined
        ? undefined
        : pageOf(issuer, 'verification_uri_complete', complete).href,
    intervalSeconds: begun.interval ?? DEFAULT_INTERVAL_SECONDS,
    expiresSeconds: begun.expires_in,
    poll: async () =>
      await orLoginFailed(
        name,
        { secrets: [begun.device_code, verifier] },
        async () => await poll(issuer, begun.device_code, verifier),
      ),
  };
}

async function poll(issuer: Issuer, code: string, verifier: string): Promise<Poll> {
  const { oauth, server, client, auth, http } = issuer;
  const options = { ...http, additionalParameters: { code_verifier: verifier } };
  const response = await oauth.deviceCodeGrantRequest(server, client, auth, code, options);
  try {
    const tokens = await oauth.processDeviceCodeResponse(server, client, response);
    return { token: requireToken(issuer, tokens) };
  } catch (error) {
    // §3.5: everything else ends the login.
    if (!(error instanceof oauth.ResponseBodyError)) throw error;
    if (error.error === 'authorization_pending') return 'pending';
    if (error.error === 'slow_down') return 'slow-down';
    throw error;
  }
}
