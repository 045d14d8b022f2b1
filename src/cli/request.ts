import type { Command } from './call/command.ts';
import { COMMANDS, findCommand } from './command-table.ts';

/** What the words after the program's name ask for. */
export type Request =
  /** The help of one command, or of the program. */
  | { readonly kind: 'help'; readonly name: string | undefined }
  | { readonly kind: 'version' }
  | { readonly kind: 'call'; readonly name: string; readonly command: Command }
  | { readonly kind: 'unknown'; readonly words: readonly string[] };

/** Words that are no command of the table, and what they ask for. */
export const ASIDES = ['help', 'version'] as const;

const HELP: ReadonlySet<string | undefined> = new Set([undefined, 'help', '--help', '-h']);
const VERSION: ReadonlySet<string | undefined> = new Set(['version', '--version']);

export async function requestOf(argv: readonly string[]): Promise<Request> {
  const [name, ...words] = argv;
  if (HELP.has(name)) return helpOn(words);
  if (VERSION.has(name)) return asksForHelp(words) ? helpOn([]) : { kind: 'version' };
  const command = await findCommand(name ?? '');
  if (name === undefined || command === undefined) return { kind: 'unknown', words: argv };
  return asksForHelp(words) ? { kind: 'help', name } : { kind: 'call', name, command };
}

/** `help COMMAND`, as `COMMAND --help`. */
function helpOn(words: readonly string[]): Request {
  const names = words.filter(
    (word) => !word.startsWith('-') && ASIDES.every((aside) => aside !== word),
  );
  const unknown = names.findIndex((word) => !Object.hasOwn(COMMANDS, word));
  if (unknown !== -1) return { kind: 'unknown', words: names.slice(unknown) };
  return { kind: 'help', name: names[0] };
}

/** After `--` it is an operand. */
function asksForHelp(words: readonly string[]): boolean {
  const dashes = words.indexOf('--');
  return words
    .slice(0, dashes === -1 ? undefined : dashes)
    .some((word) => word === '--help' || word === '-h');
}
