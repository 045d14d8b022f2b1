import { pointedIdentity } from '../../evidence/pack/make-pointer.ts';
import { signingStatePath } from '../../io/sigstore/signing-journal.ts';
import type { SigningChoice } from '../../io/sigstore/signing-session.ts';
import { escapeInvisible, quote } from '../../quote.ts';
import type { Call } from '../call/command.ts';
import { isDirectoryWanted } from '../call/layout-flag.ts';
import { trustCacheOf } from '../call/trust-flags.ts';
import { tokenChoice } from './token-choice.ts';

/** What the flags of `signing-flags.ts` and the environment say. */
export function signingChoice(
  { options, environment, signal }: Pick<Call, 'options' | 'environment' | 'signal'>,
  out: string,
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
      if (isDirectoryWanted(options)) pointedIdentity(signer);
    },
    replaces: () => {
      const state = escapeInvisible(signingStatePath(out));
      process.stderr.write(`affidavit: ${state} is of another signing, and is replaced\n`);
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
  process.stderr.write(`affidavit: ${says}\n`);
};
