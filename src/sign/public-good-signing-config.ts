// The signing config if none is named. Import it only where it is used: `await import`.

import config from './public-good-signing-config.json' with { type: 'json' };

/** How messages name it. */
export const PUBLIC_GOOD_SIGNING_SOURCE = 'embedded public-good signing config';

/**
 * The services of Sigstore's public-good instance, byte for byte: `targets/signing_config.v0.2.json` of
 * https://github.com/sigstore/root-signing as of 2026-08-21, Apache License 2.0.
 */
export function publicGoodSigningConfig(): Uint8Array {
  return Buffer.from(`${JSON.stringify(config, null, 2)}\n`, 'utf8');
}
