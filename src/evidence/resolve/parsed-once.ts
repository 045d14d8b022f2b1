/**
 * What was made of the bytes of files. Two trees of one repository share most of their files, and their bytes are the same
 * object: each is parsed once, and what it became is the same object too.
 */
export class ParsedOnce<T> {
  readonly #known = new WeakMap<Uint8Array, Map<string, { readonly value: T }>>();

  /** @param key what it depends on beside the bytes */
  of(bytes: Uint8Array, key: string, parse: () => T): T {
    const before = this.#known.get(bytes) ?? new Map<string, { readonly value: T }>();
    const known = before.get(key) ?? { value: parse() };
    this.#known.set(bytes, before.set(key, known));
    return known.value;
  }
}
