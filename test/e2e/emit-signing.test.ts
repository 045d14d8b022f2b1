// Signing from the outside: where the token, the services and the trusted root come from, what is
// refused, and that what was printed verifies what was written.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startSandbox, type Sandbox } from '../../src/io/sandbox/sandbox-server.ts';
import type { RunOptions } from '../run-cli.ts';
import {
  INPUTS,
  IN_SANDBOX,
  OUT,
  UNSIGNED_OUT,
  Workplace,
  json,
  placesOf,
  start,
  type Refused,
} from './emit.ts';

const ROOT_FILE = 'trusted_root.json';
const EMIT = [...INPUTS, '--emit-evidence', OUT];

describe('validate --sandbox', () => {
  it.each([OUT, "it's my evidence.tar.gz", '-evidence.tar.gz'])(
    'leaves its root beside %s, and the verify command that it prints works word for word',
    async (out) => {
      const place = new Workplace();
      const run = await place.validate([...INPUTS, '--sandbox', `--emit-evidence=${out}`]);
      expect(run.code).toBe(0);
      expect(place.list(`${out}.sandbox`)).toContain(ROOT_FILE);
      const verified = await place.repeat(run);
      expect(verified.code).toBe(0);
      expect(JSON.parse(verified.stdout)).toMatchObject({
        verdict: 'verified',
        pinned: true,
        sandbox: true,
        weakened: [],
        bundle: { manifestDigest: run.report.evidence?.manifestDigest },
      });
    },
  );

  it('says SANDBOX in every form of its report', async () => {
    const place = new Workplace();
    for (const format of ['markdown', 'terminal', 'json']) {
      const words = [...INPUTS, ...IN_SANDBOX, '--force', '--format', format];
      expect((await place.run(['validate', ...words])).stdout).toMatch(/SANDBOX|"sandbox": true/);
    }
  });

  it('signs what nobody else believes, whatever AFFIDAVIT_TRUSTED_ROOT says to the verifier', async () => {
    const place = new Workplace();
    const run = await place.validate([...INPUTS, ...IN_SANDBOX]);
    const pin = /--certificate-identity .*$/m.exec(run.stderr)?.[0].split(' ') ?? [];
    const env = { AFFIDAVIT_TRUSTED_ROOT: place.path(`${OUT}.sandbox`, ROOT_FILE) };
    const words = ['verify-evidence', OUT, ...pin, '--format', 'json'];
    const verified = await place.run(words, { env });
    expect(verified.code).toBe(2);
    expect(JSON.parse(verified.stdout)).toMatchObject({ verdict: 'invalid', sandbox: false });
    const root = ['--trusted-root', env.AFFIDAVIT_TRUSTED_ROOT];
    expect((await place.run([...words, ...root])).code).toBe(0);
  });
});

/** Runs a script under `affidavit sandbox --dir D`; in it, `"$0" "$1"` is the program. */
function inSandbox(script: string): RunOptions {
  const words = `sandbox --dir D -- sh -c '${script}' "$0" "$1"`;
  return { prefix: ['sh', '-c', `exec "$0" "$1" ${words}`] };
}

describe('affidavit sandbox -- affidavit validate', () => {
  it('signs by its environment, passes the exit code on, and leaves what verifies it', async () => {
    const place = new Workplace();
    place.edit('recipe.yaml', "'>= 1.32.4'", "'>= 1.99'");
    const run = await place.run([], inSandbox(`"$0" "$1" validate ${EMIT.join(' ')}`));
    expect(run.code).toBe(1);
    expect(run.stderr).toContain(`--trusted-root ${place.path('D', ROOT_FILE)} `);
    expect((await place.repeat(run)).code).toBe(1);
  });

  it('signs with each of its signing configs, and each verifies under its root', async () => {
    const place = new Workplace();
    const configs = ['', '.v1', '.v1-tsa', '.v2-tsa'];
    const emit = `"$0" "$1" validate ${INPUTS.join(' ')} --signing-config D/signing_config$c.json --emit-evidence out$c.tar.gz >/dev/null`;
    const script = `for c in "" .v1 .v1-tsa .v2-tsa; do ${emit} || exit; done`;
    const run = await place.run([], inSandbox(script));
    expect(run.code).toBe(0);
    const proofs: unknown[] = [];
    for (const config of configs) {
      const command = [...run.stderr.matchAll(/^ {2}verify: .*$/gm)].find(([line]) =>
        line.includes(` out${config}.tar.gz `),
      );
      const verified = await place.repeat({ ...run, stderr: command?.[0] ?? '' });
      expect(verified.code).toBe(0);
      const { signature } = json(Buffer.from(verified.stdout)) as {
        readonly signature: { readonly times: readonly { readonly source: string }[] };
      };
      proofs.push([config, signature.times.length]);
    }
    // Rekor v1 states a time, a timestamp authority another; Rekor v2 states none.
    expect(proofs).toEqual([
      ['', 2],
      ['.v1', 1],
      ['.v1-tsa', 2],
      ['.v2-tsa', 1],
    ]);
  });
});

