// What happens if the second judge finds something else than the first. The library is replaced here,
// because no bundle is known on which the two disagree.
import { VerificationError, Verifier } from '@sigstore/verify';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { ATTESTATION } from '../../src/evidence/layout.ts';
import { sigstoreTrust } from '../../src/trust/verify/sigstore-trust.ts';
import { refusalOf } from '../document/refusal.ts';
import { Forge, IDENTITY, ISSUER, encode, ephemeralKeys } from './forge.ts';

const forge = new Forge();
const GOOD = encode(forge.sign());
const trust = sigstoreTrust(encode(forge.root), 'root.json');
const key = ephemeralKeys().publicKey;
const IDENTITY_FOUND = { subjectAlternativeName: IDENTITY, extensions: { issuer: ISSUER } };

const second = vi.spyOn(Verifier.prototype, 'verify');

afterEach(() => {
  second.mockReset();
});

describe('two judges', () => {
  it('who agree find what the first found', () => {
    second.mockReturnValue({ key, identity: IDENTITY_FOUND });
    expect(trust.verify(GOOD, ATTESTATION).signer).toMatchObject({ subject: IDENTITY });
    expect(second).toHaveBeenCalledTimes(1);
  });

  it.each<[string, () => ReturnType<Verifier['verify']>, string]>([
    [
      'refuses it',
      () => {
        throw new VerificationError({ code: 'TLOG_ERROR', message: 'not in the log' });
      },
      'refuses it: "not in the log"',
    ],
    [
      'breaks on it',
      () => {
        throw new TypeError('undefined');
      },
      'refuses it: "undefined"',
    ],
    [
      'reads another identity',
      () => ({
        key,
        identity: { ...IDENTITY_FOUND, subjectAlternativeName: 'mallory@example.test' },
      }),
      'reads the signer "mallory@example.test"',
    ],
    [
      'reads another issuer',
      () => ({ key, identity: { ...IDENTITY_FOUND, extensions: { issuer: 'https://evil.test' } } }),
      '(issuer "https://evil.test")',
    ],
    ['reads no identity', () => ({ key }), 'reads the signer ""'],
  ])('of whom the second %s: JUDGES_DISAGREE, with what both found', (_, answer, found) => {
    second.mockImplementation(answer);
    const refusal = refusalOf(() => trust.verify(GOOD, ATTESTATION));
    expect(refusal).toMatchObject({ code: 'JUDGES_DISAGREE', at: 'attestation.intoto.jsonl' });
    expect(refusal?.found).toContain(found);
    expect(refusal?.expected).toContain('a signature, 1 log entry and 1 proof of time that verify');
  });

  it('of whom the first refuses: the second is not asked', () => {
    const changed = Buffer.from(GOOD.toString().replace('"logIndex":"', '"logIndex":"1'));
    expect(refusalOf(() => trust.verify(changed, ATTESTATION))?.code).toBe('LOG_ENTRY_INVALID');
    expect(second).not.toHaveBeenCalled();
  });

  it('of whom the second is not wanted: it is not asked, and that is said', () => {
    const own = sigstoreTrust(encode(forge.root), 'root.json', { judge: 'own' });
    expect(own.weakened).toEqual(['--judge own']);
    expect(own.verify(GOOD, ATTESTATION).oneJudge).toBe('the second judge was not asked');
    expect(second).not.toHaveBeenCalled();
  });
});
