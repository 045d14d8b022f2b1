import type { TokenChoice } from '../../io/sigstore/identity-token-sources.ts';
import { refuse, type Place } from '../../place.ts';
import { quote } from '../../quote.ts';
import { isLoopback, parseServiceUrl } from '../../sign/signing-config.ts';
import type { Call } from '../call/command.ts';

/** What the flags of `token-flags.ts` say. Throws USAGE. */
export function tokenChoice(options: Call['options']): TokenChoice {
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
