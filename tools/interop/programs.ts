// The programs of others: which versions, how they are installed, and what they say they are.
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import packageJson from '../../package.json' with { type: 'json' };
import { requireChromium, requireMariadb } from './debian.ts';
import { mustRun, run } from './processes.ts';

const CACHE = fileURLToPath(new URL('../../.interop', import.meta.url));
const BIN = join(CACHE, 'bin');
const PYTHON = join(CACHE, 'python');

/** Where a run leaves its files. */
export const RUNS = join(CACHE, 'runs');

interface GoProgram {
  /** The name of its file. */
  readonly file: string;
  readonly path: string;
  readonly version: string;
  readonly what: string;
  /** Build tags, which leave out what is not used. */
  readonly tags?: string;
  /** Needed with `--rekor-v1` alone. */
  readonly rekorV1?: true;
  /** It has no such program. Ours is in this directory, and go.mod above it has the version. */
  readonly main?: string;
}

const GO_PROGRAMS = [
  {
    file: 'fulcio',
    path: 'github.com/sigstore/fulcio',
    version: 'v1.8.8',
    what: 'certificate authority',
  },
  {
    file: 'posix',
    path: 'github.com/sigstore/rekor-tiles/v2/cmd/rekor-server/posix',
    version: 'v2.3.0',
    what: 'Rekor v2',
  },
  {
    file: 'timestamp-server',
    path: 'github.com/sigstore/timestamp-authority/v2/cmd/timestamp-server',
    version: 'v2.1.3',
    what: 'timestamp authority',
  },
  {
    file: 'cosign',
    path: 'github.com/sigstore/cosign/v3/cmd/cosign',
    version: 'v3.1.3',
    what: 'signs and verifies',
  },
  {
    file: 'registry',
    path: 'github.com/distribution/distribution/v3/cmd/registry',
    version: 'v3.1.2',
    what: 'registry without a Referrers API',
  },
  {
    file: 'go-containerregistry',
    path: 'github.com/google/go-containerregistry/pkg/registry',
    version: 'v0.22.1',
    what: 'registry with a Referrers API',
    main: fileURLToPath(new URL('go/registry', import.meta.url)),
  },
  {
    file: 'regctl',
    path: 'github.com/regclient/regclient/cmd/regctl',
    version: 'v0.11.7',
    what: 'reads and copies',
  },
  {
    file: 'crane',
    path: 'github.com/google/go-containerregistry/cmd/crane',
    version: 'v0.22.1',
    what: 'reads',
  },
  {
    file: 'oras-go',
    path: 'oras.land/oras-go/v2/content/file',
    version: 'v2.6.0',
    what: 'unpacks for aicr',
    main: fileURLToPath(new URL('go/pull', import.meta.url)),
  },
  {
    file: 'rekor-server',
    path: 'github.com/sigstore/rekor/cmd/rekor-server',
    version: 'v1.5.4',
    what: 'Rekor v1',
    rekorV1: true,
  },
  ...['trillian_log_server', 'trillian_log_signer', 'createtree'].map(
    (file) =>
      ({
        file,
        path: `github.com/google/trillian/cmd/${file}`,
        version: 'v1.7.2',
        what: "Rekor v1's tree",
        // Without Cloud Spanner, CockroachDB, PostgreSQL and the other quota system.
        tags: 'mysql,etcd',
        rekorV1: true,
      }) as const,
  ),
] as const satisfies readonly GoProgram[];

/** The module with the tables of Trillian's database. */
export const TRILLIAN_MODULE = 'github.com/google/trillian@v1.7.2';

const SIGSTORE_PYTHON = '4.5.1';
const ZIZMOR = '1.32.0';

const ACTIONLINT = {
  file: 'actionlint',
  path: 'github.com/rhysd/actionlint/cmd/actionlint',
  version: 'v1.7.12',
  what: 'judges workflows',
} as const satisfies GoProgram;

const { devDependencies: OURS } = packageJson;

/** A row of the page: what ran. */
export const PROGRAM_ROWS: readonly (readonly [program: string, version: string, what: string])[] =
  [
    ...GO_PROGRAMS.map(({ path, version, what }) => [path, version, what] as const),
    ['sigstore (PyPI), sigstore-python', SIGSTORE_PYTHON, 'signs and verifies'],
    [ACTIONLINT.path, ACTIONLINT.version, ACTIONLINT.what],
    ['zizmor (PyPI)', ZIZMOR, 'judges workflows'],
    ['oidc-provider (npm)', OURS['oidc-provider'], 'OpenID provider of the logins'],
    [
      'playwright-core (npm), with a Chromium',
      OURS['playwright-core'],
      'browser of logins and reports',
    ],
  ];

/** Where a program is. */
export function goProgram(file: (typeof GO_PROGRAMS)[number]['file']): string {
  return join(BIN, file);
}

