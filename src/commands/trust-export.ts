import type { Command } from '../cli/call/command.ts';
import { FILE_FLAG } from '../cli/call/report-flags.ts';
import { TRUST_FLAGS } from '../cli/call/trust-flags.ts';

export default {
  summary: 'Print the trusted root or the signing config that is in use, for use as a file.',

  description:
    'Byte for byte, after it was read and, with --trust-cache, verified. Makes no network call.',

  usage: `trust export WHAT [--trusted-root FILE] [--trust-cache] [--tuf-root FILE]
  [--signing-config FILE] [--output FILE]`,

  examples: [
    {
      run: 'affidavit trust export root --trust-cache --output trusted_root.json',
      does: 'Write the root that trust update fetched.',
    },
    { run: 'affidavit trust export signing-config', does: 'Print the signing config in use.' },
  ],

  args: { what: 'root or signing-config.' },

  unread: ['what'],
  offered: async () => ({ what: (await import('../cli/work/run-trust-export.ts')).EXPORT_NAMES }),

  flags: {
    ...TRUST_FLAGS,
    ...FILE_FLAG,
  },

  load: async () => (await import('../cli/work/run-trust-export.ts')).runTrustExport,
} satisfies Command;
