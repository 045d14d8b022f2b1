// Vectors of what many verifiers let through, or refuse though it is good: certificates, chains of timestamp
// authorities, and checkpoints. Each has one thing that differs from a vector that verifies.
import { TAG, childrenOf, parseDer } from '../../../src/der/read-der.ts';
import * as der from '../../../src/der/write-der.ts';
import * as x509 from '../../../src/sandbox/certificate.ts';
import {
  HOST,
  SIGNED_AT,
  edited,
  nameExtension,
  EMAIL,
  IDENTITY,
  type RootJson,
} from '../../trust/forge.ts';
import {
  MAY_CERTIFY,
  UNUSABLE,
  authority,
  certify,
  ec,
  purposes,
  rsa,
} from '../../trust/odd-certificate.ts';
import { appended, at, bent, twice } from '../../trust/odd-sct.ts';
import {
  OID,
  STAMPING,
  attribute,
  certificateId,
  certificateIdV1,
  certificateIdV2,
  stamp,
  stampingChain,
  type StampingChain,
  type Token,
  type UsualAttributes,
} from '../../trust/odd-timestamp.ts';
import type { Kit, Make } from './kit.ts';
import { certified, logged, restamped, signed } from './sigstore.ts';
import { stampedAs } from './timestamps.ts';

const { codeSigning, timeStamping } = x509.EXTENDED_KEY_USAGE;
const SIGNS = x509.digitalSignatureExtension();
const JANUARY = new Date('2026-01-01T00:00:00Z');
const until = (notAfter: Date): { validity: x509.Validity } => ({
  validity: { notBefore: JANUARY, notAfter },
});
const BEFORE = new Date(SIGNED_AT.getTime() - 1000);

/** Other timestamp authorities, each in a root of its own. */
const CHAINS = {
  'of-three': stampingChain(),
  rsa: stampingChain({ leaf: { keys: rsa(2048) } }),
  'rsa-1024': stampingChain({ leaf: { keys: rsa(1024) } }),
  'for-nothing': stampingChain({ leaf: { extensions: [SIGNS] } }),
  'for-two-purposes': stampingChain({
    leaf: { extensions: [SIGNS, purposes([timeStamping, codeSigning], true)] },
  }),
  'not-critical': stampingChain({ leaf: { extensions: [SIGNS, purposes([timeStamping])] } }),
  'critical-extension': stampingChain({
    leaf: { extensions: [SIGNS, STAMPING, ...unusable('an unknown critical extension')] },
  }),
  expired: stampingChain({ leaf: until(BEFORE) }),
  'expires-then': stampingChain({ leaf: until(SIGNED_AT) }),
} satisfies Readonly<Record<string, StampingChain>>;

function unusable(name: string): readonly Buffer[] {
  const { [name]: extension } = UNUSABLE;
  if (extension === undefined) throw new TypeError(name);
  return [extension];
}

const by = (name: keyof typeof CHAINS, token: Token = {}): Make => {
  const { leaf } = CHAINS[name];
  return restamped((signature, stamps) => {
    stamps.splice(0, 1, { signedTimestamp: stamp(leaf, signature, token).toString('base64') });
  });
};

/** The same signer and chain, which the token has in this order. */
const withBag = (...order: readonly number[]): Make =>
  by('of-three', { certificates: order.map((index) => BAG[index] ?? Buffer.of()) });

const BAG = CHAINS['of-three'].certificates;

/** An order of all three that is neither that of the chain nor that of DER. */
function otherOrder(): readonly number[] {
  const sorted = BAG.toSorted((a, b) => Buffer.compare(a, b)).map((bytes) => BAG.indexOf(bytes));
  return sorted.join() === '2,0,1' ? [1, 2, 0] : [2, 0, 1];
}

const withAttributes = (
  change: (usual: UsualAttributes, signer: x509.SigningCertificate) => readonly Buffer[],
): Make => stampedAs((signer) => ({ attributes: (usual) => change(usual, signer) }));

const withId = (change: Partial<x509.SigningCertificate>): Make =>
  withAttributes(({ contentType, messageDigest }, signer) => [
    contentType,
    messageDigest,
    certificateIdV2(certificateId({ ...signer, ...change }, 'sha256')),
  ]);

const withList = (change: (list: Buffer) => Buffer): Make =>
  signed({ sct: (extension) => bent(extension, change) });

const ELSEWHERE = 'other.example.test';
const WITNESS = `\u{2014} witness.example.test/1 ${Buffer.alloc(76, 7).toString('base64')}\n`;
const TEN_MINUTES_BEFORE = new Date(SIGNED_AT.getTime() - 600_000);

