import { MAX_CLOCK_SKEW_MS } from '../../limits.ts';

/** Evidence that is signed before it is made is made up; more than clock skew is not needed. */
export function isSignedBeforeRun(signedAt: Date, attestedAt: Date): boolean {
  const skew = attestedAt.getTime() - signedAt.getTime();
  // A time that is none is no proof.
  return Number.isNaN(skew) || skew > MAX_CLOCK_SKEW_MS;
}
