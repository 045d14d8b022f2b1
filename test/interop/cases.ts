// One table of bundles for every verifier: `./dev interop` asks the real programs, and a test asks us.
import { createHash, sign } from 'node:crypto';

import * as der from '../../src/der/write-der.ts';
import type { ErrorCode } from '../../src/errors/catalogue.ts';
import { IN_TOTO_PAYLOAD_TYPE, SIGSTORE_BUNDLE_TYPE } from '../../src/media-types.ts';
import * as x509 from '../../src/sandbox/certificate.ts';
import { preAuthEncoding } from '../../src/trust/dsse.ts';
import {
  EMAIL,
  Forge,
  IDENTITY,
  ISSUER,
  SIGNED_AT,
  URI,
  authorityKeys,
  edited,
  encode,
  ephemeralKeys,
  issuerExtensions,
  nameExtension,
  entryOf,
  stampsOf,
} from '../trust/forge.ts';
import type { BundleJson, EntryJson, RootJson, Signing } from '../trust/forge.ts';
import { mirrored, mirroredNote, mirroredStamp } from './mirrored.ts';
import { oddAuthorityCases, oddGoodCases, oddTimestampCases } from './odd-cases.ts';

/** A bundle, and what its verifier knows. */
export interface Case {
  readonly name: string;
  readonly bundle: Uint8Array;
  readonly root: Uint8Array;
  readonly identity: string;
  readonly issuer: string;
}

/** One that must not verify, and why ours says it does not. */
export interface TamperedCase extends Case {
  readonly code: ErrorCode | 'SIGNER_NOT_ALLOWED';
}

/** What every statement of the table is about. */
export const PREDICATE_TYPE = 'https://aicr.run/recipe-evidence/v3';
export const DIGEST = createHash('sha256').update('hello\n').digest('hex');
const PAYLOAD = encode({
  _type: 'https://in-toto.io/Statement/v1',
  subject: [{ name: 'a.txt', digest: { sha256: DIGEST } }],
  predicateType: PREDICATE_TYPE,
  predicate: { x: 1 },
});

const forge = new Forge();
const other = new Forge();

function made(signing: Signing = {}, by = forge): BundleJson {
  return by.sign({ payload: PAYLOAD, ...signing });
}

// The first entries of two logs, so that what follows them has a proof with hashes in it.
const FIRST_V1 = made();
const FIRST_V2 = made({ rekor: 2 });
const V1 = made();
const V1_TSA = made({ timestamp: true });
const V2_TSA = made({ rekor: 2 });
const BOTH = made({ rekor: 'both' });
const LATER = made({ rekor: 2, stampedAt: minutes(1) });

/** What may differ from the usual question. */
type Change = Partial<Omit<Case, 'name'>>;

function question(name: string, bundle: unknown, change: Change = {}): Case {
  const bytes = bundle instanceof Uint8Array ? bundle : encode(bundle);
  const root = encode(forge.root);
  return { name, bundle: bytes, root, identity: IDENTITY, issuer: ISSUER, ...change };
}

function minutes(count: number): Date {
  return new Date(SIGNED_AT.getTime() + count * 60_000);
}

function firstStamp(bundle: BundleJson): { signedTimestamp: string } {
  const [stamp] = stampsOf(bundle);
  if (stamp === undefined) throw new TypeError('no timestamp');
  return stamp;
}

function signatureOf(bundle: BundleJson): { sig: string; keyid?: string } {
  const [signature] = bundle.dsseEnvelope.signatures;
  if (signature === undefined) throw new TypeError('no signature');
  return signature;
}

/** A bundle with one change to its first log entry. */
function entryEdited(good: BundleJson, change: (entry: EntryJson) => unknown): BundleJson {
  return edited(good, (copy) => {
    change(entryOf(copy));
  });
}

/** The root with one change. */
function rootEdited(change: (root: RootJson) => void): Change {
  return { root: encode(edited(forge.root, change)) };
}

/** The base64 text with one bit of its last byte changed. */
function flip(base64: string): string {
  const bytes = Buffer.from(base64, 'base64');
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  return bytes.toString('base64');
}

