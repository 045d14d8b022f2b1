import { readFileSync } from 'node:fs';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { digestOf, hexOf } from '../../src/digest.ts';
import { encodeJson } from '../../src/document/json.ts';
import { STATEMENT_TYPE } from '../../src/media-types.ts';
import { encodeStatement, parseStatement, sha256Of } from '../../src/statement/statement.ts';
import type { StatementRules } from '../../src/statement/statement.ts';
import { refusalOf } from '../document/refusal.ts';
import { propertyRuns } from '../property-runs.ts';

const TYPE = 'https://example.com/predicate/v1';
const HINT = 'sign it again';
const RULES: StatementRules = {
  file: 's.json',
  predicateTypes: [TYPE],
  subjects: 'at least one',
  hint: HINT,
};
const SUBJECT = { name: 'one', digest: { sha256: hexOf(digestOf('one')) } };
const STATEMENT = { _type: STATEMENT_TYPE, subject: [SUBJECT], predicateType: TYPE, predicate: {} };

function parse(document: unknown, rules: Partial<StatementRules> = {}) {
  return parseStatement(Buffer.from(JSON.stringify(document)), { ...RULES, ...rules });
}

function refusal(change: object, rules: Partial<StatementRules> = {}) {
  return refusalOf(() => parse({ ...STATEMENT, ...change }, rules));
}

describe('a statement', () => {
  const text = fc.string({ unit: 'binary' });
  const subjects = fc.array(fc.record({ name: text, digest: text.map(digestOf) }), {
    minLength: 1,
    maxLength: 4,
  });
  const value = fc.jsonValue({ maxDepth: 3, stringUnit: 'binary' });

  it('is read as it was written, whatever its subjects and predicate', () => {
    fc.assert(
      fc.property(subjects, value, (expected, content) => {
        // What JSON.stringify gives is what a statement can hold: -0 is 0 there.
        const predicate = { value: JSON.parse(JSON.stringify(content)) };
        const bytes = encodeStatement({ subjects: expected, predicateType: TYPE, predicate });
        const received = parseStatement(bytes, RULES);
        expect(received.predicateType).toBe(TYPE);
        expect(
          received.subjects.map((subject) => ({
            name: subject.name,
            digest: `sha256:${sha256Of(subject, HINT)}`,
          })),
        ).toEqual(expected);
        const data = received.predicate.data('value');
        expect(encodeJson(data ?? [])).toBe(`${JSON.stringify(predicate.value, null, 2)}\n`);
      }),
      { numRuns: propertyRuns(100, 1000) },
    );
  });

  it('is written exactly so: this is what is signed', () => {
    const statement = {
      subjects: [
        { name: 'one', digest: digestOf('one') },
        { name: 'é "2"', digest: digestOf('two') },
      ],
      predicateType: TYPE,
      predicate: { list: [1, 'a'], none: {}, absent: undefined },
    };
    expect(Buffer.from(encodeStatement(statement)).toString()).toBe(`{
  "_type": "https://in-toto.io/Statement/v1",
  "subject": [
    {
      "name": "one",
      "digest": {
        "sha256": "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"
      }
    },
    {
      "name": "é \\"2\\"",
      "digest": {
        "sha256": "3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3"
      }
    }
  ],
  "predicateType": "https://example.com/predicate/v1",
  "predicate": {
    "list": [
      1,
      "a"
    ],
    "none": {}
  }
}
`);
  });

  it('may be anything that in-toto allows: one that others published', () => {
    const folder = new URL('../../testdata/conformance/', import.meta.url);
    const bytes = readFileSync(new URL('statement.json', folder));
    const predicateTypes = [TYPE, 'https://slsa.dev/provenance/v1'];
    const received = parseStatement(bytes, { ...RULES, predicateTypes });
    expect(received.predicateType).toBe(predicateTypes[1]);
    expect(received.predicate.at).toBe('s.json#/predicate');
    expect(received.predicate.names()).toEqual(['buildDefinition', 'runDetails']);
    const [subject] = received.subjects;
    expect(subject.name).toBe('a.txt');
    expect(`sha256:${sha256Of(subject, HINT)}`).toBe(
      digestOf(readFileSync(new URL('a.txt', folder))),
    );
  });

  it('has fields of a newer in-toto, and an order of its own', () => {
    const { _type, ...rest } = STATEMENT;
    const received = parse({ annotations: { a: 1 }, ...rest, _type });
    expect(received.subjects).toHaveLength(1);
    expect(received.subjectsAt).toBe('s.json#/subject');
  });
});

