// What a maintainer trusts: from a file, by TUF, or embedded.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { digestOf } from '../../src/digest.ts';
import { startSandbox, type Sandbox } from '../../src/io/sandbox/sandbox-server.ts';
import { publicGoodSigningConfig } from '../../src/sign/public-good-signing-config.ts';
import { publicGoodRoot } from '../../src/trust/public-good.ts';
import { encodeTrustCopy } from '../../src/trust/tuf/trust-copy.ts';
import { read } from '../docs/repository.ts';
import { deadAddress, withServer } from '../io/http/local-server.ts';
import type { Run, RunOptions } from '../run-cli.ts';
import { runProgram } from '../run-here.ts';
import { TufRepository } from '../trust/tuf/tuf-repository.ts';
import { INPUTS, OUT, Workplace } from './emit.ts';
import { SIGNER, failureOf, makeEvidence, pinOf } from './evidence.ts';

const evidence = await makeEvidence();
const bundle = await evidence.pack();
const root = readFileSync(evidence.rootPath);
const config = Buffer.from(publicGoodSigningConfig());
const DAY_MS = 24 * 60 * 60 * 1000;

/** A user with an own Sigstore, its TUF repository, and a folder for the copy. */
class User {
  readonly repository: TufRepository;
  readonly tufRoot: string;
  readonly cache: string;

  constructor(now = new Date(), targets: Record<string, Buffer> = {}) {
    const usual = { 'trusted_root.json': root, 'signing_config.v0.2.json': config };
    this.repository = new TufRepository({ ...usual, ...targets }, now);
    const folder = evidence.path();
    mkdirSync(folder);
    this.tufRoot = join(folder, 'tuf-root.json');
    this.cache = join(folder, 'trust');
    writeFileSync(this.tufRoot, this.repository.firstRoot);
  }

  get options(): RunOptions {
    return { env: { AFFIDAVIT_TRUST_CACHE: this.cache } };
  }

  get flags(): readonly string[] {
    return ['--trust-cache', '--tuf-root', this.tufRoot];
  }

  async update(): Promise<Run> {
    let run: Run | undefined;
    await withServer(this.repository.listener, async (mirror) => {
      const words = ['trust', 'update', '--tuf-mirror', `${mirror}/`, '--tuf-root', this.tufRoot];
      run = await runProgram(words, this.options);
    });
    if (run === undefined) throw new Error('no run');
    return run;
  }

  /** The file of the copy, changed. */
  rewrite(change: (text: string) => string): void {
    const [name = ''] = readdirSync(this.cache);
    const path = join(this.cache, name);
    writeFileSync(path, change(readFileSync(path, 'utf8')));
  }
}

const user = new User();
const updated = await user.update();

