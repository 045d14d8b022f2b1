import { generateKeyPairSync } from 'node:crypto';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { digestOf } from '../../src/digest.ts';
import { judgeSigner } from '../../src/policy/judge-signer.ts';
import { sourceOf, type PolicySigner } from '../../src/policy/policy-signer.ts';
import { parsePolicy, type Policy } from '../../src/policy/policy.ts';
import type { CertificateClaims, Identity, KeySigner, Proof } from '../../src/trust/trust.ts';
import { propertyRuns } from '../property-runs.ts';
import { AICR_SOURCES } from './aicr-sources.ts';
import { ISSUER, JUDGED, SIGNED_AT, SIGNER, SUBJECT, proofOf } from './proofs.ts';

const DAY = 24 * 60 * 60 * 1000;
const HOUR = 60 * 60 * 1000;
const ENTRY = { subject: SUBJECT, issuer: ISSUER };

function at(offset: number): Date {
  return new Date(SIGNED_AT.getTime() + offset);
}

function signedAt(...offsets: readonly number[]): Partial<Proof> {
  const times = offsets.map((offset) => ({
    source: 'timestamp authority',
    at: at(offset),
    moments: [at(offset)],
  }));
  return { times, signedAt: at(Math.min(...offsets)) };
}

function judge(
  signers: readonly PolicySigner[],
  {
    proof = {},
    policy = {},
    name = JUDGED.name,
    now,
  }: {
    readonly proof?: Partial<Proof>;
    readonly policy?: Partial<Policy>;
    readonly name?: string | undefined;
    readonly now?: Date;
  } = {},
) {
  const judged = { ...JUDGED, name, now };
  return judgeSigner({ ...policy, signers }, { ...proofOf(SIGNER), ...proof }, judged);
}

function codes(...given: Parameters<typeof judge>): readonly string[] {
  return judge(...given).faults.map(({ code }) => code);
}

describe('R-24 validFor: rotation', () => {
  const until = [{ ...ENTRY, validFor: { start: undefined, end: SIGNED_AT } }];
  const from = [{ ...ENTRY, validFor: { start: SIGNED_AT, end: undefined } }];

  it.each([
    ['a second before the end', until, [-1000], []],
    ['at the end', until, [0], []],
    ['a millisecond after it', until, [1], ['SIGNER_NOT_VALID']],
    ['a second after it', until, [1000], ['SIGNER_NOT_VALID']],
    ['before and after it', until, [-1000, 1000], ['SIGNER_NOT_VALID']],
    ['a second after the start', from, [1000], []],
    ['at the start', from, [0], []],
    ['a second before it', from, [-1000], ['SIGNER_NOT_VALID']],
    ['after and before it', from, [1000, -1000], ['SIGNER_NOT_VALID']],
  ] as const)('signed %s', (_, signers, offsets, expected) => {
    expect(codes(signers, { proof: signedAt(...offsets) })).toEqual(expected);
  });

  it('is never met without a proven time', () => {
    for (const signers of [until, from]) {
      expect(codes(signers, { proof: { times: [] } })).toEqual(['SIGNER_NOT_VALID']);
    }
  });

  it('is judged by the proven times, whatever the clock says', () => {
    for (const now of [at(-1000 * DAY), at(0), at(1000 * DAY)]) {
      expect(codes(until, { now, proof: signedAt(-1000) })).toEqual([]);
      expect(codes(until, { now, proof: signedAt(1000) })).toEqual(['SIGNER_NOT_VALID']);
    }
  });

  it('says which times and which window', () => {
    const { faults } = judge([
      { ...ENTRY, at: 'p.json#/signers/0', validFor: { start: at(HOUR), end: at(DAY) } },
    ]);
    expect(faults).toMatchObject([
      {
        at: JUDGED.file,
        found: 'signed at 2026-06-10T01:30:00Z',
        expected:
          'every proven time from 2026-06-10T02:30:00Z until 2026-06-11T01:30:00Z, as p.json#/signers/0 says',
      },
    ]);
  });

  it('and revocation count for a time between two milliseconds at both', () => {
    const before = (offset: number): Partial<Proof> => ({
      times: [{ source: 'x', at: at(offset), moments: [at(offset), at(offset + 1)] }],
    });
    const revoked = [{ ...ENTRY, revokedAt: SIGNED_AT }];
    for (const [signers, offset, expected] of [
      [until, -1, []],
      [until, 0, ['SIGNER_NOT_VALID']],
      [from, 0, []],
      [from, -1, ['SIGNER_NOT_VALID']],
      [revoked, -2, []],
      [revoked, -1, ['SIGNER_REVOKED']],
    ] as const) {
      expect(codes(signers, { proof: before(offset) })).toEqual(expected);
    }
    expect(judge(until, { proof: before(0) }).faults[0]?.found).toBe(
      'signed at 2026-06-10T01:30:00Z and 2026-06-10T01:30:00.001Z',
    );
  });

  it('may be that of another entry', () => {
    const [old] = until;
    const { entry } = judge([{ ...ENTRY, validFor: { start: undefined, end: at(-1) } }, ...from]);
    expect(entry).toBe(from[0]);
    expect(judge([...(old === undefined ? [] : [old]), ...from]).entry).toBe(old);
  });
});

