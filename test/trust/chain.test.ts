import { X509Certificate } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import * as der from '../../src/der/write-der.ts';
import * as x509 from '../../src/sandbox/certificate.ts';
import { ChainJudge, readSigner } from '../../src/trust/judge/chain.ts';
import { refusalOf } from '../document/refusal.ts';
import { YEAR } from './forge.ts';
import {
  MAY_CERTIFY,
  RSA_WITH_SHA256,
  UNUSABLE,
  authority,
  certify,
  ec,
  ed25519,
  purposes,
  rsa,
  type Wanted,
} from './odd-certificate.ts';

const { codeSigning, timeStamping } = x509.EXTENDED_KEY_USAGE;
const PLACE = { code: 'CERTIFICATE_INVALID', at: 'bundle#/certificate', hint: 'none' } as const;
const AT = new Date('2026-06-01T12:00:00Z');
const KEYS = { root: ec('P-384'), middle: ec('P-384'), leaf: ec('P-256'), other: ec('P-384') };
const LEAF = [x509.digitalSignatureExtension(), purposes([codeSigning])];

type Change = Partial<Wanted> & { readonly signedBy?: Wanted['keys'] };

interface Changes {
  readonly root?: Change;
  readonly middle?: Change;
  readonly leaf?: Change;
}

/** A signer, an intermediate and a root. */
function chainOf({ root = {}, middle = {}, leaf = {} }: Changes): readonly X509Certificate[] {
  const wanted = (who: keyof Changes, extensions: readonly Buffer[]): Wanted => {
    const name = x509.distinguishedName('chain.invalid', who);
    return { keys: KEYS[who], name, validity: YEAR, extensions };
  };
  const top = certify({ ...wanted('root', [MAY_CERTIFY, authority(1)]), ...root });
  const between = certify(
    { ...wanted('middle', [MAY_CERTIFY, authority(0)]), ...middle },
    { name: top.name, keys: middle.signedBy ?? top.keys },
  );
  const signer = certify(
    { ...wanted('leaf', LEAF), ...leaf },
    { name: between.name, keys: leaf.signedBy ?? between.keys },
  );
  return [signer, between, top].map(({ der: bytes }) => new X509Certificate(bytes));
}

function verdict(
  [leaf, ...chain]: readonly X509Certificate[],
  times: readonly Date[] = [AT],
  judge = new ChainJudge(),
): string {
  if (leaf === undefined) throw new TypeError('no leaf');
  const refusal = refusalOf(() => {
    const signer = readSigner(leaf, 'code signing', PLACE);
    judge.judge(signer, chain, { purpose: 'code signing', times, place: PLACE });
  });
  return refusal === undefined ? 'verified' : `${refusal.code} ${refusal.at}: ${refusal.found}`;
}

const REFUSED = 'CERTIFICATE_INVALID bundle#/certificate: ';
const CA = [MAY_CERTIFY, authority(0)];

describe('a chain that verifies', () => {
  it.each<[string, Changes]>([
    ['nothing unusual', {}],
    [
      'an unknown extension that is not critical',
      { middle: { extensions: [...CA, x509.extension('1.2.3.4', der.nullValue())] } },
    ],
    [
      'an intermediate for code signing among others',
      { middle: { extensions: [...CA, purposes([timeStamping, codeSigning])] } },
    ],
    [
      'an intermediate for any purpose',
      { middle: { extensions: [...CA, purposes(['2.5.29.37.0'])] } },
    ],
    ['a root without a path length', { root: { extensions: [MAY_CERTIFY, authority()] } }],
    ['RSA keys of 2048 bits', { root: { keys: rsa(2048) }, leaf: { keys: rsa(2048) } }],
    ['a P-521 key of an authority', { middle: { keys: ec('P-521') } }],
    ['Ed25519 keys', { middle: { keys: ed25519() }, leaf: { keys: ed25519() } }],
    ['a P-384 key of the signer', { leaf: { keys: ec('P-384') } }],
  ])('may have %s', (_, changes) => {
    expect(verdict(chainOf(changes))).toBe('verified');
  });

  it('may have a signer whose issuer is the root itself', () => {
    const [, , root] = chainOf({});
    if (root === undefined) throw new TypeError('no root');
    const issuer = { name: x509.distinguishedName('chain.invalid', 'root'), keys: KEYS.root };
    const leaf = certify(
      { keys: KEYS.leaf, name: x509.EMPTY_NAME, validity: YEAR, extensions: LEAF },
      issuer,
    );
    expect(verdict([new X509Certificate(leaf.der), root])).toBe('verified');
  });
});

