import type { Command } from '../cli/call/command.ts';
import { SHOW_FLAGS } from '../cli/call/report-flags.ts';

export default {
  summary: 'Say everything that is wrong with recipes, with file, line and column.',

  description: [
    "Reads overlays, mixins, registries and resolved recipes, or a directory of AICR's recipes, and resolves what they are for. Each line is FILE:LINE:COLUMN CODE MESSAGE. It says what is misspelt, missing or unreachable, which overlays disagree, and which numbers AICR would write otherwise.",
    'Exit codes: 0 no errors, perhaps warnings; 2 errors; 3 a file failed; 64 called wrongly.',
  ].join('\n\n'),

  usage: 'recipe lint PATH... [--data DIR] [--format terminal|json] [--output FILE]',

  examples: [
    { run: 'affidavit recipe lint recipes', does: 'Look through a directory like that of AICR.' },
    {
      run: 'affidavit recipe lint overlays/acme.yaml --data recipes',
      does: 'Look at an overlay of your own.',
    },
  ],

  args: { path: "A file, or a directory of AICR's recipes." },
  variadic: true,

  flags: {
    data: {
      type: 'text',
      helpValue: 'DIR',
      summary: 'The recipes that each PATH is for: it is laid over them.',
    },
    ...SHOW_FLAGS,
  },

  documents: (options) => [
    ...options.texts('path'),
    ...[options.text('data')].filter((path) => path !== undefined),
  ],
  load: async () => (await import('../cli/work/run-recipe-lint.ts')).runRecipeLint,
} satisfies Command;
