import { isDeepStrictEqual } from 'node:util';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { digestOf } from '../../../src/digest.ts';
import type { Json } from '../../../src/document/data.ts';
import { decodeJson } from '../../../src/document/json.ts';
import { CLAIM_RULES, claimFaults } from '../../../src/evidence/claim/compare-claim.ts';
import type { ClaimRule } from '../../../src/evidence/claim/compare-claim.ts';
import {
  bomClaim,
  constraintsClaim,
  fingerprintClaim,
  matchClaim,
  phaseDetailsClaim,
  phasesClaim,
} from '../../../src/evidence/claim/predicate.ts';
import { PHASES } from '../../../src/evidence/phase/phase.ts';
import { MAX_CLAIM_FAULTS } from '../../../src/limits.ts';
import { dataFrom } from '../../document/data-from.ts';
import { propertyRuns } from '../../property-runs.ts';
import { NOW, validateDemo } from '../demo.ts';
import { isContainer, isLeaf, placesOf, pointerOf, reordered, withChange } from './json-places.ts';
import type { JsonPlace } from './json-places.ts';

const AT = 's.json#/claim';
const RUNS = { numRuns: propertyRuns(100, 2000) };

/** Every place is compared, and nothing stands for an absent one. */
const CLOSED: ClaimRule = { code: 'PHASES_DIFFER', known: /^/, absent: [] };

function faultsOf(computed: Json, claimed: unknown, rule: ClaimRule = CLOSED) {
  return claimFaults(rule, AT, dataFrom(claimed), computed);
}

/** The places of the faults, relative to the claim. */
function placesAt(computed: Json, claimed: unknown, rule: ClaimRule = CLOSED): readonly string[] {
  return faultsOf(computed, claimed, rule).map(({ at = '' }) => at.slice(AT.length));
}

/** The same with the claim as text, for what JSON.stringify would not write. */
function placesInText(computed: Json, text: string, rule: ClaimRule = CLOSED): readonly string[] {
  const claimed = decodeJson(Buffer.from(text), 'test.json');
  return claimFaults(rule, AT, claimed, computed).map(({ at = '' }) => at.slice(AT.length));
}

const anyJson = fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' }).map(writtenJson);

/** Values of few keys and scalars, so that two of them are often alike, and sometimes equal. */
const smallJson = fc
  .letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      fc.constantFrom('', 'a', '{}', '{…}', '1', 'null', 'true', 'nothing', null, true, 0, 1),
      fc.array(tie('value'), { maxLength: 2 }),
      fc.dictionary(fc.constantFrom('', '0', '1', 'a', '/', '~1', '__proto__'), tie('value'), {
        maxKeys: 2,
      }),
    ),
  }))
  .value.map(writtenJson);

const eitherJson = fc.oneof(anyJson, smallJson);

/** A value and one of its places. */
function withPlace(
  isWanted: (place: JsonPlace) => boolean,
): fc.Arbitrary<readonly [Json, JsonPlace]> {
  return eitherJson
    .map((root) => [root, placesOf(root).filter(isWanted)] as const)
    .filter(([, places]) => places.length > 0)
    .chain(([root, places]) =>
      fc.constantFrom(...places).map((place): [Json, JsonPlace] => [root, place]),
    );
}

