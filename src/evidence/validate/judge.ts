import type { Bom, BomSummary } from '../../bom/bom.ts';
import type { Fault, Finding } from '../../errors/evidence-error.ts';
import { bomCoverage } from '../bom/bom-coverage.ts';
import type { ConstraintResult } from '../constraint/evaluate.ts';
import { constraintFaults, evaluateConstraints } from '../constraint/evaluate.ts';
import type { PhaseConstraint } from '../figure/figure.ts';
import { judgeFigures, type JudgedFigures } from '../figure/judge-figures.ts';
import type { Results } from '../phase/ctrf.ts';
import { judgePhases } from '../phase/judge-phases.ts';
import {
  phaseFaults,
  phaseFindings,
  provenNothing,
  type LocatePhase,
} from '../phase/phase-faults.ts';
import type { PhaseResult } from '../phase/phase.ts';
import type { ReadRecipe, Recipe } from '../recipe/recipe.ts';
import { assessRun, type RunAssessment, type RunOptions } from '../run/assess-run.ts';
import { fingerprintOf, type Fingerprint } from '../snapshot/fingerprint.ts';
import { matchFaults, matchFindings, matchRecipe } from '../snapshot/match.ts';
import type { CriteriaMatch } from '../snapshot/match.ts';
import { snapshotDoubts, type Snapshot } from '../snapshot/snapshot.ts';
import { fingerprintFindings } from '../snapshot/unknown.ts';
import {
  claimedConstraints,
  claimedMatchFaults,
  completeConstraints,
  completeFingerprint,
  type Claims,
} from './claimed.ts';
import type { Facts } from './facts.ts';

/** The parts of evidence that could be read. Each part knows the name of its file. */
export interface Parts {
  readonly recipe: Pick<ReadRecipe, 'recipe' | 'digest'> | undefined;
  readonly snapshot: Snapshot | undefined;
  readonly results: JudgedResults;
  readonly bom: ListedBom | undefined;
}

export interface JudgedResults extends Pick<Results, 'reports' | 'findings'> {
  /** False if a report could not be read. Then the report shows no phases. */
  readonly isWhole: boolean;
}

export interface ListedBom {
  readonly bom: Bom;
  readonly summary: BomSummary;
}

export interface JudgeOptions extends Pick<RunOptions, 'signedAt' | 'maxRunSpan'> {
  /** The time of the evidence, which that of the snapshot and of the phases are compared with. */
  readonly now: Date;
  /** Where the report of a phase is: in the user's files, or in the bundle. */
  readonly locate: LocatePhase;
  /** What the evidence claims of what its redaction withholds; undefined if nothing is excused. */
  readonly claims?: Claims | undefined;
}

/** What the parts show together. Undefined where a part that is needed could not be read. */
export interface Judgement {
  readonly facts: Facts;
  readonly cluster: ClusterAssessment | undefined;
  readonly phases: JudgedPhases | undefined;
  /** Whether snapshot and results can be of one run. */
  readonly run: RunAssessment | undefined;
  readonly findings: readonly Finding[];
}

export interface JudgedPhases {
  /** All three phases, in order; of those reports that could be read. */
  readonly results: readonly PhaseResult[];
  /** What the recipe demands of figures, and those that were printed. */
  readonly constraints: readonly PhaseConstraint[];
  /** Why they are not green. */
  readonly faults: readonly Fault[];
  readonly findings: readonly Finding[];
}

/** Judges a cluster and its test results by a recipe, for emit and for verify. */
export function judge(parts: Parts, options: JudgeOptions): Judgement {
  const { now, locate, claims } = options;
  const { snapshot, results, bom } = parts;
  const recipe = parts.recipe?.recipe;
  const cluster = recipe && snapshot && assessCluster(recipe, snapshot, now, claims);
  const phases = recipe && judgedPhases(recipe, results, locate);
  const shown = results.isWhole ? phases : undefined;
  const run = assessedRun(parts, options);
  const images = coverage(parts, claims);
  return {
    cluster,
    phases,
    run,
    facts: {
      ...recipeFacts(parts.recipe),
      ...clusterFacts(cluster),
      ...(shown && { phaseConstraints: shown.constraints, phases: shown.results }),
      ...(bom && { bom: bom.summary }),
      ...run?.facts,
      ...claimedFacts([cluster, images]),
    },
    findings: [cluster ?? recipe, results, shown, run, images].flatMap(
      (part) => part?.findings ?? [],
    ),
  };
}

