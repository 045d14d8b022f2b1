import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { decodeYaml } from '../../../src/document/yaml.ts';
import {
  CHANGE_KINDS,
  diffEvidence,
  type Change,
  type DiffSide,
} from '../../../src/evidence/diff/diff-evidence.ts';
import type { Fingerprint } from '../../../src/evidence/snapshot/fingerprint.ts';
import { readSnapshot } from '../../../src/evidence/snapshot/snapshot.ts';
import { propertyRuns } from '../../property-runs.ts';

const FINGERPRINT: Fingerprint = {
  service: { value: 'eks' },
  accelerator: { value: 'h100' },
  gpuModel: { value: 'h100' },
  os: { value: 'ubuntu', version: '24.04' },
  k8sVersion: { value: '1.33.4' },
  region: { value: '' },
  nodeCount: { value: 6 },
  gpuNodeCount: { value: 4 },
};

const FACTS = {
  recipe: { name: 'h100-eks', digest: 'd1', profile: 'gpuStack=managed' },
  fingerprint: FINGERPRINT,
  constraints: [
    { name: 'K8s.server.version', outcome: 'passed' },
    { name: 'OS.release.ID', outcome: 'failed' },
  ],
  phases: [
    {
      phase: 'deployment',
      state: 'green',
      tests: [
        { name: 'a', status: 'passed' },
        { name: 'b', status: 'skipped' },
      ],
    },
  ],
  phaseConstraints: [figure('nccl-all-reduce-bw', '>= 300', '400.00', 'GB/s')],
  bom: { digest: 'b1' },
};

const SIDE: DiffSide = { verdict: 'verified', signer: 'alice', facts: FACTS };

function figure(name: string, expected: string, text: string, unit: string) {
  const printed = { value: Number(text), text, unit, tolerance: 0, test: name };
  return { phase: 'performance', name, expected, figure: printed };
}

function changesTo(other: DiffSide, one: DiffSide = SIDE): readonly Change[] {
  return diffEvidence(one, other).changes;
}

function withFacts(facts: Partial<DiffSide['facts']>): DiffSide {
  return { ...SIDE, facts: { ...FACTS, ...facts } };
}

function change(kind: Change['kind'], what: string, one: string | null, other: string | null) {
  return { kind, what, one, other, effect: 'neutral', percent: null };
}

