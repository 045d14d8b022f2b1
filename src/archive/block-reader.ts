const LINE_END = 0x0a;

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
    if (!(await this.#fill())) return undefined;
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

  /** The next line without its end; undefined if no end comes within `most` bytes. */
  async readLine(most: number): Promise<Uint8Array | undefined> {
    const pieces: Uint8Array[] = [];
    for (let left = most; left > 0 && (await this.#fill());) {
      const end = this.#rest.subarray(0, left).indexOf(LINE_END);
      const piece = await this.readSome(end === -1 ? left : end + 1);
      if (piece === undefined) break;
      pieces.push(piece);
      if (end !== -1) return Buffer.concat(pieces).subarray(0, -1);
      left -= piece.length;
    }
    return undefined;
  }

  /** Tells the source that nobody will read on. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  /** Whether there is anything left; then some of it is at hand. */
  async #fill(): Promise<boolean> {
    while (this.#rest.length === 0) {
      const next = await this.#chunks.next();
      if (next.done === true) return false;
      this.#rest = next.value;
    }
    return true;
  }
}
