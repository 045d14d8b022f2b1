// Which overlays a query finds, and in which order they are applied.

import { compareBytes } from '../../compare-bytes.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { didYouMean } from '../../nearest.ts';
import { refuse } from '../../place.ts';
import { quote, quoteCircle } from '../../quote.ts';
import type { Criteria } from '../recipe/criteria.ts';
import type { Catalogue } from './catalogue.ts';
import { DIMENSIONS, criteriaKey, rankOf } from './criteria.ts';
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
  const climbed = climb(overlay, catalogue, known);
  requireRooted(climbed, catalogue);
  return climbed.chain.toReversed();
}

/** The way up from one overlay. */
interface Climb {
  /** From this one upwards, without the root. */
  readonly chain: readonly Overlay[];
  /** Those of them that inherit from themselves. */
  readonly circle: readonly Overlay[];
  /** The last one, if what it inherits from is not there. */
  readonly orphan: Overlay | undefined;
}

export function climb(
  overlay: Overlay,
  { overlays }: Pick<Catalogue, 'overlays'>,
  known: ReadonlySet<Overlay> = new Set(),
): Climb {
  const seen = new Set<Overlay>();
  let current = overlay;
  while (!known.has(current)) {
    if (seen.has(current)) {
      const chain = [...seen];
      return { chain, circle: chain.slice(chain.indexOf(current)), orphan: undefined };
    }
    seen.add(current);
    if (current.parent === ROOT) break;
    const parent = overlays.get(current.parent);
    if (parent === undefined) return { chain: [...seen], circle: [], orphan: current };
    current = parent;
  }
  return { chain: [...seen], circle: [], orphan: undefined };
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

/** When a walk from the root through all that inherits from it comes to an overlay, and when it has left those below. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Where each of these overlays stands among those that inherit from one another. */
export function spansOf(applied: Iterable<Overlay>): (name: string) => Span {
  const children = Map.groupBy(applied, ({ parent }) => parent);
  const spans = new Map<string, { readonly from: number; to: number }>();
  const open = [ROOT];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const span = spans.get(name);
    if (span !== undefined) span.to = spans.size;
    else {
      spans.set(name, { from: spans.size, to: 0 });
      const below = (children.get(name) ?? []).map((child) => child.name);
      open.push(name, ...below.filter((child) => child !== ROOT).toReversed());
    }
  }
  return (name) => spans.get(name) ?? { from: 0, to: spans.size };
}

/**
 * The overlays for these criteria, those with few concrete ones first, then by name. Today's AICR leaves out
 * what another one of them inherits from: it comes with that.
 */
export function matching(catalogue: Catalogue, query: Criteria): readonly Overlay[] {
  const found = foundBy(catalogue, query);
  if (catalogue.rules === 'v0.11') return found;
  const parents = new Set([...withAncestors(found, catalogue)].map(({ parent }) => parent));
  return found.filter(({ name }) => !parents.has(name));
}

/** Asymmetric: an open query never gets what is specific, a specific one gets what is open. */
function foundBy({ overlays }: Catalogue, query: Criteria): readonly Overlay[] {
  const index = INDEXES.get(overlays) ?? Map.groupBy(overlays.values(), keyOf);
  INDEXES.set(overlays, index);
  let wanted: readonly Criteria[] = [{ ...query, nodes: 0 }];
  if (query.nodes !== 0) wanted = [query, ...wanted];
  for (const name of DIMENSIONS.filter((each) => query[each] !== '')) {
    wanted = wanted.flatMap((each) => [each, { ...each, [name]: '' }]);
  }
  return wanted
    .flatMap((each) => index.get(criteriaKey(each)) ?? [])
    .toSorted((a, b) => rank(a) - rank(b) || compareBytes(a.name, b.name));
}

/** The overlays of a directory by their criteria, so that not all are looked at for each query. */
const INDEXES = new WeakMap<Catalogue['overlays'], ReadonlyMap<string, readonly Overlay[]>>();

function keyOf({ criteria }: Overlay): string {
  return criteria === undefined ? '' : criteriaKey(criteria);
}

export function rank(overlay: Overlay | undefined): number {
  return overlay?.criteria === undefined ? 0 : rankOf(overlay.criteria);
}

function refuseParent({ parent, file }: Overlay, overlays: Catalogue['overlays']): never {
  const hint =
    didYouMean(parent, [ROOT, ...overlays.keys()]) ?? 'add that overlay, or name another one';
  const place = { code: 'OVERLAY_PARENT_MISSING', at: `${file}#/spec/base`, hint } as const;
  refuse(place, quote(parent), 'the name of an overlay in the same directory');
}

/** Throws OVERLAY_PARENT_MISSING, OVERLAY_CYCLE. */
export function requireRooted(
  { circle, orphan }: Climb,
  { overlays }: Pick<Catalogue, 'overlays'>,
): void {
  if (orphan !== undefined) refuseParent(orphan, overlays);
  const [first] = circle;
  if (first === undefined) return;
  throw new EvidenceError('OVERLAY_CYCLE', {
    at: `${first.file}#/spec/base`,
    found: quoteCircle(circle.map(({ name }) => name)),
    expected: `overlays that inherit from ${quote(ROOT)} in the end`,
    hint: 'name another overlay as the base of one of them',
  });
}
