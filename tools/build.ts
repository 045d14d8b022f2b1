// Builds dist/ and oclif.manifest.json. `--if-changed`: only if a source is newer than the last build.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = join(root, 'dist', '.built');
const inputs = ['src', 'package.json', 'package-lock.json', 'tsconfig.json', 'tools/build.ts'];

if (!process.argv.includes('--if-changed') || isStale()) build();

function build(): void {
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  rmSync(join(root, 'oclif.manifest.json'), { force: true });
  runNode(['node_modules/typescript/bin/tsc']);
  runNode(['tools/write-oclif-manifest.ts']);
  writeFileSync(stamp, '');
}

function runNode(args: readonly string[]): void {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}

function isStale(): boolean {
  if (!existsSync(stamp)) return true;
  const built = statSync(stamp).mtimeMs;
  return inputs.some((input) => newestOf(join(root, input)) > built);
}

function newestOf(path: string): number {
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(stats.mtimeMs, ...readdirSync(path).map((name) => newestOf(join(path, name))));
}
