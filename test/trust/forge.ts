import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

import * as der from '../../src/der/write-der.ts';
import { generateSandboxKeys } from '../../src/io/sandbox/sandbox-server.ts';
import { IN_TOTO_PAYLOAD_TYPE } from '../../src/media-types.ts';
import { buildCertificateAuthority } from '../../src/sandbox/certificate-authority.ts';
import * as x509 from '../../src/sandbox/certificate.ts';
import type { KeyPair } from '../../src/sandbox/certificate.ts';
import { ctLogId, sctListExtension } from '../../src/sandbox/ct-log.ts';
import type { Reply, Request } from '../../src/sandbox/http.ts';
import { MerkleTree, signCheckpoint } from '../../src/sandbox/merkle-tree.ts';
import { RekorV1 } from '../../src/sandbox/rekor-v1.ts';
import { RekorV2 } from '../../src/sandbox/rekor-v2.ts';
import { answerTimestamp, buildTimestampAuthority } from '../../src/sandbox/timestamp-authority.ts';
import { buildTrustedRoot } from '../../src/sandbox/trust-material.ts';
import { verifierPem, type Verifier } from '../../src/sign/credential.ts';
import { preAuthEncoding } from '../../src/trust/dsse.ts';
import { keyKindOf } from '../../src/trust/key-kind.ts';

/** A Sigstore bundle's JSON, to be changed at will. */
export interface BundleJson {
  mediaType: string;
  verificationMaterial: {
    certificate?: { rawBytes: string };
    publicKey?: { hint: string };
    tlogEntries: EntryJson[];
    timestampVerificationData?: { rfc3161Timestamps: { signedTimestamp: string }[] };
    [other: string]: unknown;
  };
  dsseEnvelope: {
    payload: string;
    payloadType: string;
    signatures: { sig: string; keyid?: string }[];
    [other: string]: unknown;
  };
  [other: string]: unknown;
}

export interface EntryJson {
  logIndex: string;
  logId: { keyId: string };
  kindVersion: { kind: string; version: string };
  integratedTime?: string;
  inclusionPromise?: { signedEntryTimestamp: string };
  inclusionProof: {
    logIndex: string;
    rootHash: string;
    treeSize: string;
    hashes: string[];
    checkpoint: { envelope: string };
    [other: string]: unknown;
  };
  canonicalizedBody: string;
  [other: string]: unknown;
}

/** A trusted root's JSON, to be changed at will. */
export interface RootJson {
  mediaType: string;
  tlogs: LogJson[];
  certificateAuthorities: AuthorityJson[];
  ctlogs: LogJson[];
  timestampAuthorities: AuthorityJson[];
  [other: string]: unknown;
}

interface LogJson {
  baseUrl: string;
  hashAlgorithm: string;
  publicKey: { rawBytes: string; keyDetails: string; validFor: WindowJson };
  logId: { keyId: string };
}

interface AuthorityJson {
  subject: { organization: string; commonName: string };
  uri: string;
  certChain: { certificates: { rawBytes: string }[] };
  validFor: WindowJson;
}

interface WindowJson {
  start?: string;
  end?: string;
}

export const IDENTITY = 'alice@example.test';
export const ISSUER = 'https://issuer.example.test';
/** When everything is signed, unless a test says otherwise. */
export const SIGNED_AT = new Date('2026-06-01T12:00:00Z');
/** When the certificates of its authorities are valid. */
export const YEAR = {
  notBefore: new Date('2026-01-01T00:00:00Z'),
  notAfter: new Date('2027-01-01T00:00:00Z'),
};
export const STATEMENT = Buffer.from('{"_type":"https://in-toto.io/Statement/v1"}');

export const HOST = 'log.example.test';
const MINUTES_10 = 600_000;

