import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import * as der from '../../src/der/write-der.ts';
import { digestOf, type Digest } from '../../src/digest.ts';
import { ATTESTATION } from '../../src/evidence/layout.ts';
import { SIGSTORE_BUNDLE_TYPE } from '../../src/media-types.ts';
import * as x509 from '../../src/sandbox/certificate.ts';
import type { Trust } from '../../src/trust/trust.ts';
import { refusalOf } from '../document/refusal.ts';
import {
  DNS,
  EMAIL,
  Forge,
  IDENTITY,
  ISSUER,
  SIGNED_AT,
  STATEMENT,
  URI,
  edited,
  encode,
  entryOf,
  ephemeralKeys,
  issuerExtensions,
  nameExtension,
  stampsOf,
} from './forge.ts';
import type { BundleJson, EntryJson, RootJson } from './forge.ts';
import { bothWays } from './judges.ts';

const FILE = 'attestation.intoto.jsonl';
const MATERIAL = `${FILE}#/verificationMaterial`;
const CERTIFICATE = `${MATERIAL}/certificate/rawBytes`;
const ENTRY = `${MATERIAL}/tlogEntries/0`;
const STAMPS = `${MATERIAL}/timestampVerificationData`;
const STAMP = `${STAMPS}/rfc3161Timestamps/0/signedTimestamp`;

const forge = new Forge();
const trust = bothWays(encode(forge.root), 'root.json');
const other = new Forge();

/** The three ways to prove when and where, each with a bundle that verifies. */
const V1 = forge.sign();
const V1_TSA = forge.sign({ timestamp: true });
const V2_TSA = forge.sign({ rekor: 2 });
const KINDS = [
  { kind: 'Rekor v1', good: V1 },
  { kind: 'Rekor v1 with a timestamp', good: V1_TSA },
  { kind: 'Rekor v2 with a timestamp', good: V2_TSA },
];

function verdict(value: unknown, by: Trust = trust): string {
  const bytes = value instanceof Uint8Array ? value : encode(value);
  const refusal = refusalOf(() => by.verify(bytes, ATTESTATION));
  return refusal === undefined ? 'verified' : `${refusal.code} ${refusal.at}`;
}

/** The base64 text with one bit of one byte changed. */
function flip(base64: string, index = 0): string {
  const bytes = Buffer.from(base64, 'base64');
  const at = index < 0 ? bytes.length + index : index;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes.toString('base64');
}

function minutes(count: number): Date {
  return new Date(SIGNED_AT.getTime() + count * 60_000);
}

function purposes(...oids: string[]): Buffer {
  return x509.extension('2.5.29.37', der.sequence(...oids.map((oid) => der.oid(oid))));
}

const PROMISE = 'LOG_ENTRY_INVALID /inclusionPromise/signedEntryTimestamp';

/** Trust in the root with one change. */
function under(change: (root: RootJson) => void): Trust {
  return bothWays(encode(edited(forge.root, change)), 'root.json');
}

/** Ends the windows of these logs or authorities. */
function close(list: RootJson['tlogs'] | RootJson['certificateAuthorities'], end: string): void {
  for (const item of list) {
    const { validFor } = 'publicKey' in item ? item.publicKey : item;
    validFor.end = end;
  }
}

/** The last certificate of the chain of its timestamp authority. */
function authorityOf({ root }: Forge): Digest {
  const last = root.timestampAuthorities[0]?.certChain.certificates.at(-1)?.rawBytes ?? '';
  return digestOf(Buffer.from(last, 'base64'));
}

describe('a bundle that verifies', () => {
  it.each(KINDS)('E-21 by $kind proves payload, signer and time', ({ good }) => {
    const proof = trust.verify(encode(good), ATTESTATION);
    expect(Buffer.from(proof.payload)).toEqual(STATEMENT);
    expect(proof.signer).toEqual({ type: 'email', subject: IDENTITY, issuer: ISSUER, claims: {} });
    expect(proof.signedAt).toEqual(SIGNED_AT);
    expect(proof.logEntries).toHaveLength(1);
  });

  it('is signed at the earliest time that is proven', () => {
    const stampedAt = new Date(SIGNED_AT.getTime() + 5000);
    const proof = trust.verify(encode(forge.sign({ timestamp: true, stampedAt })), ATTESTATION);
    expect(proof.times).toEqual([
      { source: 'transparency log', at: SIGNED_AT, moments: [SIGNED_AT] },
      {
        source: 'timestamp authority',
        at: stampedAt,
        moments: [stampedAt],
        authority: authorityOf(forge),
      },
    ]);
    expect(proof.signedAt).toEqual(SIGNED_AT);
  });

  it('may carry the certificate of its timestamp authority or not', () => {
    expect(verdict(forge.sign({ rekor: 2, embed: false }))).toBe('verified');
  });

  it('may leave out what protobuf leaves out: empty lists and zeros', () => {
    const first = new Forge();
    const bundle = edited(first.sign(), (copy) => {
      const entry: Partial<EntryJson> = entryOf(copy);
      const proof: Partial<EntryJson['inclusionProof']> = entryOf(copy).inclusionProof;
      expect([entry.logIndex, proof.logIndex, proof.hashes]).toEqual(['0', '0', []]);
      delete entry.logIndex;
      delete proof.logIndex;
      delete proof.hashes;
    });
    expect(verdict(bundle, bothWays(encode(first.root), 'root.json'))).toBe('verified');
  });

  it('is refused under the root of another instance', () => {
    const elsewhere = bothWays(encode(other.root), 'root.json');
    expect(verdict(V1, elsewhere)).toBe(`LOG_ENTRY_INVALID ${ENTRY}/logId/keyId`);
  });

  it('marks the root of a sandbox, whatever the JSON calls it', () => {
    const renamed = edited(forge.root, (root) => {
      for (const { subject } of root.certificateAuthorities) subject.organization = 'sigstore.dev';
    });
    expect(bothWays(encode(renamed), 'root.json').root.sandbox).toBe(true);
  });
});

