import type { ReceivedFiles } from '../../archive/entry.ts';
import type { CheckLog, Outcome } from '../../attestation/check-log.ts';
import { decodeYaml } from '../../document/yaml.ts';
import type { ClusterAssessment } from '../assess-cluster.ts';
import { assessCluster } from '../assess-cluster.ts';
import { CLAIM_RULES, claimFaults } from '../claim/compare-claim.ts';
import type { ReceivedPredicate } from '../claim/predicate.ts';
import { constraintsClaim, fingerprintClaim, matchClaim } from '../claim/predicate.ts';
import { SNAPSHOT_FILE } from '../layout.ts';
import type { Recipe } from '../recipe/recipe.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { parseSnapshot } from '../snapshot/snapshot.ts';
import { documentOf } from './document-of.ts';

export interface CheckedCluster extends ClusterAssessment {
  readonly snapshot: Snapshot;
}

interface ClusterInputs {
  readonly predicate: ReceivedPredicate;
  readonly recipe: Recipe;
}

/** Fingerprint, match and constraints from recipe and snapshot, held against the predicate. */
export function checkCluster(
  log: CheckLog,
  files: ReceivedFiles,
  { predicate, recipe }: ClusterInputs,
): CheckedCluster | undefined {
  const cluster = log.note('fingerprint-matches-snapshot', () => {
    const bytes = documentOf(files, SNAPSHOT_FILE);
    const snapshot = parseSnapshot(decodeYaml(bytes, SNAPSHOT_FILE), SNAPSHOT_FILE);
    const assessment = assessCluster(recipe, snapshot, predicate.attestedAt);
    return claimedFingerprint(predicate, { ...assessment, snapshot });
  });
  if (cluster === undefined) return undefined;
  log.note('constraints-match-claims', () => claimedConstraints(predicate, cluster));
  log.note('cluster-fits-recipe', () => ({
    value: undefined,
    found: cluster.match.perDimension
      .map(({ dimension, match }) => `${dimension} ${match}`)
      .join(', '),
    expected:
      'no dimension mismatched; service, accelerator and os known where the recipe demands them',
    faults: cluster.matchFaults,
  }));
  log.note('constraints-hold', () => ({
    value: undefined,
    found: `${cluster.constraints.length} constraints passed`,
    expected: 'every constraint of the recipe evaluated on the snapshot, and passed',
    faults: cluster.constraintFaults,
  }));
  return cluster;
}

function claimedFingerprint(
  predicate: ReceivedPredicate,
  cluster: CheckedCluster,
): Outcome<CheckedCluster> {
  const { at, fingerprint, criteriaMatch } = predicate;
  return {
    value: cluster,
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
  { constraints }: CheckedCluster,
): Outcome<undefined> {
  const expected = 'the constraint results in the statement';
  if (affidavit === undefined) {
    const found = 'no claim: the producer does not record constraints; they were evaluated here';
    return { value: undefined, found, expected };
  }
  return {
    value: undefined,
    found: `${constraints.length} constraints with the results that the snapshot gives`,
    expected,
    faults: claimFaults(CLAIM_RULES.constraints, `${affidavit.at}/constraints`, {
      claimed: affidavit.constraints,
      computed: constraintsClaim(constraints),
    }),
  };
}