describe('a statement in base64', () => {
  const refusalOfText = (text: string) => refusalOf(() => parseStatement(Buffer.from(text), RULES));
  const text = JSON.stringify(STATEMENT);

  it.each([
    ['base64', text, 'base64'],
    ['base64 for addresses', text, 'base64url'],
    ['base64, with a line break behind it', text, 'base64'],
    ['base64 of a short map', '{}', 'base64'],
    ['base64 of a blank in front', `\n ${text}`, 'base64'],
  ] as const)('is encoded once too often: %s', (why, statement, encoding) => {
    const encoded = Buffer.from(statement).toString(encoding);
    const error = refusalOfText(why.includes('line break') ? `${encoded}\n` : encoded);
    expect(error).toMatchObject({ code: 'STATEMENT_INVALID', at: 's.json' });
    expect(error?.found).toContain('encoded twice');
  });

  it.each(['', 'null', '12345678', 'bm8gc3RhdGVtZW50', ' ', text.slice(0, -1)])(
    'is not what another broken text is taken for: %j',
    (broken) => {
      expect(refusalOfText(broken)?.found).not.toContain('encoded twice');
      expect(refusalOfText(broken)?.code).toMatch(/^(?:DOCUMENT|FIELD)_/);
    },
  );
});

describe('a statement is refused', () => {
  it('only for what is changed', () => {
    expect(refusal({})).toBeUndefined();
  });

  it.each([
    ['_type', 'https://in-toto.io/Statement/v0.1', 'STATEMENT_INVALID'],
    ['_type', `${STATEMENT_TYPE}/`, 'STATEMENT_INVALID'],
    ['_type', STATEMENT_TYPE.toUpperCase(), 'STATEMENT_INVALID'],
    ['_type', '', 'STATEMENT_INVALID'],
    ['_type', [STATEMENT_TYPE], 'FIELD_INVALID'],
    ['_type', undefined, 'FIELD_MISSING'],
    ['predicateType', `${TYPE}#`, 'PREDICATE_TYPE_UNKNOWN'],
    ['predicateType', 'https://example.com/predicate/v10', 'PREDICATE_TYPE_UNKNOWN'],
    ['predicateType', '', 'PREDICATE_TYPE_UNKNOWN'],
    ['predicateType', null, 'FIELD_INVALID'],
    ['predicateType', undefined, 'FIELD_MISSING'],
    ['predicate', undefined, 'FIELD_MISSING'],
    ['predicate', null, 'FIELD_INVALID'],
    ['predicate', [], 'FIELD_INVALID'],
    ['predicate', '{}', 'FIELD_INVALID'],
    ['subject', undefined, 'FIELD_MISSING'],
    ['subject', null, 'FIELD_INVALID'],
    ['subject', SUBJECT, 'FIELD_INVALID'],
    ['subject/0', [[SUBJECT]], 'FIELD_INVALID'],
    ['subject/1', [SUBJECT, 'one'], 'FIELD_INVALID'],
    ['subject/0/name', [{ digest: {} }], 'FIELD_MISSING'],
    ['subject/0/name', [{ ...SUBJECT, name: 1 }], 'FIELD_INVALID'],
    ['subject/1/digest', [SUBJECT, { name: 'two' }], 'FIELD_MISSING'],
    ['subject/0/digest', [{ ...SUBJECT, digest: SUBJECT.digest.sha256 }], 'FIELD_INVALID'],
  ])('at %s for %j', (pointer, value, code) => {
    const [field = ''] = pointer.split('/');
    expect(refusal({ [field]: value })).toMatchObject({ code, at: `s.json#/${pointer}` });
  });

  it.each(['_TYPE', 'predicatetype', 'Subject', 'PREDICATE'])(
    'for a key that Go takes for another: %s',
    (key) => {
      expect(refusal({ [key]: STATEMENT.predicate })).toMatchObject({
        code: 'DOCUMENT_DUPLICATE_KEY',
        at: `s.json#/${key}`,
      });
    },
  );

  it('with the hint of its kind, and what that expects', () => {
    const both = { ...RULES, predicateTypes: ['a', 'b'] };
    const bytes = Buffer.from(JSON.stringify(STATEMENT));
    expect(refusalOf(() => parseStatement(bytes, both))).toMatchObject({
      found: JSON.stringify(TYPE),
      expected: 'a or b',
      hint: HINT,
    });
    expect(refusal({ _type: 'x' })).toMatchObject({ expected: STATEMENT_TYPE, hint: HINT });
  });

  it.each([
    ['', 'DOCUMENT_INVALID'],
    ['[]', 'FIELD_INVALID'],
    [`${JSON.stringify(STATEMENT)}{}`, 'DOCUMENT_INVALID'],
    [`{"_type":"x",${JSON.stringify(STATEMENT).slice(1)}`, 'DOCUMENT_DUPLICATE_KEY'],
  ])('if it is no one JSON object: %j', (text, code) => {
    expect(refusalOf(() => parseStatement(Buffer.from(text), RULES))).toMatchObject({ code });
  });
});