describe('the envelope', () => {
  it('E-29 payload of one bundle, signature of another', () => {
    const second = forge.sign({ payload: Buffer.from('{"other":1}') });
    const swapped = edited(V1, (copy) => {
      copy.dsseEnvelope.payload = second.dsseEnvelope.payload;
    });
    expect(verdict(swapped)).toBe(`SIGNATURE_INVALID ${FILE}#/dsseEnvelope/signatures/0/sig`);
  });

  it('E-29 a signed payload of another type', () => {
    const text = forge.sign({ payloadType: 'text/plain' });
    expect(verdict(text)).toBe(`PAYLOAD_TYPE_UNEXPECTED ${FILE}#/dsseEnvelope/payloadType`);
  });

  it('E-29 the type changed after signing', () => {
    const changed = edited(V1, (copy) => {
      copy.dsseEnvelope.payloadType = 'application/vnd.in-toto.test+json';
    });
    expect(verdict(changed)).toBe(`PAYLOAD_TYPE_UNEXPECTED ${FILE}#/dsseEnvelope/payloadType`);
  });

  it.each<[string, (copy: BundleJson) => void, string]>([
    [
      'two signatures',
      (copy) => copy.dsseEnvelope.signatures.push(...V2_TSA.dsseEnvelope.signatures),
      '/dsseEnvelope/signatures',
    ],
    ['no signature', (copy) => copy.dsseEnvelope.signatures.pop(), '/dsseEnvelope/signatures'],
    [
      'a key id',
      (copy) => Object.assign(copy.dsseEnvelope.signatures[0] ?? {}, { keyid: 'alice' }),
      '/dsseEnvelope/signatures/0/keyid',
    ],
    [
      'a message signature beside it',
      (copy) => Object.assign(copy, { messageSignature: {} }),
      '/messageSignature',
    ],
    [
      'a public key beside the certificate',
      (copy) => Object.assign(copy.verificationMaterial, { publicKey: { hint: 'x' } }),
      '/verificationMaterial/certificate',
    ],
    [
      'a chain beside the certificate',
      (copy) =>
        Object.assign(copy.verificationMaterial, { x509CertificateChain: { certificates: [] } }),
      '/verificationMaterial/x509CertificateChain',
    ],
  ])('is refused with %s', (_, change, at) => {
    expect(verdict(edited(V1, change))).toBe(`SIGSTORE_BUNDLE_INVALID ${FILE}#${at}`);
  });

  it('takes an empty key id, which sigstore-js writes', () => {
    const bundle = edited(V1, (copy) => {
      Object.assign(copy.dsseEnvelope.signatures[0] ?? {}, { keyid: '' });
    });
    expect(verdict(bundle)).toBe('verified');
  });
});

