import { generateKeyPairSync } from 'node:crypto';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { digestOf } from '../../src/digest.ts';
import { describeSigner } from '../../src/policy/policy-signer.ts';
import { parsePolicy, pinOf } from '../../src/policy/policy.ts';
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
      { numRuns: propertyRuns(500, 5000) },
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

  it('names for an unknown field all fields that a policy may have', () => {
    expect(refusal({ schemaVersion: '1.1.0', allowUnsigned: true })).toMatchObject({
      code: 'POLICY_INVALID',
      at: 'policy.json#/allowUnsigned',
      expected:
        'one of schemaVersion, signers, minimumLogs, minimumTimestamps, maximumAgeDays, gate, verifiers',
    });
  });

  it('names its newest version where there is none', () => {
    expect(refusal({ schemaVersion: undefined })).toMatchObject({
      at: 'policy.json#/schemaVersion',
      found: 'nothing',
      expected: '"1.2.0", or another version 1.x',
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

describe('parsePolicy of version 1.1', () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const exact = {
    identity: SUBJECT,
    issuer: ISSUER,
    type: 'uri',
    claims: { sourceRepositoryUri: 'https://github.com/org/repo', buildTrigger: 'push' },
    tier: 'first-party',
    recipes: ['a', 'b'],
    validFor: { start: '2026-01-01T00:00:00Z', end: '2026-12-31T23:59:59.5Z' },
    revokedAt: '2026-06-01T00:00:00Z',
  };
  const open = { template: SUBJECT.replace('main', '{branch}'), issuer: ISSUER, tier: 'partner' };
  const key = { key: pem, tier: 'community' };
  const whole = {
    schemaVersion: '1.1.0',
    signers: [exact, open, key],
    minimumLogs: 1,
    minimumTimestamps: 2,
    maximumAgeDays: 90,
  };

  function parse(document: unknown) {
    return parsePolicy(Buffer.from(JSON.stringify(document)), 'policy.json');
  }

  it('reads all of it', () => {
    const policy = parse(whole);
    expect(policy).toMatchObject({ minimumLogs: 1, minimumTimestamps: 2, maximumAgeDays: 90 });
    expect(policy.file).toEqual({
      source: 'policy.json',
      digest: digestOf(JSON.stringify(whole)),
    });
    const { validFor, revokedAt, ...rest } = exact;
    const { identity: subject, ...same } = rest;
    const [first, second, third] = policy.signers;
    expect(first).toEqual({
      ...same,
      subject,
      at: 'policy.json#/signers/0',
      validFor: { start: new Date(validFor.start), end: new Date(validFor.end) },
      revokedAt: new Date(revokedAt),
    });
    expect(second).toMatchObject({
      template: { text: open.template, type: 'uri' },
      issuer: ISSUER,
      tier: 'partner',
    });
    expect(third).toMatchObject({
      publicKey: publicKey.export({ type: 'spki', format: 'der' }),
      tier: 'community',
    });
  });

  it('reads a template of a user name, if its type is said', () => {
    const user = { template: '{name}!example.com', issuer: ISSUER };
    const [signer] = parse({ ...whole, signers: [{ ...user, type: 'other' }] }).signers;
    expect(signer).toMatchObject({ template: { type: 'other' } });
    expect(refusalOf(() => parse({ ...whole, signers: [user] }))).toMatchObject({
      at: 'policy.json#/signers/0/type',
    });
  });

  const { type: _, ...untyped } = exact;
  const label = (name: string, body: Buffer) =>
    `-----BEGIN ${name}-----\n${body.toString('base64')}\n-----END ${name}-----\n`;
  const der = publicKey.export({ type: 'spki', format: 'der' });
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { publicKey: unused } = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });

  it.each<readonly [string, object]>([
    ['minimumLogs', { minimumLogs: 0 }],
    ['minimumLogs', { minimumLogs: 33 }],
    ['minimumLogs', { minimumLogs: '1' }],
    ['minimumLogs', { minimumLogs: null }],
    ['minimumTimestamps', { minimumTimestamps: -1 }],
    ['minimumTimestamps', { minimumTimestamps: 1.5 }],
    ['maximumAgeDays', { maximumAgeDays: 0 }],
    ['maximumAgeDays', { maximumAgeDays: 36_501 }],
    ['maximumAgeDays', { maximumAgeDays: '30d' }],
    ['maximumAge', { maximumAge: 30 }],
    ['minimumlogs', { minimumlogs: 1 }],
    ['allowUnsigned', { allowUnsigned: true }],
    ['allowMissingSct', { allowMissingSct: true }],
    ['judge', { judge: 'own' }],
    ['trustedRoot', { trustedRoot: 'root.json' }],
    ['signers/0/identity', { signers: [{ ...untyped, identity: SUBJECT.replace('main', '*') }] }],
    ['signers/0/identity', { signers: [{ ...untyped, identity: '*' }] }],
    ['signers/0/issuer', { signers: [{ ...untyped, issuer: 'https://*.example.com' }] }],
    ['signers/0/template', { signers: [{ ...exact, template: open.template }] }],
    ['signers/0/key', { signers: [{ ...exact, key: pem }] }],
    ['signers/0/key', { signers: [{ ...open, key: pem }] }],
    ['signers/0/identity', { signers: [{ tier: 'partner' }] }],
    ['signers/0/issuer', { signers: [{ template: open.template }] }],
    ['signers/0/issuer', { signers: [{ key: pem, issuer: ISSUER }] }],
    ['signers/0/type', { signers: [{ key: pem, type: 'uri' }] }],
    ['signers/0/claims', { signers: [{ key: pem, claims: exact.claims }] }],
    ['signers/0/template', { signers: [{ ...open, template: SUBJECT }] }],
    ['signers/0/template', { signers: [{ ...open, template: 'https://{host}/o/r' }] }],
    ['signers/0/template', { signers: [{ ...open, template: '' }] }],
    ['signers/0/template', { signers: [{ ...open, template: ['x'] }] }],
    ['signers/0/type', { signers: [{ ...open, type: 'email' }] }],
    ['signers/0/type', { signers: [{ ...exact, type: 'URI' }] }],
    ['signers/0/type', { signers: [{ ...exact, type: null }] }],
    ['signers/0/claims', { signers: [{ ...exact, claims: 'x' }] }],
    ['signers/0/claims/sourceRepositoryUri', { signers: [{ ...exact, claims: {} }] }],
    ['signers/0/claims/buildTrigger', { signers: [{ ...exact, claims: { buildTrigger: '' } }] }],
    ['signers/0/claims/buildTrigger', { signers: [{ ...exact, claims: { buildTrigger: '*' } }] }],
    ['signers/0/claims/repository', { signers: [{ ...exact, claims: { repository: 'x' } }] }],
    ['signers/0/tier', { signers: [{ ...exact, tier: 'firstParty' }] }],
    ['signers/0/tier', { signers: [{ ...exact, tier: 1 }] }],
    ['signers/0/recipes', { signers: [{ ...exact, recipes: [] }] }],
    ['signers/0/recipes', { signers: [{ ...exact, recipes: ['a', 'a'] }] }],
    ['signers/0/recipes', { signers: [{ ...exact, recipes: ['a', ''] }] }],
    ['signers/0/recipes', { signers: [{ ...exact, recipes: ['a', 1] }] }],
    ['signers/0/recipes', { signers: [{ ...exact, recipes: 'a' }] }],
    ['signers/0/validFor', { signers: [{ ...exact, validFor: '2026' }] }],
    ['signers/0/validFor/end', { signers: [{ ...exact, validFor: {} }] }],
    [
      'signers/0/validFor/end',
      {
        signers: [
          { ...exact, validFor: { start: '2026-01-02T00:00:00Z', end: '2026-01-01T00:00:00Z' } },
        ],
      },
    ],
    ['signers/0/validFor/start', { signers: [{ ...exact, validFor: { start: '2026-01-01' } }] }],
    [
      'signers/0/validFor/start',
      { signers: [{ ...exact, validFor: { start: '2026-01-01T00:00:00+01:00' } }] },
    ],
    [
      'signers/0/validFor/until',
      { signers: [{ ...exact, validFor: { ...exact.validFor, until: 'x' } }] },
    ],
    ['signers/0/revokedAt', { signers: [{ ...exact, revokedAt: '2026-02-30T00:00:00Z' }] }],
    ['signers/0/revokedAt', { signers: [{ ...exact, revokedAt: null }] }],
    ['signers/0/revoked', { signers: [{ ...exact, revoked: true }] }],
    ['signers/0/label', { signers: [{ ...exact, label: 'x' }] }],
    ['signers/0/source', { signers: [{ ...exact, source: '0'.repeat(32) }] }],
    ['signers/0/key', { signers: [{ key: 'key.pub' }] }],
    ['signers/0/key', { signers: [{ key: '' }] }],
    ['signers/0/key', { signers: [{ key: pem + pem }] }],
    ['signers/0/key', { signers: [{ key: pem.replace('PUBLIC', 'PRIVATE') }] }],
    ['signers/0/key', { signers: [{ key: label('PUBLIC KEY', der.subarray(1)) }] }],
    ['signers/0/key', { signers: [{ key: label('CERTIFICATE', der) }] }],
    ['signers/0/key', { signers: [{ key: privateKey.export({ type: 'pkcs8', format: 'pem' }) }] }],
    ['signers/0/key', { signers: [{ key: unused.export({ type: 'spki', format: 'pem' }) }] }],
  ])('refuses %s: %j', (pointer, change) => {
    expect(refusalOf(() => parse(whole))).toBeUndefined();
    expect(refusalOf(() => parse({ ...whole, ...change }))).toMatchObject({
      code: 'POLICY_INVALID',
      at: `policy.json#/${pointer}`,
      class: 'unjudged',
    });
  });

  it('says of a * how to write a template', () => {
    const signers = [{ identity: SUBJECT.replace('main', '*'), issuer: ISSUER }];
    const refusal = refusalOf(() => parse({ ...whole, signers }));
    expect(refusal?.found).toContain('which has a *');
    expect(refusal?.hint).toContain('"template"');
    expect(refusal?.hint).toContain('{branch}');
  });

  it.each([
    ['signers/0/type', { signers: [{ identity: SUBJECT, issuer: ISSUER, type: 'uri' }] }],
    ['signers/0/template', { signers: [open] }],
    ['signers/0/key', { signers: [{ key: pem }] }],
    ['maximumAgeDays', { signers: [{ identity: SUBJECT, issuer: ISSUER }], maximumAgeDays: 1 }],
  ])('refuses in a policy of version 1.0 what that does not have: %s', (pointer, change) => {
    for (const schemaVersion of ['1.0', '1.0.0', '1.0.7']) {
      expect(refusalOf(() => parse({ schemaVersion, ...change }))).toMatchObject({
        code: 'POLICY_INVALID',
        at: `policy.json#/${pointer}`,
        hint: 'write "schemaVersion": "1.1.0"',
      });
    }
    expect(refusalOf(() => parse({ schemaVersion: '1.1', ...change }))).toBeUndefined();
  });

  it('reads or refuses whatever is written, and never allows more than is read', () => {
    const value = fc.oneof(
      fc.constantFrom<unknown>(SUBJECT, ISSUER, open.template, pem, '*', '', 1, null, true, [], {}),
      fc.constantFrom<unknown>(...Object.values(exact), ['a'], 'uri', 'partner', exact.revokedAt),
    );
    const names = [
      ...Object.keys(exact),
      'template',
      'key',
      'Identity',
      '__proto__',
      'constructor',
    ];
    const signer = fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 6 });
    fc.assert(
      fc.property(fc.array(signer, { maxLength: 3 }), (signers) => {
        const document = { schemaVersion: '1.1.0', signers };
        const refusal = refusalOf(() => parse(document));
        expect(refusal?.code ?? 'POLICY_INVALID').toBe('POLICY_INVALID');
        if (refusal !== undefined) return;
        // Nobody but whom a text of the document names.
        expect(allows(parse(document), identity(`${SUBJECT}\n`, ISSUER))).toBe(false);
        const isNamed = signers.some(
          (one) =>
            one['issuer'] === ISSUER &&
            (one['identity'] === SUBJECT || one['template'] === open.template),
        );
        expect(isNamed || !allows(parse(document), SIGNER)).toBe(true);
      }),
      { numRuns: propertyRuns(500, 6000) },
    );
  });
});

describe('pinOf', () => {
  it('gives the flags that name a signer, and the type where it has to be said', () => {
    const flags = ['--certificate-identity', SUBJECT, '--certificate-oidc-issuer', ISSUER];
    for (const type of ['uri', 'email'] as const) expect(pinOf({ ...SIGNER, type })).toEqual(flags);
    const user = pinOf({ ...SIGNER, type: 'other' });
    expect(user).toEqual([...flags, '--certificate-identity-type', 'other']);
  });
});

describe('describeSigner', () => {
  it('quotes both texts: they are foreign', () => {
    expect(describeSigner({ subject: 'a\u202E"', issuer: 'b' })).toBe(
      String.raw`"a\u202e\"" (issuer "b")`,
    );
  });
});
