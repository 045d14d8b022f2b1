import {
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { digestOf, hexOf } from '../../src/digest.ts';
import { renderPointer } from '../../src/evidence/pointer/pointer.ts';
import { isLayout, openLayout } from '../../src/io/oci/layout.ts';
import { writeLayout } from '../../src/io/oci/write-layout.ts';
import { MAX_OCI_INDEX_BYTES, MAX_OCI_MANIFEST_BYTES } from '../../src/limits.ts';
import { EMPTY_CONFIG_BYTES } from '../../src/pointer/artifact.ts';
import { parseOciIndex, withReferrer } from '../../src/pointer/oci-index.ts';
import type { Repository, StoredManifest } from '../../src/pointer/registry.ts';
import { rejection } from '../document/refusal.ts';
import { scratch } from '../io/scratch.ts';
import { ARTIFACT, ATTESTATION, INDEX, changed, ociBytes, stored } from '../pointer/oci.ts';
import { propertyRuns } from '../property-runs.ts';
import { runProgram } from '../run-here.ts';
import { repositoryOf } from './client.ts';
import { LAYER, LAYER_BLOB, SIGNATURE, STEPS, TAG, blob } from './pushed.ts';
import { withRegistry } from './registry.ts';

/** Its annotation says a tag, which counts in `index.json` alone. */
const TAG_ONLY = changed(ATTESTATION, (manifest) => {
  manifest['annotations'] = { 'org.opencontainers.image.ref.name': 'inside' };
});

async function write(path: string, steps = STEPS): Promise<void> {
  await writeLayout(path, async (repository) => {
    for (const step of steps) await step(repository);
  });
}

/** Every file by its path. */
function filesIn(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    files
      .filter((file) => file.isFile())
      .map((file): [string, string] => {
        const path = join(file.parentPath, file.name);
        return [path.slice(folder.length + 1), digestOf(readFileSync(path))];
      })
      .toSorted(([one], [other]) => (one < other ? -1 : 1)),
  );
}

async function text(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return digestOf(Buffer.concat(chunks));
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield bytes.subarray(0, 7);
  yield bytes.subarray(7);
}

async function layout(): Promise<string> {
  const path = join(scratch(), 'layout');
  await write(path);
  return path;
}

function blobFile(path: string, digest = LAYER_BLOB.digest): string {
  return join(path, 'blobs/sha256', hexOf(digest));
}

function requireDefined<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('nothing');
  return value;
}

describe('in place of a file', () => {
  it.each([
    ['verify-evidence', 'p.yaml', '--bundle', 'L'],
    ['verify-evidence', 'L', '--recipe', 'L'],
    ['verify-evidence', 'L', '--policy', 'L'],
    ['validate', '--recipe', 'L', '--snapshot', 's.yaml', '--results', 'r.json'],
    ['evidence', 'pointer', 'L'],
    ['evidence', 'publish', 'L', 'oci://ghcr.io/you/evidence', '--no-sign'],
  ])('a layout is named as what it is: %s %s %s %s', async (...words) => {
    const cwd = scratch({ 'p.yaml': POINTER, 's.yaml': 'kind: Snapshot\n', 'r.json': '{}' });
    await write(join(cwd, 'L'));
    const run = await runProgram(words, { cwd });
    expect([run.code, run.stderr]).toEqual([3, expect.stringContaining('error: FILE_UNREADABLE ')]);
    expect(run.stderr).toMatch(/ at: L\n *found: an OCI image layout\n/);
    expect(run.stderr).toContain('verify-evidence takes a layout as its INPUT');
  });
});

const POINTER = renderPointer({
  ...{ recipe: 'h100', profile: undefined, attestedAt: new Date(0), signer: undefined },
  predicateType: 'https://aicr.run/recipe-evidence/v3',
  artifact: { oci: 'ghcr.io/you/evidence:v1', digest: ARTIFACT.digest },
});

