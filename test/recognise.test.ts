import { gzipSync } from 'node:zlib';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { COMMANDS } from '../src/cli/command-table.ts';
import { EvidenceError } from '../src/errors/evidence-error.ts';
import { WANTED, nameWanted, type FileKind } from '../src/file-kinds.ts';
import { recognised, recognising } from '../src/recognise.ts';
import { tar } from './archive/tar-parts.ts';
import { propertyRuns } from './property-runs.ts';

const KINDS = Object.keys(WANTED) as readonly FileKind[];

const ERROR = new EvidenceError('DOCUMENT_INVALID', {
  at: 'here',
  found: 'something',
  expected: 'something else',
  hint: 'read on',
});

function named(wanted: FileKind, start: string | Uint8Array): EvidenceError {
  return recognised(ERROR, wanted, { file: 'my file', bytes: Buffer.from(start) });
}

function bytes(...values: readonly (number | string)[]): Buffer {
  return Buffer.concat(
    values.map((value) => Buffer.from(typeof value === 'number' ? [value] : value)),
  );
}

/** A local header of a zip file, of an entry with this name. */
function zip(name: string): Buffer {
  const header = Buffer.alloc(30);
  header.write('PK\u0003\u0004');
  header.writeUInt16LE(name.length, 26);
  return Buffer.concat([header, Buffer.from(`${name}content`)]);
}

const UNZIP = "unzip it first: `mkdir unpacked && unzip 'my file' -d unpacked`; then";
const PAGE = '<!doctype html>';
const UTF16 = Buffer.from('kind: RecipeResult\n', 'utf16le');
const TAR = tar({ name: 'manifest.json', content: '{}' });

/** What looks like which kind of those that somebody asks for. */
const OWN: readonly (readonly [FileKind, string])[] = [
  ['recipe', 'kind: RecipeResult\n'],
  ['recipe', '# by hand\napiVersion: aicr.run/v1\r\nkind: "RecipeResult"\r\n'],
  ['recipe', '{"apiVersion": "aicr.run/v1", "kind": "RecipeResult"}'],
  ['recipe', 'apiVersion: x\ncomponentRefs:\n  - name: a\n    measurements: 1\n'],
  ['recipe', 'kind: Recipe # of v0.11\n'],
  ['snapshot', 'kind: Snapshot\napiVersion: aicr.run/v1\n'],
  ['snapshot', 'measurements:\n- type: K8s\n'],
  ['results', '{"results": {"tool": {"name": "kind"}}, "reportFormat": "CTRF"}'],
  ['revealed', '{"schemaVersion": "1.0.0", "scheme": "a", "redaction": "b", "values": []}'],
  ['policy', '{"schemaVersion": "1.0.0", "signers": []}'],
  ['trusted-root', '{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"'],
  ['trusted-root', '{"tlogs": [], "certificateAuthorities": [], "ctlogs": []}'],
  ['signing-config', '{ "mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json" }'],
  ['signing-config', '{ "caUrls": [{}'],
];