describe('a Sigstore that runs elsewhere', () => {
  let sandbox: Sandbox;

  beforeAll(async () => {
    sandbox = await startSandbox();
  });

  afterAll(async () => {
    await sandbox.close();
  });

  /** Inputs with the root and a signing config of the sandbox beside them, and the flags for both. */
  function workplace(change: (config: string) => string = (config) => config): {
    readonly place: Workplace;
    readonly flags: readonly string[];
  } {
    const place = new Workplace();
    place.write(ROOT_FILE, JSON.stringify(sandbox.trustedRoot));
    place.write(
      'config.json',
      change(JSON.stringify(sandbox.signingConfigs['signing_config.json'])),
    );
    return { place, flags: ['--signing-config', 'config.json', '--trusted-root', ROOT_FILE] };
  }

  it('signs with the ambient token of GitHub Actions, and names the workflow as signer', async () => {
    const { place, flags } = workplace();
    const workflow = 'https://github.com/o/r/.github/workflows/ci.yml@refs/heads/main';
    const env = sandbox.ambientEnv({ sub: workflow });
    const run = await place.validate([...EMIT, ...flags], { env });
    expect(run.code).toBe(0);
    const verified = await place.repeat(run);
    expect(verified.code).toBe(0);
    expect(JSON.parse(verified.stdout)).toMatchObject({ signer: { identity: workflow } });
  });

  it('takes the flag before SIGSTORE_ID_TOKEN, and that before GitHub Actions', async () => {
    const { place, flags } = workplace();
    const env = {
      ...sandbox.ambientEnv(),
      SIGSTORE_ID_TOKEN: sandbox.token({ email: 'variable@example.test' }),
    };
    const first = await place.validate([...EMIT, ...flags], { env });
    expect(first.stderr).toContain('--certificate-identity variable@example.test ');
    const token = ['--identity-token', sandbox.token({ email: 'flag@example.test' })];
    const second = await place.validate([...EMIT, ...flags, ...token, '--force'], { env });
    expect(second.stderr).toContain('--certificate-identity flag@example.test ');
    expect((await place.repeat(second)).code).toBe(0);
  });

  it('shows the token nowhere: neither in the evidence nor in what is printed', async () => {
    const { place, flags } = workplace();
    const token = sandbox.token();
    const run = await place.validate([...EMIT, ...flags, '--identity-token', token]);
    const files = [...(await place.files()).values()].map(String);
    for (const part of token.split('.').slice(1)) {
      for (const text of [run.stdout, run.stderr, ...files]) expect(text).not.toContain(part);
    }
  });

  /** Signs by a config that leads to what answers there instead; the token is shown nowhere. */
  async function refusedBy(url: string): Promise<Refused> {
    const { place, flags } = workplace((config) => config.replaceAll(sandbox.url, url));
    const token = sandbox.token();
    const run = await place.notSigned([...EMIT, ...flags, '--identity-token', token]);
    for (const part of token.split('.')) expect(run.stdout + run.stderr).not.toContain(part);
    return run;
  }

  it('and is down is 3, the service and its address named, and the bundle is kept', async () => {
    const other = await startSandbox();
    await other.close();
    const { url } = other;
    const { code, error } = await refusedBy(url);
    expect([code, ...placesOf([error])]).toEqual([3, `SERVICE_UNREACHABLE ${url}`]);
    expect(error.found).toContain('certificate authority');
  });

  it.each([
    ['caUrls', 'signing_config.json', 'certificate authority'],
    ['rekorTlogUrls', 'signing_config.v1.json', 'transparency log'],
    ['rekorTlogUrls', 'signing_config.v2-tsa.json', 'transparency log'],
    ['tsaUrls', 'signing_config.json', 'timestamp authority'],
  ] as const)(
    'of which only %s of %s are wrong is 3, and names the %s',
    async (field, file, name) => {
      const { place, flags } = workplace();
      const wrong = `${sandbox.url}/nothing-here`;
      const config = sandbox.signingConfigs[file];
      const services = JSON.stringify(config[field]).replaceAll(sandbox.url, wrong);
      place.write('config.json', JSON.stringify({ ...config, [field]: JSON.parse(services) }));
      const words = [...EMIT, ...flags, '--identity-token', sandbox.token()];
      const { code, error } = await place.notSigned(words);
      expect([code, error.code]).toEqual([3, 'SERVICE_FAILED']);
      expect(error.at?.startsWith(wrong)).toBe(true);
      expect(error.found).toContain(`the ${name}`);
    },
  );

  it('and never answers can be interrupted: 130, and only the packed bundle is kept', async () => {
    const { place, flags } = workplace();
    const server = createServer(() => undefined);
    const asked = new Promise<void>((resolve) => server.once('request', () => resolve()));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
    const config = readFileSync(place.path('config.json'), 'utf8');
    place.write('config.json', config.replaceAll(sandbox.url, url));
    const before = place.list();
    const words = ['validate', ...EMIT, ...flags, '--identity-token', sandbox.token()];
    const { child, ended } = start(place, words, {});
    await asked;
    child.kill('SIGINT');
    expect(await ended).toEqual({ code: 130, signal: null });
    expect(place.list()).toEqual([...before, UNSIGNED_OUT].toSorted());
    server.closeAllConnections();
    server.close();
  });

  it('and answers with its own words is 3, and they cannot show the token', async () => {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { authorization = '' } = request.headers;
        response.statusCode = 400;
        response.end(
          JSON.stringify({ message: `no: ${authorization} ${String(Buffer.concat(chunks))}` }),
        );
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    try {
      const { code, error } = await refusedBy(`http://127.0.0.1:${port}`);
      expect([code, error.code]).toEqual([3, 'SERVICE_FAILED']);
      expect(error.found).toContain('400');
    } finally {
      server.close();
    }
  });

  it('and whose root is another one is 3 SELF_CHECK_FAILED, and nothing signed is written', async () => {
    const { place, flags } = workplace();
    const other = await startSandbox();
    await other.close();
    place.write(ROOT_FILE, JSON.stringify(other.trustedRoot));
    const token = ['--identity-token', sandbox.token()];
    const { code, error } = await place.notSigned([...EMIT, ...flags, ...token]);
    expect([code, error.code]).toEqual([3, 'SELF_CHECK_FAILED']);
    expect(error.hint).toContain('--trusted-root');
  });

  it.each([
    ['a token that is none', { token: 'SECRET-TOKEN' }, 'SIGNING_FAILED --identity-token'],
    ['a config that is no JSON', { config: '{' }, 'SIGNING_CONFIG_INVALID config.json'],
    ['a root that is no JSON', { root: '{' }, 'TRUSTED_ROOT_INVALID trusted_root.json'],
    [
      'a config to plain http',
      { config: 'http://sigstore.test' },
      'SIGNING_CONFIG_INVALID config.json#/',
    ],
  ])('with %s is 3, said before anything is signed', async (_, change, expected) => {
    const { config = '', root, token = sandbox.token() }: Partial<Record<string, string>> = change;
    const { place, flags } = workplace((text) =>
      config.startsWith('http') ? text.replaceAll(sandbox.url, config) : config || text,
    );
    if (root !== undefined) place.write(ROOT_FILE, root);
    const words = [...EMIT, ...flags, '--identity-token', token];
    const { code, error, stdout, stderr } = await place.refused(words);
    expect(code).toBe(3);
    expect(placesOf([error])[0]?.startsWith(expected)).toBe(true);
    expect(stdout + stderr).not.toContain('SECRET-TOKEN');
  });

  it('is not asked at all without --emit-evidence or with --no-sign', async () => {
    const { place } = workplace();
    const env = { AFFIDAVIT_SIGNING_CONFIG: 'nowhere', AFFIDAVIT_TRUSTED_ROOT: 'nowhere' };
    expect((await place.validate(INPUTS, { env })).code).toBe(0);
    expect((await place.validate([...EMIT, '--no-sign'], { env })).code).toBe(0);
    expect(readFileSync(place.path(OUT)).length).toBeGreaterThan(0);
  });
});
