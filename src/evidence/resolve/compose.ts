// Candidates laid over the root: the recipe before a profile, the registry and the order of deployment.

import { findingsOf, type Finding } from '../../errors/evidence-error.ts';
import { chainOf, rank, spansOf } from './candidates.ts';
import type { Catalogue } from './catalogue.ts';
import { disagreements, orderedByName, requireAgreement } from './equal-rank.ts';
import type { Disagreement } from './equal-rank.ts';
import { Merged } from './merge.ts';
import { addMixins, mixinsOf } from './mixins.ts';
import { deploymentOrder } from './order.ts';
import type { Layer, Overlay } from './overlay.ts';
import { Trace } from './trace.ts';

/** Overlays laid over the root. */
interface Layers {
  readonly merged: Merged;
  /** In the order in which they were applied, the root first. */
  readonly applied: readonly Overlay[];
}

export interface Composition extends Layers {
  readonly mixins: readonly Layer[];
  readonly findings: readonly Finding[];
}

/**
 * Lays the chain of each candidate over the root, every overlay once, and then the mixins.
 *
 * @throws EvidenceError OVERLAYS_DISAGREE, MIXIN_MISSING, MIXIN_CONFLICT; DEPENDENCY_UNKNOWN and
 *   DEPENDENCY_CYCLE of the root alone
 */
export function compose(catalogue: Catalogue, candidates: readonly Overlay[]): Composition {
  const { merged, applied } = lay(catalogue, candidates);
  const found = disagreementsOf({ merged, applied });
  if (catalogue.rules === 'v0.11') requireAgreement(found);
  const mixins = mixinsOf(applied, catalogue);
  addMixins(merged, mixins, catalogue);
  return { merged, applied, mixins, findings: findingsOf(found, orderedByName) };
}

/** The same without the mixins, whether the overlays agree or not. */
export function lay(catalogue: Catalogue, candidates: readonly Overlay[]): Layers {
  const merged = new Merged(catalogue.rules, new Trace());
  merged.add(catalogue.root, -1);
  // As AICR does when it loads the recipes.
  deploymentOrder(merged);
  const applied = new Set([catalogue.root]);
  for (const candidate of candidates) {
    for (const overlay of chainOf(candidate, catalogue, applied)) {
      applied.add(overlay);
      merged.add(overlay, rank(candidate));
    }
  }
  return { merged, applied: [...applied] };
}

export function disagreementsOf({ merged, applied }: Layers): readonly Disagreement[] {
  return disagreements(merged.trace, spansOf(applied));
}