describe('two pieces of evidence', () => {
  it('are the same, or differ in verdict and signer', () => {
    expect(diffEvidence(SIDE, SIDE)).toEqual({ changes: [], notCompared: [], withheld: [0, 0] });
    expect(changesTo({ ...SIDE, verdict: 'invalid', signer: undefined })).toEqual([
      { ...change('verdict', 'verdict', 'verified', 'invalid'), effect: 'worse' },
      change('signer', 'signer', 'alice', null),
    ]);
  });

  it('differ in fields of the recipe, and in versions of its components', () => {
    const [one, other] = ['v1', 'v2'].map((version) =>
      decodeYaml(
        Buffer.from(
          `constraints: [{name: x, value: "${version}"}]\ncomponentRefs: [{name: gpu, version: ${version}}]\n`,
        ),
        'recipe.yaml',
      ),
    );
    expect(changesTo({ ...SIDE, recipe: other }, { ...SIDE, recipe: one })).toEqual([
      change('recipe', 'constraints[x].value', '"v1"', '"v2"'),
      change('versions', 'componentRefs[gpu].version', '"v1"', '"v2"'),
    ]);
  });

  it('differ in name, profile and digest of a recipe of which a report has no more', () => {
    expect(changesTo(withFacts({ recipe: { name: 'gb200-eks', digest: 'd2' } }))).toEqual([
      change('recipe', 'name', 'h100-eks', 'gb200-eks'),
      change('recipe', 'profile', 'gpuStack=managed', null),
      change('recipe', 'digest', 'd1', 'd2'),
    ]);
  });

  it('differ in facts and versions of the cluster', () => {
    const fingerprint = {
      ...FINGERPRINT,
      os: { value: 'ubuntu', version: '22.04' },
      k8sVersion: { value: '1.34.0' },
      region: { value: 'us-east-1' },
      nodeCount: { value: 7 },
    };
    expect(changesTo(withFacts({ fingerprint }))).toEqual([
      change('cluster', 'nodeCount', '6', '7'),
      change('cluster', 'region', null, 'us-east-1'),
      change('versions', 'os', '24.04', '22.04'),
      change('versions', 'kubernetes', '1.33.4', '1.34.0'),
    ]);
  });

  it('differ in what was measured: a driver is a version, and lists of nodes are left out', () => {
    const [one, other] = ['570', '575'].map((driver) =>
      readSnapshot(
        Buffer.from(
          [
            'kind: Snapshot',
            'apiVersion: aicr.run/v1',
            'metadata: {version: v1.0.0}',
            'measurements:',
            '  - type: GPU',
            `    subtypes: [{subtype: smi, data: {driver: "${driver}", count: 1${driver}}}]`,
            '  - type: NodeTopology',
            `    subtypes: [{subtype: label, data: {x: "${driver}"}}]`,
            '',
          ].join('\n'),
        ),
        'snapshot.yaml',
      ),
    );
    expect(changesTo({ ...SIDE, snapshot: other }, { ...SIDE, snapshot: one })).toEqual([
      change('cluster', 'GPU.smi.count', '1570', '1575'),
      change('versions', 'GPU.smi.driver', '570', '575'),
    ]);
  });

  it('differ in outcomes of constraints and in tests, for better and worse', () => {
    const constraints = [
      { name: 'K8s.server.version', outcome: 'unevaluable' },
      { name: 'OS.release.ID', outcome: 'passed' },
      { name: 'new', outcome: 'passed' },
    ];
    const tests = [
      { name: 'b', status: 'passed' },
      { name: 'b', status: 'failed' },
    ];
    const phases = [{ phase: 'deployment', state: 'red', tests }];
    expect(changesTo(withFacts({ constraints, phases }))).toEqual([
      ...[
        ['constraints', 'K8s.server.version', 'passed', 'unevaluable', 'worse'],
        ['constraints', 'OS.release.ID', 'failed', 'passed', 'better'],
        ['constraints', 'new', null, 'passed', 'better'],
        ['tests', 'deployment', 'green', 'red', 'worse'],
        ['tests', 'deployment: a', 'passed', null, 'worse'],
        ['tests', 'deployment: b', 'skipped', 'passed', 'better'],
        ['tests', 'deployment: b (2)', null, 'failed', 'worse'],
      ].map(([kind, what, one, other, effect]) => ({
        kind,
        what,
        one,
        other,
        effect,
        percent: null,
      })),
    ]);
  });

  it.each([
    ['>= 300', '400.00', '380.00', 'GB/s', 'worse', -5],
    ['>= 300', '400.00', '500.00', 'GB/s', 'better', 25],
    ['<= 300', '200.00', '180.00', 'ms', 'better', -10],
    ['<= 300', '200.00', '201.00', 'ms', 'worse', 0.5],
    ['== 300', '300.00', '301.00', 'ms', 'neutral', 0.3],
    ['fast', '200.00', '100.00', 'ms', 'neutral', -50],
    ['>= 300', '0.00', '1.00', 'GB/s', 'better', null],
  ])('differ in a figure that shall be %s: %s, now %s %s, is %s', (...row) => {
    const [expected, from, to, unit, effect, percent] = row;
    const one = withFacts({ phaseConstraints: [figure('f', expected, from, unit)] });
    const other = withFacts({ phaseConstraints: [figure('f', expected, to, unit)] });
    const what = 'performance: f';
    expect(changesTo(other, one)).toEqual([
      { kind: 'figures', what, one: `${from} ${unit}`, other: `${to} ${unit}`, effect, percent },
    ]);
  });

  it('say nothing of a figure that came, or has another unit', () => {
    const one = withFacts({
      phaseConstraints: [{ ...figure('f', '>= 1', '2', 'ms'), figure: null }],
    });
    const ms = withFacts({ phaseConstraints: [figure('f', '>= 1', '2', 'ms')] });
    const seconds = withFacts({ phaseConstraints: [figure('f', '>= 1', '2', 's')] });
    expect(changesTo(ms, one)).toEqual([change('figures', 'performance: f', null, '2 ms')]);
    expect(changesTo(seconds, ms)).toEqual([change('figures', 'performance: f', '2 ms', '2 s')]);
  });

  it('differ in images by name, with tag or digest, or in the digest of the list', () => {
    const one = { ...SIDE, images: ['r.io:5000/a:1', 'b@sha256:00', 'c'] };
    const other = { ...SIDE, images: ['r.io:5000/a:2', 'c', 'd:1'] };
    expect(changesTo(other, one)).toEqual([
      change('images', 'r.io:5000/a', '1', '2'),
      change('images', 'b', 'sha256:00', null),
      change('images', 'd', null, '1'),
    ]);
    expect(changesTo(withFacts({ bom: { digest: 'b2' } }), one)).toEqual([
      change('images', 'bill of materials', 'b1', 'b2'),
    ]);
  });

  it('are not compared where a side shows nothing', () => {
    const { changes, notCompared } = diffEvidence(SIDE, {
      ...SIDE,
      verdict: 'unjudged',
      facts: {},
    });
    expect(changes.map(({ kind }) => kind)).toEqual(['verdict']);
    expect(notCompared).toEqual(CHANGE_KINDS.slice(2));
  });

  it('differ the other way round in the same places', () => {
    const names = fc.array(
      fc.record({
        name: fc.constantFrom('a', 'b', 'constructor', '__proto__'),
        outcome: fc.constantFrom('passed', 'failed'),
      }),
    );
    fc.assert(
      fc.property(names, names, (one, other) => {
        const sides = [withFacts({ constraints: one }), withFacts({ constraints: other })] as const;
        const there = changesTo(sides[1], sides[0]);
        const back = changesTo(sides[0], sides[1]);
        const places = new Map(there.map((each) => [each.what, [each.one, each.other]]));
        expect(new Map(back.map((each) => [each.what, [each.other, each.one]]))).toEqual(places);
        expect(places.size).toBe(there.length);
        expect(changesTo(sides[0], sides[0])).toEqual([]);
      }),
      { numRuns: propertyRuns(50, 2000) },
    );
  });
});
