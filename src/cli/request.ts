import type { Command } from './call/command.ts';
import { withOwnNames } from './call/flag-aliases.ts';
import { COMMANDS, findCommand, leadingName } from './command-table.ts';

/** What the words after the program's name ask for. */
export type Request =
  /** The help of one command, of those whose names begin with one word, or of the program. */
  | {
      readonly kind: 'help';
      readonly name: string | undefined;
      readonly isAsked: boolean;
      /** Among words of a call, e.g. the name of a file: nothing of that is done, so it is no success. */
      readonly isBeside?: boolean;
    }
  | { readonly kind: 'version' }
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly command: Command;
      /** Those after the name. */
      readonly words: readonly string[];
    }
  | { readonly kind: 'unknown'; readonly words: readonly string[] };

/** Words that are no command of the table, and what they ask for. */
export const ASIDES = ['help', 'version'] as const;

const HELP: ReadonlySet<string | undefined> = new Set([undefined, 'help', '--help', '-h']);
const VERSION: ReadonlySet<string | undefined> = new Set(['version', '--version']);

export async function requestOf(argv: readonly string[]): Promise<Request> {
  const [first, ...others] = argv;
  if (HELP.has(first)) return helpOn(others);
  if (VERSION.has(first)) return asksForHelp(others) ? helpOn([]) : { kind: 'version' };
  const name = leadingName(argv);
  const command = name === undefined ? undefined : await findCommand(name);
  if (name === undefined || command === undefined) {
    const isTopic = others.every((word) => HELP.has(word)) && leadsNames(first);
    if (!isTopic) return { kind: 'unknown', words: argv };
    return { kind: 'help', name: first, isAsked: others.length > 0 };
  }
  const words = argv.slice(name.split(' ').length);
  if (asksForHelp(words)) {
    return { kind: 'help', name, isAsked: true, isBeside: !words.every((word) => HELP.has(word)) };
  }
  return { kind: 'call', name, command, words };
}

/** The words of a call with our own names of flags. */
export async function inOwnNames(argv: readonly string[]): Promise<readonly string[]> {
  const name = leadingName(argv);
  const command = name === undefined ? undefined : await findCommand(name);
  if (name === undefined || command === undefined) return argv;
  const length = name.split(' ').length;
  return [...argv.slice(0, length), ...withOwnNames(argv.slice(length), command)];
}

/** Whether names of commands begin with this word, as those of `recipe lint` and `recipe digest` do with `recipe`. */
function leadsNames(word: string | undefined): boolean {
  return Object.keys(COMMANDS).some((name) => name.startsWith(`${word} `));
}

/** `help COMMAND`, as `COMMAND --help`. */
function helpOn(words: readonly string[]): Request {
  const names = words.filter(
    (word) => !word.startsWith('-') && ASIDES.every((aside) => aside !== word),
  );
  const [first] = names;
  if (names.length === 1 && leadsNames(first)) return { kind: 'help', name: first, isAsked: true };
  const name = leadingName(names);
  const rest = names.slice(name?.split(' ').length ?? 0);
  const unknown = rest.findIndex((word) => leadingName([word]) === undefined);
  if (unknown !== -1) return { kind: 'unknown', words: rest.slice(unknown) };
  return { kind: 'help', name, isAsked: true };
}

/** After `--` it is an operand. */
function asksForHelp(words: readonly string[]): boolean {
  const dashes = words.indexOf('--');
  return words
    .slice(0, dashes === -1 ? undefined : dashes)
    .some((word) => word === '--help' || word === '-h');
}
