// What is attached to an artifact, and which place is asked next: every command has the same answer.
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { renderPointer } from '../../src/evidence/pointer/pointer.ts';
import { openLayout } from '../../src/io/oci/layout.ts';
import { OCI_INDEX } from '../../src/media-types.ts';
import { scratch } from '../io/scratch.ts';
import { ARTIFACT, ATTESTATION, INDEX, changed } from '../pointer/oci.ts';
import { runProgram } from '../run-here.ts';
import type { TestRegistry } from './call.ts';
import { repositoryOf } from './client.ts';
import { list, put } from './evidence.ts';
import { LAYER_BLOB, TAG, layerOf, push } from './pushed.ts';
import { withRegistry } from './registry.ts';

const LIST = `evidence:${TAG}`;
const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';

/** With artifact, signature and list in it. */
async function withArtifact(
  use: (registry: TestRegistry, ref: string, cwd: string) => Promise<void>,
): Promise<void> {
  await withRegistry({}, async (registry) => {
    await push(repositoryOf(registry));
    await use(registry, `oci://${registry.host}/evidence@${ARTIFACT.digest}`, scratch());
  });
}

/** As each says what is wrong; nothing may be written then. */
const COMMANDS: Readonly<Record<string, (ref: string) => readonly string[]>> = {
  'verify-evidence': (ref) => ['verify-evidence', ref, '--allow-unsigned'],
  'evidence fetch': (ref) => ['evidence', 'fetch', ref, '-o', 'out.tar.gz'],
  'evidence fetch --oci-layout': (ref) => ['evidence', 'fetch', ref, '--oci-layout', 'out'],
  'evidence mirror': (ref) => ['evidence', 'mirror', ref, 'copy'],
};

async function requireRefused(
  ref: string,
  { cwd, code, exit = 2, more = [] }: Refused,
): Promise<void> {
  for (const [name, words] of Object.entries(COMMANDS)) {
    const run = await runProgram([...words(ref), ...more], { cwd });
    const errors = run.stderr.split('\n').filter((line) => line.startsWith('error: '));
    expect([name, run.code, ...errors, ...readdirSync(cwd)]).toEqual([
      ...[name, exit, expect.stringContaining(`error: ${code} `)],
    ]);
  }
}

interface Refused {
  readonly cwd: string;
  readonly code: string;
  readonly exit?: number;
  readonly more?: readonly string[];
}

/** Without a Referrers API: this is under the tag. */
function keepList({ faults, manifests }: TestRegistry, bytes: Uint8Array, mediaType: string): void {
  faults.referrers = 'none';
  manifests.set(LIST, { bytes: Buffer.from(bytes), mediaType });
}

/** One that a stranger added, behind the good one. */
const WITH_SHA512 = changed(INDEX, (index) => {
  const digest = `sha512:${'0'.repeat(128)}`;
  const [first] = index['manifests'] as readonly object[];
  index['manifests'] = [{ ...first, digest }];
});

describe('a signature that may be there', () => {
  it.each([
    [
      'is damaged',
      (registry: TestRegistry) => {
        const { digest } = layerOf(ATTESTATION);
        const bytes = Buffer.from(registry.blobs.get(digest) ?? []);
        bytes.writeUInt8(bytes.readUInt8(20) ^ 1, 20);
        registry.blobs.set(digest, bytes);
      },
      'REGISTRY_BYTES_OTHER',
    ],
    [
      'is in a list that is no list',
      (registry: TestRegistry) => {
        keepList(registry, ATTESTATION.bytes, ATTESTATION.mediaType);
      },
      'KIND_UNEXPECTED',
    ],
    [
      'is in a list of another type',
      (registry: TestRegistry) => {
        keepList(registry, INDEX.bytes, DOCKER_LIST);
      },
      'KIND_UNEXPECTED',
    ],
    [
      'is in a list that is no JSON',
      (registry: TestRegistry) => {
        keepList(registry, Buffer.from('{'), OCI_INDEX);
      },
      'DOCUMENT_INVALID',
    ],
    [
      'has a digest by another algorithm, under the tag',
      (registry: TestRegistry) => {
        keepList(registry, WITH_SHA512.bytes, OCI_INDEX);
      },
      'FIELD_INVALID',
    ],
    [
      'has a digest by another algorithm, in the list of the API',
      ({ faults, manifests }: TestRegistry) => {
        manifests.delete(LIST);
        faults.first = ({ url = '' }, response) => {
          if (!url.includes('/referrers/')) return false;
          response.writeHead(200, { 'content-type': OCI_INDEX }).end(WITH_SHA512.bytes);
          return true;
        };
      },
      'FIELD_INVALID',
    ],
  ])('and %s: exit 2 of whoever reads it, and 1 of status', async (_, spoil, code) => {
    await withArtifact(async (registry, ref, cwd) => {
      spoil(registry);
      await requireRefused(ref, { cwd, code });
      const status = await runProgram(['evidence', 'status', ref]);
      expect([status.code, status.stdout]).toEqual([
        1,
        expect.stringMatching(new RegExp(`attached .*: SERVES SOMETHING ELSE\\n +${code}:`)),
      ]);
    });
  });

  it('is taken whole from the next place, and the damaged one is told of', async () => {
    await withArtifact(async (from, ref, cwd) => {
      await withArtifact(async ({ host }) => {
        from.blobs.set(layerOf(ATTESTATION).digest, Buffer.alloc(layerOf(ATTESTATION).size));
        const more = ['--location', `${host}/evidence`];
        for (const words of [
          ['fetch', ref, '--oci-layout', 'fetched'],
          ['mirror', ref, 'mirrored'],
        ]) {
          const run = await runProgram(['evidence', ...words, ...more], { cwd });
          const warning = `warning: LOCATION_FAILED ${from.host}/evidence: found REGISTRY_BYTES_OTHER`;
          expect([run.code, run.stderr]).toEqual([0, expect.stringContaining(warning)]);
        }
        for (const name of ['fetched', 'mirrored']) {
          const { manifests } = await (
            await openLayout(join(cwd, name))
          ).listReferrers(ARTIFACT.digest);
          expect(manifests.map(({ digest }) => digest)).toEqual([ATTESTATION.digest]);
        }
      });
    });
  });
});

