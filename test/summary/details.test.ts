// What our verifier says beside the fields of the standards: it never says anything else than they do.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { VERDICT_EXIT_CODES } from '../../src/attestation/verdict.ts';
import { digestOf } from '../../src/digest.ts';
import type { VerificationReport } from '../../src/evidence/verify/verify-evidence.ts';
import { parsePolicy } from '../../src/policy/policy.ts';
import { summarise } from '../../src/report/summarise.ts';
import {
  DETAILS_FIELD,
  encodeSvr,
  encodeVsa,
  type Summary,
} from '../../src/summary/encode-summary.ts';
import { verifySummary } from '../../src/summary/verify-summary.ts';
import { fakeBundle, fakeTrust, SIGNER } from '../attestation/fake-trust.ts';
import { propertyRuns } from '../property-runs.ts';
import { VERIFICATIONS, VERIFIED } from '../report/example-reports.ts';
import { ROOT } from '../run-cli.ts';

const FILE = 'vsa.json';
const FORMS = { vsa: encodeVsa, svr: encodeSvr } as const;

type Fields = Readonly<Record<string, unknown>>;

const schema = readFileSync(join(ROOT, 'schemas/verification.schema.json'), 'utf8');
const isOfSchema = new Ajv2020({ strictTypes: false, strictRequired: false }).compile(
  JSON.parse(schema) as object,
);

function summaryOf(
  change: Partial<VerificationReport> = {},
  rules: Readonly<Record<string, string | true>> = {},
): Summary {
  const report = { ...VERIFIED, manifestReceived: digestOf('manifest'), ...change };
  const options = { policy: undefined, rules, time: new Date('2026-11-20T10:00:00Z') };
  const summary = summarise(report, options);
  if (summary === undefined) throw new Error('no summary');
  return summary;
}

