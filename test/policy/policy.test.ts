import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { describeSigner } from '../../src/policy/policy-signer.ts';
import { parsePolicy } from '../../src/policy/policy.ts';
import { refusalOf } from '../document/refusal.ts';
import { propertyRuns } from '../property-runs.ts';
import { ISSUER, SIGNER, SUBJECT, allows, identity } from './proofs.ts';

describe('allows', () => {
  it('takes the signer that is named, and any of several', () => {
    const other = { subject: 'a@example.com', issuer: 'https://accounts.example.com' };
    expect(allows({ signers: [SIGNER] }, { ...SIGNER })).toBe(true);
    expect(allows({ signers: [other, SIGNER] }, SIGNER)).toBe(true);
    expect(allows({ signers: [] }, SIGNER)).toBe(false);
  });

  it('does not take the subject of one signer with the issuer of another', () => {
    const signers = [
      { subject: 'a', issuer: 'x' },
      { subject: 'b', issuer: 'y' },
    ];
    expect(allows({ signers }, identity('a', 'y'))).toBe(false);
    expect(allows({ signers }, identity('b', 'x'))).toBe(false);
  });

  /** What a careless comparison would take for the text. */
  const lookAlikes: readonly (readonly [string, (text: string) => string])[] = [
    ['another case', (text) => text.toUpperCase()],
    ['one letter of another case', (text) => text.replace('g', 'G')],
    ['a prefix', (text) => text.slice(0, -1)],
    ['a suffix', (text) => text.slice(1)],
    ['something before it', (text) => `x${text}`],
    ['something behind it', (text) => `${text}x`],
    ['a slash at the end', (text) => `${text}/`],
    ['a blank before it', (text) => ` ${text}`],
    ['a line break behind it', (text) => `${text}\n`],
    ['a NUL behind it', (text) => `${text}\0`],
    ['a space of no width', (text) => text.replace('/', '/\u200B')],
    ['a Cyrillic letter', (text) => text.replace('o', '\u043E')],
    ['a letter of full width', (text) => text.replace('g', '\uFF47')],
    ['a combining accent', (text) => `${text}\u0301`],
    ['an escape', (text) => text.replace(':', '%3A')],
    ['a pattern', (text) => text.replace('/', '*')],
    ['an expression', (text) => text.replace('.', '\\.')],
    ['any text', () => '.*'],
    ['nothing', () => ''],
  ];

  it.each(lookAlikes)('does not take %s, in subject or issuer, on either side', (_, change) => {
    const others = [
      { ...SIGNER, subject: change(SUBJECT) },
      { ...SIGNER, issuer: change(ISSUER) },
      identity(change(SUBJECT), change(ISSUER)),
    ];
    for (const other of others) {
      expect([other.subject, other.issuer]).not.toEqual([SUBJECT, ISSUER]);
      expect(allows({ signers: [SIGNER] }, other)).toBe(false);
      expect(allows({ signers: [other] }, SIGNER)).toBe(false);
    }
  });

  it('compares code units, not what they look like: two ways to write é are two signers', () => {
    const composed = { ...SIGNER, subject: '\u00E9' };
    expect(allows({ signers: [composed] }, { ...SIGNER, subject: 'e\u0301' })).toBe(false);
  });

  it('does not take subject for issuer', () => {
    const swapped = identity(ISSUER, SUBJECT);
    expect(allows({ signers: [SIGNER] }, swapped)).toBe(false);
  });

  it('is true exactly when both texts are equal to those of one signer', () => {
    // Few short texts, so that equal ones are drawn too.
    const text = fc.oneof(fc.constantFrom('a', 'A', 'a ', 'a/', '\u0430', ''), fc.string());
    const signer = fc.record({ subject: text, issuer: text });
    fc.assert(
      fc.property(fc.array(signer, { maxLength: 4 }), signer, (signers, candidate) => {
        const pairs = signers.map(({ subject, issuer }) => JSON.stringify([subject, issuer]));
        expect(allows({ signers }, { ...SIGNER, ...candidate })).toBe(
          pairs.includes(JSON.stringify([candidate.subject, candidate.issuer])),
        );
      }),
      { numRuns: propertyRuns(500, 10_000) },
    );
  });
});

