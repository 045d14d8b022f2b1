import { EvidenceError } from '../../errors/evidence-error.ts';
import type { SigningConfig } from '../../sign/signing-config.ts';
import type { SigstoreTrust, TrustedRootInfo } from '../../trust/trust.ts';
import { sigstoreTrust, type TrustOptions } from '../../trust/verify/sigstore-trust.ts';
import { nameOf, readConfig } from '../disk/files.ts';
import { tell } from '../disk/talk.ts';
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
  const judges = options.judge === 'own' ? 'our own judge alone' : 'both judges';
  tell(`trusted root ${source}, ${trust.root.digest}; signatures are for ${judges}`);
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

/** The services of a file; else those of the copy by TUF, if it may be used; else those of the embedded public-good instance. */
export async function readSigningConfig(
  path: string | undefined,
  cache?: TrustCache,
): Promise<SigningConfig> {
  const { bytes, source } = await findSigningConfig(path, cache);
  // Not for verifying, which uses this file too.
  const { parseSigningConfig } = await import('../../sign/signing-config.ts');
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
