import { inGroup, type Command } from '../cli/call/command.ts';
import { DIFF_REPORT_FLAGS } from '../cli/call/report-flags.ts';
import { judgingWithout } from './verify-evidence.ts';

/** But for what is about one bundle alone, or about many. */
const JUDGING = judgingWithout(
  ...['bundle', 'attestation', 'recipe', 'recipes', 'logs', 'revealed'],
  ...['from', 'jobs', 'shard', 'fail-fast'],
);

export default {
  summary: 'Say what differs between two pieces of evidence.',

  description: [
    'Verifies both as verify-evidence does, with its flags, and compares them: verdict, signer, fields of the recipe, facts of the cluster, versions, outcomes of constraints, tests, figures with percentage, images. A or B may be a report that verify-evidence or validate wrote as JSON: what it says is shown as recorded, and was not verified. The weaker verdict stands in the first line.',
    'Exit codes: 0 the same, 1 different, also if a side is red or undecided, 2 a side is invalid, 3 a side cannot be read or judged, 64 called wrongly, 130 interrupted.',
  ].join('\n\n'),

  usage: `evidence diff A B [--ignore KIND...]
  [--location HOST/REPOSITORY...] [--allow-tag]
  [--registry HOST...] [--registry-ca FILE]
  [--trusted-root FILE] [--trust-cache] [--tuf-root FILE]
  [--certificate-identity IDENTITY --certificate-oidc-issuer URL | --policy FILE]
  [--public-key FILE] [--certificate-identity-type TYPE] [--at TIME]
  [--max-run-span DURATION] [--judge both|own] [--allow-missing-sct]
  [--allow-unsigned] [--accept-claimed | --require-recomputed]
  [--format NAME[=PATH]...] [--output FILE] [--offline]`,

  examples: [
    {
      run: 'affidavit evidence diff old.tar.gz new.tar.gz --policy signers.json',
      does: 'Say what has changed in new evidence; exit 1 if anything has.',
      exit: 1,
    },
    {
      run: 'affidavit evidence diff report.json new.tar.gz --ignore verdict --ignore signer',
      does: 'Compare it with a report of an older run, but for who signed and what came out; exit 1.',
      exit: 1,
    },
  ],

  args: {
    a: 'What verify-evidence takes, or a report in JSON (a file FILE.json).',
    b: 'The same; what has changed in it.',
  },

  offered: async () => ({
    ignore: (await import('../cli/work/run-evidence-diff.ts')).CHANGE_KINDS,
  }),

  ...JUDGING,
  flags: {
    ignore: {
      type: 'texts',
      repeated: true,
      helpValue: 'KIND',
      summary:
        'Leave this out: verdict, signer, recipe, cluster, versions, constraints, tests, figures or images.',
    },
    ...JUDGING.flags,
    ...inGroup('report', DIFF_REPORT_FLAGS),
  },

  documents: (options) => ['a', 'b'].map((name) => options.required(name)),
  load: async () => (await import('../cli/work/run-evidence-diff.ts')).runEvidenceDiff,
} satisfies Command;
