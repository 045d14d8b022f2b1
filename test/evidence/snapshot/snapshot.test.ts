import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { fingerprintOf } from '../../../src/evidence/snapshot/fingerprint.ts';
import {
  imagesOf,
  parseSnapshot,
  snapshotDoubts,
  subtypeOf,
} from '../../../src/evidence/snapshot/snapshot.ts';
import { AICR_V011, AICR_V1 } from '../../../src/media-types.ts';
import { dataFrom } from '../../document/data-from.ts';
import { refusalOf } from '../../document/refusal.ts';
import { EKS_H100, snapshotDocument, snapshotWith } from './cluster.ts';

const DOCUMENT = snapshotDocument(EKS_H100);

function os(id: string) {
  return { subtype: 'release', data: { ID: id } };
}

function parse(changes: object = {}) {
  return parseSnapshot(dataFrom({ ...DOCUMENT, ...changes }), 'snapshot.yaml');
}

describe('parseSnapshot', () => {
  it('reads measurements by type and subtype', () => {
    const snapshot = parse({ metadata: { version: 'v1.0.0' } });
    expect(snapshot).toMatchObject({ apiVersion: AICR_V1, retired: false, findings: [] });
    expect(snapshot.metadata).toEqual(new Map([['version', 'v1.0.0']]));
    expect(subtypeOf(snapshot, 'OS', 'release')?.data.get('ID')).toBe('ubuntu');
    expect(subtypeOf(snapshot, 'OS', 'sysctl')).toBeUndefined();
    expect(subtypeOf(snapshot, 'toString', 'constructor')).toBeUndefined();
  });

  it('reads an old one, which has neither kind nor apiVersion, and says so', () => {
    const snapshot = parse({ kind: undefined, apiVersion: undefined, metadata: undefined });
    expect(snapshot).toMatchObject({ apiVersion: '', retired: true });
    expect(snapshot.findings.map(({ code }) => code)).toEqual([
      'KIND_MISSING',
      'API_VERSION_OUTDATED',
    ]);
  });

  it('reads a retired one and keeps its apiVersion', () => {
    expect(parse({ apiVersion: AICR_V011 })).toMatchObject({
      apiVersion: AICR_V011,
      retired: true,
    });
  });

  it('never uses the fingerprint that the document claims', () => {
    const claimed = parse({ fingerprint: { service: 'gke', accelerator: 'gb200' } });
    expect(claimed.findings).toEqual([]);
    expect(fingerprintOf(claimed)).toEqual(fingerprintOf(parse()));
  });

  it('of a type that comes twice the last counts, of a subtype the first, and both are said', () => {
    const snapshot = parse({
      measurements: [
        { type: 'OS', subtypes: [os('cos')] },
        { type: 'OS', subtypes: [os('ubuntu'), os('rhel')] },
      ],
    });
    expect(subtypeOf(snapshot, 'OS', 'release')?.data.get('ID')).toBe('ubuntu');
    expect(snapshot.findings).toMatchObject([
      { code: 'MEASUREMENT_DUPLICATE', at: 'snapshot.yaml#/measurements/1/subtypes/1' },
      { code: 'MEASUREMENT_DUPLICATE', at: 'snapshot.yaml#/measurements/1' },
    ]);
  });

  it.each([
    [{ measurements: undefined }, 'FIELD_MISSING', '/measurements'],
    [{ measurements: {} }, 'FIELD_INVALID', '/measurements'],
    [{ measurements: ['OS'] }, 'FIELD_INVALID', '/measurements/0'],
    [{ measurements: [{}] }, 'FIELD_MISSING', '/measurements/0/type'],
    [{ measurements: [{ type: 'OS', subtypes: 1 }] }, 'FIELD_INVALID', '/measurements/0/subtypes'],
    [
      { measurements: [{ type: 'OS', subtypes: [{ subtype: 'a', data: [] }] }] },
      'FIELD_INVALID',
      '/measurements/0/subtypes/0/data',
    ],
    [
      { measurements: [{ type: 'OS', subtypes: [{ subtype: 'a', items: [{ context: '' }] }] }] },
      'FIELD_INVALID',
      '/measurements/0/subtypes/0/items/0/context',
    ],
    ...[-1, -6, -6.5].map((count): [object, string, string] => [
      {
        measurements: [
          ...DOCUMENT.measurements.slice(0, 1),
          {
            type: 'NodeTopology',
            subtypes: [{ subtype: 'summary', data: { 'node-count': count } }],
          },
        ],
      },
      'FIELD_INVALID',
      '/measurements/1/subtypes/0/data/node-count',
    ]),
    [{ metadata: [] }, 'FIELD_INVALID', '/metadata'],
    [{ kind: 'RecipeResult' }, 'KIND_UNEXPECTED', '/kind'],
    [{ apiVersion: 'aicr.run/v9' }, 'API_VERSION_UNKNOWN', '/apiVersion'],
  ])('refuses %j: %s at %s', (changes, code, pointer) => {
    expect(parse().findings).toEqual([]);
    expect(refusalOf(() => parse(changes))).toMatchObject({ code, at: `snapshot.yaml#${pointer}` });
  });

  it('throws nothing but an EvidenceError, and neither does the stage after it', () => {
    const key = fc.constantFrom('type', 'subtypes', 'subtype', 'data', 'items', 'context', 'key');
    const word = fc.constantFrom(
      'NodeTopology',
      'label',
      'OS',
      'release',
      'ID',
      null,
      true,
      1,
      1.5,
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 6 },
        word,
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(key, tie('value'), { maxKeys: 5 }),
      ),
    }));
    fc.assert(
      fc.property(value, (measurements) => {
        expect(refusalOf(() => fingerprintOf(parse({ measurements })))?.class).not.toBe('internal');
      }),
    );
  });
});

describe('imagesOf', () => {
  it('lists the images as measured', () => {
    const snapshot = snapshotWith({ K8s: { image: { coredns: 'v1.11.4', pause: 3, odd: null } } });
    expect(imagesOf(snapshot)).toEqual([
      { name: 'coredns', tag: 'v1.11.4' },
      { name: 'pause', tag: '3' },
      { name: 'odd', tag: '' },
    ]);
  });

  it('is empty for a snapshot without images', () => {
    expect(imagesOf(parse())).toEqual([]);
  });
});

describe('snapshotDoubts', () => {
  const now = new Date('2026-06-10T01:00:00Z');

  it('H-18 has none about a snapshot of now by a released tool', () => {
    const metadata = { timestamp: '2026-06-10T01:00:00Z', version: 'v1.0.0' };
    expect(snapshotDoubts(parse({ metadata }), now)).toEqual([]);
  });

  it('H-18 names what is doubtful, and where', () => {
    const metadata = { timestamp: '2026-06-11T01:00:01Z', version: 'dev' };
    expect(snapshotDoubts(parse({ metadata }), now)).toMatchObject([
      { code: 'TIMESTAMP_DOUBTFUL', at: 'snapshot.yaml#/metadata/timestamp' },
      { code: 'VERSION_DOUBTFUL', at: 'snapshot.yaml#/metadata/version' },
    ]);
  });
});
