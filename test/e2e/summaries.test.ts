// `verify-evidence --emit-vsa` and `--emit-svr`: what is written, as which result, and when nothing is.
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startSandbox } from '../../src/io/sandbox/sandbox-server.ts';
import { sigstoreTrust } from '../../src/trust/verify/sigstore-trust.ts';
import { KEYS } from '../io/sigstore/kms-plugins.ts';
import { ROOT, type Run } from '../run-cli.ts';
import { runProgram } from '../run-here.ts';
import { readAsPublished, type StatementJson } from '../summary/published.ts';
import { DEMO, EPOCH, OUT } from './emit.ts';

const VECTORS = join(ROOT, 'testdata/vectors');
const EXTENSION = 'urn:affidavit:verification';
const TIME = '2026-06-10T01:20:00Z';

const schema = readFileSync(join(ROOT, 'schemas/verification.schema.json'), 'utf8');
const isOfSchema = new Ajv2020({ strict: false }).compile(JSON.parse(schema) as object);

/** Evidence that a key signed in a sandbox, and a root with the log of that sandbox alone, whose authorities sign for anybody. */
class Place {
  readonly folder = mkdtempSync(join(tmpdir(), 'affidavit-vsa-'));
  readonly pin = ['--trusted-root', 'log.json', '--policy', 'policy.json'];

  async fill(): Promise<void> {
    const { privateKey, publicKey } = KEYS.p256;
    this.write('p256.key', privateKey.export({ format: 'pem', type: 'pkcs8' }));
    const key = publicKey.export({ format: 'pem', type: 'spki' });
    this.write('p256.pub', key);
    this.write('policy.json', JSON.stringify({ schemaVersion: '1.1.0', signers: [{ key }] }));
    const documents = ['recipe.yaml', 'snapshot.yaml', 'results'].map((name) => join(DEMO, name));
    const [recipe = '', snapshot = '', results = ''] = documents;
    const inputs = ['--recipe', recipe, '--snapshot', snapshot, '--results', results];
    const sandbox = await startSandbox();
    const { trustedRoot: root, signingConfigs } = sandbox;
    const log = { ...root, certificateAuthorities: [], timestampAuthorities: [] };
    this.write('log.json', JSON.stringify(log));
    this.write('config.json', JSON.stringify(signingConfigs['signing_config.v1.json']));
    const services = ['--signing-config', 'config.json', '--trusted-root', 'log.json'];
    const signing = ['--key', 'p256.key', '--emit-evidence', OUT];
    const { code, stderr } = await this.run(['validate', ...inputs, ...services, ...signing]);
    await sandbox.close();
    if (code !== 0) throw new Error(stderr);
  }

  async run(words: readonly string[]): Promise<Run> {
    return await runProgram(words, { cwd: this.folder, env: EPOCH });
  }

  /** Verifies with these words, writes a VSA, and reads it; undefined if none was written. */
  async vsa(words: readonly string[] = [OUT, ...this.pin]): Promise<{ run: Run; vsa?: Vsa }> {
    rmSync(this.path('v.json'), { force: true });
    const run = await this.run(['verify-evidence', ...words, '--emit-vsa', 'v.json']);
    if (!existsSync(this.path('v.json'))) return { run };
    const { predicate, ...statement } = this.json('v.json') as { predicate?: Vsa['predicate'] };
    if (predicate === undefined) return { run, vsa: statement as Vsa };
    expect([isOfSchema(predicate[EXTENSION]), isOfSchema.errors]).toEqual([true, null]);
    return { run, vsa: { ...statement, predicate } as Vsa };
  }

  write(name: string, content: string | Buffer): void {
    writeFileSync(this.path(name), content);
  }

  bytes(name: string): Buffer {
    return readFileSync(this.path(name));
  }

  json(name: string): Record<string, unknown> {
    return JSON.parse(this.bytes(name).toString()) as Record<string, unknown>;
  }

  path(name: string): string {
    return join(this.folder, name);
  }
}

type Vsa = StatementJson & {
  readonly predicate: {
    readonly verificationResult: string;
    readonly verifiedLevels: readonly string[];
    readonly [EXTENSION]: {
      readonly exitCode: number;
      readonly notPassed: readonly { readonly check: string; readonly codes: readonly string[] }[];
    };
  };
};

const place = new Place();
beforeAll(async () => await place.fill());
afterAll(() => rmSync(place.folder, { recursive: true }));

