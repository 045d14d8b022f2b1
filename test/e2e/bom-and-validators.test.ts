// The user's own bill of materials, and the images from which the tests were run.
import { describe, expect, it } from 'vitest';

import { EPOCH, INPUTS, OUT, UNSIGNED, Workplace, isPredicate, json, placesOf } from './emit.ts';
import type { ReportJson } from './evidence.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

function bom(specVersion: string, more: Readonly<Record<string, unknown>> = {}): string {
  const components = [
    { type: 'container', name: 'not-seen', version: '1.0' },
    { type: 'application', name: 'gpu-operator', version: 'v0' },
  ];
  return JSON.stringify({ bomFormat: 'CycloneDX', specVersion, version: 1, components, ...more });
}

/** What scanners write too, in every version. */
const SCANNED = {
  serialNumber: 'urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79',
  metadata: {
    timestamp: '2026-06-01T00:00:00Z',
    tools: [{ vendor: 'a', name: 'b', version: '1' }],
    licenses: [{ license: { id: 'Apache-2.0' } }],
  },
  components: [
    {
      ...{ type: 'container', 'bom-ref': 'x', name: 'not-seen', version: '1.0' },
      ...{ purl: `pkg:oci/not-seen@${DIGEST}`, licenses: [{ expression: 'MIT OR Apache-2.0' }] },
      hashes: [{ alg: 'SHA-256', content: 'a'.repeat(64) }],
      externalReferences: [{ type: 'website', url: 'https://example.com/é' }],
      components: [{ type: 'library', name: 'inner', version: '' }],
    },
    { type: 'operating-system', name: 'ubuntu' },
  ],
  services: [{ name: 's', endpoints: ['https://example.com'] }],
  dependencies: [{ ref: 'x', dependsOn: [] }],
  vulnerabilities: [{ id: 'CVE-2026-1', source: { name: 'NVD' } }],
  signature: { algorithm: 'RS512', value: 'abc' },
};

/** Lets the report of the one test of performance name its image. */
function imageInResults(place: Workplace, image: string): void {
  const source = '"runtimeSource": "recipe-supplied-runtime"';
  place.edit('results/performance.json', source, `${source}, "image": "${image}"`);
}

async function verified(place: Workplace): Promise<ReportJson> {
  const run = await place.run(['verify-evidence', OUT, '--allow-unsigned', '--format', 'json']);
  expect([run.code, run.stderr]).toEqual([0, '']);
  return JSON.parse(run.stdout) as ReportJson;
}

/** The one that is made without --bom. */
async function packedBom(place: Workplace): Promise<Uint8Array> {
  await place.validate([...INPUTS, ...UNSIGNED], { env: EPOCH });
  return (await place.files()).get('bom.cdx.json') ?? Buffer.alloc(0);
}

async function predicateOf(place: Workplace): Promise<Record<string, unknown>> {
  const files = await place.files();
  const predicate = json(files.get('statement.intoto.json'))['predicate'];
  expect([isPredicate(predicate), isPredicate.errors]).toEqual([true, null]);
  return predicate as Record<string, unknown>;
}

