import { inGroup, type Command } from '../cli/call/command.ts';
import { ALLOW_TAG_FLAG, PLACE_FLAGS, REGISTRY_FLAGS } from '../cli/call/registry-flags.ts';

export default {
  summary: 'Copy evidence and its signatures to other registries, or to a directory.',

  description: [
    'Copies the artifact and its Sigstore signatures byte for byte, so that every digest stays; what is there already is not sent again. REF is as for evidence fetch. A TARGET is oci://HOST/REPOSITORY[:TAG], or the directory of an OCI image layout, which is made or added to. Nothing is judged. The lines that a pointer may have for the copies are printed, or written by --pointer.',
    'Logins are those of docker login and podman login; without one, what anybody may read is read.',
    'Exit codes: 0 copied, 2 it is malformed or has other bytes than its digest says, 3 a registry or a file fails, does not have it, or has another artifact under the tag, 64 called wrongly, 130 interrupted.',
  ].join('\n\n'),

  usage: `evidence mirror REF TARGET... [--pointer FILE] [--force]
  [--attestation DIGEST] [--location HOST/REPOSITORY...] [--allow-tag]
  [--registry HOST...] [--registry-ca FILE]`,

  examples: [
    {
      run: 'affidavit evidence mirror recipes/evidence/h100-eks-training.yaml oci://ghcr.io/you/copy',
      does: 'Copy what a pointer leads to into another repository.',
    },
    {
      run: 'affidavit evidence mirror evidence-layout oci://registry.example.com/you/copy',
      does: 'Push what was fetched as a layout.',
    },
  ],

  args: {
    ref: 'An artifact: oci://…, a pointer, or a layout.',
    target: 'Where to: oci://HOST/REPOSITORY[:TAG], or a directory.',
  },
  variadic: true,
  unread: ['target'],

  flags: {
    pointer: {
      type: 'text',
      helpValue: 'FILE',
      summary: 'Add the copies to the affidavit.locations of this pointer.',
    },
    force: { type: 'switch', summary: 'Take the tag from another artifact.' },
    ...inGroup('registry', { ...PLACE_FLAGS, ...ALLOW_TAG_FLAG, ...REGISTRY_FLAGS }),
  },

  load: async () => (await import('../cli/work/run-evidence-mirror.ts')).runEvidenceMirror,
} satisfies Command;
