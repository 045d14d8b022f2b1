import { setTimeout as pause } from 'node:timers/promises';

import { quote } from '../../quote.ts';
import { answerInvalid } from '../http/no-answer.ts';
import { SCOPE, challengeOf, pageOf, requireToken, type Issuer } from './issuer.ts';
import { loginFailed, orLoginFailed } from './login-failed.ts';

/** A login on another device that has begun. */
interface DeviceLogin {
  readonly issuer: string;
  readonly userCode: string;
  readonly page: string;
  /** The page with the code filled in, if the issuer has one. */
  readonly pageWithCode: string | undefined;
  readonly intervalSeconds: number;
  readonly expiresSeconds: number;
  /** Asks once. */
  poll(): Promise<Poll>;
}

type Poll = { readonly token: string } | 'pending' | 'slow-down';

interface Surroundings {
  /** Shows lines to the user. */
  readonly say: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
  /** For tests. */
  readonly wait?: (ms: number) => Promise<unknown>;
}

/** RFC 8628 §3.5 */
const SLOWER_SECONDS = 5;
/** Whatever the issuer says: nobody waits longer for a code. */
const MAX_WAIT_SECONDS = 30 * 60;

/**
 * Shows a code that the user types on any device, and asks for the token until it is there.
 *
 * @throws EvidenceError LOGIN_FAILED, SERVICE_FAILED, SERVICE_ANSWER_INVALID
 */
export async function loginByDevice(
  login: DeviceLogin,
  { say, signal, wait = async (ms) => await pause(ms, undefined, { signal }) }: Surroundings,
): Promise<string> {
  const end = Math.min(login.expiresSeconds, MAX_WAIT_SECONDS);
  // One second at least: a 0 would be requests without a pause.
  let interval = Math.max(1, login.intervalSeconds);
  if (interval > end) refuseInterval(login.issuer, interval, end);
  say(instructions(login));
  for (let waited = interval; waited <= end; waited += interval) {
    await wait(interval * 1000);
    const answer = await login.poll();
    if (typeof answer === 'object') return answer.token;
    if (answer === 'slow-down') interval += SLOWER_SECONDS;
  }
  const hint = 'run the same command again, and type the code sooner';
  const found = `no login within ${end} seconds`;
  throw loginFailed(login.issuer, { found, expected: 'a login before the code expires', hint });
}

/** It could not be asked for the token even once. */
function refuseInterval(issuer: string, interval: number, end: number): never {
  const service = { name: 'identity provider', at: issuer, secrets: [] };
  const what = `a pause of ${interval} s for a login that ends after ${end} s`;
  throw answerInvalid(service, 200, what);
}

function instructions({ page, pageWithCode, userCode }: DeviceLogin): string {
  const short = pageWithCode === undefined ? [] : [`or open ${pageWithCode}`];
  return [`Open ${page} on any device, and type the code ${quote(userCode)}`, ...short, ''].join(
    '\n',
  );
}

// OAuth 2.0 Device Authorization Grant: RFC 8628.

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
