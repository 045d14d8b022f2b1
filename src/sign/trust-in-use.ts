import type { Digest } from '../digest.ts';
import type { TrustedRootInfo } from '../trust/trust.ts';
import type { TrustedRoot } from '../trust/trusted-root.ts';
import type { Service, SigningConfig } from './signing-config.ts';

/** Whom a verification trusts, and whom signing asks. */
export interface TrustInUse {
  readonly root: TrustedRootInfo;
  readonly content: TrustedRoot;
  readonly rootSources: readonly ConfigSource[];
  /** Undefined: a TUF repository that has none. */
  readonly signing: SigningInUse | undefined;
}

export interface SigningInUse extends Pick<TrustedRootInfo, 'source' | 'updated'> {
  readonly digest: Digest;
  readonly config: SigningConfig;
  readonly sources: readonly ConfigSource[];
  /** Those that would be called now. */
  readonly chosen: ReadonlySet<Service>;
}

/** A place that a root or a config may come from. */
export interface ConfigSource {
  /** E.g. `--trusted-root`. */
  readonly name: string;
  /** What is there; undefined: nothing. */
  readonly found: string | undefined;
  readonly isUsed: boolean;
}
