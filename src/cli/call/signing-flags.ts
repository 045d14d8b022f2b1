import type { Flag } from './command.ts';
import { MISSING_SCT_FLAG } from './judge-flags.ts';
import { TOKEN_FLAGS } from './token-flags.ts';
import { TRUST_CACHE_FLAGS } from './trust-flags.ts';

/** The files that say which Sigstore it is. */
const INSTANCE_FILES = ['signing-config', 'trusted-root', 'tuf-root', 'ca-certificates'] as const;

/** Who signs, as a token says it. A `--yes` without a login is about what else becomes public. */
const TOKEN = Object.keys(TOKEN_FLAGS).filter((name) => name !== 'yes');

/** The flags that name a file to read for signing. */
export const SIGNING_FILES = ['key', ...INSTANCE_FILES] as const;

/** What says how and where to sign, for every command that can. */
export const SIGNING_FLAGS = {
  sandbox: {
    type: 'switch',
    exclusive: [...INSTANCE_FILES, 'trust-cache', ...TOKEN],
    summary:
      'Sign with a throw-away local Sigstore, to try it out; its root stays beside what is written, in ….sandbox/.',
  },
  ...TOKEN_FLAGS,
  key: {
    type: 'text',
    exclusive: TOKEN,
    helpValue: 'FILE',
    summary:
      'Private key to sign with, not a token: PEM, or a key file of cosign; NAME://REF is a key of the plugin sigstore-kms-NAME.',
  },
  'signing-config': {
    type: 'text',
    helpValue: 'FILE',
    summary:
      'Sigstore signing config; else AFFIDAVIT_SIGNING_CONFIG, else the embedded public-good one.',
  },
  'trusted-root': {
    type: 'text',
    helpValue: 'FILE',
    summary:
      'Root under which the signature is verified before it is written; else AFFIDAVIT_TRUSTED_ROOT, else the embedded public-good one.',
  },
  ...TRUST_CACHE_FLAGS,
  'ca-certificates': {
    type: 'text',
    helpValue: 'FILE',
    summary:
      'Certificates, PEM, that TLS connections trust too, e.g. of a proxy that looks inside.',
  },
  ...MISSING_SCT_FLAG,
} as const satisfies Readonly<Record<string, Flag>>;

/** The same flags, for a command that signs only with another flag. */
export function withFlag(flags: Readonly<Record<string, Flag>>, name: string): typeof flags {
  const entries = Object.entries(flags);
  return Object.fromEntries(
    entries.map(([flag, rest]) => [
      flag,
      { ...rest, dependsOn: [name, ...(rest.dependsOn ?? [])] },
    ]),
  );
}
