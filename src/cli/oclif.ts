// The fence around oclif: help, and the words that are not plainly right (`read-words.ts`). Of ours it imports types
// alone, because it is joined into a file of its own (`tools/bundle.ts`).

import { string as argument } from '@oclif/core/args';
import { Command as OclifCommand } from '@oclif/core/command';
import { boolean, integer, option, string } from '@oclif/core/flags';
import type { ArgInput, FlagInput } from '@oclif/core/interfaces';
import { parse } from '@oclif/core/parser';
import { run } from '@oclif/core/run';

import type { Command, Flag } from './call/command.ts';
import type { OptionValue } from './call/options.ts';

type OclifFlag = FlagInput[string];

/** Help, the version, and the error for a name that is no command's. `root` is the directory of package.json. */
export async function runOclif(argv: readonly string[], root: string): Promise<void> {
  await run([...argv], { root });
}

/** What was given, by name. Throws oclif's errors. */
export async function parseWords(
  words: readonly string[],
  command: Command,
): Promise<ReadonlyMap<string, OptionValue>> {
  const { args, flags } = await parse([...words], { ...grammarOf(command), strict: true });
  const given = Object.entries<unknown>({ ...flags, ...args });
  return new Map(given.flatMap(([name, value]) => optionOf(name, value)));
}

function optionOf(name: string, value: unknown): readonly (readonly [string, OptionValue])[] {
  if (value === undefined || value === false) return [];
  if (value === true || typeof value === 'string' || typeof value === 'number') {
    return [[name, value]];
  }
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) {
    return [[name, value]];
  }
  throw new TypeError(`oclif gave --${name} a value of another kind`);
}

/** A command as oclif wants it, for its help. */
export function oclifCommand(command: Command): typeof OclifCommand {
  const { args, flags } = grammarOf(command);
  return class extends OclifCommand {
    static override readonly summary = command.summary;
    static override readonly description = command.description;
    static override readonly usage = command.usage;
    static override readonly examples = [...command.examples];
    static override readonly args = args;
    static override readonly flags = flags;

    /** `main` runs the commands. */
    override async run(): Promise<void> {
      await Promise.reject(new Error('a command that oclif runs'));
    }
  };
}

function grammarOf({ args, flags }: Command): {
  readonly args: ArgInput;
  readonly flags: FlagInput;
} {
  const words = Object.entries(args).map(
    ([name, description]) => [name, argument({ required: true, description })] as const,
  );
  const options = Object.entries(flags).map(([name, flag]) => [name, oclifFlag(flag)] as const);
  return { args: Object.fromEntries(words), flags: Object.fromEntries(options) };
}

function oclifFlag(flag: Flag): OclifFlag {
  const { summary, dependsOn, exclusive } = flag;
  const common = {
    summary,
    ...(dependsOn && { dependsOn: [...dependsOn] }),
    ...(exclusive && { exclusive: [...exclusive] }),
    ...('helpValue' in flag && { helpValue: flag.helpValue }),
  };
  switch (flag.type) {
    case 'switch':
      return boolean(common);
    case 'text':
      return string({ ...common, required: flag.required === true });
    case 'texts':
      return string({ ...common, multiple: true, multipleNonGreedy: true });
    case 'choice':
      return option({ ...common, options: flag.options })();
    case 'number':
      return integer({ ...common, min: flag.min, max: flag.max, default: flag.default });
  }
}