describe('R-25 revokedAt: revocation', () => {
  const revoked = [{ ...ENTRY, at: 'p.json#/signers/0', revokedAt: SIGNED_AT }];

  it.each([
    ['before it, with a note', [-1], [], ['SIGNER_REVOKED_LATER']],
    ['at that moment', [0], ['SIGNER_REVOKED'], []],
    ['later', [1], ['SIGNER_REVOKED'], []],
    ['before and later', [-DAY, DAY], ['SIGNER_REVOKED'], []],
  ] as const)('signed %s', (_, offsets, expected, notes) => {
    const { faults, findings, entry } = judge(revoked, { proof: signedAt(...offsets) });
    expect(faults.map(({ code }) => code)).toEqual(expected);
    expect(findings.map(({ code }) => code)).toEqual(notes);
    expect(entry).toBe(expected.length === 0 ? revoked[0] : undefined);
    for (const { found, expected: wanted } of [...faults, ...findings]) {
      expect(`${found} ${wanted}`).toContain('p.json#/signers/0');
    }
  });

  it('counts without a proven time', () => {
    expect(codes(revoked, { proof: { times: [] } })).toEqual(['SIGNER_REVOKED']);
  });

  it('counts whatever other entries say, and before whatever else is wrong', () => {
    const others = [ENTRY, { ...ENTRY, recipes: ['other'] }];
    expect(codes([...others, ...revoked])).toEqual(['SIGNER_REVOKED']);
    expect(codes([...revoked, ...others])).toEqual(['SIGNER_REVOKED']);
    const limited = [{ ...revoked[0], ...ENTRY, recipes: ['other'] }];
    expect(codes([...limited, ENTRY])).toEqual(['SIGNER_REVOKED']);
  });

  it('counts for the identity, whatever claims and recipes it was written for', () => {
    const claims = { buildTrigger: 'push' };
    const narrow = { ...ENTRY, claims, recipes: ['other'] };
    for (const found of [claims, { buildTrigger: 'pull_request' }, {}]) {
      const proof = { signer: { ...SIGNER, claims: found } };
      for (const signers of [
        [ENTRY, { ...narrow, revokedAt: at(-DAY) }],
        [{ ...narrow, revokedAt: at(-DAY) }, ENTRY],
      ]) {
        expect(codes(signers, { proof })).toEqual(['SIGNER_REVOKED']);
      }
      const later = judge([ENTRY, { ...narrow, revokedAt: at(DAY) }], { proof });
      expect([later.entry, later.faults]).toEqual([ENTRY, []]);
      expect(later.findings.map(({ code }) => code)).toEqual(['SIGNER_REVOKED_LATER']);
      const ended = { ...narrow, validFor: { start: undefined, end: at(-DAY) } };
      expect(codes([ENTRY, ended], { proof })).toEqual([]);
    }
  });

  it('of another signer counts for nothing', () => {
    const other = { ...ENTRY, subject: 'other', revokedAt: at(-DAY) };
    expect(judge([other, ENTRY])).toMatchObject({ faults: [], findings: [], entry: ENTRY });
  });
});

