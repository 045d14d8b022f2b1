// Reads the words of a call. oclif's parser takes many times as long to load. It reads a missing operand
// from standard input, and has its own words for errors. docs/decisions/0006

import type { Command, Flag } from './command.ts';
import type { OptionValue } from './options.ts';

type Flags = Command['flags'];
type Given = ReadonlyMap<string, OptionValue>;

/** What was given, by name, or the first thing that is wrong with it. */
export type Reading =
  | { readonly given: Given; readonly flagWords: readonly string[] }
  | { readonly mistake: Mistake };

/** `usage-error.ts` says it to people, and is loaded only then. `name` is a flag's, `word` is foreign. */
export type Mistake =
  | { readonly kind: 'flag-unknown' | 'operand-unwanted'; readonly word: string }
  | { readonly kind: 'value-missing'; readonly name: string; readonly word: string | undefined }
  | { readonly kind: 'value-wrong'; readonly name: string; readonly word: string }
  | { readonly kind: 'value-unwanted' | 'flag-twice'; readonly name: string }
  | {
      readonly kind: 'missing';
      readonly operands: readonly string[];
      readonly flags: readonly string[];
    }
  | { readonly kind: 'needs' | 'excludes'; readonly name: string; readonly other: string };

export function readWords(words: readonly string[], command: Command): Reading {
  const { flags, variadic = false, instead = '' } = command;
  const reading = new WordReader(words, flags);
  const mistake = reading.read();
  if (mistake !== undefined) return { mistake };
  const { given, operands, flagWords } = reading;
  const names = namesOf(command, operands);
  const [unwanted] = variadic ? [] : operands.slice(names.length);
  if (unwanted !== undefined) return { mistake: { kind: 'operand-unwanted', word: unwanted } };
  const wanted = given.has(instead) ? [] : names;
  const wrong = missing(wanted, operands, flags, given) ?? conflict(flags, given);
  if (wrong !== undefined) return { mistake: wrong };
  const last = variadic ? names.length - 1 : names.length;
  const named = names.map(
    (name, index) =>
      [name, index === last ? operands.slice(last) : (operands[index] ?? '')] as const,
  );
  return { given: new Map([...defaultsOf(flags), ...given, ...named]), flagWords };
}

/** Of the words that are no flags. */
function namesOf({ args, optional }: Command, operands: readonly string[]): readonly string[] {
  const all = Object.keys(args);
  return optional === true ? all.slice(0, Math.max(operands.length, all.length - 1)) : all;
}

/** Goes through the words once. A word with a dash is a flag, but for `-`, which may be standard input. */
class WordReader {
  readonly given = new Map<string, OptionValue>();
  readonly operands: string[] = [];
  readonly flagWords: string[] = [];
  readonly #rest: string[];
  readonly #flags: Flags;
  /** What the words that are no flag belong to: the list of the flag before them, or the operands. */
  #list = this.operands;

  constructor(words: readonly string[], flags: Flags) {
    this.#rest = [...words];
    this.#flags = flags;
  }

