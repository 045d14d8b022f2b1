// Many recipes and pointers cost no more processes than few, through the whole command.
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, expect, it } from 'vitest';

import { digestOf } from '../../src/digest.ts';
import { pointerPath, renderPointer, type Pointer } from '../../src/evidence/pointer/pointer.ts';
import type { GateJson } from '../../src/gate/gate-json.ts';
import { PREDICATE_TYPE_V3 } from '../../src/media-types.ts';
import { smallV011 } from '../evidence/resolve/recipes.ts';
import { commit, git, repository, type Files } from '../io/git/real-git.ts';
import { runProgram } from '../run-here.ts';

const folder = mkdtempSync(join(tmpdir(), 'affidavit-gate-linear-'));
const log = join(folder, 'log');

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function pointerFile(recipe: string): readonly [path: string, text: string] {
  const pointer: Pointer = {
    ...{ recipe, profile: undefined, attestedAt: new Date('2026-06-10T01:20:00Z') },
    predicateType: PREDICATE_TYPE_V3,
    artifact: { oci: 'other.example/evidence:x', digest: digestOf(recipe) },
    signer: { identity: 'a@b.example', issuer: 'https://issuer.example', rekorLogIndex: undefined },
  };
  return [`recipes/evidence/${pointerPath(pointer)}`, renderPointer(pointer)];
}

/** So many recipes, with a pointer each. */
function filesOf(count: number): Files {
  const platforms = Array.from({ length: count }, (_, index) => `p${index}`);
  const overlays = platforms.map((platform) => [
    `h100-eks-${platform}`,
    `  criteria: {service: eks, accelerator: h100, platform: ${platform}}\n`,
  ]);
  const texts = Object.entries(smallV011(Object.fromEntries(overlays) as Files));
  return Object.fromEntries([
    ...texts.map(([path, text]) => [`recipes/${path}`, text]),
    ...platforms.map((platform) => pointerFile(`h100-eks-${platform}`)),
  ]) as Files;
}

/** A `git` that says that it was started, and by which command. */
function countingGit(): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const path = process.env['PATH'] ?? '';
  const script = `#!/bin/sh\necho "$*" >> '${log}'\nPATH='${path}' exec git "$@"\n`;
  writeFileSync(join(bin, 'git'), script);
  chmodSync(join(bin, 'git'), 0o755);
  return bin;
}

it('starts git as often for fifty recipes and pointers as for five', async () => {
  const bin = countingGit();
  const policy = join(folder, 'policy.json');
  const signers = [{ identity: 'a@b.example', issuer: 'https://issuer.example' }];
  writeFileSync(policy, JSON.stringify({ schemaVersion: '1.2.0', signers, gate: {} }));
  const starts: number[] = [];
  for (const count of [5, 50]) {
    const root = repository(join(folder, `${count}`));
    const files = filesOf(count);
    commit(root, files);
    git(root, 'checkout', '--quiet', '-b', 'change');
    const base = 'recipes/overlays/base.yaml';
    commit(root, { [base]: (files[base] ?? '').replace('1.0.0', '1.0.1') });
    writeFileSync(log, '');
    const { stdout } = await runProgram(
      [
        ...['gate', '--base', 'main', '--head', 'change', '--git', root],
        ...['--policy', policy, '--at', '2026-06-20T00:00:00Z', '--format', 'json'],
      ],
      { env: { PATH: bin } },
    );
    const { counts, recipes } = JSON.parse(stdout) as GateJson;
    expect(counts).toEqual({ recipes: count, affected: count, states: { unreachable: count } });
    expect(recipes.flatMap(({ evidence }) => evidence)).toHaveLength(count);
    starts.push(readFileSync(log, 'utf8').trimEnd().split('\n').length);
  }
  expect(starts).toEqual([9, 9]);
});
