// Whose word a summary is, and what it says: each case is one that verifies, with one change.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { digestOf, digestOfHex } from '../../src/digest.ts';
import type { PolicySigner } from '../../src/policy/policy-signer.ts';
import { parsePolicy } from '../../src/policy/policy.ts';
import { parseStatement } from '../../src/statement/statement.ts';
import { encodeSvr, encodeVsa, type Summary } from '../../src/summary/encode-summary.ts';
import { SUMMARY_TYPES, parseSummary } from '../../src/summary/parse-summary.ts';
import { summaryForm, verifySummary } from '../../src/summary/verify-summary.ts';
import { fakeBundle, fakeTrust, FAKE_ROOT, SIGNER } from '../attestation/fake-trust.ts';
import { propertyRuns } from '../property-runs.ts';
import { ROOT } from '../run-cli.ts';

const ID = 'https://example.com/verifier/v1';
const TIME = new Date('2026-06-10T01:00:00Z');
const NOW = new Date('2026-06-12T00:00:00Z');
const POLICY = digestOf('policy');
const RESOURCE = `oci://ghcr.io/owner/evidence@${digestOf('bundle')}`;
const FILE = 'vsa.json';

const PASSED: Summary = {
  verifier: { id: ID, versions: { affidavit: '0.1.0' } },
  time: TIME,
  subjects: [
    { name: 'recipe:a', digest: digestOf('recipe') },
    { name: 'manifest.json', digest: digestOf('manifest') },
  ],
  resourceUri: RESOURCE,
  policy: { uri: 'urn:p', digest: POLICY },
  attestations: [],
  properties: ['AFFIDAVIT_VERIFIED', 'AFFIDAVIT_PHASES_ARE_GREEN'],
  extensions: { 'urn:example:more': { any: 'thing' } },
};

type Entry = Readonly<Record<string, unknown>>;

const ENTRY = { identity: SIGNER.subject, issuer: SIGNER.issuer, verifierIds: [ID] };
/** All that an entry can ask for, as the summary has it. */
const WHOLE: Entry = {
  ...ENTRY,
  recipes: ['a'],
  resources: ['oci://ghcr.io/owner/evidence@sha256:{digest}'],
  policyDigests: [POLICY],
  properties: ['AFFIDAVIT_PHASES_ARE_GREEN'],
  maximumAgeDays: 2,
};

function policyOf(...verifiers: readonly Entry[]) {
  const document = { schemaVersion: '1.2.0', verifiers };
  return parsePolicy(Buffer.from(JSON.stringify(document)), 'policy.json');
}

async function judge(
  bytes: Uint8Array,
  { entries = [WHOLE], root = FAKE_ROOT }: { entries?: readonly Entry[]; root?: typeof FAKE_ROOT },
) {
  const policy = policyOf(...entries);
  return await verifySummary({ name: FILE, bytes }, { trust: fakeTrust(root), policy, now: NOW });
}

function vsa(change: Partial<Summary> = {}): Uint8Array {
  return encodeVsa({ ...PASSED, ...change });
}

/** The statement with one change of its text. */
function edited(from: string, to: string, bytes = vsa()): Uint8Array {
  const text = Buffer.from(bytes).toString();
  if (!text.includes(from)) throw new Error(`nothing to change: ${from}`);
  return Buffer.from(text.replace(from, to));
}

/** Exit code, and the first fault: its code and where. */
async function answer(
  statement: Uint8Array,
  options: Parameters<typeof judge>[1] = {},
): Promise<readonly unknown[]> {
  const { exitCode, checks } = await judge(fakeBundle(statement), options);
  const [fault] = checks.flatMap(({ faults }) => faults);
  return fault === undefined ? [exitCode] : [exitCode, fault.code, fault.at];
}

