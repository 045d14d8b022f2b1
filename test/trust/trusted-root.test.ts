import { generateKeyPairSync, type KeyObject } from 'node:crypto';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { publicGoodSigningConfig } from '../../src/sign/public-good-signing-config.ts';
import { parseSigningConfig } from '../../src/sign/signing-config.ts';
import { parseTrustedRoot } from '../../src/trust/parse-trusted-root.ts';
import { publicGoodRoot } from '../../src/trust/public-good.ts';
import { refusalOf } from '../document/refusal.ts';
import { edited, encode, type RootJson } from './forge.ts';
import { rsa } from './odd-certificate.ts';

const GOOD = JSON.parse(Buffer.from(publicGoodRoot()).toString('utf8')) as RootJson;

function verdict(root: unknown): string {
  const bytes = root instanceof Uint8Array ? root : encode(root);
  const refusal = refusalOf(() => parseTrustedRoot(bytes, 'root.json'));
  return refusal === undefined ? 'usable' : `${refusal.code} ${refusal.at}`;
}

type Change = (root: RootJson) => unknown;

describe('a trusted root', () => {
  it('lists logs and authorities with their windows', () => {
    const root = parseTrustedRoot(publicGoodRoot(), 'root.json');
    expect(root.logs.map(({ baseUrl }) => baseUrl)).toEqual([
      'https://rekor.sigstore.dev',
      'https://log2025-1.rekor.sigstore.dev',
    ]);
    expect(root.certificateLogs).toHaveLength(2);
    expect(root.certificateAuthorities.map(({ chain }) => chain.length)).toEqual([1, 2]);
    expect(root.timestampAuthorities.map(({ validFor }) => validFor.start)).toEqual([
      new Date('2025-07-04T00:00:00Z'),
    ]);
  });

  it.each<[string, Change]>([
    ['null where protobuf has nothing', (r) => Object.assign(at(r.tlogs), { operator: null })],
    ['an operator', (r) => Object.assign(at(r.tlogs), { operator: 'sigstore.dev' })],
    [
      'the media type of 0.2',
      (r) => (r.mediaType = 'application/vnd.dev.sigstore.trustedroot.v0.2+json'),
    ],
    ['no timestamp authorities', (r) => (r.timestampAuthorities = [])],
  ])('is usable with %s', (_, change) => {
    expect(verdict(edited(GOOD, (root) => void change(root)))).toBe('usable');
  });

  it('does without a log whose kind of key it cannot verify', () => {
    const bytes = encode(
      edited(GOOD, (root) => (at(root.tlogs).publicKey.keyDetails = 'ML_DSA_65')),
    );
    expect(parseTrustedRoot(bytes, 'root.json').logs).toHaveLength(1);
  });

  it('does without a log whose key is too weak for a signer, and still knows that it is listed', () => {
    const { publicKey } = rsa(1024);
    const bytes = encode(
      edited(GOOD, (root) => {
        const key = at(root.ctlogs).publicKey;
        key.keyDetails = 'PKIX_RSA_PKCS1V15_2048_SHA256';
        key.rawBytes = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
      }),
    );
    const root = parseTrustedRoot(bytes, 'root.json');
    expect([root.certificateLogs.length, root.certificateLogWindows.length]).toEqual([1, 2]);
  });

  it.each<readonly [string, KeyObject, string, string]>([
    ...(['P-384', 'P-521'] as const).map(
      (namedCurve) =>
        [
          'PKIX_ECDSA_P256_SHA_256',
          generateKeyPairSync('ec', { namedCurve }).publicKey,
          namedCurve === 'P-384' ? 'ec secp384r1' : 'ec secp521r1',
          'ECDSA P-256',
        ] as const,
    ),
    ['PKIX_RSA_PKCS1V15_4096_SHA256', rsa(2048).publicKey, 'rsa 2048', 'RSA 4096'],
    ['PKIX_RSA_PKCS1V5', generateKeyPairSync('ed25519').publicKey, 'ed25519', 'RSA'],
  ])('is refused if a key named %s is another one', (keyDetails, key, found, expected) => {
    const rawBytes = key.export({ format: 'der', type: 'spki' }).toString('base64');
    for (const list of ['tlogs', 'ctlogs'] as const) {
      const bytes = encode(
        edited(GOOD, (root) => Object.assign(at(root[list]).publicKey, { keyDetails, rawBytes })),
      );
      expect(refusalOf(() => parseTrustedRoot(bytes, 'root.json'))).toMatchObject({
        code: 'TRUSTED_ROOT_INVALID',
        at: `root.json#/${list}/0/publicKey/rawBytes`,
        found: `a key of the kind ${found}`,
        expected: `${expected}, as keyDetails says`,
      });
    }
  });

  it('is usable with a key of the kind that it names', () => {
    const keys = [
      ['PKIX_ECDSA_P256_SHA_256', generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey],
      ['PKIX_RSA_PKCS1V5', rsa(3072).publicKey],
      ['PKIX_RSA_PKCS1V15_2048_SHA256', rsa(2048).publicKey],
      ['PKIX_ED25519', generateKeyPairSync('ed25519').publicKey],
    ] as const;
    for (const [keyDetails, key] of keys) {
      const rawBytes = key.export({ format: 'der', type: 'spki' }).toString('base64');
      const bytes = encode(
        edited(GOOD, (root) => Object.assign(at(root.tlogs).publicKey, { keyDetails, rawBytes })),
      );
      expect(parseTrustedRoot(bytes, 'root.json').logs).toHaveLength(GOOD.tlogs.length);
    }
  });

  it.each<[string, Change, string]>([
    ['another media type', (r) => (r.mediaType = 'application/json'), '/mediaType'],
    [
      'a log without a start',
      (r) => delete at(r.tlogs).publicKey.validFor.start,
      '/tlogs/0/publicKey/validFor/start',
    ],
    [
      'a certificate log without a start',
      (r) => delete at(r.ctlogs).publicKey.validFor.start,
      '/ctlogs/0/publicKey/validFor/start',
    ],
    [
      'an authority without a start',
      (r) => delete at(r.certificateAuthorities).validFor.start,
      '/certificateAuthorities/0/validFor/start',
    ],
    [
      'a start that is no time',
      (r) => (at(r.tlogs).publicKey.validFor.start = 'yesterday'),
      '/tlogs/0/publicKey/validFor/start',
    ],
    [
      'a start on a day that no year has',
      (r) => (at(r.tlogs).publicKey.validFor.start = '2021-02-30T00:00:00Z'),
      '/tlogs/0/publicKey/validFor/start',
    ],
    [
      'an end on a day that this year does not have',
      (r) => (at(r.certificateAuthorities).validFor.end = '2023-02-29T00:00:00Z'),
      '/certificateAuthorities/0/validFor/end',
    ],
    ['one log id twice', (r) => r.tlogs.push(at(r.tlogs)), '/tlogs'],
    [
      'a key that is no key',
      (r) => (at(r.tlogs).publicKey.rawBytes = 'AAAA'),
      '/tlogs/0/publicKey/rawBytes',
    ],
    [
      'a key of another kind than it says',
      (r) => (at(r.tlogs).publicKey.keyDetails = 'PKIX_ED25519'),
      '/tlogs/0/publicKey/rawBytes',
    ],
    [
      'a hash that is not SHA-256',
      (r) => (at(r.tlogs).hashAlgorithm = 'SHA2_512'),
      '/tlogs/0/hashAlgorithm',
    ],
    [
      'an authority without a certificate',
      (r) => (at(r.certificateAuthorities).certChain.certificates = []),
      '/certificateAuthorities/0/certChain/certificates',
    ],
    [
      'a certificate that is none',
      (r) => (at(at(r.certificateAuthorities).certChain.certificates).rawBytes = 'AAAA'),
      '/certificateAuthorities/0/certChain/certificates/0/rawBytes',
    ],
    [
      'a chain from the root to the leaf',
      (r) => {
        const { certChain } = r.certificateAuthorities[1] ?? at(r.certificateAuthorities);
        certChain.certificates = certChain.certificates.toReversed();
      },
      '/certificateAuthorities/1/certChain/certificates',
    ],
    [
      'a field that nobody knows',
      (r) => Object.assign(at(r.tlogs), { revoked: true }),
      '/tlogs/0/revoked',
    ],
    ['a list that nobody knows', (r) => Object.assign(r, { revocations: [] }), '/revocations'],
  ])('cannot be used with %s', (_, change, pointer) => {
    const root = edited(GOOD, (copy) => void change(copy));
    expect(verdict(root)).toBe(`TRUSTED_ROOT_INVALID root.json#${pointer}`);
  });

  it('is a bounded JSON document', () => {
    expect(verdict(Buffer.from(''))).toBe('TRUSTED_ROOT_INVALID root.json');
    expect(verdict(Buffer.alloc(1024 * 1024 + 1, ' '))).toBe('TRUSTED_ROOT_INVALID root.json');
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(verdict(Buffer.from(json))).toMatch(/^TRUSTED_ROOT_INVALID /);
      }),
    );
  });
});

