// Before packing: every file gets the same mode, whatever umask it was made with, because the mode is
// part of the package.
import { chmodSync, lstatSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
/** npm always packs these. */
const ALWAYS = ['package.json', 'README.md', 'LICENSE'];
const PROGRAM = 'bin/affidavit.js';

for (const name of [...filesOf(readManifest()), ...ALWAYS]) setMode(name);
chmodSync(join(root, PROGRAM), 0o755);

function readManifest(): unknown {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
}

/** What package.json lists. What it excludes may have any mode. */
function filesOf(manifest: unknown): readonly string[] {
  const files: unknown = Reflect.get(Object(manifest), 'files');
  if (!Array.isArray(files)) throw new Error('package.json lists no files');
  return files.map(String).filter((name) => !name.startsWith('!'));
}

function setMode(name: string): void {
  const path = join(root, name);
  const isDirectory = lstatSync(path).isDirectory();
  chmodSync(path, isDirectory ? 0o755 : 0o644);
  if (isDirectory) for (const entry of readdirSync(path)) setMode(join(name, entry));
}
