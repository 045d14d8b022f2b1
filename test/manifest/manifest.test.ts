import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Layout, ReceivedFile, ReceivedFiles } from '../../src/archive/entry.ts';
import { isBundlePath, type BundlePath } from '../../src/bundle-path.ts';
import { digestOf } from '../../src/digest.ts';
import { decodeJson } from '../../src/document/json.ts';
import { encodeManifest, inventoryFaults, parseManifest } from '../../src/manifest/manifest.ts';
import type { ManifestFile } from '../../src/manifest/manifest.ts';
import { dataFrom } from '../document/data-from.ts';
import { refusalOf } from '../document/refusal.ts';
import { propertyRuns } from '../property-runs.ts';

const UNLISTED = ['manifest.json', 'seal'].map(bundlePath);

const LAYOUT: Layout = {
  isPath: isBundlePath,
  pathRule: 'a plain path',
  maxEntries: 10,
  maxFileBytes: 100,
  maxBytes: 100,
  required: [],
  incompleteHint: () => '',
  unlisted: UNLISTED,
  documentLimit: () => undefined,
};

function bundlePath(text: string): BundlePath {
  if (isBundlePath(text)) return text;
  throw new Error(`not a bundle path: ${text}`);
}

function file(path: string, content = path): ManifestFile {
  return { path: bundlePath(path), size: content.length, digest: digestOf(content) };
}

function received(files: readonly ManifestFile[]): ReceivedFiles {
  return new Map(
    files.map((entry): [string, ReceivedFile] => [entry.path, { ...entry, bytes: undefined }]),
  );
}

const segment = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,5}$/);
const path = fc
  .array(segment, { minLength: 1, maxLength: 3 })
  .map((segments) => segments.join('/'))
  .filter((text) => isBundlePath(text) && !UNLISTED.some((unlisted) => unlisted === text));
const files = fc.uniqueArray(
  fc.record({
    path: path.map(bundlePath),
    size: fc.maxSafeNat(),
    digest: fc.string().map(digestOf),
  }),
  { minLength: 1, maxLength: 10, selector: (entry) => entry.path },
);

describe('a manifest', () => {
  it('is read as it was written, sorted, whatever the order of its files', () => {
    fc.assert(
      fc.property(files, (listed) => {
        const bytes = encodeManifest(listed);
        expect(encodeManifest(listed.toReversed())).toEqual(bytes);
        const manifest = parseManifest(decodeJson(bytes, 'm'), 'm', LAYOUT);
        const paths = listed.map((entry) => entry.path).toSorted();
        expect(manifest.files.map((entry) => entry.path)).toEqual(paths);
        expect(new Set(manifest.files)).toEqual(new Set(listed));
        expect([manifest.newer, inventoryFaults(manifest, received(listed), LAYOUT)]).toEqual([
          false,
          [],
        ]);
      }),
      { numRuns: propertyRuns(100, 1000) },
    );
  });

  it('is written exactly so: its digest is the identity of the bundle', () => {
    const names = ['b.yml', 'B.log', 'a/x.cdx.json', 'a.json', 'a-b.txt'];
    const digest = digestOf('');
    const lines = (name: string, mediaType = '') => `    {
      "path": "${name}",
      "size": 0,
      "sha256": "${digest}"${mediaType && `,\n      "mediaType": "${mediaType}"`}
    }`;
    expect(Buffer.from(encodeManifest(names.map((name) => file(name, '')))).toString()).toBe(`{
  "schemaVersion": "1.0.0",
  "files": [
${[
  lines('B.log', 'text/plain'),
  lines('a-b.txt'),
  lines('a.json', 'application/json'),
  lines('a/x.cdx.json', 'application/vnd.cyclonedx+json'),
  lines('b.yml', 'application/yaml'),
].join(',\n')}
  ]
}
`);
  });

  it('may have fields that only AICR knows, and be newer', () => {
    const entry = { path: 'a', size: 0, sha256: digestOf(''), mode: '0644' };
    const data = dataFrom({ schemaVersion: '1.4.2', generator: 'aicr', files: [entry] });
    expect(parseManifest(data, 'm', LAYOUT)).toEqual({ newer: true, files: [file('a', '')] });
  });
});

