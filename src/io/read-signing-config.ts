import { MAX_CONFIG_BYTES } from '../limits.ts';
import { parseSigningConfig } from '../sign/signing-config.ts';
import type { SigningConfig } from '../sign/signing-config.ts';
import { readFileBounded } from './files.ts';

/** The services of a file, or those of the embedded public-good instance if no file is named. */
export async function readSigningConfig(path: string | undefined): Promise<SigningConfig> {
  if (path !== undefined) {
    return parseSigningConfig(
      await readFileBounded(path, MAX_CONFIG_BYTES, 'a signing config'),
      path,
    );
  }
  const { PUBLIC_GOOD_SIGNING_SOURCE, publicGoodSigningConfig } =
    await import('../sign/public-good-signing-config.ts');
  return parseSigningConfig(publicGoodSigningConfig(), PUBLIC_GOOD_SIGNING_SOURCE);
}
