/** Whether lists have an item twice. Ajv compares each item with each other one, which takes minutes for 200,000. */
export class UniqueItems {
  readonly #numbers = new Map<string, number>();
  readonly #known = new WeakMap<object, number>();

  /** @param items values of one JSON document */
  areUnique(items: readonly unknown[]): boolean {
    return new Set(items.map((item) => this.#numberOf(item))).size === items.length;
  }

  /** The same for all equal values. Each list and map is read once, however many lists it is inside of. */
  #numberOf(value: unknown): number {
    // JSON.stringify would make infinity and null the same.
    if (typeof value === 'number') return this.#numberOfText(String(value));
    if (typeof value !== 'object' || value === null) {
      return this.#numberOfText(JSON.stringify(value));
    }
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    const members = Object.keys(value)
      .toSorted()
      .map((key) => [key, this.#numberOf(Reflect.get(value, key))]);
    const number = this.#numberOfText(JSON.stringify([Array.isArray(value), members]));
    this.#known.set(value, number);
    return number;
  }

  #numberOfText(text: string): number {
    const number = this.#numbers.get(text) ?? this.#numbers.size;
    this.#numbers.set(text, number);
    return number;
  }
}
