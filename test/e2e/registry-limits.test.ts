// What a registry may send: exactly the limit, and not one byte more.
import { describe, expect, it } from 'vitest';

import { digestOf } from '../../src/digest.ts';
import {
  MAX_OCI_INDEX_BYTES,
  MAX_OCI_MANIFEST_BYTES,
  MAX_SIGSTORE_BUNDLE_BYTES,
} from '../../src/limits.ts';
import { OCI_INDEX } from '../../src/media-types.ts';
import { attestationManifest } from '../../src/pointer/attestation-manifest.ts';
import { descriptorOf } from '../../src/pointer/descriptor.ts';
import { referrersTag } from '../../src/pointer/oci-index.ts';
import type { StoredManifest } from '../../src/pointer/registry.ts';
import type { TestRegistry } from '../oci/call.ts';
import { pushBundle, put } from '../oci/evidence.ts';
import { withRegistry } from '../oci/registry.ts';
import { changed, inside, stored } from '../pointer/oci.ts';
import { runProgram } from '../run-here.ts';
import { ATTESTATION, archiveOf, fileIn, makeEvidence, withFile } from './evidence.ts';

const evidence = await makeEvidence();
const layer = await archiveOf(withFile(evidence.files, ATTESTATION));
const signature = fileIn(evidence.files, ATTESTATION);
const ARTIFACT = pushBundle({ manifests: new Map(), blobs: new Map() }, layer);

/** Blanks behind it make it as long as is wanted. */
function padded(bytes: Uint8Array, length: number): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(length - bytes.length, ' ')]);
}

function attestationOf(artifact: StoredManifest, bytes: Uint8Array = signature): StoredManifest {
  const manifest = attestationManifest(artifact, signature, 'attestation');
  return changed(manifest, (each) => {
    Object.assign(inside(each, 'layers', 0), { digest: digestOf(bytes), size: bytes.length });
  });
}

interface Sizes {
  readonly artifact?: StoredManifest;
  readonly attestation?: StoredManifest;
  readonly bytes?: Buffer;
}

/** Exit code and first complaint of evidence with these parts. */
async function verdictOf(
  { artifact = ARTIFACT, bytes = signature, attestation = attestationOf(artifact, bytes) }: Sizes,
  change: (registry: TestRegistry) => void = () => undefined,
): Promise<readonly unknown[]> {
  let verdict: readonly unknown[] = [];
  await withRegistry({}, async (registry) => {
    for (const each of [artifact, attestation]) put(registry, each);
    for (const each of [layer, bytes]) registry.blobs.set(digestOf(each), each);
    change(registry);
    const ref = `oci://${registry.host}/evidence@${artifact.digest}`;
    const words = ['verify-evidence', ref, '--format', 'json', ...evidence.pin];
    const { code, stdout } = await runProgram(words);
    const { error } = JSON.parse(stdout) as { error?: { code: string } };
    verdict = [code, error?.code];
  });
  return verdict;
}

const AT = 0;
const OVER = 1;

it('takes the evidence that all tests here make longer', async () => {
  expect(await verdictOf({})).toEqual([0, undefined]);
});

describe('a registry may send', () => {
  it.each([
    [AT, [0, undefined]],
    [OVER, [2, 'LIMIT_EXCEEDED']],
  ])('a manifest of 1 MiB and %i bytes: %j', async (more, expected) => {
    const length = MAX_OCI_MANIFEST_BYTES + more;
    const artifact = stored(padded(ARTIFACT.bytes, length));
    expect(await verdictOf({ artifact })).toEqual(expected);
    const attestation = stored(padded(attestationOf(ARTIFACT).bytes, length));
    expect(await verdictOf({ attestation })).toEqual(expected);
  });

  it.each([
    [AT, [0, undefined]],
    [OVER, [2, 'LIMIT_EXCEEDED']],
  ])('a signature of 10 MiB and %i bytes: %j', async (more, expected) => {
    const bytes = padded(signature, MAX_SIGSTORE_BUNDLE_BYTES + more);
    expect(await verdictOf({ bytes })).toEqual(expected);
  });

  const index = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI_INDEX,
      manifests: [{ ...descriptorOf(attestationOf(ARTIFACT)) }],
    }),
  );

  it.each([
    [AT, [0, undefined]],
    [OVER, [3, 'SERVICE_ANSWER_INVALID']],
  ])('a list of 4 MiB and %i bytes, in one page or two: %j', async (more, expected) => {
    for (const second of [0, 1000]) {
      const pages = [MAX_OCI_INDEX_BYTES + more - second, second].map((length) =>
        length === 0 ? undefined : padded(index, length),
      );
      const verdict = await verdictOf({}, (registry) => {
        registry.faults.first = ({ url = '' }, response) => {
          if (!url.includes('/referrers/')) return false;
          const page = pages[url.includes('page=2') ? 1 : 0];
          const link = pages[1] !== undefined &&
            page === pages[0] && { link: '<?page=2>; rel=next' };
          response.writeHead(200, { 'content-type': OCI_INDEX, ...link }).end(page);
          return true;
        };
      });
      expect(verdict).toEqual(expected);
    }
  });

  it.each([
    [AT, [0, undefined]],
    [OVER, [2, 'LIMIT_EXCEEDED']],
  ])('a list under its tag of 4 MiB and %i bytes: %j', async (more, expected) => {
    const verdict = await verdictOf({}, (registry) => {
      registry.faults.referrers = 'none';
      const bytes = padded(index, MAX_OCI_INDEX_BYTES + more);
      const tag = `evidence:${referrersTag(ARTIFACT.digest)}`;
      registry.manifests.set(tag, { bytes, mediaType: OCI_INDEX });
    });
    expect(verdict).toEqual(expected);
  });

  it.each([
    [AT, [0, undefined]],
    [OVER, [2, 'REGISTRY_BYTES_OTHER']],
  ])('a layer of what its descriptor says and %i bytes: %j', async (more, expected) => {
    const spoil = (bytes: Buffer): Buffer =>
      bytes.equals(layer) ? Buffer.concat([bytes, Buffer.alloc(more)]) : bytes;
    const verdict = await verdictOf({}, (registry) => {
      Object.assign(registry.faults, { spoil });
    });
    expect(verdict).toEqual(expected);
  });
});
