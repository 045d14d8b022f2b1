import { describe, expect, it } from 'vitest';

import { digestOf, hexOf } from '../../../src/digest.ts';
import { isDataMap } from '../../../src/document/data.ts';
import { decodeJson } from '../../../src/document/json.ts';
import { recipeDigest } from '../../../src/evidence/aicr/canonical-yaml.ts';
import { EVIDENCE_LAYOUT, MANIFEST_FILE } from '../../../src/evidence/layout.ts';
import { packEvidence } from '../../../src/evidence/pack/pack-evidence.ts';
import { MAX_CLOCK_SKEW_MS } from '../../../src/limits.ts';
import { inventoryFaults, parseManifest } from '../../../src/manifest/manifest.ts';
import { FAKE_ROOT, SIGNER, fakeSigner, fakeTrust } from '../../attestation/fake-trust.ts';
import {
  DEMO,
  DEMO_LOG,
  NOW,
  contentsOf,
  packDemo,
  predicateIn,
  receivedOf,
  replaced,
  validateDemo,
} from '../demo.ts';

const PATHS = [
  ...['bom.cdx.json', 'ctrf/conformance.json', 'ctrf/deployment.json', 'ctrf/performance.json'],
  ...[DEMO_LOG.path, 'manifest.json', 'recipe.yaml', 'snapshot.yaml', 'statement.intoto.json'],
];

describe('packEvidence', () => {
  it('gives every file of the bundle, sorted, and no other', async () => {
    const { files, proof, sandbox } = await packDemo();
    expect(files.map(({ path }) => path)).toEqual(PATHS);
    expect([proof, sandbox]).toEqual([undefined, false]);
    const contents = await contentsOf(files);
    for (const { path, size, digest } of files) {
      const bytes = contents.get(path) ?? Buffer.alloc(0);
      expect([path, size, digest]).toEqual([path, bytes.length, digestOf(bytes)]);
    }
  });

  it('packs no logs unless some are given', async () => {
    const { files } = await packEvidence({ validation: validateDemo() });
    expect(files.map(({ path }) => path)).toEqual(PATHS.filter((path) => path !== DEMO_LOG.path));
  });

  it('binds them: the manifest lists each, and the statement names the manifest', async () => {
    const { files, manifestDigest, facts } = await packDemo();
    const contents = await contentsOf(files);
    const bytes = contents.get(MANIFEST_FILE) ?? Buffer.alloc(0);
    expect(manifestDigest).toBe(digestOf(bytes));
    const manifest = parseManifest(
      decodeJson(bytes, MANIFEST_FILE),
      MANIFEST_FILE,
      EVIDENCE_LAYOUT,
    );
    expect(inventoryFaults(manifest, receivedOf(contents), EVIDENCE_LAYOUT)).toEqual([]);
    const predicate = predicateIn(contents);
    expect(predicate.manifest).toMatchObject({
      digest: manifestDigest,
      fileCount: PATHS.length - 2,
    });
    expect(predicate).toMatchObject({ attestedAt: NOW, aicrVersion: 'v1.0.0' });
    expect(facts.bom?.digest).toBe(digestOf(contents.get('bom.cdx.json') ?? ''));
  });

  it('keeps the snapshot, the reports and the logs to the byte', async () => {
    const contents = await contentsOf((await packDemo()).files);
    const text = (path: string) => contents.get(path)?.toString();
    expect(text('snapshot.yaml')).toBe(DEMO.snapshot);
    expect(text('ctrf/deployment.json')).toBe(DEMO.results?.['deployment']);
    expect(text(DEMO_LOG.path)).toBe('a line\n');
  });

  it('writes the recipe as AICR does, its version kept, under one digest', async () => {
    const contents = await contentsOf((await packDemo()).files);
    const packed = contents.get('recipe.yaml') ?? Buffer.alloc(0);
    expect(packed.toString()).not.toBe(DEMO.recipe);
    expect(packed.toString()).toContain('version: dev');
    const given = recipeDigest(Buffer.from(DEMO.recipe), 'r', 'v3');
    expect(recipeDigest(packed, 'r', 'v3')).toBe(given);
    expect(predicateIn(contents).recipe.digest).toBe(hexOf(given));
  });

  it('gives the same bytes of the same inputs, and others of another time', async () => {
    const one = await packDemo();
    const again = await packDemo();
    expect(await contentsOf(again.files)).toEqual(await contentsOf(one.files));
    const later = await packDemo(validateDemo({ now: new Date(NOW.getTime() + 1000) }));
    expect(later.manifestDigest).not.toBe(one.manifestDigest);
  });

  it('lists only the reports that there are: a red run is evidence too', async () => {
    const { performance = '' } = DEMO.results ?? {};
    const { files } = await packDemo(validateDemo({ results: { performance } }));
    const reports = files.map(({ path }) => path).filter((path) => path.startsWith('ctrf/'));
    expect(reports).toEqual(['ctrf/performance.json']);
    const { phases } = predicateIn(await contentsOf(files));
    expect(isDataMap(phases) && [...phases.keys()]).toEqual(['performance']);
  });
});

