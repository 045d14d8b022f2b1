// The TUF repository of Sigstore's public-good instance. Import it only where it is used: `await import`.

import root from './public-good-root.json' with { type: 'json' };

/** Where `trust update` asks if no mirror is named. */
export const PUBLIC_GOOD_MIRROR = 'https://tuf-repo-cdn.sigstore.dev';

/** How messages name the embedded root. */
export const PUBLIC_GOOD_TUF_SOURCE = 'embedded first root of public-good TUF';

/**
 * The first root that is believed, version 16: `metadata/root_history/16.root.json` of
 * https://github.com/sigstore/root-signing, Apache License 2.0. Those after it are signed by those before.
 */
export function publicGoodTufRoot(): Uint8Array {
  return Buffer.from(JSON.stringify(root, null, 1), 'utf8');
}