function at<T>(list: readonly T[]): T {
  const [first] = list;
  if (first === undefined) throw new TypeError('an empty list');
  return first;
}

describe('a file with more than a trusted root', () => {
  const [root, config] = [publicGoodRoot(), publicGoodSigningConfig()].map(
    (bytes) => JSON.parse(Buffer.from(bytes).toString('utf8')) as Record<string, unknown>,
  );
  const both = {
    mediaType: 'application/vnd.dev.sigstore.clienttrustconfig.v0.1+json',
    trustedRoot: root,
    signingConfig: config,
  };

  it('is a ClientTrustConfig, of which each reader takes its part', () => {
    const bytes = encode(both);
    expect(parseTrustedRoot(bytes, 'both.json')).toEqual(
      parseTrustedRoot(publicGoodRoot(), 'both.json'),
    );
    const inside = JSON.stringify(parseSigningConfig(bytes, 'both.json'));
    const alone = JSON.stringify(parseSigningConfig(publicGoodSigningConfig(), 'both.json'));
    // What names an address is in the message inside.
    expect(inside.replaceAll('both.json#/signingConfig/', 'both.json#/')).toBe(alone);
  });

  it.each<readonly [string, object, string]>([
    ['no root', { ...both, trustedRoot: undefined }, '#/trustedRoot'],
    ['a root of another kind', { ...both, trustedRoot: config }, '#/trustedRoot/mediaType'],
    ['an unknown field', { ...both, more: 1 }, '#/more'],
    ['a ClientTrustConfig in it', { ...both, trustedRoot: both }, '#/trustedRoot/mediaType'],
    ['another version', { ...both, mediaType: `${both.mediaType}2` }, '#/mediaType'],
  ])('is refused with %s', (_, content, pointer) => {
    expect(verdict(content)).toBe(`TRUSTED_ROOT_INVALID root.json${pointer}`);
  });

  it('is no signing config without one', () => {
    const refusal = refusalOf(() =>
      parseSigningConfig(encode({ ...both, signingConfig: undefined }), 'both.json'),
    );
    expect([refusal?.code, refusal?.at]).toEqual([
      'SIGNING_CONFIG_INVALID',
      'both.json#/signingConfig',
    ]);
  });

  const line = JSON.stringify(root);

  it('takes one root on one line', () => {
    expect(verdict(Buffer.from(`\n${line}\n`))).toBe('usable');
  });

  it.each([`${line}\n${line}\n`, `${line}\r\n\r\n${line}`, `\n${line}\n{}\n`])(
    'names several, one on each line, and how to take one out',
    (text) => {
      const refusal = refusalOf(() => parseTrustedRoot(Buffer.from(text), 'my roots.jsonl'));
      expect([refusal?.code, refusal?.at]).toEqual(['TRUSTED_ROOT_INVALID', 'my roots.jsonl']);
      expect(refusal?.found).toMatch(
        /^2 trusted roots, one on each line \(line \d: "sigstore.dev"; /,
      );
      const first = text.startsWith('\n') ? 2 : 1;
      expect(refusal?.hint).toContain(
        `mkdir unpacked && sed -n ${first}p 'my roots.jsonl' > unpacked/trusted_root.json`,
      );
    },
  );

  it.each([`${line}\nx\n`, `${line}${line}`, '{}\n{}\n', `${line}\n[]\n`])(
    'names no other file so',
    (text) => {
      const refusal = refusalOf(() => parseTrustedRoot(Buffer.from(text), 'root.json'));
      expect(refusal?.code).toBe('TRUSTED_ROOT_INVALID');
      expect(refusal?.found).not.toContain('one on each line');
    },
  );
});
