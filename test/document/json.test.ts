import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Plain, isDataList, isDataMap, type Data } from '../../src/document/data.ts';
import { decodeJson, encodeJson } from '../../src/document/json.ts';
import { MAX_JSON_BYTES, MAX_NESTING } from '../../src/limits.ts';
import { propertyRuns } from '../property-runs.ts';
import { refusalOf } from './refusal.ts';

const encoder = new TextEncoder();

function decode(text: string): Data {
  return decodeJson(encoder.encode(text), 'report.json');
}

function refusal(text: string) {
  return refusalOf(() => decode(text));
}

const WORDS = ['"a"', '\\u00e9', '\\ud800', 'true', 'null', 'NaN', "'"];

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function nested(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth);
}

/** The value that JSON.parse gives for the same text. */
function toValue(data: Data): unknown {
  if (typeof data === 'string') return data;
  if (data instanceof Plain) return JSON.parse(data.text);
  if (isDataList(data)) return data.map(toValue);
  return Object.fromEntries([...data].map(([key, value]) => [key, toValue(value)]));
}

describe('decodeJson', () => {
  it('reads what JSON.parse reads, with the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), fc.nat(4), (value, indent) => {
        // A generated object may use __proto__, which JSON.parse and Object.fromEntries both keep.
        const text = JSON.stringify(value, undefined, indent);
        expect(toValue(decode(text))).toEqual(JSON.parse(text));
      }),
    );
  });

  it('accepts no text that JSON.parse refuses', () => {
    const piece = fc.constantFrom(...'{}[],:"\\01-.e \n\t\v\u{a0}/+'.split(''), ...WORDS);
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('');
        expect(refusal(text) !== undefined || isJson(text)).toBe(true);
      }),
      { numRuns: propertyRuns(300, 1500) },
    );
  });

  it('keeps the source text of numbers, and tells integers from floats by their form', () => {
    const source = ['9007199254740993', '24.10', '1e400', '-0', '0.0', '1E+2', '-12'];
    const list = decode(`[${source.join(', ')}]`);
    expect(list).toEqual([
      new Plain('integer', '9007199254740993'),
      new Plain('float', '24.10'),
      new Plain('float', '1e400'),
      new Plain('integer', '-0'),
      new Plain('float', '0.0'),
      new Plain('float', '1E+2'),
      new Plain('integer', '-12'),
    ]);
  });

  it('treats __proto__ as a key like any other', () => {
    const data = decode('{"__proto__": {"admin": true}}');
    expect(isDataMap(data) && [...data.keys()]).toEqual(['__proto__']);
  });

  it('reads escapes, whole surrogate pairs included', () => {
    expect(decode(String.raw`"\"\\\/\b\f\n\r\té😀"`)).toBe('"\\/\b\f\n\r\té😀');
    expect(decode(String.raw`"\ud83d\ude00"`)).toBe('😀');
  });

  it.each([
    [
      '{"a": {"b": 1, "b": 2}}',
      'report.json#/a/b',
      'the key "b" a second time (line 1, column 16)',
    ],
    [String.raw`{"x/y~z": [0, {"k": 1, "k": 2}]}`, 'report.json#/x~1y~0z/1/k', 'second time'],
  ])('refuses a duplicate key in %s', (text, at, found) => {
    const error = refusal(text);
    expect(error).toMatchObject({ code: 'DOCUMENT_DUPLICATE_KEY', at });
    expect(error?.found).toContain(found);
    expect(refusal(text.replace(/"[bk]": 2/, '"other": 2'))).toBeUndefined();
  });

  it.each([
    ['', 'an empty file'],
    [' \n', 'white space'],
    ['{}{}', '"{" (line 1, column 3)'],
    ['{} x', '"x"'],
    ['[1,]', 'a comma before the end'],
    ['{"a":1,}', 'a comma before the end'],
    ['[1 2]', '"2"'],
    ['{"a" 1}', '"1"'],
    ['{a: 1}', '"a"'],
    ['[01]', '"1"'],
    ['[+1]', '"+"'],
    ['[.5]', '"."'],
    ['[1.]', '"."'],
    ['[-]', '"-"'],
    ['[NaN]', '"N"'],
    ['[nul]', '"n"'],
    ['["a\nb"]', String.raw`"\n" (line 1, column 4)`],
    ['["a', 'the end of the file'],
    ['{"a":\n  [1,\n   x]}', '"x" (line 3, column 4)'],
    [String.raw`"\q"`, String.raw`the escape "\\q"`],
    [String.raw`"\u12G4"`, 'the escape'],
    [String.raw`"\ud83d"`, 'half a surrogate pair'],
    [String.raw`{"\udc00": 1}`, 'half a surrogate pair'],
    ['\u{FEFF}{}', 'a byte order mark'],
    ['"\u{0}"', String.raw`"\u0000"`],
    ['[1]\u{a0}', String.raw`"` + '\u{a0}'],
    ['// comment\n{}', '"/"'],
  ])('refuses %j', (text, found) => {
    const error = refusal(text);
    expect(error?.code).toBe('DOCUMENT_INVALID');
    expect(error?.found).toContain(found);
  });

  it('refuses bytes that are not UTF-8', () => {
    for (const bytes of [
      [0x22, 0xff, 0x22],
      [0x22, 0xed, 0xa0, 0x80, 0x22],
      [0x22, 0xc0, 0x80, 0x22],
    ]) {
      const error = refusalOf(() => decodeJson(Uint8Array.from(bytes), 'report.json'));
      expect(error).toMatchObject({ code: 'DOCUMENT_INVALID', at: 'report.json' });
    }
  });

  it('says where in the document something is wrong', () => {
    expect(refusal('{"a": [1, {"b": tru}]}')?.at).toBe('report.json#/a/1/b');
    expect(refusal('nope')?.at).toBe('report.json');
  });

  it('reads up to the limit of nesting and refuses one level more', () => {
    expect(refusal(nested(MAX_NESTING))).toBeUndefined();
    expect(refusal(nested(MAX_NESTING + 1))?.code).toBe('DOCUMENT_UNSUPPORTED');
    expect(refusal('{"a":['.repeat(100_000))?.code).toBe('DOCUMENT_UNSUPPORTED');
  });

  it('reads a text of millions of characters without exhausting the stack', () => {
    const long = 'a'.repeat(3_000_000);
    expect(decode(`"${long}"`)).toBe(long);
    expect(decode('1'.repeat(3_000_000))).toBeInstanceOf(Plain);
  });
});

describe('encodeJson', () => {
  it('is read again as the same data', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const data = decode(JSON.stringify(value));
        expect(decode(encodeJson(data))).toEqual(data);
      }),
    );
  });

  it('indents by two spaces, ends with a line break and keeps number text', () => {
    const text = encodeJson(decode('{"a":[1.50,{}],"b":{"c":[]},"d":12345678901234567890}'));
    expect(text).toBe(
      '{\n  "a": [\n    1.50,\n    {}\n  ],\n  "b": {\n    "c": []\n  },\n  "d": 12345678901234567890\n}\n',
    );
  });

  it('has no white space if it were longer than a document may be with it', () => {
    const text = `{"a":["${'x'.repeat(MAX_JSON_BYTES - 30)}",{},{"b":1}]}`;
    const written = encodeJson(decode(text));
    expect(written === text).toBe(true);
    expect(encodeJson(decode(written)) === written).toBe(true);
  });

  it('does not write a scalar that JSON does not have', () => {
    expect(() => encodeJson(new Plain('float', '.inf'))).toThrow(TypeError);
  });
});
