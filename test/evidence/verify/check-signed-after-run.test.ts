import { describe, expect, it } from 'vitest';

import { CheckLog } from '../../../src/attestation/check-log.ts';
import type { Signature } from '../../../src/attestation/kind.ts';
import { checkSignedAfterRun } from '../../../src/evidence/verify/check-signed-after-run.ts';
import { CHECK_NAMES } from '../../../src/evidence/verify/checks.ts';
import { MAX_CLOCK_SKEW_MS } from '../../../src/limits.ts';
import { fakeBundle, fakeTrust } from '../../attestation/fake-trust.ts';
import { NOW, contentsOf, packDemo, predicateIn } from '../demo.ts';

const PREDICATE = predicateIn(await contentsOf((await packDemo()).files));

function check(signature: Signature) {
  const log = new CheckLog(CHECK_NAMES);
  checkSignedAfterRun(log, signature, PREDICATE);
  const result = log.results().find(({ name }) => name === 'signed-after-run');
  const { outcome, faults = [] } = result ?? {};
  return [outcome, ...faults.map(({ code, at }) => `${code} ${at}`)];
}

function signedAt(time: number): Signature {
  const bundle = fakeBundle(Buffer.from('x'), { signedAt: new Date(time) });
  return { state: 'verified', proof: fakeTrust().verify(bundle, { name: 'a', maxBytes: 1 }) };
}

describe('signed-after-run', () => {
  it.each([0, 1, 3600_000, -MAX_CLOCK_SKEW_MS])('passes at %i ms', (offset) => {
    expect(check(signedAt(NOW.getTime() + offset))).toEqual(['passed']);
  });

  it.each([-MAX_CLOCK_SKEW_MS - 1, -86_400_000])('fails at %i ms', (offset) => {
    expect(check(signedAt(NOW.getTime() + offset))).toEqual([
      'failed',
      'SIGNED_BEFORE_RUN statement.intoto.json#/predicate/attestedAt',
    ]);
  });

  it.each(['absent', 'not-verified'] as const)('is open if the signature is %s', (state) => {
    expect(check({ state })).toEqual(['skipped', 'UNSIGNED attestation.intoto.jsonl']);
  });
});
