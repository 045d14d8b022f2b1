// What other verifiers let through, and what they refuse though it is good, each from a bundle that
// verifies, with one thing changed. Both judges, and our own alone.

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import * as der from '../../src/der/write-der.ts';
import * as x509 from '../../src/sandbox/certificate.ts';
import type { KeyPair } from '../../src/sandbox/certificate.ts';
import { propertyRuns } from '../property-runs.ts';
import {
  EMAIL,
  Forge,
  IDENTITY,
  ISSUER,
  SIGNED_AT,
  edited,
  ephemeralKeys,
  issuerExtensions,
  nameExtension,
  type BundleJson,
  type RootJson,
  YEAR,
} from './forge.ts';
import { judgesUnder } from './judges.ts';
import {
  MAY_CERTIFY,
  UNUSABLE,
  authority,
  certify,
  ec,
  ed25519,
  purposes,
  rsa,
  type Wanted,
} from './odd-certificate.ts';
import {
  ODD_TIMESTAMPS,
  OID,
  STAMPING,
  algorithm,
  imprintOf,
  likeOpenSsl,
  stamp,
  stampingChain,
  type ChainChanges,
  type Token,
} from './odd-timestamp.ts';

const FILE = 'attestation.intoto.jsonl';
const CERTIFICATE = `CERTIFICATE_INVALID ${FILE}#/verificationMaterial/certificate/rawBytes`;
const STAMPS = `${FILE}#/verificationMaterial/timestampVerificationData/rfc3161Timestamps`;
const TIMESTAMP = `TIMESTAMP_INVALID ${STAMPS}/0/signedTimestamp`;
const { codeSigning, timeStamping } = x509.EXTENDED_KEY_USAGE;

const forge = new Forge();
const BUNDLE = forge.sign();
const CA = [MAY_CERTIFY, authority(0), purposes([codeSigning])];

/** The root with another certificate of the intermediate, or of the root, of its authority. */
function rootWith(who: 'intermediate' | 'root', change: Partial<Wanted>): RootJson {
  const { root } = forge.authority;
  const { keys, name } = forge.authority[who];
  const extensions = who === 'root' ? [MAY_CERTIFY, authority(1)] : CA;
  const other = certify({ keys, name, validity: YEAR, extensions, ...change }, root);
  return edited(forge.root, ({ certificateAuthorities: [first] }) => {
    const at = who === 'root' ? 1 : 0;
    first?.certChain.certificates.splice(at, 1, { rawBytes: other.der.toString('base64') });
  });
}

describe('a certificate authority of the root', () => {
  it.each(['intermediate', 'root'] as const)('may have another certificate (%s)', (who) => {
    expect(judgesUnder(rootWith(who, {}))(BUNDLE)).toBe('verified');
  });

  it.each<[string, Partial<Wanted>]>([
    ...Object.entries(UNUSABLE).map(([name, extension]): [string, Partial<Wanted>] => [
      `with ${name}`,
      { extensions: [...CA, extension] },
    ]),
    [
      'with an extended key usage without code signing',
      { extensions: [MAY_CERTIFY, authority(0), purposes([timeStamping])] },
    ],
    ['that is no authority', { extensions: [MAY_CERTIFY] }],
    ['whose key may not certify', { extensions: [authority(0), x509.digitalSignatureExtension()] }],
    [
      'that had expired when the bundle was signed',
      {
        validity: { ...YEAR, notAfter: new Date(SIGNED_AT.getTime() - 1000) },
      },
    ],
  ])('an authority %s is refused', (_, change) => {
    expect(judgesUnder(rootWith('intermediate', change))(BUNDLE)).toBe(CERTIFICATE);
  });

  it('an authority whose path is too long is refused', () => {
    const change = { extensions: [MAY_CERTIFY, authority(0)] };
    expect(judgesUnder(rootWith('root', change))(BUNDLE)).toBe(CERTIFICATE);
  });

  it('may issue a signer itself though it has an intermediate', () => {
    const bundle = forge.sign({ issuer: 'root' });
    expect(judgesUnder(forge.root)(bundle)).toBe('verified');
  });

  it('may have no intermediate', () => {
    const root = edited(forge.root, ({ certificateAuthorities: [first] }) => {
      first?.certChain.certificates.shift();
    });
    expect(judgesUnder(root)(forge.sign({ issuer: 'root' }))).toBe('verified');
    expect(judgesUnder(root)(BUNDLE)).toBe(CERTIFICATE);
  });

  it('that another one signed is no trust anchor to the library, so the judges disagree', () => {
    const root = edited(forge.root, ({ certificateAuthorities: [first] }) => {
      first?.certChain.certificates.pop();
    });
    const found = `JUDGES_DISAGREE ${FILE}; by our own judge alone: verified`;
    expect(judgesUnder(root)(BUNDLE)).toBe(found);
  });

  it('an authority that is wrong refuses no bundle that does not depend on it', () => {
    const root = edited(forge.root, ({ certificateAuthorities }) => {
      const { certificateAuthorities: bad } = rootWith('intermediate', { extensions: [] });
      certificateAuthorities.unshift(...bad);
    });
    expect(judgesUnder(root)(BUNDLE)).toBe('verified');
  });
});

