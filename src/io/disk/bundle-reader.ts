import { plainPath } from '../../archive/collect.ts';
import type { Entry, Layout } from '../../archive/entry.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { openEntries } from './bundle-source.ts';

/**
 * Reads files of a bundle on disk once more, without keeping any. As long as they are asked for in the order
 * of the bundle, it is read once; else from its start again.
 */
export class BundleReader {
  readonly #path: string;
  readonly #layout: Layout;
  #entries: AsyncGenerator<Entry, void> | undefined;

  constructor(path: string, layout: Layout) {
    this.#path = path;
    this.#layout = layout;
  }

  /** @throws EvidenceError FILE_CHANGED if it is no longer there, and what reading throws */
  async *open(path: string): AsyncGenerator<Uint8Array, void> {
    // Perhaps it is before what was read last.
    const entry = (await this.#find(path)) ?? (await this.#find(path));
    if (entry !== undefined) {
      yield* entry.content;
      return;
    }
    throw new EvidenceError('FILE_CHANGED', {
      at: path,
      found: 'no such file any more',
      expected: 'the bundle that was verified',
      hint: 'wait until nothing writes to the bundle, then run the same command again',
    });
  }

  async #find(path: string): Promise<Entry | undefined> {
    this.#entries ??= openEntries(this.#path, this.#layout);
    for (;;) {
      const next = await this.#entries.next();
      if (next.done === true) {
        this.#entries = undefined;
        return undefined;
      }
      if (next.value.type === 'file' && plainPath(next.value) === path) return next.value;
      await drain(next.value.content);
    }
  }
}

/** An entry is read to its end before the next one comes. */
async function drain(content: AsyncIterable<Uint8Array>): Promise<void> {
  const pieces = content[Symbol.asyncIterator]();
  let piece = await pieces.next();
  while (piece.done !== true) piece = await pieces.next();
}
