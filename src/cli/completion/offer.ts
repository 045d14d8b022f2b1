// What a shell may offer of the commands: read from the table, in one shape for all shells.
import type { Command, Flag } from '../call/command.ts';
import { READ_VALUES } from '../call/inputs.ts';

/** What stands after a flag, or is an argument. Without words and path: what no shell knows. */
export interface Value {
  readonly words?: readonly string[];
  readonly path?: 'file' | 'directory' | 'after-equals';
}

export interface OfferedFlag {
  /** With their dashes. */
  readonly names: readonly string[];
  readonly summary: string;
  /** Undefined: it is a switch. */
  readonly value: Value | undefined;
  readonly isRepeatable: boolean;
}

export interface Offer {
  /** One word, or two. */
  readonly name: string;
  readonly summary: string;
  /** What each word may be that is no flag; undefined: it takes none. */
  readonly operand: Value | undefined;
  readonly flags: readonly OfferedFlag[];
}

const DIRECTORIES: ReadonlySet<string | undefined> = new Set(['DIR', 'D']);
const FILES: ReadonlySet<string | undefined> = new Set([...READ_VALUES, 'OUT']);
const HELP: OfferedFlag = {
  names: ['-h', '--help'],
  summary: 'Show the help',
  value: undefined,
  isRepeatable: false,
};

/** @param root the directory of package.json */
export async function offerOf(name: string, command: Command, root: string): Promise<Offer> {
  const words = new Map(Object.entries((await command.offered?.(root)) ?? {}));
  return {
    name,
    summary: brief(command.summary),
    operand: operandOf(command, words),
    flags: [
      ...Object.entries(command.flags).map(([flagName, flag]): OfferedFlag => ({
        names: [...('char' in flag ? [`-${flag.char}`] : []), `--${flagName}`],
        summary: brief(flag.summary),
        value: valueOf(flag, words.get(flagName)),
        isRepeatable: flag.type === 'texts' || flag.type === 'forms',
      })),
      HELP,
    ],
  };
}

/** A list of values after a flag looks like arguments. */
function operandOf(
  { args, flags }: Command,
  words: ReadonlyMap<string, readonly string[]>,
): Value | undefined {
  const isList = Object.values(flags).some((flag) => flag.type === 'texts' && !flag.repeated);
  const [argument] = Object.keys(args);
  if (argument === undefined && !isList) return undefined;
  const known = words.get(argument ?? '');
  return known === undefined ? { path: 'file' } : { words: known };
}

function valueOf(flag: Flag, words: readonly string[] | undefined): Value | undefined {
  if (flag.type === 'switch') return undefined;
  if (flag.type === 'forms') return { words: flag.options, path: 'after-equals' };
  if (flag.type === 'choice') return { words: flag.options };
  if (words !== undefined) return { words };
  if (flag.helpValue === 'NAME=PATH') return { path: 'after-equals' };
  if (DIRECTORIES.has(flag.helpValue)) return { path: 'directory' };
  return FILES.has(flag.helpValue) ? { path: 'file' } : {};
}

/** Beside a word there is room for one short line: the first part of what is said. */
function brief(summary: string): string {
  return summary.replace(/(?:[;:] |\. (?=[A-Z])|\.$).*/s, '');
}

/** First word of names → those with two words, by the second one. */
export function byFirstWord(
  offers: readonly Offer[],
): ReadonlyMap<string, ReadonlyMap<string, Offer>> {
  const firsts = new Set(offers.map(({ name }) => name.split(' ')[0] ?? ''));
  return new Map(
    [...firsts].map((first) => [
      first,
      new Map(
        offers.flatMap((offer) => {
          const [group, second] = offer.name.split(' ');
          return group === first && second !== undefined ? [[second, offer] as const] : [];
        }),
      ),
    ]),
  );
}

/** A name of two words is compared before one that it begins with. */
export function longestFirst(offers: readonly Offer[]): readonly Offer[] {
  return offers.toSorted((one, other) => wordsIn(other) - wordsIn(one));
}

export function wordsIn({ name }: Offer): number {
  return name.split(' ').length;
}

/** What is said of a first word: the summary of its command, or the words that may follow. */
export function firstSummary(offers: readonly Offer[], first: string): string {
  const own = offers.find(({ name }) => name === first);
  return own?.summary ?? [...(byFirstWord(offers).get(first)?.keys() ?? [])].join(', ');
}

/** What the program answers beside its commands; after `help` stands the name of one. */
export const ASIDES = { help: 'Show the help of a command', version: 'Show the version' } as const;
