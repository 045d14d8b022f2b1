import { plainPath } from '../../archive/collect.ts';
import type { Entry } from '../../archive/entry.ts';

/** What entries pass through, and come out the same. */
export type Passing = (entries: AsyncIterable<Entry>) => AsyncIterable<Entry>;

/** A log, and its start: as much as somebody wants to look at. */
export interface KeptLog {
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  readonly start: Uint8Array;
}

/** Bytes of one log, and of all together. */
const MOST = { log: 256 * 1024, all: 8 * 1024 * 1024 };

/** Logs, whose starts are kept as they pass by. Whether they are the right ones is not known before all were read and compared. */
export class LogTap {
  readonly #isLog: (path: string) => boolean;
  readonly #logs: KeptLog[] = [];
  #left = MOST.all;

  constructor(isLog: (path: string) => boolean) {
    this.#isLog = isLog;
  }

  get logs(): readonly KeptLog[] {
    return this.#logs;
  }

  /** The same entries. */
  async *through(entries: AsyncIterable<Entry>): AsyncGenerator<Entry, void> {
    for await (const entry of entries) {
      const path = plainPath(entry);
      if (entry.type !== 'file' || !this.#isLog(path)) {
        yield entry;
        continue;
      }
      const pieces: Uint8Array[] = [];
      yield { ...entry, content: this.#kept(entry.content, pieces) };
      this.#logs.push({ path, size: entry.size, start: Buffer.concat(pieces) });
    }
  }

  async *#kept(
    content: AsyncIterable<Uint8Array>,
    pieces: Uint8Array[],
  ): AsyncGenerator<Uint8Array, void> {
    let room = Math.min(MOST.log, this.#left);
    for await (const piece of content) {
      if (room > 0) {
        // A copy: whoever reads the archive may use its bytes again.
        const start = Uint8Array.from(piece.subarray(0, room));
        pieces.push(start);
        room -= start.length;
        this.#left -= start.length;
      }
      yield piece;
    }
  }
}
