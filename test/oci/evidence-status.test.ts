import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';

import { digestOf, hexOf } from '../../src/digest.ts';
import { renderPointer } from '../../src/evidence/pointer/pointer.ts';
import { writeLayout } from '../../src/io/oci/write-layout.ts';
import { MAX_OCI_MANIFEST_BYTES } from '../../src/limits.ts';
import { read } from '../docs/repository.ts';
import { scratch } from '../io/scratch.ts';
import { ARTIFACT, ATTESTATION, INDEX, changed } from '../pointer/oci.ts';
import { runProgram } from '../run-here.ts';
import type { Faults, TestRegistry } from './call.ts';
import { repositoryOf } from './client.ts';
import { list } from './evidence.ts';
import { LAYER_BLOB, push } from './pushed.ts';
import { withRegistry } from './registry.ts';

const isStatus = new Ajv2020().compile(JSON.parse(read('schemas/status.schema.json')) as object);

interface Place {
  readonly name: string;
  readonly state: string;
  readonly fault: { readonly code: string } | null;
  readonly attached: readonly { readonly digest: string | null; readonly state: string }[];
  readonly tag: {
    readonly digest: string | null;
    readonly isMoved: boolean;
    readonly fault: { readonly code: string } | null;
  } | null;
}

async function status(ref: string, ...words: readonly string[]) {
  const run = await runProgram(['evidence', 'status', ref, '--format', 'json', ...words]);
  const report = JSON.parse(run.stdout) as { exitCode: number; locations: readonly Place[] };
  expect([isStatus(report), isStatus.errors]).toEqual([true, null]);
  expect(report.exitCode).toBe(run.code);
  return { ...run, locations: report.locations };
}

/** With the artifact in it. */
async function withArtifact(
  faults: Faults,
  use: (registry: TestRegistry, ref: string) => Promise<void>,
): Promise<void> {
  await withRegistry({}, async (registry) => {
    await push(repositoryOf(registry));
    Object.assign(registry.faults, faults);
    await use(registry, `oci://${registry.host}/evidence:v1@${ARTIFACT.digest}`);
  });
}

async function layout(): Promise<string> {
  const path = join(scratch(), 'layout');
  await writeLayout(path, async (to) => await push(to));
  return path;
}

const ATTACHED = [{ digest: ATTESTATION.digest, state: 'serves', fault: null }];

