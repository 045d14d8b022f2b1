// The promise of a certificate log (SCT): verified, absent, of a log that the root does not list at that
// time, or wrong.
import { describe, expect, it } from 'vitest';

import { ATTESTATION } from '../../src/evidence/layout.ts';
import { publicGoodRoot } from '../../src/trust/public-good.ts';
import { PUBLIC_GOOD_DIGEST } from '../../src/trust/verify/sigstore-trust.ts';
import { sigstoreTrust } from '../../src/trust/verify/sigstore-trust.ts';
import { refusalOf } from '../document/refusal.ts';
import { Forge, SIGNED_AT, edited, encode, type BundleJson, type RootJson } from './forge.ts';
import { appended, at, bent, twice } from './odd-sct.ts';

const PLACE = 'attestation.intoto.jsonl#/verificationMaterial/certificate/rawBytes';
const forge = new Forge();
const WITHOUT = forge.sign({ withoutSct: true, timestamp: true });
const NO_LOGS = edited(forge.root, (root) => {
  root.ctlogs = [];
});

/** The flags without which it would not verify, or what is refused. */
function verdict(bundle: BundleJson, root: RootJson, allowMissingSct: boolean): string {
  const found = (['both', 'own'] as const).map((judge) => {
    const trust = sigstoreTrust(encode(root), 'root.json', { judge, allowMissingSct });
    const refusal = refusalOf(() => trust.verify(encode(bundle), ATTESTATION));
    if (refusal !== undefined) return `${refusal.code} ${refusal.at} ${refusal.found}`;
    return `verified ${trust.verify(encode(bundle), ATTESTATION).weakened.join(' ')}`;
  });
  return [...new Set(found)].join('; own alone: ');
}

describe('a certificate without a timestamp of a certificate log', () => {
  const ABSENT = `CERTIFICATE_INVALID ${PLACE} no certificate timestamp (SCT)`;

  it('is taken only with the flag, and only if the root lists no such log', () => {
    expect(verdict(WITHOUT, NO_LOGS, true)).toBe('verified --allow-missing-sct');
    expect(verdict(WITHOUT, NO_LOGS, false)).toBe(ABSENT);
    expect(verdict(WITHOUT, forge.root, true)).toBe(ABSENT);
    expect(verdict(WITHOUT, forge.root, false)).toBe(ABSENT);
  });

  it('is taken if the root listed its log only later, and not if it did at the time', () => {
    const listedFrom = (start: number): RootJson =>
      edited(forge.root, ({ ctlogs }) => {
        for (const { publicKey } of ctlogs) {
          publicKey.validFor.start = new Date(SIGNED_AT.getTime() + start).toISOString();
        }
      });
    const listedUntil = (end: number): RootJson =>
      edited(forge.root, ({ ctlogs }) => {
        for (const { publicKey } of ctlogs) {
          publicKey.validFor.end = new Date(SIGNED_AT.getTime() + end).toISOString();
        }
      });
    // It was issued a second before it was used.
    expect(verdict(WITHOUT, listedUntil(-1000), true)).toBe(ABSENT);
    expect(verdict(WITHOUT, listedUntil(-1001), true)).toBe('verified --allow-missing-sct');
    expect(verdict(WITHOUT, listedFrom(1000), true)).toBe('verified --allow-missing-sct');
    expect(verdict(WITHOUT, listedFrom(0), true)).toBe(ABSENT);
  });

  it('names the flag where it could help, and only there', () => {
    const hintUnder = (root: RootJson): string =>
      refusalOf(() => sigstoreTrust(encode(root), 'root').verify(encode(WITHOUT), ATTESTATION))
        ?.hint ?? '';
    expect(hintUnder(NO_LOGS)).toContain('--allow-missing-sct');
    expect(hintUnder(forge.root)).not.toContain('--allow-missing-sct');
  });
});

describe('a certificate with a timestamp of a certificate log', () => {
  it('needs no flag, and is not weakened by one', () => {
    expect(verdict(forge.sign(), forge.root, false)).toBe('verified ');
    expect(verdict(forge.sign(), forge.root, true)).toBe('verified ');
  });

  it('of a log that the root does not list is refused with its name, whatever the flag', () => {
    const [log] = forge.root.ctlogs;
    const id = Buffer.from(log?.logId.keyId ?? '', 'base64').toString('hex');
    for (const flag of [true, false]) {
      expect(verdict(forge.sign(), NO_LOGS, flag)).toBe(
        `CERTIFICATE_INVALID ${PLACE} a certificate timestamp of the log ${id}`,
      );
    }
  });

  it('of a log that the root does not list at that time is refused with its name', () => {
    const ended = edited(forge.root, ({ ctlogs }) => {
      for (const { publicKey } of ctlogs) publicKey.validFor.end = '2026-02-01T00:00:00Z';
    });
    expect(verdict(forge.sign(), ended, true)).toMatch(
      /^CERTIFICATE_INVALID \S+ a certificate timestamp of 2026-\S+ by the log [0-9a-f]{64}$/,
    );
  });

  it('of another key is refused', () => {
    const other = edited(forge.root, ({ ctlogs: [log], tlogs: [rekor] }) => {
      if (log === undefined || rekor === undefined) throw new TypeError('no log');
      log.publicKey.rawBytes = rekor.publicKey.rawBytes;
    });
    expect(verdict(forge.sign(), other, true)).toContain('does not verify with the key of');
  });

  it.each<[string, (list: Buffer) => Buffer, string]>([
    ['another version', at(4, 1), 'of version 1'],
    ['a weak hash', at(47, 2), 'with the hash 2'],
    ['another kind of signature', at(48, 1), 'does not verify'],
    ['a changed time', (list) => at(44, (list[44] ?? 0) ^ 1)(list), 'does not verify'],
    ['a byte behind it', appended, 'bytes behind the last value'],
    ['one log twice', twice, 'two certificate timestamps of one log'],
    ['a length that is too long', at(3, 0xff), 'cut off'],
  ])('with %s is refused', (_, change, found) => {
    const bundle = forge.sign({ sct: (extension) => bent(extension, change) });
    expect(verdict(bundle, forge.root, true)).toContain(found);
  });
});

describe('the embedded public-good root', () => {
  it('has the digest that the program knows it by, and never lets a certificate log be missing', () => {
    const trust = sigstoreTrust(publicGoodRoot(), 'embedded', { allowMissingSct: true });
    expect(trust.root.digest).toBe(PUBLIC_GOOD_DIGEST);
  });
});
