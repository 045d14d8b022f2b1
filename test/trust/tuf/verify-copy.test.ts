import { createHash, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { Key, TargetFile } from '@tufjs/models';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { publicGoodSigningConfig } from '../../../src/sign/public-good-signing-config.ts';
import { publicGoodRoot } from '../../../src/trust/public-good.ts';
import { publicGoodTufRoot } from '../../../src/trust/tuf/public-good.ts';
import { encodeTrustCopy, parseTrustCopy } from '../../../src/trust/tuf/trust-copy.ts';
import type { TrustCopy } from '../../../src/trust/tuf/trust-copy.ts';
import { requireTufRoot, verifyTrustCopy } from '../../../src/trust/tuf/verify-copy.ts';
import { refusalOf } from '../../document/refusal.ts';
import { propertyRuns } from '../../property-runs.ts';
import { TufRepository, newKey, underAnotherId, type RoleName } from './tuf-repository.ts';

const NOW = new Date('2026-11-21T12:00:00Z');
const HOUR_MS = 60 * 60 * 1000;
const TARGETS = {
  'trusted_root.json': Buffer.from(publicGoodRoot()),
  'signing_config.v0.2.json': Buffer.from(publicGoodSigningConfig()),
};
interface SignedJson {
  readonly signatures: unknown[];
  readonly signed: Record<string, unknown>;
}

const PLACE = { code: 'TRUST_CACHE_INVALID', at: 'copy.json', hint: 'update it' } as const;

function repository(): TufRepository {
  return new TufRepository({ ...TARGETS }, NOW);
}

/** `verified`, or the code, the place and what was found. */
function verdict(copy: TrustCopy, firstRoot: Uint8Array): string {
  const refusal = refusalOf(() =>
    verifyTrustCopy(copy, { bytes: firstRoot, file: 'root.json' }, PLACE),
  );
  return refusal === undefined ? 'verified' : `${refusal.code} ${refusal.at}: ${refusal.found}`;
}

/** Everybody's keys change at once, then everything is signed again. */
function rotated(): TufRepository {
  const whole = repository();
  whole.rotate(['root', 'timestamp', 'snapshot', 'targets']);
  whole.rotate(['root']);
  whole.publish();
  return whole;
}

describe('a copy of a TUF repository', () => {
  it('verifies from the first root, and says its versions', () => {
    const whole = rotated();
    const first = { bytes: whole.firstRoot, file: 'root.json' };
    expect(verifyTrustCopy(whole.copy(), first, PLACE)).toEqual({ root: 3, timestamp: 2 });
  });

  it('verifies without a signing config, and without the optional hashes of metadata', () => {
    const whole = new TufRepository({ 'trusted_root.json': TARGETS['trusted_root.json'] }, NOW);
    whole.publish({ plainMeta: true });
    expect(verdict(whole.copy(), whole.firstRoot)).toBe('verified');
  });

  it('is the same after it was written and read', () => {
    const copy = rotated().copy();
    const read = parseTrustCopy(Buffer.from(encodeTrustCopy(copy)), 'copy.json');
    expect(read).toEqual(copy);
  });

  it('is refused under the first root of another repository', () => {
    expect(verdict(repository().copy(), repository().firstRoot)).toBe(
      'TRUST_CACHE_INVALID copy.json#/timestamp: "timestamp was signed by 0/1 keys"',
    );
  });

  it.each(['timestamp', 'snapshot', 'targets'] as const)(
    'is refused if another key signed %s',
    (role) => {
      const whole = repository();
      whole.publish({ signers: { [role]: [newKey()] } });
      expect(verdict(whole.copy(), whole.firstRoot)).toBe(
        `TRUST_CACHE_INVALID copy.json#/${role}: "${role} was signed by 0/1 keys"`,
      );
    },
  );

  it.each<readonly [string, (whole: TufRepository) => void, string]>([
    [
      'that the root before did not sign',
      (whole) => {
        whole.keys = { ...whole.keys, root: [newKey()] };
        whole.addRoot();
      },
      '"root was signed by 0/1 keys"',
    ],
    [
      'that its own keys did not sign',
      (whole) => {
        const former = whole.keys.root;
        whole.keys = { ...whole.keys, root: [newKey()] };
        whole.addRoot({ signers: { root: former } });
      },
      '"root was signed by 0/1 keys"',
    ],
    [
      'that too few of its own keys signed',
      (whole) => {
        const former = whole.keys.root;
        whole.keys = { ...whole.keys, root: [...former, newKey()] };
        whole.addRoot({ signers: { root: former } }, 2);
      },
      '"root was signed by 1/2 keys"',
    ],
    ['that leaves a version out', (whole) => whole.addRoot({ versions: { root: 3 } }), 'version 3'],
    ['of the same version', (whole) => whole.addRoot({ versions: { root: 1 } }), 'version 1'],
  ])('is refused with a root %s', (_, change, found) => {
    const whole = repository();
    change(whole);
    expect(verdict(whole.copy(), whole.firstRoot)).toBe(
      `TRUST_CACHE_INVALID copy.json#/roots/0: ${found}`,
    );
  });

  it('is refused without a root that others follow', () => {
    const whole = rotated();
    const copy = { ...whole.copy(), roots: whole.roots.slice(2) };
    expect(verdict(copy, whole.firstRoot)).toBe(
      'TRUST_CACHE_INVALID copy.json#/roots/0: "root was signed by 0/1 keys"',
    );
  });

  it('counts one key of a role once, whatever it is called', () => {
    const whole = repository();
    const former = whole.keys.root;
    const [one] = former;
    if (one === undefined) throw new Error('no key');
    whole.keys = { ...whole.keys, root: [...former, underAnotherId(one)] };
    whole.addRoot({}, 2);
    expect(verdict(whole.copy(), whole.firstRoot)).toBe(
      'TRUST_CACHE_INVALID copy.json#/roots/0: one key under two ids for "root"',
    );
  });

  it.each<[string, (hex: string) => string]>([
    ['capitals', (hex) => hex.toUpperCase()],
    ['PEM', pemOf],
  ])('counts one key of a role once, also if it is written in %s', (_, write) => {
    const whole = repository();
    const former = whole.keys.root;
    const [one] = former;
    if (one === undefined) throw new Error('no key');
    const { keyID, keyType, scheme } = underAnotherId(one).key;
    const keyVal = { public: write(String(one.key.keyVal['public'])) };
    const other = { key: new Key({ keyID, keyType, scheme, keyVal }), secret: one.secret };
    whole.keys = { ...whole.keys, root: [...former, other] };
    whole.addRoot({}, 2);
    expect(verdict(whole.copy(), whole.firstRoot)).toBe(
      'TRUST_CACHE_INVALID copy.json#/roots/0: one key under two ids for "root"',
    );
  });

  it.each<readonly [string, (json: SignedJson) => void, string]>([
    [
      'a signature twice',
      ({ signatures }) => signatures.push(...signatures),
      '"multiple signatures found for keyid: ',
    ],
    [
      'no signature',
      ({ signatures }) => signatures.splice(0),
      '"timestamp was signed by 0/1 keys"',
    ],
    ['another type', ({ signed }) => (signed['_type'] = 'snapshot'), `"expected 'timestamp', got `],
    ['another specification', ({ signed }) => (signed['spec_version'] = '2.0'), '"Unsupported'],
    ['no expiry', ({ signed }) => delete signed['expires'], '"expires is not defined"'],
    [
      'a later expiry',
      ({ signed }) => (signed['expires'] = '2099-01-01T00:00:00Z'),
      '"timestamp was',
    ],
    ['another field', ({ signed }) => (signed['x'] = 1), '"timestamp was signed by 0/1 keys"'],
  ])('is refused if its timestamp has %s', (_, change, found) => {
    const whole = repository();
    const json = JSON.parse(whole.file('timestamp.json').toString('utf8')) as SignedJson;
    change(json);
    const timestamp = Buffer.from(JSON.stringify(json));
    expect(verdict({ ...whole.copy(), timestamp }, whole.firstRoot)).toMatch(
      `TRUST_CACHE_INVALID copy.json#/timestamp: ${found}`,
    );
  });

  it.each<readonly [string, string, (before: TrustCopy) => Partial<TrustCopy>]>([
    ['snapshot', 'snapshot', ({ snapshot }) => ({ snapshot })],
    ['targets', 'targets', ({ targets }) => ({ targets })],
    ['snapshot and targets', 'snapshot', ({ snapshot, targets }) => ({ snapshot, targets })],
  ])('is refused with an older %s', (_, pointer, older) => {
    for (const plainMeta of [true, false]) {
      const whole = repository();
      const before = whole.copy();
      whole.publish({ plainMeta });
      const found = verdict({ ...whole.copy(), ...older(before) }, whole.firstRoot);
      expect(found).toMatch(`TRUST_CACHE_INVALID copy.json#/${pointer}: `);
      expect(found).toMatch(plainMeta ? /: version 1$/ : /: "Expected (?:hash|length) /);
    }
  });

  it.each<readonly [RoleName, string]>([
    ['root', 'updatedAt'],
    ['timestamp', 'timestamp'],
    ['snapshot', 'snapshot'],
    ['targets', 'targets'],
  ])('is refused if %s had expired at the update, not if it does later', (role, pointer) => {
    const end = new Date(NOW.getTime() + HOUR_MS);
    const make = (): TufRepository => {
      const whole = new TufRepository({ ...TARGETS }, NOW);
      if (role === 'root') {
        whole.roots.length = 0;
        whole.addRoot({ expires: { root: end }, versions: { root: 1 } });
      }
      whole.publish({ expires: { [role]: end } });
      return whole;
    };
    const whole = make();
    expect(verdict(whole.copy(new Date(end.getTime() - 1000)), whole.firstRoot)).toBe('verified');
    expect(verdict(whole.copy(end), whole.firstRoot)).toBe(
      `TRUST_CACHE_INVALID copy.json#/${pointer}: metadata that expired at "2026-11-21T13:00:00Z"`,
    );
  });

  it.each<readonly [string, Partial<TrustCopy>, string]>([
    ['a longer root', { trustedRoot: edited(TARGETS['trusted_root.json'], '{', '{ ') }, 'bytes'],
    [
      'a root of the same length',
      { trustedRoot: edited(TARGETS['trusted_root.json'], '2022', '2021') },
      'another hash',
    ],
    ['the signing config as its root', { trustedRoot: TARGETS['signing_config.v0.2.json'] }, 'by'],
  ])('is refused with %s', (_, change, found) => {
    const whole = repository();
    const text = verdict({ ...whole.copy(), ...change }, whole.firstRoot);
    expect(text).toMatch('TRUST_CACHE_INVALID copy.json#/trustedRoot: ');
    expect(text).toMatch(found);
  });

  it('is refused with another signing config', () => {
    const whole = repository();
    const signingConfig = edited(TARGETS['signing_config.v0.2.json'], 'rekor', 'rekoi');
    expect(verdict({ ...whole.copy(), signingConfig }, whole.firstRoot)).toBe(
      'TRUST_CACHE_INVALID copy.json#/signingConfig: another hash',
    );
  });

  it('is refused if targets.json has no such target', () => {
    const whole = new TufRepository({ 'trusted_root.json': TARGETS['trusted_root.json'] }, NOW);
    const copy = { ...whole.copy(), signingConfig: TARGETS['signing_config.v0.2.json'] };
    expect(verdict(copy, whole.firstRoot)).toBe(
      'TRUST_CACHE_INVALID copy.json#/signingConfig: no target signing_config.v0.2.json',
    );
  });

  it.each(['no hash', 'a weak one'])('is refused if targets.json states %s', (hash) => {
    const whole = repository();
    whole.publish({
      targetFile: (path, content) => {
        const md5 = createHash('md5').update(content).digest('hex');
        const hashes: Record<string, string> = hash === 'no hash' ? {} : { md5 };
        return new TargetFile({ path, length: content.length, hashes });
      },
    });
    expect(verdict(whole.copy(), whole.firstRoot)).toBe(
      'TRUST_CACHE_INVALID copy.json#/trustedRoot: another hash',
    );
  });

  it('says nothing else after a change of one byte anywhere', () => {
    const whole = rotated();
    const copy = whole.copy();
    const bytes = Buffer.from(encodeTrustCopy(copy));
    const changed = fc.record({
      index: fc.nat(bytes.length - 1),
      mask: fc.integer({ min: 1, max: 255 }),
    });
    const accepted: TrustCopy[] = [];
    fc.assert(
      fc.property(changed, ({ index, mask }) => {
        const other = Buffer.from(bytes);
        other[index] = (other[index] ?? 0) ^ mask;
        const refusal = refusalOf(() => {
          const read = parseTrustCopy(other, 'copy.json');
          verifyTrustCopy(read, { bytes: whole.firstRoot, file: 'root.json' }, PLACE);
          accepted.push(read);
        });
        return refusal === undefined || refusal.code === 'TRUST_CACHE_INVALID';
      }),
      { numRuns: propertyRuns(300, 2000) },
    );
    // Blanks of JSON, or the time of the update, which nobody signs.
    for (const { trustedRoot, signingConfig } of accepted) {
      expect({ trustedRoot, signingConfig }).toEqual({
        trustedRoot: TARGETS['trusted_root.json'],
        signingConfig: TARGETS['signing_config.v0.2.json'],
      });
    }
    expect(accepted.length).toBeLessThan(propertyRuns(300, 2000) / 4);
  });
});

describe('the public-good repository, as it was on 2026-08-21', () => {
  const file = (name: string): Buffer =>
    readFileSync(new URL(`../../../testdata/public-good/${name}`, import.meta.url));
  const { roots, ...metadata } = parseTrustCopy(file('tuf-copy.json'), 'tuf-copy.json');
  const all = [file('tuf-first-root.json'), ...roots, Buffer.from(publicGoodTufRoot())];

  it('verifies from the embedded root', () => {
    expect(verdict({ ...metadata, roots: [] }, publicGoodTufRoot())).toBe('verified');
  });

  it('verifies from each root that it ever had, through all that followed', () => {
    expect(all).toHaveLength(16);
    for (const [index, first] of all.entries()) {
      expect(verdict({ ...metadata, roots: all.slice(index + 1) }, first)).toBe('verified');
    }
  });

  it('does not a week later: its timestamp had expired', () => {
    const copy = { ...metadata, roots: [], updatedAt: new Date('2026-08-28T19:25:56Z') };
    expect(verdict(copy, publicGoodTufRoot())).toBe(
      'TRUST_CACHE_INVALID copy.json#/timestamp: metadata that expired at "2026-08-28T19:25:56Z"',
    );
  });
});

describe('the first TUF root', () => {
  it('is the embedded one, which its own keys signed', () => {
    expect(() => requireTufRoot(publicGoodTufRoot(), 'embedded')).not.toThrow();
  });

  it.each<readonly [string, Uint8Array | string, string]>([
    ['is no JSON', 'root', 'plain text'],
    ['is a page', '<!doctype html><html></html>', 'an HTML page'],
    ['is a trusted root', publicGoodRoot(), 'a Sigstore trusted root'],
    ['is a timestamp', repository().file('timestamp.json'), 'TUF metadata'],
    ['was not signed by its own keys', unsignedRoot(), '"root was signed by 0/1 keys"'],
  ])('is refused if it %s', (_, content, found) => {
    const refusal = refusalOf(() => requireTufRoot(Buffer.from(content), 'root.json'));
    expect([refusal?.code, refusal?.at]).toEqual(['TUF_ROOT_INVALID', 'root.json']);
    expect(refusal?.found).toContain(found);
  });
});

function edited(bytes: Buffer, from: string, to: string): Buffer {
  return Buffer.from(bytes.toString('utf8').replace(from, to));
}

function unsignedRoot(): Buffer {
  const whole = repository();
  whole.addRoot({ signers: { root: [newKey()] } });
  return whole.file('2.root.json');
}

/** An Ed25519 key, from its 32 bytes in hexadecimal digits (RFC 8410 §4). */
function pemOf(hex: string): string {
  const key = Buffer.from(`302a300506032b6570032100${hex}`, 'hex');
  const publicKey = createPublicKey({ key, format: 'der', type: 'spki' });
  return publicKey.export({ format: 'pem', type: 'spki' }).toString();
}