function assessedRun(
  { snapshot, results }: Parts,
  { now, ...options }: JudgeOptions,
): RunAssessment | undefined {
  if (snapshot === undefined || !results.isWhole) return undefined;
  return assessRun(snapshot, results.reports, { ...options, attestedAt: now });
}

function judgedPhases(
  recipe: Recipe,
  { reports }: JudgedResults,
  locate: LocatePhase,
): JudgedPhases {
  const results = judgePhases(recipe.phases, reports);
  const figures = judgeFigures(recipe, reports, locate);
  return {
    results: results.map((result) => withFigures(result, figures)),
    constraints: figures.constraints,
    faults: [...phaseFaults(results, locate), ...provenNothing(results, locate), ...figures.faults],
    findings: [...phaseFindings(results, locate), ...figures.findings],
  };
}

/** A test that passed is believed only as far as its own figure bears it out. */
function withFigures(result: PhaseResult, { constraints }: JudgedFigures): PhaseResult {
  const isContradicted = constraints.some(
    ({ phase, outcome }) => phase === result.phase && outcome === 'contradicts',
  );
  return isContradicted ? { ...result, state: 'red' } : result;
}

/** What the bill of materials should list, if the parts that say so could be read. */
function coverage(
  { recipe, snapshot, bom }: Parts,
  claims: Claims | undefined,
): Pick<ClusterAssessment, 'findings' | 'claimed'> {
  const isRead = recipe !== undefined && snapshot !== undefined && bom !== undefined;
  const all = isRead ? bomCoverage(bom.bom, recipe.recipe, snapshot) : [];
  // A policy keeps at most those images that a constraint reads.
  const isShown = claims === undefined || claims.hasImages;
  const findings = isShown ? all : all.filter(({ code }) => code !== 'BOM_IMAGE_UNKNOWN');
  return { findings, claimed: findings.length < all.length ? [CLAIMED_IMAGES] : [] };
}

/** The images of the bill of materials that the snapshot showed before it was redacted. */
export const CLAIMED_IMAGES = 'images';

function recipeFacts(read: Parts['recipe']): Facts {
  if (read === undefined) return {};
  const { recipe, digest } = read;
  const { name, apiVersion, profile } = recipe;
  return { recipe: { name, digest, apiVersion, ...(profile && { profile: profile.selection }) } };
}

function clusterFacts(cluster: ClusterAssessment | undefined): Facts {
  if (cluster === undefined) return {};
  const { fingerprint, match, constraints } = cluster;
  return { fingerprint, match, constraints };
}

function claimedFacts(parts: readonly (Pick<ClusterAssessment, 'claimed'> | undefined)[]): Facts {
  const onlyClaimed = parts.flatMap((part) => part?.claimed ?? []);
  return onlyClaimed.length === 0 ? {} : { onlyClaimed };
}

/** How well a cluster, as its snapshot shows it, fits a recipe. */
export interface ClusterAssessment {
  readonly fingerprint: Fingerprint;
  readonly match: CriteriaMatch;
  readonly matchFaults: readonly Fault[];
  readonly constraints: readonly ConstraintResult[];
  readonly constraintFaults: readonly Fault[];
  /** What nothing in the evidence shows: dimensions, and the names of constraints. */
  readonly claimed: readonly string[];
  readonly findings: readonly Finding[];
}

/** @param now the time that the snapshot's own time is compared with */
export function assessCluster(
  recipe: Recipe,
  snapshot: Snapshot,
  now: Date,
  claims?: Claims,
): ClusterAssessment {
  const { fingerprint, claimed } = completeFingerprint(fingerprintOf(snapshot), claims);
  const shown = { snapshot, fingerprint };
  const match = matchRecipe(recipe, fingerprint);
  const results = evaluateConstraints(recipe, claims?.redacted ?? snapshot);
  const constraints = completeConstraints(recipe, results, claims, fingerprint.nodeCount);
  return {
    fingerprint,
    match,
    matchFaults: [
      ...matchFaults(recipe, match, shown),
      ...claimedMatchFaults(recipe, match, claimed),
    ],
    constraints,
    constraintFaults: constraintFaults(recipe, constraints),
    claimed: [...claimed, ...claimedConstraints(constraints)],
    findings: [
      ...recipe.findings,
      ...snapshot.findings,
      ...snapshotDoubts(snapshot, now),
      ...fingerprintFindings(shown),
      ...matchFindings(recipe, match, shown),
    ],
  };
}
