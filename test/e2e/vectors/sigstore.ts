// Vectors in which one layer of the cryptography was changed: everything else of them verifies.
import * as der from '../../../src/der/write-der.ts';
import * as x509 from '../../../src/sandbox/certificate.ts';
import {
  EMAIL,
  IDENTITY,
  ISSUER,
  SIGNED_AT,
  authorityKeys,
  edited,
  issuerExtensions,
  nameExtension,
  type BundleJson,
  type EntryJson,
  type RootJson,
  type Signing,
} from '../../trust/forge.ts';
import { ATTESTATION, STATEMENT, fileIn, flipped, withFile } from '../evidence.ts';
import { SIGNER, encodeBundle, packed, type Kit, type Make } from './kit.ts';

export const signed =
  (signing: Signing): Make =>
  async (kit) =>
    await packed(kit.signed(await kit.honest(), signing));

const attested =
  (change: (bundle: BundleJson) => void, signing: Signing = {}): Make =>
  async (kit) =>
    await kit.attested(change, signing);

/** The base64 text with one bit of its last byte changed: the last of a signature. */
function bent(base64: string): string {
  const bytes = Buffer.from(base64, 'base64');
  return flipped(bytes, bytes.length - 1).toString('base64');
}

function only<T>(list: readonly T[] | undefined): T {
  const [item] = list ?? [];
  if (item === undefined) throw new Error('an empty list');
  return item;
}

export const logged = (change: (entry: EntryJson) => void, signing: Signing = {}): Make =>
  attested(({ verificationMaterial }) => change(only(verificationMaterial.tlogEntries)), signing);

const stamped = (change: (stamp: { signedTimestamp: string }) => void, signing?: Signing): Make =>
  attested(
    ({ verificationMaterial }) =>
      change(only(verificationMaterial.timestampVerificationData?.rfc3161Timestamps)),
    signing,
  );

/** The usual certificate with one extension more, or with another one in place of a usual one. */
export const certified = (
  change: Partial<Record<'usage' | 'purpose' | 'name', Buffer>>,
  ...more: readonly Buffer[]
): Make =>
  signed({
    extensions: ({ issuers, ...usual }) => {
      const { usage, purpose, name } = { ...usual, ...change };
      return [usage, purpose, name, ...issuers, ...more];
    },
  });

/** Other timestamps over the same signature. */
export function restamped(
  change: (signature: Buffer, stamps: { signedTimestamp: string }[], kit: Kit) => void,
  signing: Signing = {},
): Make {
  return async (kit) => {
    const files = await kit.honest();
    const bundle = edited(kit.bundle(fileIn(files, STATEMENT), signing), (copy) => {
      const { timestampVerificationData: stamps } = copy.verificationMaterial;
      if (stamps === undefined) throw new Error('no timestamps');
      const { sig } = only(copy.dsseEnvelope.signatures);
      change(Buffer.from(sig, 'base64'), stamps.rfc3161Timestamps, kit);
    });
    return await packed(withFile(files, ATTESTATION, encodeBundle(bundle)));
  };
}

/** Signs and certifies: bits 0 and 5 of key usage. */
const SIGNS_AND_CERTIFIES = x509.extension(
  '2.5.29.15',
  der.bitString(Buffer.of(0b1000_0100), 2),
  true,
);
const AUTHORITY = x509.extension('2.5.29.19', der.sequence(der.boolean(true)), true);

