import { gunzipSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { digestOf, digestOfHex } from '../../src/digest.ts';
import { PREDICATE_TYPE_V3 } from '../../src/media-types.ts';
import {
  EMPTY_CONFIG,
  EMPTY_CONFIG_BYTES,
  artifactManifest,
  defaultTag,
  requireArtifact,
} from '../../src/pointer/artifact.ts';
import { attestationManifest, requireAttestation } from '../../src/pointer/attestation-manifest.ts';
import { refusalOf } from '../document/refusal.ts';
import {
  ARTIFACT,
  ATTESTATION,
  changed,
  inside,
  ociBytes,
  parsed,
  stored,
  type Json,
} from './oci.ts';

const BUNDLE = ociBytes('attestation.sigstore.json');
const IMAGE = 'application/vnd.oci.image.config.v1+json';
const BUNDLE_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const add = (map: unknown, key: string, value: unknown): void => {
  (map as Json)[key] = value;
};

describe('the artifact of a bundle', () => {
  const archive = ociBytes('evidence.tar.gz');
  const made = artifactManifest({
    layer: { digest: digestOf(archive), size: archive.length },
    tarDigest: digestOf(gunzipSync(archive)),
    predicateType: PREDICATE_TYPE_V3,
    version: 'v1.0.0',
  });

  it('has a manifest of known bytes', () => {
    expect(Buffer.from(made.bytes).toString()).toBe(Buffer.from(ARTIFACT.bytes).toString());
    expect(made).toEqual(ARTIFACT);
  });

  it('is found in it', () => {
    expect(requireArtifact(parsed(made), 'm')).toMatchObject({
      digest: digestOf(archive),
      size: archive.length,
    });
  });

  it('is found in one that AICR pushed with oras', () => {
    const aicr = changed(ARTIFACT, (manifest) => {
      add(manifest['config'], 'data', 'e30=');
      add(manifest['annotations'], 'org.opencontainers.image.vendor', 'NVIDIA');
      add(
        manifest['annotations'],
        'org.opencontainers.image.source',
        'https://github.com/NVIDIA/aicr',
      );
    });
    expect(requireArtifact(parsed(aicr), 'm')).toEqual(requireArtifact(parsed(made), 'm'));
  });

  it.each<[string, (manifest: Json) => unknown, readonly string[]]>([
    [
      'a container image',
      (m) => [delete m['artifactType'], add(m['config'], 'mediaType', IMAGE)],
      ['KIND_UNEXPECTED', 'm', 'a container image'],
    ],
    [
      'a chart',
      (m) => [delete m['artifactType'], add(m['config'], 'mediaType', 'application/x.helm')],
      ['KIND_UNEXPECTED', 'm', 'an artifact of the type "application/x.helm"'],
    ],
    ['no layer', (m) => add(m, 'layers', []), ['FIELD_INVALID', 'm#/layers', '0 layers']],
    [
      'two layers',
      (m) => (m['layers'] as unknown[]).push(inside(m, 'layers', 0)),
      ['FIELD_INVALID', 'm#/layers', '2 layers'],
    ],
    [
      'a layer that is no tar.gz',
      (m) => add(inside(m, 'layers', 0), 'mediaType', 'text/plain'),
      ['FIELD_INVALID', 'm#/layers/0/mediaType', '"text/plain"'],
    ],
    [
      'a layer that nobody could unpack, and that may have no end',
      (m) => add(inside(m, 'layers', 0), 'size', Number.MAX_SAFE_INTEGER),
      ['LIMIT_EXCEEDED', 'm#/layers/0/size', `${Number.MAX_SAFE_INTEGER} bytes`],
    ],
    [
      'a config that says something',
      (m) => add(m['config'], 'digest', digestOf('{ }')),
      ['FIELD_INVALID', 'm#/config', `${digestOf('{ }')}, 2 bytes`],
    ],
  ])('is not %s', (_, change, expected) => {
    const refusal = refusalOf(() => requireArtifact(parsed(changed(ARTIFACT, change)), 'm'));
    expect([refusal?.code, refusal?.at, refusal?.found]).toEqual(expected);
  });

  it('is not its signature, which says what it is attached to', () => {
    const refusal = refusalOf(() => requireArtifact(parsed(ATTESTATION), 'm'));
    expect([refusal?.code, refusal?.hint.includes(ARTIFACT.digest)]).toEqual([
      'KIND_UNEXPECTED',
      true,
    ]);
  });

  it.each([
    ['gb300-generic-ubuntu-training', '6d21f4209def', 'gb300-generic-ubuntu-training-6d21f4209def'],
    ['h100-eks-ubuntu-training', '59faf733ca49', 'h100-eks-ubuntu-training-59faf733ca49'],
    ['.-H100 EKS+ü_1.2-.', '59faf733ca49', 'h100-eks--_1.2-59faf733ca49'],
    ['a'.repeat(300), '59faf733ca49', `${'a'.repeat(80)}-59faf733ca49`],
    ['..', '59faf733ca49', '59faf733ca49'],
  ])('of the recipe %j has a tag', (recipe, start, tag) => {
    expect(defaultTag(recipe, digestOfHex(start.padEnd(64, '0')))).toBe(tag);
    expect(tag).toMatch(/^\w[\w.-]{0,127}$/);
  });
});

describe('a signature that is attached', () => {
  const attached = (manifest = ATTESTATION, artifact = ARTIFACT.digest) =>
    requireAttestation(parsed(manifest), artifact, 'm');

  it('has a manifest of known bytes, the same each time', () => {
    expect(attestationManifest(ARTIFACT, BUNDLE, 'b')).toEqual(ATTESTATION);
    expect(Buffer.from(EMPTY_CONFIG_BYTES).toString()).toBe('{}');
    expect(EMPTY_CONFIG.digest).toBe(
      'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
    );
  });

  it.each<[string, (material: Json) => unknown, string]>([
    [
      'the log, if the timestamp is later',
      (m) => add(inside(m, 'tlogEntries', 0), 'integratedTime', '1700000000'),
      '2023-11-14T22:13:20Z',
    ],
    [
      'the timestamp, if the log has no clock',
      (m) => delete inside(m, 'tlogEntries', 0)['integratedTime'],
      '2025-10-10T02:12:20Z',
    ],
    [
      'the timestamp, if the log is later',
      (m) => add(inside(m, 'tlogEntries', 0), 'integratedTime', '1900000000'),
      '2025-10-10T02:12:20Z',
    ],
  ])('has the time of %s', (_, change, created) => {
    const bundle = JSON.parse(BUNDLE.toString()) as Json;
    change(inside(bundle, 'verificationMaterial'));
    const manifest = attestationManifest(ARTIFACT, Buffer.from(JSON.stringify(bundle)), 'b');
    expect(parsed(manifest).annotations.get('org.opencontainers.image.created')).toBe(created);
  });

  it('is found in its manifest, and in what @sigstore/oci writes', () => {
    expect(attached()).toMatchObject({ digest: digestOf(BUNDLE), size: BUNDLE.length });
    const other = parsed(stored(ociBytes('sigstore-oci-0.7.2.json')));
    const { subject } = other;
    expect(requireAttestation(other, subject?.digest ?? ARTIFACT.digest, 'm').size).toBe(11_346);
  });

  it('is found in what cosign writes: its type in the config too, and no title', () => {
    const cosign = changed(ATTESTATION, (manifest) => {
      add(manifest['config'], 'artifactType', BUNDLE_TYPE);
      delete inside(manifest, 'layers', 0)['annotations'];
    });
    expect(attached(cosign).digest).toBe(digestOf(BUNDLE));
  });

  it('is found without a type of the manifest: the layer says what it is', () => {
    const untyped = changed(ATTESTATION, (manifest) => delete manifest['artifactType']);
    expect(attached(untyped).digest).toBe(digestOf(BUNDLE));
  });

  it.each<[string, (manifest: Json) => unknown, string, string]>([
    ['has no subject', (m) => delete m['subject'], 'REFERRER_OTHER', 'm#/subject'],
    [
      'is attached to another artifact',
      (m) => add(m['subject'], 'digest', digestOf('')),
      ...(['REFERRER_OTHER', 'm#/subject'] as const),
    ],
    [
      'is a list of parts',
      (m) => [
        add(m, 'artifactType', 'application/spdx+json'),
        add(inside(m, 'layers', 0), 'mediaType', 'application/spdx+json'),
      ],
      ...(['KIND_UNEXPECTED', 'm'] as const),
    ],
    [
      'only says that it is one',
      (m) => add(inside(m, 'layers', 0), 'mediaType', 'application/spdx+json'),
      ...(['FIELD_INVALID', 'm#/layers/0/mediaType'] as const),
    ],
    ['has no layer', (m) => add(m, 'layers', []), 'FIELD_INVALID', 'm#/layers'],
    [
      'has a config of more than 1 MiB',
      (m) => add(m['config'], 'size', 1024 * 1024 + 1),
      ...(['LIMIT_EXCEEDED', 'm#/config/size'] as const),
    ],
    [
      'has two layers',
      (m) => (m['layers'] as unknown[]).push(inside(m, 'layers', 0)),
      ...(['FIELD_INVALID', 'm#/layers'] as const),
    ],
    [
      'has one byte more than 10 MiB',
      (m) => add(inside(m, 'layers', 0), 'size', 10 * 2 ** 20 + 1),
      ...(['LIMIT_EXCEEDED', 'm#/layers/0/size'] as const),
    ],
  ])('does not count if it %s', (_, change, code, at) => {
    const refusal = refusalOf(() => attached(changed(ATTESTATION, change)));
    expect([refusal?.code, refusal?.at]).toEqual([code, at]);
  });

  it('is none if it is the artifact itself, as some registries list it', () => {
    expect(refusalOf(() => attached(ARTIFACT))?.code).toBe('REFERRER_OTHER');
  });

  it('is not made of what is no Sigstore bundle', () => {
    const refusal = refusalOf(() => attestationManifest(ARTIFACT, Buffer.from('{}'), 'b'));
    expect([refusal?.code, refusal?.at]).toEqual(['SIGSTORE_BUNDLE_INVALID', 'b#/mediaType']);
  });
});
