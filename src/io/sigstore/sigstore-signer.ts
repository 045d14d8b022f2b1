// A signature becomes a Sigstore bundle: a credential signs, timestamp authorities and logs witness.

import type { AnsweringService, Signer } from '../../attestation/seal.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { IN_TOTO_PAYLOAD_TYPE } from '../../media-types.ts';
import type { Credential } from '../../sign/credential.ts';
import { encodeSigstoreBundle, type SignedEnvelope } from '../../sign/encode-sigstore-bundle.ts';
import type { LogEntryJson } from '../../sign/log-entry-json.ts';
import type { Service, SigningServices } from '../../sign/signing-config.ts';
import { preAuthEncoding } from '../../trust/dsse.ts';
import { logInRekorV1 } from './rekor-v1-witness.ts';
import { AlreadyLogged, logInRekorV2 } from './rekor-v2-witness.ts';
import {
  CERTIFICATE_AUTHORITY,
  TIMESTAMP_AUTHORITY,
  TRANSPARENCY_LOG,
  type Witness,
} from './service-request.ts';
import { stamp } from './timestamp-witness.ts';

/** Who may witness a signature, and who certified its key. */
type Services = Pick<SigningServices, 'logs' | 'timestampAuthorities'> &
  Partial<Pick<SigningServices, 'certificateAuthority'>>;

/** How often something is signed again because a log has the signature, and its answer was lost. */
const SIGNED_AGAIN = 2;

/**
 * A signer with this credential. What it signs is not verified yet: `seal` does that.
 *
 * @param secrets what no error may show, e.g. the token
 * @throws EvidenceError its `sign`: SERVICE_FAILED and what else `requestFrom` throws, and what the
 *   credential throws
 */
export function sigstoreSigner(
  credential: Credential,
  services: Services,
  secrets: readonly string[],
): Signer {
  return {
    sign: async (statement) => {
      let last: Buffer | undefined;
      for (let again = 0; ; again += 1) {
        const envelope = await signEnvelope(credential, statement);
        if (last?.equals(envelope.signature) === true) refuseSame();
        last = envelope.signature;
        try {
          return await witnessed(envelope, services, secrets);
        } catch (error) {
          if (!(error instanceof AlreadyLogged)) throw error;
          if (again === SIGNED_AGAIN) throw error.refusal;
        }
      }
    },
    answeredBy: (pointer) => answeredBy(pointer, services),
  };
}

/** RSA signs the same bytes in the same way each time. */
function refuseSame(): never {
  throw new EvidenceError('SIGNING_FAILED', {
    found: 'a log that has this signature already, and a key that makes no other',
    expected: 'a signature that is new to the log',
    hint: 'sign with an ECDSA key, or at a log of Rekor v1, which gives its entry again; with another time (SOURCE_DATE_EPOCH) it is another statement',
  });
}

async function signEnvelope(credential: Credential, payload: Uint8Array): Promise<SignedEnvelope> {
  const payloadType = IN_TOTO_PAYLOAD_TYPE;
  const encoding = preAuthEncoding(payloadType, payload);
  return { payload, payloadType, encoding, ...(await credential.sign(encoding)) };
}

/** Logs come last, because an entry is for ever: a timestamp that fails leaves nothing behind. */
async function witnessed(
  envelope: SignedEnvelope,
  { logs, timestampAuthorities }: Services,
  secrets: readonly string[],
): Promise<Uint8Array> {
  const timestamps: string[] = [];
  for (const { url } of timestampAuthorities) {
    timestamps.push(await stamp(envelope, { url, secrets }));
  }
  const entries: LogEntryJson[] = [];
  for (const log of logs) entries.push(await witnessOf(log)(envelope, { url: log.url, secrets }));
  return encodeSigstoreBundle(envelope, { entries, timestamps });
}

function witnessOf({ majorApiVersion }: Service): Witness<LogEntryJson> {
  return majorApiVersion === 2 ? logInRekorV2 : logInRekorV1;
}

const WITNESS =
  /^\/verificationMaterial\/(tlogEntries|timestampVerificationData\/rfc3161Timestamps)\/(\d+)/;

function answeredBy(
  pointer: string,
  { logs, timestampAuthorities, certificateAuthority }: Services,
): AnsweringService | undefined {
  const [, field = '', index] = WITNESS.exec(pointer) ?? [];
  if (index !== undefined) {
    const isLog = field === 'tlogEntries';
    const service = (isLog ? logs : timestampAuthorities)[Number(index)];
    return service && { name: isLog ? TRANSPARENCY_LOG : TIMESTAMP_AUTHORITY, url: service.url };
  }
  if (!pointer.startsWith('/verificationMaterial/certificate')) return undefined;
  return certificateAuthority && { name: CERTIFICATE_AUTHORITY, url: certificateAuthority.url };
}
