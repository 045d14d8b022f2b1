import { inGroup, type Command } from '../cli/call/command.ts';
import { REGISTRY_FLAGS } from '../cli/call/registry-flags.ts';
import { RUN_FLAGS } from '../cli/call/run-flags.ts';
import { SIGNING_FLAGS } from '../cli/call/signing-flags.ts';

export default {
  summary: 'Push evidence to registries, signed, and write its pointer.',

  description: [
    'Verifies the bundle as evidence sign does, and signs it as an artifact of a registry before it is pushed; a bundle that is signed keeps its signature, which is attached as it is and not judged, unless --sign asks for one more. BUNDLE is not changed. A new signature lies beside it, in BUNDLE.attestation.json, until it is attached everywhere: run again, the command goes on with it. The reference that pointers and verifiers need is printed, one line per TARGET.',
    'Logins are those of docker login and podman login; without one, what anybody may read is read.',
    'Exit codes are those of evidence sign, about the bundle: 0 published and all green, 1 published and not green, 4 published, but somebody has to judge the run, 2 the bundle is refused, 3 a file or a service failed, a tag is taken, or the signature is attached and not listed, 64 called wrongly, also for unredacted evidence without --yes where no terminal is there to ask, 130 interrupted.',
  ].join('\n\n'),

  usage: `evidence publish BUNDLE TARGET... [--sign | --no-sign]
  [--evidence-dir DIR | --pointer FILE] [--force] [--dry-run] [--yes] [--max-run-span DURATION]
  [--registry HOST...] [--registry-ca FILE] [--sandbox] [--identity-token TOKEN]
  [--login browser|device] [--oidc-issuer URL] [--oidc-client-id ID] [--oidc-redirect-url URL]
  [--key FILE] [--signing-config FILE] [--trusted-root FILE] [--trust-cache] [--tuf-root FILE]
  [--ca-certificates FILE] [--allow-missing-sct]`,

  examples: [
    {
      run: 'affidavit evidence publish unsigned.tar.gz oci://ghcr.io/you/aicr-evidence --evidence-dir recipes/evidence',
      does: 'Sign what validate --no-sign packed, push it, and write its pointer.',
    },
    {
      run: 'affidavit evidence publish evidence.tar.gz oci://ghcr.io/you/aicr-evidence',
      does: 'Push signed evidence as it is.',
    },
    {
      run: 'affidavit evidence publish unsigned.tar.gz oci://ghcr.io/you/aicr-evidence --no-sign',
      does: 'Push it unsigned, for somebody else to sign.',
    },
  ],

  args: {
    bundle: 'A bundle: a .tar.gz or a directory.',
    target: 'oci://HOST/REPOSITORY[:TAG]; by default the tag is made of recipe and manifest.',
  },
  variadic: true,
  unread: ['target', 'evidence-dir', 'pointer'],

  flags: {
    sign: {
      type: 'switch',
      exclusive: ['no-sign'],
      summary: 'Sign as an artifact of the registry also what has a signature.',
    },
    'no-sign': {
      type: 'switch',
      exclusive: ['sign', ...Object.keys(SIGNING_FLAGS).filter((name) => name !== 'yes')],
      summary: 'Add no signature.',
    },
    'evidence-dir': {
      type: 'text',
      helpValue: 'DIR',
      exclusive: ['pointer'],
      summary: "Write the pointer below this directory, AICR's recipes/evidence.",
    },
    pointer: { type: 'text', helpValue: 'FILE', summary: 'Write the pointer to this file.' },
    force: {
      type: 'switch',
      summary: 'Take the tag from another artifact; replace FILE of --pointer.',
    },
    'dry-run': {
      type: 'switch',
      summary: 'Say what would be done, and change nothing: nothing is signed, sent or written.',
    },
    ...RUN_FLAGS,
    ...inGroup('registry', REGISTRY_FLAGS),
    ...inGroup('signing', {
      ...SIGNING_FLAGS,
      yes: {
        type: 'switch',
        summary: 'Publish evidence that is not redacted, and log in, without a question.',
      },
    }),
  },

  documents: (options) => [options.required('bundle')],
  load: async () => (await import('../cli/work/run-evidence-publish.ts')).runEvidencePublish,
} satisfies Command;
