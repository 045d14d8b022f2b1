// Which overlays a query finds, and in which order they are applied.

import { EvidenceError } from '../../errors/evidence-error.ts';
import { nearest } from '../../nearest.ts';
import { quote } from '../../quote.ts';
import type { Criteria } from '../recipe/criteria.ts';
import type { Catalogue } from './catalogue.ts';
import { isFor, rankOf } from './criteria.ts';
import { ROOT, type Overlay } from './overlay.ts';

/**
 * The overlays from the one below the root to this one.
 *
 * @throws EvidenceError OVERLAY_PARENT_MISSING, OVERLAY_CYCLE
 */
export function chainOf(
  overlay: Overlay,
  { overlays }: Pick<Catalogue, 'overlays'>,
): readonly Overlay[] {
  const chain = new Set([overlay]);
  let current = overlay;
  while (current.parent !== ROOT) {
    const { parent, file } = current;
    current = overlays.get(parent) ?? refuseParent(parent, file, [ROOT, ...overlays.keys()]);
    if (chain.has(current)) refuseCycle([...chain], current);
    chain.add(current);
  }
  return [...chain].toReversed();
}

/** Tells which overlays of these chains inherit from which. */
export function inheritance(
  chains: readonly (readonly Overlay[])[],
): (name: string, ancestor: string) => boolean {
  const ancestors = new Map<string, ReadonlySet<string>>();
  for (const chain of chains) {
    for (const [index, { name }] of chain.entries()) {
      if (ancestors.has(name)) continue;
      ancestors.set(name, new Set(chain.slice(0, index).map((each) => each.name)));
    }
  }
  return (name, ancestor) => ancestors.get(name)?.has(ancestor) === true;
}

/**
 * The overlays for these criteria, those with few concrete ones first, then by name. Today's AICR leaves out
 * what another one of them inherits from: it comes with that.
 */
export function matching(catalogue: Catalogue, query: Criteria): readonly Overlay[] {
  const { overlays, rules } = catalogue;
  // They are sorted by name, and sorting keeps the order of equals.
  const found = [...overlays.values()]
    .filter(({ criteria }) => criteria !== undefined && isFor(criteria, query, rules))
    .toSorted((a, b) => rank(a) - rank(b));
  if (rules === 'v0.11') return found;
  const ancestors = new Set(found.flatMap((overlay) => chainOf(overlay, catalogue).slice(0, -1)));
  return found.filter((overlay) => !ancestors.has(overlay));
}

export function rank(overlay: Overlay | undefined): number {
  return overlay?.criteria === undefined ? 0 : rankOf(overlay.criteria);
}

function refuseParent(parent: string, file: string, names: readonly string[]): never {
  const meant = nearest(parent, names);
  throw new EvidenceError('OVERLAY_PARENT_MISSING', {
    at: `${file}#/spec/base`,
    found: quote(parent),
    expected: 'the name of an overlay in the same directory',
    hint:
      meant === undefined
        ? 'add that overlay, or name another one'
        : `did you mean ${quote(meant)}?`,
  });
}

function refuseCycle(chain: readonly Overlay[], again: Overlay): never {
  const circle = [...chain.slice(chain.indexOf(again)), again];
  throw new EvidenceError('OVERLAY_CYCLE', {
    at: `${again.file}#/spec/base`,
    found: circle
      .slice(0, 20)
      .map(({ name }) => quote(name))
      .join(' → '),
    expected: `overlays that inherit from ${quote(ROOT)} in the end`,
    hint: 'name another overlay as the base of one of them',
  });
}
