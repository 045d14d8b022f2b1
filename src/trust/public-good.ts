// The trusted root if none is named. Import it only where it is used: `await import`.

import root from './public-good-root.json' with { type: 'json' };

/** How reports name the embedded root. */
export const PUBLIC_GOOD_SOURCE = 'embedded public-good root';

/**
 * The trusted root of Sigstore's public-good instance, byte for byte, because its digest is that of the bytes:
 * `targets/trusted_root.json` of https://github.com/sigstore/root-signing, Apache License 2.0.
 */
export function publicGoodRoot(): Uint8Array {
  return Buffer.from(`${JSON.stringify(root, null, 2)}\n`, 'utf8');
}
