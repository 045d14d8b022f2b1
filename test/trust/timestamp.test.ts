import { X509Certificate, createHash, generateKeyPairSync } from 'node:crypto';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import * as der from '../../src/der/write-der.ts';
import * as x509 from '../../src/sandbox/certificate.ts';
import { ChainJudge } from '../../src/trust/judge/chain.ts';
import { TimestampJudge } from '../../src/trust/judge/timestamp.ts';
import type { Authority } from '../../src/trust/trusted-root.ts';
import { refusalOf } from '../document/refusal.ts';
import { propertyRuns } from '../property-runs.ts';
import { MAY_CERTIFY, UNUSABLE, authority, ec, ed25519, purposes, rsa } from './odd-certificate.ts';
import {
  OID,
  OTHER_SIGNATURE,
  STAMPING,
  algorithm,
  attribute,
  certificateId,
  certificateIdV1,
  certificateIdV2,
  imprintOf,
  likeOpenSsl,
  stamp,
  stampingChain,
  type ChainChanges,
  type StampingChain,
  type Token,
} from './odd-timestamp.ts';

type Attributes = NonNullable<Token['attributes']>;

const SIGNATURE = Buffer.from('the bytes of a signature');
const AT = '2026-06-01T12:00:00.000Z';
const place = (index: number) =>
  ({ code: 'TIMESTAMP_INVALID', at: `bundle#/${index}`, hint: 'none' }) as const;

const CHAIN = stampingChain();
const RSA_CHAIN = stampingChain({ leaf: { keys: rsa(2048) } });

/** Trusted during 2026, unless the test says otherwise. */
function authorityOf(
  { certificates }: StampingChain,
  window: Partial<Authority['validFor']> = {},
): Authority {
  const [leaf, ...others] = certificates.map((bytes) => new X509Certificate(bytes));
  if (leaf === undefined) throw new TypeError('no leaf');
  const validFor = {
    start: new Date('2026-01-01T00:00:00Z'),
    end: new Date('2027-01-01T00:00:00Z'),
    ...window,
  };
  return { chain: [leaf, ...others], validFor };
}

/** The times, or the code, the place and what was found. */
function verdict(responses: readonly Buffer[], ...authorities: readonly Authority[]): string {
  const judge = new TimestampJudge(authorities, new ChainJudge());
  let times: readonly string[] = [];
  const refusal = refusalOf(() => {
    times = judge
      .judge(
        responses.map((response, index) => ({ response, place: place(index) })),
        SIGNATURE,
      )
      .map(({ at }) => at.toISOString());
  });
  return refusal === undefined ? times.join() : `${refusal.code} ${refusal.at}: ${refusal.found}`;
}

function judged(token: Token, chain = CHAIN): string {
  return verdict([stamp(chain.leaf, SIGNATURE, token)], authorityOf(chain));
}

/** A token by an authority that differs in this from one that is trusted. */
function judgedBy(changes: ChainChanges): string {
  return judged({}, stampingChain(changes));
}

const REFUSED = 'TIMESTAMP_INVALID bundle#/0: ';