describe('a manifest is refused', () => {
  const entry = { path: 'a', size: 1, sha256: digestOf('a') };

  function refusal(change: object, layout = LAYOUT) {
    const document = { schemaVersion: '1.0.0', files: [entry], ...change };
    return refusalOf(() => parseManifest(dataFrom(document), 'm', layout));
  }

  function entryRefusal(change: object) {
    return refusal({ files: [entry, { ...entry, path: 'b', ...change }] });
  }

  it('only for what is changed', () => {
    expect([refusal({}), entryRefusal({})]).toEqual([undefined, undefined]);
  });

  it.each([
    [undefined, 'FIELD_MISSING'],
    [1, 'FIELD_INVALID'],
    ['1', 'SCHEMA_VERSION_UNKNOWN'],
    ['2.0.0', 'SCHEMA_VERSION_UNKNOWN'],
    ['1.0.0-rc.1', 'SCHEMA_VERSION_UNKNOWN'],
  ])('for the schemaVersion %j', (schemaVersion, code) => {
    expect(refusal({ schemaVersion })).toMatchObject({ code, at: 'm#/schemaVersion' });
  });

  it.each([
    [undefined, 'FIELD_MISSING', ''],
    [{}, 'FIELD_INVALID', ''],
    [[], 'FIELD_INVALID', ''],
    [['a'], 'FIELD_INVALID', '/0'],
    [[entry, entry], 'FIELD_INVALID', '/1/path'],
  ])('for the files %j', (value, code, pointer) => {
    expect(refusal({ files: value })).toMatchObject({ code, at: `m#/files${pointer}` });
  });

  it.each([
    ['path', undefined, 'FIELD_MISSING'],
    ['path', 1, 'FIELD_INVALID'],
    ['path', '', 'FIELD_INVALID'],
    ['path', '/b', 'FIELD_INVALID'],
    ['path', '../b', 'FIELD_INVALID'],
    ['path', 'b/', 'FIELD_INVALID'],
    ['path', 'b\u0000', 'FIELD_INVALID'],
    ['path', 'manifest.json', 'FIELD_INVALID'],
    ['path', 'seal', 'FIELD_INVALID'],
    ['sha256', undefined, 'FIELD_MISSING'],
    ['sha256', digestOf('a').slice(7), 'FIELD_INVALID'],
    ['sha256', `sha256:${'A'.repeat(64)}`, 'FIELD_INVALID'],
    ['sha256', `${digestOf('a')}\n`, 'FIELD_INVALID'],
    ['sha256', digestOf('a').replace('256', '512'), 'FIELD_INVALID'],
    ['size', undefined, 'FIELD_MISSING'],
    ['size', -1, 'FIELD_INVALID'],
    ['size', 1.5, 'FIELD_INVALID'],
    ['size', '1', 'FIELD_INVALID'],
    ['size', Number.MAX_SAFE_INTEGER + 1, 'FIELD_INVALID'],
    ['mediaType', 1, 'FIELD_INVALID'],
    ['Path', 'c', 'DOCUMENT_DUPLICATE_KEY'],
  ])('for a file with the %s %j', (name, value, code) => {
    expect(entryRefusal({ [name]: value })).toMatchObject({ code, at: `m#/files/1/${name}` });
  });

  it('with more files than its layout admits entries', () => {
    const two = { files: [entry, { ...entry, path: 'b' }] };
    expect(refusal(two, { ...LAYOUT, maxEntries: 2 })).toBeUndefined();
    expect(refusal(two, { ...LAYOUT, maxEntries: 1 })).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      at: 'm#/files',
      found: '2 files',
      expected: 'at most 1 files in a bundle',
    });
  });

  it('by the grammar of its layout, and by no other', () => {
    const isPath = (text: string): text is BundlePath => /^[A-Z]+ [0-9]$/.test(text);
    const other = { ...LAYOUT, isPath, unlisted: [] };
    const named = (name: string) => ({ files: [{ ...entry, path: name }] });
    expect(refusal(named('PART 1'), other)).toBeUndefined();
    expect(refusal(named('PART 1'))).toMatchObject({ at: 'm#/files/0/path' });
    expect(refusal(named('a'), other)).toMatchObject({ at: 'm#/files/0/path' });
  });
});

describe('inventoryFaults', () => {
  const listed = [file('a'), file('b'), file('c/d')];
  const manifest = { newer: false, files: listed };

  function faults(there: readonly ManifestFile[]) {
    return inventoryFaults(manifest, received(there), LAYOUT).map(
      ({ code, at, found, expected }) => ({ code, at, found, expected }),
    );
  }

  it('finds none, whatever the files that stand for themselves hold', () => {
    expect(faults(listed)).toEqual([]);
    expect(faults([...listed, file('manifest.json', 'x'), file('seal', 'y')])).toEqual([]);
  });

  it('names what is missing and what is more, in this order', () => {
    const there = [file('A'), file('a'), file('c/d.bak')];
    expect(faults(there).map(({ code, at }) => `${code} ${at}`)).toEqual([
      'FILE_MISSING b',
      'FILE_MISSING c/d',
      'FILE_EXTRA A',
      'FILE_EXTRA c/d.bak',
    ]);
  });

  it.each([
    ['size', { ...file('b'), size: 2 }],
    ['digest', { ...file('b'), digest: digestOf('B') }],
  ])('names a file whose %s alone differs, with both', (_, changed) => {
    expect(faults([file('a'), changed, file('c/d')])).toEqual([
      {
        code: 'FILE_DIFFERS',
        at: 'b',
        found: `${changed.size} bytes, ${changed.digest}`,
        expected: `1 bytes, ${digestOf('b')}`,
      },
    ]);
  });

  it('is empty only for the very files that are listed', () => {
    fc.assert(
      fc.property(fc.subarray(listed), fc.boolean(), fc.nat(2), (kept, isOther, index) => {
        const changed = kept.map((entry, at) =>
          isOther && at === index ? { ...entry, digest: digestOf('other') } : entry,
        );
        const isWhole = kept.length === listed.length && !isOther;
        expect(faults(changed).length === 0).toBe(isWhole);
      }),
      { numRuns: propertyRuns(50, 200) },
    );
  });
});
