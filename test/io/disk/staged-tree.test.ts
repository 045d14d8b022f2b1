import fs, {
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { dirname, join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { memoryFile } from '../../../src/archive/entry.ts';
import { EvidenceError } from '../../../src/errors/evidence-error.ts';
import { OWN_TREE } from '../../../src/evidence/pack/own-tree.ts';
import { writeTogether } from '../../../src/io/disk/files.ts';
import type { TreeToWrite } from '../../../src/io/disk/staged-tree.ts';
import { bundlePath } from '../../evidence/demo.ts';
import { scratch } from '../scratch.ts';

type Tree = TreeToWrite['tree'];

/** These manifests are no real ones. */
const OWN = {
  ...OWN_TREE,
  ownPaths: () => new Set(['ctrf/a.json', 'manifest.json', 'stale.json']),
};

const NAMES = ['pointer.yaml', 'summary-bundle/ctrf/a.json', 'summary-bundle/manifest.json'];

function treeOf(text: string, names: readonly string[] = NAMES): Tree {
  return new Map(
    names.map((name) => [name, memoryFile(bundlePath(name), Buffer.from(`${text} ${name}`))]),
  );
}

async function write(path: string, tree: Tree, force = false, signal?: AbortSignal): Promise<void> {
  await writeTogether([{ path, tree, own: OWN }], { force, signal });
}

/** Everything in a folder: directories with their mode, files with mode and content. */
function contentOf(folder: string): Readonly<Record<string, string>> {
  const entries = readdirSync(folder, { recursive: true }).map(String).toSorted();
  return Object.fromEntries(
    entries.map((name) => {
      const path = join(folder, name);
      const stats = statSync(path);
      const mode = (stats.mode & 0o777).toString(8);
      return [name, stats.isFile() ? `${mode} ${readFileSync(path, 'utf8')}` : mode];
    }),
  );
}

const wholeOf = (text: string): Readonly<Record<string, string>> => ({
  'pointer.yaml': `600 ${text} pointer.yaml`,
  'summary-bundle': '755',
  'summary-bundle/ctrf': '755',
  'summary-bundle/ctrf/a.json': `600 ${text} summary-bundle/ctrf/a.json`,
  'summary-bundle/manifest.json': `600 ${text} summary-bundle/manifest.json`,
});

async function refusalOf(work: Promise<void>): Promise<string> {
  const error: unknown = await work.catch((reason: unknown) => reason);
  return error instanceof EvidenceError ? `${error.code} ${error.at ?? ''}` : String(error);
}

describe('a directory that is written', () => {
  it('has files for their owner and directories for all, whatever the umask', async () => {
    const folder = scratch();
    const before = process.umask(0o077);
    try {
      await write(join(folder, 'out'), treeOf('new'));
    } finally {
      process.umask(before);
    }
    expect(contentOf(join(folder, 'out'))).toEqual(wholeOf('new'));
    expect(statSync(join(folder, 'out')).mode & 0o777).toBe(0o755);
    expect(readdirSync(folder)).toEqual(['out']);
  });

  it('is never replaced without force', async () => {
    const out = join(scratch(), 'out');
    await write(out, treeOf('old'));
    expect(await refusalOf(write(out, treeOf('new')))).toBe(`OUTPUT_EXISTS ${out}`);
    expect(contentOf(out)).toEqual(wholeOf('old'));
  });

  it('is replaced as a whole with force: what only the old one had is gone', async () => {
    const folder = scratch();
    const out = join(folder, 'out');
    await write(out, treeOf('old', [...NAMES, 'summary-bundle/stale.json']));
    await write(out, treeOf('new'), true);
    expect(contentOf(out)).toEqual(wholeOf('new'));
    expect(readdirSync(folder)).toEqual(['out']);
  });

  it.each<[string, string, (out: string) => void]>([
    ['a file of somebody', 'thesis.txt', (out) => writeFileSync(join(out, 'thesis.txt'), '')],
    ['a hidden file', '.git', (out) => writeFileSync(join(out, '.git'), '')],
    [
      'a file for the bundle',
      'summary-bundle',
      (out) => writeFileSync(join(out, 'summary-bundle'), ''),
    ],
    [
      'a link for the bundle',
      'summary-bundle',
      (out) => symlinkSync('/', join(out, 'summary-bundle')),
    ],
    ['a folder for the pointer', 'pointer.yaml', (out) => mkdirSync(join(out, 'pointer.yaml'))],
  ])('that has %s is left alone, also with force', async (_, name, prepare) => {
    const out = join(scratch(), 'out');
    mkdirSync(out);
    prepare(out);
    const before = readdirSync(out);
    const refusal = await refusalOf(write(out, treeOf('new'), true));
    expect([refusal, readdirSync(out)]).toEqual([`OUTPUT_FOREIGN ${join(out, name)}`, before]);
  });

  it.each<[string, (out: string) => void]>([
    ['a file', (out) => writeFileSync(out, 'mine')],
    ['a link to a directory', (out) => symlinkSync(dirname(out), out)],
  ])('does not take the place of %s', async (_, prepare) => {
    const out = join(scratch(), 'out');
    prepare(out);
    expect(await refusalOf(write(out, treeOf('new'), true))).toBe(`FILE_UNWRITABLE ${out}`);
  });

  it('is not written if a file is no longer what was hashed', async () => {
    const folder = scratch();
    const [name = ''] = NAMES;
    const file = memoryFile(bundlePath(name), Buffer.from('as hashed'));
    const changed = memoryFile(bundlePath(name), Buffer.from('AS HASHED'));
    const tree = new Map(treeOf('new')).set(name, { ...file, open: () => changed.open() });
    expect(await refusalOf(write(join(folder, 'out'), tree))).toBe(`FILE_CHANGED ${name}`);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('leaves the old one if it is interrupted, and nothing beside it', async () => {
    const folder = scratch();
    const out = join(folder, 'out');
    await write(out, treeOf('old'));
    const stop = new AbortController();
    const file = memoryFile(bundlePath('summary-bundle/z.log'), Buffer.from('a log'));
    const open = async function* (): AsyncGenerator<Uint8Array> {
      stop.abort(new Error('stopped'));
      expect(readdirSync(folder)).toEqual(['out']);
      yield* file.open();
    };
    const tree = new Map(treeOf('new')).set(file.path, { ...file, open });
    expect(await refusalOf(write(out, tree, true, stop.signal))).toBe('Error: stopped');
    expect([contentOf(out), readdirSync(folder)]).toEqual([wholeOf('old'), ['out']]);
  });
});

const CALLS = ['mkdirSync', 'chmodSync', 'openSync', 'renameSync', 'rmSync'] as const;

/** Replaces `out`, and reaches the disk no more from its call number `at` on, as if the machine had stopped then. */
async function stoppedAt(at: number, out: string): Promise<boolean> {
  const real = { ...fs };
  const { open } = fs.promises;
  let calls = 0;
  const counted =
    <W extends readonly unknown[], T>(call: (...words: W) => T) =>
    (...words: W): T => {
      calls += 1;
      if (calls >= at) throw new Error('stopped');
      return call(...words);
    };
  for (const name of CALLS) Reflect.set(fs, name, counted(real[name] as () => unknown));
  fs.promises.open = counted(open);
  syncBuiltinESMExports();
  try {
    await write(out, treeOf('new'), true).catch(() => undefined);
  } finally {
    for (const name of CALLS) Reflect.set(fs, name, real[name]);
    fs.promises.open = open;
    syncBuiltinESMExports();
  }
  return calls >= at;
}

describe('a machine that stops before any call to the disk', () => {
  it('leaves the old directory or the new one, and never half of one', async () => {
    const seen: string[] = [];
    for (let at = 1; seen.at(-1) !== 'ended'; at += 1) {
      const folder = scratch();
      const out = join(folder, 'out');
      await write(out, treeOf('old'));
      const isStopped = await stoppedAt(at, out);
      const aside = readdirSync(folder).find((name) => name.endsWith('.old'));
      // Between the two renames it is beside its place, and whole.
      const place = readdirSync(folder).includes('out') ? 'out' : (aside ?? 'none');
      const left = contentOf(join(folder, place));
      const which = ['old', 'new'].find(
        (text) => JSON.stringify(wholeOf(text)) === JSON.stringify(left),
      );
      seen.push(isStopped ? `${which ?? 'half'}${place === 'out' ? '' : ' aside'}` : 'ended');
    }
    const runs = seen.filter((state, index) => state !== seen[index - 1]);
    expect(runs).toEqual(['old', 'old aside', 'new', 'ended']);
    expect(seen.filter((state) => state === 'old aside')).toHaveLength(1);
    expect(seen.length).toBeGreaterThan(12);
  });
});
