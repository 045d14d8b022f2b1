import type { Flag } from './command.ts';

/** The flags for every command that asks a registry. */
export const REGISTRY_FLAGS = {
  registry: {
    type: 'texts',
    repeated: true,
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

/** A tag may be moved: whoever uses what it leads to says so. */
export const ALLOW_TAG_FLAG = {
  'allow-tag': {
    type: 'switch',
    summary: 'Take a tag without a digest: it is asked for once, and the digest is printed.',
  },
} as const satisfies Readonly<Record<string, Flag>>;

/** Where else it is, and which signature is meant, for every command that reads an artifact. */
export const PLACE_FLAGS = {
  attestation: {
    type: 'text',
    helpValue: 'DIGEST',
    summary: 'The attached signature that is meant, sha256:HEX; no list is asked for.',
  },
  location: {
    type: 'texts',
    repeated: true,
    helpValue: 'HOST/REPOSITORY',
    summary: "Where else the artifact is; tried after the pointer's own locations.",
  },
} as const satisfies Readonly<Record<string, Flag>>;
