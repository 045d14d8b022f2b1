import { EvidenceError } from '../../errors/evidence-error.ts';
import { quote } from '../../quote.ts';
import { TOKEN_AUDIENCE } from '../../sign/identity-token.ts';
import { isConfidential } from '../../sign/signing-config.ts';
import { requestFrom } from './service-request.ts';

/**
 * The identity token from the first source that is there: the flag, SIGSTORE_ID_TOKEN, GitHub Actions.
 * Throws TOKEN_MISSING, SERVICE_FAILED or SIGNING_FAILED.
 *
 * @param flag the value of `--identity-token`
 */
export async function readIdentityToken(
  flag: string | undefined,
  environment: NodeJS.ProcessEnv,
): Promise<string> {
  // An empty flag is a shell variable that was not set. The token of somebody else must not replace it.
  if (flag !== undefined) return isSet(flag) ? flag : refuseMissing('an empty --identity-token');
  const ambient = environment['SIGSTORE_ID_TOKEN'];
  if (isSet(ambient)) return ambient;
  const url = environment['ACTIONS_ID_TOKEN_REQUEST_URL'];
  const credential = environment['ACTIONS_ID_TOKEN_REQUEST_TOKEN'];
  if (isSet(url) && isSet(credential)) return await fetchActionsToken(url, credential);
  return refuseMissing('no identity token');
}

function refuseMissing(found: string): never {
  throw new EvidenceError('TOKEN_MISSING', {
    found,
    expected:
      'one of --identity-token, SIGSTORE_ID_TOKEN, or GitHub Actions with the permission id-token: write',
    hint: 'give one of them; to try things out, sign with --sandbox, or pack without a signature: --no-sign',
  });
}

function isSet(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}

const NO_PERMISSION = 'give the job the permission id-token: write';

/** https://docs.github.com/en/actions/reference/security/oidc */
async function fetchActionsToken(address: string, credential: string): Promise<string> {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !isConfidential(url) || url.username + url.password !== '') {
    throw new EvidenceError('SIGNING_FAILED', {
      at: 'ACTIONS_ID_TOKEN_REQUEST_URL',
      // Not the text itself: it may have a password.
      found: url === undefined ? 'no address' : `an address of ${quote(url.origin)}`,
      expected: 'an https address without a password, or http to this machine',
      hint: 'run in GitHub Actions, or unset the variable',
    });
  }
  url.searchParams.set('audience', TOKEN_AUDIENCE);
  const request = {
    name: 'token service of GitHub Actions',
    at: url.origin,
    url: url.href,
    secrets: [credential],
    ifRefused: NO_PERMISSION,
    init: { headers: { accept: 'application/json', authorization: `Bearer ${credential}` } },
  };
  const answer = await requestFrom(request, (body): unknown => JSON.parse(body.toString('utf8')));
  const value =
    typeof answer === 'object' && answer !== null && 'value' in answer ? answer.value : undefined;
  if (typeof value === 'string') return value;
  throw new EvidenceError('SERVICE_FAILED', {
    at: url.origin,
    found: 'an answer without a token from GitHub Actions',
    expected: 'the field value',
    hint: NO_PERMISSION,
  });
}
