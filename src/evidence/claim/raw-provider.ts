// AICR's fingerprint leaves `aws`, `gce` and `azure` as they are, and ours says the service that each means. Evidence
// that claims the provider's own name, where that service was recomputed, is not wrong.

import { fieldOf, type Data, type Json } from '../../document/data.ts';
import type { Fingerprint } from '../snapshot/fingerprint.ts';
import { matchWithService, type CriteriaMatch } from '../snapshot/match.ts';
import { readProvider } from '../snapshot/provider.ts';
import { fingerprintClaim, matchClaim } from './predicate.ts';

/** What the predicate may say of a cluster: each claim as we write it, then in other words. */
export interface ClusterClaims {
  readonly fingerprint: readonly [Json, ...Json[]];
  readonly match: readonly [Json, ...Json[]];
}

/** @param claimed the fingerprint in the predicate */
export function clusterClaims(
  { fingerprint, match }: { readonly fingerprint: Fingerprint; readonly match: CriteriaMatch },
  claimed: Data | undefined,
): ClusterClaims {
  const shown = fingerprintClaim(fingerprint);
  const fitting = matchClaim(match);
  const name = fieldOf(fieldOf(claimed, 'service'), 'value');
  const { service, isRaw } = readProvider(typeof name === 'string' ? name : '');
  if (typeof name !== 'string' || !isRaw || service !== fingerprint.service.value) {
    return { fingerprint: [shown], match: [fitting] };
  }
  const noted = { ...fingerprint.service, value: name };
  const { note: _, ...plain } = noted;
  const others = [plain, noted].map((each) => fingerprintClaim({ ...fingerprint, service: each }));
  return {
    fingerprint: [shown, ...others],
    match: [fitting, matchClaim(matchWithService(match, name))],
  };
}