/** Leaves out what protobuf leaves out: empty texts and lists, zeros. */
function pruned(value: unknown): unknown {
  const isDefault = (item: unknown): boolean =>
    item === '' || item === '0' || (Array.isArray(item) && item.length === 0);
  if (Array.isArray(value)) return value.map(pruned);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([, item]) => !isDefault(item));
  return Object.fromEntries(kept.map(([key, item]) => [key, pruned(item)]));
}

const WITNESS = `\u{2014} witness.example.test ${Buffer.alloc(76, 7).toString('base64')}\n`;

/** Bundles that verify with us. */
export const GOOD_CASES: readonly Case[] = [
  question('Rekor v1', V1),
  question('Rekor v1 with a timestamp', V1_TSA),
  question('Rekor v2 with a timestamp', V2_TSA),
  question('Rekor v1 and Rekor v2', BOTH),
  question('the first entry of Rekor v1, zeros written', FIRST_V1),
  question('the first entry of Rekor v2, zeros written', FIRST_V2),
  question('the first entry of Rekor v1, zeros left out', pruned(FIRST_V1)),
  question('the first entry of Rekor v2, zeros left out', pruned(FIRST_V2)),
  question('with white space', Buffer.from(`${JSON.stringify(V1, undefined, 2)}\n`)),
  question(
    'with an empty key id, as sigstore-js writes it',
    edited(V1, (copy) => {
      signatureOf(copy).keyid = '';
    }),
  ),
  question(
    'log entries in the other order',
    edited(BOTH, ({ verificationMaterial: material }) => {
      material.tlogEntries = material.tlogEntries.toReversed();
    }),
  ),
  question('a timestamp without its certificate', made({ rekor: 2, embed: false })),
  question(
    'two timestamps',
    edited(V2_TSA, (copy) => stampsOf(copy).push(...stampsFor(copy, minutes(1)))),
  ),
  question(
    'a timestamp dropped where the log proves the time',
    edited(V1_TSA, (copy) => {
      delete copy.verificationMaterial.timestampVerificationData;
    }),
  ),
  question(
    'a log entry dropped where the other suffices',
    edited(BOTH, (copy) => copy.verificationMaterial.tlogEntries.pop()),
  ),
  question(
    "a promise's signature mirrored",
    entryEdited(V1, (entry) => {
      const { signedEntryTimestamp } = entry.inclusionPromise ?? { signedEntryTimestamp: '' };
      entry.inclusionPromise = { signedEntryTimestamp: mirrored(signedEntryTimestamp) };
    }),
  ),
  question(
    "a checkpoint's signature mirrored",
    entryEdited(V1, ({ inclusionProof: { checkpoint } }) => {
      checkpoint.envelope = mirroredNote(checkpoint.envelope);
    }),
  ),
  question(
    "a timestamp's signature mirrored",
    edited(V2_TSA, (copy) => {
      firstStamp(copy).signedTimestamp = mirroredStamp(firstStamp(copy).signedTimestamp);
    }),
  ),
  question(
    'a witness beside the log on the checkpoint of Rekor v2',
    entryEdited(V2_TSA, ({ inclusionProof: { checkpoint } }) => {
      checkpoint.envelope += WITNESS;
    }),
  ),
  question(
    'a witness beside the log on the checkpoint of Rekor v1',
    entryEdited(V1, ({ inclusionProof: { checkpoint } }) => {
      checkpoint.envelope += WITNESS;
    }),
  ),
  question(
    'without the older of the two issuer extensions',
    made({ extensions: (u) => [u.usage, u.purpose, u.name, ...u.issuers.slice(1)] }),
  ),
  question('a workflow as its signer', named(URI, 'https://ci.example.test/job@refs/heads/main'), {
    identity: 'https://ci.example.test/job@refs/heads/main',
  }),
  ...oddGoodCases({ forge, made }).map(({ name, bundle, ...change }) =>
    question(name, bundle, change),
  ),
];

/** Timestamps over the signature of this bundle. */
function stampsFor(bundle: BundleJson, stampedAt: Date, by = forge): { signedTimestamp: string }[] {
  const signature = Buffer.from(signatureOf(bundle).sig, 'base64');
  return by.stamp(signature, { stampedAt }).rfc3161Timestamps;
}

function named(tag: number, text: string): BundleJson {
  return made({
    extensions: (u) => [u.usage, u.purpose, nameExtension([tag, text]), ...u.issuers],
  });
}