/** sigstore-python's command. */
export const PYTHON_PROGRAM = join(PYTHON, 'bin', 'python');

/** Those that judge workflows. */
export const ACTIONLINT_PROGRAM = join(BIN, ACTIONLINT.file);
export const ZIZMOR_PROGRAM = join(CACHE, 'zizmor', 'bin', 'zizmor');

/** A Go that does not run is no reason to do without: only one that is not there. */
export async function hasGo(): Promise<boolean> {
  const { status } = await run('sh', ['-c', 'command -v go']);
  return status === 0;
}

/**
 * Installs what is missing, and prints what each program says it is. Throws if one cannot be installed, or
 * says that it is another.
 */
export async function installPrograms(withRekorV1: boolean): Promise<void> {
  mkdirSync(BIN, { recursive: true });
  // What may fail at once comes before what takes minutes.
  await requireChromium();
  if (withRekorV1) await requireMariadb();
  await Promise.all([installPython(), installGoPrograms(withRekorV1)]);
}

/** What judges workflows, alone. Throws as `installPrograms` does. */
export async function installLinters(): Promise<void> {
  mkdirSync(BIN, { recursive: true });
  await installGo(ACTIONLINT);
  if ((await zizmorVersion()) !== ZIZMOR) {
    console.log(`installing zizmor==${ZIZMOR}`);
    const folder = join(CACHE, 'zizmor');
    await mustRun('python3', ['-m', 'venv', '--clear', folder]);
    await mustRun(join(folder, 'bin', 'python'), ['-m', 'pip', 'install', `zizmor==${ZIZMOR}`]);
  }
  const found = await zizmorVersion();
  if (found !== ZIZMOR) throw new Error(`zizmor is ${found}, not ${ZIZMOR}`);
  console.log(`zizmor ${found}`);
}

async function zizmorVersion(): Promise<string | undefined> {
  if (!existsSync(ZIZMOR_PROGRAM)) return undefined;
  const { output } = await run(ZIZMOR_PROGRAM, ['--version']);
  return /^zizmor (\S+)/m.exec(output)?.[1];
}

/** One after the other: each uses all processors, and some packages of the one before. */
async function installGoPrograms(withRekorV1: boolean): Promise<void> {
  for (const program of GO_PROGRAMS) {
    if (withRekorV1 || !('rekorV1' in program)) await installGo(program);
  }
}

/** No debugger is used here: to leave out what it needs saves a fifth of the time. */
const NO_DEBUGGER = ['-buildvcs=false', '-gcflags=all=-dwarf=false', '-ldflags=-s -w'];

async function installGo({ file, path, version, tags = '', main }: GoProgram): Promise<void> {
  const target = join(BIN, file);
  if ((await builtVersion(target, path)) !== version) {
    console.log(`installing ${path}@${version}`);
    const flags = [...NO_DEBUGGER, `-tags=${tags}`];
    const words =
      main === undefined
        ? ['install', ...flags, `${path}@${version}`]
        : ['build', '-C', main, ...flags, '-o', target];
    await mustRun('go', words, { GOBIN: BIN });
  }
  const found = await builtVersion(target, path);
  if (found !== version) throw new Error(`${target} is ${found ?? 'missing'}, not ${version}`);
  console.log(`${file} ${found}`);
}

/** The version of the module with this package that Go built into a program; undefined if it is not there. */
async function builtVersion(program: string, path: string): Promise<string | undefined> {
  if (!existsSync(program)) return undefined;
  const { output } = await run('go', ['version', '-m', program]);
  const modules = output.matchAll(/^\t(?:mod|dep)\t(\S+)\t(\S+)/gm);
  return [...modules].find(([, module = '']) => `${path}/`.startsWith(`${module}/`))?.[2];
}

async function installPython(): Promise<void> {
  if ((await pythonVersion()) !== SIGSTORE_PYTHON) {
    console.log(`installing sigstore==${SIGSTORE_PYTHON}`);
    await mustRun('python3', ['-m', 'venv', '--clear', PYTHON]);
    await mustRun(PYTHON_PROGRAM, ['-m', 'pip', 'install', `sigstore==${SIGSTORE_PYTHON}`]);
  }
  const found = await pythonVersion();
  if (found !== SIGSTORE_PYTHON) throw new Error(`sigstore is ${found}, not ${SIGSTORE_PYTHON}`);
  console.log(`sigstore-python ${found}`);
}

async function pythonVersion(): Promise<string | undefined> {
  if (!existsSync(PYTHON_PROGRAM)) return undefined;
  const { output } = await run(PYTHON_PROGRAM, ['-m', 'sigstore', '--version']);
  return /^sigstore (\S+)/m.exec(output)?.[1];
}
