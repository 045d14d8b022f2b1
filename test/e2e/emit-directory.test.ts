// `--layout directory`: evidence as aicr lays it out on disk, and every reader of it.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { digestOf, hexOf } from '../../src/digest.ts';
import { canonicalRecipe, recipeDigest } from '../../src/evidence/aicr/canonical-yaml.ts';
import { parsePointer } from '../../src/evidence/pointer/pointer.ts';
import { SANDBOX_IDENTITY, SANDBOX_ISSUER } from '../../src/sandbox/oidc.ts';
import { ROOT } from '../run-cli.ts';
import { PROFILE, PROFILED_RECIPE } from './aicr-bundle.ts';
import { EPOCH, INPUTS, OUT, Workplace, placesOf } from './emit.ts';
import { fileIn, valueAt } from './evidence.ts';

const DIRECTORY = 'evidence';
const LAYOUT = ['--layout', 'directory', '--emit-evidence', DIRECTORY];
const UNSIGNED = [...INPUTS, '--no-sign', ...LAYOUT];
const BUNDLE = `${DIRECTORY}/summary-bundle`;
const POINTER = `${DIRECTORY}/pointer.yaml`;
const STATEMENT = 'statement.intoto.json';
const RECIPE = 'h100-eks-ubuntu-training-kubeflow';
const OTHER_RECIPE = 'h100-eks-ubuntu-training';
const EXEMPT = new Set(['attestation.intoto.jsonl', 'manifest.json', 'statement.intoto.json']);

function filesIn(place: Workplace, folder: string): ReadonlyMap<string, Buffer> {
  const names = place.list(folder).filter((name) => statSync(place.path(folder, name)).isFile());
  return new Map(names.map((name) => [name, readFileSync(place.path(folder, name))]));
}

function pointerIn(place: Workplace) {
  return parsePointer(readFileSync(place.path(POINTER)), POINTER);
}

describe('evidence as a directory', () => {
  it('has a pointer and a summary bundle, which all readers read: its parent, itself, a tar.gz, the pointer', async () => {
    const place = new Workplace();
    // With a slash at its end, as a shell completes it; what is left beside it is not in it.
    const out = ['--layout', 'directory', '--emit-evidence', `${DIRECTORY}/`];
    const words = ['validate', ...INPUTS, '--sandbox', ...out];
    const run = await place.run(words, { env: EPOCH });
    expect(run.code).toBe(0);
    expect(place.list(DIRECTORY).filter((name) => !name.includes('/'))).toEqual([
      'pointer.yaml',
      'summary-bundle',
    ]);
    expect(run.stderr).toContain(`\n pointer: ${POINTER}, not for AICR, which takes none to`);
    const { signer, artifact, recipe } = pointerIn(place);
    expect([signer, artifact, recipe]).toEqual([
      { identity: SANDBOX_IDENTITY, issuer: SANDBOX_ISSUER, rekorLogIndex: undefined },
      undefined,
      RECIPE,
    ]);
    expect(readFileSync(place.path(POINTER), 'utf8')).toContain('digest: ""\n      oci: ""\n');

    execFileSync('tar', ['-czf', 'bundle.tar.gz', '-C', BUNDLE, '.'], { cwd: place.folder });
    const [, flags = ''] =
      /^ *verify: affidavit verify-evidence evidence (.*)$/m.exec(run.stderr) ?? [];
    const inputs = [[DIRECTORY], [BUNDLE], ['bundle.tar.gz'], [POINTER, '--bundle', DIRECTORY]];
    for (const input of inputs) {
      const verify = ['verify-evidence', ...input, ...flags.split(' '), '--format', 'json'];
      const { code, stdout } = await place.run(verify);
      expect([code, (JSON.parse(stdout) as { verdict: string }).verdict]).toEqual([0, 'verified']);
    }

    // docs/aicr.md, "Writing": the Sigstore bundle.
    const attestation = readFileSync(place.path(BUNDLE, 'attestation.intoto.jsonl'));
    const value = (pointer: string): unknown => valueAt(attestation, pointer);
    expect(attestation.toString().trimEnd()).not.toContain('\n');
    expect(value('/mediaType')).toBe('application/vnd.dev.sigstore.bundle.v0.3+json');
    expect(value('/dsseEnvelope/payloadType')).toBe('application/vnd.in-toto+json');
    expect(value('/verificationMaterial/certificate/rawBytes')).toEqual(expect.any(String));
    expect(value('/verificationMaterial/x509CertificateChain')).toBeUndefined();
    expect(value('/verificationMaterial/tlogEntries')).toHaveLength(1);
    expect(value('/verificationMaterial/tlogEntries/0/inclusionProof')).toBeDefined();
    const payload = Buffer.from(String(value('/dsseEnvelope/payload')), 'base64');
    expect(payload).toEqual(readFileSync(place.path(BUNDLE, STATEMENT)));
  });

  it('is signed as a directory by the command that is printed', async () => {
    const place = new Workplace();
    const { stderr } = await place.run(['validate', ...UNSIGNED], { env: EPOCH });
    const [, words = ''] = /^ *sign: affidavit (.*)$/m.exec(stderr) ?? [];
    expect(words).toBe('evidence sign evidence --emit-evidence evidence.signed --layout directory');
    const signed = await place.run([...words.split(' '), '--sandbox'], { env: EPOCH });
    expect(signed.code).toBe(0);
    expect(place.list('evidence.signed').filter((name) => !name.includes('/'))).toEqual([
      'pointer.yaml',
      'summary-bundle',
    ]);
  });

  it('has the files of the archive, byte for byte, and a pointer without a signer', async () => {
    const place = new Workplace();
    await place.validate([...UNSIGNED, '--logs', 'logs'], { env: EPOCH });
    const archive = [...INPUTS, '--logs', 'logs', '--no-sign', '--emit-evidence', OUT];
    await place.validate(archive, { env: EPOCH });
    expect(filesIn(place, BUNDLE)).toEqual(new Map(await place.files()));
    expect(pointerIn(place).signer).toBeUndefined();
    expect(statSync(place.path(POINTER)).mode & 0o777).toBe(0o600);
    expect(statSync(place.path(BUNDLE, 'ctrf')).mode & 0o777).toBe(0o755);

    // docs/guides/contributor.md
    mkdirSync(place.path('recipes/evidence'), { recursive: true });
    const oci = `ghcr.io/you/aicr-evidence:t@${digestOf('')}`;
    const { code } = await place.run(['evidence', 'pointer', DIRECTORY, '--oci', oci]);
    expect([code, place.list('recipes/evidence')]).toEqual([0, [`${RECIPE}.yaml`]]);
  });
});

