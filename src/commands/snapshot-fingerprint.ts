import type { Command } from '../cli/call/command.ts';
import { SHOW_FLAGS } from '../cli/call/report-flags.ts';

export default {
  summary: 'Show what a snapshot says of its cluster, and where it says it.',

  description:
    'The fingerprint that a recipe is compared with: service, accelerator, GPU model, operating system, Kubernetes version, region and numbers of nodes, each with its source in the snapshot, and a note where there is no one value. What is doubtful about the snapshot is said on standard error, and in the JSON.',

  usage: 'snapshot fingerprint FILE [--format terminal|json] [--output FILE]',

  examples: [
    {
      run: 'affidavit snapshot fingerprint snapshot.yaml',
      does: 'Show what a snapshot says of its cluster.',
    },
    {
      run: 'affidavit snapshot fingerprint snapshot.yaml --format json',
      does: 'Give it to a program.',
    },
  ],

  args: { file: 'Snapshot, YAML; - is standard input.' },

  flags: {
    ...SHOW_FLAGS,
  },

  documents: (options) => [options.required('file')],
  load: async () =>
    (await import('../cli/work/run-snapshot-fingerprint.ts')).runSnapshotFingerprint,
} satisfies Command;