describe('a timestamp that verifies', () => {
  it.each<[string, StampingChain]>([
    ['P-256', CHAIN],
    ['P-384', stampingChain({ leaf: { keys: ec('P-384') } })],
    ['P-521', stampingChain({ leaf: { keys: ec('P-521') } })],
    ['RSA 2048', RSA_CHAIN],
    ['RSA 3072', stampingChain({ leaf: { keys: rsa(3072) } })],
  ])('may be signed with %s and any SHA-2', (_, chain) => {
    for (const hash of ['sha256', 'sha384', 'sha512'] as const) {
      expect(judged({ hash }, chain)).toBe(AT);
      expect(judged(likeOpenSsl(chain.leaf, SIGNATURE, hash), chain)).toBe(AT);
      expect(judged({ imprint: imprintOf(hash, SIGNATURE, true) }, chain)).toBe(AT);
    }
  });

  it.each<[string, string]>([
    ['20260601120000Z', AT],
    ['20260601120000.5Z', '2026-06-01T12:00:00.500Z'],
    ['20260601120000.05Z', '2026-06-01T12:00:00.050Z'],
    ['20260601120000.123Z', '2026-06-01T12:00:00.123Z'],
    ['20260601120000.123456Z', '2026-06-01T12:00:00.123Z'],
    ['20260601120000.000000001Z', AT],
  ])('may have the time %s', (genTime, at) => {
    expect(judged({ genTime })).toBe(at);
  });

  it('may have a status text, which counts for nothing', () => {
    const text = (line: string): Buffer => der.sequence(der.utf8String(line));
    expect(judged({ status: [der.integer(0), text('fine')] })).toBe(AT);
    expect(judged({ status: [der.integer(0), text('worse')] })).toBe(AT);
  });

  it('may carry the chain of its signer, from the start, in its order or in that of DER', () => {
    const [leaf = Buffer.of(), middle = Buffer.of(), root = Buffer.of()] = CHAIN.certificates;
    const sorted = [leaf, middle, root].toSorted((a, b) => Buffer.compare(a, b));
    for (const certificates of [[], [leaf], [leaf, middle], [leaf, middle, root], sorted]) {
      expect(judged({ certificates })).toBe(AT);
    }
  });

  it('may have further fields, and attributes that decide nothing', () => {
    const rest = [
      der.sequence(der.integer(1)),
      der.boolean(true),
      der.integer(42),
      der.explicit(0, der.explicit(4, x509.EMPTY_NAME)),
      der.explicit(1, x509.extension('1.2.3.4', der.nullValue())),
    ];
    expect(judged({ rest })).toBe(AT);
    expect(judged({ rest: [] })).toBe(AT);
    const attributes: Attributes = ({ contentType, messageDigest, certificateId: id }) => [
      contentType,
      messageDigest,
      id,
      attribute('1.2.3.4', der.nullValue(), der.integer(1)),
    ];
    expect(judged({ attributes })).toBe(AT);
  });

  it('may identify its certificate in both ways, and the others of its chain', () => {
    const { leaf, certificates } = CHAIN;
    const middle = createHash('sha256')
      .update(certificates[1] ?? Buffer.of())
      .digest();
    const attributes: Attributes = (usual) => [
      usual.contentType,
      usual.messageDigest,
      certificateIdV1(certificateId(leaf, 'sha1')),
      certificateIdV2(certificateId(leaf, 'sha256'), der.sequence(der.octetString(middle))),
    ];
    expect(judged({ attributes })).toBe(AT);
  });

  it('may have another one of the same second beside it', () => {
    const [first, second] = [1, 2].map((serial) => stamp(CHAIN.leaf, SIGNATURE, { serial }));
    if (!first || !second) throw new TypeError('no tokens');
    expect(verdict([first, second], authorityOf(CHAIN))).toBe(`${AT},${AT}`);
  });

  it('is of every authority that vouches for its time, and of no other', () => {
    const start = new Date('2026-06-01T12:00:01Z');
    const [always, later] = [authorityOf(CHAIN), authorityOf(CHAIN, { start })];
    const judge = new TimestampJudge([later, always], new ChainJudge());
    const response = stamp(CHAIN.leaf, SIGNATURE);
    const [found] = judge.judge([{ response, place: place(0) }], SIGNATURE);
    expect(found?.authorities).toEqual([always]);
  });
});

describe('a timestamp twice', () => {
  const first = stamp(CHAIN.leaf, SIGNATURE, { status: [der.integer(0)] });

  it('is refused', () => {
    const found = 'TIMESTAMP_INVALID bundle#/1: a timestamp that is there already';
    expect(verdict([first, first], authorityOf(CHAIN))).toBe(found);
  });

  it('is refused in another form', () => {
    const certificates = CHAIN.certificates.slice(0, 1);
    const found = 'TIMESTAMP_INVALID bundle#/1: a timestamp that is there already';
    const other = stamp(CHAIN.leaf, SIGNATURE, { certificates });
    expect(verdict([first, other], authorityOf(CHAIN))).toBe(found);
  });
});

