import type { Command } from '../cli/call/command.ts';
import { SHOW_FLAGS } from '../cli/call/report-flags.ts';
import { TRUST_FLAGS } from '../cli/call/trust-flags.ts';

export default {
  summary: 'Show whom a verification trusts, and whom signing asks.',

  description:
    'The trusted root and the signing config that are used with these flags and variables: where they come from, their digests and age, and each authority, log and service with the time for which it counts. Makes no network call.',

  usage: `trust show [--trusted-root FILE] [--trust-cache] [--tuf-root FILE]
  [--signing-config FILE] [--format terminal|json] [--output FILE]`,

  examples: [
    { run: 'affidavit trust show', does: 'Show what is trusted by default.' },
    {
      run: 'affidavit trust show --trust-cache --format json',
      does: 'Show what trust update fetched, for a program.',
    },
  ],

  args: {},

  flags: {
    ...TRUST_FLAGS,
    ...SHOW_FLAGS,
  },

  load: async () => (await import('../cli/work/run-trust-show.ts')).runTrustShow,
} satisfies Command;