function sha256(bytes: Buffer): { readonly sha256: string } {
  return { sha256: createHash('sha256').update(bytes).digest('hex') };
}

describe('E-61 verify-evidence --emit-vsa and --emit-svr', () => {
  it('E-61 says PASSED of the recipe and the bundle, in the published form, always with the same bytes', async () => {
    const emit = ['--emit-svr', 's.json', '--format', 'json=r.json', '--format', 'markdown'];
    const { run, vsa } = await place.vsa([OUT, ...place.pin, ...emit]);
    expect(run.code).toBe(0);
    const report = place.json('r.json') as {
      recipe: { digest: string };
      bundle: { manifestDigest: string };
    };
    const digest = { sha256: report.bundle.manifestDigest.slice('sha256:'.length) };
    const policy = sha256(place.bytes('policy.json'));
    const svr = place.json('s.json') as unknown as StatementJson;
    for (const statement of [vsa, svr]) {
      expect(statement?.subject).toEqual([
        {
          name: 'recipe:h100-eks-ubuntu-training-kubeflow',
          digest: { sha256: report.recipe.digest },
        },
        { name: 'manifest.json', digest },
      ]);
    }
    expect(vsa && readAsPublished(vsa)).toMatchObject({
      verifier: { id: 'urn:affidavit:verify-evidence' },
      timeVerified: TIME,
      resourceUri: `urn:affidavit:evidence:sha256:${digest.sha256}`,
      policy: { uri: `urn:affidavit:policy:sha256:${policy.sha256}`, digest: policy },
      inputAttestations: [{ digest: await attestationDigest() }],
      verificationResult: 'PASSED',
      slsaVersion: '1.1',
    });
    expect(vsa?.predicate.verifiedLevels).toEqual(
      expect.arrayContaining([
        'SLSA_BUILD_LEVEL_UNEVALUATED',
        'AFFIDAVIT_VERIFIED',
        'AFFIDAVIT_NOTHING_WEAKENED',
      ]),
    );
    expect(readAsPublished(svr)).toMatchObject({ timeCreated: TIME });
    expect(svr.predicate).toMatchObject({
      verifier: { policies: [{ digest: policy }] },
      properties: expect.arrayContaining([
        'AFFIDAVIT_VERIFIED',
        'AFFIDAVIT_PHASES_ARE_GREEN',
      ]) as unknown,
    });
    const before = ['v.json', 's.json'].map((name) => place.bytes(name));
    rmSync(place.path('s.json'));
    await place.vsa([OUT, ...place.pin, '--emit-svr', 's.json']);
    expect(['v.json', 's.json'].map((name) => place.bytes(name))).toEqual(before);
  });

  it('E-61 names who says so, where the evidence is and what time it is, if the call does', async () => {
    const id = 'https://example.com/verifier/v1';
    const uri = 'https://example.com/evidence.tar.gz';
    const names = ['--verifier-id', id, '--resource-uri', uri, '--at', '2026-06-11T00:00:00Z'];
    const { vsa } = await place.vsa([OUT, ...place.pin, ...names]);
    expect(vsa?.predicate).toMatchObject({
      verifier: { id, version: { affidavit: '0.1.0' } },
      resourceUri: uri,
      timeVerified: '2026-06-11T00:00:00Z',
    });
  });

  it('E-61 binds the flags that stand for a policy by the file that says the same', async () => {
    const { vsa } = await place.vsa([
      OUT,
      '--trusted-root',
      'log.json',
      '--public-key',
      'p256.pub',
    ]);
    expect(vsa?.predicate).toMatchObject({
      verificationResult: 'PASSED',
      policy: { digest: sha256(place.bytes('policy.json')) },
    });
  });

  it('E-61 names each flag that can change a verdict, and not the default', async () => {
    const span = ['--max-run-span', '36h', '--allow-missing-sct', '--judge', 'both'];
    const recipe = join(DEMO, 'recipe.yaml');
    const words = [OUT, ...place.pin, '--recipe', recipe, ...span, '--emit-svr', 'rules.json'];
    const { vsa } = await place.vsa(words);
    const svr = place.json('rules.json') as unknown as StatementJson;
    rmSync(place.path('rules.json'));
    const digest = vsa?.subject[0]?.digest.sha256 ?? '';
    const rules = {
      '--max-run-span': '36h0m0s',
      '--recipe': `sha256:${digest}`,
      '--allow-missing-sct': true,
    };
    const details = { [EXTENSION]: { rules, weakened: [] } };
    expect(vsa && readAsPublished(vsa)).toMatchObject({ verificationResult: 'PASSED' });
    expect(readAsPublished(svr)).toBeDefined();
    expect(vsa?.predicate).toMatchObject(details);
    expect(svr.predicate).toMatchObject(details);
    expect(vsa?.predicate.verifiedLevels).toContain('AFFIDAVIT_VERIFIED');
    const { vsa: plain } = await place.vsa();
    expect(plain?.predicate[EXTENSION]).toMatchObject({ rules: {} });
  });

  it('E-61 says PASSED in another word where a flag gave safety up, on the screen too', async () => {
    const words = [OUT, ...place.pin, '--judge', 'own', '--emit-svr', 'rules.json'];
    const { run, vsa } = await place.vsa(words);
    const { properties } = place.json('rules.json')['predicate'] as {
      properties: readonly string[];
    };
    rmSync(place.path('rules.json'));
    expect(run.stderr).toContain('v.json says PASSED, but weakened (AFFIDAVIT_VERIFIED_WEAKENED)');
    for (const said of [vsa?.predicate.verifiedLevels ?? [], properties]) {
      expect(said).toContain('AFFIDAVIT_VERIFIED_WEAKENED');
      expect(said).not.toContain('AFFIDAVIT_VERIFIED');
    }
    expect(vsa?.predicate).toMatchObject({
      verificationResult: 'PASSED',
      [EXTENSION]: { rules: { '--judge': 'own' }, weakened: ['--judge own'] },
    });
  });

  const vector = (name: string): string[] => [join(VECTORS, `${name}.tar.gz`), ...OF_VECTORS];
  const OF_VECTORS = [
    ...['--trusted-root', join(VECTORS, 'trusted_root.json')],
    ...['--policy', join(VECTORS, 'policy.json')],
  ];

  it.each<[string, number, string[], string[]]>([
    ['of nobody who was named', 4, vector('good').slice(0, 3), ['SIGNER_NOT_PINNED']],
    ['of a key that was not named', 2, [OUT, '--trusted-root', 'log.json'], ['PUBLIC_KEY_UNKNOWN']],
    [
      'of another signer',
      2,
      [OUT, ...place.pin.slice(0, 2), ...OF_VECTORS.slice(2)],
      ['PUBLIC_KEY_UNKNOWN'],
    ],
    ['under a sandbox', 0, vector('good'), []],
    [
      'unsigned, even with --allow-unsigned',
      0,
      [...vector('unsigned'), '--allow-unsigned'],
      ['UNSIGNED'],
    ],
    ['unsigned', 4, vector('unsigned'), ['UNSIGNED']],
    ['not green', 1, vector('phase-test-failed'), ['PHASE_NOT_GREEN']],
    ['with another signature', 2, vector('signature-changed'), ['SIGNATURE_INVALID']],
    ['with another file', 2, vector('file-changed'), ['FILE_DIFFERS']],
    ['with another manifest', 2, vector('manifest-changed'), ['MANIFEST_DIFFERS']],
  ])('E-61 says FAILED of evidence %s: exit %i', async (_, code, words, codes) => {
    const { run, vsa } = await place.vsa(words);
    expect(run.code).toBe(code);
    expect(vsa && readAsPublished(vsa)).toMatchObject({
      verificationResult: 'FAILED',
      verifiedLevels: ['FAILED'],
    });
    expect(vsa?.subject.map(({ name }) => name)).toContain('manifest.json');
    const { exitCode, notPassed } = vsa?.predicate[EXTENSION] ?? {};
    expect(exitCode).toBe(code);
    expect(notPassed?.flatMap((check) => check.codes)).toEqual(expect.arrayContaining(codes));
  });

  it.each<[string, number, string, string[]]>([
    ['the trusted root cannot be read', 3, 'FILE_UNREADABLE', [OUT, '--trusted-root', 'none.json']],
    ['the evidence cannot be read', 3, 'FILE_UNREADABLE', ['none.tar.gz', ...place.pin]],
    ['the verifier is no URI', 64, '--verifier-id', [OUT, ...place.pin, '--verifier-id', 'me']],
    ['it would be standard output', 64, '--emit-svr', [OUT, ...place.pin, '--emit-svr', '-']],
    ['there are several inputs', 64, '--emit-vsa', [OUT, OUT, ...place.pin]],
    ['it would be where the report is', 64, '--output', [OUT, ...place.pin, '-o', 'v.json']],
    [
      'it would be where the other is',
      64,
      '--emit-svr',
      [OUT, ...place.pin, '--emit-svr', './v.json'],
    ],
    ['the signing flags are there without --sign', 64, '--sign', [OUT, ...place.pin, '--sandbox']],
  ])('E-61 writes nothing if %s: exit %i', async (_, code, what, words) => {
    const { run, vsa } = await place.vsa(words);
    expect([run.code, vsa]).toEqual([code, undefined]);
    expect(run.stderr).toContain(what);
  });

  it('E-61 writes nothing where nothing can be named by a digest, and says so', async () => {
    const { run, vsa } = await place.vsa(vector('gzip-cut-off'));
    expect([run.code, vsa]).toEqual([2, undefined]);
    expect(run.stderr).toContain('--emit-vsa wrote nothing');
  });

  it.each([OUT, 'policy.json', 'log.json'])(
    'E-61 never writes over what it reads: %s',
    async (path) => {
      const before = place.bytes(path);
      const words = ['verify-evidence', OUT, ...place.pin, '--emit-vsa', path, '--force'];
      const run = await place.run(words);
      expect(run.code).toBe(64);
      expect(run.stderr).toContain('at: --emit-vsa');
      expect(place.bytes(path).equals(before)).toBe(true);
    },
  );

  it('E-61 replaces what is there with --force alone, and leaves no older word if nothing is judged', async () => {
    place.write('old.json', 'PASSED');
    const words = ['verify-evidence', OUT, '--emit-vsa', 'old.json'];
    const refused = await place.run([...words, ...place.pin]);
    expect([refused.code, place.bytes('old.json').toString()]).toEqual([3, 'PASSED']);
    expect(refused.stderr).toContain('OUTPUT_EXISTS');
    expect((await place.run([...words, ...place.pin, '--force'])).code).toBe(0);
    expect(place.json('old.json')).toHaveProperty('predicateType');
    expect((await place.run([...words, '--trusted-root', 'none.json', '--force'])).code).toBe(3);
    expect(existsSync(place.path('old.json'))).toBe(false);
  });

  it('E-61 never takes a summary for the evidence, plain or signed', async () => {
    for (const sign of [[], ['--sign', '--sandbox', '--key', 'p256.key']]) {
      await place.vsa([OUT, ...place.pin, ...sign]);
      const allowed = await place.run(['verify-evidence', 'v.json', '--allow-unsigned']);
      expect([allowed.code, allowed.stdout]).toEqual([64, '']);
      expect(allowed.stderr).toContain('--allow-unsigned');
      const two = ['v.json', 'v.json', '--jobs', '1', '-f', 'json'];
      const words = ['verify-evidence', ...two, ...place.pin];
      const { code, stdout } = await place.run(words);
      expect(code).toBe(2);
      const { reports } = JSON.parse(stdout) as { reports: { checks: { faults: object[] }[] }[] };
      const faults = reports.flatMap(({ checks }) => checks.flatMap((check) => check.faults));
      const fault: unknown = expect.objectContaining({
        code: 'ARCHIVE_UNREADABLE',
        at: 'v.json',
        found: expect.stringMatching(/a verification( found|\b.*VSA)/) as unknown,
      });
      expect(faults).toEqual([fault, fault]);
    }
  });

  it('E-61 signs it as evidence is signed, and the command to repeat says nothing of that', async () => {
    await place.vsa();
    const plain = place.bytes('v.json');
    const sign = ['--sign', '--sandbox', '--key', 'p256.key', '--format', 'json'];
    const { run } = await place.vsa([OUT, ...place.pin, ...sign]);
    expect(run.code).toBe(0);
    const { repeat } = JSON.parse(run.stdout) as { repeat: readonly string[] };
    expect(repeat.slice(2)).toEqual([OUT, ...place.pin]);
    const trust = sigstoreTrust(place.bytes('v.json.sandbox/trusted_root.json'), 'root', {
      publicKeys: [KEYS.p256.publicKey],
    });
    const proof = trust.verify(place.bytes('v.json'), { name: 'v.json', maxBytes: 1_000_000 });
    expect(Buffer.from(proof.payload).equals(plain)).toBe(true);
    expect(readdirSync(place.folder)).not.toContain('v.json.signing.json');
  });
});

/** Of the attestation in the bundle. */
async function attestationDigest(): Promise<{ readonly sha256: string }> {
  const name = 'attestation.intoto.jsonl';
  await place.run(['evidence', 'show', OUT, name, '--output', name]);
  return sha256(place.bytes(name));
}
