import { parseSigningConfig, type SigningConfig } from '../../sign/signing-config.ts';
import { readConfig, nameOf } from '../disk/files.ts';
import type { FoundConfig, TrustCache } from './read-trust.ts';

/** The services of a file; else those of the copy by TUF, if it may be used; else those of the embedded public-good instance. */
export async function readSigningConfig(
  path: string | undefined,
  cache?: TrustCache,
): Promise<SigningConfig> {
  const { bytes, source } = await findSigningConfig(path, cache);
  return parseSigningConfig(bytes, source);
}

export async function findSigningConfig(
  path: string | undefined,
  cache: TrustCache,
): Promise<FoundConfig> {
  if (path !== undefined) {
    const bytes = await readConfig(path, 'signing-config', 'SIGNING_CONFIG_INVALID');
    return { bytes, source: nameOf(path) };
  }
  if (cache !== undefined) {
    const { requireSigningConfig } = await import('./trust-cache.ts');
    const cached = await cache();
    const { source, ageDays, copy } = cached;
    const updated = { at: copy.updatedAt, ageDays };
    return { bytes: requireSigningConfig(cached), source, updated };
  }
  const { PUBLIC_GOOD_SIGNING_SOURCE, publicGoodSigningConfig } =
    await import('../../sign/public-good-signing-config.ts');
  return { bytes: publicGoodSigningConfig(), source: PUBLIC_GOOD_SIGNING_SOURCE };
}