describe('an OCI layout that is written', () => {
  it('has the artifact as cosign looks for it, what is attached, and the list of that, and each blob', async () => {
    const path = await layout();
    expect(readFileSync(join(path, 'oci-layout'), 'utf8')).toBe('{"imageLayoutVersion":"1.0.0"}');
    const { manifests } = JSON.parse(readFileSync(join(path, 'index.json'), 'utf8')) as {
      manifests: Record<string, unknown>[];
    };
    const annotations = {
      kind: 'dev.cosignproject.cosign/image',
      'org.opencontainers.image.ref.name': 'v1',
    };
    expect(manifests.map(({ digest, annotations: each }) => [digest, each])).toEqual([
      [ARTIFACT.digest, annotations],
      [ATTESTATION.digest, undefined],
      [INDEX.digest, { 'org.opencontainers.image.ref.name': TAG }],
    ]);
    const all = [
      LAYER,
      EMPTY_CONFIG_BYTES,
      ARTIFACT.bytes,
      SIGNATURE,
      ATTESTATION.bytes,
      INDEX.bytes,
    ];
    expect(readdirSync(join(path, 'blobs/sha256')).toSorted()).toEqual(
      all.map((bytes) => hexOf(digestOf(bytes))).toSorted(),
    );
  });

  it('has an index of known bytes', async () => {
    const path = join(scratch(), 'layout');
    const tagged = async (to: Repository) =>
      await to.writeManifest(ARTIFACT, 'h100-eks-ubuntu-training-59faf733ca49');
    await write(path, [...STEPS.slice(0, -1), tagged]);
    expect(readFileSync(join(path, 'index.json'))).toEqual(ociBytes('layout-index.json'));
  });

  it('has the same bytes in whatever order, and when it is written into once more', async () => {
    const path = await layout();
    const other = join(scratch(), 'other');
    await write(other, STEPS.toReversed());
    expect(filesIn(other)).toEqual(filesIn(path));
    await write(other);
    expect(filesIn(other)).toEqual(filesIn(path));
  });

  it('lists whatever was written into it, in whatever order, and each tag leads to what was written last', async () => {
    const all = ['a', 'b', 'c'].map((x) => changed(ARTIFACT, (m) => (m['annotations'] = { x })));
    const writes = fc.array(
      fc.tuple(fc.constantFrom(...all, ATTESTATION), fc.constantFrom('v1', 'v2', undefined)),
      { minLength: 1, maxLength: 6 },
    );
    await fc.assert(
      fc.asyncProperty(writes, fc.nat(6), async (written, cut) => {
        const path = join(scratch(), 'layout');
        // In one go, or in two.
        for (const part of [written.slice(0, cut), written.slice(cut)]) {
          const steps = part.map(([manifest, tag]) => async (to: Repository) => {
            await to.writeManifest(manifest, tag);
          });
          await write(path, steps);
        }
        const opened = await openLayout(path);
        const digests = (list: readonly { digest: string }[]): ReadonlySet<string> =>
          new Set(list.map(({ digest }) => digest));
        expect(digests(opened.listed)).toEqual(digests(written.map(([manifest]) => manifest)));
        for (const tag of ['v1', 'v2']) {
          const last = written.findLast(([, name]) => name === tag)?.[0];
          const found = await opened.readManifest({ tag }, MAX_OCI_MANIFEST_BYTES);
          expect(found?.digest).toBe(last?.digest);
        }
      }),
      { numRuns: propertyRuns(10, 300) },
    );
  });

  it('has the last list of referrers alone, in one go and later', async () => {
    const other = changed(ATTESTATION, (manifest) => (manifest['annotations'] = { x: 'y' }));
    const longer = requireDefined(withReferrer(parseOciIndex(INDEX, 'i'), other));
    const put = (list: StoredManifest) => async (to: Repository) =>
      await to.writeManifest(list, TAG);
    const path = await layout();
    await write(path, [put(longer)]);
    const direct = join(scratch(), 'direct');
    await write(direct, [...STEPS, put(longer)]);
    for (const each of [path, direct]) {
      expect(Object.values(filesIn(each))).not.toContain(INDEX.digest);
      expect(Object.values(filesIn(each))).toContain(longer.digest);
    }
    expect(filesIn(path)).toEqual(filesIn(direct));
  });

  it('gets what is added to it, and moves a tag', async () => {
    const path = await layout();
    const next = changed(ARTIFACT, (manifest) => (manifest['annotations'] = { x: 'y' }));
    await write(path, [async (repository) => await repository.writeManifest(next, 'v1')]);
    const opened = await openLayout(path);
    expect((await opened.readManifest({ tag: 'v1' }, MAX_OCI_MANIFEST_BYTES))?.digest).toBe(
      next.digest,
    );
    expect(new Set(await opened.artifacts())).toEqual(new Set([ARTIFACT.digest, next.digest]));
  });

  it('is not written over what somebody else added meanwhile: 3, and that stays', async () => {
    const path = await layout();
    const error = await rejection(
      writeLayout(path, async (repository) => {
        for (const step of STEPS) await step(repository);
        await write(path, [
          ...STEPS,
          async (other) => await other.writeManifest(TAG_ONLY, 'theirs'),
        ]);
        await repository.writeManifest(ARTIFACT, 'ours');
      }),
    );
    expect(error).toMatchObject({
      code: 'FILE_CHANGED',
      class: 'unjudged',
      at: join(path, 'index.json'),
    });
    const tags = readFileSync(join(path, 'index.json'), 'utf8');
    expect([tags.includes('theirs'), tags.includes('ours')]).toEqual([true, false]);
  });

  it.each(STEPS.map((_, index) => index))(
    'leaves nothing when it is interrupted before step %i, and is whole after another try',
    async (index) => {
      const folder = scratch();
      const path = join(folder, 'layout');
      const abort = new AbortController();
      const stopped = writeLayout(
        path,
        async (repository) => {
          for (const [at, step] of STEPS.entries()) {
            if (at === index) abort.abort(new Error('stop'));
            await step(repository);
          }
        },
        { signal: abort.signal },
      );
      await expect(stopped).rejects.toThrow('stop');
      expect(readdirSync(folder)).toEqual([]);
      await write(path);
      expect(filesIn(path)).toEqual(filesIn(await layout()));
    },
  );

  it('keeps an older one as it was when it fails', async () => {
    const path = await layout();
    const before = filesIn(path);
    const other = changed(ARTIFACT, (manifest) => (manifest['annotations'] = { x: 'y' }));
    const failed = write(path, [
      async (repository) => await repository.writeManifest(other, 'v1'),
      async () => await Promise.reject(new Error('gone')),
    ]);
    await expect(failed).rejects.toThrow('gone');
    expect(filesIn(path)).toEqual(before);
  });

  it('refuses content that is not what its descriptor says, and leaves nothing', async () => {
    const folder = scratch();
    await expect(write(join(folder, 'l'), [blob(LAYER_BLOB, SIGNATURE)])).rejects.toThrow(
      'bytes of',
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  it('takes a blob from another place if the first one breaks off in the middle', async () => {
    const path = join(scratch(), 'layout');
    await writeLayout(path, async (repository) => {
      const broken = repository.writeBlob(LAYER_BLOB, async function* content() {
        yield LAYER.subarray(0, 1000);
        throw new Error('broken off');
      });
      await expect(broken).rejects.toThrow('broken off');
      for (const step of STEPS) await step(repository);
    });
    expect(filesIn(path)).toEqual(filesIn(await layout()));
  });

  it('writes a blob again that is damaged', async () => {
    const path = await layout();
    const bytes = Buffer.from(LAYER);
    bytes[100] = (bytes[100] ?? 0) ^ 1;
    writeFileSync(blobFile(path), bytes);
    await write(path);
    expect(filesIn(path)).toEqual(filesIn(await layout()));
  });

  it.each([
    [
      'a file of somebody',
      (path: string) => writeFileSync(join(path, 'notes.txt'), ''),
      'notes.txt',
    ],
    [
      'an index that was written by another program',
      (path: string) =>
        writeFileSync(join(path, 'index.json'), '{"schemaVersion":2,"manifests":[]}'),
      'index.json',
    ],
    [
      'no mark of a layout',
      (path: string) => renameSync(join(path, 'oci-layout'), join(path, 'notes.txt')),
      '',
    ],
  ])('refuses a directory with %s, and changes nothing', async (_, change, at) => {
    const path = await layout();
    change(path);
    const before = filesIn(path);
    const error = await rejection(write(path));
    expect([error?.code, error?.at]).toEqual(['OUTPUT_FOREIGN', join(path, at)]);
    expect(filesIn(path)).toEqual(before);
  });
});

describe('an OCI layout that is read', () => {
  it('gives manifests by digest and by tag, blobs, and what is attached', async () => {
    const path = await layout();
    const opened = await openLayout(path);
    expect(await isLayout(path)).toBe(true);
    expect(await opened.artifacts()).toEqual([ARTIFACT.digest]);
    for (const reference of [ARTIFACT.digest, { tag: 'v1' }]) {
      expect(await opened.readManifest(reference, MAX_OCI_MANIFEST_BYTES)).toEqual(ARTIFACT);
    }
    expect(await opened.readManifest({ tag: TAG }, MAX_OCI_INDEX_BYTES)).toEqual(INDEX);
    expect(await opened.readManifest({ tag: 'v2' }, MAX_OCI_MANIFEST_BYTES)).toBeUndefined();
    expect(await opened.readManifest(digestOf('x'), MAX_OCI_MANIFEST_BYTES)).toBeUndefined();
    expect(await text(opened.readBlob(LAYER_BLOB))).toBe(LAYER_BLOB.digest);
    expect(await opened.hasBlob(LAYER_BLOB)).toBe(true);
    const { manifests } = await opened.listReferrers(ARTIFACT.digest);
    expect(manifests.map(({ digest }) => digest)).toEqual([ATTESTATION.digest]);
  });

  it('gives the rest of a blob behind what is held', async () => {
    const opened = await openLayout(await layout());
    const held = pieces(LAYER.subarray(0, 1000));
    expect(await text(opened.readBlob(LAYER_BLOB, held))).toBe(digestOf(LAYER.subarray(1000)));
  });

  it('does the same as a registry, which is asked for the rest alone', async () => {
    await withRegistry({}, async (registry) => {
      const repository = repositoryOf(registry);
      await blob(LAYER_BLOB, LAYER)(repository);
      registry.asked.length = 0;
      const held = pieces(LAYER.subarray(0, 1000));
      const rest = await text(repository.readBlob(LAYER_BLOB, held));
      expect(rest).toBe(digestOf(LAYER.subarray(1000)));
      expect(await text(repository.readBlob(LAYER_BLOB, pieces(LAYER)))).toBe(digestOf(''));
      expect(registry.asked).toEqual([`GET /v2/evidence/blobs/${LAYER_BLOB.digest}`]);
      const other = pieces(Buffer.alloc(1000));
      const error = await rejection(text(repository.readBlob(LAYER_BLOB, other)));
      expect(error?.code).toBe('REGISTRY_BYTES_OTHER');
    });
  });

  it('finds what only the list of referrers names, as in those of regctl, and what nothing names, as in those of cosign save', async () => {
    const path = await layout();
    const file = join(path, 'index.json');
    const index = stored(readFileSync(file));
    for (const kept of [[0, 2], [0]]) {
      const { bytes } = changed(index, (manifest) => {
        manifest['manifests'] = kept.map((at) => (manifest['manifests'] as unknown[])[at]);
      });
      writeFileSync(file, bytes);
      const found = await (await openLayout(path)).listReferrers(ARTIFACT.digest);
      expect(found.manifests.map(({ digest }) => digest)).toEqual([ATTESTATION.digest]);
    }
  });

  it('lists what nobody knows, and reads on', async () => {
    const path = await layout();
    const file = join(path, 'index.json');
    const { bytes } = changed(stored(readFileSync(file)), (index) => {
      delete index['mediaType'];
      index['org.example'] = {};
      const unknown = { mediaType: 'application/vnd.example.unknown', digest: TAG_ONLY.digest };
      (index['manifests'] as unknown[]).unshift({ ...unknown, size: 1 });
    });
    writeFileSync(file, bytes);
    writeFileSync(blobFile(path, TAG_ONLY.digest), TAG_ONLY.bytes);
    const opened = await openLayout(path);
    expect(await opened.artifacts()).toEqual([ARTIFACT.digest]);
    expect(await opened.readManifest({ tag: 'v1' }, MAX_OCI_MANIFEST_BYTES)).toEqual(ARTIFACT);
    expect(await opened.readManifest({ tag: 'inside' }, MAX_OCI_MANIFEST_BYTES)).toBeUndefined();
  });

  it('skips blobs that are no manifests, and those that are too large', async () => {
    const path = await layout();
    const junk = ['{"schemaVersion":', '[]', '{}', `{"x":"${'x'.repeat(MAX_OCI_MANIFEST_BYTES)}"}`];
    for (const each of junk) writeFileSync(blobFile(path, digestOf(each)), each);
    writeFileSync(join(path, 'blobs/sha256/notes'), ATTESTATION.bytes);
    const found = await (await openLayout(path)).listReferrers(ARTIFACT.digest);
    expect(found.manifests.map(({ digest }) => digest)).toEqual([ATTESTATION.digest]);
  });

  it.each([
    [
      'other bytes than its name says',
      (file: string) => writeFileSync(file, Buffer.alloc(LAYER.length)),
      'FILE_DIFFERS',
    ],
    ['another size', (file: string) => writeFileSync(file, 'x'), 'FILE_DIFFERS'],
    [
      'a link in its place',
      (file: string) => {
        renameSync(file, `${file}.there`);
        symlinkSync(`${file}.there`, file);
      },
      'FILE_UNREADABLE',
    ],
    ['nothing in its place', (file: string) => renameSync(file, `${file}.away`), 'FILE_UNREADABLE'],
  ])('refuses a blob with %s', async (_, change, code) => {
    const path = await layout();
    change(blobFile(path));
    const opened = await openLayout(path);
    const error = await rejection(text(opened.readBlob(LAYER_BLOB)));
    expect([error?.code, error?.at]).toEqual([code, blobFile(path)]);
  });

  it('refuses a manifest with other bytes than its name says, and one over the limit', async () => {
    const path = await layout();
    const file = blobFile(path, ARTIFACT.digest);
    const opened = await openLayout(path);
    const short = opened.readManifest(ARTIFACT.digest, ARTIFACT.bytes.length - 1);
    expect((await rejection(short))?.code).toBe('LIMIT_EXCEEDED');
    writeFileSync(file, ATTESTATION.bytes);
    const error = await rejection(opened.readManifest(ARTIFACT.digest, MAX_OCI_MANIFEST_BYTES));
    expect([error?.code, error?.at]).toEqual(['FILE_DIFFERS', file]);
  });

  const moved = (path: string, name: string): void => {
    renameSync(join(path, name), join(path, 'there'));
    symlinkSync('there', join(path, name));
  };
  it.each([
    [
      'index.json is not there',
      (path: string) => renameSync(join(path, 'index.json'), join(path, 'x')),
      'FILE_UNREADABLE',
      'index.json',
    ],
    [
      'index.json is a link',
      (path: string) => moved(path, 'index.json'),
      'FILE_UNREADABLE',
      'index.json',
    ],
    ['blobs is a link', (path: string) => moved(path, 'blobs'), 'FILE_UNREADABLE', 'blobs'],
    [
      'its version is another',
      (path: string) => writeFileSync(join(path, 'oci-layout'), '{"imageLayoutVersion":"2.0.0"}'),
      'SCHEMA_VERSION_UNKNOWN',
      'oci-layout#/imageLayoutVersion',
    ],
    [
      'its mark is no JSON',
      (path: string) => writeFileSync(join(path, 'oci-layout'), '1.0.0'),
      'DOCUMENT_INVALID',
      'oci-layout',
    ],
    [
      'its index names a key twice',
      (path: string) =>
        writeFileSync(join(path, 'index.json'), '{"schemaVersion":2,"schemaVersion":2}'),
      'DOCUMENT_DUPLICATE_KEY',
      'index.json#/schemaVersion',
    ],
    [
      'its index is too large',
      (path: string) =>
        writeFileSync(join(path, 'index.json'), ' '.repeat(MAX_OCI_INDEX_BYTES + 1)),
      'LIMIT_EXCEEDED',
      'index.json',
    ],
  ] as const)('refuses a layout if %s', async (_, change, code, at) => {
    const path = await layout();
    change(path);
    const error = await rejection(openLayout(path));
    expect([error?.code, error?.at]).toEqual([code, join(path, at)]);
  });

  it('is none without its mark', async () => {
    const path = scratch();
    mkdirSync(join(path, 'blobs'));
    expect(await isLayout(path)).toBe(false);
  });
});
