import type { Command } from '../cli/call/command.ts';
import { REPORT_FLAGS } from '../cli/call/report-flags.ts';

export default {
  summary: 'Join the stored reports of all shards of one batch; nothing is verified.',

  description:
    'Reads what verify-evidence --shard I/N --format json wrote, one report of each shard, and makes one of them, in the order of the inputs. Exit codes: the worst that is recorded; 3 one is missing, there twice, changed, or of another tool version, root, policy, list or other rules (flags that can change a verdict); 64 called wrongly.',

  usage: 'report merge REPORT... [--format NAME[=PATH]...] [--output FILE]',

  examples: [
    {
      run: 'affidavit report merge shard-1.json shard-2.json',
      does: 'Join two shards, and end with the worst exit code.',
    },
    {
      run: 'affidavit report merge shard-1.json shard-2.json --format json=all.json --format markdown=summary.md',
      does: 'Write the whole report for programs, and a summary for people.',
    },
  ],

  args: {
    report: 'JSON report of a shard; - is standard input.',
  },

  variadic: true,

  flags: {
    ...REPORT_FLAGS,
  },

  load: async () => (await import('../cli/work/run-report-merge.ts')).runReportMerge,
} satisfies Command;
