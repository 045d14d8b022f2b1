import { readFileSync } from 'node:fs';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { hexOf } from '../../../src/digest.ts';
import { decodeYaml } from '../../../src/document/yaml.ts';
import { canonicalRecipe, recipeDigest } from '../../../src/evidence/aicr/canonical-yaml.ts';
import type { CanonicalRules } from '../../../src/evidence/aicr/canonical-yaml.ts';
import { refusalOf } from '../../document/refusal.ts';
import { propertyRuns } from '../../property-runs.ts';

const GOLDENS = new URL('../../../testdata/aicr-goldens/', import.meta.url);
const RULES: readonly CanonicalRules[] = ['legacy', 'v3'];

interface Golden {
  readonly class?: string;
  readonly yaml: string;
  /** The three are missing where yaml.v3 does not read the document. */
  readonly canonical?: string;
  readonly legacy?: string;
  readonly v3?: string;
}

function goldens(name: string): readonly Golden[] {
  const lines = readFileSync(new URL(name, GOLDENS), 'utf8').trim().split('\n');
  return lines.map((line): Golden => JSON.parse(line) as Golden);
}

const DIGESTS: Record<string, Record<CanonicalRules, string>> = JSON.parse(
  readFileSync(new URL('recipe-digests.json', GOLDENS), 'utf8'),
);

const encoder = new TextEncoder();

function canonical(text: string, rules: CanonicalRules = 'legacy'): string {
  return canonicalRecipe(encoder.encode(text), 'recipe.yaml', rules);
}

function digest(text: string, rules: CanonicalRules): string {
  return hexOf(recipeDigest(encoder.encode(text), 'recipe.yaml', rules));
}

function refusal(text: string) {
  return refusalOf(() => canonical(text));
}

function resolved(name: string): string {
  return readFileSync(new URL(`resolved/${name}`, GOLDENS), 'utf8');
}

/** What the real yaml.v3 made of the document, or undefined if we refuse it. */
function compare(golden: Golden): 'equal' | 'refused' {
  if (refusal(golden.yaml) !== undefined) return 'refused';
  expect(canonical(golden.yaml)).toBe(golden.canonical);
  for (const rules of RULES) expect(digest(golden.yaml, rules)).toBe(golden[rules]);
  return 'equal';
}

