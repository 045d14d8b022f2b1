// Timestamps that no authority would give, and authorities of other kinds: each part can be replaced.

import { createHash, randomBytes, sign } from 'node:crypto';

import * as der from '../../src/der/write-der.ts';
import * as x509 from '../../src/sandbox/certificate.ts';
import type { SigningCertificate } from '../../src/sandbox/certificate.ts';
import { YEAR } from './forge.ts';
import {
  ECDSA,
  MAY_CERTIFY,
  RSA,
  authority,
  certify,
  ec,
  purposes,
  rsa,
} from './odd-certificate.ts';
import type { Wanted } from './odd-certificate.ts';

export const OID = {
  signedData: '1.2.840.113549.1.7.2',
  timestampInfo: '1.2.840.113549.1.9.16.1.4',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  signingCertificate: '1.2.840.113549.1.9.16.2.12',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  rsaEncryption: '1.2.840.113549.1.1.1',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
} as const;

export type Hash = 'sha256' | 'sha384' | 'sha512';

/** A timestamp authority: its signer first, its root last. */
export interface StampingChain {
  readonly leaf: SigningCertificate;
  readonly certificates: readonly Buffer[];
}

export interface ChainChanges {
  readonly root?: Partial<Wanted>;
  readonly middle?: Partial<Wanted>;
  readonly leaf?: Partial<Wanted>;
}

const KEYS = { root: ec('P-384'), middle: ec('P-384'), leaf: ec('P-256') };

/** A signer, an intermediate and a root. */
export function stampingChain({ root, middle, leaf }: ChainChanges = {}): StampingChain {
  const wanted = (who: keyof ChainChanges, extensions: readonly Buffer[]): Wanted => {
    const name = x509.distinguishedName('stamps.invalid', who);
    return { keys: KEYS[who], name, validity: YEAR, extensions };
  };
  const top = certify({ ...wanted('root', [MAY_CERTIFY, authority(1)]), ...root });
  const between = certify({ ...wanted('middle', [MAY_CERTIFY, authority(0)]), ...middle }, top);
  const usual = [x509.digitalSignatureExtension(), STAMPING];
  const signer = certify({ ...wanted('leaf', usual), ...leaf }, between);
  return { leaf: signer, certificates: [signer, between, top].map(({ der: bytes }) => bytes) };
}

export const STAMPING = purposes([x509.EXTENDED_KEY_USAGE.timeStamping], true);

/** What a test changes of one token. Each part is DER. */
export interface Token {
  readonly hash?: Hash;
  readonly status?: readonly Buffer[];
  readonly genTime?: string;
  readonly imprint?: Buffer;
  /** The fields of the info after its time. */
  readonly rest?: readonly Buffer[];
  readonly serial?: number;
  readonly contentType?: Buffer;
  readonly infoType?: string;
  readonly attributes?: (usual: UsualAttributes) => readonly Buffer[];
  /** The attributes as they are sent, from those that are signed. */
  readonly order?: (sorted: Buffer) => Buffer;
  readonly digestAlgorithm?: Buffer;
  readonly declared?: Buffer;
  readonly signatureAlgorithm?: Buffer;
  readonly certificates?: readonly Buffer[];
  readonly lists?: readonly Buffer[];
  readonly unsigned?: readonly Buffer[];
  readonly signature?: (signature: Buffer) => Buffer;
}

export type UsualAttributes = Readonly<
  Record<'contentType' | 'messageDigest' | 'signingTime' | 'certificateId', Buffer>
>;

/** As Sigstore's own authority writes it, but for what `token` changes. */
export function stamp(signer: SigningCertificate, stamped: Buffer, token: Token = {}): Buffer {
  const {
    status = [der.integer(0)],
    infoType = OID.timestampInfo,
    certificates,
    lists = [],
  } = token;
  const { hash = 'sha256', digestAlgorithm = algorithm(OID[hash]) } = token;
  const info = infoOf(stamped, token);
  const signedData = der.sequence(
    der.integer(3),
    der.setOf(token.declared ?? digestAlgorithm),
    der.sequence(der.oid(infoType), der.explicit(0, der.octetString(info))),
    // In the order of the list, which need not be that of DER.
    ...(certificates ? [der.explicit(0, ...certificates)] : []),
    ...lists,
    der.setOf(signerInfo(signer, info, { ...token, hash, digestAlgorithm })),
  );
  const content = der.sequence(der.oid(OID.signedData), der.explicit(0, signedData));
  return der.sequence(der.sequence(...status), content);
}

function infoOf(stamped: Buffer, token: Token): Buffer {
  const { serial = 1, genTime = '20260601120000Z', rest = [der.sequence(der.integer(1))] } = token;
  return der.sequence(
    der.integer(1),
    der.oid('1.3.6.1.4.1.57264.2'),
    token.imprint ?? imprintOf('sha256', stamped, true),
    der.integer(serial),
    generalizedTime(genTime),
    ...rest,
  );
}

function signerInfo(
  signer: SigningCertificate,
  info: Buffer,
  token: Token & Required<Pick<Token, 'hash' | 'digestAlgorithm'>>,
): Buffer {
  const { hash, order = (sorted) => sorted, unsigned = [] } = token;
  const { privateKey } = signer.keys;
  const attributes = der.setOf(...attributesOf(signer, info, hash, token));
  const signature = sign(hash, attributes, privateKey);
  const names = privateKey.asymmetricKeyType === 'rsa' ? RSA : ECDSA;
  return der.sequence(
    der.integer(1),
    der.sequence(signer.issuerName, der.unsignedInteger(signer.serialNumber)),
    token.digestAlgorithm,
    der.retag(0, order(attributes)),
    token.signatureAlgorithm ?? algorithm(names[hash]),
    der.octetString(token.signature?.(signature) ?? signature),
    ...unsigned,
  );
}