/** Other forms and documents, each with what is found and the fix where a recipe, and where an archive is wanted. */
const OTHERS: readonly (readonly [
  string,
  string | Buffer,
  found: string,
  recipe: string,
  archive: string,
])[] = [
  [
    'a zip file of an archive',
    zip('out/evidence.tar.gz'),
    'a zip file',
    `${UNZIP} name the recipe.yaml in it`,
    `${UNZIP} name the .tar.gz file in it`,
  ],
  [
    'a zip file of a directory',
    zip('manifest.json'),
    'a zip file',
    `${UNZIP} give that directory to affidavit verify-evidence, or name the recipe.yaml in it`,
    `${UNZIP} name that directory`,
  ],
  [
    'tar',
    TAR,
    'a tar archive without gzip',
    "unpack it: `mkdir unpacked && tar -xf 'my file' -C unpacked`; then name the recipe.yaml in it",
    "compress it: `mkdir packed && gzip -c 'my file' > packed/evidence.tar.gz`; then name that file",
  ],
  [
    'xz',
    bytes(0xfd, '7zXZ', 0),
    'a file that is compressed with xz',
    "unpack it first: `mkdir unpacked && xz -dc < 'my file' > unpacked/recipe.yaml`; then name that file",
    "compress it with gzip instead: `mkdir packed && xz -dc < 'my file' | gzip > packed/evidence.tar.gz`; then name that file",
  ],
  [
    'bzip2',
    'BZh91AY',
    'a file that is compressed with bzip2',
    "unpack it first: `mkdir unpacked && bzip2 -dc < 'my file' > unpacked/recipe.yaml`; then name that file",
    "compress it with gzip instead: `mkdir packed && bzip2 -dc < 'my file' | gzip > packed/evidence.tar.gz`; then name that file",
  ],
  [
    'zstd',
    bytes(0x28, 0xb5, 0x2f, 0xfd),
    'a file that is compressed with zstd',
    "unpack it first: `mkdir unpacked && zstd -dc < 'my file' > unpacked/recipe.yaml`; then name that file",
    "compress it with gzip instead: `mkdir packed && zstd -dc < 'my file' | gzip > packed/evidence.tar.gz`; then name that file",
  ],
  ...[
    'age-encryption.org/v1\n',
    '-----BEGIN AGE ENCRYPTED FILE-----',
    '-----BEGIN PGP MESSAGE-----',
    'Salted__x',
  ].map(
    (start) =>
      [
        start,
        start,
        'an encrypted file',
        'decrypt it first, with the program and the key that it was encrypted for',
        'decrypt it first, with the program and the key that it was encrypted for',
      ] as const,
  ),
  ...[UTF16, Buffer.from(UTF16).swap16(), bytes(0xff, 0xfe, 'k', 0)].map(
    (start) =>
      [
        `UTF-16 ${start.toString('hex', 0, 4)}`,
        start,
        'text in UTF-16',
        "save it as UTF-8: `mkdir unpacked && iconv -f UTF-16 -t UTF-8 'my file' > unpacked/recipe.yaml`; then name that file; > in PowerShell writes UTF-16",
        'copy or download it again: > in PowerShell made text of it, and that cannot be undone',
      ] as const,
  ),
  ...['<!DOCTYPE html>', '\n<html lang="en">', '<!-- x --><HTML>'].map(
    (start) =>
      [
        start,
        start,
        'an HTML page',
        'download the file itself: this is what a browser shows, perhaps to log in',
        'download the file itself: this is what a browser shows, perhaps to log in',
      ] as const,
  ),
  [
    'Git LFS',
    'version https://git-lfs.github.com/spec/v1\noid sha256:0\n',
    'a pointer of Git LFS',
    'get the file that it points to: `git lfs pull`',
    'get the file that it points to: `git lfs pull`',
  ],
  [
    'a refusal of GitHub',
    '{"message": "Not Found", "documentation_url": "x", "status": "404"}',
    'an error of the GitHub API',
    'download it again, with a token that may read it',
    'download it again, with a token that may read it',
  ],
];

const RECIPE = 'name here what `aicr recipe` wrote';
const ARCHIVE = 'name here what affidavit validate --emit-evidence wrote';
const WHOLE = 'name the archive or the directory that it is a part of';

const CHART = 'it is what a recipe deploys, and no recipe';

/** Documents, each with what is found and where it belongs. */
const DOCUMENTS: readonly (readonly [string, found: string, goes: string | undefined])[] = [
  [
    '<?xml version="1.0"?>\n<testsuites tests="1">',
    'JUnit XML',
    'give this file to affidavit validate --results',
  ],
  ['<testsuite name="a">', 'JUnit XML', 'give this file to affidavit validate --results'],
  [
    '<!DOCTYPE testsuites [\n<!ENTITY a "b">\n]>\n<testsuites>',
    'JUnit XML',
    'give this file to affidavit validate --results',
  ],
  [
    '<?xml version="1.0"?><Error><Code>AccessDenied</Code>',
    'XML',
    'read what it says: servers answer so if something is wrong',
  ],
  ['-----BEGIN CERTIFICATE-----\nMII', 'a PEM file, of keys or certificates', undefined],
  ['{"payloadType": "x", "payload": "", "signatures": []}', 'a DSSE envelope', undefined],
  [
    '{"imageLayoutVersion":"1.0.0"}',
    'a part of an OCI image layout',
    'a layout is a directory: name that where one is taken',
  ],
  [
    '{"schemaVersion":2,"manifests":[]}',
    'a part of an OCI image layout',
    'a layout is a directory: name that where one is taken',
  ],
  [
    '{"schemaVersion":2,"config":{},"layers":[]}',
    'a manifest of an OCI artifact',
    'it is one of the blobs of an artifact: name the registry, or the directory of the layout',
  ],
  [
    '{"signatures": [], "signed": {"_type": "root"}}',
    'TUF metadata',
    'trusted_root.json is a target of that TUF repository',
  ],
  [
    'schemaVersion: 1.0.0\nrecipe: a\nattestations:\n- bundle: {}\n',
    'a pointer to evidence',
    'give this file to affidavit verify-evidence',
  ],
  [
    '{"schemaVersion": "1.0.0", "verdict": "verified", "checks": []}',
    'a report of affidavit',
    'a report is not evidence, it is about some',
  ],
  [
    '{"schemaVersion": "1.0.0", "scheme": "a", "secret": "b", "files": [], "values": []}',
    'openings, with the secret in them',
    'keep them for yourself, and reveal with `affidavit evidence reveal`',
  ],
  [
    'signers:\n- identity: a\n',
    'a policy in YAML',
    'write it in JSON for affidavit verify-evidence --policy',
  ],
  [
    'kind: RecipeMetadata\nspec: {}\n',
    'an overlay, a part of a recipe',
    'resolve it with `aicr recipe` or `affidavit recipe resolve` for its criteria',
  ],
  ['apiVersion: v2\nname: a\nversion: 1.2.3\n', 'a Helm chart', CHART],
  ['apiVersion: v1\nversion: 1.2.3\nname: "a"\nentries: {}\n', 'a Helm chart', CHART],
  ['kind: Pod\napiVersion: v1\nname: {{ .Values.a }}\n', 'a template of a Helm chart', CHART],
  ['{{- define "a" }}\n', 'a template of a Helm chart', CHART],
  ['apiVersion: v1\nkind: ConfigMap\ndata: {}\n', 'a ConfigMap', undefined],
  ['apiVersion: v1\nkind: Pod\n', 'a document of the kind "Pod"', undefined],
];

