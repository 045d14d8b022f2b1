// `affidavit validate --emit-evidence`: what is in the archive, to the byte.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { digestOf } from '../../src/digest.ts';
import { ROOT } from '../run-cli.ts';
import {
  DEMO,
  DOCUMENTS,
  EPOCH,
  INPUTS,
  IN_SANDBOX,
  OUT,
  UNSIGNED,
  Workplace,
  isManifest,
  isPredicate,
  json,
  placesOf,
} from './emit.ts';

const LOGS = [
  ...['accelerator-metrics', 'ai-service-metrics', 'cluster-autoscaling', 'dra-support'],
  ...['gang-scheduling', 'gpu-operator-health', 'platform-health', 'pod-autoscaling'],
  ...['robust-controller', 'secure-accelerator-access'],
].map((check) => `logs/conformance/${check}.log`);

const LISTED = [
  'bom.cdx.json',
  ...['conformance', 'deployment', 'performance'].map((phase) => `ctrf/${phase}.json`),
];

const GOLDENS = join(ROOT, 'testdata/aicr-goldens');
const DIGESTS = JSON.parse(readFileSync(join(GOLDENS, 'recipe-digests.json'), 'utf8')) as Record<
  string,
  { readonly legacy: string; readonly v3: string }
>;

/** Name, type, mode and time of each entry, as the bytes of the tar archive have them. */
function headersOf(archive: Uint8Array): readonly (readonly [string, string, string, number])[] {
  const tar = gunzipSync(archive);
  const headers: [string, string, string, number][] = [];
  const text = (at: number, length: number): string =>
    tar
      .toString('latin1', at, at + length)
      .replace(/\0.*$/s, '')
      .trim();
  for (let at = 0; tar[at] !== 0;) {
    headers.push([
      text(at, 100),
      text(at + 156, 1),
      text(at + 100, 8),
      parseInt(text(at + 136, 12), 8),
    ]);
    at += 512 + Math.ceil(parseInt(text(at + 124, 12), 8) / 512) * 512;
  }
  return headers;
}

