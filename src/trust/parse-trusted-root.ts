// Reads a Sigstore trusted root.
// https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_trustroot.proto

import { createPublicKey, type KeyObject, type X509Certificate } from 'node:crypto';

import { orIfRefused } from '../errors/evidence-error.ts';
import { MAX_CONFIG_BYTES, MAX_ROOT_CERTIFICATES } from '../limits.ts';
import { CLIENT_TRUST_CONFIG } from '../media-types.ts';
import { refuse, type Place } from '../place.ts';
import { quote } from '../quote.ts';
import { recognising } from '../recognise.ts';
import { keyKindOf, keyName } from './key-kind.ts';
import { readMessage, type MessageReader } from './message-reader.ts';
import { severalRoots } from './several-roots.ts';
import { ROOT_INVALID, nameOf } from './trusted-root.ts';
import type { Authority, TrustedLog, TrustedRoot } from './trusted-root.ts';
import { readWindow, type Window } from './validity-window.ts';
import { parseX509 } from './x509.ts';

const MEDIA_TYPES = [
  'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
  'application/vnd.dev.sigstore.trustedroot.v0.1+json',
  'application/vnd.dev.sigstore.trustedroot.v0.2+json',
];

/** The kinds of keys that are used, and how their names (`KeyKind`) begin. A log with another kind counts as not listed. */
const KEY_TYPES: ReadonlyMap<string, { format: 'spki' | 'pkcs1'; kind: string }> = new Map([
  ['PKIX_ECDSA_P256_SHA_256', { format: 'spki', kind: 'ECDSA P-256' }],
  ['PKIX_ED25519', { format: 'spki', kind: 'Ed25519' }],
  ['PKCS1_RSA_PKCS1V5', { format: 'pkcs1', kind: 'RSA' }],
  ['PKIX_RSA_PKCS1V5', { format: 'spki', kind: 'RSA' }],
  ['PKIX_RSA_PKCS1V15_2048_SHA256', { format: 'spki', kind: 'RSA 2048' }],
  ['PKIX_RSA_PKCS1V15_3072_SHA256', { format: 'spki', kind: 'RSA 3072' }],
  ['PKIX_RSA_PKCS1V15_4096_SHA256', { format: 'spki', kind: 'RSA 4096' }],
]);

/**
 * A trusted root, or that of a ClientTrustConfig. Throws TRUSTED_ROOT_INVALID.
 *
 * @param file how the user named it
 */
export function parseTrustedRoot(bytes: Uint8Array, file: string): TrustedRoot {
  const limits = { name: file, maxBytes: MAX_CONFIG_BYTES };
  const parse = (part: Uint8Array): TrustedRoot =>
    recognising('trusted-root', { file, bytes: part }, () =>
      readMessage(part, limits, ROOT_INVALID, readRootOrConfig),
    );
  return orIfRefused(
    () => parse(bytes),
    (error) => {
      throw severalRoots(bytes, file, parse) ?? error;
    },
  );
}

/** The signing config beside it is read where one is asked for. */
function readRootOrConfig(reader: MessageReader): TrustedRoot {
  if (reader.string('mediaType') !== CLIENT_TRUST_CONFIG) return readRoot(reader);
  ignore(reader, ['signingConfig']);
  return reader.message('trustedRoot', readRoot);
}

function readRoot(reader: MessageReader): TrustedRoot {
  const mediaType = reader.string('mediaType');
  if (!MEDIA_TYPES.includes(mediaType)) {
    refuse(reader.place('mediaType'), quote(mediaType), MEDIA_TYPES.join(' or '));
  }
  const authority = reader.each(readAuthority);
  const certificateLogs = readLogs(reader, 'ctlogs');
  const root = {
    logs: readLogs(reader, 'tlogs').usable,
    certificateLogs: certificateLogs.usable,
    certificateLogWindows: certificateLogs.windows,
    certificateAuthorities: reader.optionalList('certificateAuthorities', authority),
    timestampAuthorities: reader.optionalList('timestampAuthorities', authority),
  };
  requireFewCertificates(root, reader.place('certificateAuthorities'));
  requireDistinctSigners(root.timestampAuthorities, reader.place('timestampAuthorities'));
  return root;
}

function requireFewCertificates(root: TrustedRoot, place: Place): void {
  const authorities = [...root.certificateAuthorities, ...root.timestampAuthorities];
  const count = authorities.reduce((sum, { chain }) => sum + chain.length, 0);
  if (count <= MAX_ROOT_CERTIFICATES) return;
  refuse(place, `${count} certificates of all authorities`, `at most ${MAX_ROOT_CERTIFICATES}`);
}

