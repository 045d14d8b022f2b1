// What a policy with one mistake is answered: what is there, and exactly what to write.

import { generateKeyPairSync } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { parsePolicy } from '../../src/policy/policy.ts';
import { refusalOf } from '../document/refusal.ts';
import { ISSUER, SUBJECT } from './proofs.ts';

const signer = { identity: SUBJECT, issuer: ISSUER };
const policy = { schemaVersion: '1.1.0', signers: [signer] };
const { publicKey } = generateKeyPairSync('ed25519');
const key = publicKey.export({ format: 'pem', type: 'spki' }).toString();

function refusal(change: object, mark = '') {
  const text = mark + JSON.stringify({ ...policy, ...change });
  return refusalOf(() => parsePolicy(Buffer.from(text), 'policy.json'));
}

function ofSigner(change: object) {
  return refusal({ signers: [{ ...signer, ...change }] });
}

describe('a mistake in a policy', () => {
  it('is all that is refused', () => {
    expect(refusal({})).toBeUndefined();
  });

  it('a byte order mark is named, and how to get rid of it', () => {
    expect(refusal({}, '\u{FEFF}')).toMatchObject({
      code: 'POLICY_INVALID',
      at: 'policy.json',
      found: 'a byte order mark at the start',
      hint: 'save the file as UTF-8 without a byte order mark',
    });
  });

  it.each([
    ['2026-01-31T12:00:00', 'add Z, which means UTC: "2026-01-31T12:00:00Z"'],
    ['2026-01-31T12:00:00.5', 'add Z, which means UTC: "2026-01-31T12:00:00.5Z"'],
    ['2026-01-31 12:00:00', 'add Z, which means UTC: "2026-01-31T12:00:00Z"'],
    ['2026-01-31T12:00', 'add the time of day and Z, which means UTC: "2026-01-31T12:00:00Z"'],
    ['2026-01-31', 'add the time of day and Z, which means UTC: "2026-01-31T00:00:00Z"'],
    ['2026-01-31T00:30:00+01:00', 'write it in UTC: "2026-01-30T23:30:00Z"'],
    ['2026-02-30', 'write a day and an hour that exist, e.g. 2026-01-31T00:00:00Z'],
    ['tomorrow', 'write a day and an hour that exist, e.g. 2026-01-31T00:00:00Z'],
  ])('the time %s gets what to write', (time, hint) => {
    const at = 'policy.json#/signers/0';
    const mistake = { code: 'POLICY_INVALID', found: JSON.stringify(time), hint };
    expect(ofSigner({ revokedAt: time })).toMatchObject({ ...mistake, at: `${at}/revokedAt` });
    for (const name of ['start', 'end']) {
      expect(ofSigner({ validFor: { [name]: time } })).toMatchObject({
        ...mistake,
        at: `${at}/validFor/${name}`,
      });
    }
    // What it says to write is right.
    const [, meant = '2026-01-31T00:00:00Z'] = /"(.*)"$/.exec(hint) ?? [];
    expect(ofSigner({ revokedAt: meant })).toBeUndefined();
  });

  it.each([
    ['identity', { identity: SUBJECT }],
    ['template', { template: SUBJECT.replace('main', '{branch}') }],
  ])('a missing issuer beside an %s gets the usual ones, and where it stands', (_, one) => {
    const error = refusal({ signers: [one] });
    expect(error).toMatchObject({
      code: 'POLICY_INVALID',
      at: 'policy.json#/signers/0/issuer',
      found: 'nothing',
    });
    expect(error?.hint).toContain('as the report of verify-evidence shows it');
    expect(error?.hint).toContain('https://token.actions.githubusercontent.com (GitHub Actions)');
  });

  it('a missing issuer in an allowlist too', () => {
    const text = `schemaVersion: 1.0.0\ncommunity:\n  - source: ${'0'.repeat(32)}\n`;
    const error = refusalOf(() => parsePolicy(Buffer.from(text), 'allowlist.yaml'));
    expect(error).toMatchObject({ at: 'allowlist.yaml#/community/0/issuer' });
    expect(error?.hint).toContain('https://gitlab.com (GitLab)');
  });

  it.each([
    ['{scheme}://github.com/o/r', 'scheme'],
    ['https://{host}/o/r', 'host'],
    ['https://github{x}.com/o/r', 'host'],
    ['https://github.com/{owner}/r', 'owner'],
    ['https://github.com/o{x}/r', 'owner'],
    ['a@{domain}', 'domain'],
  ])('the template %s is shown whole, with the %s that is open', (template, part) => {
    expect(refusal({ signers: [{ template, issuer: ISSUER }] })).toMatchObject({
      code: 'POLICY_INVALID',
      at: 'policy.json#/signers/0/template',
      found: `${JSON.stringify(template)}, whose ${part} is not written out`,
    });
  });

  it.each([
    ['firstParty', 'write "first-party"'],
    ['Partner', 'write "partner"'],
    ['comunity', 'write "community"'],
    ['gold', 'write "first-party" or another of them'],
  ])('the tier %s gets the nearest one', (tier, hint) => {
    expect(ofSigner({ tier })).toMatchObject({
      code: 'POLICY_INVALID',
      at: 'policy.json#/signers/0/tier',
      found: JSON.stringify(tier),
      hint,
    });
  });

  it('an empty list of signers is called one', () => {
    expect(refusal({ signers: [] })).toMatchObject({ found: 'an empty list' });
  });

  it.each(['maximumAgeDays', 'minimumLogs', 'minimumTimestamps'])(
    'a number in quotes, as %s, has to lose them',
    (name) => {
      expect(refusal({ [name]: '30' })).toMatchObject({
        code: 'POLICY_INVALID',
        at: `policy.json#/${name}`,
        found: '"30"',
        hint: 'remove the quotes: write 30',
      });
      expect(refusal({ [name]: 30 })).toBeUndefined();
    },
  );

  it.each([
    ['identity', signer],
    ['template', { template: SUBJECT.replace('main', '{branch}'), issuer: ISSUER }],
    ['key', { key }],
  ])('an entry with an %s that is there twice is named at both places', (_, entry) => {
    const other = { identity: 'a@example.com', issuer: ISSUER };
    expect(refusal({ signers: [entry, other, entry] })).toMatchObject({
      code: 'POLICY_INVALID',
      at: 'policy.json#/signers/2',
      found: 'the same entry as policy.json#/signers/0',
      hint: 'remove one of the two',
    });
    // The same signer at two times, or for two recipes, is no mistake.
    const [one, two] = ['a', 'b'].map((name) => ({ ...entry, recipes: [name] }));
    expect(refusal({ signers: [one, two] })).toBeUndefined();
  });

  it.each([
    ['2026-01-01T00:00:00.0001Z', '2026-01-01T00:00:00.0005Z', 'in the same millisecond as'],
    ['2026-01-01T00:00:00.0005Z', '2026-01-01T00:00:00.0001Z', 'in the same millisecond as'],
    ['2026-01-01T00:00:00.001Z', '2026-01-01T00:00:00.000Z', 'before'],
    ['2026-01-02T00:00:00Z', '2026-01-01T00:00:00Z', 'before'],
  ])('a window from %s to %s is refused: the end is %s the start', (start, end, words) => {
    expect(ofSigner({ validFor: { start, end } })).toMatchObject({
      code: 'POLICY_INVALID',
      at: 'policy.json#/signers/0/validFor/end',
      found: `"${end}", ${words} the start "${start}"`,
    });
  });

  it.each([
    ['2026-01-01T00:00:00.001Z', '2026-01-01T00:00:00.001Z'],
    ['2026-01-01T00:00:00.0005Z', '2026-01-01T00:00:00.0010Z'],
  ])('a window from %s to %s has a millisecond', (start, end) => {
    expect(ofSigner({ validFor: { start, end } })).toBeUndefined();
  });
});