/** A bundle whose signature is over `signed` and not over what DSSE says. */
function signedOver(signed: (payload: Buffer) => Buffer): BundleJson {
  const keys = ephemeralKeys();
  const good = made({ keys, rekor: 2 });
  const signature = sign('sha256', signed(PAYLOAD), keys.privateKey);
  return edited(good, (copy) => {
    signatureOf(copy).sig = signature.toString('base64');
    copy.verificationMaterial.timestampVerificationData = forge.stamp(signature);
  });
}

function tampered(
  code: TamperedCase['code'],
  name: string,
  bundle: unknown,
  change: Change = {},
): TamperedCase {
  return { ...question(name, bundle, change), code };
}

function purposes(...oids: readonly string[]): Buffer {
  return x509.extension('2.5.29.37', der.sequence(...oids.map((oid) => der.oid(oid))));
}

const TEXT = JSON.stringify(V1);
const EVIL = encode({ _type: 'https://in-toto.io/Statement/v1', evil: true }).toString('base64');
const CODE_SIGNING = x509.EXTENDED_KEY_USAGE.codeSigning;
const TIME_STAMPING = x509.EXTENDED_KEY_USAGE.timeStamping;
const UNKNOWN_CRITICAL = x509.extension('1.3.6.1.4.1.99999.1', der.nullValue(), true);
const IS_AUTHORITY = x509.extension('2.5.29.19', der.sequence(der.boolean(true)), true);

/** What the verifiers were seen to let through. */
const MEASURED: readonly TamperedCase[] = [
  tampered(
    'LOG_ENTRY_INVALID',
    'Rekor v2, whose key was replaced in 2021',
    V2_TSA,
    rootEdited((root) => {
      for (const { publicKey } of root.tlogs) {
        publicKey.validFor = { start: '2020-01-01T00:00:00Z', end: '2021-01-01T00:00:00Z' };
      }
    }),
  ),
  tampered(
    'LOG_ENTRY_INVALID',
    'one more log entry, of a log that is not trusted',
    edited(V1, (copy) => copy.verificationMaterial.tlogEntries.push(entryOf(made({}, other)))),
  ),
  tampered(
    'TIMESTAMP_INVALID',
    'one more timestamp, of an authority that is not trusted',
    edited(V1_TSA, (copy) => stampsOf(copy).push(...stampsFor(copy, SIGNED_AT, other))),
  ),
  tampered(
    'LOG_ENTRY_INVALID',
    'Rekor v2 with a time, which it never states',
    entryEdited(V2_TSA, (entry) => {
      entry.integratedTime = '1893456000';
    }),
  ),
  tampered(
    'LOG_ENTRY_INVALID',
    'Rekor v2 with another index outside the proof',
    entryEdited(V2_TSA, (entry) => {
      entry.logIndex = String(Number(entry.logIndex) + 1);
    }),
  ),
  tampered(
    'CERTIFICATE_INVALID',
    'an authority that was replaced in 2021',
    V1,
    rootEdited((root) => {
      for (const authority of root.certificateAuthorities) {
        authority.validFor = { start: '2020-01-01T00:00:00Z', end: '2021-01-01T00:00:00Z' };
      }
    }),
  ),
  tampered(
    'SIGSTORE_BUNDLE_INVALID',
    'a key id, which nobody signs',
    edited(V1, (copy) => {
      signatureOf(copy).keyid = 'alice';
    }),
  ),
  tampered(
    'CERTIFICATE_INVALID',
    'a signer whose name reads the same in seven bits',
    named(EMAIL, '\u{E1}lice@example.test'),
  ),
  tampered(
    'CERTIFICATE_INVALID',
    'a root without certificate logs',
    V1,
    rootEdited((root) => {
      root.ctlogs = [];
    }),
  ),
  tampered(
    'CERTIFICATE_INVALID',
    'no certificate timestamp, under a root with certificate logs',
    made({ withoutSct: true }),
  ),
];