export const CLOSED: Readonly<Record<string, Make>> = {
  'good-certificate-p384': signed({ keys: ec('P-384') }),
  'good-certificate-rsa': signed({ keys: rsa(2048) }),
  'certificate-p521': signed({ keys: ec('P-521'), origin: HOST }),
  'certificate-rsa-1024': signed({ keys: rsa(1024), origin: HOST }),
  'good-certificate-of-the-root': signed({ issuer: 'root' }),
  'certificate-for-two-purposes': certified({ purpose: purposes([codeSigning, timeStamping]) }),
  'certificate-name-constraints': certified({}, ...unusable('name constraints')),
  'certificate-user-name': certified({ name: userName(IDENTITY) }),
  'certificate-name-with-a-zero-byte': certified({
    name: nameExtension([EMAIL, `${IDENTITY}\0.evil.test`]),
  }),
  'certificate-timestamp-version': withList(at(4, 1)),
  'certificate-timestamp-hash': withList(at(47, 2)),
  'certificate-timestamp-trailing-byte': withList(appended),
  'certificate-timestamp-twice': withList(twice),
  'good-certificate-ends-then': stampedLate('20260601120000Z'),
  'certificate-ended-a-microsecond-before': stampedLate('20260601120000.000001Z'),
  'good-log-origin-with-a-number': signed({ origin: `${HOST} - 1` }),
  'log-origin-signed': signed({ origin: `${HOST}.evil.test` }),
  'log-checkpoint-name': withCheckpoint((text) =>
    text.replace(`\u{2014} ${HOST}`, `\u{2014} ${ELSEWHERE}`),
  ),
  'good-log-checkpoint-with-a-witness': withCheckpoint((text) => `${text}${WITNESS}`),
  'log-checkpoint-signed-twice': withCheckpoint((text) => `${text}${text.split('\n').at(-2)}\n`),
  'log-checkpoint-half-a-line': withCheckpoint((text) => `${text}${WITNESS.trimEnd()}`),
  'log-checkpoint-short-line': withCheckpoint(
    (text) => `${text}\u{2014} witness.example.test AAAA\n`,
  ),
  'good-timestamp-authority-of-three': by('of-three'),
  'good-timestamp-authority-rsa': by('rsa'),
  'timestamp-authority-rsa-1024': by('rsa-1024'),
  'timestamp-authority-for-nothing': by('for-nothing'),
  'timestamp-authority-for-two-purposes': by('for-two-purposes'),
  'timestamp-authority-not-critical': by('not-critical'),
  'timestamp-authority-critical-extension': by('critical-extension'),
  'timestamp-authority-expired': by('expired'),
  'good-timestamp-authority-expires-then': by('expires-then'),
  'timestamp-authority-expired-a-microsecond-before': by('expires-then', {
    genTime: '20260601120000.000001Z',
  }),
  'good-timestamp-bag-of-the-chain': withBag(0, 1, 2),
  'good-timestamp-bag-of-two': withBag(0, 1),
  'timestamp-bag-in-another-order': withBag(...otherOrder()),
  'timestamp-bag-without-the-signer': withBag(1, 2),
  'timestamp-bag-twice-the-signer': withBag(0, 0),
  'timestamp-certificate-id-issuer': withId({
    issuerName: x509.distinguishedName(ELSEWHERE, 'timestamp root'),
  }),
  'timestamp-certificate-id-serial': withId({ serialNumber: Buffer.of(1) }),
  'timestamp-certificate-id-digest': withId({ der: Buffer.of(0x30, 0) }),
  'timestamp-certificate-ids-disagree': withAttributes((usual, signer) => [
    ...Object.values(usual),
    certificateIdV1(certificateId({ ...signer, der: Buffer.of(0x30, 0) }, 'sha1')),
  ]),
  'timestamp-without-content-type': withAttributes(({ messageDigest, certificateId: id }) => [
    messageDigest,
    id,
  ]),
  'timestamp-attributes-in-another-order': stampedAs({ order: reversed }),
  'timestamp-critical-extension': stampedAs({
    rest: [
      der.sequence(der.integer(1)),
      der.retag(1, der.sequence(...unusable('an unknown critical extension'))),
    ],
  }),
  'timestamp-signing-time-twice': withAttributes((usual) => [
    ...Object.values(usual),
    attribute(OID.signingTime, der.time(BEFORE)),
  ]),
};

/** An otherName of Fulcio's user names. */
function userName(text: string): Buffer {
  const name = [der.oid('1.3.6.1.4.1.57264.1.7'), der.explicit(0, der.utf8String(text))];
  return x509.extension('2.5.29.17', der.sequence(der.explicit(0, ...name)), true);
}

/** With a certificate whose last second is that of this time. */
function stampedLate(genTime: string): Make {
  return restamped(
    (signature, stamps, { forge: { timestamps } }) => {
      const response = stamp(timestamps.leaf, signature, { genTime });
      stamps.splice(0, 1, { signedTimestamp: response.toString('base64') });
    },
    { notBefore: TEN_MINUTES_BEFORE },
  );
}