describe('E-61 a summary under the verifiers of a policy', () => {
  it('E-61 is passed if one entry allows all of it', async () => {
    const report = await judge(fakeBundle(vsa()), {});
    expect([report.exitCode, report.verdict, report.policy?.entry?.at]).toEqual([
      ...[0, 'verified', 'policy.json#/verifiers/0'],
    ]);
    expect(report.summary).toMatchObject({ result: 'PASSED', verifier: ID, time: TIME });
  });

  it.each<[string, Uint8Array, Entry, readonly unknown[]]>([
    ['FAILED', vsa({ properties: [] }), WHOLE, [1, 'SUMMARY_NOT_PASSED', FILE]],
    [
      'without a property that is demanded',
      vsa({ properties: ['AFFIDAVIT_VERIFIED'] }),
      WHOLE,
      [1, 'SUMMARY_NOT_PASSED', FILE],
    ],
    [
      'without our property, which is demanded by default',
      vsa({ properties: ['SLSA_BUILD_LEVEL_3'] }),
      ENTRY,
      [1, 'SUMMARY_NOT_PASSED', FILE],
    ],
    [
      'of what passed only because safety was given up',
      vsa({ properties: ['AFFIDAVIT_VERIFIED_WEAKENED', 'AFFIDAVIT_PHASES_ARE_GREEN'] }),
      ENTRY,
      [1, 'SUMMARY_NOT_PASSED', FILE],
    ],
    [
      'of what passed only because safety was given up, and another property is demanded',
      vsa({ properties: ['AFFIDAVIT_VERIFIED_WEAKENED', 'AFFIDAVIT_PHASES_ARE_GREEN'] }),
      WHOLE,
      [1, 'SUMMARY_NOT_PASSED', FILE],
    ],
    ['of another verifier', edited(ID, `${ID}2`), WHOLE, [2, 'SIGNER_NOT_ALLOWED', FILE]],
    [
      'of an id in other case',
      edited(ID, 'https://example.com/Verifier/v1'),
      WHOLE,
      [2, 'SIGNER_NOT_ALLOWED', FILE],
    ],
    [
      'of another resource',
      edited('ghcr.io/owner', 'ghcr.io/other'),
      WHOLE,
      [2, 'SIGNER_NOT_ALLOWED', FILE],
    ],
    ['without a resource', encodeSvr(PASSED), WHOLE, [2, 'SIGNER_NOT_ALLOWED', FILE]],
    ['of another recipe', edited('recipe:a', 'recipe:b'), WHOLE, [2, 'SIGNER_NOT_ALLOWED', FILE]],
    [
      'of two recipes',
      vsa({ subjects: [...PASSED.subjects, { name: 'recipe:b', digest: POLICY }] }),
      WHOLE,
      [2, 'SIGNER_NOT_ALLOWED', FILE],
    ],
    [
      'by another policy',
      vsa({ policy: { uri: 'urn:p', digest: digestOf('other') } }),
      WHOLE,
      [2, 'SIGNER_NOT_ALLOWED', FILE],
    ],
    [
      'by a policy without digest',
      edited('"uri": "urn:p",\n      "digest"', '"uri": "urn:p",\n      "other"'),
      WHOLE,
      [2, 'SIGNER_NOT_ALLOWED', FILE],
    ],
    ['that is older', vsa({ time: new Date('2026-06-09T23:59:59Z') }), WHOLE, [4, 'STALE', FILE]],
    ['of the future', vsa({ time: new Date('2026-06-12T01:00:00Z') }), WHOLE, [4, 'STALE', FILE]],
    ['without a time', edited('timeVerified', 'timeOther'), WHOLE, [4, 'STALE', FILE]],
    [
      'of another signer',
      vsa(),
      { ...WHOLE, identity: 'x@example.com' },
      [2, 'SIGNER_NOT_ALLOWED', FILE],
    ],
    [
      'of a signer who was revoked',
      vsa(),
      { ...WHOLE, revokedAt: '2026-06-10T01:30:00Z' },
      [2, 'SIGNER_REVOKED', FILE],
    ],
    [
      'outside of when the entry is valid',
      vsa(),
      { ...WHOLE, validFor: { end: '2026-06-10T01:29:59Z' } },
      [2, 'SIGNER_NOT_VALID', FILE],
    ],
  ])('E-61 is not passed if it is one %s', async (_, statement, entry, expected) => {
    expect(await answer(statement, { entries: [entry] })).toEqual(expected);
  });

  it.each<[string, Uint8Array, string, string]>([
    [
      'another type',
      edited('verification_summary/v1', 'verification_summary/v2'),
      'PREDICATE_TYPE_UNKNOWN',
      `${FILE}#/predicateType`,
    ],
    [
      'no result',
      edited('"verificationResult"', '"result"'),
      'FIELD_MISSING',
      `${FILE}#/predicate/verificationResult`,
    ],
    [
      'another result',
      edited('"PASSED"', '"passed"'),
      'FIELD_INVALID',
      `${FILE}#/predicate/verificationResult`,
    ],
    [
      'two results',
      edited('"verificationResult"', '"verificationResult": "FAILED",\n "verificationResult"'),
      'DOCUMENT_DUPLICATE_KEY',
      `${FILE}#/predicate/verificationResult`,
    ],
    [
      'a result in other case',
      edited('"verificationResult"', '"VerificationResult": "FAILED",\n "verificationResult"'),
      'DOCUMENT_DUPLICATE_KEY',
      `${FILE}#/predicate/VerificationResult`,
    ],
    [
      'PASSED and FAILED',
      edited('"AFFIDAVIT_VERIFIED"', '"FAILED"'),
      'FIELD_INVALID',
      `${FILE}#/predicate/verifiedLevels`,
    ],
    [
      'no verifier',
      edited('"verifier"', '"verifier2"'),
      'FIELD_MISSING',
      `${FILE}#/predicate/verifier`,
    ],
    [
      'a verifier that is no URI',
      edited(ID, 'a verifier'),
      'FIELD_INVALID',
      `${FILE}#/predicate/verifier/id`,
    ],
    ['no subject', edited('"subject"', '"subjects"'), 'FIELD_MISSING', `${FILE}#/subject`],
    [
      'a digest that is none',
      edited(digestOf('recipe').slice(7), 'ab'),
      'FIELD_INVALID',
      `${FILE}#/subject/0/digest/sha256`,
    ],
    [
      'a time that is none',
      edited('2026-06-10', '2026-02-30'),
      'FIELD_INVALID',
      `${FILE}#/predicate/timeVerified`,
    ],
    [
      'a level that is no text',
      edited('"AFFIDAVIT_VERIFIED"', '1'),
      'FIELD_INVALID',
      `${FILE}#/predicate/verifiedLevels/1`,
    ],
  ])('E-61 is invalid with %s', async (_, statement, code, at) => {
    const { exitCode, checks, summary } = await judge(fakeBundle(statement), {});
    expect([exitCode, summary]).toEqual([2, undefined]);
    // The entry that names the signer is not blamed for what could not be read.
    expect(checks.flatMap(({ faults }) => faults)).toMatchObject([{ code, at }]);
    expect(checks.map(({ outcome }) => outcome)).toEqual([
      ...['passed', 'passed', 'failed', 'not-reached', 'not-reached'],
    ]);
  });

  it('E-61 says of one that cannot be read who may not have signed it too', async () => {
    const unread = fakeBundle(edited('"verificationResult"', '"result"'));
    const { checks } = await judge(unread, { entries: [{ ...WHOLE, identity: 'x@example.com' }] });
    expect(checks.flatMap(({ faults }) => faults.map(({ code }) => code))).toEqual([
      ...['FIELD_MISSING', 'SIGNER_NOT_ALLOWED'],
    ]);
  });

  it('E-61 takes what passed with less safety only where the policy names that', async () => {
    const properties = ['AFFIDAVIT_VERIFIED_WEAKENED'];
    const entries = [{ ...ENTRY, properties }];
    expect(await answer(vsa({ properties }), { entries })).toEqual([0]);
  });

  it('E-61 never takes one entry for the verifier and another for the rest', async () => {
    const halves = [
      { ...WHOLE, verifierIds: ['urn:other'] },
      { ...WHOLE, recipes: ['b'] },
      { ...WHOLE, resources: ['urn:other'] },
      { ...WHOLE, policyDigests: [digestOf('other')] },
    ];
    expect((await answer(vsa(), { entries: halves }))[0]).toBe(2);
    expect(await answer(vsa(), { entries: [...halves, WHOLE] })).toEqual([0]);
  });

  it('E-61 counts a revocation of any entry of the signer', async () => {
    const revoked = { ...WHOLE, verifierIds: ['urn:x'], revokedAt: '2026-06-01T00:00:00Z' };
    expect(await answer(vsa(), { entries: [WHOLE, revoked] })).toEqual([2, 'SIGNER_REVOKED', FILE]);
  });

  it('E-61 is undecided if nobody signed it, or the policy names no verifiers', async () => {
    const statement = await judge(vsa(), {});
    expect([statement.exitCode, statement.summary]).toEqual([4, undefined]);
    expect(statement.checks.flatMap(({ faults }) => faults)[0]).toMatchObject({
      ...{ code: 'UNSIGNED', at: FILE },
      hint: expect.stringContaining('--emit-vsa') as unknown,
    });
    const { subject, issuer } = SIGNER;
    const signers: readonly PolicySigner[] = [{ subject, issuer }];
    for (const policy of [undefined, { signers }, { signers, minimumLogs: 1 }]) {
      const given = { trust: fakeTrust(), policy, now: NOW };
      const { exitCode, checks } = await verifySummary(
        { name: FILE, bytes: fakeBundle(vsa()) },
        given,
      );
      expect(exitCode).toBe(4);
      expect(checks.flatMap(({ faults }) => faults)).toMatchObject([
        { code: 'SIGNER_NOT_PINNED', expected: expect.stringContaining('"verifiers"') as unknown },
      ]);
    }
  });

  it('E-61 is invalid if another byte was signed', async () => {
    const bytes = Buffer.from(fakeBundle(vsa()));
    bytes[bytes.length - 3] = (bytes.at(-3) ?? 0) ^ 1;
    const { exitCode, checks, summary } = await judge(bytes, {});
    expect([exitCode, summary]).toEqual([2, undefined]);
    expect(checks[1]?.faults).toMatchObject([{ code: 'SIGNATURE_INVALID', at: FILE }]);
  });

  it('E-61 lets nobody sign evidence by a policy of verifiers alone', () => {
    expect(policyOf(WHOLE).signers).toEqual([]);
  });
});

