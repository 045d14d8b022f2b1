import type { BundlePath } from '../bundle-path.ts';
import { digestOf } from '../digest.ts';
import type { BundleFile } from './entry.ts';

/** A file of a bundle whose content is in memory. */
export function memoryFile(path: BundlePath, bytes: Uint8Array): BundleFile {
  return {
    path,
    size: bytes.length,
    digest: digestOf(bytes),
    async *open(): AsyncGenerator<Uint8Array, void> {
      yield bytes;
    },
  };
}
