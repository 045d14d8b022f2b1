import { inGroup, type Command } from '../cli/call/command.ts';
import { LAYOUT_FLAG } from '../cli/call/layout-flag.ts';
import { REPORT_FLAGS } from '../cli/call/report-flags.ts';
import { RUN_FLAGS } from '../cli/call/run-flags.ts';
import { SIGNING_FLAGS } from '../cli/call/signing-flags.ts';

export default {
  summary: 'Sign evidence that was packed before, perhaps on another machine.',

  description: [
    'Takes what validate --emit-evidence --no-sign wrote, or kept when signing failed. Verifies the whole bundle again, shows its digest, signs it, and writes the signed archive. No test is run, and no cluster is needed.',
    'Exit codes: 0 all green, 1 not green, 4 green or not, but somebody has to judge whether snapshot and results are of one run (with both, the evidence is still signed), 2 the bundle is refused, 3 a file or a service failed, 64 called wrongly, 130 interrupted.',
  ].join('\n\n'),

  usage: `evidence sign BUNDLE --emit-evidence OUT [--layout archive|directory]
  [--max-run-span DURATION] [--sandbox] [--identity-token TOKEN] [--login browser|device] [--oidc-issuer URL]
  [--oidc-client-id ID] [--oidc-redirect-url URL] [--yes] [--key FILE]
  [--signing-config FILE] [--trusted-root FILE]
  [--trust-cache] [--tuf-root FILE] [--ca-certificates FILE] [--allow-missing-sct]
  [--force] [--format terminal|markdown|json] [--output FILE]`,

  examples: [`<%= config.bin %> <%= command.id %> unsigned.tar.gz --emit-evidence evidence.tar.gz`],

  args: { bundle: 'An unsigned bundle: a .tar.gz or a directory.' },

  flags: {
    'emit-evidence': {
      type: 'text',
      required: true,
      helpValue: 'OUT',
      summary: 'Write the signed evidence to this .tar.gz, or, with --layout directory, directory.',
    },
    ...LAYOUT_FLAG,
    force: { type: 'switch', summary: 'Replace OUT if it exists.' },
    ...RUN_FLAGS,
    ...inGroup('signing', SIGNING_FLAGS),
    ...inGroup('report', REPORT_FLAGS),
  },

  documents: (options) => [options.required('bundle')],
  load: async () => (await import('../cli/work/run-evidence-sign.ts')).runEvidenceSign,
} satisfies Command;
