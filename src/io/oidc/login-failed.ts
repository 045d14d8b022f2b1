import { EvidenceError } from '../../errors/evidence-error.ts';
import { quote } from '../../quote.ts';
import { withoutSecrets } from '../http/without-secrets.ts';

interface Reason {
  readonly found: string;
  readonly expected: string;
  readonly hint?: string;
}

const HINT =
  'log in again; if it fails again, check --oidc-issuer and --oidc-client-id, or use another token source';

export function loginFailed(
  issuer: string,
  { found, expected, hint = HINT }: Reason,
): EvidenceError {
  return new EvidenceError('LOGIN_FAILED', { at: issuer, found, expected, hint });
}

/**
 * Runs a step of a login. What the library throws becomes LOGIN_FAILED. It is no cause: it holds the
 * issuer's answers, and so codes and tokens.
 *
 * @param secrets what no error may show, even if the issuer repeats it
 * @param hint what to do if the issuer does not say what is wrong
 */
export async function orLoginFailed<T>(
  issuer: string,
  { secrets = [], hint = HINT }: { readonly secrets?: readonly string[]; readonly hint?: string },
  step: () => Promise<T>,
): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof EvidenceError) throw error;
    throw loginFailed(issuer, { hint, ...reasonOf(error, secrets) });
  }
}

/** Of foreign text, before secrets are removed; fewer are shown. */
const MAX_CHARACTERS = 2000;

function reasonOf(error: unknown, secrets: readonly string[]): Reason {
  const show = (text: string): string =>
    quote(withoutSecrets(text.slice(0, MAX_CHARACTERS), secrets));
  const { code, description } = answerOf(error);
  if (code === undefined) {
    const message = error instanceof Error ? error.message : 'nothing that can be read';
    const found = `an answer that cannot be used: ${show(message)}`;
    return { found, expected: 'the answer to this login, of this issuer' };
  }
  return {
    found: `the answer ${show(code)}${description === undefined ? '' : `: ${show(description)}`}`,
    expected: 'an identity token',
    ...HINTS[code],
  };
}

const HINTS: Readonly<Record<string, Pick<Reason, 'hint'>>> = {
  access_denied: { hint: 'log in again, and allow it' },
  expired_token: { hint: 'log in again, and type the code before it expires' },
};

/** What the issuer itself says is wrong (RFC 6749 §4.1.2.1 and §5.2). */
function answerOf(error: unknown): { code?: string; description?: string } {
  const code = error instanceof Error && 'error' in error ? error.error : undefined;
  if (!(error instanceof Error) || typeof code !== 'string') return {};
  const description = 'error_description' in error ? error.error_description : undefined;
  return typeof description === 'string' ? { code, description } : { code };
}
