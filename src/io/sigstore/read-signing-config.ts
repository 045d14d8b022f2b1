import { parseSigningConfig, type SigningConfig } from '../../sign/signing-config.ts';
import { readConfig, nameOf } from '../disk/files.ts';

/** The services of a file, or those of the embedded public-good instance if no file is named. */
export async function readSigningConfig(path: string | undefined): Promise<SigningConfig> {
  if (path !== undefined) {
    const bytes = await readConfig(path, 'signing-config', 'SIGNING_CONFIG_INVALID');
    return parseSigningConfig(bytes, nameOf(path));
  }
  const { PUBLIC_GOOD_SIGNING_SOURCE, publicGoodSigningConfig } =
    await import('../../sign/public-good-signing-config.ts');
  return parseSigningConfig(publicGoodSigningConfig(), PUBLIC_GOOD_SIGNING_SOURCE);
}