/** The 17 vectors of AICR's algorithm: text, canonical text, legacy digest, and v3's if it differs. */
const VECTORS: readonly [text: string, out: string, legacy: string, v3?: string][] = [
  [
    'foo: bar\nbaz: qux\n',
    'baz: qux\nfoo: bar\n',
    '994d29bbb070a374a7c235770297d0449186cddf8959f037e3ac46db10f67eee',
  ],
  [
    '# leading comment\nfoo: bar # trailing comment\n# tail comment\n',
    'foo: bar\n',
    '1dabc4e3cbbd6a0818bd460f3a6c9855bfe95d506c74726bc0f2edb0aecb1f4e',
  ],
  [
    'zoo: 1\napple: 2\n',
    'apple: 2\nzoo: 1\n',
    '8a7542418d447cec7effa1742625c3aab23b3b589a43554335f743f953ce405b',
  ],
  [
    'outer:\n  z: 1\n  a:\n    nested_b: 2\n    nested_a: 1\n',
    'outer:\n    a:\n        nested_a: 1\n        nested_b: 2\n    z: 1\n',
    '0c2f0f292679f09e91d936364eb417b49b4e46012806c7dd144239ed4cd239f6',
  ],
  [
    'metadata:\n  version: 1.2.3\n  name: foo\nfoo: bar\n',
    'foo: bar\nmetadata:\n    name: foo\n    version: 1.2.3\n',
    '9dbe5c8023034932b94498ef6db9ce27c00799e422627ab3d550029331f2cdbf',
    '0edc71f0652e50a374e30131713ba61782984119eccc8d9163d624f3b2881fc9',
  ],
  [
    'metadata:\n  version: 1.0.0\nfoo: bar\n',
    'foo: bar\nmetadata:\n    version: 1.0.0\n',
    '6a9c508a0e38d8ddab27c1c6aac46834423194ce125291aa4f6fa170c317c2a9',
    '1dabc4e3cbbd6a0818bd460f3a6c9855bfe95d506c74726bc0f2edb0aecb1f4e',
  ],
  [
    'metadata: {}\nfoo: bar\n',
    'foo: bar\nmetadata: {}\n',
    '63edcb766e4fdd197c8ebef08088351647d15d94e242329116b13d4a0cb0ab9b',
  ],
  [
    'list:\n- b: 2\n  a: 1\n- c\nempty: []\nflow: {z: 1, a: [1, 2]}\n',
    'empty: []\nflow: {a: [1, 2], z: 1}\nlist:\n    - a: 1\n      b: 2\n    - c\n',
    'c90c887264dbdae34d65205f4f7a69d130b0f8adbb1eb6c98c205f14eca3bd51',
  ],
  [
    'k: |-\n  no newline at end\nj: |+\n  keep\n\ni: >-\n  folded\n  text\n',
    'i: >-\n    folded text\nj: |+\n    keep\n\nk: |-\n    no newline at end\n',
    '32aa25c75b16b8fe203fee5ac3cbab3340cccf1bd9ce49d99b11c38e1750d1c8',
  ],
  [
    `ver: ">= 1.30"\nk: 'it''s'\nc: "a: b"\nuni: "\u00e9\\u2028"\ntab: "a\\tb"\n`,
    `c: "a: b"\nk: 'it''s'\ntab: "a\\tb"\nuni: "\u00e9\\L"\nver: ">= 1.30"\n`,
    '1f49793fe496cb7d0b6dfef3e67fbd74affeece6dfe2c7bd6cbaba682993157d',
  ],
  [
    'apiVersion: aicr.run/v1alpha3\nkind: RecipeResult\nconfiguration:\n  slurm:\n    accounting:\n      mode: disabled\n',
    'apiVersion: aicr.run/v1alpha3\nconfiguration:\n    slurm:\n        accounting:\n            mode: disabled\nkind: RecipeResult\n',
    '75e89dd52638586cc79f9b2b4c81bdd27d67fdb86239a5d9324d240f011cafd2',
  ],
  [
    'crlf: a\r\nb: c\r\n',
    'b: c\ncrlf: a\n',
    'a56247fa0f962a13ea8949cc47bcfc0f95aa751e84cf662f37b9a673908dbd5d',
  ],
  [
    '{"b": 1, "a": [true, null, "x"]}\n',
    '{"a": [true, null, "x"], "b": 1}\n',
    'e907127ddc28286d5705df0bf833384aa84e9d4cc39a951d74139d8360ddbf35',
  ],
];

const REALISTIC = `apiVersion: aicr.run/v1
componentRefs:
    - name: gpu-operator
      overrides:
        driver:
            enabled: true
            version: "580.82.07"
      source: https://helm.ngc.nvidia.com/nvidia
      type: Helm
      version: v25.3.4
constraints:
    - name: K8s.server.version
      value: '>= 1.32'
criteria:
    accelerator: h100
    intent: training
    os: ubuntu
    service: eks
deploymentOrder:
    - gpu-operator
kind: RecipeResult
metadata:
    appliedOverlays:
        - base
        - h100-eks-ubuntu-training
    version: v1.2.0
`;

