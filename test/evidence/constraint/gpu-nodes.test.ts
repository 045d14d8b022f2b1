import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { gpuNodesEvaluator } from '../../../src/evidence/constraint/gpu-nodes.ts';
import { snapshotWith } from '../snapshot/cluster.ts';

const GPU = 'cloud.google.com/gke-accelerator';
const LABEL = 'example.com/opt-out';

function evaluate(expression: string, label: object, items?: readonly object[]) {
  const lossless = items === undefined ? {} : { 'label[]': items };
  const snapshot = snapshotWith({ NodeTopology: { label, ...lossless } });
  const { decision, actual } = gpuNodesEvaluator(snapshot, [expression])(expression);
  return [decision.outcome, actual] as const;
}

function item(key: string, value: string, nodes: readonly string[], change: object = {}) {
  const data = { 'node-count': nodes.length, 'node-list': nodes.join(','), truncated: false };
  return { context: { key, value }, data: { ...data, ...change } };
}

const UNEVALUABLE = ['unevaluable', undefined];

describe('on folded labels', () => {
  const gpu = { [GPU]: 'nvidia-h100|g1,g2' };

  it.each([
    [`${LABEL}=true`, { [LABEL]: 'true|g1,g2,c1' }, 'passed', 2],
    [`${LABEL}=true`, { [LABEL]: 'true|g1' }, 'failed', 1],
    [`${LABEL}=true`, { [LABEL]: 'yes|g1,g2' }, 'failed', 0],
    [`${LABEL}=true`, {}, 'failed', 0],
    [` ${LABEL}=true `, { [LABEL]: 'true|g1,g2' }, 'passed', 2],
    [`${LABEL}=`, { [LABEL]: '|g1,g2' }, 'passed', 2],
    [`!${LABEL}`, {}, 'passed', 2],
    [`! ${LABEL}`, { [LABEL]: 'true|c1' }, 'passed', 2],
    [`!${LABEL}`, { [LABEL]: 'true|g1' }, 'failed', 1],
    [`${LABEL}=a`, { [`${LABEL}.a`]: 'a|g1', [`${LABEL}.b`]: 'b|g2' }, 'failed', 1],
    [`!${LABEL}`, { [`${LABEL}.a`]: 'a|g1', [`${LABEL}.b`]: 'b|c2' }, 'failed', 1],
  ])('%s of %j: %s', (expression, label, outcome, good) => {
    expect(evaluate(expression, { ...gpu, ...label })).toEqual([outcome, `${good} of 2 GPU nodes`]);
  });

  it.each([
    ['no GPU node is known', `!${LABEL}`, { [GPU]: undefined }],
    ['a list is truncated', `!${LABEL}`, { [LABEL]: 'true|c1 (+2 more)' }],
    ['the list of GPU nodes is truncated', `!${LABEL}`, { [GPU]: 'nvidia-h100|g1 (+1 more)' }],
    ['a list is empty', `!${LABEL}`, { [LABEL]: 'true|' }],
    ['there is no list', `!${LABEL}`, { [LABEL]: 'true' }],
    ['a node has no valid name', `!${LABEL}`, { [LABEL]: 'true|G1' }],
    ['a name has a blank', `!${LABEL}`, { [LABEL]: 'true|c1, g1' }],
    ['there are two bars', `!${LABEL}`, { [LABEL]: 'true|x|g1' }],
    ['one entry may be a remnant', `!${LABEL}`, { [`${LABEL}.a`]: 'a|c1' }],
    [
      'one node has two values',
      `${LABEL}=a`,
      { [`${LABEL}.a`]: 'a|g1,g2', [`${LABEL}.b`]: 'b|g2' },
    ],
  ])('cannot be evaluated where %s', (_, expression, change) => {
    expect(evaluate(expression, gpu)[0]).not.toBe('unevaluable');
    expect(evaluate(expression, { ...gpu, ...change })).toEqual(UNEVALUABLE);
  });

  it('a label whose name ends otherwise than its value is another label', () => {
    expect(evaluate(`!${LABEL}`, { ...gpu, [`${LABEL}.a`]: 'b|g1' })[0]).toBe('passed');
  });

  it.each([
    '',
    '!',
    'label',
    '>= 1',
    '!= x',
    'a//b=c',
    '!a//b',
    '-a=b',
    'a=b c',
    '!a=b',
    `${'a'.repeat(64)}=b`,
    'A/b=c',
  ])('the demand %j cannot be read', (expression) => {
    expect(evaluate(expression, gpu)).toEqual(UNEVALUABLE);
  });

  it('cannot be evaluated without labels', () => {
    const { decision, actual } = gpuNodesEvaluator(snapshotWith({ OS: {} }), [])(`!${LABEL}`);
    expect([decision.outcome, actual]).toEqual(UNEVALUABLE);
  });
});

