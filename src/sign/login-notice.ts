import { escapeInvisible } from '../quote.ts';
import { isLoopback, type SigningServices } from './signing-config.ts';

/** Where somebody logs in, and where the signature goes then. */
export interface LoginPlace {
  readonly issuer: string;
  readonly services: SigningServices;
}

/**
 * What becomes public by a signature after a login; undefined if nothing does, because everything is on
 * this machine.
 */
export function loginNotice({ issuer, services }: LoginPlace): string | undefined {
  const { certificateAuthority, logs, timestampAuthorities } = services;
  const recorders = [certificateAuthority, ...logs].map(({ url }) => url);
  const all = [issuer, ...recorders, ...timestampAuthorities.map(({ url }) => url)];
  if (all.every((url) => isLoopback(new URL(url)))) return undefined;
  return [
    'This becomes public, for ever:',
    '  - the e-mail address, or the name, of the account with which you log in',
    '  - when you signed, and the digest of what you signed',
    'It goes into public logs by these services, and nobody can remove it, not even you:',
    ...recorders.map((url) => `  ${escapeInvisible(url)}`),
    `You log in at ${escapeInvisible(issuer)}`,
    '',
  ].join('\n');
}
