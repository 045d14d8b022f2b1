import type { Call, Flag } from './command.ts';

/** The flags for the copy by TUF, for every command that may use it. */
export const TRUST_CACHE_FLAGS = {
  'trust-cache': {
    type: 'switch',
    summary:
      'Use what `affidavit trust update` fetched; verified again, and not older than 30 days.',
  },
  'tuf-root': {
    type: 'text',
    helpValue: 'FILE',
    dependsOn: ['trust-cache'],
    summary: 'First root of the TUF repository; by default the embedded public-good one.',
  },
} as const satisfies Readonly<Record<string, Flag>>;

/** The flags that say which root is meant. */
export const TRUST_ROOT_FLAGS = {
  'trusted-root': {
    type: 'text',
    helpValue: 'FILE',
    exclusive: ['trust-cache'],
    summary: 'Sigstore trusted root; by default the embedded public-good one.',
  },
  ...TRUST_CACHE_FLAGS,
} as const satisfies Readonly<Record<string, Flag>>;

/** The flags that say which root and which signing config are meant, for the commands that show them. */
export const TRUST_FLAGS = {
  ...TRUST_ROOT_FLAGS,
  'signing-config': {
    type: 'text',
    helpValue: 'FILE',
    summary:
      'Sigstore signing config; else AFFIDAVIT_SIGNING_CONFIG, else the embedded public-good one.',
  },
} as const satisfies Readonly<Record<string, Flag>>;

/** Those that name a file to read. */
export const TRUST_FILES = ['trusted-root', 'signing-config', 'tuf-root'] as const;

/** Undefined: the copy is not to be used. */
export function trustCacheOf({
  options,
  environment,
}: Pick<Call, 'options' | 'environment'>):
  | { readonly tufRoot: string | undefined; readonly environment: Call['environment'] }
  | undefined {
  if (!options.has('trust-cache')) return undefined;
  return { tufRoot: options.text('tuf-root'), environment };
}