describe('the time of a timestamp', () => {
  it.each([
    '202606011200Z',
    '20260601120000',
    '20260601120000+0000',
    '20260601120000.Z',
    '20260601120000.50Z',
    '20260601120000.000Z',
    '20260601120000,5Z',
    '20260601120000.1234567891Z',
    '20260231120000Z',
    '20260601120060Z',
    '20260601240000Z',
  ])('%s is refused', (genTime) => {
    expect(judged({ genTime })).toBe(`${REFUSED}the time "${genTime}"`);
  });

  const AFTER = ['20260601120000.999Z', '20260601120000.000001Z', '20260601120001Z'];
  const BEFORE = ['20260601115959.999Z', '20260601115959.999999Z', '20260601115959Z'];

  it.each(AFTER)(
    '%s is after the end of the certificate, of its issuer, of the window',
    (genTime) => {
      const notAfter = new Date(AT);
      const validity = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter };
      for (const who of ['leaf', 'middle', 'root'] as const) {
        const chain = stampingChain({ [who]: { validity } });
        expect(judged({}, chain)).toBe(AT);
        expect(judged({ genTime }, chain)).toContain(`CN=${who}" was not valid`);
      }
      const ended = authorityOf(CHAIN, { end: notAfter });
      expect(verdict([stamp(CHAIN.leaf, SIGNATURE)], ended)).toBe(AT);
      const token = stamp(CHAIN.leaf, SIGNATURE, { genTime });
      expect(verdict([token], ended)).toContain(`${REFUSED}a timestamp of 2026-06-01T12:00:0`);
    },
  );

  it.each(BEFORE)('%s is before the certificate, its issuer and the window', (genTime) => {
    const notBefore = new Date(AT);
    const validity = { notBefore, notAfter: new Date('2027-01-01T00:00:00Z') };
    for (const who of ['leaf', 'middle', 'root'] as const) {
      const chain = stampingChain({ [who]: { validity } });
      expect(judged({}, chain)).toBe(AT);
      expect(judged({ genTime }, chain)).toContain(`CN=${who}" was not valid`);
    }
    const begun = authorityOf(CHAIN, { start: notBefore });
    const token = stamp(CHAIN.leaf, SIGNATURE, { genTime });
    expect(verdict([token], begun)).toContain(`${REFUSED}a timestamp of 2026-06-01T11:59:59`);
  });

  it('is given with the next millisecond if it is more precise', () => {
    const response = stamp(CHAIN.leaf, SIGNATURE, { genTime: '20260601120000.0001Z' });
    const judge = new TimestampJudge([authorityOf(CHAIN)], new ChainJudge());
    const [found] = judge.judge([{ response, place: place(0) }], SIGNATURE);
    expect(found?.at).toEqual(new Date(AT));
    expect(found?.moments).toEqual([new Date(AT), new Date('2026-06-01T12:00:00.001Z')]);
  });
});

