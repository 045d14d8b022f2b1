import { describe, expect, it } from 'vitest';

import { STATES, type GateJson } from '../../src/gate/gate-json.ts';
import { gateComplaints, gateSchema } from './gate-report.ts';

const REPORT: GateJson = {
  schemaVersion: '1.0.0',
  tool: { name: 'affidavit', version: '0.1.0' },
  mode: 'warn',
  exitCode: 0,
  decidedExitCode: 4,
  sandbox: false,
  weakened: [],
  at: '2026-01-31T00:00:00Z',
  base: { name: 'main', commit: 'a'.repeat(40), mergeBase: 'b'.repeat(40) },
  head: { name: 'topic', commit: 'c'.repeat(40) },
  policy: { source: 'policy.json', digest: `sha256:${'0'.repeat(64)}` },
  ruleSet: 'aicr-v0.11',
  counts: { recipes: 2, affected: 1, states: { missing: 1 } },
  recipes: [
    {
      name: 'h100-eks-ubuntu-training',
      overlay: { path: 'recipes/overlays/h100.yaml', line: 3 },
      change: 'changed',
      fields: { items: [{ field: 'nodes', base: undefined, head: '"2"' }], more: 0 },
      files: { items: [{ path: 'components/a/values.yaml', change: 'changed' }], more: 1 },
      state: 'missing',
      required: true,
      why: ['no pointer names evidence of ', { value: 'h100-eks-ubuntu-training' }],
      evidence: [],
      signers: { found: 0, wanted: 1 },
      next: [{ where: 'cluster', what: ['validate'], commands: [['affidavit', 'validate']] }],
    },
  ],
  faults: [],
  pointers: { breaches: [], removed: [], orphans: [{ path: 'recipes/evidence/x.yaml' }] },
  findings: [],
  listed: [{ identity: 'a@b.example', issuer: 'https://issuer.example', tier: 'community' }],
};

describe('the report of the gate', () => {
  it('keeps to its schema', () => {
    expect(gateComplaints(REPORT)).toEqual([]);
  });

  it.each([
    ['a field that nobody knows', { ...REPORT, extra: 1 }, ' must NOT have additional properties'],
    ['an exit code of no decision', { ...REPORT, exitCode: 70 }, '/exitCode must be equal'],
    [
      'a state that is none',
      { ...REPORT, counts: { ...REPORT.counts, states: { green: 1 } } },
      '/counts/states',
    ],
  ])('is refused with %s', (_, report, complaint) => {
    expect(gateComplaints(report).join('\n')).toContain(complaint);
  });

  it('names the states in their order', () => {
    expect(gateSchema()).toMatchObject({ $defs: { state: { enum: STATES } } });
  });
});