function withCheckpoint(change: (text: string) => string): Make {
  return logged(({ inclusionProof: { checkpoint } }) => {
    checkpoint.envelope = change(checkpoint.envelope);
  });
}

/** The signature stays that of the attributes in the order of DER. */
function reversed(sorted: Buffer): Buffer {
  const place = { code: 'DOCUMENT_INVALID', at: 'attributes', hint: '' } as const;
  const items = childrenOf(parseDer(sorted, place), TAG.set).map(({ raw }) => raw);
  return Buffer.concat([
    sorted.subarray(0, sorted.length - Buffer.concat(items).length),
    ...items.toReversed(),
  ]);
}

const VALIDITY = { validity: { notBefore: JANUARY, notAfter: new Date('2027-01-01T00:00:00Z') } };

/** The root with other certificates of its timestamp authority. */
const stampedUnder =
  (certificates: readonly Buffer[]) =>
  (kit: Kit): RootJson =>
    edited(kit.forge.root, ({ timestampAuthorities: [first] }) => {
      const items = certificates.map((bytes) => ({ rawBytes: bytes.toString('base64') }));
      first?.certChain.certificates.splice(0, 2, ...items);
    });

/** The chain of three with another certificate of one of its authorities. */
const ofThreeBut = (change: Parameters<typeof stampingChain>[0]) =>
  stampedUnder([...BAG.slice(0, 1), ...stampingChain(change).certificates.slice(1)]);

const loggedUnder =
  (change: (baseUrl: string) => string) =>
  (kit: Kit): RootJson =>
    edited(kit.forge.root, ({ tlogs }) => {
      for (const log of tlogs) log.baseUrl = change(log.baseUrl);
    });

function stampedFrom(bound: 'start' | 'end', time: string) {
  return ({ forge }: Kit): RootJson =>
    edited(forge.root, ({ timestampAuthorities: [first] }) => {
      if (first !== undefined) first.validFor[bound] = time;
    });
}

export const CLOSED_ROOTS: Readonly<Record<string, (kit: Kit) => RootJson>> = {
  ...Object.fromEntries(
    Object.entries(CHAINS).map(([name, { certificates }]) => [
      `timestamp-authority-${name}`,
      stampedUnder(certificates),
    ]),
  ),
  // The signer's certificate stays, which its timestamps name by digest.
  'timestamp-authority-chain-broken': ({ forge: { root, timestamps } }) => {
    const { name } = timestamps.root;
    const extensions = [MAY_CERTIFY, authority(1)];
    const other = certify({ keys: ec('P-384'), name, extensions, ...VALIDITY });
    return edited(root, ({ timestampAuthorities: [first] }) => {
      first?.certChain.certificates.splice(1, 1, { rawBytes: other.der.toString('base64') });
    });
  },
  'timestamp-authority-alone': ({ forge: { root, timestamps } }) =>
    edited(root, ({ timestampAuthorities: [first] }) => {
      if (first === undefined) throw new TypeError('no authority');
      first.certChain.certificates = [{ rawBytes: timestamps.leaf.der.toString('base64') }];
    }),
  'timestamp-authority-issuer-expired': ofThreeBut({ middle: until(BEFORE) }),
  'timestamp-authority-issuer-for-code': ofThreeBut({
    middle: { extensions: [MAY_CERTIFY, authority(0), purposes([codeSigning])] },
  }),
  'timestamp-authority-path-length': ofThreeBut({
    root: { extensions: [MAY_CERTIFY, authority(0)] },
  }),
  'timestamp-authority-begins-a-nanosecond-later': stampedFrom(
    'start',
    '2026-06-01T12:00:00.000000001Z',
  ),
  'timestamp-authority-ends-a-nanosecond-later': stampedFrom(
    'end',
    '2026-06-01T12:00:00.000000001Z',
  ),
  'authority-path-length': ({ forge }) => {
    const { keys, name } = forge.authority.root;
    const extensions = [MAY_CERTIFY, authority(0)];
    const other = certify({ keys, name, extensions, ...VALIDITY });
    return edited(forge.root, ({ certificateAuthorities: [first] }) => {
      first?.certChain.certificates.splice(1, 1, { rawBytes: other.der.toString('base64') });
    });
  },
  'log-of-another-name': loggedUnder((url) => url.replace(HOST, ELSEWHERE)),
  'log-of-a-longer-name': loggedUnder((url) => url.replace(HOST, `${HOST}.evil.test`)),
  'log-with-a-port': loggedUnder((url) => `${url.replace(HOST, `${HOST}:8443`)}/`),
};
