import {
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { stageSandboxFiles } from '../../../src/io/sandbox/sandbox-files.ts';
import { startSandbox, type Sandbox } from '../../../src/io/sandbox/sandbox-server.ts';
import { MAX_CONFIG_BYTES } from '../../../src/limits.ts';
import { rejection } from '../../document/refusal.ts';
import { scratch } from '../scratch.ts';

async function sandbox(): Promise<Sandbox> {
  const started = await startSandbox();
  onTestFinished(async () => await started.close());
  return started;
}

function rootIn(folder: string): string {
  return readFileSync(join(folder, 'trusted_root.json'), 'utf8');
}

const CONFIG = 'signing_config.v1.json';
const PUBLIC = new URL('../../../testdata/public-good/', import.meta.url);
const REAL_ROOT = readFileSync(new URL('trusted_root.json', PUBLIC), 'utf8');
const REAL_CONFIG = readFileSync(new URL('signing_config.v0.2.json', PUBLIC), 'utf8');

const put =
  (text: string) =>
  (path: string): void =>
    writeFileSync(path, text);

/** What a user makes of a sandbox's config to try a service of their own with it. */
function extended(config: string): string {
  const services = JSON.parse(config) as { readonly caUrls: readonly unknown[] };
  const own = { ...(services.caUrls[0] as object), operator: 'me' };
  return JSON.stringify({ ...services, caUrls: [...services.caUrls, own] });
}

/** What tells a file from one that took its place. */
function statesIn(folder: string): readonly unknown[] {
  return readdirSync(folder).map((name) => {
    const { ino, mtimeMs, size } = lstatSync(join(folder, name));
    return [name, ino, mtimeMs, size];
  });
}

describe('the files of a sandbox', () => {
  it('replace those of an earlier sandbox when they are kept, and not before', async () => {
    const folder = join(scratch(), 'new');
    stageSandboxFiles(folder, await sandbox()).keep();
    const [before, names] = [rootIn(folder), readdirSync(folder)];
    const dropped = stageSandboxFiles(folder, await sandbox());
    expect(rootIn(folder)).toBe(before);
    dropped.drop();
    expect([rootIn(folder), readdirSync(folder)]).toEqual([before, names]);
    const kept = stageSandboxFiles(folder, await sandbox());
    kept.keep();
    expect(rootIn(folder)).not.toBe(before);
    expect(readdirSync(folder)).toEqual(names);
  });

  it('leave nothing when they are dropped, not even the folder that was made for them', async () => {
    const folder = scratch();
    const staged = stageSandboxFiles(join(folder, 'new'), await sandbox());
    staged.drop();
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each<[string, string, (path: string, earlier: string) => void]>([
    ['the root of a real Sigstore', 'trusted_root.json', put(REAL_ROOT)],
    ['the signing config of one', CONFIG, put(REAL_CONFIG)],
    [
      'a config to which a service was added',
      CONFIG,
      (path, earlier) => put(extended(earlier))(path),
    ],
    ['notes of the user', CONFIG, put('not JSON\n')],
    ['a very long file', CONFIG, put(' '.repeat(MAX_CONFIG_BYTES + 1))],
    ['a link to such a file', CONFIG, (path) => symlinkSync('signing_config.json', path)],
    ['a link to nothing', CONFIG, (path) => symlinkSync('gone', path)],
    ['a folder', CONFIG, (path) => mkdirSync(path)],
  ])('never replace %s', async (_, name, change) => {
    const folder = join(scratch(), 'used');
    stageSandboxFiles(folder, await sandbox()).keep();
    const path = join(folder, name);
    const earlier = readFileSync(path, 'utf8');
    rmSync(path);
    change(path, earlier);
    const before = statesIn(folder);
    const again = await sandbox();
    const refused = await rejection((async () => stageSandboxFiles(folder, again))());
    expect(refused).toMatchObject({ code: 'OUTPUT_EXISTS', at: path });
    expect(statesIn(folder)).toEqual(before);
  });
});
