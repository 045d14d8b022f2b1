// Originals of results (docs/results.md), made CTRF again as they pass by: one at a time is in memory, and none stays.

import { plainPath } from '../../archive/collect.ts';
import type { Entry } from '../../archive/entry.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { MAX_RESULTS_BYTES } from '../../limits.ts';
import { phaseOfOriginal } from '../layout.ts';
import type { Phase } from '../phase/phase.ts';
import { mapOriginal } from '../results/original.ts';

/** By the path of an original, the report that is made of it, or why none is. */
export type MappedOriginals = ReadonlyMap<string, Uint8Array | EvidenceError>;

/** Of each phase the first original is mapped: there may be one. */
export class OriginalTap {
  readonly #mapped = new Map<string, Uint8Array | EvidenceError>();
  readonly #phases = new Set<Phase>();

  /** What was mapped so far. */
  get mapped(): MappedOriginals {
    return this.#mapped;
  }

  /** The same entries. */
  async *through(entries: AsyncIterable<Entry>): AsyncGenerator<Entry, void> {
    for await (const entry of entries) {
      const path = plainPath(entry);
      const phase = entry.type === 'file' ? phaseOfOriginal(path) : undefined;
      if (phase === undefined || this.#phases.has(phase)) {
        yield entry;
        continue;
      }
      this.#phases.add(phase);
      const pieces: Uint8Array[] = [];
      yield { ...entry, content: kept(entry, pieces) };
      this.#mapped.set(path, await mappedFrom(entry, pieces));
    }
  }
}

async function* kept(
  { content, size }: Entry,
  pieces: Uint8Array[],
): AsyncGenerator<Uint8Array, void> {
  for await (const piece of content) {
    // A copy: whoever reads the archive may use its bytes again.
    if (size <= MAX_RESULTS_BYTES) pieces.push(Uint8Array.from(piece));
    yield piece;
  }
}

async function mappedFrom(
  { path, size }: Entry,
  pieces: readonly Uint8Array[],
): Promise<Uint8Array | EvidenceError> {
  if (size > MAX_RESULTS_BYTES) {
    return new EvidenceError('LIMIT_EXCEEDED', {
      ...{ at: path, found: `${size} bytes`, expected: `at most ${MAX_RESULTS_BYTES} bytes` },
      hint: 'give smaller results',
    });
  }
  try {
    const report = await mapOriginal(Buffer.concat(pieces), path);
    return report ?? noResults(path);
  } catch (error) {
    if (error instanceof EvidenceError) return error;
    throw error;
  }
}

function noResults(at: string): EvidenceError {
  return new EvidenceError('KIND_UNEXPECTED', {
    ...{ at, found: 'no results in another form than CTRF' },
    ...{ expected: 'a file of which a report is made', hint: 'leave it out' },
  });
}