describe('E-61 what a summary says', () => {
  const read = (bytes: Uint8Array) =>
    parseSummary(
      parseStatement(bytes, {
        ...{ file: FILE, predicateTypes: SUMMARY_TYPES, hint: '' },
        subjects: 'at least one',
      }),
    );
  const example = (name: string) => readFileSync(join(ROOT, 'testdata/in-toto', name));

  it.each<[string, object]>([
    [
      'vsa-example.json',
      {
        ...{ result: 'PASSED', resourceUri: 'https://example.com/example-1.2.3.tar.gz' },
        verifier: 'https://example.com/publication_verifier',
        policies: [
          {
            uri: 'https://example.com/example_tarball.policy',
            digest: digestOfHex('12'.repeat(32)),
          },
        ],
        properties: ['SLSA_BUILD_LEVEL_3'],
        time: new Date('1985-04-12T23:20:50.520Z'),
      },
    ],
    [
      'svr-example.json',
      {
        result: 'PASSED',
        verifier: 'https://example.com/policy_engine/v1',
        resourceUri: undefined,
      },
    ],
    [
      'svr-v0.1-example.json',
      { result: 'PASSED', verifier: 'https://example.com/publication_verifier/v2', policies: [] },
    ],
  ])('E-61 reads the example of the specification: %s', async (name, expected) => {
    expect(read(example(name))).toMatchObject(expected);
    expect(summaryForm(example(name))).toBe('statement');
    const { verifier, properties } = read(example(name));
    const entry = { ...ENTRY, verifierIds: [verifier], properties };
    expect(await answer(example(name), { entries: [entry] })).toEqual([0]);
  });

  // A policy refuses a *: elsewhere it means anything.
  const uri = fc.webUrl().filter((text) => !text.includes('*'));
  const digest = fc.string({ maxLength: 5 }).map(digestOf);
  const properties = fc.uniqueArray(
    fc.string({ minLength: 1 }).filter((text) => text !== 'FAILED'),
  );
  it('E-61 reads what we write, whatever it says', () => {
    const time = fc
      .integer({ min: 0, max: 4_000_000_000 })
      .map((seconds) => new Date(seconds * 1000));
    const subjects = fc.array(fc.record({ name: fc.string(), digest }), { minLength: 1 });
    fc.assert(
      fc.property(uri, uri, digest, subjects, time, properties, (id, resourceUri, ...rest) => {
        const [policy, about, at, names] = rest;
        const summary: Summary = {
          ...PASSED,
          ...{ subjects: about, time: at, resourceUri, properties: names },
          verifier: { id, versions: {} },
          policy: { uri: id, digest: policy },
        };
        const common = {
          ...{ verifier: id, subjects: about, time: at },
          result: names.length > 0 ? 'PASSED' : 'FAILED',
          policies: [{ uri: id, digest: policy }],
        };
        expect(read(encodeSvr(summary))).toMatchObject({ ...common, properties: names });
        expect(read(encodeVsa(summary))).toMatchObject({
          ...{ ...common, resourceUri },
          properties: names.length > 0 ? ['SLSA_BUILD_LEVEL_UNEVALUATED', ...names] : [],
        });
      }),
      { numRuns: propertyRuns(100, 2000) },
    );
  });

  it('E-61 is never passed by a signer whose entry is for another verifier, whatever else it says', async () => {
    await fc.assert(
      fc.asyncProperty(uri, uri, properties, async (id, allowed, names) => {
        fc.pre(id !== allowed);
        const statement = vsa({ verifier: { id, versions: {} }, properties: names });
        const entries = [{ ...ENTRY, verifierIds: [allowed], properties: ['x'] }];
        expect((await answer(statement, { entries }))[0]).toBe(2);
      }),
      { numRuns: propertyRuns(50, 1000) },
    );
  });

  it.each(['', '{', 'null', '{"predicateType": 1}', '{"dsseEnvelope": {"payload": "e30="}}'])(
    'E-61 takes nothing else for a summary: %j',
    (text) => {
      expect(summaryForm(Buffer.from(text))).toBeUndefined();
    },
  );
});
