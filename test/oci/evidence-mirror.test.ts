import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import timers from 'node:timers/promises';

import { describe, expect, it, vi } from 'vitest';

import { parsePointer, renderPointer } from '../../src/evidence/pointer/pointer.ts';
import { openLayout } from '../../src/io/oci/layout.ts';
import { MAX_OCI_MANIFEST_BYTES } from '../../src/limits.ts';
import { scratch } from '../io/scratch.ts';
import { ARTIFACT, ATTESTATION, INDEX, changed } from '../pointer/oci.ts';
import { runProgram } from '../run-here.ts';
import type { TestRegistry } from './call.ts';
import { repositoryOf } from './client.ts';
import { LAYER, LAYER_BLOB, TAG, push } from './pushed.ts';
import { withRegistry } from './registry.ts';

async function mirror(cwd: string, ...words: readonly string[]) {
  return await runProgram(['evidence', 'mirror', ...words], { cwd });
}

/** Two registries, the first with the artifact in it. */
async function withTwo(
  use: (from: TestRegistry, to: TestRegistry, ref: string, cwd: string) => Promise<void>,
): Promise<void> {
  await withRegistry({}, async (from) => {
    await push(repositoryOf(from));
    const ref = `oci://${from.host}/evidence:v1@${ARTIFACT.digest}`;
    await withRegistry({}, async (to) => {
      await use(from, to, ref, scratch());
    });
  });
}

async function requireCopy(to: TestRegistry): Promise<void> {
  const repository = repositoryOf(to);
  for (const reference of [ARTIFACT.digest, { tag: 'v1' }]) {
    expect(await repository.readManifest(reference, MAX_OCI_MANIFEST_BYTES)).toEqual(ARTIFACT);
  }
  const listed = await repository.listReferrers(ARTIFACT.digest);
  expect(listed?.manifests.map(({ digest }) => digest)).toEqual([ATTESTATION.digest]);
  expect(to.blobs.get(LAYER_BLOB.digest)).toEqual(LAYER);
}

function pointerTo(name: string): string {
  return renderPointer({
    ...{ recipe: 'h100', profile: undefined, attestedAt: new Date(0), signer: undefined },
    predicateType: 'https://aicr.run/recipe-evidence/v3',
    artifact: { oci: name, digest: ARTIFACT.digest },
  });
}