describe('recipes', () => {
  const entry = { ...ENTRY, at: 'p.json#/signers/0', recipes: ['a', 'recipe'] };

  it('allow the recipes that are named alone, by the whole name', () => {
    expect(judge([entry]).entry).toBe(entry);
    for (const name of ['Recipe', 'recipe ', 'recip', 'recipes', '', 'b', 'constructor']) {
      expect([name, codes([entry], { name })]).toEqual([name, ['SIGNER_NOT_ALLOWED']]);
    }
  });

  it('are named when they are not allowed, and the one that was signed too', () => {
    const [fault] = judge([entry], { name: 'b' }).faults;
    expect(fault).toMatchObject({
      at: JUDGED.file,
      found: `"${SUBJECT}" (issuer "${ISSUER}") for the recipe "b"`,
      expected: '"a", or "recipe", as p.json#/signers/0 says',
    });
    expect(fault?.sentence).toContainEqual({ value: 'b' });
  });

  it('allow nothing if the recipe could not be recomputed', () => {
    const judged = { ...JUDGED, name: undefined };
    const { faults } = judgeSigner({ signers: [entry] }, proofOf(SIGNER), judged);
    expect(faults).toMatchObject([{ code: 'SIGNER_NOT_ALLOWED' }]);
    expect(judgeSigner({ signers: [ENTRY] }, proofOf(SIGNER), judged).faults).toEqual([]);
  });

  it('may be those of another entry', () => {
    const other = { ...ENTRY, recipes: ['b'] };
    expect(judge([other, entry]).entry).toBe(entry);
  });
});

describe('claims', () => {
  const claims = {
    sourceRepositoryUri: 'https://github.com/owner/repo',
    sourceRepositoryId: '1',
    sourceRepositoryOwnerId: '2',
    sourceRepositoryRef: 'refs/heads/main',
    buildTrigger: 'push',
    runnerEnvironment: 'github-hosted',
  } satisfies CertificateClaims;
  const caller: Identity = { ...SIGNER, claims };
  const names = Object.keys(claims) as (keyof typeof claims)[];

  it('must all be as the entry has them', () => {
    expect(codes([{ ...ENTRY, claims }], { proof: { signer: caller } })).toEqual([]);
  });

  it.each(names)('of which %s alone decides', (name) => {
    const wanted = { ...ENTRY, claims: { [name]: claims[name] } };
    expect(codes([wanted], { proof: { signer: caller } })).toEqual([]);
    const text = claims[name];
    for (const other of [
      undefined,
      '',
      `${text}x`,
      text.slice(1),
      text.toUpperCase(),
      `${text}/`,
    ]) {
      const signer = { ...caller, claims: { ...claims, [name]: other } };
      if (other === text) continue;
      const { faults } = judge([wanted], { proof: { signer } });
      expect(faults).toMatchObject([{ code: 'SIGNER_NOT_ALLOWED' }]);
      expect(faults[0]?.expected).toBe(`${name}: "${text}"`);
      expect(faults[0]?.found).toContain(
        `${name}: ${other === undefined || other === '' ? 'nothing' : `"${other}"`}`,
      );
    }
  });

  it('that the certificate does not have are told as missing, not as other ones', () => {
    const wanted = { ...ENTRY, claims: { buildTrigger: 'push' } };
    const told = (signer: Identity): string => {
      const [fault] = judge([wanted], { proof: { signer } }).faults;
      return `${JSON.stringify(fault?.sentence)} ${fault?.hint}`;
    };
    expect(told(SIGNER)).toContain('the certificate says none');
    expect(told(SIGNER)).toContain('remove it from "claims"');
    expect(told({ ...SIGNER, claims: { buildTrigger: 'schedule' } })).toContain('add an entry');
  });

  it('that nobody knows are never met', () => {
    const unknown = { ...ENTRY, claims: { sourceRepository: 'x' } as CertificateClaims };
    expect(codes([unknown], { proof: { signer: caller } })).toEqual(['SIGNER_NOT_ALLOWED']);
    const inherited = { ...ENTRY, claims: { constructor: 'x' } as CertificateClaims };
    expect(codes([inherited], { proof: { signer: caller } })).toEqual(['SIGNER_NOT_ALLOWED']);
  });
});

