import { inGroup, type Command } from '../cli/call/command.ts';
import { LAYOUT_FLAG } from '../cli/call/layout-flag.ts';
import { REPORT_FLAGS } from '../cli/call/report-flags.ts';
import { RESULTS_FLAGS, resultsOf } from '../cli/call/results-flags.ts';
import { RUN_FLAGS } from '../cli/call/run-flags.ts';
import { SIGNING_FLAGS, withFlag } from '../cli/call/signing-flags.ts';

const EVIDENCE = ['emit-evidence'];

export default {
  summary: 'Compare a cluster and its test results with a recipe; pack and sign the evidence.',

  description: [
    "Evaluates the recipe's criteria and constraints on the snapshot, and judges the phases by their results: CTRF, JUnit XML, go test -json, or a Kubernetes conformance run. With --emit-evidence, packs recipe, snapshot, results, logs and bill of materials into one signed archive.",
    'Exit codes: 0 all green, 1 not green, 4 green or not, but somebody has to judge whether snapshot and results are of one run (with both, the evidence is still written), 2 an input is refused, 3 a file or a service failed, 64 called wrongly, 130 interrupted.',
  ].join('\n\n'),

  usage: `validate --recipe FILE --snapshot FILE [--data DIR]
  [--results PATH...] [--phase NAME=PATH...] [--max-run-span DURATION] [--logs DIR]
  [--emit-evidence OUT]
  [--bom FILE] [--validator-image NAME=REF...] [--allow-mutable-validator-tags]
  [--layout archive|directory] [--redact minimal|none] [--openings FILE] [--no-sign] [--sandbox]
  [--identity-token TOKEN] [--login browser|device] [--oidc-issuer URL]
  [--oidc-client-id ID] [--oidc-redirect-url URL] [--yes] [--key FILE]
  [--signing-config FILE] [--trusted-root FILE]
  [--trust-cache] [--tuf-root FILE] [--ca-certificates FILE] [--allow-missing-sct] [--force]
  [--format NAME[=PATH]...] [--output FILE] [--allow-retired-api]`,

  examples: [
    {
      run: 'affidavit validate -r recipe.yaml -s snapshot.yaml',
      does: 'Compare a cluster with a recipe, before any test.',
    },
    {
      run: 'affidavit validate --recipe recipe.yaml --snapshot snapshot.yaml --results results/ --logs logs/ --emit-evidence evidence.tar.gz',
      does: 'Judge the results too, and pack and sign the evidence.',
    },
  ],

  args: {},

  unread: ['openings'],

  flags: {
    recipe: {
      type: 'text',
      char: 'r',
      required: true,
      helpValue: 'FILE',
      summary: 'Resolved recipe, YAML.',
    },
    snapshot: {
      type: 'text',
      char: 's',
      required: true,
      helpValue: 'FILE',
      summary: 'Snapshot of the cluster, YAML.',
    },
    data: {
      type: 'text',
      helpValue: 'DIR',
      summary:
        "AICR's recipes that the recipe was resolved in: the evidence binds the files that it only names.",
    },
    ...RESULTS_FLAGS,
    ...RUN_FLAGS,
    'allow-retired-api': {
      type: 'switch',
      summary: 'Make evidence of documents whose apiVersion is retired or missing.',
    },
    ...inGroup('evidence', {
      'emit-evidence': {
        type: 'text',
        helpValue: 'OUT',
        summary: 'Write the evidence to this .tar.gz, or, with --layout directory, directory.',
      },
      layout: { ...LAYOUT_FLAG.layout, dependsOn: EVIDENCE },
      force: { type: 'switch', dependsOn: EVIDENCE, summary: 'Replace OUT if it exists.' },
      logs: {
        type: 'text',
        dependsOn: EVIDENCE,
        helpValue: 'DIR',
        summary: 'Directory of logs, <phase>/<name>.',
      },
      bom: {
        type: 'text',
        dependsOn: EVIDENCE,
        helpValue: 'FILE',
        summary:
          'Your own bill of materials, CycloneDX 1.4 to 1.7 as JSON; by default one is made of recipe and snapshot.',
      },
      'validator-image': {
        type: 'texts',
        dependsOn: EVIDENCE,
        helpValue: 'NAME=REF',
        summary:
          'Image from which the test NAME was run, by digest (REF@sha256:…), where its report does not say it; all words until the next flag.',
      },
      'allow-mutable-validator-tags': {
        type: 'switch',
        dependsOn: EVIDENCE,
        summary: 'Take validators that are named by a tag that may be moved.',
      },
      redact: {
        type: 'choice',
        helpValue: 'POLICY',
        options: ['minimal', 'none'],
        dependsOn: EVIDENCE,
        summary: 'minimal, the default, publishes only what a verifier needs; none everything.',
      },
      openings: {
        type: 'text',
        dependsOn: EVIDENCE,
        helpValue: 'FILE',
        summary:
          'Commit to what is withheld, so that it can be revealed later; FILE keeps the secret, for you alone.',
      },
    }),
    ...inGroup('signing', {
      'no-sign': {
        type: 'switch',
        dependsOn: EVIDENCE,
        exclusive: Object.keys(SIGNING_FLAGS),
        summary: 'Leave the evidence unsigned.',
      },
      ...withFlag(SIGNING_FLAGS, 'emit-evidence'),
    }),
    ...inGroup('report', REPORT_FLAGS),
  },

  documents: (options) => [
    options.required('recipe'),
    options.required('snapshot'),
    ...resultsOf(options).map(({ path }) => path),
  ],
  load: async () => (await import('../cli/work/run-validate.ts')).runValidate,
} satisfies Command;
