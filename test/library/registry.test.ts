// Signed evidence goes into a registry and comes out again, by the public entry point alone.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import * as library from '../../src/index.ts';
import {
  ATTESTATION,
  SIGNER,
  STATEMENT,
  archiveOf,
  fileIn,
  makeEvidence,
} from '../e2e/evidence.ts';
import { withFile } from '../e2e/evidence.ts';
import { withRegistry } from '../oci/registry.ts';

const evidence = await makeEvidence();
const layer = await archiveOf(withFile(evidence.files, ATTESTATION));
const bundle = fileIn(evidence.files, ATTESTATION);
const policy = { signers: [{ subject: SIGNER.identity, issuer: SIGNER.issuer }] };

/** What a signer answers that signs something else. */
const OTHER = Buffer.from('{}');

const folder = mkdtempSync(join(tmpdir(), 'affidavit-registry-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function* layerFrom(_?: unknown, offset = 0): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(layer.subarray(offset));
}

describe('a program that has a registry', () => {
  it('pushes, attaches, finds, reads, fetches, copies and verifies', async () => {
    await withRegistry({}, async ({ host }) => {
      const repository = library.openRegistry({ named: [host] }).repository(`${host}/evidence`);
      const artifact = await library.artifactOf(layerFrom(), fileIn(evidence.files, STATEMENT));
      const pushed = { artifact, open: layerFrom, sigstoreBundles: [bundle], tag: 'v1' };
      const [attached] = await library.pushEvidence(repository, pushed, library.pausesOf());

      const found: library.Referrer[] = [];
      for await (const each of library.findAttestations(repository, artifact.digest)) {
        found.push(each);
      }
      expect(found).toMatchObject([{ digest: attached?.digest, bytes: bundle }]);

      const read = await library.readArtifact(repository, artifact.digest);
      expect(read.manifest).toEqual(artifact);
      await library.downloadBlob(repository, read.layer, join(folder, 'layer'));
      expect(readFileSync(join(folder, 'layer'))).toEqual(layer);

      const referrers = found.flatMap((each) => ('bytes' in each ? each.manifest : []));
      const copied = { artifact, referrers, open: library.openFrom(repository), tag: 'v1' };
      await library.writeLayout(join(folder, 'copy'), async (to) => {
        await library.copyArtifact(to, copied, library.pausesOf());
      });
      const copy = await library.openLayout(join(folder, 'copy'));
      for (const place of [repository, copy]) {
        const { digest } = artifact;
        const status = await library.placeStatus(place, { digest, tag: 'v1' });
        expect(status).toMatchObject({
          state: 'serves',
          attached: [{ digest: attached?.digest, state: 'serves' }],
          tag: { digest, isMoved: false },
        });
        const report = await library.verifyArtifact(
          { artifact: digest, locations: [place] },
          { trust: evidence.trust, policy },
        );
        expect([report.verdict, report.exitCode]).toEqual(['verified', 0]);
      }
    });
  });

  it('signs what was pushed without a signature, and makes the pointer to it', async () => {
    await withRegistry({}, async ({ host }) => {
      const repository = library.openRegistry({ named: [host] }).repository(`${host}/evidence`);
      const pushed = await library.artifactOf(layerFrom(), fileIn(evidence.files, STATEMENT));
      const bare = { artifact: pushed, open: layerFrom, sigstoreBundles: [], tag: undefined };
      await library.pushEvidence(repository, bare, library.pausesOf());

      const { digest } = pushed;
      const { artifact, packed, exitCode } = await library.readUnsignedArtifact(repository, digest);
      expect([artifact, exitCode]).toEqual([pushed, 0]);
      const { trust } = evidence;
      const signer = { sign: async (bytes: Uint8Array) => await evidence.sign(Buffer.from(bytes)) };
      const oci = repository.name;
      const sealed = await library.signAsArtifact(
        packed,
        { name: oci, artifact: digest },
        { signer, trust },
      );
      const signed = { ...bare, sigstoreBundles: [sealed.sigstoreBundle] };
      const [attached] = await library.pushEvidence(repository, signed, library.pausesOf());
      const choice = { artifact: digest, locations: [repository] };
      const { pointer, report } = await library.pointerToArtifact(choice, { oci, trust });
      expect(pointer).toMatchObject({
        artifact: { oci, digest },
        signer: SIGNER,
        affidavit: { attestation: attached?.digest, locations: [] },
      });
      expect(report.source?.referrers).toMatchObject([{ fate: 'reported', subject: 'artifact' }]);

      const wrong = { signer: { sign: async () => await evidence.sign(OTHER) }, trust };
      await expect(
        library.signAsArtifact(packed, { name: oci, artifact: digest }, wrong),
      ).rejects.toMatchObject({ code: 'SELF_CHECK_FAILED' });
    });
  });

  it('asks no private address that it did not name', async () => {
    await withRegistry({}, async ({ host, asked }) => {
      const repository = library.openRegistry().repository(`${host}/evidence`);
      const reading = library.readArtifact(repository, library.digestOf(layer));
      await expect(reading).rejects.toMatchObject({ code: 'REGISTRY_ADDRESS_PRIVATE' });
      expect(asked).toEqual([]);
    });
  });
});