/** E2 1 and 7: nothing to verify, or the same twice. */
const MISSING_OR_TWICE: readonly TamperedCase[] = [
  tampered(
    'LOG_ENTRY_INVALID',
    'no log entry',
    edited(V1_TSA, (copy) => {
      copy.verificationMaterial.tlogEntries = [];
    }),
  ),
  tampered(
    'TIMESTAMP_INVALID',
    'Rekor v2 without a timestamp',
    edited(V2_TSA, (copy) => {
      delete copy.verificationMaterial.timestampVerificationData;
    }),
  ),
  tampered(
    'LOG_ENTRY_INVALID',
    'Rekor v1 without its promise',
    entryEdited(V1, (entry) => {
      delete entry.inclusionPromise;
    }),
  ),
  tampered(
    'SIGSTORE_BUNDLE_INVALID',
    'without the proof of inclusion',
    edited(V1, (copy) => {
      const entry: Partial<EntryJson> = entryOf(copy);
      delete entry.inclusionProof;
    }),
  ),
  tampered(
    'SIGSTORE_BUNDLE_INVALID',
    'no signature',
    edited(V1, (copy) => {
      copy.dsseEnvelope.signatures = [];
    }),
  ),
  tampered(
    'SIGSTORE_BUNDLE_INVALID',
    'two signatures',
    edited(V1, (copy) => copy.dsseEnvelope.signatures.push(signatureOf(V2_TSA))),
  ),
  tampered(
    'LOG_ENTRY_INVALID',
    'a log entry twice',
    edited(V1, (copy) => copy.verificationMaterial.tlogEntries.push(entryOf(V1))),
  ),
  tampered(
    'TIMESTAMP_INVALID',
    'a timestamp twice',
    edited(V2_TSA, (copy) => stampsOf(copy).push(firstStamp(V2_TSA))),
  ),
];

/** E2 4 and 5: a log entry of something else, or one that nobody vouches for. */
const LOG: readonly TamperedCase[] = [
  tampered(
    'LOG_ENTRY_INVALID',
    'the entry of another bundle by the same signer, Rekor v1',
    edited(V1, (copy) => {
      copy.verificationMaterial.tlogEntries = [entryOf(FIRST_V1)];
    }),
  ),
  tampered(
    'LOG_ENTRY_INVALID',
    'the entry of another bundle by the same signer, Rekor v2',
    edited(V2_TSA, (copy) => {
      copy.verificationMaterial.tlogEntries = [entryOf(FIRST_V2)];
    }),
  ),
  tampered(
    'LOG_ENTRY_INVALID',
    'its own entry and that of another bundle',
    edited(V1, (copy) => copy.verificationMaterial.tlogEntries.push(entryOf(FIRST_V1))),
  ),
  tampered(
    'LOG_ENTRY_INVALID',
    'a promise with one bit changed',
    entryEdited(V1, (entry) => {
      const { signedEntryTimestamp } = entry.inclusionPromise ?? { signedEntryTimestamp: '' };
      entry.inclusionPromise = { signedEntryTimestamp: flip(signedEntryTimestamp) };
    }),
  ),
  tampered(
    'LOG_ENTRY_INVALID',
    'the time of Rekor v1 changed',
    entryEdited(V1, (entry) => {
      entry.integratedTime = String(Number(entry.integratedTime) + 1);
    }),
  ),
  tampered(
    'SIGSTORE_BUNDLE_INVALID',
    'a checkpoint without a signature',
    entryEdited(V2_TSA, ({ inclusionProof: { checkpoint } }) => {
      checkpoint.envelope = `${checkpoint.envelope.split('\n\n')[0]}\n\n`;
    }),
  ),
  tampered(
    'LOG_ENTRY_INVALID',
    "another log's checkpoint",
    entryEdited(V2_TSA, (entry) => {
      entry.inclusionProof.checkpoint = entryOf(
        made({ rekor: 2 }, other),
      ).inclusionProof.checkpoint;
    }),
  ),
  tampered(
    'LOG_ENTRY_INVALID',
    'another root hash than the checkpoint',
    entryEdited(V2_TSA, ({ inclusionProof }) => {
      inclusionProof.rootHash = flip(inclusionProof.rootHash);
    }),
  ),
  tampered(
    'LOG_ENTRY_INVALID',
    'another tree size than the checkpoint',
    entryEdited(V2_TSA, ({ inclusionProof }) => {
      inclusionProof.treeSize = String(Number(inclusionProof.treeSize) + 1);
    }),
  ),
  tampered(
    'LOG_ENTRY_INVALID',
    'a hash of the proof changed',
    entryEdited(V2_TSA, ({ inclusionProof }) => {
      inclusionProof.hashes = inclusionProof.hashes.map(flip);
    }),
  ),
  tampered(
    'SIGSTORE_BUNDLE_INVALID',
    'a negative index',
    entryEdited(V2_TSA, ({ inclusionProof }) => {
      inclusionProof.logIndex = '-1';
    }),
  ),
  tampered(
    'SIGSTORE_BUNDLE_INVALID',
    'text after the signatures of the checkpoint',
    entryEdited(V2_TSA, ({ inclusionProof: { checkpoint } }) => {
      checkpoint.envelope += 'and more\n';
    }),
  ),
];

