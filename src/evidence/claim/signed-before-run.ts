import { MAX_CLOCK_SKEW_MS } from '../../limits.ts';

/** Evidence that is signed before it is made is made up. Only the difference of clocks is allowed. */
export function isSignedBeforeRun(signedAt: Date, attestedAt: Date): boolean {
  const skew = attestedAt.getTime() - signedAt.getTime();
  // An invalid time is no proof.
  return Number.isNaN(skew) || skew > MAX_CLOCK_SKEW_MS;
}