describe('parsePolicy', () => {
  const signer = { identity: SUBJECT, issuer: ISSUER };

  function parse(document: unknown) {
    return parsePolicy(Buffer.from(JSON.stringify(document)), 'policy.json');
  }

  function refusal(change: object) {
    return refusalOf(() => parse({ schemaVersion: '1.0.0', signers: [signer], ...change }));
  }

  it('reads every signer, letter by letter', () => {
    const padded = { identity: ' a ', issuer: 'É' };
    const { signers } = parse({ schemaVersion: '1.0.0', signers: [signer, padded] });
    expect(signers).toEqual([
      { subject: SUBJECT, issuer: ISSUER, at: 'policy.json#/signers/0' },
      { subject: ' a ', issuer: 'É', at: 'policy.json#/signers/1' },
    ]);
  });

  it('refuses only what is changed', () => {
    expect(refusal({})).toBeUndefined();
  });

  it.each([
    ['schemaVersion', { schemaVersion: undefined }],
    ['schemaVersion', { schemaVersion: '2.0.0' }],
    ['schemaVersion', { schemaVersion: 1 }],
    ['signers', { signers: undefined }],
    ['signers', { signers: [] }],
    ['signers', { signers: signer }],
    ['signers/0', { signers: [SUBJECT] }],
    ['signers/0/identity', { signers: [{ issuer: ISSUER }] }],
    ['signers/1/issuer', { signers: [signer, { identity: SUBJECT }] }],
    ['signers/0/identity', { signers: [{ ...signer, identity: '' }] }],
    ['signers/0/issuer', { signers: [{ ...signer, issuer: '' }] }],
    ['signers/0/issuer', { signers: [{ ...signer, issuer: null }] }],
    ['signers/0/identity', { signers: [{ ...signer, identity: [SUBJECT] }] }],
    ['signers/0/subject', { signers: [{ ...signer, subject: SUBJECT }] }],
    ['signers/0/identityPattern', { signers: [{ ...signer, identityPattern: '.*' }] }],
    ['signers/0/Issuer', { signers: [{ ...signer, Issuer: 'x' }] }],
    ['Signers', { Signers: [signer] }],
    ['allowUnsigned', { allowUnsigned: true }],
  ])('refuses a policy at %s: %j', (pointer, change) => {
    expect(refusal(change)).toMatchObject({
      code: 'POLICY_INVALID',
      at: `policy.json#/${pointer}`,
      class: 'unjudged',
    });
  });

  it.each([
    ['signers', 'singers', { signers: undefined, singers: [signer] }],
    ['signers/0/identity', 'identites', { signers: [{ identites: SUBJECT, issuer: ISSUER }] }],
    ['signers/0/issuer', 'isuer', { signers: [{ identity: SUBJECT, isuer: ISSUER }] }],
    ['schemaVersion', 'schemaversoin', { schemaVersion: undefined, schemaversoin: '1.0.0' }],
  ])('names for %s the misspelt key %s, and the right one', (pointer, written, change) => {
    const right = pointer.split('/').at(-1);
    expect(refusal(change)).toMatchObject({
      code: 'POLICY_INVALID',
      at: `policy.json#/${pointer}`,
      found: `no "${right}", but "${written}"`,
      hint: `write "${right}" for "${written}"`,
    });
  });

  it('names all keys of a signer that another tool wrote, and the right ones', () => {
    const signers = [{ subject: SUBJECT, oidcIssuer: ISSUER }];
    expect(refusal({ signers })).toMatchObject({
      code: 'POLICY_INVALID',
      at: 'policy.json#/signers/0/identity',
      found: 'no "identity", but "subject", "oidcIssuer"',
      hint: 'write "identity" and "issuer" for the names of your policy',
    });
  });

  it('refuses a field that it does not know though a newer version wrote it', () => {
    expect(refusal({ schemaVersion: '1.9.0', exceptions: [] })).toMatchObject({
      code: 'POLICY_INVALID',
      at: 'policy.json#/exceptions',
    });
  });

  it.each(['', 'signers:', '[]', '{', '{"signers":[],"signers":[]}'])(
    'refuses what is no one JSON object: %j',
    (text) => {
      const error = refusalOf(() => parsePolicy(Buffer.from(text), 'policy.json'));
      expect(error?.code).toBe('POLICY_INVALID');
      expect(error?.at).toMatch(/^policy\.json/);
    },
  );
});

describe('describeSigner', () => {
  it('quotes both texts: they are foreign', () => {
    expect(describeSigner({ subject: 'a\u202E"', issuer: 'b' })).toBe(
      String.raw`"a\u202e\"" (issuer "b")`,
    );
  });
});