describe('an authority', () => {
  const UNUSABLE_ROWS = Object.entries(UNUSABLE);

  it.each(UNUSABLE_ROWS)('with %s is refused', (_, extension) => {
    const found = verdict(chainOf({ middle: { extensions: [...CA, extension] } }));
    expect(found).toMatch(/^CERTIFICATE_INVALID bundle#\/certificate: /);
    const above = chainOf({ root: { extensions: [MAY_CERTIFY, authority(1), extension] } });
    expect(verdict(above)).toBe(found);
  });

  it.each<[string, Changes, string]>([
    [
      'with an extended key usage without code signing',
      { middle: { extensions: [...CA, purposes([timeStamping])] } },
      'an authority for "2b06010505070308" alone',
    ],
    [
      'without basic constraints',
      { middle: { extensions: [MAY_CERTIFY] } },
      'an issuer that is no authority',
    ],
    [
      'that is none by its basic constraints',
      { middle: { extensions: [MAY_CERTIFY, x509.extension('2.5.29.19', der.sequence(), true)] } },
      'an issuer that is no authority',
    ],
    [
      'without key usage',
      { middle: { extensions: [authority(0)] } },
      'an issuer whose key may not certify',
    ],
    [
      'whose key may only sign',
      { middle: { extensions: [x509.digitalSignatureExtension(), authority(0)] } },
      'an issuer whose key may not certify',
    ],
    [
      'with too short a path length',
      { root: { extensions: [MAY_CERTIFY, authority(0)] } },
      '1 authorities below one',
    ],
    [
      'with a negative path length',
      {
        middle: {
          extensions: [
            MAY_CERTIFY,
            x509.extension(
              '2.5.29.19',
              der.sequence(der.boolean(true), Buffer.from('0201ff', 'hex')),
              true,
            ),
          ],
        },
      },
      'the path length 0xff',
    ],
    [
      'with an RSA key of 1024 bits',
      { middle: { keys: rsa(1024) } },
      'an issuer with the key rsa 1024',
    ],
    [
      'that another key signed',
      { middle: { signedBy: KEYS.other } },
      'a certificate that its issuer did not sign',
    ],
    [
      'that expired before the time of signing',
      { middle: { validity: { ...YEAR, notAfter: new Date('2026-06-01T11:59:59Z') } } },
      `${AT.toISOString()}, when the certificate of "O=chain.invalid\\nCN=middle" was not valid`,
    ],
    [
      'that began after the time of signing',
      { root: { validity: { ...YEAR, notBefore: new Date('2026-06-01T12:00:01Z') } } },
      `${AT.toISOString()}, when the certificate of "O=chain.invalid\\nCN=root" was not valid`,
    ],
    ['with one extension twice', { middle: { extensions: [...CA, authority(0)] } }, '551d13 twice'],
    [
      'with another algorithm in its signed part',
      { middle: { innerAlgorithm: RSA_WITH_SHA256 } },
      'two different signature algorithms',
    ],
  ])('%s is refused', (_, changes, found) => {
    expect(verdict(chainOf(changes))).toBe(`${REFUSED}${found}`);
  });

  it('that is of another chain is refused, whatever it is called', () => {
    const [leaf, , root] = chainOf({});
    const [, between] = chainOf({ middle: { keys: KEYS.other } });
    if (!leaf || !between || !root) throw new TypeError('no chain');
    const found = 'a certificate that its issuer did not sign';
    expect(verdict([leaf, between, root])).toBe(`${REFUSED}${found}`);
    expect(verdict([leaf, root])).toBe(`${REFUSED}${found}`);
    expect(verdict([leaf])).toBe(`${REFUSED}a certificate without an issuer`);
  });
});

describe('a signer', () => {
  it.each<[string, Change, string]>([
    ['with an RSA key of 1024 bits', { keys: rsa(1024) }, 'the key rsa 1024'],
    ['with a P-521 key', { keys: ec('P-521') }, 'the key ec secp521r1'],
    [
      'that another key signed',
      { signedBy: KEYS.other },
      'a certificate that its issuer did not sign',
    ],
    [
      'with name constraints',
      { extensions: [...LEAF, UNUSABLE['name constraints'] ?? Buffer.of()] },
      'a certificate with name constraints',
    ],
    [
      'that is an authority',
      { extensions: [...LEAF, authority(0)] },
      'the certificate of an authority',
    ],
    [
      'that was not valid at the time of signing',
      { validity: { ...YEAR, notAfter: new Date('2026-06-01T11:59:59Z') } },
      `${AT.toISOString()}, when the certificate of "O=chain.invalid\\nCN=leaf" was not valid`,
    ],
  ])('%s is refused', (_, leaf, found) => {
    expect(verdict(chainOf({ leaf }))).toBe(`${REFUSED}${found}`);
  });

  it('must be valid at every time', () => {
    const late = new Date(YEAR.notAfter.getTime() + 1);
    expect(verdict(chainOf({}), [AT, YEAR.notAfter])).toBe('verified');
    expect(verdict(chainOf({}), [AT, late])).toContain(late.toISOString());
  });
});

describe('a judge of chains', () => {
  it('remembers nothing that lets another chain or another time pass', () => {
    const judge = new ChainJudge();
    const good = chainOf({});
    expect(verdict(good, [AT], judge)).toBe('verified');
    expect(verdict(good, [AT], judge)).toBe('verified');
    expect(verdict(good, [new Date('2030-01-01T00:00:00Z')], judge)).toContain('2030-01-01');
    const forged = chainOf({ leaf: { signedBy: KEYS.other } });
    expect(verdict(forged, [AT], judge)).toContain('did not sign');
    expect(verdict(good, [AT], judge)).toBe('verified');
  });
});
