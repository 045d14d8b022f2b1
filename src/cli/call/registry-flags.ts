import type { Flag } from './command.ts';

/** The flags for every command that asks a registry. */
export const REGISTRY_FLAGS = {
  registry: {
    type: 'texts',
    helpValue: 'HOST[:PORT]',
    summary:
      'Registry, or a host that one leads to, that may be on this machine or in a private network although a file names it.',
  },
  'registry-ca': {
    type: 'text',
    helpValue: 'FILE',
    summary: 'Certificates, PEM, that connections to registries trust too.',
  },
} as const satisfies Readonly<Record<string, Flag>>;
