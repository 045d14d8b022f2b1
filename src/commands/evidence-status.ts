import { inGroup, type Command } from '../cli/call/command.ts';
import { PLACE_FLAGS, REGISTRY_FLAGS } from '../cli/call/registry-flags.ts';
import { SHOW_FLAGS } from '../cli/call/report-flags.ts';

export default {
  summary: 'Say which locations serve evidence, with every byte read.',

  description: [
    'Reads and hashes what each location serves: the manifest, the layer, and what is attached. REF is as for evidence fetch, or a tag, oci://HOST/REPOSITORY:TAG: what it is now is asked about. Of a pointer all its locations are asked, and those of --location. A tag that was moved is said. Nothing is judged and nothing is written.',
    'Logins are those of docker login and podman login; without one, what anybody may read is read.',
    'Exit codes: 0 all serve it, 1 one lacks it or serves something else, 3 one cannot be reached, 64 called wrongly, 130 interrupted. What is wrong with REF itself is 2 or 3.',
  ].join('\n\n'),

  usage: `evidence status REF [--attestation DIGEST] [--location HOST/REPOSITORY...]
  [--registry HOST...] [--registry-ca FILE]
  [--format terminal|json] [--output FILE]`,

  examples: [
    {
      run: 'affidavit evidence status recipes/evidence/h100-eks-training.yaml --location ghcr.io/you/mirror',
      does: 'Ask all locations of a pointer, and one more.',
    },
    {
      run: 'affidavit evidence status oci://ghcr.io/you/aicr-evidence:v1 --format json',
      does: 'Ask what a tag is now.',
    },
  ],

  args: { ref: 'An artifact: oci://…, a pointer, or a layout.' },

  flags: {
    ...inGroup('registry', { ...PLACE_FLAGS, ...REGISTRY_FLAGS }),
    ...inGroup('report', SHOW_FLAGS),
  },

  load: async () => (await import('../cli/work/run-evidence-status.ts')).runEvidenceStatus,
} satisfies Command;