describe('canonicalRecipe', () => {
  it.each(VECTORS)('gives the known text and digests for %j', (...vector) => {
    const [text, out, legacy, v3] = vector;
    expect(canonical(text)).toBe(out);
    expect(digest(text, 'legacy')).toBe(legacy);
    expect(digest(text, 'v3')).toBe(v3 ?? legacy);
  });

  it('gives the known text and digests for a realistic recipe, which is canonical already', () => {
    expect(canonical(REALISTIC)).toBe(REALISTIC);
    expect(canonical(REALISTIC, 'v3')).toBe(REALISTIC.replace(/ +version: v1\.2\.0\n/, ''));
    expect(digest(REALISTIC, 'legacy')).toBe(
      'b3ebf3bd158dc96b61c9b7b8807486ae16db2a4cba4670232746b27d27b7e814',
    );
    expect(digest(REALISTIC, 'v3')).toBe(
      'b16e9cfd6abdfdf8d045675390d1a8628ad966014bec9f5f8f7a4db2538502e2',
    );
  });

  it.each([
    ['a: 1\na: 2\n', 'DOCUMENT_DUPLICATE_KEY'],
    ['a: 1\n---\nb: 2\n', 'DOCUMENT_UNSUPPORTED'],
    ['b: &x\n  k: v\na: *x\n', 'DOCUMENT_UNSUPPORTED'],
    ['a: !foo b\n', 'DOCUMENT_UNSUPPORTED'],
    ['a: |\n\n  b\n', 'DOCUMENT_UNSUPPORTED'],
    ['- |2\n    b\n', 'DOCUMENT_UNSUPPORTED'],
    ['a: >\n  b\n\n    c\n\n  d\n', 'DOCUMENT_UNSUPPORTED'],
  ])('refuses %j, which AICR accepts or mangles', (text, code) => {
    expect(refusal(text)).toMatchObject({ code });
  });

  it.each([
    ['validation: {deployment: }\n', '#/validation/deployment'],
    ['validation: {deployment}\n', '#/validation/deployment'],
    ['a: [x, {b: [1, {c: }]}]\n', '#/a/1/b/1/c'],
    ['{"": }\n', '#/'],
  ])('refuses %j: an empty value would become an empty text, with its digest', (text, pointer) => {
    expect(refusal(text)).toMatchObject({
      code: 'DOCUMENT_UNSUPPORTED',
      at: `recipe.yaml${pointer}`,
      found: 'an empty value between brackets, which AICR writes as an empty text',
      hint: 'write null, or put the entry on a line of its own',
    });
  });

  it.each(['validation: {deployment: null}\n', 'validation: {deployment: ~}\n'])(
    'takes %j, which it writes as it is',
    (text) => {
      expect(canonical(text)).toBe(text);
      expect(digest(text, 'v3')).not.toBe(digest("validation: {deployment: ''}\n", 'v3'));
    },
  );

  it.each(Object.entries(DIGESTS))('gives the digests that AICR gives for %s', (name, digests) => {
    for (const rules of RULES) expect(digest(resolved(name), rules)).toBe(digests[rules]);
  });

  // 265 of the 900 have tags, anchors or a second document, and 23 are errors for yaml.v3 too.
  it('equals yaml.v3 on 572 of 900 hard documents and refuses the others', () => {
    const outcomes = goldens('canonical-yaml.jsonl').map(compare);
    expect(outcomes.filter((outcome) => outcome === 'equal').length).toBeGreaterThanOrEqual(572);
  });

  // Three more have an empty value between brackets.
  it('equals yaml.v3 on 71 of 196 classes of YAML and refuses the others', () => {
    const outcomes = goldens('canonical-classes.jsonl').map(compare);
    expect(outcomes.filter((outcome) => outcome === 'equal').length).toBeGreaterThanOrEqual(71);
  });

  it('gives the same text for its own text, by both rules', () => {
    for (const { yaml } of goldens('canonical-yaml.jsonl')) {
      if (refusal(yaml) !== undefined) continue;
      for (const rules of RULES) {
        const text = canonical(yaml, rules);
        expect(canonical(text, rules)).toBe(text);
      }
      expect(digest(canonical(yaml), 'v3')).toBe(digest(yaml, 'v3'));
    }
  });

  it('says the same as the document and changes nothing when written twice, whatever the texts', () => {
    const quoted = fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text.toWellFormed()));
    const scalar = fc.oneof(
      quoted,
      fc.constantFrom('a', '1.30', "'x'", '~', '[]', '{b: "c\\n d"}', '{b: }', '[{b}]', '[""]'),
    );
    const document = fc
      .dictionary(fc.stringMatching(/^[a-z]{1,3}$/), fc.tuple(scalar, scalar), { minKeys: 1 })
      .map((map) => {
        const lines = Object.entries(map).map(([k, [a, b]]) => `${k}:\n  - ${a}\n  - x: ${b}\n`);
        return lines.join('');
      });
    fc.assert(
      fc.property(document, (text) => {
        if (refusal(text) !== undefined) return;
        const written = canonical(text);
        expect(canonical(written)).toBe(written);
        expect(decodeYaml(encoder.encode(written), 'b')).toEqual(
          decodeYaml(encoder.encode(text), 'a'),
        );
      }),
      { numRuns: propertyRuns(100, 500) },
    );
  });
});

