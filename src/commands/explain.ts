import type { Command } from '../cli/call/command.ts';
import { SHOW_FLAGS } from '../cli/call/report-flags.ts';

export default {
  summary: 'Explain an error code, a check, an exit code or a word of a report, with an example.',

  description:
    'Prints what the documentation says of it. The words are those of docs/errors.md, docs/verification.md and docs/cli.md of this version. Reads nothing else, and makes no network call.',

  usage: 'explain WORD [--format terminal|json] [--output FILE]',

  examples: [
    { run: 'affidavit explain SIGNER_NOT_ALLOWED', does: 'Explain an error code.' },
    { run: 'affidavit explain files-match-manifest', does: 'Explain a check.' },
    { run: 'affidavit explain 4', does: 'Explain an exit code.' },
    { run: 'affidavit explain NOT_REACHED', does: 'Explain a word of a report.' },
  ],

  args: {
    word: 'A code that was printed, the name of a check, an exit code or its verdict, or a word of a report.',
  },
  unread: ['word'],
  offered: async (root) => ({
    word: (await (await import('../cli/work/run-explain.ts')).readExplanations(root)).flatMap(
      ({ names }) => names,
    ),
  }),

  flags: SHOW_FLAGS,

  load: async () => (await import('../cli/work/run-explain.ts')).runExplain,
} satisfies Command;