/** E2 6: a time outside the life of what was used. */
const TIME: readonly TamperedCase[] = [
  tampered(
    'CERTIFICATE_INVALID',
    'logged after the certificate',
    made({ notBefore: minutes(-11) }),
  ),
  tampered('CERTIFICATE_INVALID', 'logged before the certificate', made({ notBefore: minutes(1) })),
  tampered(
    'CERTIFICATE_INVALID',
    'stamped after the certificate',
    made({ rekor: 2, stampedAt: minutes(11) }),
  ),
  tampered(
    'CERTIFICATE_INVALID',
    'stamped after the certificate, logged in time',
    made({ timestamp: true, stampedAt: minutes(11) }),
  ),
  tampered(
    'TIMESTAMP_INVALID',
    'a timestamp authority that was replaced in 2021',
    V2_TSA,
    rootEdited((root) => {
      for (const authority of root.timestampAuthorities) {
        authority.validFor = { start: '2020-01-01T00:00:00Z', end: '2021-01-01T00:00:00Z' };
      }
    }),
  ),
  tampered(
    'CERTIFICATE_INVALID',
    'a certificate log that was replaced in 2021',
    V1,
    rootEdited((root) => {
      for (const { publicKey } of root.ctlogs) {
        publicKey.validFor = { start: '2020-01-01T00:00:00Z', end: '2021-01-01T00:00:00Z' };
      }
    }),
  ),
  tampered(
    'TIMESTAMP_INVALID',
    'the timestamp of another bundle',
    edited(V2_TSA, (copy) => {
      firstStamp(copy).signedTimestamp = firstStamp(LATER).signedTimestamp;
    }),
  ),
  tampered(
    'TIMESTAMP_INVALID',
    'a timestamp with one bit changed',
    edited(V2_TSA, (copy) => {
      firstStamp(copy).signedTimestamp = flip(firstStamp(copy).signedTimestamp);
    }),
  ),
];

/** E2 8 and 9: another signer than the one that was asked for. */
const IDENTITIES: readonly TamperedCase[] = [
  tampered('SIGNER_NOT_ALLOWED', 'another signer', V1, { identity: 'bob@example.test' }),
  tampered('SIGNER_NOT_ALLOWED', 'another issuer', V1, { issuer: `${ISSUER}/other` }),
  tampered('SIGNER_NOT_ALLOWED', 'a name of which only the start was asked for', V1, {
    identity: IDENTITY.slice(0, -1),
  }),
  tampered('SIGNER_NOT_ALLOWED', 'a name of which only the end was asked for', V1, {
    identity: IDENTITY.slice(1),
  }),
  tampered('SIGNER_NOT_ALLOWED', 'a name in other letters', V1, { identity: 'Alice@example.test' }),
  tampered('SIGNER_NOT_ALLOWED', 'a pattern that would match the name', V1, {
    identity: '.*@example.test',
  }),
  tampered('CERTIFICATE_INVALID', 'a name with a line break', named(EMAIL, `${IDENTITY}\n`)),
  tampered(
    'CERTIFICATE_INVALID',
    'a name with a zero byte',
    named(EMAIL, `${IDENTITY}\0.evil.example`),
  ),
  tampered(
    'CERTIFICATE_INVALID',
    'two names, the wanted one first',
    made({
      extensions: (u) => [
        u.usage,
        u.purpose,
        nameExtension([EMAIL, IDENTITY], [EMAIL, 'mallory@example.test']),
        ...u.issuers,
      ],
    }),
  ),
  tampered(
    'CERTIFICATE_INVALID',
    'two names, the wanted one last',
    made({
      extensions: (u) => [
        u.usage,
        u.purpose,
        nameExtension([EMAIL, 'mallory@example.test'], [EMAIL, IDENTITY]),
        ...u.issuers,
      ],
    }),
  ),
  tampered(
    'CERTIFICATE_INVALID',
    'two issuers that differ, the wanted one in the newer extension',
    made({
      extensions: (u) => [
        u.usage,
        u.purpose,
        u.name,
        ...issuerExtensions('https://evil.example', ISSUER),
      ],
    }),
  ),
  tampered(
    'CERTIFICATE_INVALID',
    'two issuers that differ, the wanted one in the older extension',
    made({
      extensions: (u) => [
        u.usage,
        u.purpose,
        u.name,
        ...issuerExtensions(ISSUER, 'https://evil.example'),
      ],
    }),
  ),
];