describe('the key of a signer', () => {
  /** The bundle with a certificate of another key. */
  function withKey(keys: KeyPair): BundleJson {
    const extensions = [
      x509.digitalSignatureExtension(),
      purposes([codeSigning]),
      nameExtension([EMAIL, IDENTITY]),
      ...issuerExtensions(ISSUER, ISSUER),
    ];
    const validity = { notBefore: SIGNED_AT, notAfter: new Date(SIGNED_AT.getTime() + 600_000) };
    const wanted = { keys, name: x509.EMPTY_NAME, validity, extensions };
    const { der: bytes } = certify(wanted, forge.authority.intermediate);
    return edited(BUNDLE, ({ verificationMaterial }) => {
      verificationMaterial.certificate = { rawBytes: bytes.toString('base64') };
    });
  }

  it.each([
    ['P-256', ec('P-256')],
    ['P-384', ec('P-384')],
    ['Ed25519', ed25519()],
    ['RSA 2048', rsa(2048)],
  ])('is read if it is %s', (_, keys) => {
    const found = `SIGNATURE_INVALID ${FILE}#/dsseEnvelope/signatures/0/sig`;
    expect(judgesUnder(forge.root)(withKey(keys))).toBe(found);
  });

  it.each([
    ['RSA 1024', rsa(1024)],
    ['P-521', ec('P-521')],
  ])('is refused if it is %s', (_, keys) => {
    expect(judgesUnder(forge.root)(withKey(keys))).toBe(CERTIFICATE);
  });
});

const KEYS = ephemeralKeys();
const STAMPED = forge.sign({ rekor: 2, keys: KEYS });
const SIGNATURE = Buffer.from(STAMPED.dsseEnvelope.signatures[0]?.sig ?? '', 'base64');

/** What the judges say of a bundle with these tokens of one authority alone. */
function stamped(
  tokens: readonly Token[],
  changes: ChainChanges = {},
  window: { start?: string; end?: string } = {},
): string {
  const chain = stampingChain(changes);
  const root = edited(forge.root, ({ timestampAuthorities: [first] }) => {
    if (first === undefined) throw new TypeError('no authority');
    first.certChain.certificates = jsonOf(chain.certificates);
    Object.assign(first.validFor, window);
  });
  const stamps = tokens.map((token) => stamp(chain.leaf, SIGNATURE, token));
  return judgesUnder(root)(withTokens(STAMPED, stamps));
}

