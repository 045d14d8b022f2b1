// A signature becomes a Sigstore bundle: a credential signs, timestamp authorities and logs witness.

import type { Signer } from '../../attestation/seal.ts';
import { EvidenceError, unlessRefused } from '../../errors/evidence-error.ts';
import { IN_TOTO_PAYLOAD_TYPE } from '../../media-types.ts';
import type { Credential } from '../../sign/credential.ts';
import {
  encodeSigstoreBundle,
  type SignedEnvelope,
  type Witnessed,
} from '../../sign/encode-sigstore-bundle.ts';
import type { LogEntryJson } from '../../sign/log-entry-json.ts';
import { isWitnessed, requireWitnessed, type WitnessTrust } from '../../sign/require-witnessed.ts';
import type { Service, SigningServices } from '../../sign/signing-config.ts';
import type { SigningState } from '../../sign/signing-state.ts';
import { preAuthEncoding } from '../../trust/dsse.ts';
import { logInRekorV1 } from './rekor-v1-witness.ts';
import { AlreadyLogged, logInRekorV2 } from './rekor-v2-witness.ts';
import { stamp } from './timestamp-witness.ts';
import { TIMESTAMP_AUTHORITY, TRANSPARENCY_LOG, type Witness } from './witness.ts';

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

export interface Witnesses extends Pick<SigningServices, 'logs' | 'timestampAuthorities'> {
  /** Under which each answer must verify before the next service is asked. */
  readonly trust: WitnessTrust;
  readonly clock: () => Date;
  /** What no error may show, e.g. the token. */
  readonly secrets?: readonly string[];
  readonly resumption?: Resumption;
}

/**
 * A signer with this credential. Each answer is verified before the next service is asked.
 *
 * @throws EvidenceError its `sign`: SERVICE_FAILED and what else `requestFrom` throws, SELF_CHECK_FAILED,
 *   and what the credential throws
 */
export function sigstoreSigner(credential: Credential, witnesses: Witnesses): Signer {
  return {
    sign: async (statement) => {
      const signing = new Signing(credential, witnesses);
      try {
        return await signing.sign(statement);
      } catch (error) {
        throw signing.told(error);
      }
    },
  };
}

class Signing {
  readonly #credential: Credential;
  readonly #witnesses: Witnesses;
  readonly #resumption: Resumption;
  /** The logs that were asked for an entry: each may have it, whatever it answered. */
  readonly #asked = new Set<string>();
  #isResumed = false;

  constructor(credential: Credential, witnesses: Witnesses) {
    this.#credential = credential;
    this.#witnesses = witnesses;
    this.#resumption = witnesses.resumption ?? NEVER_RESUMED;
  }

  async sign(statement: Uint8Array): Promise<Uint8Array> {
    let last: Buffer | undefined;
    let state = await this.#found(statement);
    for (let again = 0; ; again += 1) {
      state ??= this.#beginWith(await signEnvelope(this.#credential, statement));
      const { signature } = state.envelope;
      if (last?.equals(signature) === true) refuseSame();
      last = signature;
      try {
        return await this.#witnessed(state);
      } catch (error) {
        if (!(error instanceof AlreadyLogged)) throw error;
        if (again === SIGNED_AGAIN) throw error.refusalOf(again + 1);
        state = undefined;
      }
    }
  }

  async #found(statement: Uint8Array): Promise<SigningState | undefined> {
    const state = await this.#resumption.find(statement);
    this.#isResumed = state !== undefined;
    for (const url of state === undefined ? [] : this.#askedBefore(state)) this.#asked.add(url);
    return state;
  }