describe('the type of an identity', () => {
  it.each([
    [undefined, 'uri', true],
    [undefined, 'email', true],
    [undefined, 'other', false],
    ['uri', 'uri', true],
    ['uri', 'email', false],
    ['uri', 'other', false],
    ['email', 'email', true],
    ['email', 'uri', false],
    ['other', 'other', true],
    ['other', 'uri', false],
    ['other', 'email', false],
  ] as const)('an entry of type %s and a certificate of type %s: %s', (wanted, type, allowed) => {
    const signer = { ...SIGNER, type };
    const expected = allowed ? [] : ['SIGNER_NOT_ALLOWED'];
    expect(codes([{ ...ENTRY, type: wanted }], { proof: { signer } })).toEqual(expected);
    const source = { source: sourceOf(signer), issuer: ISSUER };
    expect(codes([source], { proof: { signer } }).length).toBe(type === 'other' ? 1 : 0);
  });

  it.each([
    [{ type: 'uri' }, 'email', 'uri', 'set --certificate-identity-type email'],
    [{}, 'other', 'uri or email', 'set --certificate-identity-type other'],
    [
      { type: 'uri', at: 'p.json#/signers/0' },
      'email',
      'uri',
      'write "type": "email" in the entry',
    ],
  ] as const)('is said on both sides if it alone differs: %j, %s', (wanted, type, said, hint) => {
    const signer = { ...SIGNER, type };
    const words = (text: string): string => `"${SUBJECT}" (type ${text}, issuer "${ISSUER}")`;
    const as = 'at' in wanted ? ', as p.json#/signers/0 says' : '';
    expect(judge([{ ...ENTRY, ...wanted }], { proof: { signer } }).faults).toMatchObject([
      {
        code: 'SIGNER_NOT_ALLOWED',
        found: words(type),
        expected: `${words(said)}${as}`,
        hint: `only the type differs; if you trust this signer, ${hint}`,
      },
    ]);
  });

  it('of a template is that of its text', () => {
    const [entry] = parsePolicy(
      Buffer.from(
        JSON.stringify({
          schemaVersion: '1.1.0',
          signers: [{ template: SUBJECT.replace('main', '{branch}'), issuer: ISSUER }],
        }),
      ),
      'p.json',
    ).signers;
    for (const type of ['uri', 'email', 'other'] as const) {
      const expected = type === 'uri' ? [] : ['SIGNER_NOT_ALLOWED'];
      const signer = { ...SIGNER, type };
      expect(codes(entry === undefined ? [] : [entry], { proof: { signer } })).toEqual(expected);
    }
  });
});

describe('a key', () => {
  const keys = [0, 1].map((): KeySigner => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    return { publicKey: publicKey.export({ type: 'spki', format: 'der' }), hint: 'x' };
  });
  const [key, other] = keys as [KeySigner, KeySigner];
  const named = { publicKey: Buffer.from(key.publicKey) };

  it('has to be an exact match, and its hint does not count', () => {
    expect(codes([named], { proof: { signer: key } })).toEqual([]);
    expect(codes([named], { proof: { signer: { ...other, hint: key.hint } } })).toEqual([
      'SIGNER_NOT_ALLOWED',
    ]);
    for (const publicKey of [
      key.publicKey.subarray(1),
      Buffer.concat([key.publicKey, Buffer.of(0)]),
      Buffer.of(),
    ]) {
      expect(codes([{ publicKey }], { proof: { signer: key } })).toEqual(['SIGNER_NOT_ALLOWED']);
    }
  });

  it('is nobody whom an identity names, and the reverse', () => {
    expect(codes([ENTRY], { proof: { signer: key } })).toEqual(['SIGNER_NOT_ALLOWED']);
    expect(codes([named])).toEqual(['SIGNER_NOT_ALLOWED']);
  });

  it('has recipes, windows and revocations as an identity has', () => {
    const proof = { signer: key };
    expect(codes([{ ...named, recipes: ['b'] }], { proof })).toEqual(['SIGNER_NOT_ALLOWED']);
    expect(codes([{ ...named, revokedAt: SIGNED_AT }], { proof })).toEqual(['SIGNER_REVOKED']);
    const validFor = { start: at(1), end: undefined };
    expect(codes([{ ...named, validFor }], { proof })).toEqual(['SIGNER_NOT_VALID']);
  });
});

