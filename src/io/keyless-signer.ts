// Keyless signing: a fresh key, a certificate for it from Fulcio, a log entry, a timestamp.

import { DSSEBundleBuilder, FulcioSigner, RekorWitness, TSAWitness } from '@sigstore/sign';
import type { Signer as LibrarySigner, Witness } from '@sigstore/sign';

import { EvidenceError } from '../errors.ts';
import { IN_TOTO_PAYLOAD_TYPE } from '../media-types.ts';
import { encodeSigstoreBundle } from '../sign/encode-sigstore-bundle.ts';
import { parseIdentityToken } from '../sign/identity-token.ts';
import type { IdentityToken } from '../sign/identity-token.ts';
import type { Signer } from '../sign/signer.ts';
import { chooseServices } from '../sign/signing-config.ts';
import type { Service, SigningConfig } from '../sign/signing-config.ts';
import { rekorV2Witness } from './rekor-v2-witness.ts';
import { FIRST_PAUSE_MS, RETRIES, serviceFailed } from './service-request.ts';
import type { ServiceFailure, ServiceName } from './service-request.ts';

export interface KeylessSigning {
  readonly signingConfig: SigningConfig;
  /** An OIDC identity token for the audience `sigstore`. */
  readonly token: string;
  /** The time at which the services and the token must be valid. */
  readonly now: Date;
}

const CALL = { retry: { retries: RETRIES, minTimeout: FIRST_PAUSE_MS }, timeout: 10_000 };

/**
 * A signer for the owner of a token. What it returns has not been verified: `verifiedSigner` does.
 * Throws SIGNING_CONFIG_INVALID, or SIGNING_FAILED for a token that cannot be used.
 */
export function keylessSigner({ signingConfig, token: text, now }: KeylessSigning): Signer {
  const token = parseIdentityToken(text, now);
  const services = chooseServices(signingConfig, now);
  return {
    sign: async (statement) => {
      const builder = new DSSEBundleBuilder({
        signer: fulcioSigner(services.certificateAuthority, token),
        witnesses: [
          ...services.logs.map((log) => logWitness(log, token)),
          ...services.timestampAuthorities.map((authority) => timestampWitness(authority, token)),
        ],
      });
      return encodeSigstoreBundle(await build(builder, statement));
    },
  };
}

async function build(
  builder: DSSEBundleBuilder,
  statement: Uint8Array,
): ReturnType<DSSEBundleBuilder['create']> {
  try {
    const artifact = { data: Buffer.from(statement), type: IN_TOTO_PAYLOAD_TYPE };
    return await builder.create(artifact);
  } catch (error) {
    if (error instanceof EvidenceError) throw error;
    // No cause is kept: an error of the library may carry the token.
    throw new EvidenceError('SIGNING_FAILED', {
      found: 'answers that make no Sigstore bundle',
      expected: 'a certificate, a log entry and a timestamp',
      hint: 'check the addresses in the signing config: they may belong to other services',
    });
  }
}

function fulcioSigner({ url }: Service, token: IdentityToken): LibrarySigner {
  const service = { name: 'certificate authority', url };
  // A signer of the library keeps its key, so there is a new one for each statement.
  const signer = new FulcioSigner({
    fulcioBaseURL: url,
    identityProvider: { getToken: async () => await Promise.resolve(token.text) },
    ...CALL,
  });
  return {
    sign: async (data) => await naming(service, token, async () => await signer.sign(data)),
  };
}

function logWitness({ url, majorApiVersion }: Service, token: IdentityToken): Witness {
  const service = { name: 'transparency log', url };
  if (majorApiVersion === 2) return namedWitness(service, token, rekorV2Witness(url));
  const witness = new RekorWitness({
    rekorBaseURL: url,
    entryType: 'dsse',
    majorApiVersion: 1,
    // After a repetition the entry may be there already.
    fetchOnConflict: true,
    ...CALL,
  });
  return namedWitness(service, token, witness);
}

function timestampWitness({ url }: Service, token: IdentityToken): Witness {
  const witness = new TSAWitness({ tsaBaseURL: url, ...CALL });
  return namedWitness({ name: 'timestamp authority', url }, token, witness);
}

function namedWitness(service: ServiceName, token: IdentityToken, witness: Witness): Witness {
  return {
    testify: async (content, key) =>
      await naming(service, token, async () => await witness.testify(content, key)),
  };
}

/** Calls a service; whatever goes wrong is told with its name and address. */
async function naming<T>(
  service: ServiceName,
  token: IdentityToken,
  call: () => Promise<T>,
): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof EvidenceError) throw error;
    throw serviceFailed(service, failureOf(error), [token.text]);
  }
}

/** The library wraps what happened: a status in `statusCode`, a network error as it came. */
function failureOf(error: unknown): ServiceFailure {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return { status: undefined, message: '' };
  const status = 'statusCode' in cause ? Number(cause.statusCode) : undefined;
  return { status, message: cause.message };
}
