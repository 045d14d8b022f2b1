import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseChallenges } from '../../src/pointer/challenge.ts';
import { refusalOf } from '../document/refusal.ts';
import { propertyRuns } from '../property-runs.ts';

const PLACE = { code: 'SERVICE_ANSWER_INVALID', at: 'registry.example', hint: 'none' } as const;

/** Scheme and parameters of each challenge. */
function parsed(...lines: readonly string[]): unknown {
  return parseChallenges(lines, PLACE).map(({ scheme, parameters }) => [
    scheme,
    Object.fromEntries(parameters),
  ]);
}

const TOKEN = fc.stringMatching(/^[!#$%&'*+.^_`|~A-Za-z0-9-]{1,8}$/);
const VALUE = fc.stringMatching(/^[\t\x20-\x7E\x80-\xFF]{0,12}$/);
const CHALLENGE = fc.record({
  scheme: TOKEN,
  parameters: fc.uniqueArray(fc.tuple(TOKEN, VALUE), {
    selector: ([name]) => name.toLowerCase(),
    maxLength: 4,
  }),
});

describe('the challenges of a registry', () => {
  it.each([
    [
      'Bearer realm="https://auth.example/token",service="registry.example",scope="repository:a/b:pull,push"',
      [
        [
          'bearer',
          {
            realm: 'https://auth.example/token',
            service: 'registry.example',
            scope: 'repository:a/b:pull,push',
          },
        ],
      ],
    ],
    ['BASIC Realm = a', [['basic', { realm: 'a' }]]],
    [String.raw`Basic realm="a \"b\" \\, c"`, [['basic', { realm: String.raw`a "b" \, c` }]]],
    ['Negotiate', [['negotiate', {}]]],
    // By the grammar it is no realm.
    ['Bearer realm=', [['bearer', { '': 'realm=' }]]],
    ['NTLM TlRM+/==', [['ntlm', { '': 'TlRM+/==' }]]],
    [
      ', Negotiate abc= ,, Bearer a=1 , b="2",Basic realm=""',
      [
        ['negotiate', { '': 'abc=' }],
        ['bearer', { a: '1', b: '2' }],
        ['basic', { realm: '' }],
      ],
    ],
    ['', []],
  ])('%s', (line, expected) => {
    expect(parsed(line)).toEqual(expected);
  });

  it.each([
    'realm="https://auth.example"',
    'Bearer realm="open',
    'Bearer realm="a" service="b"',
    'Bearer realm="a\nb"',
    'Bearer realm="\u0100"',
    'Bearer realm=a b',
    'Negotiate abc=, realm="x"',
    'Bearer "x"',
    '=',
  ])('refuses what is none: %j', (line) => {
    expect(refusalOf(() => parsed(line))).toMatchObject({
      code: 'SERVICE_ANSWER_INVALID',
      at: 'registry.example',
    });
  });

  it('refuses a parameter that comes twice, in any case of its letters', () => {
    const error = refusalOf(() =>
      parsed('Bearer realm="https://a.example",REALM="https://b.example"'),
    );
    expect(error?.found).toBe('the parameter "realm" a second time');
  });

  it('are read as they were written, in one line or in several', () => {
    fc.assert(
      fc.property(fc.array(CHALLENGE, { maxLength: 4 }), (challenges) => {
        const lines = challenges.map(({ scheme, parameters }) =>
          [
            scheme,
            parameters
              .map(([name, value]) => `${name}="${value.replaceAll(/["\\]/g, String.raw`\$&`)}"`)
              .join(', '),
          ]
            .filter((part) => part !== '')
            .join(' '),
        );
        const expected = challenges.map(({ scheme, parameters }) => ({
          scheme: scheme.toLowerCase(),
          parameters: new Map(parameters.map(([name, value]) => [name.toLowerCase(), value])),
        }));
        expect(parseChallenges(lines, PLACE)).toEqual(expected);
        expect(parseChallenges([lines.join(', ')], PLACE)).toEqual(expected);
      }),
      { numRuns: propertyRuns(100, 2000) },
    );
  });

  it('are refused with one code, whatever comes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (line) => {
        const error = refusalOf(() => parsed(line));
        expect([undefined, 'SERVICE_ANSWER_INVALID']).toContain(error?.code);
      }),
      { numRuns: propertyRuns(200, 6000) },
    );
  });
});
