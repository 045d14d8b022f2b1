import { readFileSync, readdirSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import type { Data } from '../../src/document/data.ts';
import {
  acceptHeader,
  isSupportedApiVersion,
  parseFlatMetadata,
  timestampDoubts,
  versionDoubts,
} from '../../src/document/header.ts';
import { decodeJson, encodeJson } from '../../src/document/json.ts';
import { ObjectReader } from '../../src/document/object-reader.ts';
import { timestampOf } from '../../src/document/time.ts';
import { decodeYaml } from '../../src/document/yaml.ts';
import { canonicalRecipe, recipeDigest } from '../../src/evidence/aicr/canonical-yaml.ts';
import { parseRecipe } from '../../src/evidence/recipe/recipe.ts';
import { parseSnapshot } from '../../src/evidence/snapshot/snapshot.ts';
import {
  AICR_GROUP,
  AICR_V011,
  AICR_V011_CATALOG,
  AICR_V1,
  AICR_V1ALPHA2,
  AICR_V1ALPHA3,
  AICR_V1BETA1,
  AICR_V1BETA2,
  VALIDATOR_V1ALPHA1,
} from '../../src/media-types.ts';
import { dataFrom } from './data-from.ts';
import { refusalOf } from './refusal.ts';

const SRC = new URL('../../src/', import.meta.url);
const TIME = new Date('2025-12-30T10:30:00Z');

function json(text: string): Data {
  return decodeJson(new TextEncoder().encode(text), 'header.json');
}

function accept(kind: 'Snapshot' | 'RecipeResult', document: unknown) {
  return acceptHeader(new ObjectReader(dataFrom(document), 'file.yaml'), kind);
}

describe('constants', () => {
  it('H-01 the groups and versions are exact', () => {
    expect(AICR_GROUP).toBe('aicr.run');
    expect([AICR_V1, AICR_V1BETA1, AICR_V1BETA2]).toEqual([
      'aicr.run/v1',
      'aicr.run/v1beta1',
      'aicr.run/v1beta2',
    ]);
    expect([AICR_V1ALPHA2, AICR_V1ALPHA3]).toEqual(['aicr.run/v1alpha2', 'aicr.run/v1alpha3']);
    expect([AICR_V011, AICR_V011_CATALOG]).toEqual([
      'aicr.nvidia.com/v1alpha1',
      'aicr.nvidia.com/v1',
    ]);
    expect(VALIDATOR_V1ALPHA1).toBe('validator.nvidia.com/v1alpha1');
  });

  it('H-01 no file but media-types.ts spells a group or a version', () => {
    const stray = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && path !== 'media-types.ts')
      .filter((path) => {
        const code = readFileSync(new URL(path, SRC), 'utf8');
        return /aicr\.run\/v1|(?:aicr|validator)\.nvidia\.com|v1(?:alpha|beta)\d/.test(code);
      });
    expect(stray).toEqual([]);
  });
});

describe('timestampOf', () => {
  it.each(['UTC', 'America/St_Johns'])('H-03 writes UTC, also where the zone is %s', (zone) => {
    const before = process.env['TZ'];
    process.env['TZ'] = zone;
    const timestamp = timestampOf(new Date('2025-12-30T12:30:00+02:00'));
    if (before === undefined) delete process.env['TZ'];
    else process.env['TZ'] = before;
    expect(timestamp).toBe('2025-12-30T10:30:00Z');
  });

  it('H-04 rounds down to whole seconds, before 1970 too', () => {
    expect(timestampOf(new Date('2025-12-30T10:30:00.999Z'))).toBe('2025-12-30T10:30:00Z');
    expect(timestampOf(new Date(-1))).toBe('1969-12-31T23:59:59Z');
    expect(timestampOf(new Date(0))).toBe('1970-01-01T00:00:00Z');
  });
});

