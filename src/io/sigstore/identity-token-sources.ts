import type { EvidenceError } from '../../errors/evidence-error.ts';
import { refusal } from '../../place.ts';
import { TOKEN_AUDIENCE } from '../../sign/identity-token.ts';
import type { SourcedToken, TokenSource } from '../../sign/identity-token.ts';
import { chooseIssuer, chooseServices, type SigningConfig } from '../../sign/signing-config.ts';
import { STDIN, nameOf } from '../disk/files.ts';
import { AMBIENT_PLACES, isSet } from './ambient-source.ts';
import type { AmbientPlaces, AmbientSource } from './ambient-source.ts';
import { BUILDKITE_SOURCE, GITHUB_PERMISSION, GITHUB_SOURCE } from './ci-tokens.ts';
import { GOOGLE_SOURCE } from './google-token.ts';
import { TOKEN_FILE_SOURCE, readTokenFile } from './token-file.ts';

/** What the user says about the token. */
export interface TokenChoice {
  /** `--identity-token`: a token, or `-` for one in standard input. */
  readonly identityToken: string | undefined;
  /** `--oidc-client-id`: for whom the token is, and who asks for it in a login. */
  readonly oidcClientId: string | undefined;
  readonly login: LoginChoice | undefined;
}

/** `--login`, and the flags for it. */
export interface LoginChoice {
  readonly way: 'browser' | 'device';
  /** Undefined: that of the signing config. */
  readonly issuer: string | undefined;
  readonly redirectUrl: URL | undefined;
  readonly yes: boolean;
}

/** A token that is at hand, or what gets it. */
export type FoundToken = SourcedToken | (() => Promise<SourcedToken>);

interface Surroundings {
  readonly environment: NodeJS.ProcessEnv;
  readonly signingConfig: SigningConfig;
  readonly signal?: AbortSignal | undefined;
  readonly places?: AmbientPlaces;
  /** It is packed already, so packing without a signature is no way out. */
  readonly isPacked?: boolean | undefined;
}

/** cosign takes the name of a file too. */
const IN_A_FILE = 'one that is in a file: --identity-token - < FILE';

const FLAG: TokenSource = {
  name: '--identity-token',
  renew: 'give --identity-token a new identity token',
  itself: `give --identity-token the token itself; ${IN_A_FILE}`,
};
const STANDARD_INPUT: TokenSource = {
  name: nameOf(STDIN),
  renew: 'write a new identity token to standard input',
};

/** For GitLab, CircleCI and others whose jobs are given the token itself. */
const VARIABLE_SOURCE: AmbientSource = {
  source: () => ({
    name: 'SIGSTORE_ID_TOKEN',
    renew: 'set SIGSTORE_ID_TOKEN to a new identity token',
    itself: `set SIGSTORE_ID_TOKEN to the token itself; ${IN_A_FILE}`,
  }),
  isThere: ({ environment }) => isSet(environment['SIGSTORE_ID_TOKEN']),
  read: async ({ environment }) => environment['SIGSTORE_ID_TOKEN'] ?? '',
};

/** In this order; the first that is there counts. */
const AMBIENT_SOURCES = [
  VARIABLE_SOURCE,
  GITHUB_SOURCE,
  BUILDKITE_SOURCE,
  TOKEN_FILE_SOURCE,
  GOOGLE_SOURCE,
];

/**
 * The identity token: the one that is given, else that of a login, if it is asked for, else that of the
 * first source that is there. No other source replaces one that fails: it would be somebody else's token.
 *
 * @returns one that is at hand, or what gets it: nobody is asked for a token before it is needed
 * @throws EvidenceError TOKEN_MISSING, SIGNING_FAILED, FILE_UNREADABLE, LOGIN_NOT_CONFIRMED; what it returns:
 *   SERVICE_FAILED and its like, and those of a login
 */
export async function findIdentityToken(
  choice: TokenChoice,
  surroundings: Surroundings,
): Promise<FoundToken> {
  const { identityToken, login } = choice;
  const { environment, places = AMBIENT_PLACES } = surroundings;
  if (identityToken === STDIN) {
    return { text: await readTokenFile(STDIN), source: STANDARD_INPUT };
  }
  // An empty flag is a shell variable that was not set. The token of somebody else must not replace it.
  if (identityToken === '') throw missing('an empty --identity-token', surroundings);
  if (identityToken !== undefined) return { text: identityToken, source: FLAG };
  const audience = audienceOf(choice);
  if (login !== undefined) return await prepareLogin(login, audience, surroundings);
  const ambience = { ...places, environment, audience };
  const found = AMBIENT_SOURCES.find((each) => each.isThere(ambience));
  if (found === undefined) throw missing('no identity token', surroundings);
  const source = found.source(ambience);
  const read = async (): Promise<SourcedToken> => ({ text: await found.read(ambience), source });
  return found === VARIABLE_SOURCE ? await read() : read;
}

/** For whom the token must be. */
export function audienceOf({ oidcClientId = TOKEN_AUDIENCE }: TokenChoice): string {
  return oidcClientId;
}

/** Asks at once, because nobody waits for a question; the login itself comes when the token is needed, and once. */
async function prepareLogin(
  { issuer, ...choice }: LoginChoice,
  clientId: string,
  { signingConfig, signal }: Surroundings,
): Promise<() => Promise<SourcedToken>> {
  const now = new Date();
  const services = chooseServices(signingConfig, now);
  const { url, namedBy } =
    issuer === undefined
      ? chooseIssuer(signingConfig, now)
      : { url: issuer, namedBy: '--oidc-issuer' };
  const place = { issuer: url, issuerNamedBy: namedBy, services, clientId };
  const login = { ...choice, ...place };
  const { logIn, requireYes } = await import('../oidc/login.ts');
  const at = { terminal: { input: process.stdin, output: process.stderr }, signal };
  await requireYes(login, at);
  let token: Promise<string> | undefined;
  const source = { name: `--login ${login.way}`, renew: 'log in again' };
  return async () => ({ text: await (token ??= logIn(login, at)), source });
}

function missing(found: string, { environment, isPacked = false }: Surroundings): EvidenceError {
  const unsigned = isPacked ? '' : ', or pack without a signature: --no-sign';
  const hint = `${hintFor(environment)}; to try things out, sign with --sandbox${unsigned}`;
  const expected =
    'one of --identity-token, --login, SIGSTORE_ID_TOKEN, GitHub Actions with the permission id-token: write, Buildkite, a token in /var/run/sigstore/cosign/oidc-token, a machine of Google, or a key: --key';
  return refusal({ code: 'TOKEN_MISSING', hint }, found, expected);
}

/** What is missing here. */
function hintFor(environment: NodeJS.ProcessEnv): string {
  if (isSet(environment['GITHUB_ACTIONS'])) return GITHUB_PERMISSION;
  if (isSet(environment['GITLAB_CI'])) {
    return 'give the job id_tokens: { SIGSTORE_ID_TOKEN: { aud: sigstore } }';
  }
  return 'log in with --login browser, or on another device with --login device';
}
