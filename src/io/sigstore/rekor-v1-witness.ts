// Rekor v1: https://github.com/sigstore/rekor/blob/main/openapi.yaml

import { createHash } from 'node:crypto';

import type { Data } from '../../document/data.ts';
import { decodeJson } from '../../document/json.ts';
import { ObjectReader } from '../../document/object-reader.ts';
import { verifierPem } from '../../sign/credential.ts';
import type { SignedEnvelope } from '../../sign/encode-sigstore-bundle.ts';
import type { InclusionProofJson, LogEntryJson } from '../../sign/log-entry-json.ts';
import { postJson } from '../http/client.ts';
import {
  callService,
  readAnswer,
  requestFrom,
  type ServiceOutcome,
  type Witness,
} from './service-request.ts';

/** Logs a DSSE envelope as a dsse entry, which has the hashes of the envelope and its payload. */
export const logInRekorV1 = witnessOf(dsseProposal);

/** Logs the signature of a file as a hashedrekord entry, which has the hash of the file. */
export const logMessageInRekorV1 = witnessOf(hashedRekordProposal);

function witnessOf(proposalOf: (signed: SignedEnvelope) => unknown): Witness<LogEntryJson> {
  return async (signed, { url: at, secrets }) => {
    const url = `${at}/api/v1/log/entries`;
    const service = { name: 'transparency log', at, url, secrets };
    const outcome = await callService({ ...service, init: postJson(proposalOf(signed)) });
    const uuid = uuidOfConflict(outcome);
    return uuid === undefined
      ? readAnswer(service, outcome, parseEntry)
      : await requestFrom({ ...service, url: `${url}/${uuid}`, init: {} }, parseEntry);
  };
}

function hashedRekordProposal({ encoding, signature, verifier }: SignedEnvelope): unknown {
  const publicKey = { content: Buffer.from(verifierPem(verifier)).toString('base64') };
  const value = createHash('sha256').update(encoding).digest('hex');
  const spec = {
    data: { hash: { algorithm: 'sha256', value } },
    signature: { content: signature.toString('base64'), publicKey },
  };
  return { apiVersion: '0.0.1', kind: 'hashedrekord', spec };
}

function dsseProposal({ payload, payloadType, signature, verifier }: SignedEnvelope): unknown {
  const envelope = JSON.stringify({
    payload: Buffer.from(payload).toString('base64'),
    payloadType,
    signatures: [{ sig: signature.toString('base64'), keyid: '' }],
  });
  const verifiers = [Buffer.from(verifierPem(verifier)).toString('base64')];
  const spec = { proposedContent: { envelope, verifiers } };
  return { apiVersion: '0.0.1', kind: 'dsse', spec };
}

/**
 * After a repetition the entry may be there already, and the log says where. Only the UUID is taken
 * from it: the address stays that of the signing config.
 */
function uuidOfConflict(outcome: ServiceOutcome): string | undefined {
  if ('reason' in outcome || outcome.status !== 409) return undefined;
  const location = outcome.headers.get('location') ?? '';
  return /\/((?:[0-9a-f]{16})?[0-9a-f]{64})$/.exec(location)?.[1];
}

/** One member, named by the entry's UUID. What it says is verified with the whole bundle. */
function parseEntry(body: Buffer): LogEntryJson {
  const json = new ObjectReader(decodeJson(body, 'answer'), 'answer');
  const [uuid, ...more] = json.names();
  if (uuid === undefined || more.length > 0) throw new TypeError('not one entry');
  const reader = json.object(uuid);
  const canonicalizedBody = reader.string('body');
  const logged = new ObjectReader(
    decodeJson(Buffer.from(canonicalizedBody, 'base64'), 'body'),
    'body',
  );
  const verification = reader.object('verification');
  const proof = verification.optionalObject('inclusionProof');
  return {
    logIndex: `${reader.integer('logIndex')}`,
    logId: { keyId: hexToBase64(reader.string('logID')) },
    kindVersion: { kind: logged.string('kind'), version: logged.string('apiVersion') },
    integratedTime: `${reader.integer('integratedTime')}`,
    inclusionPromise: { signedEntryTimestamp: verification.string('signedEntryTimestamp') },
    inclusionProof: proof === undefined ? undefined : parseProof(proof),
    canonicalizedBody,
  };
}

function parseProof(proof: ObjectReader): InclusionProofJson {
  return {
    logIndex: `${proof.integer('logIndex')}`,
    rootHash: hexToBase64(proof.string('rootHash')),
    treeSize: `${proof.integer('treeSize')}`,
    hashes: proof.list('hashes', hexToBase64),
    checkpoint: { envelope: proof.string('checkpoint') },
  };
}

function hexToBase64(data: Data): string {
  if (typeof data !== 'string') throw new TypeError('not hexadecimal digits');
  return Buffer.from(data, 'hex').toString('base64');
}