describe('metadata', () => {
  const metadataOf = (data: Data) => parseFlatMetadata(new ObjectReader(data, 'header.json'));

  it('H-07 texts that look like something else survive the round trip', () => {
    const texts = ['yes', '1.0', '2025-12-30', 'null', '', '~', '0x10'];
    const metadata = new Map(texts.map((text, index) => [`k${index}`, text]));
    const text = encodeJson(new Map([['metadata', metadata]]));
    expect(metadataOf(json(text))).toEqual(metadata);
    const header = { kind: 'RecipeResult', metadata };
    const recipe = new TextEncoder().encode(encodeJson(new Map(Object.entries(header))));
    const yaml = canonicalRecipe(recipe, 'header.yaml', 'legacy');
    expect(metadataOf(decodeYaml(new TextEncoder().encode(yaml), 'header.yaml'))).toEqual(metadata);
  });

  it('H-16 keys of prototypes are data', () => {
    const data = json('{"metadata":{"__proto__":"a","constructor":"b","toString":"c"}}');
    expect([...metadataOf(data)]).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
      ['toString', 'c'],
    ]);
    expect(encodeJson(data)).toContain('"__proto__": "a"');
    expect('a' in {}).toBe(false);
  });

  it('H-17 no digest depends on the order of keys', () => {
    const digestOfText = (text: string): string => recipeDigest(Buffer.from(text), 'r.yaml', 'v3');
    expect(
      digestOfText(`kind: RecipeResult\napiVersion: ${AICR_V1}\ncriteria: {os: a, service: b}\n`),
    ).toBe(
      digestOfText(`criteria: {service: b, os: a}\napiVersion: ${AICR_V1}\nkind: RecipeResult\n`),
    );
  });
});

describe('isSupportedApiVersion', () => {
  it('H-08 is exact, by kind', () => {
    expect(isSupportedApiVersion('Snapshot', 'aicr.run/v1')).toBe(true);
    expect(isSupportedApiVersion('RecipeResult', 'aicr.run/v1')).toBe(true);
    expect(isSupportedApiVersion('RecipeResult', 'aicr.run/v1beta2')).toBe(true);
    expect(isSupportedApiVersion('RecipeMetadata', 'aicr.run/v1beta1')).toBe(true);
    expect(isSupportedApiVersion('ValidatorCatalog', 'validator.nvidia.com/v1alpha1')).toBe(true);
  });

  it.each([
    '',
    'aicr.nvidia.com/v1alpha1',
    'aicr.run/v1alpha1',
    'aicr.run/v1alpha2',
    'AICR.run/v1',
    'aicr.run/v1 ',
    'v1',
    'aicr.run/v1beta1',
  ])('H-08 does not support %j for a snapshot', (apiVersion) => {
    expect(isSupportedApiVersion('Snapshot', apiVersion)).toBe(false);
  });
});

describe('acceptHeader', () => {
  it('H-09 reads a current apiVersion without a word', () => {
    expect(accept('Snapshot', { kind: 'Snapshot', apiVersion: 'aicr.run/v1' })).toEqual({
      apiVersion: 'aicr.run/v1',
      retired: false,
      findings: [],
    });
  });

  it.each([
    ['RecipeResult', 'aicr.nvidia.com/v1alpha1', 'aicr.run/v1'],
    ['RecipeResult', 'aicr.run/v1alpha2', 'aicr.run/v1'],
    ['RecipeResult', 'aicr.run/v1alpha3', 'aicr.run/v1beta2'],
    ['Snapshot', 'aicr.nvidia.com/v1alpha1', 'aicr.run/v1'],
    ['Snapshot', 'aicr.run/v1alpha2', 'aicr.run/v1'],
  ] as const)(
    'H-09 H-10 reads a %s of %s unchanged, and names %s',
    (kind, apiVersion, successor) => {
      const header = accept(kind, { kind, apiVersion });
      expect(header.apiVersion).toBe(apiVersion);
      expect(header.retired).toBe(true);
      expect(header.findings).toMatchObject([
        { code: 'API_VERSION_OUTDATED', at: 'file.yaml#/apiVersion', expected: successor },
      ]);
      expect(header.findings[0]?.hint.includes('affidavit recipe migrate')).toBe(
        kind !== 'Snapshot',
      );
    },
  );

  it.each([{}, { apiVersion: '' }, { apiVersion: null }])(
    'H-09 reads one without apiVersion, and names the current one: %j',
    (rest) => {
      const header = accept('Snapshot', { kind: 'Snapshot', ...rest });
      expect(header).toMatchObject({ apiVersion: '', retired: true });
      expect(header.findings).toMatchObject([
        { code: 'API_VERSION_OUTDATED', at: 'file.yaml', expected: 'aicr.run/v1' },
      ]);
    },
  );

  it.each(['aicr.run/v1alpha1', 'aicr.run/v2', 'v1', 'aicr.run/v1 ', 'aicr.run/v1beta1', 7])(
    'H-09 refuses %j with the list of known ones',
    (apiVersion) => {
      const error = refusalOf(() => accept('RecipeResult', { kind: 'RecipeResult', apiVersion }));
      expect(error).toMatchObject({ code: 'API_VERSION_UNKNOWN', at: 'file.yaml#/apiVersion' });
      expect(error?.found).toContain(String(apiVersion));
      for (const known of [AICR_V1, AICR_V1BETA2, AICR_V1ALPHA2, AICR_V1ALPHA3, AICR_V011]) {
        expect(error?.expected).toContain(known);
      }
      expect(error?.hint).toContain(AICR_V1);
    },
  );

  it.each(['RecipeResult', 'snapshot', 'Comet', 'Recipe', 5])(
    'H-11 refuses the kind %j where a snapshot is wanted, and names both',
    (kind) => {
      const error = refusalOf(() => accept('Snapshot', { kind, apiVersion: AICR_V1 }));
      expect(error).toMatchObject({
        code: 'KIND_UNEXPECTED',
        at: 'file.yaml#/kind',
        found: JSON.stringify(String(kind)),
        expected: 'Snapshot',
      });
    },
  );

  it('takes the kind Recipe of old for a resolved recipe', () => {
    expect(accept('RecipeResult', { kind: 'Recipe', apiVersion: AICR_V1 }).findings).toEqual([]);
  });

  it.each([{}, { kind: '' }, { kind: null }])('reads one without kind, and says so: %j', (rest) => {
    expect(accept('Snapshot', { apiVersion: AICR_V1, ...rest }).findings).toMatchObject([
      { code: 'KIND_MISSING', at: 'file.yaml', expected: 'Snapshot' },
    ]);
  });
});

