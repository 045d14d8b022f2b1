import type { Flag } from './command.ts';
import { SIGNING_FLAGS, withFlag } from './signing-flags.ts';

/** What the evidence is verified under is also what the signature of its summary must verify under. */
const OF_VERIFYING: ReadonlySet<string> = new Set([
  'trusted-root',
  'trust-cache',
  'tuf-root',
  'allow-missing-sct',
]);

const SIGNING = Object.fromEntries(
  Object.entries<Flag>(SIGNING_FLAGS)
    .filter(([name]) => !OF_VERIFYING.has(name))
    .map(([name, { exclusive = [], ...flag }]) => [
      name,
      { ...flag, exclusive: exclusive.filter((other) => !OF_VERIFYING.has(other)) },
    ]),
);

/** Summaries of a verification for others, which are signed as evidence is. */
export const SUMMARY_FLAGS: Readonly<Record<string, Flag>> = {
  'emit-vsa': {
    type: 'text',
    helpValue: 'FILE',
    summary: 'Write what was verified, also if it failed, as a SLSA Verification Summary (1.1).',
  },
  'emit-svr': {
    type: 'text',
    helpValue: 'FILE',
    summary: "Write it as in-toto's Simple Verification Result (0.2).",
  },
  'verifier-id': {
    type: 'text',
    helpValue: 'URI',
    summary: 'Who verifies, as the summary says it; by default urn:affidavit:verify-evidence.',
  },
  'resource-uri': {
    type: 'text',
    helpValue: 'URI',
    dependsOn: ['emit-vsa'],
    summary: 'Where the evidence is to be had, as the VSA says it; by default its digest as a URN.',
  },
  force: { type: 'switch', summary: 'Replace FILE of --emit-vsa and --emit-svr if it exists.' },
  sign: {
    type: 'switch',
    exclusive: ['offline'],
    summary: 'Sign the summary: FILE is a Sigstore bundle; by default it is a plain statement.',
  },
  ...withFlag(SIGNING, 'sign'),
};
