// Overlays of equal rank that disagree: AICR v0.11 applies them in a random order.

import { MixedMap, isDataList, isDataMap, type Data } from '../../document/data.ts';
import { EvidenceError, type Finding } from '../../errors/evidence-error.ts';
import { quote } from '../../quote.ts';
import type { Span } from './candidates.ts';
import type { Trace, Write } from './trace.ts';
import { valueText } from './trace.ts';

export interface Disagreement {
  /** The field, e.g. `componentRefs/gpu-operator/version`. */
  readonly path: string;
  readonly first: Write;
  readonly second: Write;
}

type Placed = Write & Span;
type Pair = readonly [Placed, Placed];

/** The fields that would be something else if overlays of one rank came in another order. */
export function disagreements(
  { writes: all }: Trace,
  spanOf: (name: string) => Span,
): readonly Disagreement[] {
  const placed = (path: string): readonly Placed[] =>
    (all.get(path) ?? []).map((write) => ({ ...write, ...spanOf(write.by) }));
  const around = new Map<string, Ends>();
  const endsAt = (path: string): Ends => {
    const ends = around.get(path) ?? endsOf(placed(path).filter(isNoMap));
    around.set(path, ends);
    return ends;
  };
  return [...all.keys()].flatMap((path) => {
    const writes = placed(path);
    const pair = writes.some(({ isAdded }) => isAdded)
      ? addedOtherwise(writes)
      : (setOtherwise(writes) ?? setAround(path, writes, endsAt));
    return pair === undefined ? [] : [{ path, first: pair[0], second: pair[1] }];
  });
}

/** Of those that may come last, two that say something else. */
function setOtherwise(writes: readonly Placed[]): Pair | undefined {
  const rank = writes.at(-1)?.rank;
  const sorted = inWalk(writes.filter((write) => write.rank === rank));
  // What comes next inherits from this one, if anything does, or is of the same overlay.
  const [first, ...others] = sorted.filter(
    ({ to }, index) => (sorted[index + 1]?.from ?? to) >= to,
  );
  if (first === undefined || others.length === 0) return undefined;
  const text = valueText(first.value);
  const second = others.find(({ value }) => valueText(value) !== text);
  return second && [first, second];
}

/** One sets a field in a map for which another sets a value that is no map. */
function setAround(
  path: string,
  writes: readonly Placed[],
  endsAt: (path: string) => Ends,
): Pair | undefined {
  const inner = endsOf(writes);
  const keys = path.split('/');
  for (const index of keys.keys()) {
    const pair = apart(endsAt(keys.slice(0, index).join('/')), inner);
    if (pair !== undefined) return pair;
  }
  return undefined;
}

function isNoMap({ value }: Write): boolean {
  return !isDataMap(value) || value instanceof MixedMap;
}

/** By rank: which write the walk leaves first, and to which it comes last. */
type Ends = ReadonlyMap<number, { readonly left: Placed; readonly reached: Placed }>;

function endsOf(writes: readonly Placed[]): Ends {
  const ends = new Map<number, { left: Placed; reached: Placed }>();
  for (const write of writes) {
    const { left, reached } = ends.get(write.rank) ?? { left: write, reached: write };
    ends.set(write.rank, {
      left: write.to < left.to ? write : left,
      reached: write.from > reached.from ? write : reached,
    });
  }
  return ends;
}

/** One of these and one of the others, of one rank, neither of which inherits from the other. */
function apart(these: Ends, others: Ends): Pair | undefined {
  for (const [rank, { left, reached }] of these) {
    const other = others.get(rank);
    if (other !== undefined && left.to <= other.reached.from) return [left, other.reached];
    if (other !== undefined && other.left.to <= reached.from) return [reached, other.left];
  }
  return undefined;
}

/** Two that add to a list in one order or the other, or of which one clears it; what comes before that does not count. */
function addedOtherwise(all: readonly Placed[]): Pair | undefined {
  const cleared = all.findLast(({ isAdded }) => isAdded !== true)?.rank ?? Number.NEGATIVE_INFINITY;
  const writes = all.filter(({ rank }) => rank >= cleared);
  const clears = endsOf(writes.filter(({ isAdded }) => isAdded !== true));
  const pair = apart(clears, endsOf(writes.filter(({ isAdded }) => isAdded)));
  if (pair !== undefined) return pair;
  const list = new LongestList();
  for (const ofRank of Map.groupBy(writes, ({ rank }) => rank).values()) {
    const found = list.add(inWalk(ofRank));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What each overlay adds comes after what its ancestors do: lists agree if each is the beginning of the longest. */
class LongestList {
  readonly #entries: { readonly item: Data; readonly write: Placed }[] = [];
  readonly #places = new Map<Data, number>();

  /** @returns two that want something else in one place */
  add(writes: readonly Placed[]): Pair | undefined {
    const start = this.#entries.length;
    const ancestors: { readonly to: number; readonly length: number }[] = [];
    for (const write of writes) {
      while ((ancestors.at(-1)?.to ?? Infinity) <= write.from) ancestors.pop();
      if (write.isAdded !== true) this.#clear();
      const before = write.isAdded === true ? (ancestors.at(-1)?.length ?? start) : 0;
      const length = this.#addAfter(before, write);
      if (typeof length !== 'number') return [length, write];
      ancestors.push({ to: write.to, length });
    }
    return undefined;
  }

  #clear(): void {
    this.#entries.length = 0;
    this.#places.clear();
  }

  /** @returns how long the list is then, or who wants something else in a place */
  #addAfter(before: number, write: Placed): number | Placed {
    let length = before;
    for (const item of itemsOf(write.value)) {
      if ((this.#places.get(item) ?? length) < length) continue;
      const entry = this.#entries[length];
      if (entry !== undefined && entry.item !== item) return entry.write;
      if (entry === undefined) {
        this.#entries.push({ item, write });
        this.#places.set(item, length);
      }
      length += 1;
    }
    return length;
  }
}

function inWalk(writes: readonly Placed[]): readonly Placed[] {
  return writes.toSorted((a, b) => a.from - b.from);
}

function itemsOf(value: Data): readonly Data[] {
  return isDataList(value) ? value : [];
}

/** Throws OVERLAYS_DISAGREE, if there is a disagreement. */
export function requireAgreement([first]: readonly Disagreement[]): void {
  if (first === undefined) return;
  throw new EvidenceError('OVERLAYS_DISAGREE', {
    ...sayDisagreement(first),
    hint: 'let one of them inherit from the other, or make its criteria more specific',
  });
}

/** By today's rules the later name wins. */
export function orderedByName(disagreement: Disagreement): Finding {
  return {
    code: 'OVERLAYS_ORDERED_BY_NAME',
    ...sayDisagreement(disagreement),
    hint: `the name decides; let one of them inherit from the other, if it is not to`,
  };
}

function sayDisagreement({
  path,
  first,
  second,
}: Disagreement): Pick<Finding, 'at' | 'found' | 'expected'> {
  return {
    at: second.at,
    found: `${path}: ${said(second)} here, ${said(first)} at ${first.at}`,
    expected: 'overlays with equally many concrete criteria that agree',
  };
}

function said({ by, value }: Write): string {
  return `${quote(valueText(value), 60)} of ${quote(by)}`;
}
