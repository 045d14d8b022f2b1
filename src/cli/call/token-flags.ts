import type { Flag } from './command.ts';

const LOGIN = ['login'];

/** The flags that say who signs, for every command that can sign. */
export const TOKEN_FLAGS = {
  'identity-token': {
    type: 'text',
    exclusive: LOGIN,
    helpValue: 'TOKEN',
    summary:
      'OIDC token to sign with, - for standard input; by default that of the CI job or the machine.',
  },
  login: {
    type: 'choice',
    options: ['browser', 'device'],
    summary: 'Log in to sign: in a browser on this machine, or by typing a code on another device.',
  },
  'oidc-issuer': {
    type: 'text',
    dependsOn: LOGIN,
    helpValue: 'URL',
    summary: 'Where to log in; by default what the signing config says.',
  },
  'oidc-client-id': {
    type: 'text',
    helpValue: 'ID',
    summary: 'For whom the identity token is; by default sigstore.',
  },
  'oidc-redirect-url': {
    type: 'text',
    dependsOn: LOGIN,
    helpValue: 'URL',
    summary:
      'Where on this machine the browser brings the answer; by default http://localhost:0/auth/callback, with any free port.',
  },
  yes: {
    type: 'switch',
    dependsOn: LOGIN,
    summary: 'Log in without a question about what becomes public.',
  },
} as const satisfies Readonly<Record<string, Flag>>;