it('what is something else is passed over, and so is with a word what is attached to something else', async () => {
  await withArtifact(async (registry, ref, cwd) => {
    const other = changed(ATTESTATION, (manifest) => {
      Object.assign(manifest['subject'] as object, { digest: ATTESTATION.digest });
    });
    const bill = changed(ATTESTATION, (manifest) => {
      manifest['artifactType'] = 'application/spdx+json';
      manifest['layers'] = [];
    });
    registry.manifests.delete(`evidence@${ATTESTATION.digest}`);
    for (const each of [other, bill]) put(registry, each);
    list(registry, ARTIFACT, [other, bill]);
    for (const [name, words] of Object.entries(COMMANDS)) {
      const run = await runProgram(words(ref), { cwd });
      const warnings = run.stderr.match(/^warning: [A-Z_]+/gm) ?? [];
      const told = name === 'verify-evidence' ? [] : ['warning: REFERRER_OTHER'];
      expect([name, run.code, ...warnings]).toEqual([name, 0, ...told]);
    }
    expect((await runProgram(['evidence', 'status', ref])).code).toBe(0);
  });
});

describe('if all places fail', () => {
  it('the worst counts, in any order', async () => {
    await withArtifact(async (registry, _, cwd) => {
      await withRegistry({}, async (empty) => {
        registry.blobs.set(LAYER_BLOB.digest, Buffer.alloc(LAYER_BLOB.size));
        const places = [`${registry.host}/evidence`, `${empty.host}/evidence`];
        for (const [first = '', second = ''] of [places, places.toReversed()]) {
          const more = ['--location', second];
          const ref = `oci://${first}@${ARTIFACT.digest}`;
          await requireRefused(ref, { cwd, code: 'REGISTRY_BYTES_OTHER', more });
          const path = join(scratch(), 'p.yaml');
          writeFileSync(path, pointerTo(first, second));
          const hosts = places.flatMap((name) => ['--registry', name.replace('/evidence', '')]);
          const sign = await runProgram(['evidence', 'sign', path, '--sandbox', ...hosts]);
          expect([sign.code, sign.stderr]).toEqual([
            2,
            expect.stringMatching(
              /^warning: LOCATION_FAILED .*REGISTRY_LACKS[^]*^error: REGISTRY_BYTES_OTHER /m,
            ),
          ]);
        }
      });
    });
  });
});

function pointerTo(oci: string, location: string): string {
  return renderPointer({
    ...{ recipe: 'h100', profile: undefined, attestedAt: new Date(0), signer: undefined },
    predicateType: 'https://aicr.run/recipe-evidence/v3',
    artifact: { oci, digest: ARTIFACT.digest },
    affidavit: { attestation: undefined, locations: [location] },
  });
}

describe('a login of the user that is broken', () => {
  it.each([
    ['a helper that is not there', (host: string) => ({ credHelpers: { [host]: 'none-such' } })],
    ['a file that is malformed', () => ({ auths: [] })],
  ])('ends every command: %s', async (_, config) => {
    await withArtifact(async (registry, ref, cwd) => {
      await withArtifact(async (other) => {
        registry.faults.wants = 'basic';
        other.asked.length = 0;
        const folder = scratch({ 'config.json': JSON.stringify(config(registry.host)) });
        const env = { DOCKER_CONFIG: folder };
        for (const words of [...Object.values(COMMANDS), statusOf]) {
          const line = [...words(ref), '--location', `${other.host}/evidence`];
          const run = await runProgram(line, { cwd, env });
          expect([line[0], run.code, run.stderr, other.asked]).toEqual([
            ...[line[0], 3, expect.stringMatching(/^error: CREDENTIAL/m), []],
          ]);
        }
        expect(readdirSync(cwd)).toEqual([]);
      });
    });
  });
});

const statusOf = (ref: string): readonly string[] => ['evidence', 'status', ref];
