import { inGroup, type Command } from '../cli/call/command.ts';
import { MISSING_SCT_FLAG } from '../cli/call/judge-flags.ts';
import { ALLOW_TAG_FLAG, PLACE_FLAGS, REGISTRY_FLAGS } from '../cli/call/registry-flags.ts';
import { TRUST_ROOT_FLAGS } from '../cli/call/trust-flags.ts';

export default {
  summary: 'Make the pointer that AICR keeps for evidence in a registry.',

  description: [
    'Verifies the evidence, a bundle or an artifact that is fetched by its digest, and writes the small file that says where it is: with a signature at RECIPE/SOURCE/sha256-DIGEST.yaml below --evidence-dir, without one at RECIPE.yaml. SOURCE stands for identity and issuer of the signer. The pointer to a bundle without --oci is printed: it cannot be committed. AICR takes no pointer to a signature about the recipe, which is what validate signs: evidence publish signs the artifact.',
    'Exit codes: 0 made, 2 the evidence is refused or signed for something else, 3 a file or a registry fails, 4 several signed the artifact and nobody said whom the pointer is to name, 64 called wrongly, 130 interrupted.',
  ].join('\n\n'),

  usage: `evidence pointer INPUT [--oci NAME[:TAG]@sha256:HEX] [--evidence-dir DIR]
  [--attestation sha256:HEX] [--location HOST/REPOSITORY...] [--allow-tag]
  [--registry HOST...] [--registry-ca FILE]
  [--trusted-root FILE] [--trust-cache] [--tuf-root FILE] [--allow-missing-sct]`,

  examples: [
    {
      run: 'affidavit evidence pointer oci://ghcr.io/you/aicr-evidence@sha256:74c42dc3d793da22081a2e9507ca78842fe3795059f245d9b03c2edf4eccd8ab --evidence-dir recipes/evidence',
      does: 'Make the pointer of evidence that was signed in a registry.',
    },
    {
      run: 'affidavit evidence pointer unsigned.tar.gz --oci ghcr.io/you/aicr-evidence@sha256:74c42dc3d793da22081a2e9507ca78842fe3795059f245d9b03c2edf4eccd8ab --evidence-dir recipes/evidence',
      does: 'Make that of a bundle at hand, which somebody else pushed.',
    },
  ],

  args: {
    input:
      'A bundle, a .tar.gz or a directory; or an artifact, oci://HOST/REPOSITORY[:TAG]@sha256:HEX.',
  },

  flags: {
    oci: {
      type: 'text',
      helpValue: 'REFERENCE',
      summary: 'Where the bundle was pushed to: NAME[:TAG]@sha256:HEX.',
    },
    'evidence-dir': {
      type: 'text',
      helpValue: 'DIR',
      summary: "AICR's directory of evidence; by default recipes/evidence.",
    },
    ...inGroup('registry', { ...PLACE_FLAGS, ...ALLOW_TAG_FLAG, ...REGISTRY_FLAGS }),
    ...TRUST_ROOT_FLAGS,
    ...MISSING_SCT_FLAG,
  },

  documents: (options) => [options.required('input')],
  load: async () => (await import('../cli/work/run-evidence-pointer.ts')).runEvidencePointer,
} satisfies Command;
