import type { Command } from '../cli/call/command.ts';
import { SIGNING_FLAGS } from '../cli/call/signing-flags.ts';
import { TRUST_CACHE_FLAGS } from '../cli/call/trust-flags.ts';

export default {
  summary: 'Fetch the newest trusted root and signing config by TUF.',

  description: [
    'Asks the mirror of a TUF repository, verifies what it answers from the first root on, and keeps it for --trust-cache. Nothing else ever does that: no other command asks a mirror, and none uses the copy without --trust-cache.',
    'The copy is in AFFIDAVIT_TRUST_CACHE, else where programs of this user keep their data. If anything is wrong with the answers, the former copy stays (exit code 3).',
  ].join('\n\n'),

  usage: 'trust update [--tuf-mirror URL] [--tuf-root FILE] [--ca-certificates FILE]',

  examples: [
    { run: 'affidavit trust update', does: 'Fetch what Sigstore publishes now.' },
    {
      run: 'affidavit trust update --tuf-mirror https://tuf.example.com --tuf-root root.json',
      does: 'Fetch it from a mirror of your own.',
    },
  ],

  args: {},

  flags: {
    'tuf-mirror': {
      type: 'text',
      helpValue: 'URL',
      summary: 'Mirror to ask; by default the public-good one.',
    },
    'tuf-root': { ...TRUST_CACHE_FLAGS['tuf-root'], dependsOn: [] },
    'ca-certificates': SIGNING_FLAGS['ca-certificates'],
  },

  load: async () => (await import('../cli/work/run-trust-update.ts')).runTrustUpdate,
} satisfies Command;