describe('E-32 the minimum of logs and timestamps', () => {
  const [log] = proofOf(SIGNER).logEntries as [Proof['logEntries'][number]];
  const [time] = proofOf(SIGNER).times as [Proof['times'][number]];

  it.each([
    ['one of each', { minimumLogs: 1, minimumTimestamps: 1 }, {}, []],
    ['two logs', { minimumLogs: 2 }, {}, ['1 log']],
    [
      'two entries of one log',
      { minimumLogs: 2 },
      { logEntries: [log, { ...log, index: '2' }] },
      ['1 log'],
    ],
    [
      'entries of two logs',
      { minimumLogs: 2 },
      { logEntries: [log, { ...log, log: 'https://b' }] },
      [],
    ],
    ['two timestamps', { minimumTimestamps: 2 }, {}, ['1 timestamp authority']],
    [
      'timestamps of two authorities',
      { minimumTimestamps: 2 },
      { times: [time, { ...time, authority: digestOf('two') }] },
      [],
    ],
    [
      'two timestamps of one authority',
      { minimumTimestamps: 2 },
      { times: [time, { ...time, at: at(1) }] },
      ['1 timestamp authority'],
    ],
    [
      'the time of a log for a timestamp',
      { minimumTimestamps: 1 },
      { times: [{ source: 'transparency log', at: SIGNED_AT, moments: [SIGNED_AT] }] },
      ['0 timestamp authorities'],
    ],
    [
      'both too few',
      { minimumLogs: 2, minimumTimestamps: 2 },
      {},
      ['1 log', '1 timestamp authority'],
    ],
  ] as const)('%s', (_, policy, proof, found) => {
    const { faults } = judge([ENTRY], { policy, proof });
    expect(faults.map(({ code, found: what }) => [code, what])).toEqual(
      found.map((what) => ['PROOFS_TOO_FEW', what]),
    );
    expect(faults.every((fault) => fault.at === JUDGED.file)).toBe(true);
  });

  it('counts beside whatever else is wrong', () => {
    expect(codes([], { policy: { minimumLogs: 2 } })).toEqual([
      'SIGNER_NOT_ALLOWED',
      'PROOFS_TOO_FEW',
    ]);
  });
});

describe('the maximum age', () => {
  const policy = { maximumAgeDays: 2 };

  it.each([
    ['now', 0, []],
    ['to the millisecond', 2 * DAY, []],
    ['a millisecond too old', 2 * DAY + 1, ['STALE']],
    ['years too old', 2000 * DAY, ['STALE']],
    ['a clock that is a little behind', -5 * 60_000, []],
    ['a clock that is behind', -5 * 60_000 - 1, ['STALE']],
    ['a clock of long ago', -20_000 * DAY, ['STALE']],
  ] as const)('%s', (_, age, expected) => {
    expect(codes([ENTRY], { policy, now: at(age) })).toEqual(expected);
  });

  it('is that of the earliest proven time: anybody can get a new timestamp for an old signature', () => {
    const proof = signedAt(-3 * DAY, 0);
    expect(codes([ENTRY], { policy, proof, now: at(0) })).toEqual(['STALE']);
  });

  it('says how old it is, and by which clock', () => {
    const [fault] = judge([ENTRY], { policy, now: at(3 * DAY + HOUR) }).faults;
    expect(fault).toMatchObject({
      found: 'signed at 2026-06-10T01:30:00Z, 3 days before 2026-06-13T02:30:00Z',
      expected: 'at most 2 days before, as the policy demands',
    });
    const [future] = judge([ENTRY], { policy, now: at(-DAY) }).faults;
    expect(future?.found).toBe('signed at 2026-06-10T01:30:00Z, after 2026-06-09T01:30:00Z');
    expect(future?.hint).toContain('clock');
  });

  it('is not met by a time that is none: that is a bug, and no verdict', () => {
    const none = new Date(Number.NaN);
    expect(() => judge([ENTRY], { policy, now: none })).toThrow(RangeError);
    const proof = { signedAt: none };
    expect(() => judge([ENTRY], { policy, now: at(0), proof })).toThrow(RangeError);
  });

  it('needs a clock, and nothing else does', () => {
    expect(() => judge([ENTRY], { policy })).toThrow(TypeError);
    expect(codes([ENTRY])).toEqual([]);
  });
});

