import { spawnSync } from 'node:child_process';
import { appendFileSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { collectFiles } from '../../../src/archive/collect.ts';
import { encodeArchive, type EncodeOptions } from '../../../src/archive/encode-archive.ts';
import { memoryFile, type BundleFile } from '../../../src/archive/entry.ts';
import { EvidenceError } from '../../../src/errors/evidence-error.ts';
import { EVIDENCE_LAYOUT, RECIPE_FILE } from '../../../src/evidence/layout.ts';
import { openEntries } from '../../../src/io/disk/bundle-source.ts';
import { writeWhole, type WriteOptions } from '../../../src/io/disk/files.ts';
import { logFiles } from '../../../src/io/disk/log-files.ts';
import { pieces } from '../../archive/tar-parts.ts';
import { rejection } from '../../document/refusal.ts';
import { scratch } from '../scratch.ts';

const OPTIONS = { mtime: 1_700_000_000, force: false, layout: EVIDENCE_LAYOUT };
const LOG = Array.from({ length: 60_000 }, (_, index) => `${index} a line of a log\n`).join('');
const RECIPE = memoryFile(RECIPE_FILE, Buffer.from('kind: RecipeResult\n'));

async function writeArchive(
  path: string,
  files: readonly BundleFile[],
  options: WriteOptions & EncodeOptions,
): Promise<void> {
  await writeWhole(path, encodeArchive(files, options), options);
}

describe('an archive that is written', () => {
  it('E-02 writes what openEntries reads, logs and documents', async () => {
    const folder = scratch({ 'logs/deployment/a.log': LOG, 'logs/deployment/empty.log': '' });
    const files = [RECIPE, ...(await logFiles(join(folder, 'logs')))];
    await writeArchive(join(folder, 'evidence.tar.gz'), files, OPTIONS);
    const entries = openEntries(join(folder, 'evidence.tar.gz'), EVIDENCE_LAYOUT);
    const received = [...(await collectFiles(entries, EVIDENCE_LAYOUT)).values()];
    expect(received.map(({ path, digest }) => [path, digest])).toEqual(
      [files[1], files[2], files[0]].map((file) => [file?.path, file?.digest]),
    );
  });

  it('E-03 writes the same bytes from other folders, under other umasks, times of day and languages', () => {
    const script = `
      import { encodeArchive } from '${new URL('../../../src/archive/encode-archive.ts', import.meta.url).href}';
      import { writeWhole } from '${new URL('../../../src/io/disk/files.ts', import.meta.url).href}';
      import { EVIDENCE_LAYOUT as layout } from '${new URL('../../../src/evidence/layout.ts', import.meta.url).href}';
      import { logFiles } from '${new URL('../../../src/io/disk/log-files.ts', import.meta.url).href}';
      const archive = encodeArchive(await logFiles('logs'), { mtime: 5, layout });
      await writeWhole('evidence.tar.gz', archive, { force: false });`;
    const archives = [
      { umask: '022', TZ: 'UTC', LANG: 'C' },
      { umask: '077', TZ: 'Asia/Tokyo', LANG: 'tr_TR.UTF-8' },
    ].map(({ umask, ...env }) => {
      const cwd = scratch({ 'logs/deployment/a.log': LOG, 'logs/performance/I.log': 'i\n' });
      const command = `umask ${umask}; exec "$0" --input-type=module -e "$1"`;
      const { status } = spawnSync('sh', ['-c', command, process.execPath, script], { cwd, env });
      expect(status).toBe(0);
      return readFileSync(join(cwd, 'evidence.tar.gz'));
    });
    expect(archives[0]?.equals(archives[1] ?? Buffer.alloc(0))).toBe(true);
  });

  it('leaves nothing when a log changes after it was hashed', async () => {
    const folder = scratch({ 'logs/deployment/a.log': LOG });
    const files = await logFiles(join(folder, 'logs'));
    appendFileSync(join(folder, 'logs/deployment/a.log'), 'one more line\n');
    const error = await rejection(writeArchive(join(folder, 'out.tar.gz'), files, OPTIONS));
    expect([error?.code, error?.at]).toEqual(['FILE_CHANGED', 'logs/deployment/a.log']);
    expect(readdirSync(folder)).toEqual(['logs']);
  });

  it('leaves nothing when a log changes and keeps its size, which only reading back shows', async () => {
    const folder = scratch({ 'logs/deployment/a.log': LOG });
    const files = await logFiles(join(folder, 'logs'));
    writeFileSync(join(folder, 'logs/deployment/a.log'), LOG.replace(/\n$/, ' '));
    const error = await rejection(writeArchive(join(folder, 'out.tar.gz'), files, OPTIONS));
    expect([error?.code, error?.at]).toEqual(['FILE_CHANGED', 'logs/deployment/a.log']);
    expect(readdirSync(folder)).toEqual(['logs']);
  });

  it('leaves what was there when reading back fails under --force', async () => {
    const folder = scratch({ 'out.tar.gz': 'before' });
    const changed = { ...RECIPE, open: () => pieces(Buffer.from('kind: recipeResult\n')) };
    const force = { ...OPTIONS, force: true };
    const error = await rejection(writeArchive(join(folder, 'out.tar.gz'), [changed], force));
    expect([error?.code, error?.at]).toEqual(['FILE_CHANGED', RECIPE_FILE]);
    expect(readFileSync(join(folder, 'out.tar.gz'), 'utf8')).toBe('before');
    expect(readdirSync(folder)).toEqual(['out.tar.gz']);
  });

  it('leaves nothing after an interrupt, and lets go of what it read', async () => {
    const folder = scratch();
    const controller = new AbortController();
    const reason = new EvidenceError('INTERRUPTED', { found: 'a', expected: 'b', hint: 'c' });
    let released = false;
    async function* open() {
      try {
        yield Buffer.from('kind: ');
        setTimeout(() => controller.abort(reason), 10);
        for (;;) {
          await new Promise((resolve) => {
            setTimeout(resolve, 1);
          });
          yield Buffer.alloc(0);
        }
      } finally {
        released = true;
      }
    }
    const { signal } = controller;
    const written = writeArchive(join(folder, 'out.tar.gz'), [{ ...RECIPE, open }], {
      ...OPTIONS,
      signal,
    });
    expect(await rejection(written)).toBe(reason);
    expect(released).toBe(true);
    expect(readdirSync(folder)).toEqual([]);
  });
});
