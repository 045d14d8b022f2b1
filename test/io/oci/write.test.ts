import { describe, expect, it } from 'vitest';

import { digestOf } from '../../../src/digest.ts';
import { EvidenceError } from '../../../src/errors/evidence-error.ts';
import { OCI_MANIFEST } from '../../../src/media-types.ts';
import type { Descriptor, StoredManifest } from '../../../src/pointer/registry.ts';
import { rejection } from '../../document/refusal.ts';
import type { Faults, TestRegistry } from '../../oci/call.ts';
import { authorizerWith, repositoryOf } from '../../oci/client.ts';
import { withRegistry } from '../../oci/registry.ts';

const BLOB = Buffer.from('0123456789'.repeat(30_000));
const MANIFEST_BYTES = Buffer.from('{"schemaVersion":2}');
const MANIFEST: StoredManifest = {
  bytes: MANIFEST_BYTES,
  mediaType: OCI_MANIFEST,
  digest: digestOf(MANIFEST_BYTES),
};

function descriptorOf(bytes: Buffer): Descriptor {
  return { mediaType: 'application/x', digest: digestOf(bytes), size: bytes.length };
}

/** In pieces, and where each began. */
function content(bytes: Buffer): {
  readonly open: (offset: number) => AsyncIterable<Uint8Array>;
  readonly offsets: number[];
} {
  const offsets: number[] = [];
  async function* open(offset: number): AsyncGenerator<Uint8Array, void, void> {
    offsets.push(offset);
    for (let from = offset; from < bytes.length; from += 50_000) {
      yield await Promise.resolve(bytes.subarray(from, from + 50_000));
    }
  }
  return { open, offsets };
}

interface Sent {
  readonly offsets: readonly number[];
  readonly methods: readonly string[];
  readonly registry: TestRegistry;
  readonly error: EvidenceError | undefined;
}

async function send(faults: Faults, bytes = BLOB): Promise<Sent> {
  const { open, offsets } = content(bytes);
  let sent: Sent | undefined;
  await withRegistry(faults, async (registry) => {
    const repository = repositoryOf(registry);
    const error = await rejection(repository.writeBlob(descriptorOf(bytes), open));
    const methods = registry.asked.map((each) => each.replace(/ .*/, ''));
    expect(repository.requests).toBe(methods.length);
    sent = { offsets, methods, registry, error };
  });
  if (sent === undefined) throw new TypeError('nothing was sent');
  return sent;
}

