// `evidence pointer oci://…`. That of a bundle on disk: test/e2e/evidence-pointer.test.ts.
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { parsePointer, pointerPath, type Pointer } from '../../src/evidence/pointer/pointer.ts';
import {
  ATTESTATION,
  SIGNER,
  STATEMENT,
  archiveOf,
  edited,
  fileIn,
  makeEvidence,
  valueAt,
  withFile,
} from '../e2e/evidence.ts';
import type { Run } from '../run-cli.ts';
import { runProgram } from '../run-here.ts';
import type { TestRegistry } from './call.ts';
import { attach, pushBundle } from './evidence.ts';
import { withRegistry } from './registry.ts';

const evidence = await makeEvidence();
const unsigned = withFile(evidence.files, ATTESTATION);
const layer = await archiveOf(unsigned);
const ARTIFACT = pushBundle({ manifests: new Map(), blobs: new Map() }, layer);
const name = 'ghcr.io/org/evidence:tag';
const subject = { name, digest: { sha256: ARTIFACT.digest.slice('sha256:'.length) } };
const statement = edited(fileIn(unsigned, STATEMENT), { '/subject/0': subject });
const ofArtifact = await evidence.sign(statement);
const ofRecipe = fileIn(evidence.files, ATTESTATION);
const RECIPE = 'h100-eks-ubuntu-training-kubeflow';

interface Made extends Run {
  readonly path: string | undefined;
  readonly pointer: Pointer | undefined;
}

async function make(
  { host }: TestRegistry,
  reference: string,
  ...more: readonly string[]
): Promise<Made> {
  const folder = evidence.path();
  mkdirSync(folder);
  const words = ['evidence', 'pointer', `oci://${host}/${reference}`, '--evidence-dir', folder];
  const run = await runProgram([...words, ...evidence.root, ...more]);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  const [path] = files
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  const pointer =
    path === undefined ? undefined : parsePointer(readFileSync(join(folder, path)), path);
  return { ...run, path, pointer };
}

/** The evidence with these signatures. */
async function withEvidence(
  attestations: readonly Buffer[],
  use: (registry: TestRegistry, digests: readonly string[]) => Promise<void>,
): Promise<void> {
  await withRegistry({}, async (registry) => {
    pushBundle(registry, layer);
    const digests = attestations.map((bytes) => attach(registry, ARTIFACT, bytes).digest);
    await use(registry, digests);
  });
}

const REFERENCE = `evidence:tag@${ARTIFACT.digest}`;

describe('evidence pointer oci://', () => {
  it('writes that of a signed artifact, which names the signature and the other locations', async () => {
    await withEvidence([ofArtifact], async (registry, [attestation]) => {
      const copy = `${registry.host}/copy`;
      const made = await make(registry, REFERENCE, '--location', copy);
      expect([made.code, made.stdout]).toEqual([0, '']);
      expect(made.pointer).toMatchObject({
        recipe: RECIPE,
        artifact: { oci: `${registry.host}/evidence:tag`, digest: ARTIFACT.digest },
        signer: SIGNER,
        affidavit: { attestation, locations: [copy] },
      });
      expect(made.path).toBe(made.pointer && pointerPath(made.pointer));
    });
  });

  it('writes that of an artifact that nobody signed to the flat path', async () => {
    await withEvidence([], async (registry) => {
      const made = await make(registry, REFERENCE);
      expect([made.code, made.path]).toEqual([0, `${RECIPE}.yaml`]);
      expect(made.pointer?.signer).toBeUndefined();
      expect(made.pointer?.affidavit).toBeUndefined();
      expect(made.stderr).toContain('affidavit evidence sign ');
    });
  });

  it('takes a tag alone with --allow-tag, and writes the digest that it was', async () => {
    await withEvidence([ofArtifact], async (registry) => {
      const { bytes, mediaType } = ARTIFACT;
      registry.manifests.set('evidence:tag', { bytes: Buffer.from(bytes), mediaType });
      const refused = await make(registry, 'evidence:tag');
      expect([refused.code, refused.stderr]).toEqual([64, expect.stringContaining('--allow-tag')]);
      expect([registry.asked, refused.path]).toEqual([[], undefined]);
      const made = await make(registry, 'evidence:tag', '--allow-tag');
      expect([made.code, made.pointer?.artifact?.digest]).toEqual([0, ARTIFACT.digest]);
    });
  });

  it('names the signature about the artifact, also where the recipe was signed later', async () => {
    const later = await evidence.sign(fileIn(unsigned, STATEMENT));
    await withEvidence([ofArtifact, later], async (registry, [attestation, other]) => {
      const made = await make(registry, REFERENCE);
      expect([made.code, made.pointer?.affidavit?.attestation]).toEqual([0, attestation]);
      const refused = await make(registry, REFERENCE, '--attestation', other ?? '');
      expect([refused.code, refused.path]).toEqual([2, undefined]);
      expect(refused.stderr).toContain('POINTER_SUBJECT_DIFFERS');
    });
  });

  it('does not choose between two signers: 4, unless one signature is named', async () => {
    const sub = 'https://github.com/o/r/.github/workflows/e.yaml@refs/heads/b';
    const ofOther = await evidence.sign(statement, { sub });
    await withEvidence([ofArtifact, ofOther], async (registry, [, other = '']) => {
      const refused = await make(registry, REFERENCE);
      expect([refused.code, refused.path]).toEqual([4, undefined]);
      expect(refused.stderr).toContain('error: ATTESTATIONS_SEVERAL ');
      expect(refused.stderr).toContain(other);
      const made = await make(registry, REFERENCE, '--attestation', other);
      expect([made.code, made.pointer?.signer?.identity]).toEqual([0, sub]);
      expect(registry.asked.at(-1)).not.toContain('referrers');
    });
  });

  it.each<[string, number, string, (registry: TestRegistry) => void]>([
    [
      'a signature that does not verify',
      2,
      'SIGNATURE_INVALID',
      (registry) => {
        const sig = '/dsseEnvelope/signatures/0/sig';
        attach(registry, ARTIFACT, edited(ofArtifact, { [sig]: valueAt(ofRecipe, sig) }));
      },
    ],
    [
      'other bytes than the digest names',
      2,
      'REGISTRY_BYTES_OTHER',
      ({ faults }) => {
        faults.spoil = (bytes) => Buffer.alloc(bytes.length);
      },
    ],
    ['a registry that does not have it', 3, 'REGISTRY_LACKS', ({ manifests }) => manifests.clear()],
  ])('makes none of %s', async (_, code, error, change) => {
    await withEvidence([], async (registry) => {
      change(registry);
      const made = await make(registry, REFERENCE);
      expect([made.code, made.path]).toEqual([code, undefined]);
      expect(made.stderr).toContain(`error: ${error} `);
    });
  });

  it.each([
    ['--oci beside it', [`oci://ghcr.io/${REFERENCE}`, '--oci', `ghcr.io/${REFERENCE}`], '--oci'],
    ['a place of a bundle', ['.', '--evidence-dir', '.'], '--evidence-dir'],
    ['a signature of a bundle', ['.', '--attestation', ARTIFACT.digest], '--attestation'],
  ])('is called wrongly with %s: 64', async (_, words, at) => {
    const { code, stderr } = await runProgram(['evidence', 'pointer', ...words]);
    expect([code, stderr]).toEqual([64, expect.stringContaining(`at: ${at}\n`)]);
  });
});