export interface Signing {
  readonly rekor?: 1 | 2 | 'both';
  readonly timestamp?: boolean;
  readonly payload?: Buffer;
  readonly payloadType?: string;
  /** What is signed, if not DSSE's encoding of both; Rekor v1 refuses to log it. */
  readonly encoding?: Buffer;
  readonly keys?: KeyPair;
  /** Names the key alone, without a certificate for it. */
  readonly byKey?: boolean;
  /** Of these keys; by default one of this authority. */
  readonly certificate?: Buffer;
  /** Who issues the certificate; by default the intermediate. */
  readonly issuer?: 'intermediate' | 'root';
  /** The extensions of the leaf, from those that Fulcio would give it. */
  readonly extensions?: (usual: LeafExtensions) => readonly Buffer[];
  readonly notBefore?: Date;
  readonly withoutSct?: boolean;
  /** The extension with the certificate timestamps, changed. */
  readonly sct?: (extension: Buffer) => Buffer;
  /** Who signs the leaf, if it is not the authority that the leaf names. */
  readonly certifiedBy?: KeyPair;
  readonly loggedAt?: Date;
  /** Logged by a careless Rekor v2 in a tree of its own, which takes every key, under this origin. */
  readonly origin?: string;
  readonly stampedAt?: Date;
  /** Whether the timestamp carries its signer's certificate. */
  readonly embed?: boolean;
}

interface LeafExtensions {
  readonly usage: Buffer;
  readonly purpose: Buffer;
  readonly name: Buffer;
  readonly issuers: readonly Buffer[];
}

/** GeneralName's tags. */
export const EMAIL = 1;
export const DNS = 2;
export const URI = 6;

export function nameExtension(...names: readonly (readonly [tag: number, text: string])[]): Buffer {
  const list = names.map(([tag, text]) => der.implicit(tag, Buffer.from(text, 'latin1')));
  return x509.extension('2.5.29.17', der.sequence(...list), true);
}

export function issuerExtensions(former: string, current: string): readonly Buffer[] {
  return [
    x509.extension('1.3.6.1.4.1.57264.1.1', Buffer.from(former)),
    x509.extension('1.3.6.1.4.1.57264.1.8', der.utf8String(current)),
  ];
}

/** A Sigstore whose every part a test can bend, without a network. */
export class Forge {
  readonly root: RootJson;
  readonly #keys = generateSandboxKeys();
  /** The certificate authority, to make others of its name and key. */
  readonly authority;
  /** The timestamp authority, to stamp in other ways. */
  readonly timestamps;
  readonly #logs;

