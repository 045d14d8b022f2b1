// Rekor v2: https://github.com/sigstore/rekor-tiles/blob/main/api/proto/rekor/v2/rekor_service.proto

import { X509Certificate, createHash, createPublicKey } from 'node:crypto';

import { decodeJson } from '../../document/json.ts';
import { ObjectReader } from '../../document/object-reader.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import type { Verifier } from '../../sign/credential.ts';
import type { SignedEnvelope } from '../../sign/encode-sigstore-bundle.ts';
import { readLogEntry, type LogEntryJson } from '../../sign/log-entry-json.ts';
import { keyKindOf } from '../../trust/key-kind.ts';
import { postJson } from '../http/client.ts';
import { told, type ServiceName } from '../http/no-answer.ts';
import { callService, isConflict, messageOf, readAnswer } from '../http/service-request.ts';
import { TRANSPARENCY_LOG, type Witness } from './witness.ts';

/** Rekor v2 answers when the entry is in a signed tree, which takes up to 10 s. */
const TIMEOUT_MS = 20_000;

/**
 * Logs a DSSE envelope as a hashedrekord over the digest of what is under the signature: rekor-tiles
 * refuses a dsse request since 2.3.0 (2026-06).
 */
export const logInRekorV2: Witness<LogEntryJson> = async (
  envelope,
  { url: at, namedBy, secrets },
) => {
  const url = `${at}/api/v2/log/entries`;
  const service = { name: TRANSPARENCY_LOG, at, namedBy, url, secrets, timeoutMs: TIMEOUT_MS };
  const outcome = await callService({ ...service, init: postJson(requestOf(envelope)) });
  if (isConflict(outcome)) throw new AlreadyLogged(service, messageOf(outcome.body));
  return readAnswer(service, outcome, parseEntry);
};

/**
 * The log has this signature: its answer was lost, and it gives none again. Another signature is needed.
 */
export class AlreadyLogged extends Error {
  readonly #service: ServiceName;
  readonly #said: string;

  constructor(service: ServiceName, said: string) {
    super('the log has this signature already');
    this.#service = service;
    this.#said = said;
  }

  /** If other signatures do not help either. */
  refusalOf(signatures: number): EvidenceError {
    const { name, at } = this.#service;
    return new EvidenceError('SERVICE_FAILED', {
      at,
      found: `status 409 from the ${name} for each of ${signatures} signatures, as if it had them all${told(this.#service, this.#said)}`,
      expected: 'an entry for one of them: each is new',
      hint: 'this log, or what is before it, loses its answers or is wrong: try again later, and tell whoever runs it; it may keep an entry of each signature',
    });
  }
}

function requestOf({ encoding, signature, verifier }: SignedEnvelope): unknown {
  const { hash, keyDetails } = kindOf(verifier);
  const rawBytes = verifier.der.toString('base64');
  return {
    hashedRekordRequestV002: {
      digest: createHash(hash).update(encoding).digest('base64'),
      signature: {
        content: signature.toString('base64'),
        verifier: {
          keyDetails,
          ...(verifier.type === 'certificate'
            ? { x509Certificate: { rawBytes } }
            : { publicKey: { rawBytes } }),
        },
      },
    },
  };
}

function kindOf({ type, der }: Verifier): { hash: string; keyDetails: string } {
  const key =
    type === 'certificate'
      ? new X509Certificate(der).publicKey
      : createPublicKey({ key: der, format: 'der', type: 'spki' });
  const { hash, keyDetails } = keyKindOf(key) ?? {};
  // Whoever chose the logs has looked at the kind of the key (`logVersionsFor`).
  if (hash === undefined || keyDetails === undefined) throw new TypeError('not for Rekor v2');
  return { hash, keyDetails };
}

function parseEntry(body: Buffer): LogEntryJson {
  return readLogEntry(new ObjectReader(decodeJson(body, 'answer'), 'answer'));
}