describe('the certificate of a timestamp authority', () => {
  const { timeStamping, codeSigning } = x509.EXTENDED_KEY_USAGE;
  const SIGNS = x509.digitalSignatureExtension();

  it.each<[string, readonly Buffer[], string]>([
    ['without an extended key usage', [SIGNS], 'the purposes ""'],
    [
      'for another purpose too',
      [SIGNS, purposes([timeStamping, codeSigning], true)],
      'the purposes "2b06010505070308 2b06010505070303"',
    ],
    ['for any purpose', [SIGNS, purposes(['2.5.29.37.0'], true)], 'the purposes "551d2500"'],
    [
      'for timestamps, but not critical',
      [SIGNS, purposes([timeStamping])],
      'time stamping that is not critical',
    ],
    ['that is an authority', [SIGNS, STAMPING, authority(0)], 'the certificate of an authority'],
    ['that may certify', [MAY_CERTIFY, STAMPING], 'a key that may not sign, or may certify'],
    ...Object.entries(UNUSABLE).map(([name, extension]): [string, Buffer[], string] => [
      `with ${name}`,
      [SIGNS, STAMPING, extension],
      '',
    ]),
  ])('%s is refused', (_, extensions, found) => {
    expect(judgedBy({ leaf: { extensions } })).toContain(`${REFUSED}${found}`);
  });

  it('may have a key that commits to contents', () => {
    const usage = x509.extension('2.5.29.15', der.bitString(Buffer.of(0x40), 6), true);
    expect(judgedBy({ leaf: { extensions: [usage, STAMPING] } })).toBe(AT);
    expect(judgedBy({ leaf: { extensions: [STAMPING] } })).toBe(AT);
  });

  it.each([
    ['rsa 1024', rsa(1024)],
    ['ec secp256k1', generateKeyPairSync('ec', { namedCurve: 'secp256k1' })],
  ])('with the key %s is refused', (name, keys) => {
    expect(judgedBy({ leaf: { keys } })).toBe(`${REFUSED}the key ${name}`);
  });

  it('with an Ed25519 key is refused', () => {
    const { leaf, certificates } = stampingChain({ leaf: { keys: ed25519() } });
    const token = stamp({ ...leaf, keys: CHAIN.leaf.keys }, SIGNATURE);
    expect(verdict([token], authorityOf({ leaf, certificates }))).toBe(`${REFUSED}the key ed25519`);
  });

  it.each<[string, ChainChanges, string]>([
    ...Object.entries(UNUSABLE).map(([name, extension]): [string, ChainChanges, string] => [
      `with ${name}`,
      { middle: { extensions: [MAY_CERTIFY, authority(0), extension] } },
      '',
    ]),
    [
      'with an extended key usage without time stamping',
      { middle: { extensions: [MAY_CERTIFY, authority(0), purposes([codeSigning])] } },
      'an authority for "2b06010505070303" alone',
    ],
    [
      'that is no authority',
      { middle: { extensions: [MAY_CERTIFY] } },
      'an issuer that is no authority',
    ],
    [
      'whose key may not certify',
      { middle: { extensions: [SIGNS, authority(0)] } },
      'an issuer whose key may not certify',
    ],
    [
      'below one with too short a path length',
      { root: { extensions: [MAY_CERTIFY, authority(0)] } },
      '1 authorities below one',
    ],
    ['with a small RSA key', { middle: { keys: rsa(1024) } }, 'an issuer with the key rsa 1024'],
  ])('issued by one %s is refused', (_, changes, found) => {
    expect(judgedBy(changes)).toContain(`${REFUSED}${found}`);
  });

  it('that its issuer did not sign is refused', () => {
    const { certificates } = stampingChain({ middle: { keys: ec('P-384') } });
    const [, middle, root] = certificates;
    const [leaf] = CHAIN.certificates;
    if (!leaf || !middle || !root) throw new TypeError('no chain');
    const token = stamp(CHAIN.leaf, SIGNATURE);
    const found = 'a certificate that its issuer did not sign';
    const mixed = authorityOf({ leaf: CHAIN.leaf, certificates: [leaf, middle, root] });
    expect(verdict([token], mixed)).toBe(`${REFUSED}${found}`);
  });

  it('that the root does not list is refused', () => {
    const found = 'a timestamp of an authority that is not trusted';
    const certificates = CHAIN.certificates;
    const token = stamp(CHAIN.leaf, SIGNATURE, { certificates });
    expect(verdict([token], authorityOf(RSA_CHAIN))).toBe(`${REFUSED}${found}`);
    expect(verdict([token])).toBe(`${REFUSED}${found}`);
  });
});

