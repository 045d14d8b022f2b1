// Overlays of equal rank that disagree: AICR v0.11 applies them in a random order.

import { MixedMap, isDataList, isDataMap, type Data } from '../../document/data.ts';
import { EvidenceError, type Finding } from '../../errors/evidence-error.ts';
import { quote } from '../../quote.ts';
import type { Trace, Write } from './trace.ts';
import { valueText } from './trace.ts';

export interface Disagreement {
  /** The field, e.g. `componentRefs/gpu-operator/version`. */
  readonly path: string;
  readonly first: Write;
  readonly second: Write;
}

/** Whether the first overlay inherits from the second: it always comes later. */
export type Inherits = (name: string, ancestor: string) => boolean;

/** The fields that would be something else if overlays of one rank came in another order. */
export function disagreements(trace: Trace, inherits: Inherits): readonly Disagreement[] {
  return [...trace.writes].flatMap(([path, writes]) => {
    const pair = writes.some(({ isAdded }) => isAdded)
      ? addedOtherwise(writes, inherits)
      : (setOtherwise(writes, inherits) ?? setAround(trace, path, writes, inherits));
    return pair === undefined ? [] : [{ path, first: pair[0], second: pair[1] }];
  });
}

type Pair = readonly [Write, Write];

/** Of those that may come last, two that say something else. */
function setOtherwise(writes: readonly Write[], inherits: Inherits): Pair | undefined {
  const rank = writes.at(-1)?.rank;
  const equals = writes.filter((write) => write.rank === rank);
  const texts = equals.map(({ value }) => valueText(value));
  if (texts.every((text) => text === texts[0])) return undefined;
  if (equals.length > MANY) return differing(equals);
  const last = equals.filter(({ by }) => !equals.some((other) => inherits(other.by, by)));
  return differing(last);
}

/** Of more writes than this of one rank, which no real recipes have, not each pair is compared. */
const MANY = 50;

function differing([first, ...others]: readonly Write[]): Pair | undefined {
  const text = first && valueText(first.value);
  const second = others.find(({ value }) => valueText(value) !== text);
  return first && second && [first, second];
}

/** One sets a field in a map for which another sets a value that is no map. */
function setAround(
  trace: Trace,
  path: string,
  writes: readonly Write[],
  inherits: Inherits,
): Pair | undefined {
  const keys = path.split('/');
  const around = keys.flatMap((_, index) => trace.writes.get(keys.slice(0, index).join('/')) ?? []);
  const outer = around.filter(({ value }) => !isDataMap(value) || value instanceof MixedMap);
  if (outer.length * writes.length > MANY * MANY) return firstOfRank(outer, writes);
  for (const first of outer) {
    const second = writes.find((each) => isFree(first, each, inherits));
    if (second !== undefined) return [first, second];
  }
  return undefined;
}

function firstOfRank(outer: readonly Write[], inner: readonly Write[]): Pair | undefined {
  const byRank = new Map(inner.map((write) => [write.rank, write]));
  const first = outer.find(({ rank }) => byRank.has(rank));
  const second = first && byRank.get(first.rank);
  return first && second && [first, second];
}

/** Two that add to a list in one order or the other; what comes before both of them in any case does not count. */
function addedOtherwise(all: readonly Write[], inherits: Inherits): Pair | undefined {
  const cleared = all.findLast(({ isAdded }) => isAdded !== true)?.rank ?? Number.NEGATIVE_INFINITY;
  const known = new Set<Data>();
  const ranks = Map.groupBy(all, ({ rank }) => rank);
  for (const [rank, writes] of ranks) {
    if (rank < cleared) continue;
    const found =
      writes.length > MANY ? differing(writes) : addedOtherwiseIn(writes, known, inherits);
    if (found !== undefined) return found;
    // What was added before the list was cleared is not in it.
    if (rank === cleared) continue;
    for (const item of writes.flatMap(({ value }) => itemsOf(value))) known.add(item);
  }
  return undefined;
}

/** @param known what earlier ranks have added */
function addedOtherwiseIn(
  writes: readonly Write[],
  known: ReadonlySet<Data>,
  inherits: Inherits,
): Pair | undefined {
  for (const [index, first] of writes.entries()) {
    for (const second of writes.slice(index + 1).filter((each) => isFree(first, each, inherits))) {
      const before = writes.filter(({ by }) => inherits(first.by, by) || inherits(second.by, by));
      const isCleared = before.some(({ isAdded }) => isAdded !== true);
      const earlier = new Set(isCleared ? [] : before.flatMap(({ value }) => itemsOf(value)));
      const fresh = ({ value }: Write): readonly Data[] =>
        itemsOf(value).filter((item) => !known.has(item) && !earlier.has(item));
      const isSame = first.isAdded === second.isAdded && commute(fresh(first), fresh(second));
      if (!isSame) return [first, second];
    }
  }
  return undefined;
}

function commute(a: readonly Data[], b: readonly Data[]): boolean {
  const [ab, ba] = [new Set([...a, ...b]), new Set([...b, ...a])];
  return valueText([...ab]) === valueText([...ba]);
}

function isFree(a: Write, b: Write, inherits: Inherits): boolean {
  return a.rank === b.rank && a.by !== b.by && !inherits(a.by, b.by) && !inherits(b.by, a.by);
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