describe('a timestamp', () => {
  it.each<[string, readonly Token[], ChainChanges]>([
    ['like those of Sigstore', [{}], {}],
    ['of an RSA key', [{}], { leaf: { keys: rsa(2048) } }],
    ['of an RSA key with SHA-512', [{ hash: 'sha512' }], { leaf: { keys: rsa(2048) } }],
    [
      'of an authority with an RSA key',
      [{}],
      { middle: { keys: rsa(2048) }, leaf: { rsaHash: 'sha384' } },
    ],
    [
      'of an authority whose issuer has an RSA key',
      [{}],
      { root: { keys: rsa(2048), rsaHash: 'sha512' }, middle: { rsaHash: 'sha512' } },
    ],
    ['of an authority with an Ed25519 key', [{}], { middle: { keys: ed25519() } }],
    ['of an authority with a P-521 key', [{}], { middle: { keys: ec('P-521') } }],
    ['of a P-384 key', [{}], { leaf: { keys: ec('P-384') } }],
    ['of a P-521 key', [{ hash: 'sha512' }], { leaf: { keys: ec('P-521') } }],
    ['with SHA-384', [{ hash: 'sha384' }], {}],
    ['at half a second', [{ genTime: '20260601120000.5Z' }], {}],
    ['at hundredths of a second', [{ genTime: '20260601120000.25Z' }], {}],
    ['at milliseconds', [{ genTime: '20260601120000.125Z' }], {}],
    ['at microseconds', [{ genTime: '20260601120000.000125Z' }], {}],
    [
      'with a status text',
      [{ status: [der.integer(0), der.sequence(der.utf8String('fine'))] }],
      {},
    ],
    ['with an empty list of certificates', [{ certificates: [] }], {}],
    ['beside another one of the same second', [{ serial: 1 }, { serial: 2 }], {}],
    [
      'beside one of half a second later',
      [{ serial: 1 }, { serial: 2, genTime: '20260601120000.5Z' }],
      {},
    ],
  ])('may be %s', (_, tokens, changes) => {
    expect(stamped(tokens, changes)).toBe('verified');
  });

  it('may be like those of OpenSSL', () => {
    for (const keys of [ec('P-256'), rsa(2048)]) {
      const chain = stampingChain({ leaf: { keys } });
      const root = edited(forge.root, ({ timestampAuthorities: [first] }) => {
        first?.certChain.certificates.splice(0, 2, ...jsonOf(chain.certificates));
      });
      const token = stamp(chain.leaf, SIGNATURE, likeOpenSsl(chain.leaf, SIGNATURE));
      expect(judgesUnder(root)(withToken(STAMPED, token))).toBe('verified');
    }
  });

  const SIGNS = x509.digitalSignatureExtension();

  it.each<readonly [string, Token, ChainChanges]>([
    ...ODD_TIMESTAMPS,
    ...Object.entries(UNUSABLE).map(([name, extension]): [string, Token, ChainChanges] => [
      `whose authority has ${name}`,
      {},
      { leaf: { extensions: [SIGNS, STAMPING, extension] } },
    ]),
    ...Object.entries(UNUSABLE).map(([name, extension]): [string, Token, ChainChanges] => [
      `whose authority was issued by one with ${name}`,
      {},
      { middle: { extensions: [MAY_CERTIFY, authority(0), extension] } },
    ]),
    [
      'whose authority was issued by one for code signing alone',
      {},
      { middle: { extensions: [MAY_CERTIFY, authority(0), purposes([codeSigning])] } },
    ],
    [
      'with NULL behind the name of its digest',
      { digestAlgorithm: algorithm(OID.sha256, der.nullValue()) },
      {},
    ],
  ])('a timestamp %s is refused', (_, token, changes) => {
    expect(stamped([token], changes)).toBe(TIMESTAMP);
  });

  it.each<[string, ChainChanges, { end?: string }]>([
    ...(['leaf', 'middle', 'root'] as const).map((who): [string, ChainChanges, object] => [
      `the ${who} of its chain`,
      {
        [who]: { validity: { ...YEAR, notAfter: SIGNED_AT } },
      },
      {},
    ]),
    ['the window of the root', {}, { end: SIGNED_AT.toISOString() }],
  ])('999 ms after the end of %s is refused', (_, changes, window) => {
    expect(stamped([{}], changes, window)).toBe('verified');
    for (const genTime of ['20260601120000.999Z', '20260601120000.000001Z']) {
      expect(stamped([{ genTime }], changes, window)).toBe(TIMESTAMP);
    }
  });

  it('999 ms after the end of the signing certificate is refused', () => {
    const notAfter = new Date(SIGNED_AT);
    const late = forge.sign({ rekor: 2, notBefore: new Date(notAfter.getTime() - 600_000) });
    const judge = judgesUnder(
      edited(forge.root, ({ timestampAuthorities: [first] }) => {
        first?.certChain.certificates.splice(0, 2, ...jsonOf(CHAIN.certificates));
      }),
    );
    const signature = Buffer.from(late.dsseEnvelope.signatures[0]?.sig ?? '', 'base64');
    const at = (genTime: string): string =>
      judge(withToken(late, stamp(CHAIN.leaf, signature, { genTime })));
    expect(at('20260601120000Z')).toBe('verified');
    expect(at('20260601120000.999Z')).toBe(CERTIFICATE);
    expect(at('20260601120000.000001Z')).toBe(CERTIFICATE);
  });

  it('twice is refused, also in another form', () => {
    const found = `TIMESTAMP_INVALID ${STAMPS}/1/signedTimestamp`;
    expect(stamped([{}, {}])).toBe(found);
    expect(stamped([{}, { certificates: [] }])).toBe(found);
    expect(stamped([{ serial: 1 }, { serial: 1, genTime: '20260601120001Z' }])).toBe(found);
  });
});

