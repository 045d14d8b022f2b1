import type { Command } from '../cli/call/command.ts';
import { MISSING_SCT_FLAG } from '../cli/call/judge-flags.ts';
import { TRUST_ROOT_FLAGS } from '../cli/call/trust-flags.ts';

export default {
  summary: 'Make the pointer that AICR keeps for evidence in a registry.',

  description: [
    'Verifies the bundle, and writes the small file that says where it is: with a signature at RECIPE/SOURCE/sha256-DIGEST.yaml below --evidence-dir, without one at RECIPE.yaml. SOURCE stands for identity and issuer of the signer. Without --oci the pointer is printed: it cannot be committed. AICR takes no pointer to a signature about the recipe, which is what affidavit signs: for AICR, pack with --no-sign --layout directory.',
    'Exit codes: 0 made, 2 the bundle is refused or signed for something else, 3 a file cannot be read or written, 64 called wrongly, 130 interrupted.',
  ].join('\n\n'),

  usage: `evidence pointer BUNDLE [--oci NAME[:TAG]@sha256:HEX] [--evidence-dir DIR]
  [--trusted-root FILE] [--trust-cache] [--tuf-root FILE] [--allow-missing-sct]`,

  examples: [
    `<%= config.bin %> <%= command.id %> summary-bundle \\
  --oci ghcr.io/you/aicr-evidence:h100-eks-training@sha256:74c42dc3d793da22081a2e9507ca78842fe3795059f245d9b03c2edf4eccd8ab`,
  ],

  args: { bundle: 'A bundle: a .tar.gz or a directory.' },

  flags: {
    oci: {
      type: 'text',
      helpValue: 'REFERENCE',
      summary: 'Where the bundle was pushed to: NAME[:TAG]@sha256:HEX.',
    },
    'evidence-dir': {
      type: 'text',
      helpValue: 'DIR',
      dependsOn: ['oci'],
      summary: "AICR's directory of evidence; by default recipes/evidence.",
    },
    ...TRUST_ROOT_FLAGS,
    ...MISSING_SCT_FLAG,
  },

  documents: (options) => [options.required('bundle')],
  load: async () => (await import('../cli/work/run-evidence-pointer.ts')).runEvidencePointer,
} satisfies Command;
