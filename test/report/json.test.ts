import { describe, expect, it } from 'vitest';

import { CHECK_NAMES, OWN_RECIPE_CHECK } from '../../src/evidence/verify/checks.ts';
import { encodeReport } from '../../src/report/encode-report.ts';
import { validationJson, verificationJson } from '../../src/report/json.ts';
import { LIMIT_OF_TRUST } from '../../src/report/report-json.ts';
import {
  FAILED,
  GREEN,
  INVALID,
  NOT_PINNED,
  RED,
  SANDBOX_SIGNED,
  SANDBOX_VERIFIED,
  SIGNER,
  UNSIGNED,
  UNSIGNED_ALLOWED,
  VALIDATIONS,
  VERIFICATIONS,
  VERIFIED,
} from './example-reports.ts';
import { golden } from './golden.ts';
import { withForeign } from './hostile-report.ts';
import { forAllHostile } from './hostile.ts';

describe('the JSON report', () => {
  it.each(Object.entries(VERIFICATIONS))(
    'of %s evidence is as it was looked at',
    (name, report) => {
      const text = encodeReport(verificationJson(report));
      expect(text).toBe(golden(`verification-${name}.json`, text));
    },
  );

  it.each(Object.entries(VALIDATIONS))(
    'of a %s validation is as it was looked at',
    (name, report) => {
      const text = encodeReport(validationJson(report));
      expect(text).toBe(golden(`validation-${name}.json`, text));
    },
  );

  it('lists every check with its outcome, also those that were not reached', () => {
    for (const report of Object.values(VERIFICATIONS)) {
      const { checks } = verificationJson(report);
      const names = [...CHECK_NAMES, OWN_RECIPE_CHECK].slice(0, report.checks.length);
      const expected = names.map((name, index) => [name, report.checks[index]?.outcome]);
      const listed = checks as readonly { readonly name: string; readonly outcome: string }[];
      expect(listed.map(({ name, outcome }) => [name, outcome])).toEqual(expected);
    }
  });

  it('E-45 gives each fault a code, a file, what was expected and what was found', () => {
    const { checks } = verificationJson(INVALID);
    expect(checks).toContainEqual({
      name: 'files-match-manifest',
      outcome: 'failed',
      found: INVALID.checks[6]?.found,
      expected: INVALID.checks[6]?.expected,
      hint: 'ask the signer for the bundle as it was signed',
      faults: [
        expect.objectContaining({ code: 'FILE_DIFFERS', at: 'logs/deployment/operator.log' }),
        expect.objectContaining({ code: 'FILE_EXTRA', at: 'logs/deployment/extra.log' }),
      ],
    });
  });

  it('E-46 has both of two independent faults', () => {
    const text = encodeReport(verificationJson(FAILED));
    expect(text).toContain('CONSTRAINT_FAILED');
    expect(text).toContain('PHASE_NOT_GREEN');
  });

  it('names the signer whenever the signature verified, pinned or not, and only then', () => {
    for (const report of [VERIFIED, NOT_PINNED, INVALID]) {
      expect(verificationJson(report)['signer']).toEqual(SIGNER);
    }
    expect(verificationJson(NOT_PINNED)['pinned']).toBe(false);
    expect(verificationJson(UNSIGNED)).not.toHaveProperty('signer');
    const broken = { ...INVALID, signature: { state: 'not-verified' as const } };
    expect(verificationJson(broken)).not.toHaveProperty('signer');
  });

  it('says what was given up, that the root is a sandbox, and that no network was used', () => {
    expect(verificationJson(UNSIGNED_ALLOWED)['weakened']).toEqual(['--allow-unsigned']);
    const oneJudge = 'the second judge was not asked';
    expect(verificationJson(VERIFIED)['signature']).not.toHaveProperty('oneJudge');
    expect(verificationJson({ ...VERIFIED, oneJudge })['signature']).toMatchObject({ oneJudge });
    expect(verificationJson(SANDBOX_VERIFIED)['sandbox']).toBe(true);
    expect(verificationJson(VERIFIED)['sandbox']).toBe(false);
    expect(verificationJson(VERIFIED)['network']).toBe('none');
    expect(validationJson(SANDBOX_SIGNED)['evidence']).toMatchObject({ sandbox: true });
  });

  it('lists constraints in the recipe order, with null for a value that is not there', () => {
    const summary = { name: expect.any(String), expected: expect.any(String) };
    expect(validationJson(RED)['constraints']).toEqual([
      expect.objectContaining({ ...summary, actual: '1.31.0', outcome: 'failed' }),
      expect.objectContaining({ ...summary, actual: 'ubuntu', outcome: 'passed' }),
      expect.objectContaining({ ...summary, actual: '24.04', outcome: 'passed' }),
      expect.objectContaining({ ...summary, actual: null, outcome: 'unevaluable' }),
    ]);
  });

  it('E-60 carries the limit of trust', () => {
    expect(verificationJson(INVALID)['limitOfTrust']).toBe(LIMIT_OF_TRUST);
    expect(validationJson(GREEN)['limitOfTrust']).toBe(LIMIT_OF_TRUST);
  });

  it('writes times in whole seconds, UTC', () => {
    expect(verificationJson(VERIFIED)['signature']).toMatchObject({
      signedAt: '2026-11-20T10:02:11Z',
      times: [
        { source: 'timestamp authority', at: '2026-11-20T10:02:11Z' },
        { source: 'transparency log', at: '2026-11-20T10:02:12Z' },
      ],
    });
  });

  it('has nothing to say of the input, so that a tarball and its directory give one report', () => {
    expect(Object.keys(verificationJson(VERIFIED))).not.toContain('source');
  });

  it('is always text that reads back the same and hides nothing from a terminal', () => {
    const invisible = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}\p{DI}]/u;
    forAllHostile((value) => {
      const json = verificationJson(withForeign(FAILED, value));
      const text = encodeReport(json);
      expect(text).not.toMatch(invisible);
      expect(text.endsWith('}\n')).toBe(true);
      expect(JSON.parse(text)).toEqual(json);
    }, 50);
  });
});
