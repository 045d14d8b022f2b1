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
  const rest = words.values();
  for (const word of rest) {
    if (word.startsWith('-')) {
      const found = readFlag(word, rest, flags, given);
      if (found === undefined) return undefined;
      given.set(...found);
    } else {
      operands.push(word);
    }
  }
  const named = nameOperands(operands, Object.keys(args));
  if (named === undefined || !isAllowed(flags, given)) return undefined;
  return new Map([...defaultsOf(flags), ...given, ...named]);
}

/** @param rest the words after it: `--name value` takes the next one */
function readFlag(
  word: string,
  rest: Iterator<string, undefined>,
  flags: Flags,
  given: Given,
): [name: string, value: OptionValue] | undefined {
  const [, name = '', attached] = /^--([a-z-]+)(?:=(.*))?$/s.exec(word) ?? [];
  const flag = Object.hasOwn(flags, name) ? flags[name] : undefined;
  if (flag === undefined) return undefined;
  const text = flag.type === 'switch' ? attached : (attached ?? rest.next().value);
  const value = valueOf(flag, text, given.get(name));
  return value === undefined ? undefined : [name, value];
}

/** @param former what the same flag was given before */
function valueOf(
  flag: Flag,
  text: string | undefined,
  former: OptionValue | undefined,
): OptionValue | undefined {
  if (flag.type === 'switch') return (text ?? former) === undefined ? true : undefined;
  // `-` may be standard input, `-x` a flag, and an empty text a variable that was not set.
  if (text === undefined || text === '' || text.startsWith('-')) return undefined;
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