describe('a claim', () => {
  it('that is what was computed has no fault, whatever it is', () => {
    fc.assert(
      fc.property(eitherJson, (value) => {
        expect(faultsOf(value, value)).toEqual([]);
      }),
      RUNS,
    );
  });

  it('has a fault exactly if it is another value: nothing hides in another shape', () => {
    fc.assert(
      fc.property(smallJson, smallJson, (computed, claimed) => {
        const isEqual = isDeepStrictEqual(computed, claimed);
        expect(faultsOf(computed, claimed).length === 0).toBe(isEqual);
        expect(faultsOf(claimed, computed).length === 0).toBe(isEqual);
      }),
      { numRuns: propertyRuns(1000, 5000) },
    );
  });

  it('of any two values is compared under every rule, and one that is absent with what stands for that', () => {
    fc.assert(
      fc.property(eitherJson, eitherJson, (computed, claimed) => {
        for (const rule of Object.values(CLAIM_RULES)) {
          for (const fault of faultsOf(computed, claimed, rule)) {
            expect(fault).toMatchObject({ code: rule.code, at: expect.stringContaining(AT) });
          }
          const absent: readonly Json[] = rule.absent;
          const isNothing = placesOf(computed)
            .filter(({ value }) => isLeaf(value))
            .every(({ value }) => absent.includes(value));
          expect(claimFaults(rule, AT, undefined, computed).length === 0).toBe(isNothing);
        }
      }),
      RUNS,
    );
  });

  it('that is absent has a fault, whatever was computed', () => {
    fc.assert(
      fc.property(eitherJson, (computed) => {
        expect(claimFaults(CLOSED, AT, undefined, computed)).not.toEqual([]);
      }),
      RUNS,
    );
  });

  it('may have its keys in any order', () => {
    fc.assert(
      fc.property(eitherJson, (value) => {
        expect(faultsOf(value, reordered(value))).toEqual([]);
      }),
      RUNS,
    );
  });
});

describe('a claim with one change', () => {
  it('of a leaf has a fault at this leaf', () => {
    const leaf = withPlace(({ value }) => isLeaf(value));
    fc.assert(
      fc.property(leaf, eitherJson, ([root, { path, value }], change) => {
        fc.pre(!isDeepStrictEqual(change, value));
        const places = placesAt(root, withChange(root, path, change));
        expect(places).not.toEqual([]);
        // What replaces an empty list by a full one differs where the new items are.
        const isAbove = (place: string) => place.startsWith(pointerOf(path));
        expect(places.every(isAbove)).toBe(true);
        expect(isLeaf(change) ? places : [pointerOf(path)]).toEqual([pointerOf(path)]);
      }),
      RUNS,
    );
  });

  it('that leaves out a key has its fault there, or at each leaf below', () => {
    const field = withPlace(({ path, isItem }) => !isItem && path.length > 0);
    fc.assert(
      fc.property(field, ([root, { path, value }]) => {
        const places = placesAt(root, withChange(root, path, undefined));
        const leaves = placesOf(value, path).filter((place) => isLeaf(place.value));
        // Taking a map's last key leaves an empty map, which is no fault of its own.
        expect(places).toEqual(leaves.map((leaf) => pointerOf(leaf.path)).slice(0, places.length));
        expect(places).toHaveLength(Math.min(leaves.length, MAX_CLAIM_FAULTS));
      }),
      RUNS,
    );
  });

  it('that leaves out an item of a list has a fault in this list', () => {
    const item = withPlace(({ isItem }) => isItem);
    fc.assert(
      fc.property(item, ([root, { path }]) => {
        const places = placesAt(root, withChange(root, path, undefined));
        const list = pointerOf(path.slice(0, -1));
        expect(places).not.toEqual([]);
        expect(places.every((place) => place.startsWith(`${list}/`))).toBe(true);
      }),
      RUNS,
    );
  });

  it('that adds a key or an item has a fault there', () => {
    const container = withPlace(({ value }) => isContainer(value));
    fc.assert(
      fc.property(container, fc.string(), eitherJson, ([root, { path, value }], key, added) => {
        const name = Array.isArray(value) ? String(value.length) : key;
        fc.pre(Array.isArray(value) || !Object.hasOwn(Object(value), name));
        const places = placesAt(root, withChange(root, [...path, name], added));
        expect(places).toContain(pointerOf([...path, name]));
      }),
      RUNS,
    );
  });
});

