import { MAX_CONFIG_BYTES } from '../limits.ts';
import { sigstoreTrust } from '../trust/sigstore-trust.ts';
import type { Trust } from '../verify/trust.ts';
import { readFileBounded } from './files.ts';

/** Trust in the root of a file, or in the embedded public-good root if no file is named. */
export async function readTrust(path: string | undefined): Promise<Trust> {
  if (path !== undefined) {
    return sigstoreTrust(await readFileBounded(path, MAX_CONFIG_BYTES, 'a trusted root'), path);
  }
  const { PUBLIC_GOOD_DATE, PUBLIC_GOOD_SOURCE, publicGoodRoot } =
    await import('../trust/public-good.ts');
  return sigstoreTrust(publicGoodRoot(), `${PUBLIC_GOOD_SOURCE} of ${PUBLIC_GOOD_DATE}`);
}
