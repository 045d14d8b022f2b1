// Packs this checkout twice, in two folders and under two umasks, and ends with 1 if the packages differ.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Package {
  readonly digest: string;
  /** Path → mode and digest. */
  readonly files: ReadonlyMap<string, string>;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'affidavit-package-'));
const isIgnored = ignored();

try {
  const one = pack(join(scratch, 'one'), 0o022);
  const two = pack(join(scratch, 'in/another/folder'), 0o077);
  const paths = new Set([...one.files.keys(), ...two.files.keys()]);
  const others = [...paths].filter((path) => one.files.get(path) !== two.files.get(path));
  for (const path of others) {
    console.error(`differs: ${path}: ${one.files.get(path)}, ${two.files.get(path)}`);
  }
  const isSame = one.digest === two.digest;
  console.log(
    `${one.files.size} files, sha256 ${one.digest}${isSame ? ', twice' : ` and ${two.digest}`}`,
  );
  process.exitCode = isSame && others.length === 0 && one.files.size > 0 ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function pack(folder: string, umask: number): Package {
  const before = process.umask(umask);
  try {
    copySources('', folder);
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    run(folder, ['npm', 'pack', '--silent', '--pack-destination', folder]);
    return packageOf(folder);
  } finally {
    process.umask(before);
  }
}

function packageOf(folder: string): Package {
  const name = readdirSync(folder).find((entry) => entry.endsWith('.tgz')) ?? '';
  const paths = run(folder, ['tar', '-tzf', name])
    .split('\n')
    .filter(Boolean)
    .map((path) => path.replace(/^package\//, ''));
  const files = paths.map((path) => {
    const mode = statSync(join(folder, path)).mode.toString(8);
    return [path, `${mode} ${digestOf(join(folder, path))}`] as const;
  });
  return { digest: digestOf(join(folder, name)), files: new Map(files) };
}

function run(folder: string, [program = '', ...words]: readonly string[]): string {
  const { status, stdout } = spawnSync(program, words, {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`${program} ${words.join(' ')} ended with ${status}`);
  return stdout;
}

/** As in a new checkout with this umask: of a mode, git keeps only who may execute. */
function copySources(path: string, folder: string): void {
  mkdirSync(join(folder, path), { recursive: true });
  for (const entry of readdirSync(join(root, path), { withFileTypes: true })) {
    const name = join(path, entry.name);
    if (isIgnored.test(entry.name)) continue;
    if (entry.isDirectory()) copySources(name, folder);
    else if (entry.isFile()) copyFile(name, folder);
  }
}

function copyFile(name: string, folder: string): void {
  const isProgram = (statSync(join(root, name)).mode & 0o100) !== 0;
  const mode = isProgram ? 0o777 : 0o666;
  writeFileSync(join(folder, name), readFileSync(join(root, name)), { mode });
}

/** The names in .gitignore, which has no other kinds of patterns. */
function ignored(): RegExp {
  const names = readFileSync(join(root, '.gitignore'), 'utf8').split('\n').filter(Boolean);
  const patterns = names.map((name) =>
    name
      .replace(/\/$/, '')
      .replaceAll('.', String.raw`\.`)
      .replaceAll('*', '.*'),
  );
  return new RegExp(`^(?:\\.git|${patterns.join('|')})$`);
}

function digestOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