/** Logs with a kind of key that is not read cannot prove anything; that they are there still counts. */
function readLogs(
  reader: MessageReader,
  name: string,
): { readonly usable: readonly TrustedLog[]; readonly windows: readonly Window[] } {
  const listed = reader.optionalList(name, reader.each(readLog));
  const logs = listed.flatMap(({ log }) => log ?? []);
  const ids = new Set(logs.map(({ keyId }) => keyId.toString('hex')));
  // With one id for two logs, the window of one would be applied to the key of the other.
  if (ids.size !== logs.length) refuse(reader.place(name), 'one log id twice', 'distinct ids');
  return { usable: logs, windows: listed.map(({ validFor }) => validFor) };
}

function readLog(reader: MessageReader): { log: TrustedLog | undefined; validFor: Window } {
  const baseUrl = reader.string('baseUrl');
  const hash = reader.string('hashAlgorithm');
  if (hash !== 'SHA2_256') refuse(reader.place('hashAlgorithm'), quote(hash), 'SHA2_256');
  const keyId = reader.message('logId', (logId) => logId.bytes('keyId'));
  const { publicKey, validFor } = reader.message('publicKey', (key) => ({
    publicKey: readKey(key),
    validFor: key.message('validFor', readWindow),
  }));
  ignore(reader, ['checkpointKeyId', 'operator']);
  const log = publicKey && { baseUrl, keyId, publicKey, validFor };
  return { log, validFor };
}

function readKey(reader: MessageReader): KeyObject | undefined {
  const bytes = reader.bytes('rawBytes');
  const keyType = KEY_TYPES.get(reader.string('keyDetails'));
  if (keyType === undefined) return undefined;
  const place = reader.place('rawBytes');
  const key = parseKey(bytes, keyType.format, place);
  const kind = keyKindOf(key);
  // Too weak, or with an odd exponent.
  if (kind === undefined && key.asymmetricKeyType === 'rsa') return undefined;
  // The name says hash and curve too: under another one, the judges could differ on what is signed.
  if (kind?.name.startsWith(keyType.kind) !== true) {
    refuse(place, `a key of the kind ${keyName(key)}`, `${keyType.kind}, as keyDetails says`);
  }
  return key;
}

function parseKey(key: Buffer, type: 'spki' | 'pkcs1', place: Place): KeyObject {
  try {
    return createPublicKey({ key, format: 'der', type });
  } catch (error) {
    return refuse(place, 'bytes that are no public key', 'a public key in DER', error);
  }
}

function readAuthority(reader: MessageReader): Authority {
  const chain = reader.message('certChain', readChain);
  const validFor = reader.message('validFor', readWindow);
  // The subject is a copy, and not always correct. The certificates have the name.
  ignore(reader, ['subject', 'uri', 'operator']);
  return { chain, validFor };
}

function readChain(reader: MessageReader): Authority['chain'] {
  const [first, ...rest] = reader.list('certificates', reader.each(readCertificate));
  const place = reader.place('certificates');
  if (first === undefined) return refuse(place, 'no certificate', 'a chain');
  requireChain([first, ...rest], place);
  return [first, ...rest];
}

function readCertificate(reader: MessageReader): X509Certificate {
  return parseX509(reader.bytes('rawBytes'), reader.place('rawBytes'));
}

/** Each certificate names the next as its issuer; the signatures are verified where a chain is judged. */
function requireChain(chain: readonly X509Certificate[], place: Place): void {
  for (const [index, certificate] of chain.slice(0, -1).entries()) {
    const issuer = chain[index + 1];
    if (issuer !== undefined && certificate.checkIssued(issuer)) continue;
    refuse(place, `a certificate ${index} that the next did not issue`, 'a chain, the root last');
  }
}

/** A token names its signer by issuer and serial number: that must mean one certificate. */
function requireDistinctSigners(authorities: readonly Authority[], place: Place): void {
  const signers = new Map<string, X509Certificate>();
  for (const { chain } of authorities) {
    const [signer] = chain;
    const { issuer, serial } = nameOf(signer);
    const name = `${issuer.toString('hex')} ${serial.toString('hex')}`;
    const known = signers.get(name) ?? signer;
    if (!known.raw.equals(signer.raw)) {
      refuse(place, 'two signers of one issuer and serial number', 'distinct signers');
    }
    signers.set(name, known);
  }
}

/** Known fields that decide nothing here. Unknown ones could, and are refused. */
function ignore(reader: MessageReader, names: readonly string[]): void {
  for (const name of names) reader.data(name);
}
