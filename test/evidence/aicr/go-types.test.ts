// What yaml.v3 makes of documents that it reads into AICR's Go types: testdata/aicr-types has what the
// real one wrote.
import { readFileSync, readdirSync } from 'node:fs';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Plain, type Data } from '../../../src/document/data.ts';
import { readYaml } from '../../../src/document/yaml-reader.ts';
import {
  CANONICAL_BUILDER,
  canonicalText,
  sortedKeys,
} from '../../../src/evidence/aicr/canonical-yaml.ts';
import { decodeGo } from '../../../src/evidence/aicr/go-decode.ts';
import { encodeGo } from '../../../src/evidence/aicr/go-encode.ts';
import { compareKeys } from '../../../src/evidence/aicr/go-keys.ts';
import { goBoolean, goInteger, resolvePlain } from '../../../src/evidence/aicr/go-scalars.ts';
import { struct } from '../../../src/evidence/aicr/go-types.ts';
import { RECIPE_RESULT, RECIPE_RESULT_V011 } from '../../../src/evidence/aicr/recipe-types.ts';
import { renderYaml } from '../../../src/evidence/aicr/yaml-emitter.ts';
import { refusalOf } from '../../document/refusal.ts';
import { propertyRuns } from '../../property-runs.ts';

const VECTORS = new URL('../../../testdata/aicr-types/', import.meta.url);
const FILE = 'recipe.yaml';

interface Recorded {
  readonly yaml: string;
  readonly written?: string;
  readonly canonical?: string;
  readonly error?: string;
}

const RECIPES = readFileSync(new URL('recipes.jsonl', VECTORS), 'utf8')
  .trim()
  .split('\n')
  .map((line): Recorded => JSON.parse(line) as Recorded);

const SCALARS = JSON.parse(readFileSync(new URL('scalars.json', VECTORS), 'utf8')) as Readonly<
  Record<'plain', readonly (readonly [string, string, string])[]> &
    Record<'integers' | 'booleans', readonly (readonly [string, string | null])[]>
>;

function decoded(yaml: string, type = RECIPE_RESULT, isStrict = false) {
  return decodeGo(type, readYaml(yaml, FILE, CANONICAL_BUILDER), { file: FILE, isStrict });
}

function canonical(value: Data): string {
  return canonicalText(sortedKeys(encodeGo(RECIPE_RESULT, value)), FILE, 'v3');
}

/** What we make of one recorded document: it is asserted that it is nothing else than yaml.v3's. */
function compare({ yaml, written, canonical: text }: Recorded): string {
  const refusal = refusalOf(() => decoded(yaml));
  if (refusal !== undefined) return `${refusal.code}, ${written === undefined ? 'both' : 'ours'}`;
  const { value } = decoded(yaml);
  expect(renderYaml(encodeGo(RECIPE_RESULT, value), 2)).toBe(written);
  const lossy = refusalOf(() => canonical(value));
  if (lossy !== undefined) return `written, ${lossy.code}`;
  expect(canonical(value)).toBe(text);
  return 'written, hashed';
}

describe('decodeGo and encodeGo', () => {
  it('write what yaml.v3 wrote for each recorded recipe, or refuse what it loses', () => {
    const counts = new Map<string, number>();
    for (const outcome of RECIPES.map(compare)) {
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    }
    expect(Object.fromEntries(counts)).toEqual({
      'written, hashed': 358,
      'written, DOCUMENT_UNSUPPORTED': 76,
      'FIELD_INVALID, both': 41,
    });
  });

  it.each(SCALARS.plain)(
    'write the plain scalar %j as %s, and as a text %s',
    (text, any, string) => {
      const type = struct({ any: 'any', text: 'string' }, 'any');
      const quoted = JSON.stringify(text);
      const { value } = decoded(`any: ${text}\ntext: ${quoted}\n`, type);
      expect(renderYaml(encodeGo(type, value))).toBe(`any: ${any}\ntext: ${string}\n`);
    },
  );

  it.each(SCALARS.integers)('take %s for the integer %s', (text, integer) => {
    // What Go makes of infinity depends on the processor.
    const isInfinite = /^-\.inf$/i.test(text);
    const isNull = text === '~' || text === 'null';
    expect(goInteger(resolvePlain(text)) ?? null).toBe(isNull || isInfinite ? null : integer);
  });

  it.each(SCALARS.booleans)('take %s for the boolean %s', (text, boolean) => {
    const isQuoted = text.startsWith('"');
    const value = goBoolean(isQuoted ? text.slice(1, -1) : resolvePlain(text));
    const expected = boolean === null ? undefined : boolean === 'true';
    const isNull = text === '~' || text === 'null';
    expect(value).toBe(isNull ? undefined : expected);
  });

  it('sort the keys of maps as a person counts', () => {
    const keys = ['b', 'a10', 'a2', 'a1b', '1', 'B', 'a01', '_x', 'A2'];
    expect(keys.toSorted(compareKeys)).toEqual([
      '_x',
      '1',
      'A2',
      'B',
      'a1b',
      'a01',
      'a2',
      'a10',
      'b',
    ]);
  });

  it('keep the type of keys that are no texts, below the first map alone', () => {
    const type = struct({ overrides: { map: 'any' } });
    const yaml = 'overrides: {1: {1: a, "x": b, true: c, 0x10: d}}\n';
    expect(renderYaml(encodeGo(type, decoded(yaml, type).value), 2)).toBe(
      'overrides:\n  "1":\n    true: c\n    1: a\n    16: d\n    x: b\n',
    );
  });

  it('refuse keys that Go writes alike', () => {
    const type = struct({ overrides: { map: 'any' } });
    const refusal = refusalOf(() => decoded('overrides: {a: {16: a, 0x10: b}}\n', type));
    expect([refusal?.code, refusal?.at]).toEqual([
      'DOCUMENT_DUPLICATE_KEY',
      'recipe.yaml#/overrides/a/16',
    ]);
  });
});