describe('what AICR demands of a bundle', () => {
  /** Unsigned, because a signature changes nothing of this. */
  async function bundle(recipe?: string): Promise<ReadonlyMap<string, Buffer>> {
    const place = new Workplace();
    if (recipe !== undefined) place.write('recipe.yaml', recipe);
    await place.validate([...UNSIGNED, '--logs', 'logs'], { env: EPOCH });
    return filesIn(place, BUNDLE);
  }

  it('of its inventory: every file but three, by a relative path, with exact size and digest', async () => {
    const files = await bundle();
    const manifest = fileIn(files, 'manifest.json');
    const { schemaVersion, files: listed } = JSON.parse(manifest.toString()) as {
      schemaVersion: string;
      files: { path: string; size: number; sha256: string; mediaType?: string }[];
    };
    expect(schemaVersion).toBe('1.0.0');
    const others = [...files].filter(([path]) => !EXEMPT.has(path));
    expect(listed.map(({ path }) => path)).toEqual(others.map(([path]) => path).toSorted());
    for (const { path, size, sha256 } of listed) {
      const bytes = fileIn(files, path);
      expect([path, size, sha256]).toEqual([path, bytes.length, digestOf(bytes)]);
      expect(path).toMatch(/^[^/.][^\\]*$/);
    }
    const statement = fileIn(files, STATEMENT);
    expect(valueAt(statement, '/predicate/manifest')).toEqual({
      digest: digestOf(manifest),
      fileCount: listed.length,
    });
  });

  it.each([
    ['without a profile', undefined, RECIPE, undefined],
    ['with one', PROFILED_RECIPE, `${OTHER_RECIPE}-gpustack-operator-managed`, PROFILE],
  ])('of its recipe and statement, %s', async (_, text, name, profile) => {
    const files = text === undefined ? await bundle() : await profiledBundle(text);
    const recipe = fileIn(files, 'recipe.yaml');
    // The text that yaml.v3 writes, so AICR's second canonicalization changes nothing.
    expect(canonicalRecipe(recipe, 'recipe.yaml', 'legacy')).toBe(recipe.toString());
    expect(recipe.toString()).toContain('kind: RecipeResult\n');
    expect(recipe.toString()).toContain(
      `apiVersion: aicr.run/v1${profile === undefined ? '' : 'beta2'}\n`,
    );
    const statement = fileIn(files, STATEMENT);
    const value = (pointer: string): unknown => valueAt(statement, pointer);
    const digest = hexOf(recipeDigest(recipe, 'recipe.yaml', 'v3'));
    expect(value('/_type')).toBe('https://in-toto.io/Statement/v1');
    expect(value('/predicateType')).toBe('https://aicr.run/recipe-evidence/v3');
    expect(value('/subject')).toEqual([{ name: `recipe:${name}`, digest: { sha256: digest } }]);
    expect(value('/predicate/recipe')).toEqual({ name, digest });
    expect(value('/predicate/profile')).toEqual(profile);
    expect(value('/predicate/attestedAt')).toBe('2026-06-10T01:20:00Z');
    expect(value('/predicate/criteriaMatch/perDimension/0/dimension')).toBe('service');
    const phases = Object.entries(value('/predicate/phases') as Record<string, object>);
    expect(phases.length).toBeGreaterThan(0);
    for (const [phase, claimed] of phases) {
      expect(['deployment', 'performance', 'conformance']).toContain(phase);
      const ctrfDigest = digestOf(fileIn(files, `ctrf/${phase}.json`));
      expect(claimed).toMatchObject({ ctrfDigest, passed: expect.any(Number) as number });
    }
    // Go reads its ints only if they are written as such.
    expect(statement.toString()).not.toMatch(/: -?\d+(?:\.\d|[eE])/);
  });

  /** The recipe of the vectors fits their own snapshot and results. */
  async function profiledBundle(recipe: string): Promise<ReadonlyMap<string, Buffer>> {
    const place = new Workplace();
    const inputs = join(ROOT, 'testdata/vectors/inputs');
    place.write('recipe.yaml', recipe);
    const results = ['deployment.json', 'performance.json'].map((name) => join(inputs, name));
    const words = ['--recipe', 'recipe.yaml', '--snapshot', join(inputs, 'snapshot.yaml')];
    await place.validate([...words, '--results', ...results, '--no-sign', ...LAYOUT], {
      env: EPOCH,
    });
    return filesIn(place, BUNDLE);
  }
});

