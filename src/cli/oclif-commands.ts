// The commands as oclif wants them, for its help. The build makes `oclif.manifest.json` of this; the program reads that
// file instead.

import { string as argument } from '@oclif/core/args';
import { Command as OclifCommand } from '@oclif/core/command';
import { boolean, integer, option, string } from '@oclif/core/flags';
import type { FlagInput } from '@oclif/core/interfaces';

import type { Command, Flag } from './call/command.ts';
import { isForm } from './call/read-words.ts';
import { allCommands } from './command-table.ts';
import type { ASIDES } from './request.ts';

type Page = Pick<Command, 'summary'> &
  Partial<
    Pick<
      Command,
      'description' | 'usage' | 'examples' | 'args' | 'variadic' | 'optional' | 'instead' | 'flags'
    >
  >;

/** What the program answers beside the commands of the table (`request.ts`). */
const ASIDE_PAGES: Readonly<Record<(typeof ASIDES)[number], Page>> = {
  help: { summary: 'Show this, or the help of one command; --help and -h do too.' },
  version: { summary: 'Show the version; --version does too.' },
};

const HELP = boolean({ char: 'h', summary: 'Show this.' });

const pages: readonly (readonly [string, Page])[] = [
  ...(await allCommands()),
  ...Object.entries(ASIDE_PAGES),
];

/** oclif looks for this name (package.json). */
export const COMMANDS = Object.fromEntries(pages.map(([name, page]) => [name, oclifCommand(page)]));

function oclifCommand({
  args = {},
  flags = {},
  variadic,
  optional,
  instead,
  ...page
}: Page): typeof OclifCommand {
  const last = Object.keys(args).at(-1);
  const words = Object.entries(args).map(
    ([name, description]) =>
      [
        name,
        argument({
          required: !(optional && name === last) && instead === undefined,
          description,
          ...(variadic && name === last && { multiple: true }),
        }),
      ] as const,
  );
  const options = Object.entries(flags).map(
    ([name, flag]) =>
      [name, { ...oclifFlag(flag), ...('group' in flag && { helpGroup: flag.group }) }] as const,
  );
  return class extends OclifCommand {
    static override readonly summary = page.summary;
    static override readonly description = page.description;
    static override readonly usage = page.usage;
    static override readonly examples = (page.examples ?? []).map(({ run, does }) => ({
      description: does,
      command: run,
    }));
    static override readonly args = Object.fromEntries(words);
    static override readonly flags = { ...Object.fromEntries(options), help: HELP };

    /** `main` runs the commands. */
    override async run(): Promise<void> {
      await Promise.reject(new Error('a command that oclif runs'));
    }
  };
}

function oclifFlag(flag: Flag): FlagInput[string] {
  const common = commonOf(flag);
  switch (flag.type) {
    case 'switch':
      return boolean(common);
    case 'text':
      return string({ ...common, required: flag.required === true });
    case 'texts':
    case 'forms':
      return listFlag(flag, common);
    case 'choice':
      return option({ ...common, options: flag.options })();
    case 'number': {
      const { min, max, default: value } = flag;
      return integer({ ...common, min, max, ...(value !== undefined && { default: value }) });
    }
  }
}

/** What flags of every type have. */
function commonOf(flag: Flag) {
  const { summary, dependsOn, exclusive, char } = flag;
  return {
    summary,
    ...(dependsOn && { dependsOn: [...dependsOn] }),
    ...(exclusive && { exclusive: [...exclusive] }),
    ...(char && { char }),
    ...('helpValue' in flag && { helpValue: flag.helpValue }),
  };
}

function listFlag(
  flag: Extract<Flag, { type: 'texts' | 'forms' }>,
  common: ReturnType<typeof commonOf>,
): FlagInput[string] {
  if (flag.type === 'texts') {
    return string({ ...common, multiple: true, multipleNonGreedy: flag.repeated === true });
  }
  const parse = async (text: string): Promise<string> =>
    isForm(flag, text) ? await Promise.resolve(text) : await Promise.reject(new Error(text));
  return string({ ...common, multiple: true, multipleNonGreedy: true, parse });
}
