/** Parts are joined when there are so many, so that a million of them cost no more than their characters. */
const MOST_PARTS = 4096;

/** A text on its way. Added to a text one by one, parts would make a chain of all the texts in between. */
export class TextParts {
  #parts: string[] = [];
  readonly #joined: string[] = [];
  /** In characters. */
  length = 0;

  add(part: string): void {
    if (part === '') return;
    this.length += part.length;
    this.#parts.push(part);
    if (this.#parts.length === MOST_PARTS) this.#join();
  }

  text(): string {
    this.#join();
    return this.#joined.join('');
  }

  #join(): void {
    this.#joined.push(this.#parts.join(''));
    this.#parts = [];
  }
}

/** The text with each line changed; the change is told whether it is the first, and whether the last. */
export function mapLines(
  text: string,
  change: (line: string, isFirst: boolean, isLast: boolean) => string,
): string {
  const parts = new TextParts();
  for (let start = 0; ;) {
    const end = text.indexOf('\n', start);
    const line = text.slice(start, end === -1 ? undefined : end);
    parts.add(change(line, start === 0, end === -1));
    if (end === -1) return parts.text();
    parts.add('\n');
    start = end + 1;
  }
}
