import { vi } from 'vitest';

import { countsOf, decidedCode } from '../../src/gate/decided-code.ts';
import type { ExemptionJson, GateJson, GateRecipe, State } from '../../src/gate/gate-json.ts';

/** Each pause ends at once, and the clock says how long it would have been. */
export function skipPauses(now: Date): void {
  vi.useFakeTimers({ now, toFake: ['Date', 'setTimeout', 'clearTimeout'] });
  vi.setTimerTickMode('nextTimerAsync');
}

/** A recipe was changed, and nothing proves it. */
export function gateReport(head: string): GateJson {
  return {
    schemaVersion: '1.0.0',
    tool: { name: 'affidavit', version: '0.1.0' },
    mode: 'enforce',
    exitCode: 4,
    decidedExitCode: 4,
    sandbox: false,
    weakened: [],
    at: '2026-01-31T00:00:00Z',
    base: { name: 'origin/main', commit: 'a'.repeat(40), mergeBase: 'b'.repeat(40) },
    head: { name: 'topic', commit: head },
    policy: { source: 'policy.json', digest: `sha256:${'0'.repeat(64)}` },
    ruleSet: 'aicr-v0.11',
    counts: { recipes: 2, affected: 1, states: { missing: 1 } },
    recipes: [
      {
        name: 'h100-eks-ubuntu-training',
        overlay: { path: 'recipes/overlays/h100.yaml', line: 3 },
        change: 'changed',
        fields: { items: [], more: 0 },
        files: { items: [], more: 0 },
        state: 'missing',
        required: true,
        why: ['no pointer names evidence of ', { value: 'h100-eks-ubuntu-training' }],
        evidence: [],
        pieces: { found: 0, wanted: 1 },
        signers: { found: 0, wanted: 1 },
        next: [],
      },
    ],
    faults: [],
    pointers: { breaches: [], removed: [], orphans: [] },
    findings: [],
    more: { faults: 0, breaches: 0, removed: 0, orphans: 0, findings: 0 },
    listed: [],
  };
}

const PIECE: GateRecipe['evidence'][number] = {
  pointer: { path: 'recipes/evidence/h100-eks-ubuntu-training.yaml', line: 1 },
  at: 'head',
  change: 'added',
  state: 'single',
  counted: true,
};

/** The same with its recipes in these states, and what follows from them. */
export function decidedAs(report: GateJson, ...states: readonly [State, ...State[]]): GateJson {
  const [first] = report.recipes;
  if (first === undefined) throw new Error('a report without a recipe');
  const recipes = states.map((state): GateRecipe => ({ ...first, ...followingFrom(state), state }));
  const code = decidedCode({ ...report, recipes });
  const counts = { ...report.counts, affected: recipes.length, states: countsOf(recipes) };
  return { ...report, recipes, counts, decidedExitCode: code, exitCode: code };
}

function followingFrom(state: State): Partial<GateRecipe> {
  if (state === 'not-asked') return { required: false };
  if (state === 'exempt') return { exemption: EXEMPTION };
  if (state !== 'single' && state !== 'confirmed') return {};
  const count = { found: state === 'single' ? 1 : 2, wanted: 1 };
  return {
    evidence: Array.from({ length: count.found }, () => PIECE),
    pieces: count,
    signers: count,
  };
}

const EXEMPTION: ExemptionJson = {
  at: 'policy.json#/gate/exemptions/0',
  states: ['red'],
  reason: 'the cluster is being repaired',
  who: 'a maintainer',
  until: '2026-12-31T00:00:00Z',
  expired: false,
};
