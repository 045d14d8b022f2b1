import { EvidenceError } from '../../errors/evidence-error.ts';
import { failed, startCallbackServer, type Shown } from './callback-server.ts';
import { SCOPE, challengeOf, pageOf, requireToken, type Issuer } from './issuer.ts';
import { loginFailed, orLoginFailed } from './login-failed.ts';

export interface BrowserSurroundings {
  /** Shows lines to the user. */
  readonly say: (text: string) => void;
  /** Opens a page in the browser of the user, if there is one. */
  readonly open: (url: string) => void;
  /** Who a token is of, for the page at the end. */
  readonly ownerOf: (token: string) => string;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number;
}

/** Time to find a password and a second factor. */
const TIMEOUT_MS = 5 * 60 * 1000;

const STRAY = failed(
  400,
  'This is not the answer to the login',
  'It belongs to another login, or to none. Nothing happened. Use the page that affidavit opened.',
);
const STRAY_LINE = 'An answer to another login came, and was not used. Still waiting.\n';
const LATE = failed(
  409,
  'This login is over',
  'It was answered before. Look at the terminal for its result.',
);
const DONE = 'You can close this page and go back to the terminal.';
const FAILED = 'You can close this page. The terminal says what to do next.';

/**
 * Opens the login page of an issuer, and waits for the browser to bring the answer.
 *
 * @param redirect an address of this machine; with port 0 any free one
 * @throws EvidenceError LOGIN_FAILED, SERVICE_FAILED, PORT_UNAVAILABLE
 */
export async function loginByBrowser(
  issuer: Issuer,
  redirect: URL,
  surroundings: BrowserSurroundings,
): Promise<string> {
  const { say, open, timeoutMs = TIMEOUT_MS } = surroundings;
  const server = await startCallbackServer(redirect);
  try {
    const login = await beginCode(issuer, server.redirectUri);
    const callback = new Callback(login, surroundings);
    server.listen(async (parameters) => await callback.answer(parameters));
    say(
      `Log in on the page that opens in your browser. If none opens, open this one:\n${login.url}\n`,
    );
    open(login.url);
    const end = endOf(issuer, timeoutMs, surroundings.signal);
    return await Promise.race([callback.token, end]);
  } finally {
    await server.close();
  }
}

/** Takes the one answer to a login. Whoever knows our address can send others, which change nothing. */
class Callback {
  readonly token: Promise<string>;
  readonly #settle: Pick<PromiseWithResolvers<string>, 'resolve' | 'reject'>;
  readonly #login: CodeLogin;
  readonly #surroundings: BrowserSurroundings;
  #isAnswered = false;
  #isWarned = false;

  constructor(login: CodeLogin, surroundings: BrowserSurroundings) {
    const { promise, ...settle } = Promise.withResolvers<string>();
    // It may fail while something else ends the login.
    promise.catch(() => undefined);
    this.token = promise;
    this.#settle = settle;
    this.#login = login;
    this.#surroundings = surroundings;
  }

  async answer(parameters: URLSearchParams): Promise<Shown> {
    const states = parameters.getAll('state');
    if (states.length !== 1 || states[0] !== this.#login.state) {
      // Once: any page in the browser can send as many as it likes.
      if (!this.#isWarned) this.#surroundings.say(STRAY_LINE);
      this.#isWarned = true;
      return STRAY;
    }
    if (this.#isAnswered) return LATE;
    this.#isAnswered = true;
    try {
      const token = await this.#login.finish(parameters);
      const page = {
        title: 'You are logged in',
        text: DONE,
        detail: this.#surroundings.ownerOf(token),
      };
      this.#settle.resolve(token);
      return { status: 200, isGood: true, ...page };
    } catch (error) {
      this.#settle.reject(error);
      const detail = error instanceof EvidenceError ? error.found : undefined;
      return failed(400, 'The login did not succeed', FAILED, detail);
    }
  }
}

async function endOf(
  { name }: Issuer,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<never> {
  signal?.throwIfAborted();
  const timeout = AbortSignal.timeout(timeoutMs);
  const { promise, reject } = Promise.withResolvers<never>();
  timeout.addEventListener('abort', () => {
    reject(
      loginFailed(name, {
        found: `no answer within ${Math.ceil(timeoutMs / 1000)} seconds`,
        expected: 'a login in the browser',
        hint: 'run the same command again; without a browser on this machine: --login device',
      }),
    );
  });
  signal?.addEventListener('abort', () => {
    reject(signal.reason);
  });
  return await promise;
}

// OpenID Connect Core §3.1, with PKCE.

/** A login in a browser that has begun. */
interface CodeLogin {
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
async function beginCode(issuer: Issuer, redirectUri: string): Promise<CodeLogin> {
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