const GOLDENS = new URL('../../../testdata/aicr-goldens/resolved/', import.meta.url);

describe('the types of AICR v0.11', () => {
  it.each(readdirSync(GOLDENS))(
    'give %s again, byte for byte, with an indentation of 2',
    (name) => {
      const text = readFileSync(new URL(name, GOLDENS), 'utf8');
      const { value, findings } = decoded(text, RECIPE_RESULT_V011, true);
      expect(renderYaml(encodeGo(RECIPE_RESULT_V011, value), 2)).toBe(text);
      expect(findings).toEqual([]);
    },
  );
});

describe('the findings of decodeGo', () => {
  const YAML = `constraints: [{name: a, value: 1.10, uint: x}]
componentRefs: [{name: b, overrides: {a: [1.10], b: 1, c: "1.10", d: 2026-09-19}}]
validation: {deployment: {nodeSelection: {maxNodes: 0x10}, check: [a, ~], checks: [a, ~]}}
`;

  it('name each field that the types do not have, and what was probably meant', () => {
    const dropped = decoded(YAML).findings.filter(({ code }) => code === 'FIELD_DROPPED');
    expect(dropped.map(({ at, found, hint }) => [at, found, hint])).toEqual([
      ['recipe.yaml#/constraints/0/uint', '"uint"', 'did you mean "unit"?'],
      ['recipe.yaml#/validation/deployment/check', '"check"', 'did you mean "checks"?'],
      [
        'recipe.yaml#/validation/deployment/checks/1',
        'null',
        'look for a spelling mistake; AICR leaves it out of what it hashes',
      ],
    ]);
  });

  it('name each number that Go writes otherwise, but none in a field of type string', () => {
    const written = decoded(YAML).findings.filter(({ code }) => code === 'NUMBER_REWRITTEN');
    expect(written.map(({ at, found, expected }) => [at, found, expected])).toEqual([
      ['recipe.yaml#/componentRefs/0/overrides/a/0', '"1.10"', '"1.1", as AICR writes it'],
      [
        'recipe.yaml#/componentRefs/0/overrides/d',
        '"2026-09-19"',
        '"2026-09-19T00:00:00Z", as AICR writes it',
      ],
      [
        'recipe.yaml#/validation/deployment/nodeSelection/maxNodes',
        '"0x10"',
        '"16", as AICR writes it',
      ],
    ]);
  });

  it('name a null where AICR reads nothing: a phase that is null is no phase', () => {
    const { value, findings } = decoded(
      'validation: {deployment: {}, conformance: ~}\ncriteria: ~\n',
    );
    expect(findings.map(({ code, at }) => `${code} ${at ?? ''}`)).toEqual([
      'FIELD_DROPPED recipe.yaml#/validation/conformance',
    ]);
    expect(value.get('validation')).toEqual(new Map([['deployment', new Map()]]));
  });

  it('are none for what is below configuration, whose fields are not all known', () => {
    expect(decoded('configuration: {gke: {unknown: [a]}}\n').findings).toEqual([]);
    expect(decoded('configuration: {gke: {unknown: [a]}}\n', RECIPE_RESULT, true).findings).toEqual(
      [],
    );
  });

  it('are refusals if the document is read strictly', () => {
    const refusal = refusalOf(() => decoded(YAML, RECIPE_RESULT, true));
    expect([refusal?.code, refusal?.at]).toEqual([
      'FIELD_UNKNOWN',
      'recipe.yaml#/constraints/0/uint',
    ]);
  });
});

/** Values of `any`, as a document can have them. */
const ANY = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(
      fc
        .string({ unit: 'binary-ascii' })
        .map((text) => JSON.stringify(text.replaceAll('\u007f', ''))),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
      fc.maxSafeInteger().map(String),
      fc.constantFrom('~', 'true', 'no', '1.10', '0x1f', '012', '1_000', '2026-09-19', '1e400'),
    ),
    fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(', ')}]`),
    fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/), tie('value'), { maxKeys: 4 }).map(
      (map) =>
        `{${Object.entries(map)
          .map(([key, value]) => `${key}: ${value}`)
          .join(', ')}}`,
    ),
  ),
})).value;

describe('decoding what was encoded', () => {
  it('changes nothing any more, but for a negative zero', () => {
    fc.assert(
      fc.property(ANY, (any) => {
        const yaml = `componentRefs: [{name: a, overrides: {k: ${any}}}]\n`;
        const { value } = decoded(yaml);
        fc.pre(!hasNegativeZero(value));
        fc.pre(refusalOf(() => canonical(value)) === undefined);
        const text = canonical(value);
        const again = decoded(text);
        expect(canonical(again.value)).toBe(text);
        expect(again.findings).toEqual([]);
      }),
      { numRuns: propertyRuns(300, 2000) },
    );
  });
});

/** Go writes it as -0, and reads that as the integer 0. */
function hasNegativeZero(data: Data): boolean {
  if (typeof data === 'string') return false;
  if (data instanceof Plain) return data.text === '-0';
  return [...data.values()].some(hasNegativeZero);
}