  /** The file may have been edited: any text could stand there as an address. */
  #askedBefore({ envelope, timestamps, entries }: SigningState): readonly string[] {
    const { logs, trust } = this.#witnesses;
    const isEntry = (entry: LogEntryJson): boolean =>
      isWitnessed(envelope, { timestamps: [...timestamps.values()], entries: [entry] }, trust) ||
      isWitnessed(envelope, { timestamps: [], entries: [entry] }, trust);
    return [...entries]
      .filter(([url, entry]) => logs.some((log) => log.url === url) || isEntry(entry))
      .map(([url]) => url);
  }

  /** A service that lied: what is known to be kept for ever stands in what to do next. */
  told(error: unknown): unknown {
    if (!(error instanceof EvidenceError) || error.code !== 'SELF_CHECK_FAILED') return error;
    const { at, found, expected, cause } = error;
    const hint = `${error.hint}; nothing signed was written, ${this.#logged()}`;
    return new EvidenceError(error.code, { at, found, expected, hint, cause });
  }

  #logged(): string {
    if (this.#asked.size > 0) return `but an entry of it may be in ${[...this.#asked].join(', ')}`;
    const earlier = this.#isResumed ? ', unless the signing that was begun before asked one' : '';
    return `and no log was asked for an entry${earlier}`;
  }

  #beginWith(envelope: SignedEnvelope): SigningState {
    const state = { envelope, timestamps: new Map<string, string>(), entries: new Map() };
    this.#resumption.keep(state);
    return state;
  }

  /** Logs come last, because an entry is for ever: a timestamp that fails leaves nothing behind. */
  async #witnessed({ envelope, ...answered }: SigningState): Promise<Uint8Array> {
    const { logs, timestampAuthorities } = this.#witnesses;
    const timestamps = new Map(answered.timestamps);
    const entries = new Map(answered.entries);
    const keep = (): void => this.#resumption.keep({ envelope, timestamps, entries });
    let before: Witnessed = { timestamps: [], entries: [] };
    for (const service of timestampAuthorities) {
      const authority = { name: TIMESTAMP_AUTHORITY, service, ask: stamp, known: timestamps };
      before = await this.#ask(envelope, { ...authority, add: withTimestamp(before), keep });
    }
    for (const service of logs) {
      this.#asked.add(service.url);
      const log = { name: TRANSPARENCY_LOG, service, ask: witnessOf(service), known: entries };
      before = await this.#ask(envelope, { ...log, add: withEntry(before), keep });
    }
    return encodeSigstoreBundle(envelope, before);
  }

  async #ask<T>(
    envelope: SignedEnvelope,
    { name, service, ask, known, add, keep }: Question<T>,
  ): Promise<Witnessed> {
    const { trust, clock, secrets = [] } = this.#witnesses;
    const { url, namedBy } = service;
    const judged = (answer: T, now?: Date): Witnessed => {
      const witnessed = add(answer);
      requireWitnessed(envelope, witnessed, { name, url, trust, now });
      return witnessed;
    };
    const earlier = known.get(url);
    const accepted = earlier === undefined ? undefined : unlessRefused(() => judged(earlier));
    if (accepted !== undefined) return accepted;
    // What is wrong, or was right under another root, is asked for again.
    known.delete(url);
    const answer = await ask(envelope, { url, namedBy, secrets });
    const witnessed = judged(answer, name === TIMESTAMP_AUTHORITY ? clock() : undefined);
    known.set(url, answer);
    keep();
    return witnessed;
  }
}

/** One witness, and what is done with its answer. */
interface Question<T> {
  readonly name: string;
  readonly service: Service;
  readonly ask: Witness<T>;
  /** What an earlier signing left, by address. */
  readonly known: Map<string, T>;
  readonly add: (answer: T) => Witnessed;
  readonly keep: () => void;
}

function withTimestamp({ timestamps, entries }: Witnessed): (timestamp: string) => Witnessed {
  return (timestamp) => ({ timestamps: [...timestamps, timestamp], entries });
}

function withEntry({ timestamps, entries }: Witnessed): (entry: LogEntryJson) => Witnessed {
  return (entry) => ({ timestamps, entries: [...entries, entry] });
}

/** A clock that goes on from a time. */
export function clockFrom(now: Date): () => Date {
  const ahead = now.getTime() - Date.now();
  return () => new Date(Date.now() + ahead);
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

function witnessOf({ majorApiVersion }: Service): Witness<LogEntryJson> {
  return majorApiVersion === 2 ? logInRekorV2 : logInRekorV1;
}
