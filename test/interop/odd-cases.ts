// The part of the table whose keys, authorities and timestamps are unusual. Under names of their own: the tests
// of each rule, with every place that it names, are in test/trust.
import * as der from '../../src/der/write-der.ts';
import * as x509 from '../../src/sandbox/certificate.ts';
import { SIGNED_AT, edited, encode, YEAR } from '../trust/forge.ts';
import type { BundleJson, Forge, RootJson, Signing } from '../trust/forge.ts';
import {
  MAY_CERTIFY,
  UNUSABLE,
  authority,
  certify,
  ec,
  ed25519,
} from '../trust/odd-certificate.ts';
import { purposes, rsa, type Wanted } from '../trust/odd-certificate.ts';
import {
  ODD_TIMESTAMPS,
  stamp,
  stampingChain,
  type ChainChanges,
  type Token,
} from '../trust/odd-timestamp.ts';

/** A name, a bundle, and the root under which it is judged. */
export interface OddCase {
  readonly name: string;
  readonly bundle: BundleJson;
  readonly root: Uint8Array;
  /** Who signed, if not the usual one. */
  readonly identity?: string;
}

const { codeSigning, timeStamping } = x509.EXTENDED_KEY_USAGE;
const CA = [MAY_CERTIFY, authority(0), purposes([codeSigning])];
const SIGNS = x509.digitalSignatureExtension();
const OTHER_NAME = 'alice!example.test';

/** What a forge signs here. */
export interface Maker {
  readonly forge: Forge;
  readonly made: (signing?: Signing) => BundleJson;
}

export function oddGoodCases(maker: Maker): readonly OddCase[] {
  const root = encode(maker.forge.root);
  const signed = (name: string, signing: Signing): OddCase => ({
    name,
    bundle: maker.made(signing),
    root,
  });
  const byFulcio = x509.extension(
    '2.5.29.17',
    der.sequence(
      der.explicit(
        0,
        der.oid('1.3.6.1.4.1.57264.1.7'),
        der.explicit(0, der.utf8String(OTHER_NAME)),
      ),
    ),
    true,
  );
  return [
    signed('a P-384 key, Rekor v2', { keys: ec('P-384'), rekor: 2 }),
    signed('an Ed25519 key, Rekor v1', { keys: ed25519() }),
    signed('an RSA key of 2048 bits, Rekor v1', { keys: rsa(2048) }),
    signed('an RSA key of 2048 bits, Rekor v2', { keys: rsa(2048), rekor: 2 }),
    {
      ...signed("a user name in Fulcio's otherName", {
        extensions: (u) => [u.usage, u.purpose, byFulcio, ...u.issuers],
      }),
      identity: OTHER_NAME,
    },
    stamped(maker, 'a timestamp of an RSA key', [{}], { leaf: { keys: rsa(2048) } }),
    stamped(maker, 'a timestamp of a P-384 key', [{}], { leaf: { keys: ec('P-384') } }),
    stamped(maker, 'a timestamp at half a second', [{ genTime: '20260601120000.5Z' }]),
    stamped(maker, 'a timestamp at microseconds', [{ genTime: '20260601120000.000125Z' }]),
    stamped(maker, 'a timestamp with a status text', [
      { status: [der.integer(0), der.sequence(der.utf8String('fine'))] },
    ]),
    stamped(maker, 'two timestamps of one second', [{ serial: 1 }, { serial: 2 }]),
  ];
}

/** Certificates of an authority that may not certify this. */
export function oddAuthorityCases(maker: Maker): readonly OddCase[] {
  const bundle = maker.made();
  const rows: readonly (readonly [string, Partial<Wanted>])[] = [
    ...Object.entries(UNUSABLE).map(
      ([name, extension]) => [`with ${name}`, { extensions: [...CA, extension] }] as const,
    ),
    ['without code signing', { extensions: [MAY_CERTIFY, authority(0), purposes([timeStamping])] }],
    ['that is none', { extensions: [MAY_CERTIFY] }],
    ['whose key may not certify', { extensions: [authority(0), SIGNS] }],
    [
      'that had expired when the bundle was signed',
      { validity: { ...YEAR, notAfter: new Date(SIGNED_AT.getTime() - 1000) } },
    ],
  ];
  return rows.map(([name, change]) => ({
    name: `an authority ${name}`,
    bundle,
    root: encode(rootWith(maker.forge, change)),
  }));
}

/** The root with another certificate of its intermediate. */
function rootWith({ authority: own, root }: Forge, change: Partial<Wanted>): RootJson {
  const { keys, name } = own.intermediate;
  const other = certify({ keys, name, validity: YEAR, extensions: CA, ...change }, own.root);
  return edited(root, ({ certificateAuthorities: [first] }) => {
    first?.certChain.certificates.splice(0, 1, { rawBytes: other.der.toString('base64') });
  });
}

/** Timestamps that nobody may give like this. */
export function oddTimestampCases(maker: Maker): readonly OddCase[] {
  const late = { validity: { ...YEAR, notAfter: SIGNED_AT } };
  const rows: readonly (readonly [string, Token, ChainChanges])[] = [
    ...ODD_TIMESTAMPS,
    ['999 ms after the end of its authority', { genTime: '20260601120000.999Z' }, { leaf: late }],
  ];
  return rows.map(([name, token, changes]) =>
    stamped(maker, `a timestamp ${name}`, [token], changes),
  );
}

/** A bundle of Rekor v2 with these tokens, of an authority that the root lists. */
function stamped(
  { forge, made }: Maker,
  name: string,
  tokens: readonly Token[],
  changes: ChainChanges = {},
): OddCase {
  const chain = stampingChain(changes);
  const root = edited(forge.root, ({ timestampAuthorities: [first] }) => {
    const certificates = chain.certificates.map((bytes) => ({
      rawBytes: bytes.toString('base64'),
    }));
    Object.assign(first?.certChain ?? {}, { certificates });
  });
  const bundle = edited(made({ rekor: 2 }), ({ dsseEnvelope, verificationMaterial }) => {
    const signature = Buffer.from(dsseEnvelope.signatures[0]?.sig ?? '', 'base64');
    verificationMaterial.timestampVerificationData = {
      rfc3161Timestamps: tokens.map((token) => ({
        signedTimestamp: stamp(chain.leaf, signature, token).toString('base64'),
      })),
    };
  });
  return { name, bundle, root: encode(root) };
}
