import type { Command } from '../cli/call/command.ts';

const MAX_PORT = 65_535;

export default {
  summary: 'Run a whole Sigstore on this machine, to try things out.',

  description: [
    'Fulcio with a certificate log, Rekor v1 and v2, a timestamp authority and an OpenID provider, all on one port of 127.0.0.1. What is signed there verifies under its own trusted root only.',
    'Without COMMAND it serves until Ctrl-C. With COMMAND it sets SIGSTORE_ID_TOKEN, AFFIDAVIT_SIGNING_CONFIG and AFFIDAVIT_TRUSTED_ROOT and runs it. Each signal is passed on once. It ends with the exit code of COMMAND (128 + n if signal n ended it, 3 if it cannot be started).',
    'The keys stay in memory and are gone at the end. The trusted root and the signing configs stay in the directory; those of an earlier sandbox are replaced.',
  ].join('\n\n'),

  usage: 'sandbox [--port N] [--dir D] [-- COMMAND...]',

  examples: [
    {
      run: 'affidavit sandbox -- affidavit validate --recipe recipe.yaml --snapshot snapshot.yaml --results results --emit-evidence evidence.tar.gz',
      does: 'Sign with it. Nothing is published.',
    },
    {
      run: 'affidavit sandbox --dir sandbox -- env',
      does: 'Show what it sets for a command, and keep its trusted root.',
    },
  ],

  args: {},

  flags: {
    port: {
      type: 'number',
      helpValue: 'N',
      min: 0,
      max: MAX_PORT,
      default: 0,
      summary: 'Port to listen on; by default any free one.',
    },
    dir: {
      type: 'text',
      helpValue: 'D',
      summary:
        'Directory for the trusted root and the signing configs; by default a new temporary one.',
    },
  },

  // They are passed on to COMMAND.
  handlesSignals: true,
  load: async () => (await import('../cli/work/run-sandbox.ts')).runSandbox,
} satisfies Command;
