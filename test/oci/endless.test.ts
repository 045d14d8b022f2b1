// A registry that says that something is larger than anything, and that would stream it for ever.
import { readdirSync } from 'node:fs';

import { expect, it } from 'vitest';

import type { StoredManifest } from '../../src/pointer/registry.ts';
import { scratch } from '../io/scratch.ts';
import { ARTIFACT, ATTESTATION, changed, inside, type Json } from '../pointer/oci.ts';
import { runProgram } from '../run-here.ts';
import type { TestRegistry } from './call.ts';
import { repositoryOf } from './client.ts';
import { put } from './evidence.ts';
import { push } from './pushed.ts';
import { withRegistry } from './registry.ts';

const SIZE = Number.MAX_SAFE_INTEGER;

/** @param digest of what has no end */
async function withEndless(
  manifests: readonly StoredManifest[],
  digest: unknown,
  use: (registry: TestRegistry, cwd: string) => Promise<void>,
): Promise<void> {
  await withRegistry({}, async (registry) => {
    await push(repositoryOf(registry));
    registry.manifests.delete(`evidence@${ATTESTATION.digest}`);
    for (const manifest of manifests) put(registry, manifest);
    registry.asked.length = 0;
    const cwd = scratch();
    await use(registry, cwd);
    expect(registry.asked.filter((each) => each.includes(`blobs/${String(digest)}`))).toEqual([]);
    expect(readdirSync(cwd)).toEqual([]);
  });
}

it.each([
  ['fetch', [], 2],
  ['mirror', ['./copy'], 2],
  ['status', [], 1],
] as const)('evidence %s asks for no layer larger than an archive', async (command, more, code) => {
  let digest: unknown;
  const large = changed(ARTIFACT, (manifest) => {
    const layer = inside(manifest, 'layers', 0);
    layer['size'] = SIZE;
    digest = layer['digest'];
  });
  await withEndless([large], digest, async ({ host }, cwd) => {
    const ref = `oci://${host}/evidence@${large.digest}`;
    const run = await runProgram(['evidence', command, ref, ...more], { cwd });
    expect([run.code, run.stdout + run.stderr]).toEqual([
      code,
      expect.stringMatching(/LIMIT_EXCEEDED[^]*9007199254740991 bytes/),
    ]);
  });
});

it('evidence mirror asks for no config larger than 1 MiB of what is attached', async () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  const large = changed(ATTESTATION, (manifest) => {
    manifest['config'] = { mediaType: 'application/x', digest, size: SIZE } satisfies Json;
  });
  await withEndless([large], digest, async ({ host }, cwd) => {
    const ref = `oci://${host}/evidence@${ARTIFACT.digest}`;
    const words = ['evidence', 'mirror', ref, './copy', '--attestation', large.digest];
    const run = await runProgram(words, { cwd });
    expect([run.code, run.stderr]).toEqual([2, expect.stringContaining('#/config/size')]);
  });
});