describe('what is signed', () => {
  const { leaf } = CHAIN;
  const without =
    (name: string): Attributes =>
    (usual) =>
      Object.entries(usual)
        .filter(([key]) => key !== name)
        .map(([, value]) => value);
  const instead =
    (name: string, ...values: Buffer[]): Attributes =>
    (usual) => [...without(name)(usual), ...values];
  const ANOTHER = createHash('sha256').update('another').digest();
  const other = stampingChain({ leaf: {} }).leaf;

  it.each<[string, Token, string]>([
    [
      'no content type',
      { attributes: without('contentType') },
      'another content type, or none, in what is signed',
    ],
    [
      'another content type',
      { attributes: instead('contentType', attribute(OID.contentType, der.oid(OID.signedData))) },
      'another content type, or none, in what is signed',
    ],
    [
      'two content types in one attribute',
      {
        attributes: instead(
          'contentType',
          attribute(OID.contentType, der.oid(OID.timestampInfo), der.oid(OID.signedData)),
        ),
      },
      '2 DER values',
    ],
    ['no message digest', { attributes: without('messageDigest') }, 'no message digest'],
    [
      'the message digest of something else',
      {
        attributes: instead(
          'messageDigest',
          attribute(OID.messageDigest, der.octetString(ANOTHER)),
        ),
      },
      'the message digest of something else',
    ],
    [
      'two message digests, the first of them right',
      {
        attributes: (usual) => [
          ...Object.values(usual),
          attribute(OID.messageDigest, der.octetString(ANOTHER)),
        ],
      },
      'the attribute 2a864886f70d010904 twice',
    ],
    ['no certificate id', { attributes: without('certificateId') }, 'no signed certificate id'],
    [
      'the id of another certificate',
      { attributes: instead('certificateId', certificateIdV2(certificateId(other, 'sha256'))) },
      'the id of another certificate',
    ],
    [
      'the SHA-1 id of another certificate beside the right one',
      {
        attributes: (usual) => [
          ...Object.values(usual),
          certificateIdV1(certificateId(other, 'sha1')),
        ],
      },
      'the id of another certificate',
    ],
    [
      'a second id that is of no certificate of the chain',
      {
        attributes: instead(
          'certificateId',
          certificateIdV2(certificateId(leaf, 'sha256'), der.sequence(der.octetString(ANOTHER))),
        ),
      },
      'the id of another certificate',
    ],
    [
      'an id with another serial number',
      {
        attributes: instead(
          'certificateId',
          certificateIdV2(certificateId({ ...leaf, serialNumber: Buffer.of(7) }, 'sha256')),
        ),
      },
      'the id of another certificate',
    ],
    [
      'an id with another issuer',
      {
        attributes: instead(
          'certificateId',
          certificateIdV2(certificateId({ ...leaf, issuerName: x509.EMPTY_NAME }, 'sha256')),
        ),
      },
      'the id of another certificate',
    ],
    [
      'attributes in another order than they are signed',
      {
        // A header of three bytes, then the content type in 28.
        order: (sorted) =>
          Buffer.concat([sorted.subarray(0, 3), sorted.subarray(31), sorted.subarray(3, 31)]),
      },
      'attributes in another order',
    ],
    [
      'an imprint of something else',
      { imprint: imprintOf('sha256', OTHER_SIGNATURE, true) },
      'a timestamp of something else',
    ],
    [
      'an imprint by SHA-1',
      {
        imprint: der.sequence(
          algorithm('1.3.14.3.2.26', der.nullValue()),
          der.octetString(createHash('sha1').update(SIGNATURE).digest()),
        ),
      },
      'a hash function that is not taken',
    ],
    [
      'a critical extension',
      { rest: [der.explicit(1, x509.extension('1.2.3.4', der.nullValue(), true))] },
      'a critical extension',
    ],
    [
      'fields in another order',
      { rest: [der.integer(42), der.boolean(true)] },
      'a field with the tag 1',
    ],
  ])('with %s is refused', (_, token, found) => {
    expect(judged(token)).toBe(`${REFUSED}${found}`);
  });

  it('is bound to the certificate by the id alone, if two have one name and one key', () => {
    const twin = stampingChain();
    const { serialNumber } = twin.leaf;
    const named = stamp({ ...CHAIN.leaf, serialNumber }, SIGNATURE);
    expect(verdict([named], authorityOf(twin))).toBe(`${REFUSED}the id of another certificate`);
    const right = stamp(twin.leaf, SIGNATURE);
    expect(verdict([right], authorityOf(twin))).toBe(AT);
  });
});

