// What docs/library.md, "What throws", and the comment of each function say, and what broken input makes
// them throw.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import * as library from '../../src/index.ts';
import { OCI_INDEX } from '../../src/media-types.ts';
import { read, sectionOf } from '../docs/repository.ts';
import { DEMO, contentsOf, packDemo } from '../evidence/demo.ts';
import { ARTIFACT, ociBytes, stored } from '../pointer/oci.ts';
import { propertyRuns } from '../property-runs.ts';

const { ERROR_CATALOGUE, EVIDENCE_LAYOUT, EvidenceError, decodeJson, decodeYaml } = library;
const CODES = new Map<string, readonly [string, string]>(Object.entries(ERROR_CATALOGUE));

/** Function → what its item in the list says after the colon. */
const LISTED = new Map(
  sectionOf(read('docs/library.md'), 'What throws')
    .replaceAll(/\n {2}/g, ' ')
    .split('\n')
    .filter((line) => line.startsWith('- `'))
    .flatMap((line) => {
      const colon = line.indexOf(':');
      const names = line.slice(0, colon).matchAll(/`(\w+)`/g);
      return [...names].map(([, name = '']) => [name, line.slice(colon + 1)] as const);
    }),
);

/** The codes in a text, and those that the functions throw to which it refers. */
function codesIn(text: string): ReadonlySet<string> {
  const [, ...referred] = text.split('what ');
  const names = referred
    .flatMap((part) => [...(part.split(/throws?\b/)[0] ?? '').matchAll(/`(\w+)`/g)])
    .map(([, name = '']) => name);
  const own = (text.match(/\b[A-Z_]{5,}\b/g) ?? []).filter((word) => CODES.has(word));
  return new Set([...own, ...names.flatMap((name) => [...thrownBy(name)])]);
}

function thrownBy(name: string): ReadonlySet<string> {
  return codesIn(LISTED.get(name) ?? '');
}

/** The comment before a function, in the file from which `src/index.ts` has it. */
function commentOf(name: string): string {
  const from = new RegExp(`\\b${name}\\b[^;]* from '\\./([^']+)'`).exec(read('src/index.ts'))?.[1];
  const [before = ''] = read(`src/${from}`).split(
    new RegExp(`^export .*function\\*? ${name}\\(`, 'm'),
  );
  const comment = before.slice(before.lastIndexOf('/**'));
  return comment.trimEnd().endsWith('*/') ? comment : '';
}

const functions = Object.entries(library)
  .filter(([, value]) => typeof value === 'function' && !String(value).startsWith('class'))
  .map(([name]) => name);

describe('the list of what throws', () => {
  it('names functions of the library, and gives each code the class that it has', () => {
    expect(LISTED.size).toBeGreaterThan(15);
    expect([...LISTED.keys()].filter((name) => !functions.includes(name))).toEqual([]);
    for (const text of LISTED.values()) {
      for (const [, codes = '', meant] of text.matchAll(/((?:`[A-Z_]+`(?:, )?)+) \((\w+)\)/g)) {
        const classes = codesIn(codes);
        expect([...classes].map((code) => [code, CODES.get(code)?.[0]])).toEqual(
          [...classes].map((code) => [code, meant]),
        );
      }
    }
  });

  it.each(functions)('says of %s what the comment of the function says', (name) => {
    const [, throws = ''] = commentOf(name)
      .replaceAll(/\n \* +/g, ' ')
      .split('@throws');
    expect([...codesIn(throws)].toSorted()).toEqual([...thrownBy(name)].toSorted());
  });
});

const packed = await contentsOf((await packDemo()).files);
const bytes = (text: string | Uint8Array): Buffer => Buffer.from(text);
const { results = {}, recipe, snapshot } = DEMO;
const POLICY = `{
  "schemaVersion": "1.0.0",
  "signers": [
    { "identity": "a", "issuer": "b" }
  ]
}`;

function packedText(path: string): string {
  return packed.get(path)?.toString() ?? '';
}

/** A file of testdata/oci, a value on each line. */
function onLines(name: string): string {
  return JSON.stringify(JSON.parse(ociBytes(name).toString()), null, 2);
}