describe('E-34 one spelling for each value', () => {
  it.each([
    'application/vnd.dev.sigstore.bundle+json;version=0.1',
    'application/vnd.dev.sigstore.bundle+json;version=0.2',
    'application/vnd.dev.sigstore.bundle+json;version=0.3',
    'application/vnd.dev.sigstore.bundle.v0.2+json',
    'application/vnd.dev.sigstore.bundle.v1.3+json',
    `${SIGSTORE_BUNDLE_TYPE};charset=utf-8`,
  ])('refuses the media type %s', (mediaType) => {
    expect(verdict({ ...V1, mediaType })).toBe(`SIGSTORE_BUNDLE_INVALID ${FILE}#/mediaType`);
  });

  const text = JSON.stringify(V1);
  it.each([
    ['a byte order mark', `\u{FEFF}${text}`, ''],
    ['text after it', `${text} x`, ''],
    ['a second bundle in the file', `${text}\n${text}\n`, ''],
    ['a key twice', text.replace('{', `{"mediaType":"${SIGSTORE_BUNDLE_TYPE}",`), '#/mediaType'],
    ['half of it', text.slice(0, 400), '#/verificationMaterial/certificate/rawBytes'],
    ['nothing', '', ''],
    ['null', 'null', ''],
    ['a list', `[${text}]`, ''],
  ])('refuses %s', (_, json, at) => {
    expect(verdict(Buffer.from(json))).toBe(`SIGSTORE_BUNDLE_INVALID ${FILE}${at}`);
  });

  it('takes white space, which changes no value', () => {
    expect(verdict(Buffer.from(`${JSON.stringify(V1, undefined, 2)}\n`))).toBe('verified');
  });

  const SPELLINGS: readonly [string, (base64: string) => string][] = [
    ['without padding', (base64) => base64.replace(/=+$/, '')],
    ['in the URL alphabet', (base64) => base64.replaceAll('+', '-').replaceAll('/', '_')],
    ['with a line break', (base64) => `${base64.slice(0, 8)}\n${base64.slice(8)}`],
    ['with a space', (base64) => `${base64} `],
    ['that is empty', () => ''],
  ];
  /** A signature whose base64 has padding and characters that differ in the URL alphabet. */
  const padded = (() => {
    for (;;) {
      const bundle = forge.sign();
      const { sig } = bundle.dsseEnvelope.signatures[0] ?? { sig: '' };
      if (sig.endsWith('=') && /[+/]/.test(sig)) return { bundle, sig };
    }
  })();
  it.each(SPELLINGS)('refuses base64 %s', (_, respell) => {
    const bundle = edited(padded.bundle, (copy) => {
      copy.dsseEnvelope.signatures = [{ sig: respell(padded.sig) }];
    });
    expect(verdict(padded.bundle)).toBe('verified');
    expect(verdict(bundle)).toBe(`SIGSTORE_BUNDLE_INVALID ${FILE}#/dsseEnvelope/signatures/0/sig`);
  });

  it.each<[string, (copy: BundleJson) => unknown, string]>([
    [
      'a number for an integer',
      (c) => Object.assign(entryOf(c), { logIndex: 0 }),
      `${ENTRY}/logIndex`,
    ],
    [
      'a leading zero',
      (c) => (entryOf(c).logIndex = `0${entryOf(c).logIndex}`),
      `${ENTRY}/logIndex`,
    ],
    ['a negative index', (c) => (entryOf(c).logIndex = '-1'), `${ENTRY}/logIndex`],
    [
      'an index beyond 2^53',
      (c) => (entryOf(c).logIndex = '9007199254740993'),
      `${ENTRY}/logIndex`,
    ],
    [
      'null for what is absent',
      (c) => Object.assign(c.verificationMaterial, { timestampVerificationData: null }),
      STAMPS,
    ],
    [
      'null for an empty list',
      (c) => Object.assign(entryOf(c).inclusionProof, { hashes: null }),
      `${ENTRY}/inclusionProof/hashes`,
    ],
    [
      "protobuf's own name of a field",
      (c) => Object.assign(c, { media_type: SIGSTORE_BUNDLE_TYPE }),
      `${FILE}#/media_type`,
    ],
  ])('refuses %s', (_, change, at) => {
    const bundle = edited(V1, (copy) => {
      change(copy);
    });
    expect(verdict(bundle)).toBe(`SIGSTORE_BUNDLE_INVALID ${at}`);
  });

  const VALUES = [{}, [], null, '', '0', 0, false].map((value) => ({ value }));
  it.each(VALUES)('refuses an unknown key with the value $value', ({ value }) => {
    for (const place of [
      (copy: BundleJson) => copy,
      (copy: BundleJson) => copy.verificationMaterial,
      (copy: BundleJson) => entryOf(copy),
      (copy: BundleJson) => entryOf(copy).inclusionProof,
      (copy: BundleJson) => entryOf(copy).logId,
      (copy: BundleJson) => entryOf(copy).inclusionProof.checkpoint,
      (copy: BundleJson) => copy.dsseEnvelope,
      (copy: BundleJson) => copy.dsseEnvelope.signatures[0] ?? {},
      (copy: BundleJson) => stampsOf(copy)[0] ?? {},
    ]) {
      const bundle = edited(V1_TSA, (copy) => Object.assign(place(copy), { surprise: value }));
      expect(verdict(bundle)).toMatch(/^SIGSTORE_BUNDLE_INVALID .*\/surprise$/);
    }
  });

  it('refuses 10 MiB and one byte', () => {
    const padding = Buffer.alloc(10 * 1024 * 1024 + 1 - encode(V1).length, ' ');
    expect(verdict(Buffer.concat([encode(V1), padding]))).toBe(`LIMIT_EXCEEDED ${FILE}`);
  });
});

