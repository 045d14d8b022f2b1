import type { Command } from '../cli/call/command.ts';
import { FILE_FLAG } from '../cli/call/report-flags.ts';

export default {
  summary: 'Print the digest of a recipe, as `aicr evidence digest` does.',

  description:
    "64 hexadecimal digits: SHA-256 of the recipe as AICR reads it into its types and writes it again. An overlay of --data is resolved first. Quotes, brackets and the order of keys do not matter. What AICR's types have no field for is left out and named on standard error, and so is a number that Go writes otherwise.",

  usage: 'recipe digest FILE [--data DIR] [--profile NAME=VALUE] [--output FILE]',

  examples: [
    { run: 'affidavit recipe digest recipe.yaml', does: 'Print the digest of a resolved recipe.' },
    {
      run: 'affidavit recipe digest --data recipes recipes/overlays/h100-eks-training.yaml',
      does: 'Print that of the recipe that an overlay makes.',
    },
  ],

  args: { file: 'Resolved recipe or overlay, YAML; - is standard input.' },

  flags: {
    data: {
      type: 'text',
      helpValue: 'DIR',
      summary: "AICR's recipes: what an overlay is resolved in, and the types of components.",
    },
    profile: {
      type: 'text',
      helpValue: 'NAME=VALUE',
      summary: 'The value of the profile of the overlay; else its default.',
    },
    ...FILE_FLAG,
  },

  load: async () => (await import('../cli/work/run-recipe-digest.ts')).runRecipeDigest,
} satisfies Command;
