import type { Command } from '../cli/call/command.ts';
import { OUTPUT_FLAG } from '../cli/call/report-flags.ts';

export default {
  summary: 'Resolve a recipe from a directory of recipes, as `aicr recipe` does.',

  description: [
    'Applies the overlays that are for the criteria, and prints the resolved recipe as YAML. A criterion that is not named is open. The rules are those of the AICR that the directory is for: the apiVersion of its overlays/base.yaml decides.',
    'Exit codes: 0 resolved, 2 the recipes or the criteria are refused, 3 a file failed, 64 called wrongly.',
  ].join('\n\n'),

  usage: `recipe resolve --data DIR [--service NAME] [--accelerator NAME] [--intent NAME]
  [--os NAME] [--platform NAME] [--nodes COUNT] [--rules v0.11|current] [--output FILE]`,

  examples: [
    `<%= config.bin %> <%= command.id %> --data recipes --service eks --accelerator h100 \\
  --intent training --os ubuntu --output recipe.yaml`,
  ],

  args: {},

  flags: {
    data: {
      type: 'text',
      helpValue: 'DIR',
      required: true,
      summary: 'The recipes: a directory like `recipes` of AICR.',
    },
    service: { type: 'text', helpValue: 'NAME', summary: 'Who runs the cluster, e.g. eks.' },
    accelerator: { type: 'text', helpValue: 'NAME', summary: 'The GPU, e.g. h100.' },
    intent: { type: 'text', helpValue: 'NAME', summary: 'training or inference.' },
    os: { type: 'text', helpValue: 'NAME', summary: 'The operating system, e.g. ubuntu.' },
    platform: { type: 'text', helpValue: 'NAME', summary: 'What runs on it, e.g. kubeflow.' },
    nodes: {
      type: 'number',
      helpValue: 'COUNT',
      min: 0,
      max: 1_000_000,
      default: 0,
      summary: 'How many nodes with a GPU; 0 leaves it open.',
    },
    rules: {
      type: 'choice',
      options: ['v0.11', 'current'],
      summary: 'Resolve as AICR v0.11 does, or as it does today.',
    },
    output: {
      ...OUTPUT_FLAG.output,
      summary: 'Write the recipe to this file; - is standard output.',
    },
  },

  signals: 'interrupt',
  load: async () => (await import('../cli/work/run-recipe-resolve.ts')).runRecipeResolve,
} satisfies Command;