describe('E-59 the copy by TUF', () => {
  it('is fetched when the user says so, and says how it is used', () => {
    expect([updated.code, updated.stderr]).toEqual([0, '']);
    expect(updated.stdout).toContain(`trusted root:   ${digestOf(root)}`);
    expect(updated.stdout).toContain(`signing config: ${digestOf(config)}`);
    expect(updated.stdout).toContain(`--trust-cache --tuf-root ${user.tufRoot}\n`);
  });

  it('is used with --trust-cache, with its age, also with --offline', async () => {
    for (const more of [[], ['--offline']]) {
      const flags = [...user.flags, ...pinOf(SIGNER), ...more];
      const { code, report, stderr } = await evidence.verify(bundle, flags, user.options);
      expect([code, stderr]).toEqual([0, '']);
      expect(report).toMatchObject({
        network: 'none',
        root: {
          source: `copy by TUF from ${user.tufRoot}`,
          digest: digestOf(root),
          ageDays: 0,
          updatedAt: expect.stringMatching(/Z$/) as string,
        },
      });
    }
  });

  it('shows its age in the report that people read', async () => {
    const old = new User();
    await old.update();
    const then = new Date(Date.now() - 3 * DAY_MS - 60_000);
    old.rewrite((text) => text.replace(/"updatedAt": "[^"]*"/, `"updatedAt": "${isoOf(then)}"`));
    const words = ['verify-evidence', bundle, ...old.flags, ...pinOf(SIGNER)];
    const { code, stdout } = await runProgram([...words, '--format', 'terminal'], old.options);
    expect(code).toBe(0);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      `updated 3 days ago (${isoOf(then).slice(0, 10)})`,
    );
  });

  it('is never used without --trust-cache', async () => {
    const { code, faults } = await evidence.verify(bundle, pinOf(SIGNER), user.options);
    expect(code).toBe(2);
    expect(faults[0]).toMatch(/^[A-Z_]+ attestation/);
  });

  it.each<readonly [string, (text: string) => string, string, string]>([
    [
      'is over 30 days old',
      (text) =>
        text.replace(
          /"updatedAt": "[^"]*"/,
          `"updatedAt": "${isoOf(new Date(Date.now() - 30 * DAY_MS - 2000))}"`,
        ),
      'TRUST_CACHE_STALE',
      '#/updatedAt',
    ],
    [
      'has the root of an attacker',
      (text) => text.replace(/"trustedRoot": "[^"]*"/, `"trustedRoot": "${base64(root)}IA=="`),
      'TRUST_CACHE_INVALID',
      '#/trustedRoot',
    ],
    [
      'is the copy of another repository under this name',
      () => encodeTrustCopy(new User().repository.copy()),
      'TRUST_CACHE_INVALID',
      '#/timestamp',
    ],
  ])('is exit 3 if it %s', async (_, change, code, pointer) => {
    const poisoned = new User();
    await poisoned.update();
    poisoned.rewrite(change);
    const failure = await failureOf([bundle, ...poisoned.flags], poisoned.options);
    expect([failure.code, failure.error.code]).toEqual([3, code]);
    expect(failure.error.at?.startsWith(poisoned.cache)).toBe(true);
    expect(failure.error.at?.endsWith(`.json${pointer}`)).toBe(true);
    // A new update fixes it, and says that somebody wrote there.
    const again = await poisoned.update();
    expect(again.code).toBe(0);
    expect(again.stdout.includes('the former copy was not used')).toBe(code.endsWith('INVALID'));
    expect((await evidence.verify(bundle, poisoned.flags, poisoned.options)).code).toBe(4);
  });

  it('is exit 3 if there is none, with the command that makes one', async () => {
    const failure = await failureOf([bundle, '--trust-cache'], user.options);
    expect([failure.code, failure.error.code]).toEqual([3, 'TRUST_CACHE_MISSING']);
    expect(failure.error.hint).toContain('affidavit trust update');
  });

  it('stays in use when the mirror is down', async () => {
    const other = new User();
    await other.update();
    const words = ['trust', 'update', '--tuf-mirror', await deadAddress()];
    const run = await runProgram([...words, '--tuf-root', other.tufRoot], other.options);
    expect(run.code).toBe(3);
    expect(run.stderr).toContain('error: SERVICE_UNREACHABLE');
    expect(run.stderr.replaceAll(/\s+/g, ' ')).toContain('which --tuf-mirror names');
    const { code } = await evidence.verify(bundle, other.flags, other.options);
    expect(code).toBe(4);
  });

  it.each<readonly [string, readonly string[]]>([
    ['--trust-cache', ['--trusted-root', 'a.json', '--trust-cache']],
    ['--trust-cache', ['--tuf-root', 'a.json']],
    ['--trusted-root', ['--trust-cache', '--trusted-root', 'a.json']],
  ])('is not used half: %s is missing or too much', async (_, flags) => {
    const failure = await failureOf([bundle, ...flags]);
    expect([failure.code, failure.error.code]).toEqual([64, 'USAGE']);
  });

  it.each([
    'http://example.com',
    'ftp://127.0.0.1',
    'https://a:b@example.com',
    'x',
    'https://h/?a',
  ])('is asked from no mirror like %s', async (mirror) => {
    const run = await runProgram(['trust', 'update', '--tuf-mirror', mirror]);
    expect(run.code).toBe(64);
    expect(run.stderr).toContain('--tuf-mirror');
  });

  it('takes --ca-certificates, for a mirror behind a proxy that looks inside', async () => {
    const path = evidence.write('none', '.pem');
    const run = await runProgram(['trust', 'update', '--ca-certificates', path]);
    expect(run.code).toBe(3);
    expect(run.stderr).toContain('error: CA_CERTIFICATES_INVALID');
  });

  it('begins with the embedded first root, if none is named', async () => {
    const other = new User();
    let run: Run | undefined;
    await withServer(other.repository.listener, async (mirror) => {
      run = await runProgram(['trust', 'update', '--tuf-mirror', mirror], other.options);
    });
    expect(run?.code).toBe(3);
    // The mirror has a root 1 and no 17; its timestamp is of other keys than those of root 16.
    expect(run?.stderr).toContain('timestamp was signed by 0/1 keys');
  });
});

