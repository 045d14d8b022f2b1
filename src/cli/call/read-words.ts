// Reads the words of a call that is plainly right, in a fraction of the time that oclif's parser takes to load. Whatever
// is unusual or wrong is left to oclif's, which has the last word on both: what is accepted, and what an error says.

import type { Command, Flag } from './command.ts';
import type { OptionValue } from './options.ts';

type Flags = Command['flags'];
type Given = ReadonlyMap<string, OptionValue>;

/** What was given, by name. Undefined: oclif's parser must decide. A test holds that the two agree where this one answers. */
export function readWords(words: readonly string[], { args, flags }: Command): Given | undefined {
  const given = new Map<string, OptionValue>();
  const operands: string[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (word.startsWith('-')) {
      const found = readFlag([word, words[index + 1]], flags, given);
      if (found === undefined) return undefined;
      given.set(found.name, found.value);
      index += found.words - 1;
    } else {
      operands.push(word);
    }
  }
  const named = nameOperands(operands, Object.keys(args));
  if (named === undefined || !isAllowed(flags, given)) return undefined;
  return new Map([...defaultsOf(flags), ...given, ...named]);
}

interface FoundFlag {
  readonly name: string;
  readonly value: OptionValue;
  /** How many it took: `--name value` is two. */
  readonly words: 1 | 2;
}

function readFlag(
  [word, next = '']: readonly [string, string | undefined],
  flags: Flags,
  given: Given,
): FoundFlag | undefined {
  const [, name = '', attached] = /^--([a-z-]+)(?:=(.*))?$/s.exec(word) ?? [];
  const flag = Object.hasOwn(flags, name) ? flags[name] : undefined;
  if (flag === undefined) return undefined;
  const value = valueOf(flag, { attached, next }, given.get(name));
  if (value === undefined) return undefined;
  return { name, value, words: value === true || attached !== undefined ? 1 : 2 };
}

/** @param former what the same flag was given before */
function valueOf(
  flag: Flag,
  { attached, next }: { readonly attached: string | undefined; readonly next: string },
  former: OptionValue | undefined,
): OptionValue | undefined {
  if (flag.type === 'switch') return (attached ?? former) === undefined ? true : undefined;
  const text = attached ?? next;
  // `-` may be standard input, `-x` a flag, and an empty text a variable that was not set.
  if (text === '' || text.startsWith('-')) return undefined;
  if (flag.type === 'texts') return [...(typeof former === 'object' ? former : []), text];
  return former === undefined ? singleValue(flag, text) : undefined;
}

function singleValue(
  flag: Exclude<Flag, { type: 'switch' | 'texts' }>,
  text: string,
): OptionValue | undefined {
  switch (flag.type) {
    case 'text':
      return text;
    case 'choice':
      return flag.options.includes(text) ? text : undefined;
    case 'number': {
      const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
      return number >= flag.min && number <= flag.max ? number : undefined;
    }
  }
}

function nameOperands(
  operands: readonly string[],
  names: readonly string[],
): readonly (readonly [string, string])[] | undefined {
  if (operands.length !== names.length || operands.includes('')) return undefined;
  return names.map((name, index) => [name, operands[index] ?? '']);
}

/** Nothing is missing, and nothing stands beside what excludes it. */
function isAllowed(flags: Flags, given: Given): boolean {
  return Object.entries(flags).every(([name, flag]) => {
    if (!given.has(name)) return !('required' in flag);
    const { dependsOn = [], exclusive = [] } = flag;
    return (
      dependsOn.every((other) => given.has(other)) && !exclusive.some((other) => given.has(other))
    );
  });
}

function defaultsOf(flags: Flags): readonly (readonly [string, OptionValue])[] {
  return Object.entries(flags).flatMap(([name, flag]) =>
    flag.type === 'number' ? [[name, flag.default] as const] : [],
  );
}
