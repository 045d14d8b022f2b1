import type { Command } from '../cli/call/command.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

export default {
  summary: 'Print the completion of this program for a shell.',

  description: [
    'Prints a script that completes commands, flags, their values and files, and writes nothing. The shell reads it once; no program is started when Tab is pressed.',
    'bash 4 or newer: add `source <(affidavit completion bash)` to ~/.bashrc.',
    'zsh: add `source <(affidavit completion zsh)` to ~/.zshrc, below the line with compinit.',
    'fish: run `affidavit completion fish > ~/.config/fish/completions/affidavit.fish`.',
    'Do it again after an update. Exit codes: 0 it is printed, 64 called wrongly.',
  ].join('\n\n'),

  usage: 'completion SHELL',

  examples: [
    { run: 'affidavit completion bash', does: 'Print the script for bash.' },
    { run: 'affidavit completion fish', does: 'Print that for fish.' },
  ],

  args: { shell: `${SHELLS.slice(0, -1).join(', ')} or ${SHELLS.at(-1)}.` },
  unread: ['shell'],
  offered: async () => await Promise.resolve({ shell: SHELLS }),

  flags: {},

  load: async () => (await import('../cli/work/run-completion.ts')).runCompletion,
} satisfies Command;
