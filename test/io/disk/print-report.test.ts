import { execFileSync, spawnSync } from 'node:child_process';
import { lstatSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { EvidenceError } from '../../../src/errors/evidence-error.ts';
import { printReport, requirePrintable } from '../../../src/io/disk/print-report.ts';
import { scratch } from '../scratch.ts';

const REPORT = new URL('../../../src/io/disk/print-report.ts', import.meta.url).href;

/** Prints `report` with this `--output`, in a shell that opens the streams. */
function printed(output: string, redirection: string, cwd: string): string {
  const script = `import { printReport } from ${JSON.stringify(REPORT)}; await printReport('report', ${JSON.stringify(output)});`;
  const line = `exec "$0" --input-type=module -e "$1" ${redirection}`;
  return execFileSync('sh', ['-c', line, process.execPath, script], { cwd }).toString();
}

describe('printReport', () => {
  it('writes what a link leads to, and keeps the link', async () => {
    const folder = scratch({ 'reports/a.md': 'old' });
    const link = join(folder, 'latest.md');
    symlinkSync('reports/a.md', link);
    await requirePrintable(link);
    await printReport('new', link);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(folder, 'reports/a.md'), 'utf8')).toBe('new');
  });

  it.each([requirePrintable, async (path: string) => await printReport('new', path)])(
    'refuses a link to nothing, and keeps it: %s',
    async (work) => {
      const link = join(scratch(), 'latest.md');
      symlinkSync('gone/a.md', link);
      const error: unknown = await work(link).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(EvidenceError);
      expect(error).toMatchObject({ code: 'FILE_UNWRITABLE', at: link });
      expect(lstatSync(link).isSymbolicLink()).toBe(true);
    },
  );

  it.each(['/dev/stdout', '/proc/self/fd/1'])(
    'writes to %s: a pipe, or a file that keeps what it has',
    (path) => {
      const folder = scratch({ log: 'before ' });
      expect(printed(path, '', folder)).toBe('report');
      printed(path, '>>log', folder);
      expect(readFileSync(join(folder, 'log'), 'utf8')).toBe('before report');
      expect(lstatSync('/dev/stdout').isSymbolicLink()).toBe(true);
    },
  );

  it('waits for a slow reader without a warning, and leaves no listener behind', () => {
    const script = `import { printReport } from ${JSON.stringify(REPORT)};
      process.stdout.write = (piece) => void setImmediate(() => process.stdout.emit('drain'));
      const listeners = () => ['drain', 'close', 'error'].map((name) => process.stdout.listenerCount(name)).join(' ');
      const before = listeners();
      await printReport((async function* () { for (let piece = 0; piece < 20; piece += 1) yield Buffer.from('x'); })());
      console.error(before === listeners());`;
    const argv = ['--input-type=module', '-e', script];
    const { stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8' });
    expect(stderr).toBe('true\n');
  });

  it('writes to a device, also through a link', async () => {
    const link = join(scratch(), 'nothing');
    symlinkSync('/dev/null', link);
    for (const path of ['/dev/null', link]) {
      await requirePrintable(path);
      await printReport('report', path);
    }
    expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
  });
});