/** A good input of each parser, and the parser. */
const PARSERS: readonly (readonly [
  name: string,
  good: string,
  parse: (text: string) => unknown,
])[] = [
  ['decodeJson', POLICY, (text) => decodeJson(bytes(text), 'x')],
  ['decodeYaml', recipe, (text) => decodeYaml(bytes(text), 'x')],
  ['recipeDigest', recipe, (text) => library.recipeDigest(bytes(text), 'x', 'v3')],
  ['parseRecipe', recipe, (text) => library.parseRecipe(yaml(text), 'x')],
  ['parseSnapshot', snapshot, (text) => library.parseSnapshot(yaml(text), 'x')],
  ['parsePolicy', POLICY, (text) => library.parsePolicy(bytes(text), 'x')],
  ['parseOwnRecipe', recipe, (text) => library.parseOwnRecipe(bytes(text), 'x')],
  ['parseBom', packedText('bom.cdx.json'), (text) => library.parseBom(bytes(text), 'x')],
  [
    'parseOciManifest',
    onLines('attestation.json'),
    (text) => library.parseOciManifest(stored(text), 'x'),
  ],
  [
    'parseOciIndex',
    onLines('index.json'),
    (text) => library.parseOciIndex(stored(text, OCI_INDEX), 'x'),
  ],
  [
    'withReferrer',
    onLines('attestation.json'),
    (text) => library.withReferrer(undefined, stored(text)),
  ],
  [
    'attestationManifest',
    onLines('attestation.sigstore.json'),
    (text) => library.attestationManifest(ARTIFACT, bytes(text), 'x'),
  ],
  [
    'parseManifest',
    packedText('manifest.json'),
    (text) => library.parseManifest(json(text), 'x', EVIDENCE_LAYOUT),
  ],
  [
    'parseEvidenceStatement',
    packedText('statement.intoto.json'),
    (text) => library.parseEvidenceStatement(bytes(text), 'x'),
  ],
  [
    'parsePhaseReport',
    results['performance'] ?? '',
    (text) => library.parsePhaseReport(bytes(text), 'ctrf/performance.json'),
  ],
  [
    'parseResults',
    results['performance'] ?? '',
    (text) =>
      library.parseResults(
        ['performance.json', 'other.json'].map((name) => ({
          name,
          bytes: bytes(text),
          folder: 'x',
        })),
      ),
  ],
  [
    'sigstoreTrust',
    bytes(library.publicGoodRoot()).toString(),
    (text) => library.sigstoreTrust(bytes(text), 'x'),
  ],
  [
    'parseSigningConfig',
    bytes(library.publicGoodSigningConfig()).toString(),
    (text) => library.parseSigningConfig(bytes(text), 'x'),
  ],
  [
    'validate',
    recipe,
    (text) => {
      const named = { name: 'x', bytes: bytes(text) };
      const cluster = { name: 'y', bytes: bytes(snapshot) };
      return library.validate({
        recipe: named,
        snapshot: cluster,
        results: undefined,
        now: DEMO.now,
      });
    },
  ],
];

/** What another parser refuses is not this one's to throw. */
function yaml(text: string): library.Data {
  return readOr(() => decodeYaml(bytes(text), 'x'));
}

function json(text: string): library.Data {
  return readOr(() => decodeJson(bytes(text), 'x'));
}

function readOr(decode: () => library.Data): library.Data {
  try {
    return decode();
  } catch {
    return new Map();
  }
}

/** Changes of one line, and of one of its values. */
const EDITS: readonly ((line: string) => string)[] = [
  () => '',
  (line) => `${line}\n${line}`,
  (line) => line.replace(/: .*?(,?)$/, ': null$1'),
  (line) => line.replace(/: .*?(,?)$/, ': 5$1'),
  (line) => line.replace(/: .*?(,?)$/, ': "x"$1'),
  (line) => line.replace(/: .*?(,?)$/, ': []$1'),
  (line) =>
    line.replace(/"([a-z]\w*)":/, (all, key: string) => `"${key.toUpperCase()}": 1, ${all}`),
  (line) => line.replace(/(?=\S)/, '&a '),
  (line) => line.replace(/"?\w+"?:/, '"other":'),
  (line) => `${line}\0`,
];

describe('broken input', () => {
  it.each(PARSERS)('makes %s throw what the list says, and nothing else', (name, good, parse) => {
    const lines = good.split('\n');
    const edits = fc.array(fc.tuple(fc.nat(lines.length - 1), fc.constantFrom(...EDITS)), {
      minLength: 1,
      maxLength: 3,
    });
    const thrown = new Set<string>();
    fc.assert(
      fc.property(edits, (changes) => {
        const text = lines
          .map((line, index) =>
            changes.reduce((old, [at, edit]) => (at === index ? edit(old) : old), line),
          )
          .join('\n');
        thrown.add(codeOf(() => parse(text)));
      }),
      { numRuns: propertyRuns(200, 1500) },
    );
    thrown.delete('');
    expect([...thrown].filter((code) => !thrownBy(name).has(code))).toEqual([]);
    expect(thrown.size).toBeGreaterThan(0);
  });
});

/** '' if nothing is thrown; an error of another kind passes through. */
function codeOf(work: () => unknown): string {
  try {
    work();
    return '';
  } catch (error) {
    if (error instanceof EvidenceError) return error.code;
    throw error;
  }
}
