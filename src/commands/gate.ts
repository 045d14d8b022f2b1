import { inGroup, type Command } from '../cli/call/command.ts';
import { REGISTRY_FLAGS } from '../cli/call/registry-flags.ts';
import { GATE_REPORT_FLAGS } from '../cli/call/report-flags.ts';

export default {
  summary: 'Decide whether a change of recipes has the evidence that it needs.',

  description: [
    'Compares two commits of a repository of recipes, verifies what the pointers of the affected recipes lead to as verify-evidence does, and decides by a policy. Nothing is checked out, and nothing that the repository configures runs. Bundles are taken by their digest from --bundles, else from the registries that the policy or --registry names, without any login.',
    'The policy comes from the tip of the base, or from outside; never from the change. A change that adds its own signer is judged by the policy without it. `affidavit gate post` shows the decision in a pull request.',
    'Exit codes: 0 the evidence is what the policy asks for, or it only warns; 1 intact, but not green; 2 something is invalid, or its signer is not allowed; 3 evidence cannot be reached, or nothing was judged; 4 evidence is missing or not enough; 64 called wrongly.',
  ].join('\n\n'),

  usage: `gate (--base REF | --all) --head REF (--policy FILE | --policy-ref REF:PATH)
  [--git DIR] [--recipes FOLDER] [--evidence-dir FOLDER]
  [--bundles DIR] [--registry HOST...] [--registry-ca FILE]
  [--trusted-root FILE] [--offline] [--at TIME]
  [--format NAME[=PATH]...] [--output FILE]`,

  examples: [
    {
      run: 'affidavit gate --base main --head HEAD --policy-ref main:recipes/evidence/policy.json',
      does: 'Decide about the branch that is checked out, by the policy of main.',
    },
    {
      run: 'affidavit gate --all --head main --policy recipes/evidence/policy.json --format json=gate.json',
      does: 'Judge every recipe of main as if it had changed, e.g. each night.',
    },
  ],

  args: {},
  unread: ['git'],

  flags: {
    base: {
      type: 'text',
      helpValue: 'REF',
      exclusive: ['all'],
      summary: 'The commit, e.g. a branch, into which is merged.',
    },
    all: {
      type: 'switch',
      summary: 'Judge each recipe of head as if it had changed, instead of a change.',
    },
    head: {
      type: 'text',
      helpValue: 'REF',
      required: true,
      summary: 'The commit that is judged.',
    },
    policy: {
      type: 'text',
      helpValue: 'FILE',
      exclusive: ['policy-ref'],
      summary:
        'Policy file that the change cannot touch: JSON, or the allowlist.yaml of AICR. Who may sign, and what is needed.',
    },
    'policy-ref': {
      type: 'text',
      helpValue: 'REF:PATH',
      summary: 'The same in a commit that is no part of the change, e.g. main:policy.json.',
    },
    git: {
      type: 'text',
      helpValue: 'DIR',
      summary: 'The repository; by default the one of this folder.',
    },
    recipes: {
      type: 'text',
      helpValue: 'FOLDER',
      summary: "AICR's recipes, from the root of the repository; by default recipes.",
    },
    'evidence-dir': {
      type: 'text',
      helpValue: 'FOLDER',
      summary: 'The pointers, from the root of the repository; by default evidence in the recipes.',
    },
    at: {
      type: 'text',
      helpValue: 'TIME',
      summary: 'What time it is (RFC 3339, UTC), for ages and exemptions; by default now.',
    },
    offline: {
      type: 'switch',
      summary: 'Block every connection, so that none can be made by mistake.',
    },
    ...inGroup('registry', {
      bundles: {
        type: 'text',
        helpValue: 'DIR',
        summary:
          'Bundles on disk, so that they are not fetched: OCI layouts, or archives of whatever name, known by the artifact that their signed statement names.',
      },
      ...REGISTRY_FLAGS,
    }),
    ...inGroup('trust', {
      'trusted-root': {
        type: 'text',
        helpValue: 'FILE',
        summary: 'Sigstore trusted root; by default the embedded public-good one.',
      },
    }),
    ...inGroup('report', GATE_REPORT_FLAGS),
  },

  // It is about one artifact that the user names.
  absent: ['attestation'],
  load: async () => (await import('../cli/work/run-gate.ts')).runGate,
} satisfies Command;
