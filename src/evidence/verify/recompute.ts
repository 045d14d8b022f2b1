import type { ReceivedFiles } from '../../archive/entry.ts';
import type { CheckLog } from '../../attestation/check-log.ts';
import type { Finding } from '../../errors/fault.ts';
import type { ReceivedPredicate } from '../claim/predicate.ts';
import type { Facts } from '../facts.ts';
import { phaseConstraintsOf } from '../validate.ts';
import { checkBom } from './check-bom.ts';
import type { CheckedBom } from './check-bom.ts';
import { checkCluster } from './check-cluster.ts';
import type { CheckedCluster } from './check-cluster.ts';
import { checkPhases } from './check-phases.ts';
import { checkRecipe } from './check-recipe.ts';

/**
 * Derives everything again that can be derived from the files, and holds each claim of the
 * predicate against it. What needs a document that cannot be read is not reached.
 */
export function recompute(
  log: CheckLog,
  files: ReceivedFiles,
  predicate: ReceivedPredicate,
): Recomputed {
  const checked = checkRecipe(log, files, predicate);
  if (checked === undefined) return bomPart(checkBom(log, files, { predicate }));
  const { recipe, shown } = checked;
  const cluster = checkCluster(log, files, { predicate, recipe });
  const phases = checkPhases(log, files, { predicate, recipe });
  const sources = cluster && { recipe, snapshot: cluster.snapshot };
  const bom = checkBom(log, files, { predicate, sources });
  return {
    facts: {
      recipe: shown,
      phaseConstraints: phaseConstraintsOf(recipe),
      ...clusterFacts(cluster),
      ...(phases && { phases: phases.results }),
      ...bomPart(bom).facts,
    },
    findings: [
      ...(cluster === undefined ? recipe.findings : cluster.findings),
      ...(phases === undefined ? [] : phases.findings),
      ...bomPart(bom).findings,
    ],
  };
}

export interface Recomputed {
  readonly facts: Facts;
  readonly findings: readonly Finding[];
}

function clusterFacts(cluster: CheckedCluster | undefined): Facts {
  if (cluster === undefined) return {};
  const { fingerprint, match, constraints } = cluster;
  return { fingerprint, match, constraints };
}

function bomPart(bom: CheckedBom | undefined): Recomputed {
  if (bom === undefined) return { facts: {}, findings: [] };
  return { facts: { bom: bom.summary }, findings: bom.findings };
}
