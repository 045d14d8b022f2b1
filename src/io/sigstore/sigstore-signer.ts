// A signature becomes a Sigstore bundle: a credential signs, timestamp authorities and logs witness.

import type { AnsweringService, Signer } from '../../attestation/seal.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { IN_TOTO_PAYLOAD_TYPE } from '../../media-types.ts';
import type { Credential } from '../../sign/credential.ts';
import { encodeSigstoreBundle, type SignedEnvelope } from '../../sign/encode-sigstore-bundle.ts';
import type { LogEntryJson } from '../../sign/log-entry-json.ts';
import type { Service, SigningServices } from '../../sign/signing-config.ts';
import type { SigningState } from '../../sign/signing-state.ts';
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

/** Lets a signing that is interrupted go on later. */
export interface Resumption {
  /** What an earlier signing of this statement left, if it can be used still. */
  readonly find: (statement: Uint8Array) => Promise<SigningState | undefined>;
  readonly keep: (state: SigningState) => void;
}

const NEVER_RESUMED: Resumption = {
  find: async () => await Promise.resolve(undefined),
  keep: () => undefined,
};

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
  resumption: Resumption = NEVER_RESUMED,
): Signer {
  return {
    sign: async (statement) => {
      let last: Buffer | undefined;
      let state = await resumption.find(statement);
      for (let again = 0; ; again += 1) {
        state ??= beginWith(await signEnvelope(credential, statement), resumption);
        const { signature } = state.envelope;
        if (last?.equals(signature) === true) refuseSame();
        last = signature;
        try {
          return await witnessed(state, services, { secrets, keep: resumption.keep });
        } catch (error) {
          if (!(error instanceof AlreadyLogged)) throw error;
          if (again === SIGNED_AGAIN) throw error.refusal;
          state = undefined;
        }
      }
    },
    answeredBy: (pointer) => answeredBy(pointer, services),
  };
}

function beginWith(envelope: SignedEnvelope, { keep }: Resumption): SigningState {
  const state = { envelope, timestamps: new Map<string, string>(), entries: new Map() };
  keep(state);
  return state;
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
  { envelope, ...answered }: SigningState,
  { logs, timestampAuthorities }: Services,
  { secrets, keep }: { readonly secrets: readonly string[]; readonly keep: Resumption['keep'] },
): Promise<Uint8Array> {
  const timestamps = new Map(answered.timestamps);
  const entries = new Map(answered.entries);
  const ask = async <T>(witness: Witness<T>, url: string, answers: Map<string, T>): Promise<T> => {
    const answer = answers.get(url) ?? (await witness(envelope, { url, secrets }));
    answers.set(url, answer);
    keep({ envelope, timestamps, entries });
    return answer;
  };
  const stamps: string[] = [];
  for (const { url } of timestampAuthorities) stamps.push(await ask(stamp, url, timestamps));
  const logged: LogEntryJson[] = [];
  for (const log of logs) logged.push(await ask(witnessOf(log), log.url, entries));
  return encodeSigstoreBundle(envelope, { entries: logged, timestamps: stamps });
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
