import { describe, expect, it } from 'vitest';

import { parseRecipe } from '../../../src/evidence/recipe/recipe.ts';
import { assessCluster } from '../../../src/evidence/validate/judge.ts';
import { dataFrom } from '../../document/data-from.ts';
import { EKS_H100, snapshotWith, type Measured } from '../snapshot/cluster.ts';

const NOW = new Date('2026-06-10T01:20:00Z');
const RECIPE = {
  kind: 'RecipeResult',
  apiVersion: 'aicr.run/v1',
  criteria: { service: 'eks', accelerator: 'h100', os: 'ubuntu' },
  constraints: [{ name: 'OS.release.ID', value: 'ubuntu' }],
};

function assess(change: object = {}, measured: Measured = EKS_H100) {
  const recipe = parseRecipe(dataFrom({ ...RECIPE, ...change }), 'r.yaml');
  return assessCluster(recipe, snapshotWith(measured), NOW);
}

function codes(list: readonly { readonly code: string; readonly at: string | undefined }[]) {
  return list.map(({ code, at }) => `${code} ${at}`);
}

describe('assessCluster', () => {
  it('finds nothing wrong with a cluster that is what the recipe is for', () => {
    const { match, constraints, ...rest } = assess();
    expect(match.matched).toBe(true);
    expect(constraints).toMatchObject([{ outcome: 'passed', actual: 'ubuntu' }]);
    expect([...rest.matchFaults, ...rest.constraintFaults]).toEqual([]);
    expect(rest.fingerprint).toMatchObject({
      service: { value: 'eks' },
      nodeCount: { value: 6 },
    });
  });

  it('tells a cluster of another kind from one that does not show its kind', () => {
    const other = assess({ criteria: { ...RECIPE.criteria, service: 'gke' } });
    expect([other.match.matched, codes(other.matchFaults)]).toEqual([
      false,
      ['CLUSTER_MISMATCH r.yaml#/criteria/service'],
    ]);
    const { GPU: _, NodeTopology: __, ...without } = EKS_H100;
    const unknown = assess({}, without);
    expect([unknown.match.matched, codes(unknown.matchFaults)]).toEqual([
      true,
      ['CLUSTER_UNKNOWN r.yaml#/criteria/accelerator'],
    ]);
  });

  it('tells a constraint that fails from one that cannot be evaluated', () => {
    const constraints = [
      { name: 'OS.release.ID', value: 'rhel' },
      { name: 'OS.release.NOTHING', value: 'x' },
      { name: 'OS.release.ID', value: 'ubuntu' },
    ];
    const cluster = assess({ constraints });
    expect(cluster.constraints.map(({ outcome }) => outcome)).toEqual([
      'failed',
      'unevaluable',
      'passed',
    ]);
    expect(codes(cluster.constraintFaults)).toEqual([
      'CONSTRAINT_FAILED r.yaml#/constraints/0',
      'CONSTRAINT_UNEVALUABLE r.yaml#/constraints/1',
    ]);
    expect(cluster.matchFaults).toEqual([]);
  });

  it('says what a snapshot does not show, though nobody demands it: that is no fault', () => {
    const { findings, matchFaults } = assess({ criteria: { os: 'ubuntu' } }, { OS: EKS_H100.OS });
    expect(matchFaults).toEqual([]);
    const unknown = findings.filter(({ at }) => at === 'snapshot.yaml#/measurements');
    expect(unknown.map(({ code, found }) => `${code} ${found.split(':')[0]}`)).toEqual(
      expect.arrayContaining(['DIMENSION_UNKNOWN service', 'DIMENSION_UNKNOWN accelerator']),
    );
  });

  it("judges nothing by the time but the snapshot's own", () => {
    const recipe = parseRecipe(dataFrom(RECIPE), 'r.yaml');
    const snapshot = snapshotWith(EKS_H100);
    const dated = { ...snapshot, metadata: new Map([['timestamp', '2026-06-10T01:00:00Z']]) };
    const early = assessCluster(recipe, dated, new Date('2026-01-01T00:00:00Z'));
    const late = assessCluster(recipe, dated, NOW);
    expect(codes(early.findings)).toContain('TIMESTAMP_DOUBTFUL snapshot.yaml#/metadata/timestamp');
    expect(codes(late.findings)).not.toContain(
      'TIMESTAMP_DOUBTFUL snapshot.yaml#/metadata/timestamp',
    );
    expect({ ...early, findings: [] }).toEqual({ ...late, findings: [] });
  });
});