const BOM = `give this file to affidavit validate --bom; ${RECIPE}`;
const PARTS: readonly (readonly [start: string, what: string, hint: string])[] = [
  ['{"_type": "https://in-toto.io/Statement/v1", "subject": []}', 'an in-toto statement', RECIPE],
  ['{"schemaVersion": "1.0.0", "files": []}', 'a manifest', RECIPE],
  ['{"bomFormat": "CycloneDX"}', 'a bill of materials', BOM],
  ['{"spdxVersion": "SPDX-2.3"}', 'a bill of materials in SPDX', RECIPE],
];

describe('a file that looks like another kind', () => {
  it.each(OTHERS)('is named, with the fix: %s', (_, start, found, ...[recipe, archive]) => {
    expect(named('recipe', start)).toMatchObject({ found, hint: recipe });
    expect(named('archive', start)).toMatchObject({ found, hint: archive });
  });

  it.each(DOCUMENTS)('is named, with where it belongs: %j', (start, found, goes) => {
    const before = goes === undefined ? '' : `${goes}; `;
    expect(named('recipe', start)).toMatchObject({ found, hint: `${before}${RECIPE}` });
    expect(named('archive', start)).toMatchObject({ found, hint: `${before}${ARCHIVE}` });
  });

  it.each(PARTS)('is named as a part of a bundle: %s', (start, what, hint) => {
    const found = `${what}, which is one part of a bundle`;
    expect(named('archive', start)).toMatchObject({ found, hint: WHOLE });
    expect(named('recipe', start)).toMatchObject({ found, hint });
  });

  it.each([
    [
      '{"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json"}',
      'a Sigstore bundle, which signs evidence or what a verification found',
    ],
    ...['slsa.dev/verification_summary/v1', 'in-toto.io/attestation/svr/v0.2'].map((type) => [
      `{"_type": "https://in-toto.io/Statement/v1", "predicateType": "https://${type}"}`,
      'a summary of a verification (VSA or SVR), which shows no evidence',
    ]),
  ])('is named where it may be a word of a verifier: %s', (start, found) => {
    const hint =
      'name the archive or the directory of the evidence itself; a summary of a verification is verified alone, as the only INPUT of a call';
    expect(named('archive', start)).toMatchObject({ found, hint });
    expect(named('recipe', start)).toMatchObject({ found, hint: RECIPE });
  });

  it.each(OWN)(
    'is named, with the flag that takes it, wherever it turns up: %s %j',
    (kind, start) => {
      const others = KINDS.filter((wanted) => wanted !== kind);
      const hints = others.map((wanted) => named(wanted, start).hint);
      const home = `give this file to ${WANTED[kind].place}`;
      expect(hints).toEqual(others.map((wanted) => `${home}; ${nameWanted(wanted)}`));
      expect(named(kind, start)).toBe(ERROR);
    },
  );

  it('is converted where that gives what is wanted', () => {
    expect(named('policy', 'signers:\n').hint).toBe('write the same in JSON');
    const archive = gzipSync('x');
    expect(named('archive', archive)).toMatchObject({
      found: 'a gzip file in a gzip file',
      hint: "unpack it once: `mkdir unpacked && gzip -dc 'my file' > unpacked/evidence.tar.gz`; then name that file",
    });
    expect(named('snapshot', archive)).toMatchObject({
      found: 'a gzip file',
      hint: "unpack it first: `mkdir unpacked && gzip -dc 'my file' > unpacked/snapshot.yaml`; then name that file",
    });
    expect(named('results', zip('a.json')).hint).toContain('then name that directory');
    expect(named('results', zip('manifest.json')).hint).toContain('name the directory ctrf in it');
    expect(named('policy', zip('manifest.json')).hint).toContain(
      `verify-evidence; ${nameWanted('policy')}`,
    );
  });

  it('is a packed Helm chart if one is in the gzip file', () => {
    const chart = gzipSync(tar({ name: 'gpu-operator/Chart.yaml', content: 'name: a\n' }));
    expect(named('recipe', chart)).toMatchObject({
      found: 'a Helm chart, which is a .tgz file',
      hint: `${CHART}; ${RECIPE}`,
    });
    const other = gzipSync(tar({ name: 'a/b/Chart.yaml', content: 'name: a\n' }));
    expect(named('recipe', other).found).toBe('a .tar.gz file');
  });

  it('is taken out of a ConfigMap where that may hold a snapshot', () => {
    const { hint } = named('snapshot', 'apiVersion: v1\nkind: ConfigMap\n');
    expect(hint).toContain(String.raw`-o "jsonpath={.data.snapshot\.yaml}"`);
  });

  const VERIFY = 'give it to affidavit verify-evidence';
  const UNTAR = "unpack it: `mkdir unpacked && tar -xzf 'my file' -C unpacked`; then name";

  it.each([
    [
      'a bundle',
      'bom.cdx.json',
      'a bundle, which is a .tar.gz file',
      'give it to affidavit verify-evidence, or ',
    ],
    [
      'a packed bundle',
      './manifest.json',
      'a bundle, which is a .tar.gz file',
      'give it to affidavit verify-evidence, or ',
    ],
    ['other files', 'recipe.yaml', 'a .tar.gz file', ''],
  ])('is looked into if it is a gzip file: %s', (_, name, found, verify) => {
    const archive = gzipSync(tar({ name, content: 'x'.repeat(99_999) }));
    const hint = `${verify}${UNTAR} the recipe.yaml in it`;
    expect(named('recipe', archive)).toMatchObject({ found, hint });
    const policy =
      verify === '' ? `${UNTAR} the signers.json in it` : `${VERIFY}; ${nameWanted('policy')}`;
    expect(named('policy', archive).hint).toBe(policy);
    const results = verify === '' ? 'that directory' : 'the directory ctrf in it';
    expect(named('results', archive).hint).toBe(`${verify}${UNTAR} ${results}`);
  });

  it.each([
    [undefined, 'FILE'],
    ['stdin', 'FILE'],
    [String.raw`a\u200b.zip`, 'FILE'],
    ['a`b.zip', 'FILE'],
    ['w/a.zip', 'w/a.zip'],
    ['-a.zip', './-a.zip'],
    ["it's.zip", String.raw`'it'\''s.zip'`],
    ['host:a.zip', './host:a.zip'],
    ['a[1].zip', 'FILE'],
    ['*.zip', 'FILE'],
    ['a  b.zip', 'FILE'],
    ['a\u00A0b.zip', 'FILE'],
    [`${'e'.repeat(200)}.zip`, 'FILE'],
    ['eyJhbGciOi.zip', 'FILE'],
  ])('is named in the command as a shell reads it: %s', (file, word) => {
    const { hint } = recognised(ERROR, 'recipe', { file, bytes: zip('a') });
    expect(hint).toContain(`unzip ${word} -d unpacked`);
  });

  it.each(['FIELD_MISSING', 'FIELD_INVALID', 'API_VERSION_UNKNOWN'] as const)(
    'is another kind, not %s',
    (code) => {
      const error = recognised(new EvidenceError(code, ERROR), 'recipe', {
        file: undefined,
        bytes: Buffer.from('<html>'),
      });
      expect(error.code).toBe('KIND_UNEXPECTED');
    },
  );

  it('keeps any other code, the place, and the first error as cause', () => {
    const { code, at, expected, cause } = named('snapshot', 'kind: RecipeResult\n');
    expect({ code, at, expected, cause }).toEqual({
      ...{ code: 'DOCUMENT_INVALID', at: 'here', expected: 'a snapshot', cause: ERROR },
    });
  });
});