/** Certificates that are not for this, or not of this authority. */
const CERTIFICATES: readonly TamperedCase[] = [
  tampered(
    'CERTIFICATE_INVALID',
    'a certificate that another key signed',
    made({ certifiedBy: authorityKeys() }),
  ),
  tampered(
    'CERTIFICATE_INVALID',
    'a certificate without a purpose',
    made({ extensions: (u) => [u.usage, u.name, ...u.issuers] }),
  ),
  tampered(
    'CERTIFICATE_INVALID',
    'a certificate for timestamps',
    made({ extensions: (u) => [u.usage, purposes(TIME_STAMPING), u.name, ...u.issuers] }),
  ),
  tampered(
    'CERTIFICATE_INVALID',
    'a certificate for code signing and timestamps',
    made({
      extensions: (u) => [u.usage, purposes(CODE_SIGNING, TIME_STAMPING), u.name, ...u.issuers],
    }),
  ),
  tampered(
    'CERTIFICATE_INVALID',
    'a certificate of an authority',
    made({ extensions: (u) => [u.usage, u.purpose, IS_AUTHORITY, u.name, ...u.issuers] }),
  ),
  tampered(
    'CERTIFICATE_INVALID',
    'a critical extension that nobody knows',
    made({ extensions: (u) => [u.usage, u.purpose, u.name, ...u.issuers, UNKNOWN_CRITICAL] }),
  ),
  tampered(
    'CERTIFICATE_INVALID',
    'an extension twice',
    made({ extensions: (u) => [u.usage, u.purpose, u.purpose, u.name, ...u.issuers] }),
  ),
  tampered(
    'CERTIFICATE_INVALID',
    'a certificate timestamp with one bit changed',
    made({
      sct: (extension) =>
        Buffer.concat([extension.subarray(0, -1), Buffer.of((extension.at(-1) ?? 0) ^ 1)]),
    }),
  ),
  tampered('LOG_ENTRY_INVALID', 'everything of another Sigstore', made({}, other)),
];

/** E2 10: what was signed is not what is shown. */
const ENVELOPE: readonly TamperedCase[] = [
  tampered(
    'SIGNATURE_INVALID',
    'another payload under the signature',
    edited(V1, (copy) => {
      copy.dsseEnvelope.payload = EVIL;
    }),
  ),
  tampered(
    'PAYLOAD_TYPE_UNEXPECTED',
    'the payload type changed after signing',
    edited(V1, (copy) => {
      copy.dsseEnvelope.payloadType = 'application/vnd.in-toto.other+json';
    }),
  ),
  tampered(
    'PAYLOAD_TYPE_UNEXPECTED',
    'signed as text, not as a statement',
    made({ payloadType: 'text/plain' }),
  ),
  tampered(
    'SIGNATURE_INVALID',
    'signed without the encoding of DSSE',
    signedOver((text) => text),
  ),
  tampered(
    'SIGNATURE_INVALID',
    'signed over the base64 of the payload',
    signedOver((text) =>
      preAuthEncoding(IN_TOTO_PAYLOAD_TYPE, Buffer.from(text.toString('base64'))),
    ),
  ),
  tampered(
    'SIGNATURE_INVALID',
    'the payload with a space added',
    edited(V1, (copy) => {
      copy.dsseEnvelope.payload = Buffer.concat([PAYLOAD, Buffer.from(' ')]).toString('base64');
    }),
  ),
  tampered(
    'LOG_ENTRY_INVALID',
    'the mirrored signature of the envelope',
    edited(V1, (copy) => {
      signatureOf(copy).sig = mirrored(signatureOf(copy).sig);
    }),
  ),
];

