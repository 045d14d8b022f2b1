import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { digestOf } from '../../src/digest.ts';
import { NO_PAUSES } from '../../src/pointer/copy-artifact.ts';
import { pushEvidence } from '../../src/pointer/push.ts';
import { scratch } from '../io/scratch.ts';
import { ARTIFACT, ATTESTATION, changed, inside } from '../pointer/oci.ts';
import { runProgram } from '../run-here.ts';
import type { Faults, TestRegistry } from './call.ts';
import { repositoryOf } from './client.ts';
import { LAYER, SIGNATURE, TAG } from './pushed.ts';
import { withRegistry } from './registry.ts';

/** Both ways to what is attached, and two that look like the first one. */
const REGISTRIES: readonly (readonly [string, Faults, isListed: boolean])[] = [
  ['with the Referrers API', {}, false],
  [
    'with the Referrers API, in pages, and OCI-Subject',
    { pageSize: 1, subjectHeader: true },
    false,
  ],
  ['without the Referrers API', { referrers: 'none' }, true],
  ['with a page for people in its place', { referrers: 'page' }, true],
];

async function pushed(registry: TestRegistry): Promise<void> {
  const evidence = {
    artifact: ARTIFACT,
    open: async function* open(_: unknown, offset: number) {
      yield await Promise.resolve(LAYER.subarray(offset));
    },
    ...{ sigstoreBundles: [SIGNATURE], tag: 'v1' },
  };
  await pushEvidence(repositoryOf(registry), evidence, NO_PAUSES);
}

/** Every file with its digest, of what is fetched into a layout. */
async function pulled(ref: string): Promise<ReadonlyMap<string, string>> {
  const folder = join(scratch(), 'layout');
  const run = await runProgram(['evidence', 'fetch', ref, '--oci-layout', folder]);
  expect([run.code, run.stdout]).toEqual([0, `${folder}\n`]);
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return new Map(
    entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .map((path) => [path.slice(folder.length), digestOf(readFileSync(path))]),
  );
}

function refOf({ host }: TestRegistry): string {
  return `oci://${host}/evidence:v1@${ARTIFACT.digest}`;
}

describe('R-20 evidence that is pushed and pulled', () => {
  it.each(REGISTRIES)(
    'R-20 is an identical layout from a registry %s',
    async (_, faults, isListed) => {
      await withRegistry({}, async (usual) => {
        await pushed(usual);
        const expected = await pulled(refOf(usual));
        await withRegistry(faults, async (registry) => {
          await pushed(registry);
          expect(registry.manifests.has(`evidence:${TAG}`)).toBe(isListed);
          expect(await pulled(refOf(registry))).toEqual(expected);
        });
        // The artifact, its layer and config, the signature with its manifest, the list; index and mark.
        expect(expected.size).toBe(8);
      });
    },
  );

  it('R-20 is an identical layout after it was mirrored from the one kind to the other', async () => {
    await withRegistry({ referrers: 'none' }, async (tagged) => {
      await pushed(tagged);
      const expected = await pulled(refOf(tagged));
      await withRegistry({}, async (registry) => {
        const target = `oci://${registry.host}/evidence`;
        expect((await runProgram(['evidence', 'mirror', refOf(tagged), target])).code).toBe(0);
        expect(registry.manifests.has(`evidence:${TAG}`)).toBe(false);
        expect(await pulled(refOf(registry))).toEqual(expected);
      });
    });
  });

  it('R-20 is copied without what else is attached, of types that nobody knows, which is no fault', async () => {
    await withRegistry({}, async (registry) => {
      await pushed(registry);
      const expected = await pulled(refOf(registry));
      const odd = changed(ATTESTATION, (manifest) => {
        const type = 'application/vnd.example.unknown';
        manifest['artifactType'] = type;
        inside(manifest, 'config')['mediaType'] = type;
        inside(manifest, 'layers', 0)['mediaType'] = type;
      });
      await repositoryOf(registry).writeManifest(odd);
      expect(await pulled(refOf(registry))).toEqual(expected);
    });
  });
});
