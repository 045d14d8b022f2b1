import { MAX_PATH_CHARACTERS } from './limits.ts';

declare const brand: unique symbol;

/** A relative path inside a bundle, e.g. `ctrf/deployment.json`. docs/format.md §2. */
export type BundlePath = string & { readonly [brand]: 'BundlePath' };

/**
 * Plain ASCII segments that do not begin with a dot, so that no path leaves the bundle, hides in a
 * listing, needs an extension of the tar format or means something to a shell or a terminal.
 */
const SEGMENT = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

export function isBundlePath(text: string): text is BundlePath {
  return (
    text.length <= MAX_PATH_CHARACTERS &&
    text.split('/').every((segment) => SEGMENT.test(segment) && !segment.endsWith('.'))
  );
}
