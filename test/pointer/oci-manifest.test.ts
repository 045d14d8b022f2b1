import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { digestOf } from '../../src/digest.ts';
import { MAX_OCI_MANIFEST_BYTES } from '../../src/limits.ts';
import { OCI_INDEX, OCI_MANIFEST } from '../../src/media-types.ts';
import { encodeOciManifest, parseOciManifest } from '../../src/pointer/oci-manifest.ts';
import { refusalOf } from '../document/refusal.ts';
import { propertyRuns } from '../property-runs.ts';
import { ARTIFACT, ATTESTATION, changed, inside, parsed, stored, type Json } from './oci.ts';

const SHA512 = `sha512:${'ab'.repeat(64)}`;
const types = fc.constantFrom('application/vnd.example.a+json', 'text/plain', OCI_MANIFEST);
const annotationMaps = fc
  .dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), { maxKeys: 4 })
  .map((fields) => new Map(Object.entries(fields)));
const descriptors = fc
  .tuple(types, fc.string(), fc.maxSafeNat(), annotationMaps, fc.option(types, { nil: undefined }))
  .map(([mediaType, text, size, annotations, artifactType]) => ({
    ...{ mediaType, digest: digestOf(text), size },
    ...(annotations.size > 0 && { annotations }),
    ...(artifactType !== undefined && { artifactType }),
  }));
const manifests = fc.record({
  artifactType: fc.option(types, { nil: undefined }),
  config: descriptors,
  layers: fc.array(descriptors, { maxLength: 3 }),
  subject: fc.option(descriptors, { nil: undefined }),
  annotations: annotationMaps,
});

