import { describe, expect, it } from 'vitest';

import { STATES, type GateJson } from '../../src/gate/gate-json.ts';
import { gateReport } from '../github/gate-report.ts';
import { gateComplaints, gateSchema } from './gate-report.ts';

const MISSING = gateReport('c'.repeat(40));

/** With something in each list. */
const REPORT: GateJson = {
  ...MISSING,
  mode: 'warn',
  exitCode: 0,
  recipes: MISSING.recipes.map((recipe) => ({
    ...recipe,
    fields: { items: [{ field: 'nodes', base: undefined, head: '"2"' }], more: 0 },
    files: { items: [{ path: 'components/a/values.yaml', change: 'changed' }], more: 1 },
    next: [{ where: 'cluster', what: ['validate'], commands: [['affidavit', 'validate']] }],
  })),
  pointers: { breaches: [], removed: [], orphans: [{ path: 'recipes/evidence/x.yaml' }] },
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
