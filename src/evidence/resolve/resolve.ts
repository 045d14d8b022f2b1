// Criteria and a directory of recipes become one recipe, as `aicr recipe` makes it.

import type { DataMap } from '../../document/data.ts';
import { EvidenceError, findingsOf, type Finding } from '../../errors/evidence-error.ts';
import type { Criteria } from '../recipe/criteria.ts';
import { chainOf, inheritance, matching, rank } from './candidates.ts';
import type { Catalogue } from './catalogue.ts';
import { compareBytes } from './compare-bytes.ts';
import { uncovered, uncoveredFinding } from './coverage.ts';
import { disagreements, orderedByName, requireAgreement } from './equal-rank.ts';
import { Merged } from './merge.ts';
import { deploymentOrder } from './order.ts';
import type { Overlay } from './overlay.ts';
import { textOf } from './part.ts';
import { withDefaults } from './registry-defaults.ts';
import { Trace } from './trace.ts';

export interface Resolution {
  readonly criteria: Criteria;
  readonly catalogue: Catalogue;
  /** In the order in which they were applied, the root first. */
  readonly applied: readonly Overlay[];
  readonly constraints: readonly DataMap[];
  readonly components: readonly DataMap[];
  readonly deploymentOrder: readonly string[];
  readonly validation: DataMap | undefined;
  readonly trace: Trace;
  readonly findings: readonly Finding[];
}

/**
 * Resolves a recipe.
 *
 * @throws EvidenceError OVERLAY_CYCLE, OVERLAY_PARENT_MISSING, OVERLAYS_DISAGREE, DEPENDENCY_UNKNOWN,
 *   DEPENDENCY_CYCLE
 */
export function resolve(catalogue: Catalogue, criteria: Criteria): Resolution {
  const { root, rules, registry } = catalogue;
  if (rules === 'current') refuseCurrent(root.file);
  const trace = new Trace();
  const { merged, applied, findings } = applyOverlays(
    catalogue,
    matching(catalogue, criteria),
    trace,
  );
  const locate = (component: string): string =>
    trace.writes.get(`componentRefs/${component}/dependencyRefs`)?.at(-1)?.at ?? root.file;
  const order = deploymentOrder(merged.components, rules, locate);
  const isSorted = applied.length > 1;
  const components = listed(merged.components, isSorted);
  return {
    criteria,
    catalogue,
    applied,
    constraints: listed(merged.constraints, isSorted),
    components: components.map((each) =>
      withDefaults(each, registry.get(textOf(each, 'name')), trace),
    ),
    deploymentOrder: order,
    validation: merged.validation,
    trace,
    findings: [
      ...catalogue.findings,
      ...findings,
      ...uncovered(criteria, applied).map((name) => uncoveredFinding(criteria, name)),
    ],
  };
}

function refuseCurrent(file: string): never {
  throw new EvidenceError('DOCUMENT_UNSUPPORTED', {
    at: file,
    found: 'recipes of an AICR after v0.11',
    expected: 'recipes of AICR v0.11',
    hint: 'resolve them with `aicr recipe`',
  });
}

interface Applied {
  readonly merged: Merged;
  readonly applied: readonly Overlay[];
  readonly findings: readonly Finding[];
}

/** Lays each chain over the root, every overlay once. */
function applyOverlays(
  catalogue: Catalogue,
  candidates: readonly Overlay[],
  trace: Trace,
): Applied {
  const merged = new Merged(catalogue.rules, trace);
  merged.add(catalogue.root, -1);
  const applied = new Set([catalogue.root]);
  const chains = candidates.map((overlay) => chainOf(overlay, catalogue));
  for (const [index, chain] of chains.entries()) {
    for (const overlay of chain.filter((each) => !applied.has(each))) {
      applied.add(overlay);
      merged.add(overlay, rank(candidates[index]));
    }
  }
  const found = disagreements(trace, inheritance(chains));
  if (catalogue.rules === 'v0.11') requireAgreement(found);
  return { merged, applied: [...applied], findings: findingsOf(found, orderedByName) };
}

/** By name, but AICR leaves the root as it is if nothing else applies. */
function listed(parts: ReadonlyMap<string, DataMap>, isSorted: boolean): readonly DataMap[] {
  const entries = [...parts];
  const sorted = isSorted ? entries.toSorted(([a], [b]) => compareBytes(a, b)) : entries;
  return sorted.map(([, value]) => value);
}
