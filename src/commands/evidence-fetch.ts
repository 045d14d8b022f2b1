import { inGroup, type Command } from '../cli/call/command.ts';
import { ALLOW_TAG_FLAG, PLACE_FLAGS, REGISTRY_FLAGS } from '../cli/call/registry-flags.ts';

export default {
  summary: 'Fetch evidence from a registry, with its signature in it.',

  description: [
    'REF is oci://HOST/REPOSITORY[:TAG]@sha256:HEX, a pointer, or LAYOUT[@sha256:HEX], the directory of an OCI image layout. What comes is compared with its digests, and the signature is not judged: that is for verify-evidence. OUT is written completely or not at all. A download that breaks is left beside it, as OUT.<12 digits>.partial, and the same command goes on from there.',
    'Logins are those of docker login and podman login; without one, what anybody may read is read.',
    'Exit codes: 0 fetched, 2 it is malformed or has other bytes than its digest says, 3 a registry or a file fails or does not have it, 4 several signatures are attached, 64 called wrongly, 130 interrupted.',
  ].join('\n\n'),

  usage: `evidence fetch REF [--output OUT | --oci-layout DIR]
  [--attestation DIGEST] [--location HOST/REPOSITORY...] [--allow-tag]
  [--registry HOST...] [--registry-ca FILE] [--force]`,

  examples: [
    {
      run: 'affidavit evidence fetch recipes/evidence/h100-eks-training.yaml -o evidence.tar.gz',
      does: 'Fetch what a pointer leads to, as an archive.',
    },
    {
      run: 'affidavit evidence fetch recipes/evidence/h100-eks-training.yaml --oci-layout evidence-layout',
      does: 'Fetch it with all that is attached, for a machine without a network.',
    },
  ],

  args: { ref: 'An artifact: oci://…, a pointer, or a layout.' },

  unread: ['oci-layout'],

  flags: {
    output: {
      type: 'text',
      char: 'o',
      helpValue: 'OUT',
      exclusive: ['oci-layout'],
      summary: 'Write this .tar.gz; by default evidence-<12 digits>.tar.gz.',
    },
    'oci-layout': {
      type: 'text',
      helpValue: 'DIR',
      summary: 'Write an OCI image layout with all signatures, or add to one of ours.',
    },
    force: {
      type: 'switch',
      summary: 'Replace OUT if it exists; in DIR, take the tag from another artifact.',
    },
    ...inGroup('registry', { ...PLACE_FLAGS, ...ALLOW_TAG_FLAG, ...REGISTRY_FLAGS }),
  },

  load: async () => (await import('../cli/work/run-evidence-fetch.ts')).runEvidenceFetch,
} satisfies Command;