/** Exit code, and the first fault with its place behind the details. */
async function answer(
  summary: Summary,
  encode: (summary: Summary) => Uint8Array = encodeVsa,
): Promise<readonly unknown[]> {
  const verifiers = [
    { identity: SIGNER.subject, issuer: SIGNER.issuer, verifierIds: [summary.verifier.id] },
    {
      ...{ identity: SIGNER.subject, issuer: SIGNER.issuer, verifierIds: [summary.verifier.id] },
      properties: ['AFFIDAVIT_VERIFIED_WEAKENED'],
    },
  ];
  const document = JSON.stringify({ schemaVersion: '1.2.0', verifiers });
  const policy = parsePolicy(Buffer.from(document), 'policy.json');
  const file = { name: FILE, bytes: fakeBundle(encode(summary)) };
  const { exitCode, checks } = await verifySummary(file, { trust: fakeTrust(), policy });
  const faults = checks.flatMap((check) => check.faults.map((fault) => ({ check, fault })));
  const [first] = faults;
  if (first === undefined) return [exitCode];
  const { check, fault } = first;
  return [exitCode, faults.length, check.name, fault.code, fault.at?.replace(/.*#/, '')];
}

function detailsOf({ extensions }: Summary): Fields {
  return extensions[DETAILS_FIELD] as Fields;
}

function withDetails(summary: Summary, change: Fields): Summary {
  const details = { ...detailsOf(summary), ...change };
  const given = Object.entries(details).filter(([, value]) => value !== undefined);
  return {
    ...summary,
    extensions: { [DETAILS_FIELD]: Object.fromEntries(given) as never },
  };
}

const place = (field: string): string => `/predicate/${DETAILS_FIELD}${field}`;

describe('E-61 the details of a summary', () => {
  it.each(['vsa', 'svr'] as const)('E-61 agree with a %s that passed', async (form) => {
    expect(await answer(summaryOf(), FORMS[form])).toEqual([0]);
    expect(isOfSchema(detailsOf(summaryOf()))).toBe(true);
    const without = { ...summaryOf(), extensions: {} };
    expect(await answer(without, FORMS[form])).toEqual([0]);
  });

  const open = { check: 'signature-is-valid', outcome: 'skipped', codes: ['UNSIGNED'] };
  it.each<[string, Fields, string]>([
    ['another verdict', { verdict: 'failed', exitCode: 1 }, '/verdict'],
    ['another verdict alone', { verdict: 'failed' }, '/exitCode'],
    ['undecided', { verdict: 'undecided', exitCode: 4 }, '/verdict'],
    ['invalid', { verdict: 'invalid', exitCode: 2 }, '/verdict'],
    ['unjudged', { verdict: 'unjudged', exitCode: 3 }, '/verdict'],
    ['another exit code', { exitCode: 1 }, '/exitCode'],
    ['a sandbox', { root: { digest: digestOf(''), sandbox: true } }, '/root'],
    ['nobody who was named', { pinned: false }, '/pinned'],
    ['no signer', { signer: undefined }, '/signer'],
    ['a check that has not passed', { notPassed: [open] }, '/notPassed'],
    ['safety that was given up', { weakened: ['--judge own'] }, '/weakened'],
    ['one judge', { rules: { '--judge': 'own' } }, '/weakened'],
    ['no version', { schemaVersion: undefined }, '/schemaVersion'],
    ['no root', { root: undefined }, '/root'],
    ['a rule that is a number', { rules: { '--at': 1 } }, '/rules/--at'],
    ['a rule that is false', { rules: { '--accept-claimed': false } }, '/rules/--accept-claimed'],
    ['a signer without an issuer', { signer: { identity: 'a' } }, '/signer/issuer'],
    ['a list that is a text', { weakened: '' }, '/weakened'],
    ['a truth that is a text', { pinned: 'true' }, '/pinned'],
  ])('E-61 make a PASSED summary invalid that say %s', async (_, change, at) => {
    for (const encode of Object.values(FORMS)) {
      const [code, faults, check, fault, found] = await answer(
        withDetails(summaryOf(), change),
        encode,
      );
      expect([code, faults, check, found]).toEqual([2, 1, 'statement-is-summary', place(at)]);
      expect(fault).toMatch(/^FIELD_(?:INVALID|MISSING)$/);
    }
  });

  it('E-61 of another major version are not passed over', async () => {
    expect(await answer(withDetails(summaryOf(), { schemaVersion: '2.0.0' }))).toEqual([
      ...[2, 1, 'statement-is-summary', 'SCHEMA_VERSION_UNKNOWN', place('/schemaVersion')],
    ]);
    expect(await answer(withDetails(summaryOf(), { schemaVersion: '1.9.0', more: 1 }))).toEqual([
      0,
    ]);
  });

  it('E-61 make one invalid that is no map', async () => {
    for (const value of [null, [], 'verified']) {
      const summary = { ...summaryOf(), extensions: { [DETAILS_FIELD]: value } };
      expect(await answer(summary)).toEqual([
        ...[2, 1, 'statement-is-summary', 'FIELD_INVALID', place('')],
      ]);
    }
  });

  it('E-61 make a FAILED summary invalid that say that all is well', async () => {
    expect(await answer({ ...summaryOf(), properties: [] })).toEqual([
      ...[2, 1, 'statement-is-summary', 'FIELD_INVALID', place('/verdict')],
    ]);
  });

  it('E-61 are no excuse for two words of one thing', async () => {
    const { properties } = summaryOf();
    const both = { ...summaryOf(), properties: [...properties, 'AFFIDAVIT_VERIFIED_WEAKENED'] };
    for (const summary of [both, { ...both, extensions: {} }]) {
      expect((await answer(summary)).slice(0, 4)).toEqual([
        ...[2, 1, 'statement-is-summary', 'FIELD_INVALID'],
      ]);
    }
    const failed = { ...summaryOf(), properties: [...properties, 'FAILED'] };
    expect(await answer(failed, encodeSvr)).toEqual([
      ...[2, 1, 'statement-is-summary', 'FIELD_INVALID', '/predicate/properties'],
    ]);
  });

  it.each(Object.entries(VERIFICATIONS))(
    'E-61 are as the schema says, and agree: %s',
    async (_, report) => {
      if (report.verdict === 'unjudged') return;
      const summary = summaryOf(report);
      expect([isOfSchema(detailsOf(summary)), isOfSchema.errors]).toEqual([true, null]);
      const code = summary.properties.length > 0 ? 0 : 1;
      for (const encode of Object.values(FORMS)) {
        expect((await answer(summary, encode))[0]).toBe(code);
      }
    },
  );

  const verdicts = ['verified', 'failed', 'invalid', 'undecided'] as const;
  const reports = fc
    .record({
      verdict: fc.constantFrom(...verdicts),
      pinned: fc.boolean(),
      isSigned: fc.boolean(),
      sandbox: fc.boolean(),
      weakened: fc.subarray(['--judge own', '--allow-missing-sct']),
    })
    .map(({ verdict, pinned, isSigned, sandbox, weakened }): Partial<VerificationReport> => {
      const [first, ...others] = VERIFIED.checks;
      const failed = first && { ...first, outcome: 'failed' as const };
      return {
        ...{ verdict, pinned, weakened, exitCode: VERDICT_EXIT_CODES[verdict] },
        root: { ...VERIFIED.root, sandbox },
        signature: isSigned ? VERIFIED.signature : { state: 'absent' },
        checks:
          verdict === 'verified' || failed === undefined ? VERIFIED.checks : [failed, ...others],
      };
    })
    .map((report) => summaryOf(report));

  /** Which of three words a summary is: the only ones that its details may be of. */
  const wordOf = ({ properties }: Summary): string => properties[0] ?? 'FAILED';

  it('E-61 of one verification are never beside the result of another', async () => {
    await fc.assert(
      fc.asyncProperty(
        reports,
        reports,
        fc.constantFrom(...Object.values(FORMS)),
        async (one, other, encode) => {
          const [code] = await answer({ ...one, extensions: other.extensions }, encode);
          const honest = one.properties.length > 0 ? 0 : 1;
          expect(code).toBe(wordOf(one) === wordOf(other) ? honest : 2);
        },
      ),
      { numRuns: propertyRuns(300, 2000) },
    );
  });
});