describe('--layout directory', () => {
  it('replaces an older one as a whole, if it is told to', async () => {
    const place = new Workplace();
    await place.validate([...UNSIGNED, '--redact', 'none', '--logs', 'logs']);
    const { error, code } = await place.refused(UNSIGNED);
    expect([code, ...placesOf([error])]).toEqual([3, `OUTPUT_EXISTS ${DIRECTORY}`]);
    expect(place.list(BUNDLE)).toContain('logs');
    expect((await place.validate([...UNSIGNED, '--force'])).code).toBe(0);
    expect(place.list(BUNDLE)).not.toContain('logs');
  });

  it.each<[string, string, readonly string[], (place: Workplace) => void]>([
    [
      'over a foreign directory',
      `3 OUTPUT_FOREIGN ${DIRECTORY}/notes.txt`,
      ['--force'],
      (place) => place.write(`${DIRECTORY}/notes.txt`, ''),
    ],
    [
      'over a file',
      `3 FILE_UNWRITABLE ${DIRECTORY}`,
      ['--force'],
      (place) => place.write(DIRECTORY, ''),
    ],
    [
      'over the directory of its own input',
      '64 USAGE --emit-evidence',
      ['--force', '--bom', `${BUNDLE}/bom.json`],
      (place) => place.write(`${BUNDLE}/bom.json`, '{}'),
    ],
    [
      'with the report in it',
      '64 USAGE --output',
      ['--force', '--output', POINTER],
      (place) => place.write(POINTER, ''),
    ],
    ['without evidence', '64 USAGE --layout', [], () => undefined],
  ])('%s is refused: %s', async (what, expected, more, prepare) => {
    const place = new Workplace();
    prepare(place);
    const words = what === 'without evidence' ? [...INPUTS, '--layout', 'directory'] : UNSIGNED;
    const { code, error } = await place.refused([...words, ...more]);
    expect(`${code} ${error.code} ${error.at ?? ''}`).toBe(expected);
  });

  it.each(['precious.txt', 'mydir/x', 'logs/x'])(
    'keeps a foreign file in an older bundle: %s',
    async (name) => {
      const place = new Workplace();
      await place.validate(UNSIGNED, { env: EPOCH });
      place.write(`${BUNDLE}/${name}`, 'kept');
      const { code, error } = await place.refused([...UNSIGNED, '--force']);
      expect([code, error.code]).toEqual([3, 'OUTPUT_FOREIGN']);
      expect(`${BUNDLE}/${name}`.startsWith(error.at ?? '-')).toBe(true);
      expect(readFileSync(place.path(BUNDLE, name), 'utf8')).toBe('kept');
    },
  );

  it.each(['.', `${DIRECTORY}/.`, '..'])('is refused without a name: %s', async (out) => {
    const place = new Workplace();
    place.write(POINTER, '');
    const words = [...INPUTS, '--no-sign', '--layout', 'directory', '--force'];
    const { code, error } = await place.refused([...words, '--emit-evidence', out]);
    expect([code, error.code, error.at]).toEqual([64, 'USAGE', '--emit-evidence']);
    expect(error.expected).toContain('a directory by its name');
  });

  it('is refused with a key, which no pointer can name, before any work', async () => {
    const { code, error } = await new Workplace().refused([
      ...[...INPUTS, '--sandbox', '--key', 'missing.key', ...LAYOUT],
    ]);
    expect([code, error.code, error.at]).toEqual([64, 'USAGE', '--layout']);
  });

  it('is written by evidence sign too', async () => {
    const place = new Workplace();
    await place.validate([...INPUTS, '--no-sign', '--emit-evidence', OUT], { env: EPOCH });
    const words = ['evidence', 'sign', OUT, '--sandbox', ...LAYOUT];
    const run = await place.run(words);
    expect([run.code, pointerIn(place).signer?.identity]).toEqual([0, SANDBOX_IDENTITY]);
    expect((await place.repeat(run)).code).toBe(0);
  });
});