describe('what is not signed', () => {
  const NULL = der.nullValue();

  it.each<[string, Token, string]>([
    ['the status granted with changes', { status: [der.integer(1)] }, 'the bytes 020101'],
    ['the status rejected', { status: [der.integer(2)] }, 'the bytes 020102'],
    [
      'a failure',
      {
        status: [
          der.integer(0),
          der.sequence(der.utf8String('')),
          der.bitString(Buffer.of(0x80), 7),
        ],
      },
      'a failure',
    ],
    [
      'a failure without a text',
      { status: [der.integer(0), der.bitString(Buffer.of(0x80), 7)] },
      'the DER tag 0x3',
    ],
    [
      'a status text without a line',
      { status: [der.integer(0), der.sequence()] },
      'a status text without a line',
    ],
    [
      'a status text of numbers',
      { status: [der.integer(0), der.sequence(der.integer(1))] },
      'the DER tag 0x2',
    ],
    ['another type of content', { infoType: OID.signedData }, `the type 2a864886f70d010702`],
    ['a revocation list', { certificates: [], lists: [der.explicit(1)] }, 'revocation lists'],
    [
      'an attribute after the signature',
      { unsigned: [der.explicit(1)] },
      '7 values in a timestamp',
    ],
    [
      'another digest algorithm than the signer has',
      { declared: algorithm(OID.sha384) },
      'the bytes 300b0609608648016503040202',
    ],
    [
      'a signature by another hash than the digest',
      { digestAlgorithm: algorithm(OID.sha384) },
      'an algorithm in another spelling',
    ],
  ])('with %s is refused', (_, token, found) => {
    expect(judged(token)).toBe(`${REFUSED}${found}`);
  });

  it.each<[string, (certificates: readonly Buffer[]) => readonly Buffer[]]>([
    ['the root alone', ([, , root = Buffer.of()]) => [root]],
    ['a certificate twice', ([leaf = Buffer.of()]) => [leaf, leaf]],
    ['one left out', ([leaf = Buffer.of(), , root = Buffer.of()]) => [leaf, root]],
    ['one of another chain', ([leaf = Buffer.of()]) => [leaf, RSA_CHAIN.certificates[1] ?? leaf]],
    ['more than the chain has', (all) => [...all, all[0] ?? Buffer.of()]],
    ['another certificate of the same key', () => stampingChain().certificates.slice(0, 1)],
  ])('with a bag that has %s is refused', (_, change) => {
    const certificates = change(CHAIN.certificates);
    expect(judged({ certificates })).toBe(`${REFUSED}other embedded certificates`);
  });

  /** Each writes in its own spelling, and what it signs shows which one that is. */
  const SPELLINGS = [
    ['no parameters', () => ({})],
    ['NULL', likeOpenSsl],
  ] as const;

  it.each([CHAIN, RSA_CHAIN])('has one spelling of its algorithms', (chain) => {
    const { leaf } = chain;
    const isRsa = leaf.keys.privateKey.asymmetricKeyType === 'rsa';
    const digests = [algorithm(OID.sha256), algorithm(OID.sha256, NULL)];
    const signatures = (
      isRsa ? [OID.rsaEncryption, '1.2.840.113549.1.1.11'] : ['1.2.840.10045.4.3.2']
    ).flatMap((oid) => [algorithm(oid), algorithm(oid, NULL)]);
    for (const [, like] of SPELLINGS) {
      const verdicts = digests.flatMap((digestAlgorithm) =>
        signatures.map((signatureAlgorithm) =>
          judged({ ...like(leaf, SIGNATURE), digestAlgorithm, signatureAlgorithm }, chain),
        ),
      );
      expect(verdicts.filter((found) => found === AT)).toHaveLength(1);
      const refused = `${REFUSED}an algorithm in another spelling`;
      expect(verdicts.filter((found) => found === refused)).toHaveLength(verdicts.length - 1);
    }
  });

  it('with another signature is refused', () => {
    const bent = (signature: Buffer): Buffer => {
      const copy = Buffer.from(signature);
      copy[copy.length - 1] = (copy.at(-1) ?? 0) ^ 1;
      return copy;
    };
    const found = 'a signature of other bytes or by another key';
    expect(judged({ signature: bent })).toBe(`${REFUSED}${found}`);
    expect(judged({ signature: bent }, RSA_CHAIN)).toBe(`${REFUSED}${found}`);
    expect(judged({ signature: () => Buffer.alloc(0) })).toBe(`${REFUSED}${found}`);
    const stranger = { ...CHAIN.leaf, keys: ec('P-256') };
    expect(verdict([stamp(stranger, SIGNATURE)], authorityOf(CHAIN))).toBe(`${REFUSED}${found}`);
  });
});