describe('E-32 dropped and renamed parts', () => {
  it.each(KINDS)('$kind: any key renamed is refused', ({ good }) => {
    const text = JSON.stringify(good);
    const keys = [...text.matchAll(/"(\w+)":/g)];
    expect(keys.length).toBeGreaterThan(20);
    for (const { index, 1: key = '' } of keys) {
      const renamed = `${text.slice(0, index + 1)}x${text.slice(index + 2)}`;
      expect([key, verdict(Buffer.from(renamed))]).not.toEqual([key, 'verified']);
    }
  });

  it('a dropped timestamp leaves the time of the log', () => {
    const bundle = edited(V1_TSA, (copy) => {
      delete copy.verificationMaterial.timestampVerificationData;
    });
    expect(trust.verify(encode(bundle), ATTESTATION).times.map(({ source }) => source)).toEqual([
      'transparency log',
    ]);
  });

  it.each<[string, BundleJson, (entry: Partial<EntryJson>) => void, string]>([
    [
      'the promise of Rekor v1',
      V1_TSA,
      (entry) => delete entry.inclusionPromise,
      `LOG_ENTRY_INVALID ${ENTRY}`,
    ],
    [
      'the time of Rekor v1',
      V1_TSA,
      (entry) => delete entry.integratedTime,
      `LOG_ENTRY_INVALID ${ENTRY}/integratedTime`,
    ],
    [
      'the proof',
      V1_TSA,
      (entry) => delete entry.inclusionProof,
      `SIGSTORE_BUNDLE_INVALID ${ENTRY}/inclusionProof`,
    ],
    [
      'the body',
      V1_TSA,
      (entry) => delete entry.canonicalizedBody,
      `SIGSTORE_BUNDLE_INVALID ${ENTRY}/canonicalizedBody`,
    ],
  ])('without %s it is refused', (_, good, change, expected) => {
    expect(verdict(edited(good, (copy) => change(entryOf(copy))))).toBe(expected);
  });
});

