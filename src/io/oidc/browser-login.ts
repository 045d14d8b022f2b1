import { EvidenceError } from '../../errors/evidence-error.ts';
import { failed, startCallbackServer, type Shown } from './callback-server.ts';
import { beginCode, type CodeLogin } from './code-flow.ts';
import type { Issuer } from './issuer.ts';
import { loginFailed } from './login-failed.ts';

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
