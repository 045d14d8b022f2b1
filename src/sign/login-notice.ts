import { escapeInvisible } from '../quote.ts';
import { isLoopback, type SigningServices } from './signing-config.ts';

/** Where somebody logs in, and where the signature goes then. */
export interface LoginPlace {
  readonly issuer: string;
  readonly services: SigningServices;
}

/**
 * What becomes public by a signature after a login; undefined if nothing does, because all services that
 * sign are on this machine. Where somebody logs in changes nothing: an issuer publishes nothing.
 */
export function loginNotice({ issuer, services }: LoginPlace): string | undefined {
  const { certificateAuthority, logs, timestampAuthorities } = services;
  const all = [certificateAuthority, ...logs, ...timestampAuthorities].map(({ url }) => url);
  const elsewhere = new Set(all.filter((url) => !isLoopback(new URL(url))));
  if (elsewhere.size === 0) return undefined;
  return [
    'This becomes public, for ever:',
    '  - the e-mail address, or the name, of the account with which you log in',
    '  - when you signed, and the digest of what you signed',
    'These services get it or parts of it, and nobody can remove it, not even you:',
    ...[...elsewhere].map((url) => `  ${escapeInvisible(url)}`),
    `You log in at ${escapeInvisible(issuer)}`,
    '',
  ].join('\n');
}
