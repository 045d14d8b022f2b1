import type { Command } from '../cli/call/command.ts';
import { FILE_FLAG } from '../cli/call/report-flags.ts';

export default {
  summary: "Print what AICR's verifier hashes of a recipe.",

  description:
    "AICR's canonical text of a YAML file of any kind: what Go's yaml.v3 writes of it, without comments and with sorted keys.",

  usage: 'recipe canonical FILE [--rules legacy|v3] [--output FILE]',

  examples: [
    { run: 'affidavit recipe canonical recipe.yaml', does: 'Print what is hashed of a recipe.' },
    {
      run: 'affidavit recipe canonical --rules legacy recipe.yaml --output recipe.canonical',
      does: 'Write what evidence v1 and v2 hash of it.',
    },
  ],

  args: { file: 'YAML; - is standard input.' },

  flags: {
    rules: {
      type: 'choice',
      options: ['legacy', 'v3'],
      summary:
        'Those of evidence v1 and v2 (legacy), or of v3, the default, which leave metadata.version out.',
    },
    ...FILE_FLAG,
  },

  load: async () => (await import('../cli/work/run-recipe-canonical.ts')).runRecipeCanonical,
} satisfies Command;
