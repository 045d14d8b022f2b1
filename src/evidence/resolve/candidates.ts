// Which overlays a query finds, and in which order they are applied.

import { EvidenceError } from '../../errors/evidence-error.ts';
import { didYouMean } from '../../nearest.ts';
import { quote, quoteCircle } from '../../quote.ts';
import type { Criteria } from '../recipe/criteria.ts';
import type { Catalogue } from './catalogue.ts';
import { isFor, rankOf } from './criteria.ts';
import { ROOT, type Overlay } from './overlay.ts';

/**
 * The overlays from the one below the root to this one.
 *
 * @param known those that somebody has already: the chain begins behind the last of them
 * @throws EvidenceError OVERLAY_PARENT_MISSING, OVERLAY_CYCLE
 */
export function chainOf(
  overlay: Overlay,
  catalogue: Pick<Catalogue, 'overlays'>,
  known?: ReadonlySet<Overlay>,
): readonly Overlay[] {
  const { chain, circle } = climb(overlay, catalogue, known);
  requireNoCircle(circle);
  return chain.toReversed();
}

/**
 * The overlays from this one upwards, and those of them that are a circle.
 *
 * @throws EvidenceError OVERLAY_PARENT_MISSING
 */
export function climb(
  overlay: Overlay,
  { overlays }: Pick<Catalogue, 'overlays'>,
  known: ReadonlySet<Overlay> = new Set(),
): Readonly<Record<'chain' | 'circle', readonly Overlay[]>> {
  const seen = new Set<Overlay>();
  let current = overlay;
  while (!known.has(current)) {
    if (seen.has(current)) {
      const chain = [...seen];
      return { chain, circle: chain.slice(chain.indexOf(current)) };
    }
    seen.add(current);
    if (current.parent === ROOT) break;
    current = overlays.get(current.parent) ?? refuseParent(current, overlays);
  }
  return { chain: [...seen], circle: [] };
}

/** The overlays with all that they inherit from, each once, in the order in which they are applied. */
export function withAncestors(
  overlays: readonly Overlay[],
  catalogue: Catalogue,
): ReadonlySet<Overlay> {
  const all = new Set<Overlay>();
  for (const overlay of overlays) {
    for (const each of chainOf(overlay, catalogue, all)) all.add(each);
  }
  return all;
}

/** Tells which of these overlays inherit from which; parents come before their children. */
export function inheritance(
  applied: Iterable<Overlay>,
): (name: string, ancestor: string) => boolean {
  const children = new Map<string, string[]>();
  for (const { name, parent } of applied) {
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [name]);
    else siblings.push(name);
  }
  // When a walk through the tree comes to each, and when it leaves it.
  const spans = new Map<string, { readonly from: number; to: number }>();
  const open = [ROOT];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const span = spans.get(name);
    if (span !== undefined) span.to = spans.size;
    else {
      spans.set(name, { from: spans.size, to: 0 });
      open.push(name, ...(children.get(name) ?? []).filter((child) => child !== ROOT));
    }
  }
  return (name, ancestor) => {
    const [inner, outer] = [spans.get(name), spans.get(ancestor)];
    if (inner === undefined || outer === undefined) return false;
    return outer.from < inner.from && inner.from < outer.to;
  };
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
  const parents = new Set([...withAncestors(found, catalogue)].map(({ parent }) => parent));
  return found.filter(({ name }) => !parents.has(name));
}

export function rank(overlay: Overlay | undefined): number {
  return overlay?.criteria === undefined ? 0 : rankOf(overlay.criteria);
}

function refuseParent({ parent, file }: Overlay, overlays: Catalogue['overlays']): never {
  throw new EvidenceError('OVERLAY_PARENT_MISSING', {
    at: `${file}#/spec/base`,
    found: quote(parent),
    expected: 'the name of an overlay in the same directory',
    hint: didYouMean(parent, [ROOT, ...overlays.keys()]) ?? 'add that overlay, or name another one',
  });
}

/** Throws OVERLAY_CYCLE. */
export function requireNoCircle(circle: readonly Overlay[]): void {
  const [first] = circle;
  if (first === undefined) return;
  throw new EvidenceError('OVERLAY_CYCLE', {
    at: `${first.file}#/spec/base`,
    found: quoteCircle(circle.map(({ name }) => name)),
    expected: `overlays that inherit from ${quote(ROOT)} in the end`,
    hint: 'name another overlay as the base of one of them',
  });
}
