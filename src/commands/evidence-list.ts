import { inGroup, type Command } from '../cli/call/command.ts';
import { REPORT_FLAGS } from '../cli/call/report-flags.ts';
import { judgingWithout } from './verify-evidence.ts';

/** But for what is about one bundle, or about a share of them. */
const JUDGING = judgingWithout('bundle', 'attestation', 'logs', 'revealed', 'shard');

const LIST_FLAGS = {
  ...REPORT_FLAGS,
  format: {
    ...REPORT_FLAGS.format,
    summary: REPORT_FLAGS.format.summary.replace(
      'else markdown',
      'in a pipe a line for each, its cells between tabs, else markdown',
    ),
  },
} as const satisfies Command['flags'];

export default {
  summary: 'Verify bundles, and list them: verdict, recipe, cluster, time and signer of each.',

  description: [
    'Judges each as verify-evidence does, with its flags, and shows a row for each, in the order of the inputs; below them stands how many ended how. json and jsonl have the whole reports, as those of verify-evidence for many bundles. The time is what the signature proves; the cluster is what the snapshot in the bundle shows.',
    'Exit codes: the worst of all, as of verify-evidence: 70, then 2, 64, 3, 4, 1, 0; 130 interrupted.',
  ].join('\n\n'),

  usage: `evidence list INPUT... [--from FILE|-] [--jobs N] [--fail-fast]
  [--location HOST/REPOSITORY...] [--allow-tag]
  [--registry HOST...] [--registry-ca FILE]
  [--trusted-root FILE] [--trust-cache] [--tuf-root FILE]
  [--certificate-identity IDENTITY --certificate-oidc-issuer URL | --policy FILE]
  [--public-key FILE] [--certificate-identity-type TYPE] [--at TIME]
  [--recipe FILE | --recipes DIR] [--max-run-span DURATION]
  [--format NAME[=PATH]...] [--output FILE] [--offline]
  [--judge both|own] [--allow-missing-sct] [--allow-unsigned]
  [--accept-claimed | --require-recomputed]`,

  examples: [
    {
      run: 'affidavit evidence list evidence/ --policy signers.json',
      does: 'List all bundles below a directory.',
    },
    {
      run: "affidavit evidence list 'evidence/**/*.tar.gz' --policy signers.json --format markdown=list.md",
      does: 'Write the list of those that a pattern finds for a pull request.',
    },
  ],

  args: {
    input: 'What verify-evidence takes: bundles, directories around bundles, patterns, artifacts.',
  },

  variadic: true,
  instead: 'from',

  ...JUDGING,
  flags: { ...JUDGING.flags, ...inGroup('report', LIST_FLAGS) },

  load: async () => (await import('../cli/work/run-evidence-list.ts')).runEvidenceList,
} satisfies Command;