describe('a manifest', () => {
  it('is read, and written again byte for byte', () => {
    for (const manifest of [ARTIFACT, ATTESTATION]) {
      expect(encodeOciManifest(parsed(manifest))).toEqual(manifest);
    }
  });

  it('is read back as it was written, whatever it says, and has one spelling', () => {
    fc.assert(
      fc.property(manifests, (manifest) => {
        const encoded = encodeOciManifest(manifest);
        expect(parsed(encoded)).toEqual(manifest);
        expect(encodeOciManifest(parsed(encoded)).digest).toBe(encoded.digest);
        // No white space but in texts.
        const texts = /"(?:[^"\\]|\\.)*"/g;
        expect(Buffer.from(encoded.bytes).toString().replaceAll(texts, '""')).not.toMatch(/\s/);
      }),
      { numRuns: propertyRuns(100, 1500) },
    );
  });

  it('has annotations in the order of their bytes', () => {
    const annotations = new Map(['\u{ff61}', 'b', '\u{1f600}', 'B', 'a'].map((key) => [key, '']));
    const { bytes } = encodeOciManifest({ ...parsed(ARTIFACT), annotations });
    const { annotations: written } = JSON.parse(Buffer.from(bytes).toString()) as Json;
    expect(Object.keys(written as Json)).toEqual(['B', 'a', 'b', '\u{ff61}', '\u{1f600}']);
  });

  it('may have annotations that differ in their case alone, in each map that has some', () => {
    const annotations = { 'com.example.Team': 'x', 'com.example.team': 'y' };
    const cased = changed(ATTESTATION, (manifest) => {
      for (const map of [manifest, inside(manifest, 'layers', 0), inside(manifest, 'subject')]) {
        map['annotations'] = annotations;
      }
    });
    const read = parsed(cased);
    for (const map of [read, read.layers[0], read.subject]) {
      expect(map?.annotations).toEqual(new Map(Object.entries(annotations)));
    }
    // What is read by its name has one spelling: others read `Config` for `config`.
    const twin = changed(ATTESTATION, (manifest) => (manifest['Config'] = {}));
    const refused = refusalOf(() => parsed(twin));
    expect([refused?.code, refused?.at]).toEqual(['DOCUMENT_DUPLICATE_KEY', 'm#/Config']);
  });

  it('may have fields that nobody knows, in each map', () => {
    const extended = changed(ARTIFACT, (manifest) => {
      for (const map of [manifest, inside(manifest, 'config'), inside(manifest, 'layers', 0)]) {
        map['org.example'] = [{}];
      }
    });
    expect(parsed(extended)).toEqual(parsed(ARTIFACT));
  });

  it('may have a copy of what a descriptor leads to, as oras writes that of the config', () => {
    const copied = changed(ARTIFACT, (manifest) => {
      inside(manifest, 'config')['data'] = 'e30=';
    });
    expect(parsed(copied)).toEqual(parsed(ARTIFACT));
  });

  it('need not say its own type, but never says another one than it was served as', () => {
    const silent = changed(ARTIFACT, (manifest) => delete manifest['mediaType']);
    expect(parsed(silent)).toEqual(parsed(ARTIFACT));
  });

  it.each<[string, (manifest: Json) => unknown, string, string]>([
    ['no schemaVersion', (m) => delete m['schemaVersion'], 'FIELD_MISSING', 'schemaVersion'],
    [
      'the first schema',
      (m) => (m['schemaVersion'] = 1),
      'SCHEMA_VERSION_UNKNOWN',
      'schemaVersion',
    ],
    ['another mediaType', (m) => (m['mediaType'] = OCI_INDEX), 'FIELD_INVALID', 'mediaType'],
    ['an index in it', (m) => (m['manifests'] = []), 'FIELD_INVALID', 'manifests'],
    ['a twin of a field', (m) => (m['Layers'] = []), 'DOCUMENT_DUPLICATE_KEY', 'Layers'],
    ['no config', (m) => delete m['config'], 'FIELD_MISSING', 'config'],
    ['no layers', (m) => delete m['layers'], 'FIELD_MISSING', 'layers'],
    ['a type that is none', (m) => (m['artifactType'] = 'a b'), 'FIELD_INVALID', 'artifactType'],
    ['a subject that is a text', (m) => (m['subject'] = 'x'), 'FIELD_INVALID', 'subject'],
    [
      'an annotation that is no text',
      (m) => (inside(m, 'annotations')['n'] = 1),
      'FIELD_INVALID',
      'annotations/n',
    ],
  ])('with %s is refused', (_, change, code, field) => {
    const refusal = refusalOf(() => parsed(changed(ARTIFACT, change)));
    expect([refusal?.code, refusal?.at]).toEqual([code, `m#/${field}`]);
  });

  it.each<[string, (descriptor: Json) => unknown, string, string]>([
    ['no mediaType', (d) => delete d['mediaType'], 'FIELD_MISSING', 'mediaType'],
    ['a line break', (d) => (d['mediaType'] = 'a/b\r\nX: y'), 'FIELD_INVALID', 'mediaType'],
    ['no digest', (d) => delete d['digest'], 'FIELD_MISSING', 'digest'],
    ['another algorithm', (d) => (d['digest'] = SHA512), 'FIELD_INVALID', 'digest'],
    ['no size', (d) => delete d['size'], 'FIELD_MISSING', 'size'],
    ['a negative size', (d) => (d['size'] = -1), 'FIELD_INVALID', 'size'],
    ['a size of 2^53', (d) => (d['size'] = 2 ** 53), 'FIELD_INVALID', 'size'],
    ['half a byte', (d) => (d['size'] = 1.5), 'FIELD_INVALID', 'size'],
    ['a size in quotes', (d) => (d['size'] = '2'), 'FIELD_INVALID', 'size'],
    ['urls', (d) => (d['urls'] = ['https://example.com/x']), 'FIELD_INVALID', 'urls'],
    ['data that lies', (d) => (d['data'] = 'e31='), 'FIELD_INVALID', 'data'],
    ['data of another size', (d) => (d['data'] = 'e30K'), 'FIELD_INVALID', 'data'],
    ['data that is no base64', (d) => (d['data'] = '{}'), 'FIELD_INVALID', 'data'],
  ])('with a descriptor with %s is refused', (_, change, code, field) => {
    for (const path of [['config'], ['layers', 0], ['subject']]) {
      const refusal = refusalOf(() =>
        parsed(changed(ATTESTATION, (manifest) => change(inside(manifest, ...path)))),
      );
      expect([refusal?.code, refusal?.at]).toEqual([code, `m#/${path.join('/')}/${field}`]);
    }
  });

  it('with one key twice is refused', () => {
    const text = Buffer.from(ARTIFACT.bytes).toString();
    const twice = text.replace('"config":', '"config":{},"config":');
    const refusal = refusalOf(() => parsed(stored(twice)));
    expect([refusal?.code, refusal?.at]).toEqual(['DOCUMENT_DUPLICATE_KEY', 'm#/config']);
  });

  it('may have 1 MiB and not one byte more', () => {
    const padded = (length: number) =>
      stored(Buffer.from(ARTIFACT.bytes).toString().padEnd(length));
    expect(parsed(padded(MAX_OCI_MANIFEST_BYTES))).toEqual(parsed(ARTIFACT));
    const refusal = refusalOf(() => parsed(padded(MAX_OCI_MANIFEST_BYTES + 1)));
    expect([refusal?.code, refusal?.at]).toEqual(['LIMIT_EXCEEDED', 'm']);
  });

  it.each([
    [OCI_INDEX, 'an index, which lists manifests'],
    [
      'application/vnd.docker.distribution.manifest.v2+json',
      "a container image in Docker's format",
    ],
    ['application/vnd.docker.distribution.manifest.list.v2+json', "a list of Docker's images"],
    ['text/html', '"text/html"'],
  ])('that is served as %s is called what it is', (mediaType, found) => {
    const refusal = refusalOf(() => parsed({ ...ARTIFACT, mediaType }));
    expect([refusal?.code, refusal?.at, refusal?.found]).toEqual(['KIND_UNEXPECTED', 'm', found]);
  });

  it('that is any other text is refused with an error of ours', () => {
    const words = Buffer.from(ATTESTATION.bytes)
      .toString()
      .split(/(?<=[{}[\],:])/);
    const texts = fc.shuffledSubarray(words).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), texts), (text) => {
        expect(() => refusalOf(() => parseOciManifest(stored(text), 'm'))).not.toThrow();
      }),
      { numRuns: propertyRuns(100, 1500) },
    );
  });
});
