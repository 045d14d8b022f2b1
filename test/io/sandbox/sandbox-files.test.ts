import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { stageSandboxFiles } from '../../../src/io/sandbox/sandbox-files.ts';
import { startSandbox, type Sandbox } from '../../../src/io/sandbox/sandbox-server.ts';
import { scratch } from '../scratch.ts';

async function sandbox(): Promise<Sandbox> {
  const started = await startSandbox();
  onTestFinished(async () => await started.close());
  return started;
}

function rootIn(folder: string): string {
  return readFileSync(join(folder, 'trusted_root.json'), 'utf8');
}

describe('the files of a sandbox', () => {
  it('replace those of an earlier sandbox when they are kept, and not before', async () => {
    const folder = join(scratch(), 'new');
    (await stageSandboxFiles(folder, await sandbox())).keep();
    const [before, names] = [rootIn(folder), readdirSync(folder)];
    const dropped = await stageSandboxFiles(folder, await sandbox());
    expect(rootIn(folder)).toBe(before);
    dropped.drop();
    expect([rootIn(folder), readdirSync(folder)]).toEqual([before, names]);
    const kept = await stageSandboxFiles(folder, await sandbox());
    kept.keep();
    expect(rootIn(folder)).not.toBe(before);
    expect(readdirSync(folder)).toEqual(names);
  });

  it('leave nothing when they are dropped, not even the folder that was made for them', async () => {
    const folder = scratch();
    const staged = await stageSandboxFiles(join(folder, 'new'), await sandbox());
    staged.drop();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('are staged in the turn in which their folder is made, so that no interrupt leaves it empty', async () => {
    const folder = scratch();
    const started = await sandbox();
    const staging = stageSandboxFiles(join(folder, 'new'), started);
    expect(readdirSync(join(folder, 'new'))).toHaveLength(1);
    (await staging).drop();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('never replace the root of a real Sigstore', async () => {
    const folder = scratch({ 'trusted_root.json': '{}' });
    await expect(stageSandboxFiles(folder, await sandbox())).rejects.toMatchObject({
      code: 'OUTPUT_EXISTS',
      at: join(folder, 'trusted_root.json'),
    });
    expect(rootIn(folder)).toBe('{}');
    expect(readdirSync(folder)).toEqual(['trusted_root.json']);
  });
});