describe('signing with --trust-cache', () => {
  let sandbox: Sandbox;

  beforeAll(async () => {
    sandbox = await startSandbox();
  });

  afterAll(async () => {
    await sandbox.close();
  });

  /** A user whose TUF repository has root and signing config of the sandbox. */
  async function signer(): Promise<User> {
    const own = new User(new Date(), {
      'trusted_root.json': Buffer.from(JSON.stringify(sandbox.trustedRoot)),
      'signing_config.v0.2.json': Buffer.from(
        JSON.stringify(sandbox.signingConfigs['signing_config.json']),
      ),
    });
    await own.update();
    return own;
  }

  it('takes signing config and root of the copy, and prints the command that verifies it so', async () => {
    const own = await signer();
    const place = new Workplace();
    const env = { ...own.options.env, SIGSTORE_ID_TOKEN: sandbox.token() };
    const run = await place.validate([...INPUTS, '--emit-evidence', OUT, ...own.flags], { env });
    expect(run.code).toBe(0);
    expect(run.stderr).toContain(`--trust-cache --tuf-root ${own.tufRoot} `);
    const verified = await place.repeat(run, own.options);
    expect(verified.code).toBe(0);
    expect(JSON.parse(verified.stdout)).toMatchObject({ root: { ageDays: 0 }, pinned: true });
  });

  it('does the same in a second step', async () => {
    const own = await signer();
    const place = new Workplace();
    await place.validate([...INPUTS, '--emit-evidence', 'packed.tar.gz', '--no-sign']);
    const env = { ...own.options.env, SIGSTORE_ID_TOKEN: sandbox.token() };
    const words = ['evidence', 'sign', 'packed.tar.gz', '--emit-evidence', OUT, ...own.flags];
    const run = await place.run(words, { env });
    expect(run.code).toBe(0);
    expect(run.stderr).toContain(`--trust-cache --tuf-root ${own.tufRoot} `);
    expect((await place.repeat(run, own.options)).code).toBe(0);
  });

  it('takes a flag and a variable before it', async () => {
    const own = await signer();
    const place = new Workplace();
    place.write('bad.json', '{}');
    const words = [...INPUTS, '--emit-evidence', OUT, ...own.flags];
    const env = { ...own.options.env, SIGSTORE_ID_TOKEN: sandbox.token() };
    for (const [flags, more] of [
      [['--signing-config', 'bad.json'], {}],
      [[], { AFFIDAVIT_SIGNING_CONFIG: 'bad.json' }],
    ] as const) {
      const { code, error } = await place.refused([...words, ...flags], {
        env: { ...env, ...more },
      });
      expect([code, error.code]).toEqual([3, 'SIGNING_CONFIG_INVALID']);
      // Only a variable has to be named: a flag is in sight.
      expect(error.hint.endsWith('; AFFIDAVIT_SIGNING_CONFIG names this file')).toBe(
        flags.length === 0,
      );
    }
  });

  it('names the variable of a trusted root that cannot be used', async () => {
    const place = new Workplace();
    place.write('config.json', JSON.stringify(sandbox.signingConfigs['signing_config.json']));
    const env = { SIGSTORE_ID_TOKEN: sandbox.token(), AFFIDAVIT_TRUSTED_ROOT: 'nowhere.json' };
    const words = [...INPUTS, '--emit-evidence', OUT, '--signing-config', 'config.json'];
    const { code, error } = await place.refused(words, { env });
    expect([code, error.code, error.at]).toEqual([3, 'FILE_UNREADABLE', 'nowhere.json']);
    expect(error.hint).toContain('; AFFIDAVIT_TRUSTED_ROOT names this file');
  });

  it('is 3 before anything is done if the copy cannot be used, and 64 beside --sandbox', async () => {
    const own = await signer();
    own.rewrite((text) => text.replace(/"timestamp": "[^"]*"/, '"timestamp": "e30="'));
    const place = new Workplace();
    const words = [...INPUTS, '--emit-evidence', OUT, ...own.flags];
    const env = { ...own.options.env, SIGSTORE_ID_TOKEN: sandbox.token() };
    const { code, error } = await place.refused(words, { env });
    expect([code, error.code]).toEqual([3, 'TRUST_CACHE_INVALID']);
    expect((await place.refused([...words, '--sandbox'], { env })).code).toBe(64);
  });
});

type RootJson = Record<string, readonly unknown[]>;

describe('a root that does not know who signed', () => {
  it.each([
    ['tlogs', 'LOG_ENTRY_INVALID'],
    ['certificateAuthorities', 'CERTIFICATE_INVALID'],
    ['ctlogs', 'CERTIFICATE_INVALID'],
    ['timestampAuthorities', 'TIMESTAMP_INVALID'],
  ])('is exit 2 without its %s', async (name, code) => {
    const other = JSON.parse(root.toString('utf8')) as RootJson;
    const path = evidence.write(JSON.stringify({ ...other, [name]: [] }), '.json');
    const judged = await evidence.verify(bundle, ['--trusted-root', path, ...pinOf(SIGNER)]);
    expect(judged.code).toBe(2);
    expect(judged.faults[0]).toMatch(new RegExp(`^${code} attestation`));
  });

  it.each([
    ['none.json', 'FILE_UNREADABLE'],
    [evidence.write('{}', '.json'), 'TRUSTED_ROOT_INVALID'],
  ])('is exit 3 if it cannot be read: %s', async (path, code) => {
    const failure = await failureOf([bundle, '--trusted-root', path]);
    expect([failure.code, failure.error.code]).toEqual([3, code]);
  });
});

const isTrust = new Ajv2020({ strict: true, strictTypes: false }).compile(
  JSON.parse(read('schemas/trust.schema.json')) as object,
);

interface Shown {
  readonly trustedRoot: Described;
  readonly signingConfig: Described | null;
}

interface Described {
  readonly source: string;
  readonly digest: string;
  readonly ageDays?: number;
  readonly sources: readonly { name: string; found: string | null; used: boolean }[];
  readonly logs: readonly { baseUrl?: string; calledNow?: boolean }[];
  readonly identityProviders?: readonly { url: string; calledNow: boolean }[];
}

async function shown(flags: readonly string[], options: RunOptions = {}): Promise<Shown> {
  const run = await runProgram(['trust', 'show', '--format', 'json', ...flags], options);
  expect([run.code, run.stderr]).toEqual([0, '']);
  const trust: unknown = JSON.parse(run.stdout);
  expect([isTrust(trust), isTrust.errors]).toEqual([true, null]);
  return trust as Shown;
}

function used({ sources }: Described): readonly string[] {
  return sources.filter((source) => source.used).map(({ name }) => name);
}

describe('affidavit trust show', () => {
  it('shows what is embedded, if nothing is named', async () => {
    const { trustedRoot, signingConfig } = await shown([]);
    expect(trustedRoot.digest).toBe(digestOf(publicGoodRoot()));
    expect(trustedRoot.logs.map(({ baseUrl }) => baseUrl)).toEqual([
      'https://rekor.sigstore.dev',
      'https://log2025-1.rekor.sigstore.dev',
    ]);
    expect(signingConfig?.digest).toBe(digestOf(config));
    expect(signingConfig?.logs.map(({ calledNow }) => calledNow)).toEqual([true]);
    expect(signingConfig?.identityProviders).toMatchObject([
      { url: 'https://oauth2.sigstore.dev/auth', calledNow: true },
    ]);
    const { stdout } = await runProgram(['trust', 'show']);
    expect(stdout).toMatch(/^login +https:\/\/oauth2\.sigstore\.dev\/auth, version 1/m);
    const sources = [trustedRoot, signingConfig].map((each) => each && used(each));
    expect(sources).toEqual([['embedded'], ['embedded']]);
  });

  it('shows the copy by TUF, and that it is there when it is not used', async () => {
    const { trustedRoot, signingConfig } = await shown(user.flags, user.options);
    expect([trustedRoot.digest, trustedRoot.ageDays]).toEqual([digestOf(root), 0]);
    expect([signingConfig?.digest, signingConfig?.ageDays]).toEqual([digestOf(config), 0]);
    expect(used(trustedRoot)).toEqual(['--trust-cache']);
    expect(trustedRoot.sources.find(({ name }) => name === '--trust-cache')?.found).toMatch(
      /\.json, updated today$/,
    );
  });

  it('shows files and variables, and which of them counts for what', async () => {
    const path = evidence.write(config, '.json');
    const variables = { AFFIDAVIT_TRUSTED_ROOT: evidence.rootPath, AFFIDAVIT_SIGNING_CONFIG: path };
    const plain = await shown([], { env: variables });
    expect(used(plain.trustedRoot)).toEqual(['embedded']);
    expect(plain.trustedRoot.sources[1]).toEqual({
      name: 'AFFIDAVIT_TRUSTED_ROOT',
      found: `${evidence.rootPath}, which signing uses and verify-evidence does not`,
      used: false,
    });
    expect(plain.signingConfig && used(plain.signingConfig)).toEqual(['AFFIDAVIT_SIGNING_CONFIG']);
    const named = await shown(['--trusted-root', evidence.rootPath, '--signing-config', path], {
      env: variables,
    });
    expect(used(named.trustedRoot)).toEqual(['--trusted-root']);
    expect(named.signingConfig && used(named.signingConfig)).toEqual(['--signing-config']);
  });

  it('shows a repository without signing config as such', async () => {
    const bare = new User();
    bare.repository.targets = { 'trusted_root.json': root };
    bare.repository.publish();
    expect((await bare.update()).stdout).toContain('signing config: this repository has none');
    expect((await shown(bare.flags, bare.options)).signingConfig).toBeNull();
  });

  it('says to people what it says to programs, and SANDBOX of one', async () => {
    const run = await runProgram(['trust', 'show', '--trusted-root', evidence.rootPath]);
    expect(run.code).toBe(0);
    const text = run.stdout.replaceAll(/\s+/g, ' ');
    expect(text).toContain('SANDBOX anybody can sign in any name');
    expect(text).toContain(digestOf(root));
    expect(text).toContain(
      'https://rekor.sigstore.dev, version 1, of sigstore.dev, from 2021-01-12, called now',
    );
  });

  it('is exit 3 for a copy that is asked for and cannot be used', async () => {
    const run = await runProgram(['trust', 'show', '--trust-cache'], user.options);
    expect(run.code).toBe(3);
    expect(run.stderr).toContain('TRUST_CACHE_MISSING');
  });
});

describe('affidavit trust export', () => {
  it.each<readonly [string, readonly string[], Uint8Array]>([
    ['root', [], publicGoodRoot()],
    ['signing-config', [], config],
    ['root', user.flags, root],
    ['signing-config', user.flags, config],
    ['root', ['--trusted-root', evidence.rootPath], root],
  ])('prints the %s byte for byte: %j', async (what, flags, bytes) => {
    const run = await runProgram(['trust', 'export', what, ...flags], user.options);
    expect([run.code, run.stderr]).toEqual([0, '']);
    expect(digestOf(run.stdout)).toBe(digestOf(bytes));
    const output = evidence.path('.json');
    const words = ['trust', 'export', what, ...flags, '--output', output];
    expect((await runProgram(words, user.options)).code).toBe(0);
    expect(digestOf(readFileSync(output))).toBe(digestOf(bytes));
  });

  it('writes a root that verifies as the copy does', async () => {
    const output = evidence.path('.json');
    await runProgram(['trust', 'export', 'root', ...user.flags, '-o', output], user.options);
    const judged = await evidence.verify(bundle, ['--trusted-root', output, ...pinOf(SIGNER)]);
    expect(judged.code).toBe(0);
  });

  it('exports no root that cannot be used, and replaces nothing that is read', async () => {
    const bad = evidence.write('{}', '.json');
    const run = await runProgram(['trust', 'export', 'root', '--trusted-root', bad]);
    expect([run.code, run.stdout]).toEqual([3, '']);
    const over = ['trust', 'export', 'root', '--trusted-root', evidence.rootPath];
    expect((await runProgram([...over, '-o', evidence.rootPath])).code).toBe(64);
    expect(readFileSync(evidence.rootPath).equals(root)).toBe(true);
  });

  it('knows two words', async () => {
    const run = await runProgram(['trust', 'export', 'roots']);
    expect(run.code).toBe(64);
    expect(run.stderr).toContain('root or signing-config');
  });
});

function isoOf(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, 'Z');
}

function base64(bytes: Buffer): string {
  // Without the end, so that more can be added.
  return bytes.subarray(0, bytes.length - (bytes.length % 3)).toString('base64');
}