export const SIGSTORE: Readonly<Record<string, Make>> = {
  'good-key': signed({ keys: SIGNER, byKey: true }),
  'certificate-for-the-key': signed({ keys: SIGNER }),
  'log-entry-with-a-certificate-for-the-key': loggedOtherwise(false),
  'log-entry-with-the-key-of-the-certificate': loggedOtherwise(true),
  'certificate-of-another-authority': signed({ certifiedBy: authorityKeys() }),
  'certificate-timestamp-signature': signed({
    sct: (extension) => flipped(extension, extension.length - 1),
  }),
  'certificate-critical-extension': certified({}, x509.extension('1.2.3.4', der.sequence(), true)),
  'good-certificate-unknown-extension': certified({}, x509.extension('1.2.3.4', der.sequence())),
  'certificate-may-certify': certified({ usage: SIGNS_AND_CERTIFIES }),
  'certificate-is-an-authority': certified({}, AUTHORITY),
  'certificate-two-issuers': signed({
    extensions: ({ usage, purpose }) => [
      ...[usage, purpose, nameExtension([EMAIL, IDENTITY])],
      ...issuerExtensions(`${ISSUER}/x`, ISSUER),
    ],
  }),
  'log-checkpoint-signature': logged(({ inclusionProof: { checkpoint } }) => {
    checkpoint.envelope = checkpoint.envelope.replace(
      /(\S+)\n$/,
      (_, line: string) => `${bent(line)}\n`,
    );
  }),
  'log-checkpoint-origin': logged(({ inclusionProof: { checkpoint } }) => {
    checkpoint.envelope = checkpoint.envelope.replace(/^\S+\n/, 'other.example.test\n');
  }),
  'log-proof-of-another-root-hash': logged(({ inclusionProof }) => {
    inclusionProof.hashes = inclusionProof.hashes.map((hash, index) =>
      index === 0 ? bent(hash) : hash,
    );
    only(inclusionProof.hashes);
  }),
  'log-v1-promise-signature': logged(
    ({ inclusionPromise }) => {
      if (inclusionPromise === undefined) throw new Error('no promise');
      inclusionPromise.signedEntryTimestamp = bent(inclusionPromise.signedEntryTimestamp);
    },
    { rekor: 1, timestamp: true },
  ),
  'timestamp-signature': stamped((stamp) => {
    stamp.signedTimestamp = bent(stamp.signedTimestamp);
  }),
  // The signed attributes stay as they are, so their signature is good; the content has another digest.
  'timestamp-message-digest': stamped((stamp) => {
    const bytes = Buffer.from(stamp.signedTimestamp, 'base64');
    const at = bytes.indexOf('20260601120000Z');
    if (at === -1) throw new Error('no time');
    bytes.write('20260601120001Z', at);
    stamp.signedTimestamp = bytes.toString('base64');
  }),
  'timestamp-of-another-authority': restamped((signature, stamps, kit) => {
    const { rfc3161Timestamps } = kit.stranger.stamp(signature, { embed: true });
    stamps.splice(0, 1, ...rfc3161Timestamps);
  }),
  'timestamp-second-one-wrong': restamped((signature, stamps, kit) => {
    const stampedAt = new Date(SIGNED_AT.getTime() + 60_000);
    const second = kit.forge.stamp(signature, { stampedAt, embed: false });
    stamps.push({ signedTimestamp: bent(only(second.rfc3161Timestamps).signedTimestamp) });
  }),
};

/** Signed by the key, with a certificate for it or without; the bundle says the one, and its log entry the other. */
function loggedOtherwise(byKey: boolean): Make {
  return async (kit) => {
    const statement = fileIn(await kit.honest(), STATEMENT);
    const other = kit.bundle(statement, { keys: SIGNER, byKey: !byKey }).verificationMaterial;
    const { certificate, publicKey } = other;
    return await kit.attested(
      ({ verificationMaterial: material }) => {
        Reflect.deleteProperty(material, byKey ? 'publicKey' : 'certificate');
        Object.assign(material, byKey ? { certificate } : { publicKey });
      },
      { keys: SIGNER, byKey },
    );
  };
}

type Authorities = RootJson['certificateAuthorities'];

const under = (change: (root: RootJson) => void) => (kit: Kit) => edited(kit.forge.root, change);

function bendFirst(authorities: Authorities): void {
  const first = only(only(authorities).certChain.certificates);
  first.rawBytes = bent(first.rawBytes);
}

const BEFORE = new Date(SIGNED_AT.getTime() - 2000).toISOString();
const AFTER = new Date(SIGNED_AT.getTime() + 1000).toISOString();

function windows(list: RootJson['tlogs'] | Authorities, bound: object): void {
  for (const item of list) {
    Object.assign('publicKey' in item ? item.publicKey.validFor : item.validFor, bound);
  }
}

/** Trusted roots that differ from trusted_root.json in one thing, by the name of their file in `roots`. */
export const ROOTS: Readonly<Record<string, (kit: Kit) => RootJson>> = {
  'authority-chain-broken': under(({ certificateAuthorities }) => {
    bendFirst(certificateAuthorities);
  }),
  'authority-ended': under(({ certificateAuthorities }) => {
    windows(certificateAuthorities, { end: BEFORE });
  }),
  'authority-not-begun': under(({ certificateAuthorities }) => {
    windows(certificateAuthorities, { start: AFTER });
  }),
  'authority-ends-then': under(({ certificateAuthorities }) => {
    windows(certificateAuthorities, { end: SIGNED_AT.toISOString() });
  }),
  'log-ended': under(({ tlogs }) => {
    windows(tlogs, { end: BEFORE });
  }),
  'log-not-begun': under(({ tlogs }) => {
    windows(tlogs, { start: AFTER });
  }),
  'certificate-log-ended': under(({ ctlogs }) => {
    windows(ctlogs, { end: BEFORE });
  }),
  'certificate-log-not-begun': under(({ ctlogs }) => {
    windows(ctlogs, { start: AFTER });
  }),
  'certificate-log-absent': under(({ ctlogs }) => {
    ctlogs.length = 0;
  }),
  'timestamp-authority-ended': under(({ timestampAuthorities }) => {
    windows(timestampAuthorities, { end: BEFORE });
  }),
  'timestamp-authority-not-begun': under(({ timestampAuthorities }) => {
    windows(timestampAuthorities, { start: AFTER });
  }),
};
