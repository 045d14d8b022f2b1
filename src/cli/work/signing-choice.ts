import { pointedIdentity } from '../../evidence/pack/make-pointer.ts';
import { say } from '../../io/disk/talk.ts';
import type { TokenChoice } from '../../io/sigstore/identity-token-sources.ts';
import { signingStatePath } from '../../io/sigstore/signing-journal.ts';
import type { SigningChoice } from '../../io/sigstore/signing-session.ts';
import { refuse, type Place } from '../../place.ts';
import { escapeInvisible, quote } from '../../quote.ts';
import { isLoopback, parseServiceUrl } from '../../sign/signing-config.ts';
import type { Call } from '../call/command.ts';
import { trustCacheOf } from '../call/trust-flags.ts';

/**
 * What the flags of `signing-flags.ts` and the environment say.
 *
 * @param isPointed whether a pointer will name the signer
 */
export function signingChoice(
  { options, environment, signal }: Pick<Call, 'options' | 'environment' | 'signal'>,
  out: string,
  isPointed: boolean,
): SigningChoice {
  return {
    sandbox: options.has('sandbox'),
    out,
    token: tokenChoice(options),
    key: options.text('key'),
    signingConfig: options.text('signing-config'),
    trustedRoot: options.text('trusted-root'),
    trustCache: trustCacheOf({ options, environment }),
    allowMissingSct: options.has('allow-missing-sct'),
    caCertificates: options.text('ca-certificates'),
    show: (signer, interrupted) => {
      showSigner(signer, interrupted);
      // No log may get an entry for ever for what no pointer can name.
      if (isPointed) pointedIdentity(signer);
    },
    replaces: () => {
      const state = escapeInvisible(signingStatePath(out));
      say(`affidavit: ${state} is of another signing, and is replaced\n`);
    },
    environment,
    signal,
  };
}

const showSigner: SigningChoice['show'] = ({ subject, issuer }, interrupted) => {
  const signer = `${quote(subject)} (issuer ${quote(issuer)})`;
  const says =
    interrupted === undefined
      ? `the certificate names ${signer}`
      : `going on with the signing of ${interrupted.toISOString()} that was begun, as ${signer}`;
  say(`affidavit: ${says}\n`);
};

/** What the flags of `token-flags.ts` say. Throws USAGE. */
function tokenChoice(options: Call['options']): TokenChoice {
  const way = options.choice('login', ['browser', 'device']);
  return {
    identityToken: options.text('identity-token'),
    oidcClientId: options.text('oidc-client-id'),
    login:
      way === undefined
        ? undefined
        : {
            way,
            issuer: issuerOf(options.text('oidc-issuer')),
            redirectUrl: redirectUrlOf(options.text('oidc-redirect-url')),
            yes: options.has('yes'),
          },
  };
}

/** As it was written: issuers are compared character by character. */
function issuerOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const hint = 'name an issuer of identity tokens, e.g. https://oauth2.sigstore.dev/auth';
  parseServiceUrl(text, placeOf('oidc-issuer', hint));
  return text;
}

function redirectUrlOf(text: string | undefined): URL | undefined {
  if (text === undefined) return undefined;
  const place = placeOf('oidc-redirect-url', 'name one like http://localhost:8080/auth/callback');
  const url = parseServiceUrl(text, place);
  if (url.protocol === 'http:' && isLoopback(url)) return url;
  return refuse(place, quote(text), 'an http address of this machine');
}

function placeOf(flag: string, hint: string): Place {
  return { code: 'USAGE', at: `--${flag}`, hint };
}
