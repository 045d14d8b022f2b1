import type { CheckLog, Comparison } from '../../attestation/check-log.ts';
import { CLAIM_RULES, claimFaults } from '../claim/compare-claim.ts';
import type { ReceivedPredicate } from '../claim/predicate.ts';
import { constraintsClaim, fingerprintClaim, matchClaim } from '../claim/predicate.ts';
import type { ClusterAssessment } from '../validate/assess-cluster.ts';
import type { CheckName } from './checks.ts';

/** Fingerprint, match and constraints from recipe and snapshot, compared with the predicate. */
export function checkCluster(
  log: CheckLog<CheckName>,
  cluster: ClusterAssessment,
  predicate: ReceivedPredicate,
): void {
  log.note('fingerprint-matches-snapshot', () => claimedFingerprint(predicate, cluster));
  log.note('constraints-match-claims', () => claimedConstraints(predicate, cluster));
  log.note('cluster-fits-recipe', () => ({
    found: cluster.match.perDimension
      .map(({ dimension, match }) => `${dimension} ${match}`)
      .join(', '),
    expected:
      'no dimension mismatched; service, accelerator and os known where the recipe demands them',
    faults: cluster.matchFaults,
  }));
  log.note('constraints-hold', () => ({
    found: `${cluster.constraints.length} constraints passed`,
    expected: 'every constraint of the recipe evaluated on the snapshot, and passed',
    faults: cluster.constraintFaults,
  }));
}

function claimedFingerprint(predicate: ReceivedPredicate, cluster: ClusterAssessment): Comparison {
  const { at, fingerprint, criteriaMatch } = predicate;
  return {
    found: 'the fingerprint and the match that the snapshot gives',
    expected: 'the fingerprint and the match in the statement',
    faults: [
      ...claimFaults(CLAIM_RULES.fingerprint, `${at}/fingerprint`, {
        claimed: fingerprint,
        computed: fingerprintClaim(cluster.fingerprint),
      }),
      ...claimFaults(CLAIM_RULES.match, `${at}/criteriaMatch`, {
        claimed: criteriaMatch,
        computed: matchClaim(cluster.match),
      }),
    ],
  };
}

function claimedConstraints(
  { affidavit }: ReceivedPredicate,
  { constraints }: ClusterAssessment,
): Comparison {
  const expected = 'the constraint results in the statement';
  if (affidavit === undefined) {
    const found = 'no claim: the producer does not record constraints; they were evaluated here';
    return { found, expected, faults: [] };
  }
  return {
    found: `${constraints.length} constraints with the results that the snapshot gives`,
    expected,
    faults: claimFaults(CLAIM_RULES.constraints, `${affidavit.at}/constraints`, {
      claimed: affidavit.constraints,
      computed: constraintsClaim(constraints),
    }),
  };
}