describe('a changed byte', () => {
  const TEXT = { status: [der.integer(0), der.sequence(der.utf8String('granted'))] };
  const KINDS: readonly (readonly [string, StampingChain, Token])[] = [
    ['with ECDSA and its chain', CHAIN, { certificates: CHAIN.certificates }],
    ['like OpenSSL with ECDSA', CHAIN, likeOpenSsl(CHAIN.leaf, SIGNATURE)],
    ['with RSA', RSA_CHAIN, { certificates: [] }],
    ['like OpenSSL with RSA', RSA_CHAIN, likeOpenSsl(RSA_CHAIN.leaf, SIGNATURE, 'sha512')],
  ];

  it.each(KINDS)('of one %s never verifies, wherever it is', (_, chain, token) => {
    const good = stamp(chain.leaf, SIGNATURE, token);
    const judge = new TimestampJudge([authorityOf(chain)], new ChainJudge());
    const verifies = (response: Buffer): boolean =>
      refusalOf(() => judge.judge([{ response, place: place(0) }], SIGNATURE)) === undefined;
    expect(verifies(good)).toBe(true);
    const survivors = [...good.keys()].flatMap((at) =>
      [0x01, 0x20, 0x80].filter((mask) => {
        const changed = Buffer.from(good);
        changed[at] = (changed[at] ?? 0) ^ mask;
        return verifies(changed);
      }),
    );
    expect(survivors).toEqual([]);
  });

  it('of the status text verifies, and nothing else around it does', () => {
    const good = stamp(CHAIN.leaf, SIGNATURE, TEXT);
    const text = good.indexOf('granted');
    const survivors = [...good.subarray(0, 40).keys()].filter((at) => {
      const changed = Buffer.from(good);
      changed[at] = (changed[at] ?? 0) ^ 1;
      return verdict([changed], authorityOf(CHAIN)) === AT;
    });
    expect(survivors).toEqual([...'granted'].map((_, index) => text + index));
  });
});

describe('a reader of timestamps', () => {
  const good = stamp(CHAIN.leaf, SIGNATURE, { certificates: CHAIN.certificates.slice(0, 1) });
  const trusted = authorityOf(CHAIN);

  it('refuses any bytes with its code', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(verdict([Buffer.from(bytes)], trusted)).toContain(REFUSED);
      }),
      { numRuns: propertyRuns(100, 1000) },
    );
  });

  it('refuses what is cut, extended or changed with its code', () => {
    const changes = fc.record({
      at: fc.nat({ max: good.length }),
      remove: fc.nat({ max: 4 }),
      insert: fc.uint8Array({ maxLength: 4 }),
    });
    fc.assert(
      fc.property(changes, ({ at, remove, insert }) => {
        const changed = Buffer.concat([good.subarray(0, at), insert, good.subarray(at + remove)]);
        const expected = changed.equals(good) ? AT : REFUSED;
        expect(verdict([changed], trusted)).toContain(expected);
      }),
      { numRuns: propertyRuns(300, 1500) },
    );
  });

  it('reads every time that DER can write, to the millisecond', () => {
    const time = fc.record({
      at: fc.date({
        min: new Date('2026-01-02T00:00:00Z'),
        max: new Date('2026-12-30T00:00:00Z'),
        noInvalidDate: true,
      }),
      more: fc.stringMatching(/^\d{0,5}[1-9]$/),
    });
    fc.assert(
      fc.property(time, ({ at, more }) => {
        const iso = at.toISOString();
        const genTime = `${iso.slice(0, 19).replaceAll(/\D/g, '')}.${iso.slice(20, 23)}${more}Z`;
        expect(judged({ genTime })).toBe(iso);
      }),
      { numRuns: propertyRuns(50, 500) },
    );
  });
});
