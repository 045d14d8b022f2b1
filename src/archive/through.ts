import type { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/**
 * What a transform makes of the chunks. Its work goes on while the caller looks at a chunk; a caller
 * that stops early ends both, and so does `signal`.
 */
export async function* through(
  chunks: AsyncIterable<Uint8Array>,
  transform: Transform,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  const output: AsyncIterable<Uint8Array> = transform;
  // Whatever fails in here, the transform is destroyed with it and the loop over it throws it.
  const fed = pipeline(chunks, transform, { signal }).catch(() => undefined);
  try {
    yield* output;
  } finally {
    transform.destroy();
    await fed;
  }
}
