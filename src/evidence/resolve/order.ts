// In which order components are deployed.

import { compareBytes } from '../../compare-bytes.ts';
import { mapOf, type DataMap } from '../../document/data.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { didYouMean } from '../../nearest.ts';
import { quote, quoteCircle } from '../../quote.ts';
import { isEnabledBy } from '../recipe/recipe-component.ts';
import type { Merged } from './merge.ts';
import { textsOf } from './part.ts';
import type { Trace } from './trace.ts';

type Components = ReadonlyMap<string, DataMap>;

/**
 * Components after what they depend on, by name where that leaves a choice.
 *
 * @throws EvidenceError DEPENDENCY_UNKNOWN, DEPENDENCY_CYCLE
 */
export function deploymentOrder({ components, rules, trace }: Merged): readonly string[] {
  requireKnown(unknownDependencies({ components, trace }));
  const deployed = [...components.keys()]
    .filter((name) => rules === 'v0.11' || isEnabledBy(mapOf(components.get(name), 'overrides')))
    .toSorted(compareBytes);
  const position = new Map(deployed.map((name, index) => [name, index]));
  const open = new Map<string, number>();
  const dependents = new Map<string, string[]>(deployed.map((name) => [name, []]));
  for (const name of deployed) {
    const needed = dependenciesOf(components, name).filter((other) => position.has(other));
    open.set(name, needed.length);
    for (const other of needed) dependents.get(other)?.push(name);
  }
  const order: string[] = [];
  const ready = deployed.filter((name) => open.get(name) === 0);
  for (let next = ready.shift(); next !== undefined; next = ready.shift()) {
    order.push(next);
    for (const dependent of dependents.get(next) ?? []) {
      const left = (open.get(dependent) ?? 0) - 1;
      open.set(dependent, left);
      if (left === 0) insert(ready, dependent, position);
    }
  }
  if (order.length < deployed.length) refuseCycle(components, open, trace);
  return order;
}

function dependenciesOf(components: Components, name: string): readonly string[] {
  return textsOf(components.get(name), 'dependencyRefs');
}

/** Keeps the list in the order of names. */
function insert(ready: string[], name: string, position: ReadonlyMap<string, number>): void {
  const place = (each: string): number => position.get(each) ?? 0;
  let [low, high] = [0, ready.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (place(ready[middle] ?? '') < place(name)) low = middle + 1;
    else high = middle;
  }
  ready.splice(low, 0, name);
}

function requireKnown(unknown: Iterable<EvidenceError>): void {
  for (const error of unknown) throw error;
}

/** A complaint about each dependency that is not there, when it is asked for: each is compared with all names. */
export function* unknownDependencies({
  components,
  trace,
}: Pick<Merged, 'components' | 'trace'>): Generator<EvidenceError, void> {
  for (const name of components.keys()) {
    for (const other of dependenciesOf(components, name)) {
      if (components.has(other)) continue;
      yield new EvidenceError('DEPENDENCY_UNKNOWN', {
        at: placeOf(name, trace),
        found: `${quote(other)}, which ${quote(name)} depends on`,
        expected: 'a component of the same recipe',
        hint:
          didYouMean(other, components.keys()) ??
          'add the component to this overlay, or to one above it',
      });
    }
  }
}

/** Where the dependencies of a component are written. */
function placeOf(component: string, trace: Trace): string | undefined {
  return trace.placeOf(['componentRefs', component, 'dependencyRefs']);
}

/** Follows what is still open: that leads into a circle. */
function refuseCycle(
  components: Components,
  open: ReadonlyMap<string, number>,
  trace: Trace,
): never {
  const isOpen = (name: string): boolean => (open.get(name) ?? 0) > 0;
  const seen = new Set<string>();
  let name = [...open.keys()].find(isOpen) ?? '';
  while (!seen.has(name)) {
    seen.add(name);
    name = dependenciesOf(components, name).find(isOpen) ?? '';
  }
  const path = [...seen];
  throw new EvidenceError('DEPENDENCY_CYCLE', {
    at: placeOf(name, trace),
    found: quoteCircle(path.slice(path.indexOf(name))),
    expected: 'components that can be deployed one after the other',
    hint: 'remove one of these dependencyRefs',
  });
}
