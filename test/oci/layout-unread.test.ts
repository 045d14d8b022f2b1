// What a layout lists as attached and nobody can read: it might be the signature, so it is told, wherever it is listed.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { hexOf } from '../../src/digest.ts';
import { writeLayout } from '../../src/io/oci/write-layout.ts';
import { OCI_INDEX } from '../../src/media-types.ts';
import type { StoredManifest } from '../../src/pointer/registry.ts';
import { scratch } from '../io/scratch.ts';
import { ARTIFACT, ATTESTATION, INDEX, changed, type Json } from '../pointer/oci.ts';
import { runProgram } from '../run-here.ts';
import { STEPS, TAG, push } from './pushed.ts';

const IMAGE_INDEX = { schemaVersion: 2, mediaType: OCI_INDEX };

function entry({ digest, bytes, mediaType }: StoredManifest, more: object = {}): object {
  return { mediaType, digest, size: bytes.length, ...more };
}

/** The artifact, and what is listed as attached: in `index.json`, or behind the list of referrers alone. */
async function layout(where: 'index.json' | 'the list', listed: object): Promise<string> {
  const path = join(scratch(), 'layout');
  await writeLayout(path, async (to) => await push(to, STEPS));
  const list = changed(INDEX, (index) => (index['manifests'] = [listed]));
  blob(path, list, list.bytes);
  const name = { annotations: { 'org.opencontainers.image.ref.name': TAG } };
  const other = where === 'index.json' ? listed : entry(list, name);
  const index: Json = { ...IMAGE_INDEX, manifests: [entry(ARTIFACT), other] };
  writeFileSync(join(path, 'index.json'), JSON.stringify(index));
  return path;
}

function blob(path: string, { digest }: StoredManifest, bytes: Uint8Array | undefined): void {
  const file = join(path, 'blobs/sha256', hexOf(digest));
  if (bytes === undefined) rmSync(file, { force: true });
  else writeFileSync(file, bytes);
}

/** Exit code, and the code of the refusal, or why what is attached does not count. */
async function judge(path: string): Promise<readonly unknown[]> {
  const words = ['verify-evidence', path, '--allow-unsigned', '--format', 'json'];
  const { code, stdout } = await runProgram(words);
  const json = JSON.parse(stdout) as {
    readonly error?: { readonly code: string };
    readonly source?: {
      readonly referrers: readonly { readonly fault: { code: string } | null }[];
    };
  };
  return [code, json.error?.code ?? json.source?.referrers.map(({ fault }) => fault?.code)];
}

const TWO_LAYERS = changed(ATTESTATION, (manifest) => {
  const layers = manifest['layers'] as Json[];
  manifest['layers'] = [...layers, ...layers];
});
const OTHER = changed(ATTESTATION, (manifest) => delete manifest['subject']);

describe.each(['index.json', 'the list'] as const)('what %s of a layout names', (where) => {
  it.each([
    ['is gone', ATTESTATION, undefined, [3, 'REGISTRY_LACKS']],
    ['has other bytes', ATTESTATION, Buffer.from('x'), [2, 'FILE_DIFFERS']],
    ['is attached to nothing now', ATTESTATION, OTHER.bytes, [2, 'FILE_DIFFERS']],
    ['is malformed', TWO_LAYERS, TWO_LAYERS.bytes, [2, 'FIELD_INVALID']],
  ] as const)('is told if it %s', async (_, named, bytes, expected) => {
    const path = await layout(where, entry(named));
    blob(path, ATTESTATION, undefined);
    blob(path, named, bytes);
    expect(await judge(path)).toEqual(expected);
  });

  it.each([OCI_INDEX, 'application/vnd.docker.distribution.manifest.v2+json'])(
    'is what it says itself, also if an entry says %s',
    async (mediaType) => {
      const right = await judge(await layout(where, entry(ATTESTATION)));
      expect(right[1]).toEqual(['PREDICATE_TYPE_UNKNOWN']);
      const wrong = await layout(where, entry(ATTESTATION, { mediaType }));
      expect(await judge(wrong)).toEqual(right);
    },
  );
});

it('a list of referrers that is named and gone is told', async () => {
  const path = await layout('the list', entry(ATTESTATION));
  blob(path, ATTESTATION, undefined);
  const list = changed(INDEX, (index) => (index['manifests'] = [entry(ATTESTATION)]));
  blob(path, list, undefined);
  expect(await judge(path)).toEqual([3, 'FILE_UNREADABLE']);
});