describe('a byte order mark', () => {
  const marked = (start: string): Buffer => bytes(0xef, 0xbb, 0xbf, start);

  it.each([...OWN, ['archive', PAGE] as const])('hides no other kind: %s', (kind, start) => {
    const others = KINDS.filter((wanted) => wanted !== kind);
    const found = others.map((wanted) => named(wanted, marked(start)).found);
    expect(found).toEqual(others.map((wanted) => named(wanted, start).found));
    expect(found).not.toContain(ERROR.found);
  });

  it.each(OWN)('is what its reader says of the wanted kind: %s', (kind, start) => {
    expect(named(kind, marked(start))).toBe(ERROR);
  });
});

/** Each flag with its command, e.g. `affidavit validate --recipe`. */
const ALL_FLAGS = new Set(
  (
    await Promise.all(
      Object.entries(COMMANDS).map(async ([name, load]) =>
        Object.keys((await load()).flags).map((flag) => `affidavit ${name} --${flag}`),
      ),
    )
  ).flat(),
);

describe('what a hint names', () => {
  const STARTS: readonly (string | Buffer)[] = [
    ...OWN.map(([, start]) => start),
    ...OTHERS.map(([, start]) => start),
    ...DOCUMENTS.map(([start]) => start),
    ...PARTS.map(([start]) => start),
    ...['a.json', 'a.tar.gz'].map((name) => zip(name)),
    ...['manifest.json', 'a.json', 'a/Chart.yaml'].map((name) =>
      gzipSync(tar({ name, content: '' })),
    ),
    gzipSync('x'),
    'a log\n',
    '- a list\n',
  ];

  /** Of a hint without what is another program's, in backticks, the flags, each with the command before it. */
  function flagsIn(hint: string): readonly string[] {
    return (
      hint
        .replaceAll(/`(?!affidavit)[^`]*`/g, '')
        .match(/(?:affidavit [a-z -]*?(?:, with )?)?--[a-z-]+/g) ?? []
    );
  }

  it.each(KINDS)('is a whole command with a flag that it has, where %s is wanted', (wanted) => {
    const refused = (start: Buffer): string => {
      try {
        recognising(wanted, { file: 'my file', bytes: start }, () => {
          throw ERROR;
        });
      } catch (error) {
        return error instanceof EvidenceError ? error.hint : '';
      }
      return '';
    };
    const hints = STARTS.map((start) => refused(Buffer.from(start)));
    expect(new Set(hints).size).toBeGreaterThan(10);
    const unknown = [...new Set(hints.flatMap((hint) => flagsIn(hint)))].filter(
      (flag) => !ALL_FLAGS.has(flag),
    );
    expect(unknown).toEqual([]);
  });

  it.each(Object.values(WANTED))('is where such a file goes: $place', ({ place }) => {
    const names = [
      ...ALL_FLAGS,
      'affidavit verify-evidence',
      'affidavit recipe lint',
      'affidavit report',
      'AFFIDAVIT_TRUST_CACHE',
    ];
    expect(names).toContain(place);
  });
});

describe('any other file', () => {
  it.each([
    ...[
      '',
      'hello',
      '{}',
      '[]',
      '{"a": {"signers": []}}',
      '["signers"]',
      'a: 1\n  kind: Snapshot\n',
    ],
    ...[
      'kind: &a RecipeResult\napiVersion: x\n',
      '"kind',
      '{"kind": ',
      'kind',
      '<xhtml>',
      'a\0',
      'PKZIP',
    ],
    ...[Buffer.from([0, 0, 0, 0]), Buffer.from([0xff]), Buffer.alloc(5000, 'x')],
  ])('keeps what its reader said: %j', (start) => {
    for (const wanted of KINDS) expect(named(wanted, start)).toBe(ERROR);
  });

  it('is looked at no further than its first 4 KiB', () => {
    expect(named('recipe', `${'#'.repeat(4095)}\nkind: Snapshot\n`)).toBe(ERROR);
    expect(named('recipe', `${'#'.repeat(4000)}\nkind: Snapshot\n`).found).toBe('a snapshot');
  });

  it('whatever its bytes are, gives an error with code and place of the first', () => {
    const start = fc.oneof(
      fc.uint8Array({ maxLength: 600 }),
      fc
        .string({ unit: fc.constantFrom(...'{}[]",:\\ \n<!->aks'), maxLength: 400 })
        .map((text) => Buffer.from(text)),
      fc.json().map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(start, fc.constantFrom(...KINDS), (content, wanted) => {
        const { code, at, found, expected, hint } = named(wanted, content);
        expect([code, at]).toEqual(['DOCUMENT_INVALID', 'here']);
        expect([found, expected, hint]).not.toContain('');
      }),
      { numRuns: propertyRuns(300, 2000) },
    );
  });
});
