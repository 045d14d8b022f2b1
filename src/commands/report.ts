import type { Command } from '../cli/call/command.ts';
import { STORED_REPORT_FLAGS } from '../cli/call/report-flags.ts';

export default {
  summary: 'Show a stored JSON report in another form; nothing is verified.',

  description:
    'Anybody can write JSON, so what is shown begins with the words that nothing was verified here, and has no tick. To know whether evidence is what its signer says, verify it. Exit codes: 0 it is shown, whatever it says; 3 it cannot be read, or is no report; 64 called wrongly.',

  usage: 'report REPORT [--format NAME[=PATH]...] [--output FILE]',

  examples: [
    { run: 'affidavit report report.json', does: 'Show a report on the terminal.' },
    {
      run: 'affidavit report report.json --format markdown --output summary.md',
      does: 'Write it for a pull request.',
    },
  ],

  args: {
    report:
      'JSON report of verify-evidence, of one bundle or of many, or of validate; - is standard input.',
  },

  flags: {
    ...STORED_REPORT_FLAGS,
  },

  load: async () => (await import('../cli/work/run-report.ts')).runReport,
} satisfies Command;