describe('an upload', () => {
  it.each([
    ['a relative Location', {}],
    ['an absolute one', { absolute: true }],
  ])('goes in one piece, with %s, and is asked for', async (_, faults) => {
    const { offsets, methods, registry, error } = await send(faults);
    expect(error).toBeUndefined();
    expect(registry.blobs.get(digestOf(BLOB))).toEqual(BLOB);
    expect(methods).toEqual(['POST', 'PATCH', 'PUT', 'HEAD']);
    expect(offsets).toEqual([0]);
    expect(registry.uploads.size).toBe(0);
  });

  it('of nothing has no part', async () => {
    const { methods, registry } = await send({}, Buffer.alloc(0));
    expect(methods).toEqual(['POST', 'PUT', 'HEAD']);
    expect(registry.blobs.size).toBe(1);
  });

  it('goes on at the offset of the registry', async () => {
    const { offsets, registry, error } = await send({ takesOnly: [120_000, 70_000] });
    expect(error).toBeUndefined();
    expect(offsets).toEqual([0, 120_000, 190_000]);
    expect(registry.blobs.get(digestOf(BLOB))).toEqual(BLOB);
  });

  it('goes on for as long as it gets further', async () => {
    const { offsets, error } = await send({ takesOnly: Array.from({ length: 8 }, () => 30_000) });
    expect(error).toBeUndefined();
    expect(offsets).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8].map((part) => part * 30_000));
  });

  it('begins anew where no offset is told, as by go-containerregistry', async () => {
    const { offsets, methods, registry, error } = await send({ isLax: true, takesOnly: [120_000] });
    expect(error).toBeUndefined();
    expect(offsets).toEqual([0, 0]);
    expect(methods).toEqual(['POST', 'PATCH', 'GET', 'DELETE', 'POST', 'PATCH', 'PUT', 'HEAD']);
    expect(registry.blobs.get(digestOf(BLOB))).toEqual(BLOB);
    expect(registry.uploads.size).toBe(0);
  });

  it('that never gets further ends, and is deleted', async () => {
    const { offsets, registry, error } = await send({ takesOnly: [1, 1, 1, 1, 1, 1, 1] });
    expect(error).toMatchObject({ code: 'SERVICE_UNREACHABLE', class: 'unjudged' });
    expect(offsets).toEqual([0, 0, 0]);
    expect([registry.blobs.size, registry.uploads.size]).toEqual([0, 0]);
  });

  it('that a registry takes and does not have is no success', async () => {
    const { error } = await send({ loses: true });
    expect(error).toMatchObject({ code: 'SERVICE_ANSWER_INVALID', class: 'unjudged' });
    expect(error?.found).toContain(digestOf(BLOB));
  });

  it.each([1, 2, 3, 4])('succeeds if request %i fails once', async (request) => {
    const { registry, error } = await send({ failsAt: { request, status: 503 } });
    expect(error).toBeUndefined();
    expect(registry.blobs.get(digestOf(BLOB))).toEqual(BLOB);
  });

  it('is deleted when the user stops it', async () => {
    const stop = new AbortController();
    const reason = new EvidenceError('INTERRUPTED', { found: 'x', expected: 'x', hint: 'x' });
    await withRegistry({}, async (registry) => {
      const repository = repositoryOf(registry, { signal: stop.signal });
      async function* open(): AsyncGenerator<Uint8Array, void, void> {
        yield await Promise.resolve(BLOB.subarray(0, 10));
        stop.abort(reason);
        yield BLOB.subarray(10);
      }
      const error = await rejection(repository.writeBlob(descriptorOf(BLOB), open));
      expect(error?.code).toBe('INTERRUPTED');
      expect(registry.asked.at(-1)).toMatch(/^DELETE /);
      expect(registry.uploads.size).toBe(0);
    });
  });

  it('asks for credentials that may write', async () => {
    const takes = 'Basic c2VjcmV0';
    const scopes: unknown[] = [];
    const known = authorizerWith(takes);
    const authorizer = {
      ...known,
      renew: async (...[host, scope, challenges]: Parameters<typeof known.renew>) => {
        scopes.push([host, scope, challenges]);
        return await known.renew(host, scope, challenges);
      },
    };
    await withRegistry({ wants: 'basic', takes }, async (registry) => {
      const repository = repositoryOf(registry, { authorizer });
      await repository.writeManifest(MANIFEST);
      const scope = { repository: 'evidence', actions: 'pull,push' };
      expect(scopes).toEqual([[registry.host, scope, ['Basic realm="test"']]]);
    });
  });
});

describe('a manifest that is written', () => {
  it.each([
    ['by its digest', undefined],
    ['under a tag', 'v1'],
  ])('%s is read back', async (_, tag) => {
    await withRegistry({}, async (registry) => {
      await repositoryOf(registry).writeManifest(MANIFEST, tag);
      const name = tag === undefined ? `@${MANIFEST.digest}` : `:${tag}`;
      const stored = { bytes: MANIFEST_BYTES, mediaType: OCI_MANIFEST };
      expect(registry.manifests.get(`evidence${name}`)).toEqual(stored);
      expect(registry.asked.at(-1)).toBe(`GET /v2/evidence/manifests/${MANIFEST.digest}`);
    });
  });

  it('with 201, and is not there, is no success', async () => {
    await withRegistry({ loses: true }, async (registry) => {
      const error = await rejection(repositoryOf(registry).writeManifest(MANIFEST));
      expect(error).toMatchObject({ code: 'SERVICE_ANSWER_INVALID', class: 'unjudged' });
      expect(error?.found).toContain(MANIFEST.digest);
    });
  });

  it('under a digest of other bytes is an error, also of a registry that takes it', async () => {
    const bytes = Buffer.from('{"schemaVersion":3}');
    await withRegistry({ isLax: true }, async (registry) => {
      const error = await rejection(repositoryOf(registry).writeManifest({ ...MANIFEST, bytes }));
      expect(error).toMatchObject({ code: 'REGISTRY_BYTES_OTHER', class: 'invalid' });
    });
  });
});
