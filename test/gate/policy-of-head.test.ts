// What a change makes of the policy by which it is judged: that of the base counts, and the report says what head would leave.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { GateJson } from '../../src/gate/gate-json.ts';
import { MAX_CONFIG_BYTES } from '../../src/limits.ts';
import { plainLine } from '../../src/report/render/terminal-lines.ts';
import { smallV011 } from '../evidence/resolve/recipes.ts';
import { commit, git, repository } from '../io/git/real-git.ts';
import { runProgram } from '../run-here.ts';
import { gateComplaints } from './gate-report.ts';

const POLICY = '.github/recipe-evidence.json';
const GATE = { mode: 'enforce', rules: [{ recipes: '*', require: 'all' }] };
const root = mkdtempSync(join(tmpdir(), 'affidavit-gate-policy-'));

function policyText(gate: object): string {
  const signers = [{ identity: 'a@b.example', issuer: 'https://issuer.example' }];
  return JSON.stringify({ schemaVersion: '1.2.0', signers, gate });
}

beforeAll(() => {
  repository(root);
  const texts = smallV011({ one: '  criteria: {service: eks, accelerator: h100}\n' });
  const recipes = Object.entries(texts).map(([path, text]) => [`recipes/${path}`, text] as const);
  commit(root, { ...Object.fromEntries(recipes), [POLICY]: policyText(GATE) });
});

afterAll(() => {
  rmSync(root, { recursive: true });
});

/** A change of the recipe, which has no evidence, beside that of the policy. */
async function gated(turn: (file: string) => void): Promise<readonly [number | null, GateJson]> {
  git(root, 'checkout', '--quiet', '--force', '--detach', 'main');
  git(root, 'rm', '--quiet', POLICY);
  mkdirSync(join(root, '.github'), { recursive: true });
  turn(join(root, POLICY));
  const head = commit(root, {
    'recipes/overlays/one.yaml': git(root, 'show', 'main:recipes/overlays/one.yaml').replace(
      'h100}',
      'h100}\n  constraints: [{name: OS.release.ID, value: ubuntu}]',
    ),
  });
  const { code, report } = await gatedBy('main', head);
  return [code, report];
}

/** With the findings of the policy alone: that there is no pointer yet is one too. */
async function gatedBy(base: string, head: string) {
  const { code, stdout } = await runProgram([
    ...['gate', '--base', base, '--head', head, '--git', root, '--policy-ref', `${base}:${POLICY}`],
    ...['--at', '2026-06-20T00:00:00Z', '--format', 'json'],
  ]);
  const report = JSON.parse(stdout) as GateJson;
  expect(gateComplaints(report)).toEqual([]);
  const findings = report.findings.filter(({ file }) => file === POLICY);
  return { code, report: { ...report, findings } };
}

describe('a change is judged by the policy of the base', () => {
  it.each<[what: string, code: string, turn: (file: string) => void]>([
    [
      'a link to one that only warns',
      'GIT_ENTRY_UNEXPECTED',
      (file) => {
        writeFileSync(join(root, '.github', 'other.json'), policyText({ mode: 'warn' }));
        symlinkSync('other.json', file);
      },
    ],
    [
      'a folder',
      'GIT_ENTRY_UNEXPECTED',
      (file) => {
        mkdirSync(file);
        writeFileSync(join(file, 'x'), '');
      },
    ],
    [
      'larger than any policy',
      'LIMIT_EXCEEDED',
      (file) =>
        writeFileSync(file, `${policyText({ mode: 'warn' })}${' '.repeat(MAX_CONFIG_BYTES)}`),
    ],
    ['no JSON', 'POLICY_INVALID', (file) => writeFileSync(file, '{')],
    [
      'of a newer major version',
      'POLICY_INVALID',
      (file) => writeFileSync(file, policyText({}).replace('1.2.0', '2.0.0')),
    ],
  ])('that head makes %s, and a finding says so', async (_, wanted, turn) => {
    const [code, { mode, recipes, findings }] = await gated(turn);
    expect([code, mode, recipes.map(({ state }) => state)]).toEqual([4, 'enforce', ['missing']]);
    expect(findings).toMatchObject([{ code: wanted, file: POLICY }]);
    expect(findings[0]?.hint).toBeTruthy();
  });

  it('that head only makes warn, and says that it edits it', async () => {
    const [code, { mode, findings }] = await gated((file) =>
      writeFileSync(file, policyText({ mode: 'warn' })),
    );
    expect([code, mode, findings.map((each) => each.code)]).toEqual([
      4,
      'enforce',
      ['POLICY_CHANGED'],
    ]);
    expect(plainLine(findings[0]?.sentence ?? [], 500, { colour: false })).toBe(
      'the change edits the policy: its mode enforce becomes warn, which counts once that is merged; this report is by the policy as it was',
    );
  });

  it('that base has changed since, which is no edit of the change', async () => {
    git(root, 'checkout', '--quiet', '--force', '-B', 'later', 'main');
    const now = policyText({ ...GATE, registries: ['quay.io'] });
    // A signer was removed there, whom the branch of the change still has.
    commit(root, { [POLICY]: now.replaceAll('a@b.example', 'c@b.example') });
    git(root, 'checkout', '--quiet', '--force', '--detach', 'main');
    const head = commit(root, { 'README.md': 'text' });
    const { code, report } = await gatedBy('later', head);
    expect([code, report.findings, report.listed]).toEqual([0, [], []]);
  });
});
