import type { ReceivedFiles } from '../../archive/entry.ts';
import type { ReceivedEvidence } from '../dialect/read-statement.ts';
import { locateInBundle } from '../layout.ts';
import type { Claims } from '../validate/claimed.ts';
import { judge, type JudgeOptions, type Judgement } from '../validate/judge.ts';
import { checkBom, checkCluster, checkRecipe } from './check-claims.ts';
import { checkLogs, type ReadLogs } from './check-logs.ts';
import { checkOwnRecipe, type AtHand } from './check-own-recipe.ts';
import { checkPhases } from './check-phases.ts';
import { checkRedaction } from './check-redaction.ts';
import { checkRun } from './check-run.ts';
import type { EvidenceLog } from './checks.ts';
import { claimedImages, type ClaimRules } from './claim-rules.ts';
import {
  readBundleBom,
  readBundleRecipe,
  readBundleReports,
  readBundleSnapshot,
  valueOf,
  type BundleRecipe,
  type KnownSnapshot,
} from './read-parts.ts';
import { receivedClaims } from './received-claims.ts';

/** What is judged. */
interface Recomputation {
  readonly files: ReceivedFiles;
  readonly predicate: ReceivedEvidence;
  /** The proven time of signing; undefined if there is none. */
  readonly signedAt?: Date | undefined;
}

/** What the caller has beside it, and what he asks for. */
export interface Beside extends AtHand, ClaimRules, Pick<JudgeOptions, 'maxRunSpan'> {
  /** The logs of redacted evidence. */
  readonly logs?: ReadLogs | undefined;
  readonly known?: KnownSnapshot | undefined;
}

interface Recomputed extends Judgement {
  readonly recipeCompared: boolean;
}

/**
 * Computes again what can be computed from the files, and compares each claim of the predicate with it.
 * A check that needs a document that cannot be read is not reached.
 */
export function recompute(
  log: EvidenceLog,
  { files, predicate, signedAt }: Recomputation,
  { logs, known, maxRunSpan, ...rules }: Beside = {},
): Recomputed {
  const recipe = readBundleRecipe(files, predicate.type.digestRules);
  const snapshot = readBundleSnapshot(files, known);
  const reports = readBundleReports(files);
  const bom = readBundleBom(files);
  const claims = claimsOf(predicate, valueOf(recipe));
  const judgement = judge(
    {
      recipe: valueOf(recipe),
      snapshot: valueOf(snapshot),
      results: { reports: reports.reports, findings: [], isWhole: reports.faults.length === 0 },
      bom: valueOf(bom),
    },
    { now: predicate.attestedAt, signedAt, maxRunSpan, locate: locateInBundle, claims },
  );
  const { cluster, phases, run } = judgement;
  if ('error' in recipe) log.fail('recipe-matches-digest', recipe.error);
  else {
    checkRecipe(log, recipe.value, predicate);
    const { recipe: read } = recipe.value;
    checkRedaction(log, predicate, { files, recipe: read, snapshot: valueOf(snapshot) });
    // Without the recipe nothing says what cluster and phases must be.
    if ('error' in snapshot) log.fail('fingerprint-matches-snapshot', snapshot.error);
  }
  if (cluster !== undefined) checkCluster(log, cluster, predicate, rules);
  if (phases !== undefined) checkPhases(log, reports, phases, predicate);
  if ('error' in bom) log.fail('bom-matches-claims', bom.error);
  else checkBom(log, bom.value, predicate, claimedImages(judgement, rules));
  if (run !== undefined) checkRun(log, reports, run);
  checkLogs(log, predicate, logs);
  const { recipeCompared, findings } = checkOwnRecipe(log, valueOf(recipe), predicate, rules);
  return { ...judgement, recipeCompared, findings: [...judgement.findings, ...findings] };
}

function claimsOf(
  predicate: ReceivedEvidence,
  recipe: BundleRecipe | undefined,
): Claims | undefined {
  return recipe && receivedClaims(predicate, recipe.recipe);
}
