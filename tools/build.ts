// Builds dist/ and oclif.manifest.json. `--if-changed`: only if a source is newer than the last build.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const inputs = ['src', 'package.json', 'package-lock.json', 'tsconfig.json', 'tools'];

if (!process.argv.includes('--if-changed') || isStale()) build();

/** In a directory of its own, so that a program that runs meanwhile finds its files until the end. */
function build(): void {
  const fresh = `dist.${process.pid}`;
  process.once('exit', () => rmSync(join(root, fresh), { recursive: true, force: true }));
  // Ctrl-C ends the compiler too, and then us. Without a listener we would end at once and leave the directory.
  process.on('SIGINT', () => undefined);
  runNode(['node_modules/typescript/bin/tsc', '--outDir', fresh]);
  runNode(['tools/bundle.ts', fresh]);
  writeFileSync(join(root, fresh, '.built'), '');
  const old = join(root, `${fresh}.old`);
  if (existsSync(join(root, 'dist'))) renameSync(join(root, 'dist'), old);
  renameSync(join(root, fresh), join(root, 'dist'));
  rmSync(old, { recursive: true, force: true });
  runNode(['tools/write-oclif-manifest.ts']);
}

function runNode(args: readonly string[]): void {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 2, 2] });
  // Without a status it was a signal.
  if (status !== 0) process.exit(status ?? 130);
}

function isStale(): boolean {
  const stamp = join(root, 'dist', '.built');
  if (!existsSync(stamp)) return true;
  const built = statSync(stamp).mtimeMs;
  return inputs.some((input) => newestOf(join(root, input)) > built);
}

function newestOf(path: string): number {
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  const names = readdirSync(path).filter((name) => name !== 'node_modules');
  return Math.max(stats.mtimeMs, ...names.map((name) => newestOf(join(path, name))));
}
