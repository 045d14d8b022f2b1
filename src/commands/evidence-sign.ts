import { inGroup, type Command } from '../cli/call/command.ts';
import { LAYOUT_FLAG } from '../cli/call/layout-flag.ts';
import { PLACE_FLAGS, REGISTRY_FLAGS } from '../cli/call/registry-flags.ts';
import { REPORT_FLAGS } from '../cli/call/report-flags.ts';
import { RUN_FLAGS } from '../cli/call/run-flags.ts';
import { SIGNING_FLAGS, withFlag } from '../cli/call/signing-flags.ts';

export default {
  summary: 'Sign evidence that was packed or pushed before, perhaps on another machine.',

  description: [
    'Takes what validate --emit-evidence --no-sign wrote, or kept when signing failed. Verifies the whole bundle again, shows its digest, signs it, and writes the signed archive. No test is run, and no cluster is needed.',
    'With a POINTER, what evidence publish --no-sign pushed is signed where it is, as an artifact of the registry, and the signature is attached: to its own place, and where the artifact is at its locations of the same owner or at those of --location; the signed pointer is written to RECIPE/SOURCE/sha256-DIGEST.yaml beside the unsigned one, which is removed then. A new signature lies in POINTER.attestation.json until that is done: run again, the command goes on with it. A pointer that is signed already stays as it is.',
    'Exit codes: 0 all green, 1 not green, 4 green or not, but somebody has to judge whether snapshot and results are of one run (with both, the evidence is still signed), 2 the bundle is refused, 3 a file or a service failed, 64 called wrongly, 130 interrupted. Of several pointers each is judged by itself, and the worst counts: 2, 64, 3, 4, 1, 0.',
  ].join('\n\n'),

  usage: `evidence sign BUNDLE --emit-evidence OUT | POINTER...
  [--layout archive|directory] [--format NAME[=PATH]...] [--output FILE]
  [--registry HOST...] [--registry-ca FILE] [--location HOST/REPOSITORY...] [--max-run-span DURATION]
  [--sandbox] [--identity-token TOKEN] [--login browser|device] [--oidc-issuer URL]
  [--oidc-client-id ID] [--oidc-redirect-url URL] [--yes] [--key FILE]
  [--signing-config FILE] [--trusted-root FILE]
  [--trust-cache] [--tuf-root FILE] [--ca-certificates FILE] [--allow-missing-sct]
  [--force]`,

  examples: [
    {
      run: 'affidavit evidence sign unsigned.tar.gz --emit-evidence evidence.tar.gz',
      does: 'Sign what validate --no-sign packed.',
    },
    {
      run: 'affidavit evidence sign recipes/evidence/unsigned.yaml',
      does: 'Sign what evidence publish --no-sign pushed, where it is.',
    },
  ],

  args: {
    input:
      'An unsigned bundle, a .tar.gz or a directory; or, without --emit-evidence, unsigned pointers, FILE.yaml.',
  },
  variadic: true,

  flags: {
    'emit-evidence': {
      type: 'text',
      helpValue: 'OUT',
      summary:
        'Write the signed evidence of a bundle to this .tar.gz, or, with --layout directory, directory.',
    },
    ...withFlag(LAYOUT_FLAG, 'emit-evidence'),
    force: {
      type: 'switch',
      summary: 'Replace OUT, or the signed pointer in its place, if it exists.',
    },
    ...RUN_FLAGS,
    ...inGroup('registry', {
      registry: { ...REGISTRY_FLAGS.registry, exclusive: ['emit-evidence'] },
      'registry-ca': { ...REGISTRY_FLAGS['registry-ca'], exclusive: ['emit-evidence'] },
      location: {
        ...PLACE_FLAGS.location,
        exclusive: ['emit-evidence'],
        summary:
          "Where else a pointer's artifact is, and the signature is attached too: a location of another owner needs it.",
      },
    }),
    ...inGroup('signing', SIGNING_FLAGS),
    ...inGroup('report', withFlag(REPORT_FLAGS, 'emit-evidence')),
  },

  documents: (options) => options.texts('input'),
  load: async () => (await import('../cli/work/run-evidence-sign.ts')).runEvidenceSign,
} satisfies Command;