describe('the subjects of a statement', () => {
  const [none, one, two] = [[], [SUBJECT], [SUBJECT, SUBJECT]];

  it.each(['exactly one', 'at least one'] as const)(
    'are %s: none vouch for nothing',
    (subjects) => {
      expect(parse({ ...STATEMENT, subject: one }, { subjects }).subjects).toHaveLength(1);
      expect(refusal({ subject: none }, { subjects })).toMatchObject({
        code: 'STATEMENT_INVALID',
        at: 's.json#/subject',
        found: '0 subjects',
        expected: subjects,
        hint: HINT,
      });
    },
  );

  it('are several only where its kind takes several', () => {
    const several = { ...STATEMENT, subject: two };
    expect(parse(several, { subjects: 'at least one' }).subjects).toHaveLength(2);
    expect(refusal({ subject: two }, { subjects: 'exactly one' })).toMatchObject({
      code: 'STATEMENT_INVALID',
      at: 's.json#/subject',
      found: '2 subjects',
      expected: 'exactly one',
      hint: HINT,
    });
  });
});

describe('the SHA-256 of a subject', () => {
  function sha256(digest: object) {
    const [subject] = parse({ ...STATEMENT, subject: [{ name: 'one', digest }] }).subjects;
    return sha256Of(subject, HINT);
  }

  it('is taken as it stands: only who has the file can say whether it is right', () => {
    expect(sha256(SUBJECT.digest)).toBe(SUBJECT.digest.sha256);
    expect(sha256({ sha256: 'no digest' })).toBe('no digest');
  });

  it.each([
    [{}, 'FIELD_MISSING', '/sha256'],
    [{ sha512: 'x' }, 'FIELD_MISSING', '/sha256'],
    [{ sha256: 1 }, 'FIELD_INVALID', '/sha256'],
    [{ sha256: 'x', SHA256: 'y' }, 'DOCUMENT_DUPLICATE_KEY', '/SHA256'],
    [{ sha256: 'x', sha512: 'y' }, 'STATEMENT_INVALID', ''],
    [{ gitCommit: 'y', sha256: 'x' }, 'STATEMENT_INVALID', ''],
  ])('is refused: %j', (digest, code, pointer) => {
    expect(refusalOf(() => sha256(digest))).toMatchObject({
      code,
      at: `s.json#/subject/0/digest${pointer}`,
    });
  });

  it('names every other algorithm that stands beside it', () => {
    expect(refusalOf(() => sha256({ sha1: 'a', sha256: 'b', md5: 'c' }))).toMatchObject({
      found: '"sha256", "sha1", "md5"',
      expected: 'sha256 alone',
      hint: HINT,
    });
  });
});