describe('the certificate', () => {
  it('E-25 is valid when it was used, though it has expired since', () => {
    expect(trust.verify(encode(V1), ATTESTATION).signedAt < new Date()).toBe(true);
  });

  it.each([
    { why: 'after its end', signing: { notBefore: minutes(-11) } },
    { why: 'before its start', signing: { notBefore: minutes(1) } },
    {
      why: 'at a stamped time after its end',
      signing: { timestamp: true, stampedAt: minutes(11) },
    },
    { why: 'at a logged time after its end', signing: { timestamp: true, loggedAt: minutes(11) } },
  ])('E-25 is refused when used $why', ({ signing }) => {
    expect(verdict(forge.sign(signing))).toMatch(/^CERTIFICATE_INVALID /);
  });

  it.each([
    { name: [URI, 'https://ci.example.test/job@refs/heads/main'] as const },
    { name: [EMAIL, 'bob@example.test'] as const },
  ])('names its owner: $name', ({ name }) => {
    const bundle = forge.sign({
      extensions: ({ usage, purpose, issuers }) => [
        usage,
        purpose,
        nameExtension(name),
        ...issuers,
      ],
    });
    const { signer } = trust.verify(encode(bundle), ATTESTATION);
    expect(signer).toMatchObject({ subject: name[1] });
  });

  const CODE = x509.EXTENDED_KEY_USAGE.codeSigning;
  const STAMPING = x509.EXTENDED_KEY_USAGE.timeStamping;
  const ANY_PURPOSE = '2.5.29.37.0';
  const certify = x509.extension('2.5.29.15', der.bitString(Buffer.of(0b1000_0100), 2), true);
  const constraints = x509.extension('2.5.29.19', der.sequence(der.boolean(true)), true);
  const foreign = nameExtension();
  const otherName = (type: string): Buffer =>
    x509.extension(
      '2.5.29.17',
      der.sequence(der.explicit(0, der.oid(type), der.explicit(0, der.utf8String('alice!x')))),
      true,
    );
  const ISSUER_OID = '1.3.6.1.4.1.57264.1.8';
  const loose = x509.extension(
    ISSUER_OID,
    Buffer.concat([der.utf8String(ISSUER), Buffer.of(5, 0)]),
  );
  const printable = x509.extension(
    ISSUER_OID,
    Buffer.concat([Buffer.of(0x13, ISSUER.length), Buffer.from(ISSUER)]),
  );

  it.each<[string, Parameters<Forge['sign']>[0]]>([
    ['without code signing', { extensions: (u) => [u.usage, u.name, ...u.issuers] }],
    ['for timestamps', { extensions: (u) => [u.usage, purposes(STAMPING), u.name, ...u.issuers] }],
    [
      'for code signing and more',
      { extensions: (u) => [u.usage, purposes(CODE, STAMPING), u.name, ...u.issuers] },
    ],
    [
      'for any purpose',
      { extensions: (u) => [u.usage, purposes(ANY_PURPOSE), u.name, ...u.issuers] },
    ],
    [
      'of an authority',
      { extensions: (u) => [u.usage, u.purpose, constraints, u.name, ...u.issuers] },
    ],
    ['whose key may certify', { extensions: (u) => [certify, u.purpose, u.name, ...u.issuers] }],
    ['without a name', { extensions: (u) => [u.usage, u.purpose, ...u.issuers] }],
    [
      'with an empty list of names',
      { extensions: (u) => [u.usage, u.purpose, foreign, ...u.issuers] },
    ],
    [
      'with two names',
      {
        extensions: (u) => [
          u.usage,
          u.purpose,
          nameExtension([EMAIL, IDENTITY], [URI, 'https://x.test']),
          ...u.issuers,
        ],
      },
    ],
    [
      'with the name of a host',
      { extensions: (u) => [u.usage, u.purpose, nameExtension([DNS, 'x.test']), ...u.issuers] },
    ],
    [
      'with a name of another kind',
      {
        extensions: (u) => [u.usage, u.purpose, otherName('1.3.6.1.4.1.311.20.2.3'), ...u.issuers],
      },
    ],
    [
      'whose name reads the same in seven bits',
      {
        extensions: (u) => [
          u.usage,
          u.purpose,
          nameExtension([EMAIL, '\u{E1}lice@example.test']),
          ...u.issuers,
        ],
      },
    ],
    [
      'whose name has a line break',
      {
        extensions: (u) => [
          u.usage,
          u.purpose,
          nameExtension([EMAIL, `${IDENTITY}\n`]),
          ...u.issuers,
        ],
      },
    ],
    [
      'whose name has a zero byte',
      {
        extensions: (u) => [
          u.usage,
          u.purpose,
          nameExtension([EMAIL, `${IDENTITY}\0.evil.test`]),
          ...u.issuers,
        ],
      },
    ],
    ['without an issuer', { extensions: (u) => [u.usage, u.purpose, u.name] }],
    [
      'with two issuers that differ',
      {
        extensions: (u) => [
          u.usage,
          u.purpose,
          u.name,
          ...issuerExtensions('https://evil.test', ISSUER),
        ],
      },
    ],
    ['with bytes after the issuer', { extensions: (u) => [u.usage, u.purpose, u.name, loose] }],
    [
      'with an issuer of another type',
      { extensions: (u) => [u.usage, u.purpose, u.name, printable] },
    ],
    [
      'with a critical extension that nobody knows',
      {
        extensions: (u) => [
          u.usage,
          u.purpose,
          u.name,
          ...u.issuers,
          x509.extension('1.3.6.1.4.1.99999.1', der.nullValue(), true),
        ],
      },
    ],
    [
      'with one extension twice',
      { extensions: (u) => [u.usage, u.purpose, u.purpose, u.name, ...u.issuers] },
    ],
  ])('is refused %s', (_, signing) => {
    expect(verdict(forge.sign(signing))).toBe(`CERTIFICATE_INVALID ${CERTIFICATE}`);
  });

  it('may lack the older of the two issuer extensions', () => {
    const bundle = forge.sign({
      extensions: (u) => [u.usage, u.purpose, u.name, ...u.issuers.slice(1)],
    });
    const { signer } = trust.verify(encode(bundle), ATTESTATION);
    expect(signer).toMatchObject({ issuer: ISSUER });
  });

  it('is refused without a timestamp of a certificate log', () => {
    const bundle = forge.sign({ withoutSct: true });
    expect(verdict(bundle)).toBe(`CERTIFICATE_INVALID ${CERTIFICATE}`);
  });

  it('is refused if it is of another authority', () => {
    const keys = ephemeralKeys();
    const foreignLeaf = other.sign({ keys }).verificationMaterial.certificate;
    const bundle = edited(forge.sign({ keys }), (copy) => {
      Object.assign(copy.verificationMaterial, { certificate: foreignLeaf });
    });
    expect(verdict(bundle)).toMatch(/^(?:CERTIFICATE|LOG_ENTRY)_INVALID /);
  });

  it('of the same key but another identity is not the one that was logged', () => {
    const keys = ephemeralKeys();
    const mallory = forge.sign({
      keys,
      extensions: (u) => [
        u.usage,
        u.purpose,
        nameExtension([EMAIL, 'mallory@example.test']),
        ...u.issuers,
      ],
    });
    for (const rekor of [1, 2] as const) {
      const good = forge.sign({ keys, rekor });
      const swapped = edited(good, (copy) => {
        copy.verificationMaterial.certificate = { rawBytes: certificateOf(mallory) };
      });
      expect(verdict(good)).toBe('verified');
      expect(verdict(swapped)).toBe(`LOG_ENTRY_INVALID ${ENTRY}/canonicalizedBody`);
    }
  });

  it('with another name of its algorithm outside the signed part is refused', () => {
    const bytes = Buffer.from(certificateOf(V1), 'base64');
    // ecdsa-with-SHA384 becomes ecdsa-with-SHA512 in its second place, which nobody signs.
    const oid = Buffer.from('2a8648ce3d040303', 'hex');
    bytes[bytes.lastIndexOf(oid) + oid.length - 1] = 4;
    const bundle = edited(V1, (copy) => {
      copy.verificationMaterial.certificate = { rawBytes: bytes.toString('base64') };
    });
    expect(verdict(bundle)).toBe(`CERTIFICATE_INVALID ${CERTIFICATE}`);
  });
});