function attributesOf(
  signer: SigningCertificate,
  info: Buffer,
  hash: Hash,
  { attributes }: Token,
): readonly Buffer[] {
  const usual = {
    contentType: attribute(OID.contentType, der.oid(OID.timestampInfo)),
    messageDigest: attribute(
      OID.messageDigest,
      der.octetString(createHash(hash).update(info).digest()),
    ),
    signingTime: attribute(OID.signingTime, der.time(new Date('2026-06-01T12:00:00Z'))),
    certificateId: certificateIdV2(certificateId(signer, 'sha256')),
  };
  return attributes?.(usual) ?? Object.values(usual);
}

export function attribute(oid: string, ...values: readonly Buffer[]): Buffer {
  return der.sequence(der.oid(oid), der.setOf(...values));
}

export function algorithm(oid: string, ...parameters: readonly Buffer[]): Buffer {
  return der.sequence(der.oid(oid), ...parameters);
}

export function imprintOf(hash: Hash, stamped: Buffer, withNull: boolean): Buffer {
  const digest = createHash(hash).update(stamped).digest();
  const name = algorithm(OID[hash], ...(withNull ? [der.nullValue()] : []));
  return der.sequence(name, der.octetString(digest));
}

/** ESSCertID, with the issuer and the serial number unless `isShort`. */
export function certificateId(
  { der: bytes, issuerName, serialNumber }: SigningCertificate,
  hash: string,
  isShort = false,
): Buffer {
  const digest = der.octetString(createHash(hash).update(bytes).digest());
  const names = der.sequence(der.explicit(4, issuerName));
  const issuerSerial = der.sequence(names, der.unsignedInteger(serialNumber));
  return der.sequence(digest, ...(isShort ? [] : [issuerSerial]));
}

export function certificateIdV2(...ids: readonly Buffer[]): Buffer {
  return attribute(OID.signingCertificateV2, der.sequence(der.sequence(...ids)));
}

export function certificateIdV1(...ids: readonly Buffer[]): Buffer {
  return attribute(OID.signingCertificate, der.sequence(der.sequence(...ids)));
}

function generalizedTime(text: string): Buffer {
  return Buffer.concat([Buffer.of(0x18, text.length), Buffer.from(text, 'latin1')]);
}

/** As OpenSSL writes it (`openssl ts`), whatever the kind of its key. */
export function likeOpenSsl(
  signer: SigningCertificate,
  stamped: Buffer,
  hash: Hash = 'sha256',
): Token {
  const isRsa = signer.keys.privateKey.asymmetricKeyType === 'rsa';
  return {
    hash,
    imprint: imprintOf('sha256', stamped, false),
    digestAlgorithm: algorithm(OID[hash], der.nullValue()),
    ...(isRsa ? { signatureAlgorithm: algorithm(OID.rsaEncryption, der.nullValue()) } : {}),
    attributes: ({ contentType, messageDigest, signingTime }) => [
      contentType,
      messageDigest,
      signingTime,
      certificateIdV1(certificateId(signer, 'sha1', true)),
    ],
  };
}

export const OTHER_SIGNATURE = randomBytes(70);

const { codeSigning, timeStamping } = x509.EXTENDED_KEY_USAGE;
const STRANGER = stampingChain();

/** Timestamps that nobody may give like this. */
export const ODD_TIMESTAMPS: readonly (readonly [
  name: string,
  token: Token,
  changes: ChainChanges,
])[] = [
  [
    'whose authority is for no purpose',
    {},
    { leaf: { extensions: [x509.digitalSignatureExtension()] } },
  ],
  [
    'whose authority is for another purpose too',
    {},
    {
      leaf: {
        extensions: [x509.digitalSignatureExtension(), purposes([timeStamping, codeSigning], true)],
      },
    },
  ],
  [
    'whose authority has the purpose, but not critical',
    {},
    { leaf: { extensions: [x509.digitalSignatureExtension(), purposes([timeStamping])] } },
  ],
  ['of an RSA key of 1024 bits', {}, { leaf: { keys: rsa(1024) } }],
  [
    'without a certificate id',
    { attributes: ({ contentType, messageDigest }) => [contentType, messageDigest] },
    {},
  ],
  [
    'with the id of another certificate',
    {
      attributes: ({ contentType, messageDigest }) => [
        contentType,
        messageDigest,
        certificateIdV2(certificateId(STRANGER.leaf, 'sha256')),
      ],
    },
    {},
  ],
  [
    'without a content type',
    { attributes: ({ messageDigest, certificateId: id }) => [messageDigest, id] },
    {},
  ],
  [
    'with another content type',
    {
      attributes: ({ messageDigest, certificateId: id }) => [
        attribute(OID.contentType, der.oid(OID.signedData)),
        messageDigest,
        id,
      ],
    },
    {},
  ],
  [
    'with two message digests',
    {
      attributes: (usual) => [
        ...Object.values(usual),
        // The last in the order of DER, whatever the right one is.
        attribute(OID.messageDigest, der.octetString(Buffer.alloc(32, 0xff))),
      ],
    },
    {},
  ],
  [
    'with NULL behind the name of its signature',
    { signatureAlgorithm: algorithm('1.2.840.10045.4.3.2', der.nullValue()) },
    {},
  ],
  ['with a certificate of another chain', { certificates: STRANGER.certificates }, {}],
];
