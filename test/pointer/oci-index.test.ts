import { describe, expect, it } from 'vitest';

import { digestOf } from '../../src/digest.ts';
import { MAX_OCI_INDEX_BYTES } from '../../src/limits.ts';
import { OCI_INDEX, OCI_MANIFEST } from '../../src/media-types.ts';
import { parseOciIndex, referrersTag, withReferrer } from '../../src/pointer/oci-index.ts';
import { refusalOf } from '../document/refusal.ts';
import {
  ARTIFACT,
  ATTESTATION,
  INDEX,
  changed,
  inside,
  ociBytes,
  stored,
  type Json,
} from './oci.ts';

const parse = (index = INDEX) => parseOciIndex(index, 'i');
const OTHER = stored(ociBytes('sigstore-oci-0.7.2.json'));
const entriesOf = (bytes: Uint8Array): readonly Json[] =>
  (JSON.parse(Buffer.from(bytes).toString()) as { readonly manifests: Json[] }).manifests;

describe('a list of referrers', () => {
  it('lies under the digest of the artifact, with a dash', () => {
    expect(referrersTag(digestOf(''))).toBe(
      'sha256-e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
  });

  it('begins with our entry, byte for byte', () => {
    expect(withReferrer(undefined, ATTESTATION)).toEqual(INDEX);
  });

  it('has an entry with the annotations of the manifest, and with the type of its config if it names none', () => {
    const untyped = changed(ATTESTATION, (manifest) => delete manifest['artifactType']);
    const [entry] = entriesOf(withReferrer(undefined, untyped)?.bytes ?? INDEX.bytes);
    expect(entry?.['artifactType']).toBe('application/vnd.oci.empty.v1+json');
    expect(entry?.['annotations']).toEqual(entriesOf(INDEX.bytes)[0]?.['annotations']);
  });

  it('is not written again if our entry is in it', () => {
    expect(withReferrer(parse(), ATTESTATION)).toBeUndefined();
  });

  it('keeps what others wrote, in its order, also what cannot be read', () => {
    const foreign = changed(INDEX, (index) => {
      index['annotations'] = { b: '1', a: '2' };
      index['x'] = [1e21, null, { y: 'ü' }];
      inside(index, 'manifests', 0)['platform'] = { os: 'any' };
      (index['manifests'] as Json[]).unshift({ mediaType: 'a/b', digest: 'sha512:1', size: 1 });
    });
    const before = Buffer.from(foreign.bytes).toString();
    const after = withReferrer(parse(foreign), OTHER);
    const text = Buffer.from(after?.bytes ?? []).toString();
    const at = before.indexOf(']', before.indexOf('"platform"'));
    expect([text.slice(0, at), text.slice(-(before.length - at))]).toEqual([
      before.slice(0, at),
      before.slice(at),
    ]);
    expect(entriesOf(after?.bytes ?? foreign.bytes).map(({ digest }) => digest)).toEqual([
      'sha512:1',
      ATTESTATION.digest,
      OTHER.digest,
    ]);
    expect(after?.digest).toBe(digestOf(text));
  });

  it('is read without the entries that cannot be, which are told of', () => {
    const broken = changed(INDEX, (index) => {
      (index['manifests'] as unknown[]).push(7, { ...entriesOf(INDEX.bytes)[0], urls: ['u'] });
    });
    const { manifests, unread } = parse(broken);
    expect(manifests).toEqual(parse().manifests);
    expect(unread.map(({ code, at }) => [code, at])).toEqual([
      ['FIELD_INVALID', 'i#/manifests/1'],
      ['FIELD_INVALID', 'i#/manifests/2/urls'],
    ]);
  });

  it('may have entries of types that nobody knows, and fields that nobody knows', () => {
    const odd = changed(INDEX, (index) => {
      inside(index, 'manifests', 0)['mediaType'] = 'application/vnd.example.unknown+json';
      inside(index, 'manifests', 0)['platform'] = { os: 'any', architecture: 'any' };
      index['org.example'] = [{}];
    });
    const { manifests, unread } = parse(odd);
    expect([manifests.map(({ digest }) => digest), unread]).toEqual([[ATTESTATION.digest], []]);
  });

  it('may be empty, also as Go writes a list that it never began', () => {
    for (const none of [[], null]) {
      const empty = parse(changed(INDEX, (index) => (index['manifests'] = none)));
      expect(empty.manifests).toEqual([]);
      expect(withReferrer(empty, ATTESTATION)?.digest).toBe(INDEX.digest);
    }
  });

  it.each<[string, (index: Json) => unknown, string, string]>([
    ['no list', (i) => delete i['manifests'], 'FIELD_MISSING', 'manifests'],
    ['layers', (i) => (i['layers'] = []), 'FIELD_INVALID', 'layers'],
    ['a config', (i) => (i['config'] = {}), 'FIELD_INVALID', 'config'],
    ['another mediaType', (i) => (i['mediaType'] = OCI_MANIFEST), 'FIELD_INVALID', 'mediaType'],
    ['a twin of a field', (i) => (i['Manifests'] = []), 'DOCUMENT_DUPLICATE_KEY', 'Manifests'],
  ])('with %s is refused', (_, change, code, field) => {
    const refusal = refusalOf(() => parse(changed(INDEX, change)));
    expect([refusal?.code, refusal?.at]).toEqual([code, `i#/${field}`]);
  });

  it('is refused if the tag leads to the artifact itself', () => {
    const refusal = refusalOf(() => parse(ARTIFACT));
    expect([refusal?.code, refusal?.found]).toEqual(['KIND_UNEXPECTED', 'a single manifest']);
  });

  it('may have 4 MiB and not one byte more, also when an entry is added', () => {
    const padded = (length: number) =>
      stored(Buffer.from(INDEX.bytes).toString().padEnd(length), OCI_INDEX);
    expect(parse(padded(MAX_OCI_INDEX_BYTES)).manifests).toEqual(parse().manifests);
    expect(refusalOf(() => parse(padded(MAX_OCI_INDEX_BYTES + 1)))?.code).toBe('LIMIT_EXCEEDED');
    const full = changed(INDEX, (index) => (index['x'] = 'x'.repeat(MAX_OCI_INDEX_BYTES - 900)));
    expect(refusalOf(() => withReferrer(parse(full), OTHER))?.code).toBe('LIMIT_EXCEEDED');
  });
});
