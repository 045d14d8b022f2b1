import type { Fault, Finding } from '../../errors/evidence-error.ts';
import type { ConstraintResult } from '../constraint/evaluate.ts';
import { constraintFaults, evaluateConstraints } from '../constraint/evaluate.ts';
import type { Recipe } from '../recipe/recipe.ts';
import type { Fingerprint } from '../snapshot/fingerprint.ts';
import { fingerprintFindings, fingerprintOf } from '../snapshot/fingerprint.ts';
import type { CriteriaMatch } from '../snapshot/match.ts';
import { isMeasured, matchFaults, matchFindings, matchRecipe } from '../snapshot/match.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { snapshotDoubts } from '../snapshot/snapshot.ts';

/** How a cluster, as its snapshot shows it, stands to a recipe. */
export interface ClusterAssessment {
  readonly fingerprint: Fingerprint;
  readonly match: CriteriaMatch;
  readonly matchFaults: readonly Fault[];
  readonly constraints: readonly ConstraintResult[];
  readonly constraintFaults: readonly Fault[];
  readonly findings: readonly Finding[];
}

/** @param now the time that the snapshot's own time is held against */
export function assessCluster(recipe: Recipe, snapshot: Snapshot, now: Date): ClusterAssessment {
  const fingerprint = fingerprintOf(snapshot);
  const match = matchRecipe(recipe, fingerprint);
  const constraints = evaluateConstraints(recipe, snapshot);
  return {
    fingerprint,
    match,
    matchFaults: matchFaults(recipe, match),
    constraints,
    constraintFaults: constraintFaults(recipe, constraints),
    findings: [
      ...recipe.findings,
      ...snapshot.findings,
      ...snapshotDoubts(snapshot, now),
      ...fingerprintFindings(snapshot, fingerprint),
      ...matchFindings(recipe, match),
      ...notShown(snapshot, match),
    ],
  };
}

/** What a snapshot should show and does not, though the recipe does not demand it. */
function notShown({ file }: Snapshot, match: CriteriaMatch): readonly Finding[] {
  const missing = match.perDimension.filter(
    ({ dimension, recipeRequires, fingerprintProvides }) =>
      isMeasured(dimension) && recipeRequires === undefined && fingerprintProvides === undefined,
  );
  return missing.map(({ dimension }) => ({
    code: 'DIMENSION_UNKNOWN',
    at: `${file}#/measurements`,
    found: `${dimension}: the snapshot does not show it`,
    expected: 'a measurement, though the recipe demands nothing here',
    hint: 'take the snapshot on a node with a GPU, and with rights to list the nodes',
  }));
}
