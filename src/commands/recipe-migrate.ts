import type { Command } from '../cli/call/command.ts';
import { FILE_FLAG } from '../cli/call/report-flags.ts';

export default {
  summary: "Print a recipe of an older AICR with the header that today's reads.",

  description:
    "Changes kind and apiVersion and nothing else, so comments and order stay. The digests before and after go to standard error. A document that would mean something else with the new header, or that today's AICR refuses, is refused.",

  usage: 'recipe migrate FILE [--data DIR] [--output FILE]',

  examples: [
    { run: 'affidavit recipe migrate old.yaml', does: 'Print the recipe with the new header.' },
    {
      run: 'affidavit recipe migrate old.yaml --output new.yaml',
      does: 'Write it to a file; old.yaml stays as it is.',
    },
  ],

  args: {
    file: 'Resolved recipe, overlay, mixin, registry, criteria or list of validators, YAML; - is standard input.',
  },

  flags: {
    data: {
      type: 'text',
      helpValue: 'DIR',
      summary: "AICR's recipes, which have the types of components that the recipe does not name.",
    },
    ...FILE_FLAG,
  },

  load: async () => (await import('../cli/work/run-recipe-migrate.ts')).runRecipeMigrate,
} satisfies Command;