describe('--bom', () => {
  it.each(['1.4', '1.5', '1.6', '1.7'])(
    'packs CycloneDX %s byte for byte, with its own version; what the snapshot lacks is a finding',
    async (version) => {
      const place = new Workplace();
      const text = bom(version, SCANNED);
      place.write('my.json', text);
      const words = [...INPUTS, ...UNSIGNED, '--redact', 'none', '--bom', 'my.json'];
      const { code, report } = await place.validate(words, { env: EPOCH });
      expect(code).toBe(0);
      expect(placesOf(report.findings)).toContain('BOM_IMAGE_UNKNOWN my.json#/components/0');
      expect(String((await place.files()).get('bom.cdx.json'))).toBe(text);
      expect((await predicateOf(place))['bom']).toMatchObject({ version, imageCount: 2 });
      const { findings } = await verified(place);
      const unknown = findings.find((finding) => finding.code === 'BOM_IMAGE_UNKNOWN');
      expect(unknown).toMatchObject({
        at: 'bom.cdx.json#/components/0',
        found: expect.stringContaining('not observed'),
      });
    },
  );

  it('names in each format the components of the recipe that it lacks', async () => {
    const place = new Workplace();
    const [first, ...rest] = json(await packedBom(place))['components'] as {
      name: string;
      version: string;
    }[];
    place.write('my.json', bom('1.6', { components: rest }));
    const name = String(first?.name);
    const wanted = {
      terminal: `${name} ${first?.version} of the recipe is not in my.json`,
      markdown: `the recipe's component ${name} in version ${first?.version}`,
      json: `no component ${name}`,
    };
    for (const [format, text] of Object.entries(wanted)) {
      const words = [...INPUTS, ...UNSIGNED, '--force', '--bom', 'my.json', '--format', format];
      const { stdout } = await place.run(['validate', ...words], { env: EPOCH });
      expect(stdout.replaceAll(/[\\`"]/g, '').replaceAll(/\s+/g, ' ')).toContain(text);
    }
  });

  it('says nothing but where the evidence is on standard error, as a program of its own', async () => {
    const place = new Workplace();
    place.write('my.json', bom('1.6'));
    const words = ['validate', ...INPUTS, ...UNSIGNED, '--bom', 'my.json'];
    const { code, stderr } = await place.run(words, { env: EPOCH, ownProcess: true });
    expect([code, stderr.split(':', 1)]).toEqual([0, ['evidence']]);
    expect(stderr).not.toContain('Warning');
  });

  it.each<[string, string, string]>([
    ['another version', bom('1.3'), 'SCHEMA_VERSION_UNKNOWN my.json#/specVersion'],
    [
      'a type that the schema does not know',
      bom('1.6', { components: [{ type: 'pod', name: 'x' }] }),
      'BOM_INVALID my.json#/components/0/type',
    ],
    ['a field that the schema does not know', bom('1.6', { flavour: 'x' }), 'BOM_INVALID my.json#'],
    [
      'a type that only a newer schema knows',
      bom('1.4', { components: [{ type: 'platform', name: 'x' }] }),
      'BOM_INVALID my.json#/components/0/type',
    ],
    ['a version that is no number', bom('1.5', { version: 'x' }), 'BOM_INVALID my.json#/version'],
    ['no format', bom('1.6', { bomFormat: 'SPDX' }), 'KIND_UNEXPECTED my.json#/bomFormat'],
    [
      'a key twice',
      '{"bomFormat":"CycloneDX","bomFormat":"CycloneDX"}',
      'DOCUMENT_DUPLICATE_KEY my.json',
    ],
  ])('refuses %s, and packs nothing', async (_, text, fault) => {
    const place = new Workplace();
    place.write('my.json', text);
    const { code, error } = await place.refused([...INPUTS, ...UNSIGNED, '--bom', 'my.json']);
    expect([code, `${error.code} ${error.at}`.startsWith(fault)]).toEqual([2, true]);
  });
});

describe('another file as --bom', () => {
  it.each([
    ['recipe.yaml', 'a resolved recipe', 'give this file to affidavit validate --recipe'],
    ['snapshot.yaml', 'a snapshot', 'give this file to affidavit validate --snapshot'],
    [OUT, 'a bundle', 'give it to affidavit verify-evidence'],
    ['spdx.json', 'a bill of materials in SPDX', 'a bill of materials in CycloneDX JSON'],
  ])('%s is recognised', async (name, found, hint) => {
    const place = new Workplace();
    if (name === OUT) await place.validate([...INPUTS, ...UNSIGNED], { env: EPOCH });
    place.write('spdx.json', '{"spdxVersion": "SPDX-2.3"}');
    const out = ['--emit-evidence', 'other.tar.gz', '--no-sign'];
    const { code, error } = await place.refused([...INPUTS, ...out, '--bom', name]);
    expect([code, error.at, error.found.startsWith(found)]).toEqual([2, name, true]);
    expect(error.hint).toContain(hint);
  });
});

describe('the images of validators', () => {
  it('come from the results, and for other tests from --validator-image', async () => {
    const place = new Workplace();
    imageInResults(place, 'ghcr.io/a/nccl:v1.0.0');
    const given = `operator-health=ghcr.io/a/deploy:edge@${DIGEST}`;
    await place.validate([...INPUTS, ...UNSIGNED, '--validator-image', given], { env: EPOCH });
    const predicate = await predicateOf(place);
    expect(predicate['validatorImages']).toEqual([
      { image: 'ghcr.io/a/deploy:edge', digest: DIGEST },
      { image: 'ghcr.io/a/nccl:v1.0.0', digest: '' },
    ]);
    expect(predicate['affidavit']).toMatchObject({
      validators: [
        { test: 'nccl-all-reduce-bw', image: 'ghcr.io/a/nccl:v1.0.0', source: 'results' },
        { test: 'operator-health', image: `ghcr.io/a/deploy:edge@${DIGEST}`, source: 'operator' },
      ],
    });
    const { findings } = await verified(place);
    expect(findings.filter(({ code }) => code.startsWith('VALIDATOR'))).toEqual([]);
    const { stdout } = await place.run(['verify-evidence', OUT, '--allow-unsigned'], {
      env: EPOCH,
    });
    expect(stdout).toContain('- performance: `nccl-all-reduce-bw` from `ghcr.io/a/nccl:v1.0.0`\n');
  });

  it.each([
    'a:v1.2.3',
    'a:1.2.3-rc.1',
    'a:sha-0123abc',
    'a:uat-17',
    `a@${DIGEST}`,
    `a:x@${DIGEST}`,
  ])('may be %s', async (image) => {
    const words = [...INPUTS, ...UNSIGNED, '--validator-image', `operator-health=${image}`];
    expect((await new Workplace().validate(words, { env: EPOCH })).code).toBe(0);
  });

  it.each(['a:edge', 'a:latest', 'a', 'a:v1.2', 'a:v1', 'a:sha-xyz', 'a:sha-012', 'a:uat-x'])(
    'may be %s only if that is allowed, and then it is a finding',
    async (image) => {
      const place = new Workplace();
      const words = [...INPUTS, ...UNSIGNED, '--validator-image', `operator-health=${image}`];
      const { code, error } = await place.refused(words, { env: EPOCH });
      expect([code, error.code, error.found]).toEqual([
        ...[2, 'VALIDATOR_IMAGE_MUTABLE', `"operator-health" from "${image}"`],
      ]);
      const allowed = [...words, '--allow-mutable-validator-tags'];
      const run = await place.run(['validate', ...allowed, '--format', 'json'], { env: EPOCH });
      expect(run.code).toBe(0);
      expect(run.stderr).toMatch(/^validators: 1 image$/m);
      const { findings } = await verified(place);
      const own = (JSON.parse(run.stdout) as { findings: ReportJson['findings'] }).findings;
      const mutable = ({ code: found }: { readonly code: string }): boolean =>
        found === 'VALIDATOR_TAG_MUTABLE';
      expect(own.filter(mutable)).toEqual(findings.filter(mutable));
      expect(placesOf(findings)).toContain(
        'VALIDATOR_TAG_MUTABLE statement.intoto.json#/predicate/validatorImages',
      );
    },
  );

  it('by a mutable tag in the results are refused too', async () => {
    const place = new Workplace();
    imageInResults(place, 'a:edge');
    const { code, error } = await place.refused([...INPUTS, ...UNSIGNED], { env: EPOCH });
    expect([code, error.code]).toEqual([2, 'VALIDATOR_IMAGE_MUTABLE']);
  });

  it.each([
    [
      'a test that is in no report',
      [`operator-helth=a@${DIGEST}`],
      'did you mean "operator-health"?',
    ],
    [
      'another image than the results',
      [`nccl-all-reduce-bw=b@${DIGEST}`],
      'name each test once, and none whose results name its image',
    ],
    [
      'two images of one test',
      ['operator-health=a:v1.0.0', 'operator-health=a:v1.0.1'],
      'name each test once, and none whose results name its image',
    ],
  ])('are refused for %s', async (_, given, hint) => {
    const place = new Workplace();
    imageInResults(place, 'a:v1.0.0');
    const words = [...INPUTS, ...UNSIGNED, '--validator-image', ...given];
    const { code, error } = await place.refused(words, { env: EPOCH });
    expect([code, error.code, error.at, error.hint]).toEqual([
      ...[2, 'VALIDATOR_IMAGE_REFUSED', '--validator-image', hint],
    ]);
  });

  it.each(['operator-health', '=a', 'operator-health=', 'operator-health=a b'])(
    'are a mistake of the call as %j',
    async (word) => {
      const words = [...INPUTS, ...UNSIGNED, `--validator-image=${word}`];
      const { code, error } = await new Workplace().refused(words);
      expect([code, error.code, error.at]).toEqual([64, 'USAGE', '--validator-image']);
    },
  );
});