describe('on lossless labels', () => {
  const gpu = item(GPU, 'nvidia-h100', ['g1', 'g2']);

  it('counts the nodes of each value', () => {
    const labels = [gpu, item(LABEL, 'true', ['g1']), item(LABEL, 'false', ['g2', 'c1'])];
    expect(evaluate(`${LABEL}=true`, {}, labels)).toEqual(['failed', '1 of 2 GPU nodes']);
    expect(evaluate(`!${LABEL}`, {}, labels)).toEqual(['failed', '0 of 2 GPU nodes']);
    expect(evaluate(`!${LABEL}`, { [LABEL]: 'true|g1' }, [gpu])).toEqual([
      'passed',
      '2 of 2 GPU nodes',
    ]);
  });

  it('takes a label that only begins like another for what it is', () => {
    const labels = [gpu, item(`${LABEL}.a`, 'a', ['g1'])];
    expect(evaluate(`!${LABEL}`, {}, labels)[0]).toBe('passed');
  });

  it.each([
    [
      'truncated',
      item(LABEL, 'a', [], { 'node-count': 3, 'node-list': 'c1 (+2 more)', truncated: true }),
    ],
    ['inconsistent', item(LABEL, 'a', ['c1'], { 'node-count': 2 })],
    ['of no node', item(LABEL, 'a', [])],
    ['of a node without valid name', item(LABEL, 'a', ['C1'])],
  ])('cannot be evaluated where one is %s', (_, bad) => {
    expect(evaluate(`!${LABEL}`, {}, [gpu])[0]).toBe('passed');
    expect(evaluate(`!${LABEL}`, {}, [gpu, bad])).toEqual(UNEVALUABLE);
  });
});

describe('both encodings', () => {
  it('give the same verdict for any nodes', () => {
    const nodes = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1 });
    fc.assert(
      fc.property(
        nodes,
        nodes,
        fc.constantFrom(`${LABEL}=x`, `!${LABEL}`),
        (gpus, having, text) => {
          const folded = { [GPU]: `h|${gpus.join(',')}`, [LABEL]: `x|${having.join(',')}` };
          const lossless = [item(GPU, 'h', gpus), item(LABEL, 'x', having)];
          expect(evaluate(text, {}, lossless)).toEqual(evaluate(text, folded));
          const isGood = gpus.every((node) => having.includes(node) !== text.startsWith('!'));
          expect(evaluate(text, folded)[0]).toBe(isGood ? 'passed' : 'failed');
        },
      ),
    );
  });
});

describe('many demands on one snapshot', () => {
  const demands = Array.from({ length: 50 }, (_, index) => `${LABEL}-${index}=x`);

  it('go over its labels once', () => {
    let passes = 0;
    class Labels extends Map<string, string> {
      override [Symbol.iterator](): MapIterator<[string, string]> {
        passes += 1;
        return super[Symbol.iterator]();
      }
    }
    const data = new Labels([
      [GPU, 'nvidia-h100|g1,g2'],
      [`${LABEL}-7`, 'x|g1'],
    ]);
    passes = 0;
    const label = { data, items: [] };
    const measurements = new Map([['NodeTopology', new Map([['label', label]])]]);
    const evaluator = gpuNodesEvaluator({ ...snapshotWith({}), measurements }, demands);
    const results = demands.map((demand) => evaluator(demand).actual);
    expect(results.filter((actual) => actual === '1 of 2 GPU nodes')).toHaveLength(1);
    expect(results.filter((actual) => actual === '0 of 2 GPU nodes')).toHaveLength(49);
    expect(passes).toBe(1);
  });

  it('read the lists of a value that many entries share', () => {
    const names = Array.from({ length: 40_000 }, (_, index) => `g${index}`);
    const items = names.map((name) => item(GPU, 'nvidia-h100', [name]));
    const evaluator = gpuNodesEvaluator(
      snapshotWith({ NodeTopology: { label: {}, 'label[]': [...items, item(LABEL, 'x', names)] } }),
      [`${LABEL}=x`],
    );
    expect(evaluator(`${LABEL}=x`).actual).toBe('40000 of 40000 GPU nodes');
    expect(evaluator(`!${LABEL}`).actual).toBe('0 of 40000 GPU nodes');
    expect(evaluator(`${LABEL}=x`)).toBe(evaluator(`${LABEL}=x`));
  });
});