describe('numbers', () => {
  it.each(['12.0', '1.2e1', '1.2E+1', '120e-1', '12.00e0'])(
    'have one spelling, as every reader takes it: 12 is not %s',
    (text) => {
      expect(placesInText(12, '12')).toEqual([]);
      expect(placesInText(12, text)).toEqual(['']);
    },
  );

  it.each(['-0', '0.0', '0e9'])('know one zero: %s is another', (text) => {
    expect(placesInText(0, '0')).toEqual([]);
    expect(placesInText(0, text)).toEqual(['']);
  });

  it.each(['"12"', '12.5', '-12', '[]', 'true', 'null', '1.2e2'])(
    'differ: 12 is not %s',
    (text) => {
      expect(placesInText(12, text)).toEqual(['']);
    },
  );

  it('that are not exact are compared by their text: none is rounded to another', () => {
    expect(placesInText(2 ** 53, '9007199254740993')).toEqual(['']);
    expect(placesInText(2 ** 53, '9007199254740992')).toEqual([]);
    expect(placesInText(0.5, '0.5')).toEqual([]);
    expect(placesInText(0.5, '5e-1')).toEqual(['']);
  });
});

describe('the number of faults', () => {
  const many = (count: number): Json =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, index]));

  it.each([1, MAX_CLAIM_FAULTS - 1, MAX_CLAIM_FAULTS])('is that of %i differences', (count) => {
    expect(placesAt({}, many(count))).toEqual(
      Object.keys(Object(many(count))).map((key) => `/${key}`),
    );
  });

  it.each([1, 2, 900])('ends, and %i more are counted', (more) => {
    const faults = faultsOf(many(MAX_CLAIM_FAULTS + more), {});
    expect(faults).toHaveLength(MAX_CLAIM_FAULTS + 1);
    expect(faults.at(-1)).toMatchObject({ at: AT, found: `${more} more differences` });
  });
});