/** E2 11: one text that two readers read differently. */
const SPELLINGS: readonly TamperedCase[] = [
  tampered(
    'SIGSTORE_BUNDLE_INVALID',
    'a payload twice, the signed one last',
    Buffer.from(TEXT.replace('"payload":', `"payload":"${EVIL}","payload":`)),
  ),
  tampered(
    'SIGSTORE_BUNDLE_INVALID',
    'a key in two spellings',
    Buffer.from(TEXT.replace('"payload":', `"Payload":"${EVIL}","payload":`)),
  ),
  tampered(
    'SIGSTORE_BUNDLE_INVALID',
    'an unknown key',
    edited(V1, (copy) => {
      copy['surprise'] = true;
    }),
  ),
  tampered(
    'SIGSTORE_BUNDLE_INVALID',
    'a key that would be a prototype',
    Buffer.from(TEXT.replace('{', '{"__proto__":{"a":1},')),
  ),
  tampered('SIGSTORE_BUNDLE_INVALID', 'a byte order mark', Buffer.from(`\u{FEFF}${TEXT}`)),
  tampered('SIGSTORE_BUNDLE_INVALID', 'text after it', Buffer.from(`${TEXT} x`)),
  tampered('SIGSTORE_BUNDLE_INVALID', 'a second bundle after it', Buffer.from(`${TEXT}\n${TEXT}`)),
  tampered(
    'SIGSTORE_BUNDLE_INVALID',
    'a number for a text',
    Buffer.from(TEXT.replace(/"logIndex":"(\d+)"/, '"logIndex":$1')),
  ),
  tampered(
    'SIGSTORE_BUNDLE_INVALID',
    'base64 without its padding',
    edited(paddedBundle(), (copy) => {
      signatureOf(copy).sig = signatureOf(copy).sig.replace(/=+$/, '');
    }),
  ),
  tampered(
    'SIGSTORE_BUNDLE_INVALID',
    'base64 of the URL alphabet',
    edited(paddedBundle(), (copy) => {
      signatureOf(copy).sig = signatureOf(copy).sig.replaceAll('+', '-').replaceAll('/', '_');
    }),
  ),
  tampered('SIGSTORE_BUNDLE_INVALID', 'a media type of no version', {
    ...V1,
    mediaType: SIGSTORE_BUNDLE_TYPE.replace('v0.3', 'v1.3'),
  }),
  tampered(
    'SIGSTORE_BUNDLE_INVALID',
    'a public key beside the certificate',
    edited(V1, (copy) => {
      copy.verificationMaterial['publicKey'] = { hint: 'x' };
    }),
  ),
  tampered(
    'SIGSTORE_BUNDLE_INVALID',
    'a message signature beside the envelope',
    edited(V1, (copy) => {
      copy['messageSignature'] = { messageDigest: null, signature: signatureOf(V1).sig };
    }),
  ),
];

/** A bundle whose signature has padding, and characters that differ in the URL alphabet. */
function paddedBundle(): BundleJson {
  for (;;) {
    const bundle = made();
    const { sig } = signatureOf(bundle);
    if (sig.endsWith('=') && /[+/]/.test(sig)) return bundle;
  }
}

export const TAMPERED_CASES: readonly TamperedCase[] = [
  ...MEASURED,
  ...MISSING_OR_TWICE,
  ...LOG,
  ...TIME,
  ...IDENTITIES,
  ...CERTIFICATES,
  ...ENVELOPE,
  ...SPELLINGS,
  ...oddAuthorityCases({ forge, made }).map(({ name, bundle, ...change }) =>
    tampered('CERTIFICATE_INVALID', name, bundle, change),
  ),
  ...oddTimestampCases({ forge, made }).map(({ name, bundle, ...change }) =>
    tampered('TIMESTAMP_INVALID', name, bundle, change),
  ),
];
