// What clients of the sandbox read: the trusted root and the signing configs, in the JSON of
// https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_trustroot.proto

import { decodeJson } from '../document/json.ts';
import { ObjectReader } from '../document/object-reader.ts';
import { unlessRefused } from '../errors/evidence-error.ts';
import { SANDBOX_ORGANIZATION } from '../media-types.ts';
import { TIMESTAMP_PATH } from './timestamp-authority.ts';

const TRUSTED_ROOT_TYPE = 'application/vnd.dev.sigstore.trustedroot+json;version=0.1';
const SIGNING_CONFIG_TYPE = 'application/vnd.dev.sigstore.signingconfig.v0.2+json';

/** Where the second log is, under the sandbox's address: one port serves everything. */
export const REKOR_V2_BASE = '/rekor2';
/** Where the certificate log is. Clients never call it, but a real Fulcio can. */
export const CT_BASE = '/ct';

/** A signing config's file name. */
export type SigningConfigName =
  | 'signing_config.json'
  | 'signing_config.v1.json'
  | 'signing_config.v1-tsa.json'
  | 'signing_config.v2-tsa.json';

/** A log and its public key, SubjectPublicKeyInfo in DER. */
interface LogIdentity {
  readonly spki: Buffer;
  readonly logId: Buffer;
}

export interface TrustMaterial {
  /** The sandbox's address, without a slash at the end. */
  readonly url: string;
  /** The time from which everything is valid. */
  readonly start: Date;
  /** Issuing authority first, root last. */
  readonly authorityChain: readonly Buffer[];
  /** Leaf first, root last. */
  readonly timestampChain: readonly Buffer[];
  readonly rekorV1: LogIdentity;
  readonly rekorV2: LogIdentity;
  readonly ctLog: LogIdentity;
}

/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>;

export function buildTrustedRoot(material: TrustMaterial): Json {
  const { url, start } = material;
  const log = (baseUrl: string, { spki, logId }: LogIdentity, keyDetails: string): Json => ({
    baseUrl,
    hashAlgorithm: 'SHA2_256',
    publicKey: { rawBytes: base64(spki), keyDetails, validFor: { start: start.toISOString() } },
    logId: { keyId: base64(logId) },
  });
  const authority = (uri: string, commonName: string, chain: readonly Buffer[]): Json => ({
    subject: { organization: SANDBOX_ORGANIZATION, commonName },
    uri,
    certChain: { certificates: chain.map((der) => ({ rawBytes: base64(der) })) },
    validFor: { start: start.toISOString() },
  });
  return {
    mediaType: TRUSTED_ROOT_TYPE,
    tlogs: [
      log(url, material.rekorV1, 'PKIX_ECDSA_P256_SHA_256'),
      log(url + REKOR_V2_BASE, material.rekorV2, 'PKIX_ED25519'),
    ],
    certificateAuthorities: [authority(url, 'root', material.authorityChain)],
    ctlogs: [log(url + CT_BASE, material.ctLog, 'PKIX_ECDSA_P256_SHA_256')],
    timestampAuthorities: [
      authority(url + TIMESTAMP_PATH, 'timestamp root', material.timestampChain),
    ],
  };
}

/**
 * The signing configs by file name; the first, which is the default, is Rekor v1 with timestamps. They name
 * no identity provider: nobody can log in here.
 */
export function buildSigningConfigs(
  url: string,
  start: Date,
): Readonly<Record<SigningConfigName, Json>> {
  const service = (address: string, majorApiVersion: number): Json => ({
    url: address,
    majorApiVersion,
    validFor: { start: start.toISOString() },
    operator: SANDBOX_ORGANIZATION,
  });
  const config = (log: Json, timestamps: readonly Json[]): Json => ({
    mediaType: SIGNING_CONFIG_TYPE,
    caUrls: [service(url, 1)],
    rekorTlogUrls: [log],
    rekorTlogConfig: { selector: 'ANY' },
    tsaUrls: timestamps,
    ...(timestamps.length === 0 ? {} : { tsaConfig: { selector: 'ANY' } }),
  });
  const rekorV1 = service(url, 1);
  const timestamps = [service(url + TIMESTAMP_PATH, 1)];
  return {
    'signing_config.json': config(rekorV1, timestamps),
    'signing_config.v1.json': config(rekorV1, []),
    'signing_config.v1-tsa.json': config(rekorV1, timestamps),
    'signing_config.v2-tsa.json': config(service(url + REKOR_V2_BASE, 2), timestamps),
  };
}

/** Whether these bytes are a signing config whose services are all a sandbox's. */
export function isSandboxConfig(bytes: Uint8Array, file: string): boolean {
  const operators = unlessRefused(() =>
    operatorsOf(new ObjectReader(decodeJson(bytes, file), file)),
  );
  if (operators === undefined || operators.length === 0) return false;
  return operators.every((name) => name === SANDBOX_ORGANIZATION);
}

function operatorsOf(config: ObjectReader): readonly (string | undefined)[] {
  return ['caUrls', 'oidcUrls', 'rekorTlogUrls', 'tsaUrls'].flatMap((field) =>
    config.optionalList(field, (item, at) => new ObjectReader(item, at).optionalString('operator')),
  );
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64');
}