  constructor() {
    const keys = this.#keys;
    this.authority = buildCertificateAuthority(keys, YEAR);
    this.timestamps = buildTimestampAuthority(
      { root: keys.timestampRoot, leaf: keys.timestamp },
      YEAR,
    );
    this.#logs = { 1: new RekorV1(keys.rekorV1, HOST), 2: new RekorV2(keys.rekorV2, HOST) };
    const root = buildTrustedRoot({
      url: `https://${HOST}`,
      start: YEAR.notBefore,
      authorityChain: [this.authority.intermediate.der, this.authority.root.der],
      timestampChain: [this.timestamps.leaf.der, this.timestamps.root.der],
      rekorV1: { spki: x509.spkiOf(keys.rekorV1.publicKey), logId: this.#logs[1].logId },
      rekorV2: { spki: x509.spkiOf(keys.rekorV2.publicKey), logId: this.#logs[2].logId },
      ctLog: { spki: x509.spkiOf(keys.ctLog.publicKey), logId: ctLogId(keys.ctLog) },
    });
    this.root = structuredClone(root) as RootJson;
  }

  /** A bundle that verifies, but for what `signing` bends. */
  sign(signing: Signing = {}): BundleJson {
    const {
      payload = STATEMENT,
      payloadType = IN_TOTO_PAYLOAD_TYPE,
      keys = ephemeralKeys(),
    } = signing;
    const verifier = this.#verifier(keys, signing);
    const { encoding = preAuthEncoding(payloadType, payload) } = signing;
    const signature = sign(kindOf(keys).hash, encoding, keys.privateKey);
    const envelope = {
      payload: payload.toString('base64'),
      payloadType,
      signatures: [{ sig: signature.toString('base64') }],
    };
    const { loggedAt = SIGNED_AT, rekor = 1 } = signing;
    const logs = {
      1: () => [this.#logV1(envelope, verifier, loggedAt)],
      2: () => [
        signing.origin === undefined
          ? this.#logV2({ encoding, keys }, signature, verifier)
          : this.#logCarelessly({ encoding, origin: signing.origin }, signature, verifier),
      ],
      both: () => [...logs[1](), ...logs[2]()],
    };
    return {
      mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
      verificationMaterial: {
        ...verifierJson(verifier),
        tlogEntries: logs[rekor](),
        ...this.#stamps(signature, signing),
      },
      dsseEnvelope: envelope,
    };
  }

  #verifier(keys: KeyPair, signing: Signing): Verifier {
    if (signing.byKey === true) return { type: 'publicKey', der: x509.spkiOf(keys.publicKey) };
    const { certificate = this.#leaf(keys, signing) } = signing;
    return { type: 'certificate', der: certificate };
  }

  #stamps(
    signature: Buffer,
    signing: Signing,
  ): Pick<BundleJson['verificationMaterial'], 'timestampVerificationData'> {
    const { rekor = 1, timestamp = rekor !== 1 } = signing;
    return timestamp ? { timestampVerificationData: this.stamp(signature, signing) } : {};
  }

  /** A certificate of this authority. */
  #leaf(keys: KeyPair, signing: Signing): Buffer {
    const { notBefore = new Date(SIGNED_AT.getTime() - 1000), withoutSct = false } = signing;
    const usual: LeafExtensions = {
      usage: x509.digitalSignatureExtension(),
      purpose: x509.extendedKeyUsageExtension(x509.EXTENDED_KEY_USAGE.codeSigning, false),
      name: nameExtension([EMAIL, IDENTITY]),
      issuers: issuerExtensions(ISSUER, ISSUER),
    };
    const { keys: issuer, name } = this.authority[signing.issuer ?? 'intermediate'];
    const chosen = signing.extensions?.(usual) ?? [
      usual.usage,
      usual.purpose,
      usual.name,
      ...usual.issuers,
    ];
    const content = {
      serialNumber: Buffer.concat([Buffer.of(0x41), randomBytes(15)]),
      issuerName: name,
      subjectName: x509.EMPTY_NAME,
      validity: { notBefore, notAfter: new Date(notBefore.getTime() + MINUTES_10) },
      publicKey: keys.publicKey,
      extensions: [...x509.keyIdentifierExtensions(keys.publicKey, issuer.publicKey), ...chosen],
    };
    const { certifiedBy = issuer, sct: bent = (extension) => extension } = signing;
    if (withoutSct) return x509.buildCertificate(content, certifiedBy.privateKey);
    const tbs = x509.buildTbs(content, issuer.privateKey);
    const issuerSpki = x509.spkiOf(issuer.publicKey);
    const sct = bent(sctListExtension(this.#keys.ctLog, { tbs, issuerSpki }, notBefore));
    const logged = { ...content, extensions: [...content.extensions, sct] };
    return x509.buildCertificate(logged, certifiedBy.privateKey);
  }

  #logV1(envelope: BundleJson['dsseEnvelope'], signer: Verifier, at: Date): EntryJson {
    const verifier = Buffer.from(verifierPem(signer)).toString('base64');
    const reply = this.#logs[1].answerProposal(
      request(at, {
        apiVersion: '0.0.1',
        kind: 'dsse',
        spec: {
          proposedContent: { envelope: JSON.stringify(envelope), verifiers: [verifier] },
        },
      }),
    );
    const [logged] = Object.values(jsonOf(reply) as Record<string, LoggedV1>);
    if (logged === undefined) throw new TypeError('no entry');
    const { inclusionProof, signedEntryTimestamp } = logged.verification;
    return {
      logIndex: String(logged.logIndex),
      logId: { keyId: fromHex(logged.logID) },
      kindVersion: { kind: 'dsse', version: '0.0.1' },
      integratedTime: String(logged.integratedTime),
      inclusionPromise: { signedEntryTimestamp },
      inclusionProof: {
        logIndex: String(inclusionProof.logIndex),
        rootHash: fromHex(inclusionProof.rootHash),
        treeSize: String(inclusionProof.treeSize),
        hashes: inclusionProof.hashes.map(fromHex),
        checkpoint: { envelope: inclusionProof.checkpoint },
      },
      canonicalizedBody: logged.body,
    };
  }

  #logV2(
    { encoding, keys }: Required<Pick<Signing, 'encoding' | 'keys'>>,
    signature: Buffer,
    { type, der: bytes }: Verifier,
  ): EntryJson {
    const { digest, keyDetails } = kindOf(keys);
    const reply = this.#logs[2].answerRequest(
      request(SIGNED_AT, {
        hashedRekordRequestV002: {
          digest: createHash(digest).update(encoding).digest('base64'),
          signature: {
            content: signature.toString('base64'),
            verifier: {
              keyDetails,
              [type === 'certificate' ? 'x509Certificate' : 'publicKey']: {
                rawBytes: bytes.toString('base64'),
              },
            },
          },
        },
      }),
    );
    const { integratedTime: _, inclusionPromise: __, ...entry } = jsonOf(reply) as EntryJson;
    return entry;
  }

  #logCarelessly(
    { encoding, origin }: Required<Pick<Signing, 'encoding' | 'origin'>>,
    signature: Buffer,
    { type, der: bytes }: Verifier,
  ): EntryJson {
    const base64 = (part: Buffer): string => part.toString('base64');
    const form = type === 'certificate' ? 'x509Certificate' : 'publicKey';
    const data = {
      algorithm: 'SHA2_256',
      digest: createHash('sha256').update(encoding).digest('base64'),
    };
    const verifier = { [form]: { rawBytes: base64(bytes) } };
    const hashedRekordV002 = { data, signature: { content: base64(signature), verifier } };
    const body = encode({ apiVersion: '0.0.2', kind: 'hashedrekord', spec: { hashedRekordV002 } });
    const tree = new MerkleTree();
    const proof = tree.proofOf(tree.append(body));
    const { logId } = this.#logs[2];
    const { privateKey } = this.#keys.rekorV2;
    return {
      logIndex: '0',
      logId: { keyId: base64(logId) },
      kindVersion: { kind: 'hashedrekord', version: '0.0.2' },
      inclusionProof: {
        logIndex: '0',
        rootHash: base64(proof.rootHash),
        treeSize: String(proof.treeSize),
        hashes: [],
        checkpoint: { envelope: signCheckpoint(origin, proof, { name: HOST, logId, privateKey }) },
      },
      canonicalizedBody: base64(body),
    };
  }

  stamp(
    signature: Buffer,
    { stampedAt = SIGNED_AT, embed = true }: Signing = {},
  ): { rfc3161Timestamps: { signedTimestamp: string }[] } {
    const artifactHash = createHash('sha256').update(signature).digest('base64');
    const reply = answerTimestamp(
      this.timestamps,
      request(stampedAt, { artifactHash, hashAlgorithm: 'sha256', certificates: embed }),
    );
    if (!Buffer.isBuffer(reply.body)) throw new TypeError(reply.body);
    return { rfc3161Timestamps: [{ signedTimestamp: reply.body.toString('base64') }] };
  }
}