describe('evidence status', () => {
  it('lists all digests of more than 256, reads none of them, and is 3', async () => {
    const names = Array.from({ length: 257 }, (_, index) => digestOf(String(index)));
    await withArtifact({ referrers: 'none' }, async (registry, ref) => {
      const named = names.map((digest) => ({ ...ATTESTATION, digest }));
      list(registry, ARTIFACT, named);
      registry.asked.length = 0;
      const { code, locations } = await status(ref);
      expect([code, registry.asked.some((each) => each.includes(names[0] ?? ''))]).toEqual([
        3,
        false,
      ]);
      const [tooMany, ...listed] = locations[0]?.attached ?? [];
      expect(tooMany).toMatchObject({
        ...{ digest: null, state: 'unreachable', fault: { code: 'REFERRERS_TOO_MANY' } },
      });
      expect(listed).toEqual(names.map((digest) => ({ digest, state: 'listed', fault: null })));
      const shown = await runProgram(['evidence', 'status', ref]);
      expect(shown.stdout).toContain(`attached ${names[256]}: listed, not read`);
    });
  });

  it('reads all that each location serves, and is 0 if all do', async () => {
    await withArtifact({}, async (registry, ref) => {
      const { code, locations } = await status(ref);
      expect(code).toBe(0);
      expect(locations).toEqual([
        {
          ...{ name: `${registry.host}/evidence`, state: 'serves', fault: null },
          layer: { digest: LAYER_BLOB.digest, size: LAYER_BLOB.size },
          attached: ATTACHED,
          tag: { name: 'v1', digest: ARTIFACT.digest, isMoved: false, fault: null },
        },
      ]);
      expect(registry.asked).toContain(`GET /v2/evidence/blobs/${LAYER_BLOB.digest}`);
      const shown = await runProgram(['evidence', 'status', ref]);
      expect(shown.stdout).toContain(`${registry.host}/evidence: serves it`);
      expect(shown.stdout).toContain(`attached ${ATTESTATION.digest}: serves it`);
      expect(shown.stdout).toContain('tag v1: the artifact');
    });
  });

  it('asks all locations of a pointer and of --location, and is 1 if one lacks it', async () => {
    await withArtifact({}, async (registry) => {
      const path = join(scratch(), 'pointer.yaml');
      const pointer = renderPointer({
        ...{ recipe: 'h100', profile: undefined, attestedAt: new Date(0), signer: undefined },
        predicateType: 'https://aicr.run/recipe-evidence/v3',
        artifact: { oci: `${registry.host}/evidence:v1`, digest: ARTIFACT.digest },
        affidavit: { attestation: ATTESTATION.digest, locations: [`${registry.host}/gone`] },
      });
      writeFileSync(path, pointer);
      const more = ['--registry', registry.host, '--location', `${registry.host}/other`];
      const { code, locations } = await status(path, ...more);
      expect([code, locations.map(({ name, state }) => [name, state])]).toEqual([
        1,
        [
          [`${registry.host}/evidence`, 'serves'],
          [`${registry.host}/gone`, 'lacks'],
          [`${registry.host}/other`, 'lacks'],
        ],
      ]);
    });
  });

  it('is 3 if one cannot be reached, which counts more than one that lacks it', async () => {
    await withArtifact({ wants: 'forbidden' }, async (registry, ref) => {
      const { code, locations } = await status(ref, '--location', `${registry.host}/gone`);
      expect([code, locations[0]?.state, locations[0]?.fault?.code]).toEqual([
        3,
        'unreachable',
        'REGISTRY_REFUSED',
      ]);
    });
    await withArtifact({}, async (registry, ref) => {
      const first: Faults['first'] = ({ url = '' }, response) => {
        if (!url.startsWith('/v2/down/')) return false;
        response.writeHead(403).end();
        return true;
      };
      Object.assign(registry.faults, { first });
      const more = ['--location', `${registry.host}/down`, '--location', `${registry.host}/gone`];
      const { code, locations } = await status(ref, ...more);
      expect([code, locations.map(({ state }) => state)]).toEqual([
        3,
        ['serves', 'unreachable', 'lacks'],
      ]);
    });
  });

  it('is 1 if one serves other bytes of the full length', async () => {
    await withArtifact({ spoil: (bytes) => Buffer.alloc(bytes.length) }, async (_, ref) => {
      const { code, locations } = await status(ref);
      expect([code, locations[0]?.state, locations[0]?.fault?.code]).toEqual([
        1,
        'differs',
        'REGISTRY_BYTES_OTHER',
      ]);
    });
  });

  it('is 1 if a signature that is listed, or named, is not there', async () => {
    await withArtifact({}, async (registry, ref) => {
      const named = `sha256:${'0'.repeat(64)}`;
      const missing = await status(ref, '--attestation', named);
      expect([missing.code, missing.locations[0]?.attached]).toMatchObject([
        1,
        [{ digest: named, state: 'lacks', fault: { code: 'REGISTRY_LACKS' } }, ...ATTACHED],
      ]);
      registry.blobs.delete(
        JSON.parse(Buffer.from(ATTESTATION.bytes).toString()).layers[0].digest as string,
      );
      const listed = await status(ref);
      expect([listed.code, listed.locations[0]?.attached[0]?.state]).toEqual([1, 'lacks']);
    });
  });

  it('says that a tag was moved, or is gone, and the exit code stays', async () => {
    await withArtifact({}, async (registry, ref) => {
      const other = changed(ARTIFACT, (manifest) => (manifest['annotations'] = { x: 'y' }));
      await repositoryOf(registry).writeManifest(other, 'v1');
      const { code, locations } = await status(ref);
      expect([code, locations[0]?.tag]).toEqual([
        0,
        { name: 'v1', digest: other.digest, isMoved: true, fault: null },
      ]);
      const shown = await runProgram(['evidence', 'status', ref]);
      expect(shown.stdout).toContain(`tag v1: MOVED, it is ${other.digest} now`);
      registry.manifests.delete('evidence:v1');
      const gone = await status(ref);
      expect([gone.code, gone.locations[0]?.tag]).toEqual([
        0,
        { name: 'v1', digest: null, isMoved: false, fault: null },
      ]);
    });
  });

  it('is 3 if what the tag is now cannot be found out', async () => {
    const first: Faults['first'] = ({ url = '' }, response) => {
      if (!url.endsWith('/manifests/v1')) return false;
      response.writeHead(403).end();
      return true;
    };
    await withArtifact({ first }, async (_, ref) => {
      const { code, locations } = await status(ref);
      expect([code, locations[0]?.state, locations[0]?.tag]).toMatchObject([
        3,
        'serves',
        { digest: null, isMoved: false, fault: { code: 'REGISTRY_REFUSED' } },
      ]);
      const shown = await runProgram(['evidence', 'status', ref]);
      expect(shown.stdout).toMatch(/tag v1: NOT KNOWN\n +REGISTRY_REFUSED: found status 403/);
    });
  });

  it('says that a tag was moved to a list, however long', async () => {
    await withArtifact({}, async (registry, ref) => {
      const name = 'x'.repeat(MAX_OCI_MANIFEST_BYTES);
      const long = changed(INDEX, (index) => (index['annotations'] = { name }));
      registry.manifests.set('evidence:v1', { ...long, bytes: Buffer.from(long.bytes) });
      const { code, locations } = await status(ref);
      expect([code, locations[0]?.tag]).toMatchObject([0, { digest: long.digest, isMoved: true }]);
    });
  });

  it('takes a tag without a flag, and asks about what it is now', async () => {
    await withArtifact({}, async (registry) => {
      const run = await runProgram(['evidence', 'status', `oci://${registry.host}/evidence:v1`]);
      expect(run.code).toBe(0);
      expect(run.stdout).toContain(`artifact ${ARTIFACT.digest}\n`);
      expect(run.stderr).toContain(`${registry.host}/evidence:v1 is ${ARTIFACT.digest} now\n`);
    });
  });

  it('takes a layout, and says what it lacks', async () => {
    const path = await layout();
    const whole = await status(path);
    expect([whole.code, whole.locations[0]?.attached]).toEqual([0, ATTACHED]);
    rmSync(join(path, 'blobs/sha256', hexOf(LAYER_BLOB.digest)));
    const { code, locations } = await status(path);
    expect([code, locations[0]?.state]).toEqual([1, 'lacks']);
  });

  it.each([
    ['evidence', 'status', '--output'],
    ['verify-evidence', '--output'],
    ['verify-evidence', '--format'],
    ['evidence', 'fetch', '--force', '--output'],
  ])('and %s %s %s replace no file of a layout that is named with a digest', async (...words) => {
    const path = await layout();
    const file = join(path, 'index.json');
    const before = readFileSync(file, 'utf8');
    const flag = words.pop() ?? '';
    const out = flag === '--format' ? `json=${file}` : file;
    const run = await runProgram([...words, `${path}@${ARTIFACT.digest}`, flag, out]);
    expect([run.code, run.stderr]).toEqual([64, expect.stringContaining('error: USAGE')]);
    expect(run.stderr).toContain(`at: ${flag}`);
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('writes its report to a file', async () => {
    const from = await layout();
    const cwd = scratch();
    const words = ['evidence', 'status', from, '--format', 'json', '-o', 'status.json'];
    const run = await runProgram(words, { cwd });
    expect([run.code, run.stdout]).toEqual([0, '']);
    expect(isStatus(JSON.parse(readFileSync(join(cwd, 'status.json'), 'utf8')))).toBe(true);
  });
});
