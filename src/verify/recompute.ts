import type { ReceivedFiles } from '../archive/entry.ts';
import type { Finding } from '../errors.ts';
import { SCHEMA_VERSION } from '../media-types.ts';
import type { Facts } from '../report/report.ts';
import type { ReceivedPredicate } from '../statement/predicate.ts';
import { phaseConstraintsOf } from '../validate/validate.ts';
import { checkBom } from './check-bom.ts';
import type { CheckedBom } from './check-bom.ts';
import { checkCluster } from './check-cluster.ts';
import type { CheckedCluster } from './check-cluster.ts';
import type { CheckLog } from './check-log.ts';
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
  if (checked === undefined) return onlyBom(checkBom(log, files, { predicate }));
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
      ...onlyBom(bom).facts,
    },
    findings: [
      ...claimFindings(predicate),
      ...(cluster === undefined ? recipe.findings : cluster.findings),
      ...(phases === undefined ? [] : phases.findings),
      ...onlyBom(bom).findings,
    ],
  };
}

/** What a reader of the claims should know of them. */
function claimFindings({ at, affidavit }: ReceivedPredicate): readonly Finding[] {
  const place = `${at}/affidavit`;
  if (affidavit === undefined) {
    return [
      {
        code: 'NOT_CLAIMED',
        at: place,
        found: 'evidence of a tool that records no constraint results',
        expected: 'what affidavit adds to the predicate',
        hint: 'nothing to do: the constraints were evaluated here',
      },
    ];
  }
  if (!affidavit.newer) return [];
  return [
    {
      code: 'SCHEMA_NEWER',
      at: `${place}/schemaVersion`,
      found: 'a newer minor version, whose new fields are not judged',
      expected: SCHEMA_VERSION,
      hint: 'upgrade affidavit to judge them too',
    },
  ];
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

function onlyBom(bom: CheckedBom | undefined): Recomputed {
  if (bom === undefined) return { facts: {}, findings: [] };
  return { facts: { bom: bom.summary }, findings: bom.findings };
}
