import type { CheckLog } from '../../attestation/check-log.ts';
import { CLAIM_RULES, claimFaults } from '../claim/compare-claim.ts';
import type { ReceivedPredicate } from '../claim/predicate.ts';
import { bomClaim } from '../claim/predicate.ts';
import type { ListedBom } from '../validate/judge.ts';
import type { CheckName } from './checks.ts';

/** The bill of materials: its digest and counts are claimed. What it covers is a finding. */
export function checkBom(
  log: CheckLog<CheckName>,
  { summary }: ListedBom,
  predicate: ReceivedPredicate,
): void {
  const { digest, components } = summary;
  log.note('bom-matches-claims', () => ({
    found: `${components} components, ${digest}`,
    expected: 'the digest and the count in the statement',
    faults: claimFaults(CLAIM_RULES.bom, `${predicate.at}/bom`, {
      claimed: predicate.bom,
      computed: bomClaim(summary),
    }),
  }));
}
