// What gh, cosign and others call our flags. No help lists these names: each is read as ours, which reports repeat.
import type { Command } from './command.ts';

interface Own {
  readonly flag: string;
  /** Of ours, where theirs is a switch. */
  readonly value?: string;
}

export const FLAG_ALIASES: ReadonlyMap<string, Own> = new Map<string, Own>([
  // gh attestation
  ['cert-identity', { flag: 'certificate-identity' }],
  ['cert-oidc-issuer', { flag: 'certificate-oidc-issuer' }],
  ['custom-trusted-root', { flag: 'trusted-root' }],
  ['tuf-url', { flag: 'tuf-mirror' }],
  // cosign
  ['insecure-ignore-sct', { flag: 'allow-missing-sct' }],
  ['registry-cacert', { flag: 'registry-ca' }],
  ['max-workers', { flag: 'jobs' }],
  ['mirror', { flag: 'tuf-mirror' }],
  // sigstore-js
  ['certificate-issuer', { flag: 'certificate-oidc-issuer' }],
  // oclif
  ['json', { flag: 'format', value: 'json' }],
]);

/** Those of one command: where a name is a flag of its own, it is no other. */
export function aliasesOf({ flags }: Pick<Command, 'flags'>): ReadonlyMap<string, Own> {
  return new Map(
    [...FLAG_ALIASES].filter(([name, { flag, value }]) => {
      const own = Object.hasOwn(flags, flag) ? flags[flag] : undefined;
      if (own === undefined || Object.hasOwn(flags, name)) return false;
      return value === undefined || ('options' in own && own.options.includes(value));
    }),
  );
}

/** The words with our names in place of the others. After `--` no word is a flag, and before it no value begins so. */
export function withOwnNames(words: readonly string[], command: Command): readonly string[] {
  const aliases = aliasesOf(command);
  const dashes = words.indexOf('--');
  return words.map((word, index) => {
    const [, name = '', attached] = /^--([a-z-]+)(=.*)?$/s.exec(word) ?? [];
    const own = aliases.get(name);
    if (own === undefined || (dashes !== -1 && index > dashes)) return word;
    if (own.value === undefined) return `--${own.flag}${attached ?? ''}`;
    return attached === undefined ? `--${own.flag}=${own.value}` : word;
  });
}