describe('evidence is refused', () => {
  it('without results', async () => {
    await expect(packDemo(validateDemo({ results: undefined }))).rejects.toMatchObject({
      code: 'RESULTS_REQUIRED',
      at: undefined,
    });
  });

  const retired = { from: 'apiVersion: aicr.run/v1\n', to: 'apiVersion: aicr.run/v1alpha2\n' };
  const missing = { from: 'apiVersion: aicr.run/v1\n', to: '' };

  it.each([
    ['recipe', 'retired', retired, 'aicr.run/v1alpha2'],
    ['snapshot', 'retired', retired, 'aicr.run/v1alpha2'],
    ['recipe', 'missing', missing, 'no apiVersion'],
    ['snapshot', 'missing', missing, 'no apiVersion'],
  ] as const)('of a %s whose apiVersion is %s, unless that is asked for', async (...row) => {
    const [part, , { from, to }, found] = row;
    const validation = validateDemo({ [part]: replaced(DEMO[part], from, to) });
    await expect(packDemo(validation)).rejects.toMatchObject({
      code: 'API_VERSION_RETIRED',
      at: `${part}.yaml#/apiVersion`,
      found,
      expected: 'aicr.run/v1 in what becomes evidence',
    });
    const { files } = await packDemo(validation, { allowRetiredApi: true });
    const packed = (await contentsOf(files)).get(`${part}.yaml`)?.toString() ?? '';
    // AICR writes an empty one into a recipe that has none.
    const [, version = '""'] = /^apiVersion: (.*)$/m.exec(packed) ?? [];
    expect(version).toBe(found === 'no apiVersion' ? '""' : found);
  });
});

describe('signed evidence', () => {
  const signedAt = (milliseconds: number) => new Date(NOW.getTime() + milliseconds);

  it('has one file more, which no manifest lists, and the rest as it is unsigned', async () => {
    const signing = { signer: fakeSigner(), trust: fakeTrust() };
    const { files, proof, manifestDigest } = await packDemo(undefined, { signing });
    expect(files.map(({ path }) => path)).toEqual(['attestation.intoto.jsonl', ...PATHS]);
    expect(proof?.signer).toEqual(SIGNER);
    const unsigned = await packDemo();
    expect(manifestDigest).toBe(unsigned.manifestDigest);
    expect(files.slice(1).map(({ digest }) => digest)).toEqual(
      unsigned.files.map(({ digest }) => digest),
    );
  });

  it('says if a sandbox signed it', async () => {
    const trust = fakeTrust({ ...FAKE_ROOT, sandbox: true });
    const { sandbox } = await packDemo(undefined, { signing: { signer: fakeSigner(), trust } });
    expect(sandbox).toBe(true);
  });

  it.each([0, 1, -MAX_CLOCK_SKEW_MS])('may be signed %i ms after it was made', async (offset) => {
    const signer = fakeSigner({ signedAt: signedAt(offset) });
    const { proof } = await packDemo(undefined, { signing: { signer, trust: fakeTrust() } });
    expect(proof?.signedAt).toEqual(signedAt(offset));
  });

  it('is not given if it says that it was made later than it was signed', async () => {
    const signer = fakeSigner({ signedAt: signedAt(-MAX_CLOCK_SKEW_MS - 1000) });
    const signing = { signer, trust: fakeTrust() };
    await expect(packDemo(undefined, { signing })).rejects.toMatchObject({
      code: 'SELF_CHECK_FAILED',
      found:
        'signed at 2026-06-10T01:14:59Z, says the fake clock, before attestedAt 2026-06-10T01:20:00Z',
    });
  });

  it('is not given if a phase ended later than it was signed, though it was made before', async () => {
    // As late as a phase may end.
    const stop = signedAt(MAX_CLOCK_SKEW_MS);
    const { conformance = '', ...others } = DEMO.results ?? {};
    const last = replaced(conformance, '1781054290030', String(stop.getTime()));
    const validation = validateDemo({ results: { ...others, conformance: last } });
    const sign = async (offset: number): ReturnType<typeof packDemo> => {
      const signer = fakeSigner({ signedAt: signedAt(offset) });
      return await packDemo(validation, { signing: { signer, trust: fakeTrust() } });
    };
    expect((await sign(0)).proof?.signedAt).toEqual(NOW);
    await expect(sign(-1)).rejects.toMatchObject({
      code: 'SELF_CHECK_FAILED',
      found:
        'signed at 2026-06-10T01:19:59Z, says the fake clock, before the last phase ended, 2026-06-10T01:25:00Z',
    });
  });

  it('is not given if the service signed something else', async () => {
    const signer = { sign: async () => await fakeSigner().sign(Buffer.from('{}')) };
    await expect(
      packDemo(undefined, { signing: { signer, trust: fakeTrust() } }),
    ).rejects.toMatchObject({
      code: 'SELF_CHECK_FAILED',
      expected: 'the bytes of statement.intoto.json',
    });
  });
});
