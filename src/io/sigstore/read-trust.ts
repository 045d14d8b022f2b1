import { EvidenceError } from '../../errors/evidence-error.ts';
import type { SigstoreTrust, TrustedRootInfo } from '../../trust/trust.ts';
import { sigstoreTrust, type TrustOptions } from '../../trust/verify/sigstore-trust.ts';
import { readConfig, nameOf } from '../disk/files.ts';
import type { CachedTrust, TrustCacheChoice } from './trust-cache.ts';

/** A trusted root or a signing config, and where it comes from. */
export interface FoundConfig extends Pick<TrustedRootInfo, 'updated'> {
  readonly bytes: Uint8Array;
  readonly source: string;
}

/** The copy by TUF, read when it is needed, and once. Undefined: it is not to be used. */
export type TrustCache = (() => Promise<CachedTrust>) | undefined;

export function openTrustCache(choice: TrustCacheChoice | undefined): TrustCache {
  if (choice === undefined) return undefined;
  let reading: Promise<CachedTrust> | undefined;
  return async () => {
    const { readTrustCache } = await import('./trust-cache.ts');
    reading ??= readTrustCache(choice, new Date());
    return await reading;
  };
}

/** Trust in the root of a file; else in that of the copy by TUF, if it may be used; else in the embedded one. */
export async function readTrust(
  path: string | undefined,
  cache?: TrustCache,
  options: TrustOptions = {},
): Promise<SigstoreTrust> {
  if (options.allowMissingSct === true && path === undefined && cache === undefined) {
    throw new EvidenceError('USAGE', {
      at: '--allow-missing-sct',
      found: 'the embedded public-good root, whose Sigstore has certificate logs',
      expected: '--trusted-root with the root of a Sigstore that has none',
      hint: 'name that root, or leave --allow-missing-sct out',
    });
  }
  const { bytes, source, updated } = await findTrustedRoot(path, cache);
  const trust = sigstoreTrust(bytes, source, options);
  return { ...trust, root: { ...trust.root, updated } };
}

export async function findTrustedRoot(
  path: string | undefined,
  cache: TrustCache,
): Promise<FoundConfig> {
  if (path !== undefined) {
    const bytes = await readConfig(path, 'trusted-root', 'TRUSTED_ROOT_INVALID');
    return { bytes, source: nameOf(path) };
  }
  if (cache !== undefined) {
    const { copy, source, ageDays } = await cache();
    return { bytes: copy.trustedRoot, source, updated: { at: copy.updatedAt, ageDays } };
  }
  const { PUBLIC_GOOD_SOURCE, publicGoodRoot } = await import('../../trust/public-good.ts');
  return { bytes: publicGoodRoot(), source: PUBLIC_GOOD_SOURCE };
}
