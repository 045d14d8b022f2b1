import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { fingerprintOf } from '../../../src/evidence/snapshot/fingerprint.ts';
import {
  itemReadings,
  nodesIn,
  splitFolded,
  type LabelReading,
} from '../../../src/evidence/snapshot/label-reading.ts';
import { subtypeOf } from '../../../src/evidence/snapshot/snapshot.ts';
import { propertyRuns } from '../../property-runs.ts';
import { snapshotWith } from './cluster.ts';

const PRODUCT = 'nvidia.com/gpu.product';
const REGION = 'topology.kubernetes.io/region';
const numRuns = propertyRuns(200, 2000);

/** Which nodes have a value of a label, and how many of them a truncated list leaves out. */
interface Label {
  readonly key: string;
  readonly value: string;
  readonly nodes: readonly string[];
  readonly hidden: number;
  /** The item refers to the folded list instead of having one. */
  readonly refers: boolean;
}

const node = fc.stringMatching(/^[a-z][a-z0-9.-]{0,8}$/);
// A value of Kubernetes has none of these characters; a label's name may end as another's value does.
const value = fc.stringMatching(/^[\w.-]{0,6}$/);
const label: fc.Arbitrary<Label> = fc.record({
  key: fc.constantFrom(PRODUCT, REGION, 'zone', 'zone.a', 'a|b', '__proto__'),
  value,
  nodes: fc.uniqueArray(node, { minLength: 1, maxLength: 5 }),
  hidden: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 999_999_999 })),
  refers: fc.boolean(),
});

/** Labels as AICR lists them: each value of each label once. */
const labels = fc.uniqueArray(label, {
  maxLength: 8,
  selector: ({ key, value: text }) => `${key}\n${text}`,
});

function listOf({ nodes, hidden }: Label): string {
  return `${nodes.join(',')}${hidden === 0 ? '' : ` (+${hidden} more)`}`;
}

function foldedKeys(all: readonly Label[]): readonly string[] {
  const isOne = (key: string): boolean => all.filter((each) => each.key === key).length === 1;
  return all.map(({ key, value: text }) => (isOne(key) ? key : `${key}.${text}`));
}

function foldedOf(all: readonly Label[]): Readonly<Record<string, string>> {
  const keys = foldedKeys(all);
  return Object.fromEntries(
    all.map((each, index) => [keys[index] ?? '', `${each.value}|${listOf(each)}`]),
  );
}

/** An item refers to a list only if it is alone in that. */
function itemsOf(all: readonly Label[]): readonly Item[] {
  const keys = foldedKeys(all);
  return all.map((each, index): Item => {
    const own = keys[index] ?? '';
    const isAlone = keys.filter((key) => key === own).length === 1;
    const refers = each.refers && isAlone && own !== '__proto__';
    return {
      context: { key: each.key, value: each.value },
      data: {
        'node-count': each.nodes.length + each.hidden,
        ...(refers ? { 'node-list-ref': own } : { 'node-list': listOf(each) }),
        truncated: each.hidden > 0,
      },
    };
  });
}

interface Item {
  readonly context: object;
  readonly data: Readonly<Record<string, unknown>>;
}

function read(data: object, items: readonly unknown[]): readonly LabelReading[] | undefined {
  const snapshot = snapshotWith({ NodeTopology: { label: data, 'label[]': items } });
  const subtype = subtypeOf(snapshot, 'NodeTopology', 'label');
  if (subtype === undefined) throw new Error('no labels');
  return itemReadings(subtype, new Set([PRODUCT, REGION, 'zone', 'zone.a', 'a|b', '__proto__']));
}

describe('lossless labels', () => {
  it('are read as they were written, whatever their keys and values have in common', () => {
    fc.assert(
      fc.property(labels, (all) => {
        const expected = all.map((each) => ({
          ...{ key: each.key, value: each.value, nodeList: listOf(each) },
          ...{ count: each.nodes.length + each.hidden, truncated: each.hidden > 0 },
        }));
        expect(read(foldedOf(all), itemsOf(all))).toEqual(expected);
      }),
      { numRuns },
    );
  });

  it('give the fingerprint their values and nodes, hidden ones too', () => {
    fc.assert(
      fc.property(labels, (all) => {
        const of = (key: string): readonly Label[] => all.filter((each) => each.key === key);
        const products = of(PRODUCT);
        const [region] = of(REGION);
        const items = itemsOf(all);
        const topology = { label: foldedOf(all), ...(items.length > 0 && { 'label[]': items }) };
        const fingerprint = fingerprintOf(snapshotWith({ NodeTopology: topology }));
        const sum = products.reduce((total, each) => total + each.nodes.length + each.hidden, 0);
        expect(fingerprint.gpuNodeCount.value).toBe(sum);
        expect(fingerprint.accelerator.note === 'multi-gpu').toBe(products.length > 1);
        expect(fingerprint.region.note === 'multi-region').toBe(of(REGION).length > 1);
        expect(fingerprint.region.value).toBe(of(REGION).length === 1 ? region?.value : '');
      }),
      { numRuns },
    );
  });

  it('are not believed, none of them, if one contradicts itself', () => {
    const change = fc.constantFrom<(data: Item['data']) => object>(
      (data) => ({ ...data, 'node-count': Number(data['node-count']) + 1 }),
      (data) => ({ ...data, truncated: data['truncated'] !== true }),
      (data) => ({ ...data, truncated: undefined }),
      (data) => ({ ...data, 'node-list': 'x', 'node-list-ref': 'y' }),
      (data) => ({ ...data, 'node-list': undefined, 'node-list-ref': 'no such label' }),
      ({ 'node-count': count, truncated }) => ({ 'node-count': count, truncated }),
    );
    fc.assert(
      fc.property(fc.uniqueArray(label, LISTED), fc.nat(), change, (all, at, changed) => {
        const items = itemsOf(all);
        expect(read(foldedOf(all), items)).toHaveLength(all.length);
        const index = at % items.length;
        const bad = items.map((item, i) =>
          i === index ? { ...item, data: changed(item.data) } : item,
        );
        expect(read(foldedOf(all), bad)).toBeUndefined();
      }),
      { numRuns },
    );
  });
});

const LISTED = {
  minLength: 1,
  maxLength: 8,
  selector: ({ key, value: text }: Label) => `${key}\n${text}`,
};

describe('folded labels', () => {
  it('are split at the first bar, and their nodes at each comma', () => {
    fc.assert(
      fc.property(value, fc.array(node, { minLength: 1 }), (text, nodes) => {
        const folded = splitFolded(`${text}|${nodes.join(',')}`);
        expect([folded.value, [...nodesIn(folded.nodeList)]]).toEqual([text, nodes]);
      }),
      { numRuns },
    );
  });

  it('lose nothing of any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('|', ',', ' ', 'a') }), (text) => {
        const folded = splitFolded(text);
        const bar = text.includes('|') ? '|' : '';
        expect(`${folded.value}${bar}${folded.nodeList}`).toBe(text);
        expect([...nodesIn(folded.nodeList)].join(',')).toBe(folded.nodeList);
      }),
      { numRuns },
    );
  });

  it('count each node of the GPU label once', () => {
    const one = fc.uniqueArray(node, { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(one, one, (a, b) => {
        const data = { [`${PRODUCT}.a`]: `a|${a.join(',')}`, [`${PRODUCT}.b`]: `b|${b.join(',')}` };
        const { gpuNodeCount } = fingerprintOf(snapshotWith({ NodeTopology: { label: data } }));
        expect(gpuNodeCount.value).toBe(new Set([...a, ...b]).size);
      }),
      { numRuns },
    );
  });
});
