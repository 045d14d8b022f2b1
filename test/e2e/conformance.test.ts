// tools/conformance as Sigstore's suite starts it: one executable file, from any directory.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startSandbox, type Sandbox } from '../../src/io/sandbox/sandbox-server.ts';
import { SANDBOX_IDENTITY } from '../../src/sandbox/oidc.ts';
import { conform } from '../../tools/conformance.ts';
import { scratch } from '../io/scratch.ts';
import { ROOT } from '../run-cli.ts';

const ENTRYPOINT = join(ROOT, 'tools', 'conformance');
const SUITE = join(ROOT, 'testdata', 'conformance');

const files = {
  'a.txt': readFileSync(join(SUITE, 'bundle-verify', 'a.txt')),
  'statement.json': readFileSync(join(SUITE, 'statement.json')),
};

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(async () => {
  await sandbox.close();
});

async function run(cwd: string, ...args: readonly string[]): Promise<number | null> {
  const child = spawn(ENTRYPOINT, args, { cwd, stdio: 'ignore' });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

/** The exit code of a run in this process. */
async function ended(...args: readonly string[]): Promise<number> {
  return await conform(args).then(
    () => 0,
    () => 1,
  );
}

function folder(config: keyof Sandbox['signingConfigs']): string {
  return scratch({
    ...files,
    'root.json': JSON.stringify(sandbox.trustedRoot),
    'config.json': JSON.stringify(sandbox.signingConfigs[config]),
  });
}

describe('tools/conformance', () => {
  it('is one file that can be executed', () => {
    expect(statSync(ENTRYPOINT).isFile()).toBe(true);
    accessSync(ENTRYPOINT, constants.X_OK);
  });

  it('verifies and refuses in a process of its own', async () => {
    const at = join(SUITE, 'bundle-verify');
    const own = 'bundle-with-sct-with-extensions';
    const identity = [
      '--certificate-identity',
      'https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main',
      ...['--certificate-oidc-issuer', 'https://token.actions.githubusercontent.com'],
    ];
    const verify = ['verify-bundle', '--bundle', `${own}/bundle.sigstore.json`, ...identity];
    const root = ['--trusted-root', `${own}/trusted_root.json`];
    const artifact = existsSync(join(at, own, 'artifact')) ? `${own}/artifact` : 'a.txt';
    expect(await run(at, ...verify, ...root, artifact)).toBe(0);
    expect(await run(at, ...verify, ...root, `${own}/trusted_root.json`)).toBe(1);
    expect(await run(at, ...verify, artifact)).toBe(1);
  });

  it.each(['signing_config.json', 'signing_config.v2-tsa.json'] as const)(
    'R-23 signs with %s, a file and a statement, and verifies both',
    async (config) => {
      const cwd = folder(config);
      const at = (name: string): string => join(cwd, name);
      const token = ['--identity-token', sandbox.token()];
      const paths = ['--bundle', at('b.json'), '--trusted-root', at('root.json')];
      const services = ['--signing-config', at('config.json')];
      const pin = ['--certificate-identity', SANDBOX_IDENTITY];
      const verify = [...pin, '--certificate-oidc-issuer', sandbox.issuer, ...paths];
      const digest = `sha256:${createHash('sha256').update(files['a.txt']).digest('hex')}`;
      for (const [kind, file] of [
        [[], 'a.txt'],
        [['--in-toto'], 'statement.json'],
      ] as const) {
        const words = ['sign-bundle', ...kind, ...token, ...paths, ...services, at(file)];
        const code = kind.length === 0 ? await run(cwd, ...words) : await ended(...words);
        expect(code).toBe(0);
        const bundle = JSON.parse(readFileSync(at('b.json'), 'utf8')) as object;
        expect(Object.keys(bundle)).toContain(
          kind.length === 0 ? 'messageSignature' : 'dsseEnvelope',
        );
        // The suite's statement is about its a.txt.
        expect(await ended('verify-bundle', ...verify, at('a.txt'))).toBe(0);
        expect(await ended('verify-bundle', ...verify, digest)).toBe(0);
        expect(await ended('verify-bundle', ...verify, at('root.json'))).toBe(1);
      }
    },
  );

  it('leaves no bundle if what was signed does not verify', async () => {
    const cwd = folder('signing_config.json');
    const other = join(
      SUITE,
      'bundle-verify',
      'intoto-with-custom-trust-root',
      'trusted_root.json',
    );
    const bundle = join(cwd, 'b.json');
    const args = ['--identity-token', sandbox.token(), '--bundle', bundle, '--trusted-root', other];
    const config = ['--signing-config', join(cwd, 'config.json')];
    await expect(conform(['sign-bundle', ...args, ...config, join(cwd, 'a.txt')])).rejects.toThrow(
      'certificate',
    );
    expect(existsSync(bundle)).toBe(false);
  });
});