describe('the v3 rule', () => {
  it.each([
    ['metadata:\n  version: 1.0.0\nfoo: bar\n', 'foo: bar\n'],
    ['metadata: {version: 1}\na: 1\n', 'a: 1\n'],
    ['"metadata":\n  "version": 1\n  x: y\n', '"metadata":\n    x: y\n'],
    ['metadata:\n  version: 1\n', '{}\n'],
    ['metadata: {}\nfoo: bar\n', 'foo: bar\nmetadata: {}\n'],
    ['metadata:\na: 1\n', 'a: 1\nmetadata:\n'],
    ['spec:\n  metadata:\n    version: 1\n', 'spec:\n    metadata:\n        version: 1\n'],
    ['- metadata:\n    version: 1\n', '- metadata:\n    version: 1\n'],
  ])('leaves %j as it should', (text, expected) => {
    expect(canonical(text, 'v3')).toBe(expected);
  });
});

describe('recipeDigest', () => {
  const name = 'h100-eks-ubuntu-training-kubeflow.yaml';
  const text = resolved(name);

  it.each([
    ['comments', `# a comment\n${text.replaceAll(': Helm\n', ': Helm # chart\n')}# end\n`],
    ['blank lines', text.replaceAll('\n  - ', '\n\n  - ')],
    ['line endings', text.replaceAll('\n', '\r\n')],
    ['a document start', `---\n${text}...\n`],
    ['indentation', text.replaceAll(/^( +)/gm, '$1$1').replaceAll(/^( +)- /gm, '$1-   ')],
    [
      'the order of keys',
      text.replace(/^(criteria:\n(?: .*\n)+)(constraints:\n(?: .*\n)+)/m, '$2$1'),
    ],
  ])('E-07 does not change with %s', (_what, changed) => {
    expect(changed).not.toBe(text);
    for (const rules of RULES) expect(digest(changed, rules)).toBe(DIGESTS[name]?.[rules]);
  });

  it('E-07 does change with the style of quotes, which AICR hashes too', () => {
    const changed = text.replace(/'(>= [0-9.]+)'/, '"$1"');
    expect(changed).not.toBe(text);
    expect(digest(changed, 'v3')).not.toBe(digest(text, 'v3'));
  });

  it.each([
    ['a criterion', text.replace('intent: training', 'intent: inference')],
    ["a component's version", text.replace(/version: v1\.\d+\.\d+/, 'version: v1.99.0')],
    ['a constraint', text.replace(/'>= ([0-9.]+)'/, "'>= $1.9'")],
    ['the order of a list', text.replace(/( +- base\n)( +- .*\n)/, '$2$1')],
  ])('E-08 changes with %s', (_what, changed) => {
    expect(changed).not.toBe(text);
    for (const rules of RULES) expect(digest(changed, rules)).not.toBe(digest(text, rules));
  });

  it('E-08 changes with metadata.version by the legacy rule, and not by v3', () => {
    const changed = text.replace('version: dev', 'version: v1.2.3');
    expect(changed).not.toBe(text);
    expect(digest(changed, 'legacy')).not.toBe(digest(text, 'legacy'));
    expect(digest(changed, 'v3')).toBe(digest(text, 'v3'));
  });

  it('E-10 writes each plain scalar as it came, whatever its type is', () => {
    const traps = [
      ...['1_000: 1:30', '1e3: 0o17', '2026-09-19: 2026-09-19T02:57:39Z', 'bool: no'],
      ...['float: 24.10', 'int: 12345678901234567890', 'int2: 9007199254740993', 'nil: ~'],
      ...['nil2:', 'octal: 012', 'yes: on'],
    ];
    expect(canonical(`${traps.toReversed().join('\n')}\n`)).toBe(`${traps.join('\n')}\n`);
  });

  it('E-10 refuses merge keys, and keeps << in quotes as a text', () => {
    expect(refusal('a:\n  <<: {b: c}\n')).toMatchObject({
      code: 'DOCUMENT_UNSUPPORTED',
      at: 'recipe.yaml#/a',
    });
    expect(canonical('a:\n  "<<": {b: c}\n')).toBe('a:\n    "<<": {b: c}\n');
  });
});