describe('the archive', () => {
  it('E-01 OUT is one tar.gz with exactly the files of a bundle, and signed also the attestation', async () => {
    const place = new Workplace();
    const words = [...INPUTS, '--logs', 'logs', '--redact', 'none', ...IN_SANDBOX];
    const { code, report } = await place.validate(words);
    expect(code).toBe(0);
    const deployment = [
      'check-nvidia-smi',
      'expected-resources',
      'gpu-operator-version',
      'operator-health',
    ];
    const expected = [
      'attestation.intoto.jsonl',
      ...LISTED,
      ...LOGS,
      ...deployment.map((check) => `logs/deployment/${check}.log`),
      'logs/performance/nccl-all-reduce-bw.log',
      ...['manifest.json', 'recipe.yaml', 'snapshot.yaml', 'statement.intoto.json'],
    ];
    const files = await place.files();
    expect([...files.keys()]).toEqual(expected);
    expect(report.evidence?.path).toBe(OUT);
    expect(report.evidence?.manifestDigest).toBe(
      digestOf(files.get('manifest.json') ?? Buffer.of()),
    );
    expect(place.list().filter((name) => !name.includes('/'))).toEqual(
      [
        'NOTICE',
        'README.md',
        OUT,
        `${OUT}.sandbox`,
        'logs',
        'recipe.yaml',
        'results',
        'results-merged.json',
        'snapshot.yaml',
      ].toSorted(),
    );
  });

  it('E-02 holds regular files and their directories only, sorted, with relative names and nothing of this machine', async () => {
    const place = new Workplace();
    await place.validate([...INPUTS, ...UNSIGNED, '--logs', 'logs'], { env: EPOCH });
    const archive = readFileSync(place.path(OUT));
    const headers = headersOf(archive);
    const names = headers.map(([name]) => name);
    const files = [...(await place.files()).keys()];
    const folders = files.flatMap((path) => path.match(/^.+\//) ?? []);
    const all = [...files, ...new Set(folders)];
    expect(names).toEqual(all.toSorted((a, b) => (a < b ? -1 : 1)));
    for (const [name, type, mode, mtime] of headers) {
      expect(name).toMatch(/^[a-z][A-Za-z0-9._/-]*$/);
      const rights = files.includes(name) ? ['0', '000644'] : ['5', '000755'];
      expect([type, mode, mtime]).toEqual([...rights, Number(EPOCH.SOURCE_DATE_EPOCH)]);
    }
    const tar = gunzipSync(archive).toString('latin1');
    expect(tar).not.toContain(place.folder);
    expect(tar).not.toContain('root\0');
  });

  it('packs results and snapshot byte for byte, and lists every file with size and digest', async () => {
    const place = new Workplace();
    await place.validate([...INPUTS, ...UNSIGNED, '--logs', 'logs', '--redact', 'none']);
    const files = await place.files();
    const sources = {
      'snapshot.yaml': 'snapshot.yaml',
      'ctrf/performance.json': 'results/performance.json',
    };
    for (const [path, source] of Object.entries(sources)) {
      expect(files.get(path)?.equals(readFileSync(join(DEMO, source)))).toBe(true);
    }
    const manifest = json(files.get('manifest.json'));
    expect(isManifest(manifest)).toBe(true);
    const unlisted = new Set(['manifest.json', 'statement.intoto.json']);
    const expected = [...files].filter(([path]) => !unlisted.has(path));
    expect(manifest['files']).toMatchObject(
      expected.map(([path, bytes]) => ({ path, size: bytes.length, sha256: digestOf(bytes) })),
    );
  });

  it('splits a merged report into its phases, which count the same', async () => {
    const place = new Workplace();
    const run = await place.validate([
      ...DOCUMENTS,
      ...['--results', 'results-merged.json', '--redact', 'none'],
      ...UNSIGNED,
    ]);
    expect(run.code).toBe(0);
    expect(run.report.phases).toEqual((await place.validate()).report.phases);
    expect([...(await place.files()).keys()].slice(0, 4)).toEqual(LISTED);
    expect((await place.repeat(run)).code).toBe(0);
  });
});

describe('the same inputs and SOURCE_DATE_EPOCH', () => {
  const PLAIN = { umask: '022', env: { ...EPOCH, TZ: 'UTC', LANG: 'C', LC_ALL: 'C' } };
  const OTHER = {
    umask: '077',
    env: { ...EPOCH, TZ: 'Asia/Tokyo', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' },
  };

  async function emitUnder(
    { umask, env }: typeof PLAIN,
    words: readonly string[],
  ): Promise<Workplace> {
    const place = new Workplace();
    const prefix = ['sh', '-c', `umask ${umask}; exec "$@"`, 'sh'];
    const run = await place.validate([...INPUTS, '--logs', 'logs', ...words], { env, prefix });
    expect(run.code).toBe(0);
    return place;
  }

  it('E-03 give the same archive, byte for byte, whatever folder, umask, zone and language', async () => {
    const one = await emitUnder(PLAIN, UNSIGNED);
    const other = await emitUnder(OTHER, UNSIGNED);
    expect(one.folder).not.toBe(other.folder);
    expect(readFileSync(one.path(OUT)).equals(readFileSync(other.path(OUT)))).toBe(true);
  });

  it('E-03 give the same files when signed, but for the attestation', async () => {
    const one = await (await emitUnder(PLAIN, IN_SANDBOX)).files();
    const other = await (await emitUnder(OTHER, IN_SANDBOX)).files();
    expect([...one.keys()]).toEqual([...other.keys()]);
    const differing = [...one].filter(([path, bytes]) => other.get(path)?.equals(bytes) !== true);
    expect(differing.map(([path]) => path)).toEqual(['attestation.intoto.jsonl']);
  });

  it('H-13 of two times differ in every timestamp, and the bill of materials in nothing but that and its number', async () => {
    const texts: string[] = [];
    for (const [epoch, written] of [
      ['1781054400', '2026-06-10T01:20:00Z'],
      ['1783814400', '2026-07-12T00:00:00Z'],
    ] as const) {
      const place = new Workplace();
      await place.validate([...INPUTS, ...UNSIGNED], { env: { SOURCE_DATE_EPOCH: epoch } });
      const files = await place.files();
      const predicate = json(files.get('statement.intoto.json'))['predicate'];
      expect(predicate).toMatchObject({ attestedAt: written });
      const timestamp = written.replace('Z', '.000Z');
      expect(json(files.get('bom.cdx.json'))['metadata']).toMatchObject({ timestamp });
      const times = headersOf(readFileSync(place.path(OUT))).map(([, , , mtime]) => mtime);
      expect(new Set(times)).toEqual(new Set([Number(epoch)]));
      texts.push(
        String(files.get('bom.cdx.json'))
          .replace(timestamp, '')
          .replace(/urn:uuid:[0-9a-f-]{36}/, ''),
      );
    }
    expect(texts[0]).toBe(texts[1]);
  });

  it('H-15 without the variable, the time is the clock in UTC', async () => {
    const place = new Workplace();
    const before = Date.now() - 1000;
    await place.validate([...INPUTS, ...UNSIGNED], { env: { TZ: 'Asia/Tokyo' } });
    const after = Date.now();
    const files = await place.files();
    const { attestedAt } = json(files.get('statement.intoto.json'))['predicate'] as {
      readonly attestedAt: string;
    };
    expect(attestedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(Date.parse(attestedAt)).toBeGreaterThan(before);
    expect(Date.parse(attestedAt)).toBeLessThanOrEqual(after);
  });
});

describe('the statement', () => {
  it('E-04 E-05 is in-toto v1 about the recipe, and says everything that AICR says', async () => {
    const place = new Workplace();
    const { report } = await place.validate([...INPUTS, ...UNSIGNED, '--redact', 'none'], {
      env: EPOCH,
    });
    const files = await place.files();
    const { predicate, ...statement } = json(files.get('statement.intoto.json'));
    const name = 'h100-eks-ubuntu-training-kubeflow';
    expect(statement).toEqual({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: `recipe:${name}`, digest: { sha256: report.recipe.digest } }],
      predicateType: 'https://aicr.run/recipe-evidence/v3',
    });
    expect(isPredicate(predicate)).toBe(true);
    const ctrfDigest = (phase: string): string =>
      digestOf(files.get(`ctrf/${phase}.json`) ?? Buffer.of());
    const bom = json(files.get('bom.cdx.json'))['components'];
    expect(predicate).toEqual({
      schemaVersion: '1.0.0',
      attestedAt: '2026-06-10T01:20:00Z',
      aicrVersion: 'v1.0.0',
      validatorCatalogVersion: '',
      validatorImages: [],
      recipe: { name, digest: report.recipe.digest },
      fingerprint: expect.objectContaining({
        service: expect.objectContaining({ value: 'eks' }),
        accelerator: expect.objectContaining({ value: 'h100' }),
        gpuNodeCount: expect.objectContaining({ value: 4 }),
      }),
      criteriaMatch: { matched: true, perDimension: report.match.perDimension },
      phases: {
        deployment: { passed: 4, failed: 0, skipped: 0, ctrfDigest: ctrfDigest('deployment') },
        performance: { passed: 1, failed: 0, skipped: 0, ctrfDigest: ctrfDigest('performance') },
        conformance: { passed: 9, failed: 0, skipped: 1, ctrfDigest: ctrfDigest('conformance') },
      },
      bom: {
        format: 'CycloneDX',
        version: '1.6',
        digest: digestOf(files.get('bom.cdx.json') ?? Buffer.of()),
        imageCount: Array.isArray(bom) ? bom.length : -1,
      },
      manifest: { digest: digestOf(files.get('manifest.json') ?? Buffer.of()), fileCount: 6 },
      affidavit: {
        schemaVersion: '1.1.0',
        tool: { name: 'affidavit', version: '0.1.0' },
        constraints: [
          {
            name: 'K8s.server.version',
            expected: '>= 1.32.4',
            actual: 'v1.33.4-eks-e386d34',
            outcome: 'passed',
          },
          { name: 'OS.release.ID', expected: 'ubuntu', actual: 'ubuntu', outcome: 'passed' },
          { name: 'OS.release.VERSION_ID', expected: '24.04', actual: '24.04', outcome: 'passed' },
          {
            name: 'OS.sysctl./proc/sys/kernel/osrelease',
            expected: '>= 6.8',
            actual: '6.8.0-1029-aws',
            outcome: 'passed',
          },
        ],
        phases: {
          deployment: { pending: 0, other: 0, missing: [] },
          performance: { pending: 0, other: 0, missing: [] },
          conformance: { pending: 0, other: 0, missing: [] },
        },
        measured: [
          {
            ...{ test: 'nccl-all-reduce-bw', constraint: 'nccl-all-reduce-bw' },
            ...{ expected: '>= 300', value: '473.99', unit: 'GB/s' },
          },
        ],
        notRun: [],
        validators: [],
      },
    });
  });

  it.each(['h100-eks-ubuntu-training-kubeflow.yaml', 'l40-kind-training.yaml'])(
    'E-04 E-10 the digests of %s are those of the real tool: legacy of the packed file, v3 of the subject',
    async (name) => {
      const place = new Workplace();
      place.write('resolved.yaml', readFileSync(join(GOLDENS, 'resolved', name)));
      const words = ['--recipe', 'resolved.yaml', ...INPUTS.slice(2), ...UNSIGNED];
      const { report } = await place.validate([...words, '--allow-retired-api']);
      const files = await place.files();
      const packed = files.get('recipe.yaml') ?? Buffer.of();
      expect(digestOf(packed)).toBe(`sha256:${DIGESTS[name]?.legacy}`);
      expect(json(files.get('statement.intoto.json'))['subject']).toEqual([
        { name: `recipe:${report.recipe.name}`, digest: { sha256: DIGESTS[name]?.v3 } },
      ]);
      // H-10: nothing that is retired is rewritten.
      expect(String(packed)).toContain('apiVersion: aicr.nvidia.com/v1alpha1\n');
      expect(placesOf(report.findings)).toContain('API_VERSION_OUTDATED resolved.yaml#/apiVersion');
    },
  );

  it('E-10 the packed recipe says what AICR makes of long integers, 24.10, no and dates', async () => {
    const place = new Workplace();
    place.edit(
      'recipe.yaml',
      '      cdi:\n',
      '      traps: {big: 18446744073709551615, neg: -9007199254740993, os: 24.10, no: no, oct: 0o17, exp: 1e3, none: ~, day: 2026-01-02}\n      cdi:\n',
    );
    place.edit('recipe.yaml', 'value: "24.04"', 'value: 24.10');
    place.edit('snapshot.yaml', 'VERSION_ID: "24.04"', 'VERSION_ID: 24.10');
    const { code, report } = await place.validate([...INPUTS, ...UNSIGNED, '--redact', 'none']);
    expect(code).toBe(0);
    expect(report.constraints[2]).toMatchObject({ expected: '24.10', actual: '24.10' });
    const files = await place.files();
    const packed = String(files.get('recipe.yaml'));
    const lines = ['big: 18446744073709551615', 'day: 2026-01-02T00:00:00Z', 'exp: 1000']
      .concat(['neg: -9007199254740993', '"no": "no"', 'none: null', 'oct: 15', 'os: 24.1'])
      .map((line) => `            ${line}\n`);
    expect(packed).toContain(`        traps:\n${lines.join('')}`);
    // A text field has the text.
    expect(packed).toContain('value: "24.10"\n');
    const rewritten = placesOf(report.findings).filter((text) => text.startsWith('NUMBER_'));
    expect(rewritten.map((text) => text.split('/').at(-1))).toEqual(['day', 'exp', 'oct', 'os']);
    expect(packed.split('\n').slice(0, 4)).toEqual([
      'apiVersion: aicr.run/v1',
      'componentRefs:',
      '    - chart: aws-ebs-csi-driver',
      '      name: aws-ebs-csi-driver',
    ]);
    // The snapshot is packed as it is, its integer beyond 2^53 included.
    expect(String(files.get('snapshot.yaml'))).toContain('LimitMEMLOCK: 18446744073709551615\n');
  });
});

describe('--no-sign', () => {
  it('E-23 leaves no attestation; a verifier wants a decision, and --allow-unsigned is one', async () => {
    const place = new Workplace();
    const run = await place.validate([...INPUTS, ...UNSIGNED]);
    expect([...(await place.files()).keys()]).not.toContain('attestation.intoto.jsonl');
    expect(run.report.evidence).not.toHaveProperty('signer');
    expect((await place.run(['verify-evidence', OUT])).code).toBe(4);
    expect(run.stderr).toMatch(/^ {2}verify: .* --allow-unsigned$/m);
    expect((await place.repeat(run)).code).toBe(0);
  });
});
