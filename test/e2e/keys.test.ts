// Keys from the outside: which sign, what the reports say of them, and that a pin is one or the other.
import { spawn } from 'node:child_process';
import { X509Certificate, createHash, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { spkiOf } from '../../src/trust/key-kind.ts';
import { KEYS, pluginFolder, type KeyName } from '../io/sigstore/kms-plugins.ts';
import { PROGRAM, ROOT, type Run } from '../run-cli.ts';
import { INPUTS, IN_SANDBOX, OUT, Workplace, json } from './emit.ts';

const ATTESTATION = 'attestation.intoto.jsonl';
const HINT = `${ATTESTATION}#/verificationMaterial/publicKey/hint`;
const UNDER_ROOT = ['--trusted-root', `${OUT}.sandbox/trusted_root.json`];
const PASSWORD = 'correct horse';

function sha256(key: KeyObject): string {
  return `sha256:${createHash('sha256').update(spkiOf(key)).digest('hex')}`;
}

/** The demo's inputs, and all keys. */
class KeyPlace extends Workplace {
  constructor() {
    super();
    for (const [name, { privateKey, publicKey }] of Object.entries(KEYS)) {
      this.write(`${name}.key`, privateKey.export({ format: 'pem', type: 'pkcs8' }));
      this.write(`${name}.pub`, publicKey.export({ format: 'pem', type: 'spki' }));
    }
  }

  async signWith(key: string, env: Readonly<Record<string, string>> = {}): Promise<Run> {
    return await this.validate([...INPUTS, ...IN_SANDBOX, '--key', key], { env });
  }

  async verify(...pin: readonly string[]): Promise<Verified> {
    const words = ['verify-evidence', OUT, ...UNDER_ROOT, ...pin, '--format', 'json'];
    const { code, stdout } = await this.run(words);
    return { code, ...(JSON.parse(stdout) as Omit<Verified, 'code'>) };
  }
}

/** A Sigstore with a log of this version. Nothing listens there, so a request would fail. */
function configWith(version: number): object {
  const service = (majorApiVersion: number): object => ({
    url: 'http://127.0.0.1:1',
    majorApiVersion,
    validFor: { start: '2020-01-01T00:00:00Z' },
    operator: 'nobody',
  });
  return {
    mediaType: 'application/vnd.dev.sigstore.signingconfig.v0.2+json',
    caUrls: [],
    rekorTlogUrls: [service(version)],
    rekorTlogConfig: { selector: 'ANY' },
    tsaUrls: [service(1)],
    tsaConfig: { selector: 'ANY' },
  };
}

interface Verified {
  readonly code: number | null;
  readonly signer?: unknown;
  readonly pinned: boolean;
  readonly checks: readonly { readonly outcome: string; readonly faults: readonly object[] }[];
  readonly error?: { readonly code: string; readonly at: string; readonly found: string };
}

function faultsOf({ checks }: Verified): readonly object[] {
  return checks.flatMap(({ outcome, faults }) => (outcome === 'failed' ? faults : []));
}

describe('E-58 evidence that is signed with a key', () => {
  it.each<KeyName>(['p256', 'p384', 'ed25519', 'rsa'])(
    'verifies with the command and the key that are printed: %s',
    async (name) => {
      const place = new KeyPlace();
      const run = await place.signWith(`${name}.key`);
      const [pem = ''] =
        /-----BEGIN PUBLIC KEY-----[^]*-----END PUBLIC KEY-----\n/.exec(run.stderr) ?? [];
      expect(pem).toBe(readFileSync(place.path(`${name}.pub`), 'utf8'));
      place.write('KEY.pub', pem);
      const verified = await place.repeat(run);
      expect(verified.code).toBe(0);
      const publicKey = sha256(KEYS[name].publicKey);
      expect(JSON.parse(verified.stdout)).toMatchObject({
        verdict: 'verified',
        signer: { publicKey },
        pinned: true,
        weakened: [],
      });
    },
  );

  it('shows the key by its SHA-256 in each form of the report, of its maker too', async () => {
    const place = new KeyPlace();
    const publicKey = sha256(KEYS.p256.publicKey);
    const { report } = await place.validate([...INPUTS, ...IN_SANDBOX, '--key', 'p256.key']);
    expect(report.evidence).toMatchObject({ signer: { publicKey } });
    const words = ['verify-evidence', OUT, ...UNDER_ROOT, '--public-key', 'p256.pub'];
    for (const format of ['markdown', 'terminal']) {
      const { stdout } = await place.run([...words, '--format', format], {
        env: { COLUMNS: '200' },
      });
      expect(stdout.replaceAll('`', '')).toContain(`key ${publicKey}`);
    }
  });

  it('has no pointer: it names identity and issuer', async () => {
    const place = new KeyPlace();
    await place.signWith('p256.key');
    const { code, stderr } = await place.run(['evidence', 'pointer', OUT, ...UNDER_ROOT]);
    expect([code, /at: (.*)/.exec(stderr)?.[1]]).toEqual([2, 'attestation.intoto.jsonl']);
    expect(stderr).toContain('error: POINTER_UNFIT');
  });

  it('is invalid under another key, and without one', async () => {
    const place = new KeyPlace();
    await place.signWith('p256.key');
    const wrong = [[], ['--public-key', 'p384.pub'], ['--public-key', 'rsa.pub']];
    for (const pin of wrong) {
      const verified = await place.verify(...pin);
      expect(verified.code).toBe(2);
      expect(faultsOf(verified)).toMatchObject([{ code: 'PUBLIC_KEY_UNKNOWN', at: HINT }]);
      expect(verified.signer).toBeUndefined();
    }
  });

  it('is invalid for whoever expects an identity, by flags or by a policy', async () => {
    const place = new KeyPlace();
    await place.signWith('p256.key');
    const identity = 'contributor@sandbox.invalid';
    const issuer = 'https://sandbox.invalid';
    place.write(
      'policy.json',
      JSON.stringify({ schemaVersion: '1.1.0', signers: [{ identity, issuer }] }),
    );
    const flags = ['--certificate-identity', identity, '--certificate-oidc-issuer', issuer];
    for (const pin of [flags, ['--policy', 'policy.json']]) {
      const verified = await place.verify(...pin);
      expect(verified.code).toBe(2);
      expect(faultsOf(verified)).toMatchObject([{ code: 'PUBLIC_KEY_UNKNOWN', at: HINT }]);
    }
  });

  it('is verified by the entry of a policy that has its key, and by no other', async () => {
    const place = new KeyPlace();
    await place.signWith('ed25519.key');
    const key = (name: string): string => readFileSync(place.path(`${name}.pub`), 'utf8');
    const other = { identity: 'a@b.example', issuer: 'https://c.example' };
    const policy = (signers: readonly object[]): void => {
      place.write('policy.json', JSON.stringify({ schemaVersion: '1.1.0', signers }));
    };
    policy([other, { key: key('rsa') }, { key: key('ed25519') }]);
    const publicKey = sha256(KEYS.ed25519.publicKey);
    expect(await place.verify('--policy', 'policy.json')).toMatchObject({
      code: 0,
      signer: { publicKey },
    });
    policy([other, { key: key('rsa') }]);
    expect(await place.verify('--policy', 'policy.json')).toMatchObject({ code: 2 });
    policy([{ key: key('ed25519'), revokedAt: '2020-01-01T00:00:00Z' }]);
    expect(await place.verify('--policy', 'policy.json')).toMatchObject({ code: 2 });
  });

  it('has an entry in a log: the same bundle without it, or with another key in it, is invalid', async () => {
    const place = new KeyPlace();
    await place.signWith('p256.key');
    const folder = 'unpacked';
    for (const [path, bytes] of await place.files()) place.write(join(folder, path), bytes);
    const verify = async (attestation: unknown): Promise<readonly object[]> => {
      place.write(join(folder, ATTESTATION), `${JSON.stringify(attestation)}\n`);
      const words = ['verify-evidence', folder, ...UNDER_ROOT, '--public-key', 'p256.pub'];
      const { stdout } = await place.run([...words, '--format', 'json']);
      return faultsOf(JSON.parse(stdout) as Verified);
    };
    const good = json(readFileSync(place.path(folder, ATTESTATION)));
    expect(await verify(good)).toEqual([]);
    const without = structuredClone(good);
    Object.assign(Object(without['verificationMaterial']), { tlogEntries: [] });
    expect(await verify(without)).toMatchObject([{ code: 'LOG_ENTRY_INVALID' }]);
    const renamed = structuredClone(good);
    const hint = createHash('sha256').update(spkiOf(KEYS.rsa.publicKey)).digest('base64');
    Object.assign(Object(renamed['verificationMaterial']), { publicKey: { hint } });
    expect(await verify(renamed)).toMatchObject([{ code: 'PUBLIC_KEY_UNKNOWN', at: HINT }]);
  });
});

describe('E-58 a pin to a key', () => {
  it('never accepts an identity, not even one whose certificate has this key', async () => {
    const place = new KeyPlace();
    await place.validate([...INPUTS, ...IN_SANDBOX]);
    const bundle = json((await place.files()).get(ATTESTATION)) as {
      readonly verificationMaterial: { readonly certificate: { readonly rawBytes: string } };
    };
    const { rawBytes } = bundle.verificationMaterial.certificate;
    const { publicKey } = new X509Certificate(Buffer.from(rawBytes, 'base64'));
    place.write('leaf.pub', publicKey.export({ format: 'pem', type: 'spki' }));
    for (const file of ['leaf.pub', 'p256.pub']) {
      const verified = await place.verify('--public-key', file);
      expect(verified).toMatchObject({ code: 2, pinned: true });
      expect(faultsOf(verified)).toMatchObject([{ code: 'SIGNER_NOT_ALLOWED' }]);
    }
  });

  it.each([
    ['a private key', 'p256.key', '"PRIVATE KEY"'],
    ['a kind of key that is not used', 'p521.pub', 'secp521r1'],
    ['no key', 'recipe.yaml', 'a resolved recipe'],
  ])('is 3 KEY_INVALID with %s', async (_, file, found) => {
    const place = new KeyPlace();
    await place.signWith('p256.key');
    const verified = await place.verify('--public-key', file);
    expect(verified).toMatchObject({ code: 3, error: { code: 'KEY_INVALID', at: file } });
    expect(verified.error?.found).toContain(found);
    expect(JSON.stringify(verified)).not.toContain(
      readFileSync(place.path(file), 'utf8').split('\n')[1],
    );
  });

  it.each([
    ['--certificate-identity', 'a', '--certificate-oidc-issuer', 'b'],
    ['--policy', 'p.json'],
  ])('is 64 beside %s', async (...pin) => {
    const run = await new KeyPlace().run([
      'verify-evidence',
      'x',
      '--public-key',
      'p256.pub',
      ...pin,
    ]);
    expect([run.code, run.stderr.split('\n')[0]]).toEqual([64, expect.stringContaining('USAGE')]);
  });
});

describe('validate --key', () => {
  it('takes a key behind a plugin', async () => {
    const place = new KeyPlace();
    const { folder, path } = pluginFolder();
    await place.signWith(`pem://${folder}/p256.key`, { PATH: path });
    expect(await place.verify('--public-key', 'p256.pub')).toMatchObject({ code: 0 });
  });

  it('takes the key file of cosign with the password of COSIGN_PASSWORD, and no other', async () => {
    const place = new KeyPlace();
    const key = join(ROOT, 'testdata/keys/cosign.key');
    const words = [...INPUTS, ...IN_SANDBOX, '--key', key];
    for (const password of ['wrong', '']) {
      const { code, error } = await place.refused(words, { env: { COSIGN_PASSWORD: password } });
      expect([code, error.code, error.at]).toEqual([3, 'KEY_LOCKED', key]);
    }
    await place.signWith(key, { COSIGN_PASSWORD: PASSWORD });
    const pub = join(ROOT, 'testdata/keys/cosign.pub');
    expect(await place.verify('--public-key', pub)).toMatchObject({ code: 0 });
  });

  it('is 3 KEY_LOCKED where nobody can be asked', async () => {
    const place = new KeyPlace();
    const key = join(ROOT, 'testdata/keys/cosign.key');
    const { code, error } = await place.refused([...INPUTS, ...IN_SANDBOX, '--key', key], {
      prefix: ['setsid', '--wait'],
    });
    expect([code, error.code]).toEqual([3, 'KEY_LOCKED']);
    expect(error.found).toBe('an encrypted key, and no password');
  });

  it('reads a key from standard input', async () => {
    const place = new KeyPlace();
    const stdin = readFileSync(place.path('p256.key'));
    await place.validate([...INPUTS, ...IN_SANDBOX, '--key', '-'], { stdin });
    expect(await place.verify('--public-key', 'p256.pub')).toMatchObject({ code: 0 });
  });

  it.each([
    ['no such file', 'none.key', 'FILE_UNREADABLE', 3],
    ['no such plugin', 'none://key', 'KEY_PLUGIN_FAILED', 3],
    ['no name of a plugin', 'No://key', 'USAGE', 64],
    ['a public key', 'p256.pub', 'KEY_INVALID', 3],
    ['a kind of key that is not used', 'p521.key', 'KEY_INVALID', 3],
  ])('refuses %s before any work is done', async (_, key, expected, exit) => {
    const { code, error } = await new KeyPlace().refused([...INPUTS, ...IN_SANDBOX, '--key', key]);
    expect([code, error.code]).toEqual([exit, expected]);
  });

  it.each([
    ['awskms:///alias/key', 'built into cosign, and is no plugin'],
    ['gcpkms://projects/p/locations/l/keyRings/r/cryptoKeys/k', 'built into cosign'],
    ['azurekms://vault.example.com/key', 'built into cosign'],
    ['hashivault://key', 'built into cosign'],
    ['pkcs11://slot', 'PKCS #11'],
    ['k8s://namespace/name', 'kubectl get secret'],
    ['gitlab://owner/repo', 'printenv COSIGN_PRIVATE_KEY'],
    ['env://NAME', 'printenv NAME'],
    ['other://key', 'install the plugin'],
  ])('says of %s, which no plugin answers, what to do instead', async (key, hint) => {
    const { code, error } = await new KeyPlace().refused([...INPUTS, ...IN_SANDBOX, '--key', key]);
    const program = `sigstore-kms-${key.split(':')[0]}`;
    expect([code, error.code, error.at]).toEqual([3, 'KEY_PLUGIN_FAILED', program]);
    expect(error.hint).toContain(hint);
  });

  it('is 64 beside a token', async () => {
    const words = [...INPUTS, '--emit-evidence', OUT, '--key', 'p256.key'];
    const { code, error } = await new KeyPlace().refused([...words, '--identity-token', 'x']);
    expect([code, error.code]).toEqual([64, 'USAGE']);
  });

  it.each([
    ['ed25519', 2, 'Rekor v1'],
    ['p384', 1, 'Rekor v2'],
  ])(
    '%s is refused with a log of Rekor v%i alone, before any request',
    async (name, version, log) => {
      const place = new KeyPlace();
      place.write('config.json', JSON.stringify(configWith(version)));
      const words = [...INPUTS, '--emit-evidence', OUT, '--signing-config', 'config.json'];
      const { code, error } = await place.refused([...words, '--key', `${name}.key`]);
      expect([code, error.code, error.at]).toEqual([
        3,
        'SIGNING_CONFIG_INVALID',
        'config.json#/rekorTlogUrls',
      ]);
      expect(error.found).toBe(`no log of ${log} that is valid now`);
    },
  );
});

describe('a secret in the place of a file name', () => {
  const pem = KEYS.p256.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  const body = pem.split('\n').slice(1, -2).join('\n');
  const cosign = readFileSync(join(ROOT, 'testdata/keys/cosign.key'), 'utf8');
  const validate = ['validate', ...INPUTS, ...IN_SANDBOX];
  const sign = ['evidence', 'sign', OUT, '--emit-evidence', 'signed.tar.gz'];

  it.each<[string, readonly string[], string]>([
    ...[validate, sign].flatMap((words): [string, readonly string[], string][] => [
      ['--key', [...words, `--key=${pem}`], pem],
      ['--key', [...words, '--key', pem], pem],
      ['--key', [...words, '--key', ...pem.split(/\s+/)], pem],
      ['--key', [...words, '--key', body], body],
      ['--key', [...words, `--key=${body.replaceAll('\n', '')}`], body],
      ['--key', [...words, `--key=${cosign}`], cosign],
      ['--key', [...words, '--key', cosign.split('\n').slice(1, -2).join('\n')], cosign],
    ]),
    ['--public-key', ['verify-evidence', OUT, `--public-key=${pem}`], pem],
    ['--public-key', ['verify-evidence', OUT, '--public-key', body], body],
    ['--recipe', ['validate', `--recipe=${pem}`], pem],
  ])('is refused at %s, and no piece of it is shown (%#)', async (flag, words, secret) => {
    const place = new KeyPlace();
    const { code, stdout, stderr } = await place.run([...words, '--format', 'json']);
    expect(code).toBe(64);
    const said = new RegExp(`^error: USAGE .*\\n +at: ${flag}\\nfound: the content of`);
    expect(stderr).toMatch(said);
    expect(json(Buffer.from(stdout))).toMatchObject({ error: { code: 'USAGE', at: flag } });
    const pieces = (secret.match(/[\w+/]{8}/g) ?? []).filter((piece) => /[a-z\d]/.test(piece));
    expect(pieces.filter((piece) => (stdout + stderr).includes(piece))).toEqual([]);
    expect(place.list()).not.toContain(OUT);
  });

  it('is not shown either where only a variable says that it is one', async () => {
    const env = { COSIGN_PASSWORD: PASSWORD, SIGSTORE_ID_TOKEN: 'opaque/token/of/mine' };
    for (const secret of Object.values(env)) {
      const run = await new KeyPlace().run([...validate, '--key', secret], { env });
      expect([run.code, run.stderr]).toEqual([3, expect.stringMatching(/FILE_UNREADABLE[^]*…/)]);
      expect(run.stdout + run.stderr).not.toContain(secret);
    }
  });
});

describe('evidence sign --key', () => {
  it('signs in a second step what was packed in the first, where the key is', async () => {
    const place = new KeyPlace();
    await place.validate([...INPUTS, '--no-sign', '--emit-evidence', 'unsigned.tar.gz']);
    const words = ['evidence', 'sign', 'unsigned.tar.gz', ...IN_SANDBOX, '--key', 'rsa.key'];
    const run = await place.run(words);
    expect(run.code).toBe(0);
    place.write('KEY.pub', readFileSync(place.path('rsa.pub')));
    expect((await place.repeat(run)).code).toBe(0);
  });

  it('is what is printed when signing fails: with the key by its name, and without its password', async () => {
    const place = new KeyPlace();
    const key = join(ROOT, 'testdata/keys/cosign.key');
    place.write('config.json', JSON.stringify(configWith(1)));
    const words = ['--emit-evidence', OUT, '--signing-config', 'config.json', '--key', key];
    const run = await place.run(['validate', ...INPUTS, ...words], {
      env: { COSIGN_PASSWORD: PASSWORD },
    });
    expect(run.code).toBe(3);
    expect(run.stderr).toContain(`sign ${OUT}.unsigned.tar.gz --emit-evidence ${OUT} --key ${key}`);
    expect(run.stdout + run.stderr).not.toContain(PASSWORD);
  });
});

describe('the password of a key', () => {
  /** Runs the program in a terminal, and types after its question. */
  async function typed(
    place: KeyPlace,
    keys: string,
  ): Promise<{ code: number | null; shown: string }> {
    const key = join(ROOT, 'testdata/keys/cosign.key');
    const words = ['validate', ...INPUTS, ...IN_SANDBOX, '--key', key, '--output', 'report.md'];
    const command = [process.execPath, PROGRAM, ...words].map((word) => `'${word}'`).join(' ');
    const child = spawn('script', ['-qefc', `exec ${command}`, '/dev/null'], {
      cwd: place.folder,
      env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', AFFIDAVIT_SECOND_PROCESS: '' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let shown = '';
    child.stdout.on('data', (chunk: Buffer) => {
      const isAsked = !shown.includes('Password of');
      shown += chunk.toString();
      if (isAsked && shown.includes('Password of')) child.stdin.write(keys);
    });
    const code = await new Promise<number | null>((resolve) => {
      child.once('close', resolve);
    });
    return { code, shown };
  }

  it('is asked for in a terminal, and shows nowhere, whatever is corrected in it', async () => {
    const place = new KeyPlace();
    const { code, shown } = await typed(place, `x\u0015correct ox\u007F\u007Fhorse\r`);
    expect(shown).toContain('Password of ');
    expect(shown).not.toMatch(/correct|horse/);
    expect(code).toBe(0);
    const pub = join(ROOT, 'testdata/keys/cosign.pub');
    expect(await place.verify('--public-key', pub)).toMatchObject({ code: 0 });
  });

  it('can be refused: Ctrl-C ends the program, and nothing is written', async () => {
    const place = new KeyPlace();
    const before = place.list();
    const { code, shown } = await typed(place, 'corr\u0003');
    expect(code).toBe(130);
    expect(shown).not.toContain('corr');
    expect(place.list()).toEqual(before);
  });
});