function certificateOf({ verificationMaterial }: BundleJson): string {
  return verificationMaterial.certificate?.rawBytes ?? '';
}

describe('the log entry', () => {
  it('E-26 is required', () => {
    const bundle = edited(V1_TSA, (copy) => {
      copy.verificationMaterial.tlogEntries = [];
    });
    expect(verdict(bundle)).toBe(`LOG_ENTRY_INVALID ${MATERIAL}/tlogEntries`);
  });

  it('E-26 without any time is not enough', () => {
    const bundle = edited(V2_TSA, (copy) => {
      delete copy.verificationMaterial.timestampVerificationData;
    });
    expect(verdict(bundle)).toBe(`TIMESTAMP_INVALID ${STAMPS}`);
  });

  it.each<[string, (entry: EntryJson) => unknown, string]>([
    [
      'body',
      (e) => (e.canonicalizedBody = flip(e.canonicalizedBody, 20)),
      'LOG_ENTRY_INVALID /canonicalizedBody',
    ],
    [
      'promise',
      (e) => (e.inclusionPromise = { signedEntryTimestamp: flip(promiseOf(e), -1) }),
      PROMISE,
    ],
    [
      'proof hash',
      (e) => (e.inclusionProof.hashes = e.inclusionProof.hashes.map((hash) => flip(hash))),
      'LOG_ENTRY_INVALID /inclusionProof/hashes',
    ],
    [
      'checkpoint signature',
      (e) => (e.inclusionProof.checkpoint.envelope = resign(e.inclusionProof.checkpoint.envelope)),
      'LOG_ENTRY_INVALID /inclusionProof/checkpoint/envelope',
    ],
    [
      'checkpoint root',
      (e) => (e.inclusionProof.checkpoint.envelope = reroot(e)),
      'LOG_ENTRY_INVALID /inclusionProof/rootHash',
    ],
    ['log id', (e) => (e.logId.keyId = flip(e.logId.keyId)), 'LOG_ENTRY_INVALID /logId/keyId'],
    ['time', (e) => (e.integratedTime = String(Number(e.integratedTime) + 1)), PROMISE],
    ['index', (e) => (e.logIndex = String(Number(e.logIndex) + 1)), PROMISE],
    ['kind', (e) => (e.kindVersion.kind = 'intoto'), 'LOG_ENTRY_INVALID /canonicalizedBody'],
    ['version', (e) => (e.kindVersion.version = '0.0.2'), 'LOG_ENTRY_INVALID /canonicalizedBody'],
  ])('E-27 of Rekor v1 with another %s is refused', (_, change, expected) => {
    const bundle = edited(V1_TSA, (copy) => {
      change(entryOf(copy));
    });
    expect(logVerdict(bundle)).toBe(expected);
  });

  it.each<[string, (entry: EntryJson) => unknown, string]>([
    ['a time', (e) => (e.integratedTime = '1900000000'), 'LOG_ENTRY_INVALID /integratedTime'],
    ['another index', (e) => (e.logIndex = '7'), 'LOG_ENTRY_INVALID /logIndex'],
    [
      'the promise of another log',
      (e) => (e.inclusionPromise = { signedEntryTimestamp: promiseOf(entryOf(V1)) }),
      'LOG_ENTRY_INVALID /inclusionPromise',
    ],
  ])('of Rekor v2 with %s, which that log never states, is refused', (_, change, expected) => {
    const bundle = edited(V2_TSA, (copy) => {
      change(entryOf(copy));
    });
    expect(logVerdict(bundle)).toBe(expected);
  });

  it.each(KINDS)('E-28 of another bundle by the same signer is refused ($kind)', ({ good }) => {
    const keys = ephemeralKeys();
    const rekor = good === V2_TSA ? 2 : 1;
    const first = forge.sign({ keys, rekor });
    const second = forge.sign({ keys, rekor, payload: Buffer.from('{"second":true}') });
    const spliced = edited(second, (copy) => {
      copy.verificationMaterial.tlogEntries = first.verificationMaterial.tlogEntries;
    });
    expect(verdict(first)).toBe('verified');
    expect(logVerdict(spliced)).toBe('LOG_ENTRY_INVALID /canonicalizedBody');
  });

  it.each<[string, (proof: EntryJson['inclusionProof']) => unknown, string]>([
    ['size', (p) => (p.treeSize = String(Number(p.treeSize) + 1)), '/inclusionProof/treeSize'],
    ['root', (p) => (p.rootHash = flip(p.rootHash)), '/inclusionProof/rootHash'],
    ['index at the end of the tree', (p) => (p.logIndex = p.treeSize), '/inclusionProof/logIndex'],
  ])('E-33 whose proof names another %s than the checkpoint is refused', (_, change, at) => {
    const bundle = edited(V1, (copy) => {
      change(entryOf(copy).inclusionProof);
    });
    expect(logVerdict(bundle)).toBe(`LOG_ENTRY_INVALID ${at}`);
  });

  const CHECKPOINT = 'LOG_ENTRY_INVALID /inclusionProof/checkpoint/envelope';
  const UNREADABLE = 'SIGSTORE_BUNDLE_INVALID /inclusionProof/checkpoint/envelope';
  it.each<[string, (text: string) => string, string]>([
    ['the name cut short', (t) => t.replace('— log.example', '— og.example'), CHECKPOINT],
    ['another origin', (t) => t.replace('log.example.test - 1\n', 'evil.test - 1\n'), CHECKPOINT],
    ['its signature twice', (t) => t + t.slice(t.indexOf('—')), CHECKPOINT],
    ['no signature', (t) => t.slice(0, t.indexOf('—')), UNREADABLE],
    ['a line that is no signature', (t) => `${t}unsigned text\n`, UNREADABLE],
    ['half a line', (t) => t.slice(0, -1), UNREADABLE],
    ['no blank line', (t) => t.replace('\n\n', '\n'), UNREADABLE],
    ['a size that is no number', (t) => t.replace(/\n\d+\n/, '\n0x1\n'), UNREADABLE],
  ])('whose checkpoint has %s is refused', (_, change, expected) => {
    const bundle = edited(V1, (copy) => {
      const { checkpoint } = entryOf(copy).inclusionProof;
      checkpoint.envelope = change(checkpoint.envelope);
    });
    expect(logVerdict(bundle)).toBe(expected);
  });

  it('may have cosignatures of witnesses that nobody lists', () => {
    const bundle = edited(V1, (copy) => {
      entryOf(copy).inclusionProof.checkpoint.envelope += '— witness.test AAAAAAAAAAAA\n';
    });
    expect(verdict(bundle)).toBe('verified');
  });

  it('each must verify: one of a log that is not trusted is refused', () => {
    const keys = ephemeralKeys();
    const foreign = entryOf(other.sign({ keys }));
    const bundle = edited(forge.sign({ keys }), (copy) => {
      copy.verificationMaterial.tlogEntries.push(foreign);
    });
    expect(verdict(bundle)).toBe(`LOG_ENTRY_INVALID ${MATERIAL}/tlogEntries/1/logId/keyId`);
  });

  it('does not count twice', () => {
    const bundle = edited(V1, (copy) => {
      copy.verificationMaterial.tlogEntries.push(entryOf(V1));
    });
    expect(verdict(bundle)).toMatch(/^(?:LOG_ENTRY|TIMESTAMP)_INVALID /);
  });

  it('comes at most 32 times', () => {
    const bundle = edited(V1, (copy) => {
      copy.verificationMaterial.tlogEntries = Array.from({ length: 33 }, () => entryOf(V1));
    });
    expect(verdict(bundle)).toBe(`SIGSTORE_BUNDLE_INVALID ${MATERIAL}/tlogEntries`);
  });
});

