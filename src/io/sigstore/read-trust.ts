import type { Trust } from '../../trust/trust.ts';
import { sigstoreTrust } from '../../trust/verify/sigstore-trust.ts';
import { readConfig, nameOf } from '../disk/files.ts';

/** Trust in the root of a file, or in the embedded public-good root if no file is named. */
export async function readTrust(path: string | undefined): Promise<Trust> {
  if (path !== undefined) {
    const bytes = await readConfig(path, 'trusted-root', 'TRUSTED_ROOT_INVALID');
    return sigstoreTrust(bytes, nameOf(path));
  }
  const { PUBLIC_GOOD_SOURCE, publicGoodRoot } = await import('../../trust/public-good.ts');
  return sigstoreTrust(publicGoodRoot(), PUBLIC_GOOD_SOURCE);
}
