// What is believed when no trusted root is named. Import it only where it is used: `await import`.

import { PUBLIC_GOOD_ROOT } from './public-good-root.ts';

/** How reports name the embedded root. */
export const PUBLIC_GOOD_SOURCE = 'embedded public-good root';

/** The day on which Sigstore last changed the embedded root. */
export const PUBLIC_GOOD_DATE = '2025-09-22';

/** The embedded `trusted_root.json`. */
export function publicGoodRoot(): Uint8Array {
  return Buffer.from(PUBLIC_GOOD_ROOT, 'utf8');
}