describe('evidence mirror', () => {
  it('copies artifact, signature and tag with equal digests to a registry, sends nothing twice, and says the line for a pointer', async () => {
    await withTwo(async (_, to, ref, cwd) => {
      const target = `oci://${to.host}/evidence`;
      const run = await mirror(cwd, ref, target);
      expect([run.code, run.stdout]).toEqual([0, `${to.host}/evidence@${ARTIFACT.digest}\n`]);
      expect(run.stderr).toContain('digests verified; signatures not judged\n');
      expect(run.stderr).toContain(`affidavit:\n  locations:\n    - ${to.host}/evidence\n`);
      await requireCopy(to);
      to.asked.length = 0;
      expect((await mirror(cwd, ref, target)).code).toBe(0);
      expect(to.asked.filter((each) => /^(?:POST|PUT|PATCH)/.test(each))).toEqual([]);
    });
  });

  it('keeps the list under the tag where the target has no such API, and copies from there too', async () => {
    // Pauses are for others that write at the same time.
    const pauses = vi.spyOn(timers, 'setTimeout').mockResolvedValue(undefined);
    await withTwo(async (from, to, ref, cwd) => {
      to.faults.referrers = 'none';
      const run = await mirror(cwd, ref, `oci://${to.host}/evidence`);
      expect([run.code, pauses.mock.calls.length > 0]).toEqual([0, true]);
      expect(to.manifests.get(`evidence:${TAG}`)?.bytes).toEqual(INDEX.bytes);
      from.manifests.clear();
      from.blobs.clear();
      const back = await mirror(
        cwd,
        `oci://${to.host}/evidence:v1@${ARTIFACT.digest}`,
        `oci://${from.host}/evidence`,
      );
      expect(back.code).toBe(0);
      await requireCopy(from);
    });
    pauses.mockRestore();
  });

  it('copies to a layout, and from there to a registry, without a difference', async () => {
    await withTwo(async (_, to, ref, cwd) => {
      const first = await mirror(cwd, ref, 'copy');
      expect([first.code, first.stdout]).toEqual([0, `copy@${ARTIFACT.digest}\n`]);
      const copy = await openLayout(join(cwd, 'copy'));
      expect((await copy.readManifest({ tag: 'v1' }, 10_000))?.digest).toBe(ARTIFACT.digest);
      const second = await mirror(cwd, 'copy', `oci://${to.host}/evidence:v1`);
      expect(second.code).toBe(0);
      await requireCopy(to);
    });
  });

  it('takes a tag with --allow-tag alone, and gives it to the copy', async () => {
    await withTwo(async (from, to, _, cwd) => {
      const words = [`oci://${from.host}/evidence:v1`, `oci://${to.host}/evidence`];
      from.asked.length = 0;
      const refused = await mirror(cwd, ...words);
      expect([refused.code, from.asked, to.asked]).toEqual([64, [], []]);
      expect(refused.stderr).toMatch(/error: USAGE [^]*at: REF[^]*--allow-tag/);
      expect((await mirror(cwd, ...words, '--allow-tag')).code).toBe(0);
      expect(from.asked.filter((each) => each.endsWith('/manifests/v1'))).toHaveLength(1);
      await requireCopy(to);
    });
  });

  it('adds the copies to a pointer, once', async () => {
    await withTwo(async (from, to, _, cwd) => {
      writeFileSync(join(cwd, 'p.yaml'), pointerTo(`${from.host}/evidence:v1`));
      const words = ['p.yaml', `oci://${to.host}/evidence`, '--pointer', 'p.yaml'];
      for (const count of [1, 2]) {
        const run = await mirror(cwd, ...words, '--registry', from.host);
        expect([count, run.code]).toEqual([count, 0]);
        const pointer = parsePointer(readFileSync(join(cwd, 'p.yaml')), 'p.yaml');
        expect(pointer.affidavit?.locations).toEqual([`${to.host}/evidence`]);
      }
    });
  });

  it('takes no tag of another artifact without --force, and sends nothing then', async () => {
    await withTwo(async (_, to, ref, cwd) => {
      const other = changed(ARTIFACT, (manifest) => (manifest['annotations'] = { x: 'y' }));
      await repositoryOf(to).writeManifest(other, 'v1');
      const run = await mirror(cwd, ref, `oci://${to.host}/evidence`);
      expect([run.code, to.blobs.size]).toEqual([3, 0]);
      expect(run.stderr).toContain('error: TAG_TAKEN');
      expect((await mirror(cwd, ref, `oci://${to.host}/evidence`, '--force')).code).toBe(0);
      await requireCopy(to);
    });
  });

  it('may fail at every request of the target: the tag is not there then, and the same command succeeds', async () => {
    await withTwo(async (_, to, ref, cwd) => {
      const words = [ref, `oci://${to.host}/evidence`];
      await mirror(cwd, ...words);
      // A list that is refused is kept under a tag, with pauses: test/pointer/push.test.ts.
      const requests = to.asked.flatMap((each, at) => (/referrers/.test(each) ? [] : at + 1));
      expect(requests.length).toBeGreaterThan(10);
      for (const request of requests) {
        to.asked.length = 0;
        to.manifests.clear();
        to.blobs.clear();
        to.faults.failsAt = { request, status: 403 };
        const run = await mirror(cwd, ...words);
        expect([run.code, run.stderr]).toEqual([3, expect.stringContaining('error: REG')]);
        delete to.faults.failsAt;
        expect((await mirror(cwd, ...words)).code).toBe(0);
        await requireCopy(to);
      }
    });
  });

  it('asks no other place for what a target refuses', async () => {
    await withTwo(async (from, to, ref, cwd) => {
      await withRegistry({}, async (other) => {
        await push(repositoryOf(other));
        other.asked.length = 0;
        to.faults.wants = 'forbidden';
        const words = [ref, `oci://${to.host}/evidence`, '--location', `${other.host}/evidence`];
        const run = await mirror(cwd, ...words);
        expect([run.code, other.asked]).toEqual([3, []]);
        expect(run.stderr).toContain(`at: ${to.host}/evidence\n`);
        expect(run.stderr).not.toContain('warning');
        delete to.faults.wants;
        from.blobs.delete(LAYER_BLOB.digest);
        expect((await mirror(cwd, ...words)).code).toBe(0);
        await requireCopy(to);
      });
    });
  });

  it('copies nothing if a signature cannot be read', async () => {
    await withTwo(async (from, to, ref, cwd) => {
      from.manifests.delete(`evidence@${ATTESTATION.digest}`);
      const run = await mirror(cwd, ref, 'copy');
      expect([run.code, readdirSync(cwd), to.asked]).toEqual([3, [], []]);
      expect(run.stderr).toContain('error: REGISTRY_LACKS');
    });
  });

  it.each([
    ['a digest in TARGET', [`oci://ghcr.io/you/copy@${ARTIFACT.digest}`], 'at: TARGET'],
    ['a registry without oci://', ['ghcr.io/you/copy'], 'oci://ghcr.io/you/copy'],
    ['a pointer to something else', ['copy', '--pointer', 'p.yaml'], 'at: --pointer'],
  ])('refuses %s, and asks nobody', async (_, words, said) => {
    await withTwo(async (from, _to, ref, cwd) => {
      const other = pointerTo(`${from.host}/evidence`).replace(ARTIFACT.digest, ATTESTATION.digest);
      writeFileSync(join(cwd, 'p.yaml'), other);
      from.asked.length = 0;
      const run = await mirror(cwd, ref, ...words);
      expect([run.code, from.asked, readdirSync(cwd)]).toEqual([64, [], ['p.yaml']]);
      expect(run.stderr).toContain(said);
    });
  });
});