function verifierJson({ type, der: bytes }: Verifier): object {
  return type === 'certificate'
    ? { certificate: { rawBytes: bytes.toString('base64') } }
    : { publicKey: { hint: createHash('sha256').update(bytes).digest('base64') } };
}

interface LoggedV1 {
  body: string;
  integratedTime: number;
  logID: string;
  logIndex: number;
  verification: {
    signedEntryTimestamp: string;
    inclusionProof: {
      checkpoint: string;
      hashes: string[];
      logIndex: number;
      rootHash: string;
      treeSize: number;
    };
  };
}

/** How a key signs, and the digest by which Rekor v2 knows what it signed. */
function kindOf({ privateKey }: KeyPair): {
  hash: string | null;
  digest: string;
  keyDetails: string | undefined;
} {
  const { hash = null, keyDetails } = keyKindOf(privateKey) ?? {};
  return { hash, digest: hash ?? 'sha512', keyDetails };
}

/** Keys like those of the issuing authority. */
export function authorityKeys(): KeyPair {
  return generateKeyPairSync('ec', { namedCurve: 'P-384' });
}

export function ephemeralKeys(): KeyPair {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function request(at: Date, body: unknown): Request {
  return {
    method: 'POST',
    path: '/',
    query: new URLSearchParams(),
    contentType: 'application/json',
    authorization: '',
    body: Buffer.from(JSON.stringify(body)),
    at,
  };
}

function jsonOf({ status, body }: Reply): unknown {
  if (status !== 201) throw new TypeError(body.toString());
  return JSON.parse(body.toString());
}

function fromHex(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64');
}

export function encode(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

export function entryOf(bundle: BundleJson, index = 0): EntryJson {
  const entry = bundle.verificationMaterial.tlogEntries[index];
  if (entry === undefined) throw new TypeError('no entry');
  return entry;
}

export function stampsOf(bundle: BundleJson): { signedTimestamp: string }[] {
  return bundle.verificationMaterial.timestampVerificationData?.rfc3161Timestamps ?? [];
}

/** A copy with one change. */
export function edited<T>(value: T, change: (copy: T) => void): T {
  const copy = structuredClone(value);
  change(copy);
  return copy;
}
