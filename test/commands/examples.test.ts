// Each example of the help runs as it is written, in a folder that has the files that it names. What it cannot have here
// is the public Sigstore, its TUF repository and registries: those of this test stand for them.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import type { Example } from '../../src/cli/call/command.ts';
import { allCommands } from '../../src/cli/command-table.ts';
import { startSandbox } from '../../src/io/sandbox/sandbox-server.ts';
import { publicGoodSigningConfig } from '../../src/sign/public-good-signing-config.ts';
import { DEMO } from '../e2e/emit.ts';
import { gateReport, skipPauses } from '../github/gate-report.ts';
import { GitHubServer } from '../github/github-server.ts';
import { commit, repository } from '../io/git/real-git.ts';
import { withServer } from '../io/http/local-server.ts';
import type { TestRegistry } from '../oci/call.ts';
import { withRegistry } from '../oci/registry.ts';
import { PROGRAM, ROOT } from '../run-cli.ts';
import { runProgram } from '../run-here.ts';
import { TufRepository } from '../trust/tuf/tuf-repository.ts';

const SIGNER = { identity: 'you@example.com', issuer: 'https://github.com/login/oauth' };
const POINTER = 'recipes/evidence/h100-eks-training.yaml';
/** As the help has it. */
const HEAD = '3f786850e387550fdab836ed7e6dc881de23001b';
const DIGEST = 'sha256:74c42dc3d793da22081a2e9507ca78842fe3795059f245d9b03c2edf4eccd8ab';
/** Names of what is written, not read. */
const WRITTEN = /(?<= (?:--emit-evidence|--output|-o|--oci-layout|--dir) |json=|markdown=)\S+/g;

const commands = [...(await allCommands())];
const folder = mkdtempSync(join(tmpdir(), 'affidavit-examples-'));
const ready = join(folder, 'ready');
let digest = '';
let env: Readonly<Record<string, string>> = {};
/** What stands for what is public. */
let registry: TestRegistry | undefined;
let mirror = '';
let github = '';
const ends: (() => void)[] = [];

beforeAll(async () => {
  const sandbox = await startSandbox({ issuer: SIGNER.issuer });
  ends.push(() => void sandbox.close());
  await new Promise<void>((begun) => {
    void withRegistry({}, async (opened) => {
      registry = opened;
      await untilEnd(begun);
    });
  });
  const root = JSON.stringify(sandbox.trustedRoot);
  const targets = {
    'trusted_root.json': root,
    'signing_config.v0.2.json': publicGoodSigningConfig(),
  };
  const tuf = new TufRepository(
    Object.fromEntries(Object.entries(targets).map(([name, text]) => [name, Buffer.from(text)])),
  );
  await new Promise<void>((begun) => {
    void withServer(tuf.listener, async (address) => {
      mirror = address;
      await untilEnd(begun);
    });
  });
  await new Promise<void>((begun) => {
    const server = new GitHubServer();
    server.pulls.push({ number: 1, state: 'open', base: 'main', head: HEAD });
    void server.use(async (address) => {
      github = address;
      await untilEnd(begun);
    });
  });
  write('ready/gate.json', JSON.stringify(gateReport(HEAD)));
  write('trusted_root.json', root);
  write('signing_config.json', JSON.stringify(sandbox.signingConfigs['signing_config.json']));
  write('ready/root.json', tuf.firstRoot);
  env = {
    GITHUB_TOKEN: 'a-token-of-this-test',
    SIGSTORE_ID_TOKEN: sandbox.token({ email: SIGNER.identity }),
    AFFIDAVIT_SIGNING_CONFIG: join(folder, 'signing_config.json'),
    AFFIDAVIT_TRUSTED_ROOT: join(folder, 'trusted_root.json'),
    AFFIDAVIT_TRUST_CACHE: join(folder, 'cache'),
  };
  await prepare();
});

afterAll(() => {
  for (const end of ends) end();
  rmSync(folder, { recursive: true });
});

afterEach(() => {
  vi.useRealTimers();
});

async function untilEnd(begun: () => void): Promise<void> {
  await new Promise<void>((end) => {
    ends.push(end);
    begun();
  });
}