describe('each rule alone', () => {
  const signer: Identity = { ...SIGNER, claims: { buildTrigger: 'push' } };
  const all: PolicySigner = {
    ...ENTRY,
    type: 'uri',
    claims: { buildTrigger: 'push' },
    recipes: ['recipe'],
    validFor: { start: at(-DAY), end: at(DAY) },
    revokedAt: at(DAY),
  };
  const rules = { minimumLogs: 1, minimumTimestamps: 1, maximumAgeDays: 1 };
  const given = { policy: rules, proof: { signer }, now: at(0) };

  it('passes together with all others', () => {
    expect(codes([all], given)).toEqual([]);
  });

  it.each([
    [{ subject: `${SUBJECT}x` }, 'SIGNER_NOT_ALLOWED'],
    [{ issuer: `${ISSUER}x` }, 'SIGNER_NOT_ALLOWED'],
    [{ type: 'email' }, 'SIGNER_NOT_ALLOWED'],
    [{ claims: { buildTrigger: 'pull_request' } }, 'SIGNER_NOT_ALLOWED'],
    [{ recipes: ['other'] }, 'SIGNER_NOT_ALLOWED'],
    [{ validFor: { start: at(1), end: undefined } }, 'SIGNER_NOT_VALID'],
    [{ revokedAt: at(0) }, 'SIGNER_REVOKED'],
  ] as const)('of an entry turns it: %o', (change, code) => {
    expect(codes([{ ...all, ...change }], given)).toEqual([code]);
  });

  it.each([
    [{ minimumLogs: 2 }, 'PROOFS_TOO_FEW'],
    [{ minimumTimestamps: 2 }, 'PROOFS_TOO_FEW'],
    [{ maximumAgeDays: 0 }, 'STALE'],
  ] as const)('of the policy turns it: %o', (change, code) => {
    const policy = { ...rules, ...change };
    expect(codes([all], { ...given, policy, now: at(1000) })).toEqual([code]);
  });
});

describe('many entries', () => {
  it('allow a signer exactly if one of them does alone, or none revokes', () => {
    const text = fc.constantFrom('a', 'b', 'A', 'a/');
    const entry = fc.record({
      subject: text,
      issuer: text,
      recipes: fc.option(fc.subarray(['recipe', 'x'], { minLength: 1 }), { nil: undefined }),
      revokedAt: fc.option(fc.constantFrom(at(-1), at(1)), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 4 }), text, text, (signers, subject, issuer) => {
        const signer = { ...SIGNER, subject, issuer };
        const named = signers.filter((one) => one.subject === subject && one.issuer === issuer);
        const isRevoked = named.some(({ revokedAt = at(1) }) => revokedAt <= SIGNED_AT);
        const isAllowed = named.some(({ recipes = ['recipe'] }) => recipes.includes('recipe'));
        const { entry: found, faults } = judge(signers, { proof: { signer } });
        expect(faults.length === 0).toBe(isAllowed && !isRevoked);
        expect(found !== undefined).toBe(faults.length === 0);
      }),
      { numRuns: propertyRuns(500, 6000) },
    );
  });

  it('are named as far as one reads them', () => {
    const signers = Array.from({ length: 1000 }, (_, index) => ({
      ...ENTRY,
      subject: `s${index}`,
    }));
    const [fault] = judge(signers).faults;
    expect(fault?.expected).toContain('"s2" ');
    expect(fault?.expected).toContain(', or one of 997 more');
    expect(fault?.expected).not.toContain('"s3"');
  });
});

describe('the source of an identity', () => {
  it.each(AICR_SOURCES)('is that of AICR: %s %s', (issuer, subject, source) => {
    expect(sourceOf({ subject, issuer })).toBe(source);
    const signer = { ...SIGNER, subject, issuer };
    expect(codes([{ source, issuer }], { proof: { signer } })).toEqual([]);
    for (const other of [
      { ...signer, subject: `${subject}x` },
      { ...signer, issuer: `${issuer}/` },
      { ...signer, type: 'other' as const },
    ]) {
      expect(codes([{ source, issuer }], { proof: { signer: other } })).toEqual([
        'SIGNER_NOT_ALLOWED',
      ]);
    }
    expect(codes([{ source, issuer: 'other' }], { proof: { signer } })).toEqual([
      'SIGNER_NOT_ALLOWED',
    ]);
  });
});
