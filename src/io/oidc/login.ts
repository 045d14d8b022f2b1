import type { EvidenceError } from '../../errors/evidence-error.ts';
import { refusal } from '../../place.ts';
import { escapeInvisible } from '../../quote.ts';
import { parseIdentityToken } from '../../sign/identity-token.ts';
import { loginNotice, type LoginPlace } from '../../sign/login-notice.ts';
import { confirm, type Terminal } from '../process/confirm.ts';
import { loginByBrowser } from './browser-login.ts';
import { beginDevice, loginByDevice } from './device-login.ts';
import { openIssuer } from './issuer.ts';
import { openBrowser } from './open-browser.ts';

export interface Login extends LoginPlace {
  readonly way: 'browser' | 'device';
  readonly clientId: string;
  /** Where the browser brings the answer; undefined: any free port of this machine. */
  readonly redirectUrl: URL | undefined;
  /** What becomes public was agreed to before. */
  readonly yes: boolean;
}

interface Surroundings {
  readonly terminal: Terminal;
  readonly signal?: AbortSignal | undefined;
}

/** By name, as other Sigstore clients do: private issuers list this address, with any port. */
const REDIRECT = new URL('http://localhost:0/auth/callback');

/**
 * Logs in and gives the identity token, after a yes.
 *
 * @throws EvidenceError LOGIN_FAILED, SERVICE_FAILED and its like, PORT_UNAVAILABLE, SIGNING_FAILED
 */
export async function logIn(login: Login, { terminal, signal }: Surroundings): Promise<string> {
  const say = (text: string): void => {
    terminal.output.write(escapeLines(text));
  };
  const { clientId, redirectUrl = REDIRECT } = login;
  const ownerOf = (token: string): string =>
    parseIdentityToken(token, new Date(), clientId).subject;
  const issuer = await openIssuer(login);
  const token =
    login.way === 'device'
      ? await loginByDevice(await beginDevice(issuer), { say, signal })
      : await loginByBrowser(issuer, redirectUrl, { say, open: openBrowser, ownerOf, signal });
  say(`Logged in as ${ownerOf(token)}\n`);
  return token;
}

/** Says what becomes public by a login, and asks. Throws LOGIN_NOT_CONFIRMED. */
export async function requireYes(login: Login, { terminal, signal }: Surroundings): Promise<void> {
  const notice = loginNotice(login);
  if (notice === undefined) return;
  terminal.output.write(notice);
  if (login.yes) return;
  const answer = await confirm('Log in and sign?', terminal, signal);
  if (answer === undefined) throw notConfirmed('no terminal on which to ask');
  if (!answer) throw notConfirmed('no yes');
}

function notConfirmed(found: string): EvidenceError {
  const hint =
    'if all that may become public, answer y or add --yes; to try things out, sign with --sandbox';
  const expected = 'the answer y on a terminal, or --yes';
  return refusal({ code: 'LOGIN_NOT_CONFIRMED', at: '--login', hint }, found, expected);
}

/** Text of the issuer may be in it. */
function escapeLines(text: string): string {
  return text.split('\n').map(escapeInvisible).join('\n');
}
