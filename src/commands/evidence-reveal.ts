import type { Command } from '../cli/call/command.ts';

export default {
  summary: 'Reveal some of the values that redacted evidence withholds.',

  description: [
    'Takes the selected values out of the openings and writes them to a file with which verify-evidence --revealed proves that they were withheld when the evidence was signed. Checks first that they are of this bundle; its signature is not judged. A PATH is FILE, FILE#POINTER with all that is below it, or Type.subtype or Type.subtype.key of the snapshot.',
    'Exit codes: 0 written, 2 the bundle is refused or the openings are not of it, 3 a file cannot be read or written, 64 called wrongly, 130 interrupted.',
  ].join('\n\n'),

  usage: 'evidence reveal BUNDLE --openings FILE --select PATH... --output R [--force]',

  examples: [
    {
      run: 'affidavit evidence reveal evidence.tar.gz --openings openings.json --select OS.sysctl --output revealed.json',
      does: 'Reveal the kernel settings of the snapshot.',
    },
    {
      run: 'affidavit evidence reveal evidence.tar.gz --openings openings.json --select ctrf/performance.json --output revealed.json',
      does: 'Reveal all that is withheld of the results of a phase.',
    },
  ],

  args: { bundle: 'A bundle: a .tar.gz or a directory.' },

  unread: ['select'],

  flags: {
    openings: {
      type: 'text',
      required: true,
      helpValue: 'FILE',
      summary: 'What validate --openings wrote with the bundle.',
    },
    select: {
      type: 'texts',
      helpValue: 'PATH',
      summary: 'What to reveal, and nothing else; all words until the next flag.',
    },
    output: {
      type: 'text',
      char: 'o',
      required: true,
      helpValue: 'R',
      summary: 'Write the revealed values to this file.',
    },
    force: { type: 'switch', summary: 'Replace R if it exists.' },
  },

  documents: (options) => [options.required('bundle'), options.required('openings')],
  load: async () => (await import('../cli/work/run-evidence-reveal.ts')).runEvidenceReveal,
} satisfies Command;