describe('documents', () => {
  const snapshot = { kind: 'Snapshot', apiVersion: AICR_V1, metadata: {}, measurements: [] };

  it.each([1.1, 7, true, null, { a: 'b' }, ['a']])(
    'H-12 metadata that is no text is refused with its key: %j',
    (value) => {
      expect(parseSnapshot(dataFrom(snapshot), 's.yaml').findings).toEqual([]);
      const data = dataFrom({ ...snapshot, metadata: { timestamp: '', 'a/b': value } });
      expect(refusalOf(() => parseSnapshot(data, 's.yaml'))).toMatchObject({
        code: 'FIELD_INVALID',
        at: 's.yaml#/metadata/a~1b',
      });
    },
  );

  it('H-19 an unknown extra field is read, and said', () => {
    const recipe = { kind: 'RecipeResult', apiVersion: AICR_V1, componentRefs: [] };
    expect(parseSnapshot(dataFrom({ ...snapshot, new: 1 }), 's.yaml').findings).toMatchObject([
      { code: 'FIELD_IGNORED', at: 's.yaml#/new', found: '"new"' },
    ]);
    expect(parseRecipe(dataFrom({ ...recipe, new: 1 }), 'r.yaml').findings).toMatchObject([
      { code: 'FIELD_IGNORED', at: 'r.yaml#/new', found: '"new"' },
    ]);
  });

  it('counts the unknown fields beyond the first three', () => {
    const data = dataFrom({ ...snapshot, e: 1, f: 1, g: 1, h: 1, i: 1 });
    expect(parseSnapshot(data, 's.yaml').findings).toMatchObject([
      { at: 's.yaml#/e', found: '"e", "f", "g" and 2 more' },
    ]);
  });
});

describe('doubts', () => {
  it.each([
    '2025-12-30T10:30:00Z',
    '2025-12-31T10:30:00Z',
    '2025-12-30T12:30:00.5+02:00',
    '2024-02-29T00:00:00Z',
  ])('H-18 no doubt about %s', (timestamp) => {
    expect(timestampDoubts(timestamp, TIME, 'here')).toEqual([]);
  });

  it.each([
    undefined,
    '',
    'yesterday',
    '2025-12-30',
    '2025-12-30 10:30:00Z',
    '2025-12-30T10:30:00',
    '2025-02-30T10:30:00Z',
    '2025-13-01T10:30:00Z',
    '2025-12-30T24:00:00Z',
    '2025-12-31T10:30:01Z',
    '2025-12-30T10:30:00Z\n',
  ])('H-18 doubts the timestamp %j', (timestamp) => {
    expect(timestampDoubts(timestamp, TIME, 'here')).toMatchObject([
      { code: 'TIMESTAMP_DOUBTFUL', at: 'here' },
    ]);
  });

  it.each([undefined, '', 'v1.0.0', '1.0.0', '1.0.0-rc.1+build.5'])(
    'H-18 no doubt about the version %j',
    (version) => {
      expect(versionDoubts(version, 'here')).toEqual([]);
    },
  );

  it.each(['dev', '1.0', 'v1.0.0.0', '01.0.0', `1.0.0-${'a'.repeat(300)}`])(
    'H-18 doubts the version %j',
    (version) => {
      expect(versionDoubts(version, 'here')).toMatchObject([
        { code: 'VERSION_DOUBTFUL', at: 'here' },
      ]);
    },
  );
});