describe('every kind of timestamp', () => {
  const CHAINS = [
    {},
    { leaf: { keys: ec('P-384') } },
    { leaf: { keys: ec('P-521') } },
    { leaf: { keys: rsa(2048) } },
    { middle: { keys: ed25519() } },
    { middle: { keys: rsa(2048) }, leaf: { rsaHash: 'sha512' } },
  ] as const;
  const CHAINS_MADE = CHAINS.map((changes) => stampingChain(changes));
  const hash = fc.constantFrom('sha256', 'sha384', 'sha512');
  const token = fc.record({
    hash,
    imprint: hash,
    fraction: fc.stringMatching(/^(?:\d{0,8}[1-9])?$/),
    carried: fc.nat({ max: 3 }),
    style: fc.constantFrom('Sigstore', 'OpenSSL'),
    text: fc.boolean(),
  });

  it('verifies, and no judge disagrees', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...CHAINS_MADE),
        fc.array(token, { minLength: 1, maxLength: 3 }),
        ({ leaf, certificates }, tokens) => {
          const stamps = tokens.map((each, serial) =>
            stamp(leaf, SIGNATURE, {
              ...(each.style === 'Sigstore'
                ? { imprint: imprintOf(each.imprint, SIGNATURE, true), hash: each.hash }
                : likeOpenSsl(leaf, SIGNATURE, each.hash)),
              serial,
              genTime: `20260601120000${each.fraction === '' ? '' : `.${each.fraction}`}Z`,
              status: [der.integer(0), ...(each.text ? [der.sequence(der.utf8String('x'))] : [])],
              certificates: certificates.slice(0, each.carried),
            }),
          );
          const root = edited(forge.root, ({ timestampAuthorities: [first] }) => {
            first?.certChain.certificates.splice(0, 2, ...jsonOf(certificates));
          });
          expect(judgesUnder(root)(withTokens(STAMPED, stamps))).toBe('verified');
        },
      ),
      { numRuns: propertyRuns(30, 200) },
    );
  });
});

const CHAIN = stampingChain();

function jsonOf(certificates: readonly Buffer[]): { rawBytes: string }[] {
  return certificates.map((bytes) => ({ rawBytes: bytes.toString('base64') }));
}

function withToken(bundle: BundleJson, token: Buffer): BundleJson {
  return withTokens(bundle, [token]);
}

function withTokens(bundle: BundleJson, tokens: readonly Buffer[]): BundleJson {
  return edited(bundle, ({ verificationMaterial }) => {
    verificationMaterial.timestampVerificationData = {
      rfc3161Timestamps: tokens.map((token) => ({ signedTimestamp: token.toString('base64') })),
    };
  });
}