function promiseOf(entry: EntryJson): string {
  return entry.inclusionPromise?.signedEntryTimestamp ?? '';
}

/** A checkpoint with one bit of its signature changed. */
function resign(envelope: string): string {
  const start = envelope.lastIndexOf(' ') + 1;
  return `${envelope.slice(0, start)}${flip(envelope.slice(start).trim(), -1)}\n`;
}

/** A checkpoint with one bit of its root changed. */
function reroot({ inclusionProof }: EntryJson): string {
  const { rootHash, checkpoint } = inclusionProof;
  return checkpoint.envelope.replace(rootHash, flip(rootHash));
}

/** The verdict with the pointer inside the first log entry. */
function logVerdict(bundle: BundleJson): string {
  return verdict(bundle)
    .replace(`${MATERIAL}/tlogEntries`, '')
    .replace(/ (?:\/0)?(\/.*)?$/, (_, pointer?: string) =>
      pointer === undefined ? '' : ` ${pointer}`,
    );
}

describe('the timestamp', () => {
  it.each([
    [
      'of another authority',
      (): string => stampsOf(other.sign({ rekor: 2 }))[0]?.signedTimestamp ?? '',
    ],
    [
      'of another signature',
      (): string => stampsOf(forge.sign({ rekor: 2 }))[0]?.signedTimestamp ?? '',
    ],
  ])('%s is refused, beside a log that proves the time too', (_, stamp) => {
    const bundle = edited(V1_TSA, (copy) => {
      stampsOf(copy).splice(0, 1, { signedTimestamp: stamp() });
    });
    expect(verdict(bundle)).toMatch(/^TIMESTAMP_INVALID /);
  });

  it('each must verify: an additional one of another authority is refused', () => {
    const bundle = edited(V1_TSA, (copy) => {
      stampsOf(copy).push(...stampsOf(other.sign({ rekor: 2, embed: false })));
    });
    expect(verdict(bundle)).toBe(`TIMESTAMP_INVALID ${STAMPS}/rfc3161Timestamps/1/signedTimestamp`);
  });

  it('does not count twice', () => {
    const bundle = edited(V1_TSA, (copy) => {
      stampsOf(copy).push(...stampsOf(V1_TSA));
    });
    expect(verdict(bundle)).toBe(`TIMESTAMP_INVALID ${STAMPS}/rfc3161Timestamps/1/signedTimestamp`);
  });

  it('has no byte around its signed part that can change', () => {
    const { signedTimestamp = '' } = stampsOf(V1_TSA)[0] ?? {};
    const token = Buffer.from(signedTimestamp, 'base64');
    const accepted: number[] = [];
    for (let index = 0; index < token.length; index += 7) {
      const bundle = edited(V1_TSA, (copy) => {
        stampsOf(copy).splice(0, 1, { signedTimestamp: flip(signedTimestamp, index) });
      });
      if (verdict(bundle) === 'verified') accepted.push(index);
    }
    expect(accepted).toEqual([]);
  });

  it.each([
    ['a status that is not granted', (hex: string) => hex.replace('3003020100', '3003020102')],
    ['bytes after it', (hex: string) => `${hex}0500`],
    ['a length in a longer form', (hex: string) => hex.replace(/^3082/, '308300')],
  ])('with %s is refused', (_, change) => {
    const { signedTimestamp = '' } = stampsOf(V1_TSA)[0] ?? {};
    const hex = change(Buffer.from(signedTimestamp, 'base64').toString('hex'));
    const bundle = edited(V1_TSA, (copy) => {
      const changed = Buffer.from(hex, 'hex').toString('base64');
      stampsOf(copy).splice(0, 1, { signedTimestamp: changed });
    });
    expect(verdict(bundle)).toBe(`TIMESTAMP_INVALID ${STAMP}`);
  });
});

