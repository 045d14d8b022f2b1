/** What was given for one flag or argument; a switch is `true`. */
export type OptionValue = string | readonly string[] | number | true;

/**
 * The words of one call, by the name of the flag or argument. It throws for another name or kind: that
 * is a bug.
 */
export class Options {
  readonly #values: ReadonlyMap<string, OptionValue>;
  readonly #names: readonly string[];

  /** @param names those that the command declares: a misspelt one must not look like one that was not given */
  constructor(values: ReadonlyMap<string, OptionValue>, names: readonly string[]) {
    this.#values = values;
    this.#names = names;
  }

  text(name: string): string | undefined {
    const value = this.#get(name);
    if (value === undefined || typeof value === 'string') return value;
    throw new TypeError(`--${name} is no text`);
  }

  required(name: string): string {
    const value = this.text(name);
    if (value !== undefined) return value;
    throw new TypeError(`${name} was not given`);
  }

  /** Empty if it was not given. */
  texts(name: string): readonly string[] {
    const value = this.#get(name) ?? [];
    if (typeof value === 'object') return value;
    throw new TypeError(`--${name} is no list`);
  }

  choice<T extends string>(name: string, options: readonly T[]): T | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const option = options.find((candidate) => candidate === value);
    if (option !== undefined) return option;
    throw new TypeError(`--${name} is none of its options`);
  }

  number(name: string): number {
    const value = this.#get(name);
    if (typeof value === 'number') return value;
    throw new TypeError(`--${name} is no number`);
  }

  /** As it was given, whatever its kind. */
  value(name: string): OptionValue | undefined {
    return this.#get(name);
  }

  has(name: string): boolean {
    return this.#get(name) !== undefined;
  }

  #get(name: string): OptionValue | undefined {
    if (this.#names.includes(name)) return this.#values.get(name);
    throw new TypeError(`the command does not declare ${name}`);
  }
}
