import type { SigningChoice } from '../../io/sigstore/signing-session.ts';
import type { Call } from '../call/command.ts';

/** What the flags of `signing-flags.ts` and the environment say. */
export function signingChoice(
  { options, environment }: Pick<Call, 'options' | 'environment'>,
  out: string,
): SigningChoice {
  return {
    sandbox: options.has('sandbox'),
    out,
    identityToken: options.text('identity-token'),
    signingConfig: options.text('signing-config'),
    trustedRoot: options.text('trusted-root'),
    caCertificates: options.text('ca-certificates'),
    environment,
  };
}