  /** Stops at the first mistake. */
  read(): Mistake | undefined {
    for (let word = this.#rest.shift(); word !== undefined; word = this.#rest.shift()) {
      if (word === '--') {
        for (const each of this.#rest.splice(0)) this.operands.push(each);
      } else if (isFlag(word)) {
        const mistake = this.#readFlag(word);
        if (mistake !== undefined) return mistake;
      } else {
        this.#list.push(word);
        if (this.#list !== this.operands) this.flagWords.push(word);
      }
    }
    return undefined;
  }

  #readFlag(word: string): Mistake | undefined {
    const { name, attached } = splitFlag(word, this.#flags);
    const flag = this.#flags[name];
    if (!Object.hasOwn(this.#flags, name) || flag === undefined) {
      return { kind: 'flag-unknown', word };
    }
    this.#list = this.operands;
    this.flagWords.push(word);
    if (flag.type === 'switch') {
      this.given.set(name, true);
      return attached === undefined ? undefined : { kind: 'value-unwanted', name };
    }
    const next = attached === undefined ? this.#value() : undefined;
    if (next !== undefined) this.flagWords.push(next);
    const text = attached ?? next;
    if (text === undefined) return { kind: 'value-missing', name, word: this.#rest[0] };
    return this.#readValue(name, flag, text);
  }

  #readValue(
    name: string,
    flag: Exclude<Flag, { type: 'switch' }>,
    text: string,
  ): Mistake | undefined {
    if (flag.type === 'texts') return this.#add(name, text, flag.repeated);
    if (flag.type !== 'forms' && this.given.has(name)) return { kind: 'flag-twice', name };
    const value = valueOf(flag, text);
    if (value === undefined) return { kind: 'value-wrong', name, word: text };
    if (flag.type === 'forms') return this.#add(name, text, true);
    this.given.set(name, value);
    return undefined;
  }

  /** The next word, unless it is a flag: a value that was forgotten must not swallow it. */
  #value(): string | undefined {
    const [next] = this.#rest;
    return next === undefined || isFlag(next) ? undefined : this.#rest.shift();
  }

  /** A list goes on until the next flag: `--results results/*.json` is many words. Not that of a repeated flag. */
  #add(name: string, text: string, isRepeated = false): undefined {
    const former = this.given.get(name);
    const list = [...(typeof former === 'object' ? former : []), text];
    this.given.set(name, list);
    if (!isRepeated) this.#list = list;
  }
}

function isFlag(word: string): boolean {
  return word.startsWith('-') && word !== '-';
}

/** The name of the flag, and what is attached: `--name=value`, `-nvalue`, `-n=value`. */
function splitFlag(
  word: string,
  flags: Flags,
): { readonly name: string; readonly attached: string | undefined } {
  const equals = word.indexOf('=');
  const head = equals === -1 ? word : word.slice(0, equals);
  const value = equals === -1 ? undefined : word.slice(equals + 1);
  if (head.startsWith('--')) return { name: head.slice(2), attached: value };
  // `-recipe`, as Go's programs have it, is not -r with the value ecipe.
  if (Object.hasOwn(flags, head.slice(1))) return { name: head, attached: value };
  const [name = ''] = Object.entries(flags).find(([, { char }]) => char === word.charAt(1)) ?? [];
  return { name, attached: head.length === 2 ? value : word.slice(2) };
}

/** A name, and perhaps the path that it is for: what is empty was a variable that was not set. */
export function isForm(
  { options }: Extract<Flag, { readonly type: 'forms' }>,
  text: string,
): boolean {
  return options.some(
    (name) => text === name || (text.startsWith(`${name}=`) && text !== `${name}=`),
  );
}

function valueOf(
  flag: Exclude<Flag, { type: 'switch' | 'texts' }>,
  text: string,
): OptionValue | undefined {
  switch (flag.type) {
    case 'text':
      return text;
    case 'forms':
      return isForm(flag, text) ? text : undefined;
    case 'choice':
      return flag.options.includes(text) ? text : undefined;
    case 'number': {
      const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
      return number >= flag.min && number <= flag.max ? number : undefined;
    }
  }
}

/** Everything at once that must be there and is not. An empty operand is none: a variable was not set. */
function missing(
  names: readonly string[],
  operands: readonly string[],
  flags: Flags,
  given: Given,
): Mistake | undefined {
  const lacking = {
    operands: names.filter((_, index) => (operands[index] ?? '') === ''),
    flags: Object.keys(flags).filter((name) => isRequired(flags[name]) && !given.has(name)),
  };
  return lacking.operands.length + lacking.flags.length === 0
    ? undefined
    : { kind: 'missing', ...lacking };
}

function isRequired(flag: Flag | undefined): boolean {
  return flag !== undefined && 'required' in flag;
}

/** A flag that stands without what it needs, or beside what it excludes. */
function conflict(flags: Flags, given: Given): Mistake | undefined {
  for (const [name, { dependsOn = [], exclusive = [] }] of Object.entries(flags)) {
    if (!given.has(name)) continue;
    const needed = dependsOn.find((other) => !given.has(other));
    if (needed !== undefined) return { kind: 'needs', name, other: needed };
    const excluded = exclusive.find((other) => given.has(other));
    if (excluded !== undefined) return { kind: 'excludes', name, other: excluded };
  }
  return undefined;
}

function defaultsOf(flags: Flags): readonly (readonly [string, OptionValue])[] {
  return Object.entries(flags).flatMap(([name, flag]) =>
    flag.type === 'number' && flag.default !== undefined ? [[name, flag.default] as const] : [],
  );
}
