import { MAX_CLOCK_SKEW_MS } from '../../limits.ts';

/** Evidence that is signed before it is made is made up; more than clock skew is not needed. */
export function isSignedBeforeRun(signedAt: Date, attestedAt: Date): boolean {
  return attestedAt.getTime() - signedAt.getTime() > MAX_CLOCK_SKEW_MS;
}