describe('a fault', () => {
  it('shows what was claimed and what was computed', () => {
    expect(faultsOf({ a: 1, b: [] }, { a: 'x', c: null })).toMatchObject([
      { at: `${AT}/a`, found: '"x"', expected: '1 (recomputed)' },
      { at: `${AT}/b`, found: 'nothing', expected: '[] (recomputed)' },
      { at: `${AT}/c`, found: 'null', expected: 'nothing (recomputed)' },
    ]);
  });

  it('shows foreign text short, and as a reader would not see it', () => {
    const [fault] = faultsOf('', `\u202E\u001B${'x'.repeat(5000)}`);
    expect(fault?.found).toMatch(/^"\\u202e\\u001bx+…$/);
    expect(fault?.found.length).toBeLessThan(210);
  });

  it('never ends in half a character: a report with one could not be read', () => {
    for (const start of ['', 'x']) {
      const [fault] = faultsOf(start, `${start}${'\u{1F600}'.repeat(300)}`);
      expect(fault?.found.isWellFormed()).toBe(true);
      expect(fault?.found).toMatch(/^"x?\u{1F600}+…$/u);
    }
  });
});

describe('the claims of evidence', () => {
  const { cluster, phases } = validateDemo();
  const digests = new Map(PHASES.map((phase) => [phase, digestOf(phase)]));
  const bom = { version: '1.6', digest: 'sha256:x', components: 22 };
  const CLAIMS: readonly (readonly [string, ClaimRule, Json])[] = [
    ['fingerprint', CLAIM_RULES.fingerprint, fingerprintClaim(cluster.fingerprint)],
    ['match', CLAIM_RULES.match, matchClaim(cluster.match)],
    ['constraints', CLAIM_RULES.constraints, constraintsClaim(cluster.constraints)],
    ['phases', CLAIM_RULES.phases, phasesClaim(phases, digests)],
    ['phaseDetails', CLAIM_RULES.phaseDetails, phaseDetailsClaim(phases)],
    ['bom', CLAIM_RULES.bom, bomClaim(bom)],
  ];

  it.each(CLAIMS)('%s: no leaf can be changed or left out unnoticed', (_, rule, claim) => {
    expect(placesAt(claim, claim, rule)).toEqual([]);
    for (const { path, value, isItem } of placesOf(claim).filter((place) => isLeaf(place.value))) {
      const pointer = pointerOf(path);
      for (const other of ['other', NOW.getTime(), null, [], {}]) {
        const isSame = isDeepStrictEqual(other, value);
        expect(placesAt(claim, withChange(claim, path, other), rule)).toEqual(
          isSame ? [] : [pointer],
        );
      }
      const isAbsent = rule.absent.includes(JSON.stringify(value));
      const without = isItem ? claim : withChange(claim, path, undefined);
      expect(placesAt(claim, without, rule)).toEqual(isAbsent || isItem ? [] : [pointer]);
    }
  });

  it.each(CLAIMS)('%s: no known key can stand beside itself in another case', (_, rule, claim) => {
    for (const { path, isItem } of placesOf(claim)) {
      const key = path.at(-1) ?? '';
      const isPhase = rule === CLAIM_RULES.phases && path.length === 1;
      // A phase in another case is another phase, and there is none.
      const twin = isPhase ? `${key}X` : `${key.slice(0, 1).toUpperCase()}${key.slice(1)}`;
      if (twin === key || isItem) continue;
      const place = [...path.slice(0, -1), twin];
      expect(placesAt(claim, withChange(claim, place, 'twin'), rule)).toEqual([pointerOf(place)]);
    }
  });

  it.each(CLAIMS)('%s: is no text, list or map in place of what it is', (_, rule, claim) => {
    for (const other of ['', null, 0, Array.isArray(claim) ? {} : []]) {
      expect(placesAt(claim, other, rule)).toContain('');
    }
  });

  it.each([
    ['fingerprint', ['kernel'], []],
    ['fingerprint', ['os', 'kernel'], []],
    ['match', ['score'], []],
    ['match', ['perDimension', '0', 'weight'], []],
    ['phases', ['deployment', 'flaky'], []],
    ['bom', ['serialNumber'], []],
    // A phase, a row and whatever is ours: there is none that we do not know.
    ['phases', ['burn-in'], ['/burn-in']],
    ['match', ['perDimension', '6'], ['/perDimension/6']],
    ['constraints', ['0', 'weight'], ['/0/weight']],
    ['constraints', ['4'], ['/4']],
    ['phaseDetails', ['deployment', 'flaky'], ['/deployment/flaky']],
    ['phaseDetails', ['burn-in'], ['/burn-in']],
  ] as const)('%s: what a newer AICR adds at %j is left alone: faults %j', (name, path, faults) => {
    const [, rule, claim] = CLAIMS.find(([other]) => other === name) ?? [];
    if (rule === undefined || claim === undefined) throw new Error(name);
    expect(placesAt(claim, withChange(claim, path, 'new'), rule)).toEqual(faults);
  });

  it('may leave out what Go leaves out, and say "any" of what nobody demands', () => {
    const { fingerprint, match } = CLAIM_RULES;
    expect(placesAt({ os: { value: '' } }, {}, fingerprint)).toEqual([]);
    expect(placesAt({ os: {} }, { os: { value: '' } }, fingerprint)).toEqual([]);
    expect(placesAt({ os: {} }, { os: { value: 'any' } }, fingerprint)).toEqual(['/os/value']);
    const row = (fields: object) => ({ perDimension: [{ dimension: 'os', ...fields }] }) as Json;
    for (const nothing of ['any', '']) {
      expect(placesAt(row({}), row({ recipeRequires: nothing }), match)).toEqual([]);
    }
    expect(placesAt(row({}), row({ recipeRequires: 'Any' }), match)).toEqual([
      '/perDimension/0/recipeRequires',
    ]);
    expect(placesAt(row({ recipeRequires: 'os' }), row({ recipeRequires: 'any' }), match)).toEqual([
      '/perDimension/0/recipeRequires',
    ]);
  });
});

/** What JSON.stringify writes of a value: -0 is 0, and every map an ordinary one. */
function writtenJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}
