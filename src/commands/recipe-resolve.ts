import type { Command } from '../cli/call/command.ts';
import { OUTPUT_FLAG } from '../cli/call/report-flags.ts';

export default {
  summary: 'Resolve a recipe from a directory of recipes, as `aicr recipe` does.',

  description: [
    'Applies the overlays that are for the criteria, and prints the resolved recipe as YAML. A criterion that is not named is open. The rules are those of the AICR that the directory is for: the apiVersion of its overlays/base.yaml decides. Warnings go to standard error.',
    'Exit codes: 0 resolved, 2 the recipes or the criteria are refused, 3 a file failed, 64 called wrongly.',
  ].join('\n\n'),

  usage: `recipe resolve --data DIR [--service NAME] [--accelerator NAME] [--intent NAME]
  [--os NAME] [--platform NAME] [--nodes COUNT] [--profile NAME=VALUE] [--snapshot FILE]
  [--rules v0.11|current] [--explain] [--output FILE]`,

  examples: [
    {
      run: 'affidavit recipe resolve --data recipes --service eks --accelerator h100 --intent training --os ubuntu --output recipe.yaml',
      does: 'Write the recipe for a cluster.',
    },
    {
      run: 'affidavit recipe resolve --data recipes --snapshot snapshot.yaml --intent training --explain',
      does: 'Take service, accelerator and system from a snapshot, and say which overlays are used.',
    },
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
    profile: {
      type: 'text',
      helpValue: 'NAME=VALUE',
      summary: 'The value of the profile of the recipe; else its default.',
    },
    snapshot: {
      type: 'text',
      char: 's',
      helpValue: 'FILE',
      summary:
        'Snapshot of a cluster: it fills in criteria that no flag names, and leaves out overlays that do not fit.',
    },
    rules: {
      type: 'choice',
      options: ['v0.11', 'current'],
      summary: 'Resolve as AICR v0.11 does, or as it does today.',
    },
    explain: {
      type: 'switch',
      summary: 'Say on standard error who set each field, and why an overlay was left out.',
    },
    output: {
      ...OUTPUT_FLAG.output,
      summary: 'Write the recipe to this file; - is standard output.',
    },
  },

  load: async () => (await import('../cli/work/run-recipe-resolve.ts')).runRecipeResolve,
} satisfies Command;
