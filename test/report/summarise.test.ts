import { describe, expect, it } from 'vitest';

import { digestOfHex } from '../../src/digest.ts';
import type { VerificationReport } from '../../src/evidence/verify/verify-evidence.ts';
import { summarise } from '../../src/report/summarise.ts';
import { encodeSvr, encodeVsa } from '../../src/summary/encode-summary.ts';
import { readAsPublished, type StatementJson } from '../summary/published.ts';
import { VERIFIED } from './example-reports.ts';

const MANIFEST = digestOfHex('9a'.repeat(32));
const OPTIONS = { policy: undefined, time: new Date('2026-11-20T10:00:00.000Z') };

/** The good report with exactly one change; `undefined` if nothing is written of it. */
function statements(change: Partial<VerificationReport>): readonly StatementJson[] | undefined {
  const report = { ...VERIFIED, manifestReceived: MANIFEST, ...change };
  const summary = summarise(report, OPTIONS);
  return summary && [encodeVsa, encodeSvr].map((encode) => parsed(encode(summary)));
}

function parsed(bytes: Uint8Array): StatementJson {
  return JSON.parse(Buffer.from(bytes).toString()) as StatementJson;
}

describe('E-61 a verification as a summary', () => {
  it.each<[string, Partial<VerificationReport>, boolean]>([
    ['all is well', {}, true],
    ['an artifact held it', { source: artifact() }, true],
    ['the exit code is 1', { verdict: 'failed', exitCode: 1 }, false],
    ['the exit code is 2', { verdict: 'invalid', exitCode: 2 }, false],
    ['the exit code is 4', { verdict: 'undecided', exitCode: 4 }, false],
    ['nobody was pinned', { pinned: false }, false],
    ['nobody signed', { signature: { state: 'absent' } }, false],
    ['the signature was not verified', { signature: { state: 'not-verified' } }, false],
    ['the root is a sandbox', { root: { ...VERIFIED.root, sandbox: true } }, false],
  ])('E-61 is PASSED only where nothing is missing: %s', (_, change, isPassed) => {
    const [vsa, svr] = statements(change) ?? [];
    expect(vsa && readAsPublished(vsa)).toMatchObject({
      verificationResult: isPassed ? 'PASSED' : 'FAILED',
    });
    const { properties } = svr?.predicate ?? {};
    expect(svr && readAsPublished(svr)).toHaveProperty('timeCreated');
    expect((properties as readonly string[])[0]).toBe(isPassed ? 'AFFIDAVIT_VERIFIED' : undefined);
  });

  it('E-61 is not written where nothing was judged, or nothing has a name', () => {
    expect(statements({ verdict: 'unjudged', exitCode: 3 })).toBeUndefined();
    expect(statements({ manifestReceived: undefined, facts: {} })).toBeUndefined();
    expect(
      statements({ manifestReceived: undefined, facts: {}, source: artifact() }),
    ).toBeDefined();
  });

  it('E-61 does not call whole what gave safety up', () => {
    const [vsa] = statements({ weakened: ['--judge own'] }) ?? [];
    expect(vsa?.predicate).toMatchObject({ verificationResult: 'PASSED' });
    const levels = vsa?.predicate['verifiedLevels'];
    expect(levels).toContain('AFFIDAVIT_VERIFIED_WEAKENED');
    expect(levels).not.toContain('AFFIDAVIT_VERIFIED');
    expect(levels).not.toContain('AFFIDAVIT_NOTHING_WEAKENED');
    expect(vsa?.predicate['urn:affidavit:verification']).toMatchObject({
      weakened: ['--judge own'],
    });
  });
});

function artifact(): NonNullable<VerificationReport['source']> {
  const digest = digestOfHex('4c'.repeat(32));
  return { registry: 'ghcr.io/o/r', digest, attestation: undefined, requests: 1, referrers: [] };
}