describe('the windows of the trusted root', () => {
  const before = '2026-06-01T11:59:59Z';
  const at = '2026-06-01T12:00:00Z';
  it.each(['tlogs', 'ctlogs', 'certificateAuthorities', 'timestampAuthorities'] as const)(
    'a window of %s that ended before the signature refuses it, an inclusive end does not',
    (list) => {
      // The certificate log signs a second earlier.
      const end = list === 'ctlogs' ? '2026-06-01T11:59:58Z' : before;
      for (const { good } of KINDS.filter(({ kind }) => kind.includes('timestamp'))) {
        expect(
          verdict(
            good,
            under((root) => close(root[list], end)),
          ),
        ).toMatch(/_INVALID /);
        expect(
          verdict(
            good,
            under((root) => close(root[list], at)),
          ),
        ).toBe('verified');
      }
    },
  );

  it('holds a log without a time of its own to the stamped time', () => {
    const ended = under((root) => close(root.tlogs, before));
    expect(verdict(V2_TSA, ended)).toBe(`LOG_ENTRY_INVALID ${ENTRY}`);
  });

  it('lets no two windows of one authority share the times', () => {
    const stampedAt = new Date(SIGNED_AT.getTime() + 5000);
    const bundle = forge.sign({ timestamp: true, stampedAt });
    const split = under((root) => {
      const [authority] = root.certificateAuthorities;
      if (authority === undefined) throw new TypeError('no authority');
      root.certificateAuthorities = [
        { ...authority, validFor: { start: '2026-01-01T00:00:00Z', end: at } },
        { ...authority, validFor: { start: '2026-06-01T12:00:01Z' } },
      ];
    });
    expect(verdict(bundle)).toBe('verified');
    expect(verdict(bundle, split)).toBe(`CERTIFICATE_INVALID ${CERTIFICATE}`);
  });

  it('has no log for an entry whose id is that of another log', () => {
    const crossed = under((root) => {
      const [first, second] = root.tlogs;
      if (first === undefined || second === undefined) throw new TypeError('no logs');
      [first.logId, second.logId] = [second.logId, first.logId];
    });
    for (const { good } of KINDS) expect(verdict(good, crossed)).toMatch(/^LOG_ENTRY_INVALID /);
  });

  it('refuses a certificate if it lists no certificate log', () => {
    const none = under((root) => {
      root.ctlogs = [];
    });
    expect(verdict(V1, none)).toBe(`CERTIFICATE_INVALID ${CERTIFICATE}`);
  });
});

describe('any bytes', () => {
  it('E-31 more or less, anything at all, is refused with a code', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(verdict(bytes)).toMatch(/^SIGSTORE_BUNDLE_INVALID /);
      }),
    );
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(verdict(Buffer.from(json))).toMatch(/^SIGSTORE_BUNDLE_INVALID /);
      }),
    );
  });
});
