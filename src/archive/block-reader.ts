/** Reads a stream of chunks in pieces of the wanted sizes, without copying where it can. */
export class BlockReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);
  #offset = 0;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** How many bytes were read so far. */
  get offset(): number {
    return this.#offset;
  }

  /** What is at hand of the next `most` bytes, at least one; undefined at the end. */
  async readSome(most: number): Promise<Uint8Array | undefined> {
    while (this.#rest.length === 0) {
      const next = await this.#chunks.next();
      if (next.done === true) return undefined;
      this.#rest = next.value;
    }
    const piece = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(piece.length);
    this.#offset += piece.length;
    return piece;
  }

  /** The next `size` bytes; fewer only at the end. */
  async read(size: number): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    let missing = size;
    while (missing > 0) {
      const piece = await this.readSome(missing);
      if (piece === undefined) break;
      pieces.push(piece);
      missing -= piece.length;
    }
    const [only] = pieces;
    return pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces);
  }

  /** Tells the source that nobody will read on. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}
