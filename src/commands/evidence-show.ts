import { inGroup, type Command } from '../cli/call/command.ts';
import { ALLOW_TAG_FLAG, PLACE_FLAGS, REGISTRY_FLAGS } from '../cli/call/registry-flags.ts';
import { FILE_FLAG } from '../cli/call/report-flags.ts';

export default {
  summary: 'Show what is in evidence: its files, or one of them.',

  description: [
    'Lists the files of a bundle with sizes and digests, or prints one of them, made safe for the terminal: what nobody can see is escaped, and of a file that is long or no text is said how to get its bytes. Nothing is verified, and the first line says so.',
    'Exit codes: 0 shown, 2 it is no bundle, 3 a file or a registry fails, 64 called wrongly, 130 interrupted.',
  ].join('\n\n'),

  usage: `evidence show BUNDLE [PATH] [--output FILE]
  [--location HOST/REPOSITORY...] [--allow-tag]
  [--registry HOST...] [--registry-ca FILE]`,

  examples: [
    { run: 'affidavit evidence show evidence.tar.gz', does: 'List what is in it.' },
    { run: 'affidavit evidence show evidence.tar.gz recipe.yaml', does: 'Print one of its files.' },
  ],

  args: {
    bundle:
      'A .tar.gz, a directory, or - for a .tar.gz in standard input; oci://…, a pointer, or an OCI image layout.',
    path: 'A file in it, e.g. ctrf/deployment.json.',
  },
  optional: true,
  unread: ['path'],

  flags: {
    output: {
      ...FILE_FLAG.output,
      summary:
        'Write the list, or the bytes of PATH as they are, to this file; - is standard output.',
    },
    ...inGroup('registry', {
      location: PLACE_FLAGS.location,
      ...ALLOW_TAG_FLAG,
      ...REGISTRY_FLAGS,
    }),
  },

  load: async () => (await import('../cli/work/run-evidence-show.ts')).runEvidenceShow,
} satisfies Command;