function write(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

/** All files that examples name. */
async function prepare(): Promise<void> {
  cpSync(DEMO, ready, { recursive: true });
  cpSync(join(ROOT, 'testdata/aicr-recipes-v0.11.1/recipes'), join(ready, 'recipes'), {
    recursive: true,
  });
  write('ready/recipes/evidence/.keep', '');
  write(
    'ready/overlays/acme.yaml',
    readFileSync(join(ready, 'recipes/overlays/h100-eks-training.yaml'), 'utf8').replace(
      'name: h100-eks-training',
      'name: acme',
    ),
  );
  write(
    'ready/old.yaml',
    readFileSync(join(ready, 'recipe.yaml'), 'utf8').replace(
      'aicr.run/v1',
      'aicr.nvidia.com/v1alpha1',
    ),
  );
  write(
    'ready/other.yaml',
    readFileSync(join(ready, 'snapshot.yaml'), 'utf8').replace(
      'VERSION_ID: "24.04"',
      'VERSION_ID: "22.04"',
    ),
  );
  const signers = [{ identity: SIGNER.identity, issuer: SIGNER.issuer }];
  write('ready/signers.json', JSON.stringify({ schemaVersion: '1.0.0', signers }));
  const pack = (snapshot: string, out: string) =>
    `affidavit validate -r recipe.yaml -s ${snapshot} --results results --emit-evidence ${out}`;
  await call(`${pack('snapshot.yaml', 'unsigned.tar.gz')} --no-sign`, 0);
  await call(`${pack('snapshot.yaml', 'evidence.tar.gz')} --openings openings.json`, 0);
  await call(pack('other.yaml', 'new.tar.gz'), 1);
  copyFileSync(join(ready, 'evidence.tar.gz'), join(ready, 'old.tar.gz'));
  mkdirSync(join(ready, 'evidence/more'), { recursive: true });
  copyFileSync(join(ready, 'evidence.tar.gz'), join(ready, 'evidence/more/evidence.tar.gz'));
  const pinned = '--policy signers.json';
  await call(`affidavit verify-evidence evidence.tar.gz ${pinned} --format json=report.json`, 0);
  for (const shard of [1, 2]) {
    await call(
      `affidavit verify-evidence evidence/ old.tar.gz ${pinned} --shard ${shard}/2 --format json=shard-${shard}.json`,
      0,
    );
  }
  const publish = 'affidavit evidence publish unsigned.tar.gz oci://ghcr.io/you';
  const published = await call(`${publish}/aicr-evidence:v1 --pointer ${POINTER}`, 0);
  digest = /@(sha256:\S+)/.exec(published)?.[1] ?? '';
  await call(`${publish}/unsigned --no-sign --pointer recipes/evidence/unsigned.yaml`, 0);
  await call(`affidavit evidence fetch ${POINTER} --oci-layout evidence-layout`, 0);
  await call(`affidavit evidence mirror ${POINTER} oci://ghcr.io/you/mirror`, 0);
  await call('affidavit trust update', 0);
}

/** In the folder that has everything. */
async function call(line: string, exit: number): Promise<string> {
  const run = await runProgram(wordsOf(line), { cwd: ready, env });
  expect([line, run.code, run.stderr]).toEqual([line, exit, expect.anything()]);
  return run.stdout;
}

/** As a shell reads the line, on a machine whose Sigstore and registries are those of this test. */
function wordsOf(line: string): readonly string[] {
  const { host = '' } = registry ?? {};
  const local = line
    .replaceAll(/ghcr\.io|registry\.example\.com/g, host)
    .replaceAll('https://tuf.example.com', mirror)
    .replaceAll(DIGEST, digest);
  const [, ...words] = local.match(/'[^']*'|\S+/g) ?? [];
  return [...words.map((word) => word.replaceAll("'", '')), ...standIns(words)];
}

/** The flags that name what is not public here. */
function standIns(words: readonly string[]): readonly string[] {
  const line = `${words.join(' ')} `;
  const { flags = {} } = commands.findLast(([name]) => line.startsWith(`${name} `))?.[1] ?? {};
  if (line.startsWith('gate post ')) return ['--api-url', github];
  const isFetched = 'registry' in flags && /oci:|recipes\/evidence\/\S/.test(line);
  const fetching = isFetched ? ['--registry', registry?.host ?? ''] : [];
  return [...fetching, ...trusted(line, Object.keys(flags))];
}

function trusted(line: string, flags: readonly string[]): readonly string[] {
  const tuf = ['--tuf-root', join(ready, 'root.json')];
  if (line === 'trust update ') return [...tuf, '--tuf-mirror', mirror];
  if (line.includes('--trust-cache')) return tuf;
  // Who signs has it in the environment.
  const isSigner = flags.includes('identity-token') && !flags.includes('judge');
  const isJudge = flags.includes('trusted-root') && !isSigner;
  return isJudge ? ['--trusted-root', join(folder, 'trusted_root.json')] : [];
}

/** A folder with what the example reads. */
function folderFor({ run }: Example): string {
  const place = mkdtempSync(join(folder, 'example-'));
  const written = new Set(run.match(WRITTEN));
  for (const word of run.split(/[ '=]/).filter((each) => each !== '' && !written.has(each))) {
    const [first = '', second = ''] = word.split('/');
    const name = [join(first, second), first].find((each) => existsSync(join(ready, each)));
    if (name !== undefined) cpSync(join(ready, name), join(place, name), { recursive: true });
  }
  if (run.startsWith('affidavit gate --')) makeRepository(place);
  return place;
}

/** With the recipes of AICR and a policy; the examples of pointers are of no recipe there. */
function makeRepository(place: string): void {
  rmSync(join(place, 'recipes'), { recursive: true, force: true });
  cpSync(join(ROOT, 'testdata/aicr-recipes-v0.11.1/recipes'), join(place, 'recipes'), {
    recursive: true,
  });
  const policy = readFileSync(join(ready, 'signers.json'), 'utf8');
  commit(repository(place), { 'recipes/evidence/policy.json': policy });
}

describe.each(commands)('the examples of %s', (name, { examples }) => {
  it('are two or more, each of this command', () => {
    expect(examples.length).toBeGreaterThan(1);
    expect(examples.filter(({ run }) => !`${run} `.startsWith(`affidavit ${name} `))).toEqual([]);
    expect(examples.filter(({ does }) => !/^[A-Z].*\.$|; exit \d/.test(does))).toEqual([]);
  });

  it.each(examples)('$run', async (example) => {
    const { run, exit = 0, does } = example;
    expect(does.includes('exit 1')).toBe(exit === 1);
    const cwd = folderFor(example);
    if (name === 'gate post') skipPauses(new Date());
    const { code, stderr } = run.includes(' -- ')
      ? inShell(run, cwd)
      : await runProgram(wordsOf(run), { cwd, env });
    expect({ code, stderr }).toEqual({ code: exit, stderr: expect.any(String) as string });
    for (const path of run.match(WRITTEN) ?? []) expect(existsSync(join(cwd, path))).toBe(true);
  });
});

/** One word, perhaps beside its label, or what is to be copied. */
const WHOLE = /^(?: *| *\S+ +)\S+$|^ *repeat +affidavit /;

describe('what is shown on a terminal', () => {
  it.each([
    'evidence diff old.tar.gz new.tar.gz --format terminal',
    'verify-evidence evidence/ old.tar.gz --policy signers.json --format terminal',
    'report merge shard-1.json shard-2.json --format terminal',
    'trust show --format terminal',
  ])('of %s fits 60, 80 and 200 columns, in the same words', async (line) => {
    const texts = new Map<number, string>();
    for (const columns of [200, 80, 60]) {
      const run = await runProgram(wordsOf(`affidavit ${line}`), {
        cwd: ready,
        env: { ...env, COLUMNS: `${columns}` },
      });
      const long = run.stdout
        .split('\n')
        .filter((each) => each.length > columns && !WHOLE.test(each));
      expect([columns, long]).toEqual([columns, []]);
      texts.set(columns, run.stdout);
    }
    const wide = new Set(texts.get(200)?.split(/\s+/));
    expect(wide.size).toBeGreaterThan(10);
    expect(
      texts
        .get(60)
        ?.split(/\s+/)
        .filter((word) => !wide.has(word)),
    ).toEqual([]);
  });
});

/** What it starts needs the program on the PATH. */
function inShell(
  run: string,
  cwd: string,
): { readonly code: number | null; readonly stderr: string } {
  const program = join(folder, 'bin/affidavit');
  write('bin/affidavit', `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`);
  chmodSync(program, 0o755);
  const path = `${dirname(program)}:${process.env['PATH'] ?? ''}`;
  const options = { cwd, env: { PATH: path }, encoding: 'utf8' } as const;
  const { status, stderr } = spawnSync('sh', ['-c', run], options);
  return { code: status, stderr };
}
