// Rekor v1: https://github.com/sigstore/rekor/blob/main/openapi.yaml

import { envelopeToJSON } from '@sigstore/bundle';
import type { Witness } from '@sigstore/sign';

import type { Data } from '../../document/data.ts';
import { decodeJson } from '../../document/json.ts';
import { ObjectReader } from '../../document/object-reader.ts';
import { postJson } from '../http/client.ts';
import { callService, readAnswer, requestFrom, type ServiceOutcome } from './service-request.ts';

type Entry = NonNullable<Awaited<ReturnType<Witness['testify']>>['tlogEntries']>[number];

/** Logs a DSSE envelope as a dsse entry, which has the hashes of the envelope and its payload. */
export function rekorV1Witness(logUrl: string, secrets: readonly string[]): Witness {
  const url = `${logUrl}/api/v1/log/entries`;
  const service = { name: 'transparency log', at: logUrl, url, secrets };
  return {
    testify: async (content, certificatePem) => {
      if (content.$case !== 'dsseEnvelope') throw new TypeError('only DSSE envelopes are logged');
      const envelope = JSON.stringify(envelopeToJSON(content.dsseEnvelope));
      const verifiers = [Buffer.from(certificatePem, 'utf8').toString('base64')];
      const spec = { proposedContent: { envelope, verifiers } };
      const init = postJson({ apiVersion: '0.0.1', kind: 'dsse', spec });
      const outcome = await callService({ ...service, init });
      const uuid = uuidOfConflict(outcome);
      const entry =
        uuid === undefined
          ? readAnswer(service, outcome, parseEntry)
          : await requestFrom({ ...service, url: `${url}/${uuid}`, init: {} }, parseEntry);
      return { tlogEntries: [entry] };
    },
  };
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
function parseEntry(body: Buffer): Entry {
  const json = new ObjectReader(decodeJson(body, 'answer'), 'answer');
  const [uuid, ...more] = json.names();
  if (uuid === undefined || more.length > 0) throw new TypeError('not one entry');
  const reader = json.object(uuid);
  const canonicalizedBody = Buffer.from(reader.string('body'), 'base64');
  const logged = new ObjectReader(decodeJson(canonicalizedBody, 'body'), 'body');
  const verification = reader.object('verification');
  const proof = verification.optionalObject('inclusionProof');
  return {
    logIndex: `${reader.integer('logIndex')}`,
    logId: { keyId: Buffer.from(reader.string('logID'), 'hex') },
    kindVersion: { kind: logged.string('kind'), version: logged.string('apiVersion') },
    integratedTime: `${reader.integer('integratedTime')}`,
    inclusionPromise: {
      signedEntryTimestamp: Buffer.from(verification.string('signedEntryTimestamp'), 'base64'),
    },
    inclusionProof: proof === undefined ? undefined : parseProof(proof),
    canonicalizedBody,
  };
}

function parseProof(proof: ObjectReader): NonNullable<Entry['inclusionProof']> {
  return {
    logIndex: `${proof.integer('logIndex')}`,
    treeSize: `${proof.integer('treeSize')}`,
    rootHash: Buffer.from(proof.string('rootHash'), 'hex'),
    hashes: [...proof.list('hashes', hashOf)],
    checkpoint: { envelope: proof.string('checkpoint') },
  };
}

function hashOf(data: Data): Buffer {
  if (typeof data !== 'string') throw new TypeError('not a hash');
  return Buffer.from(data, 'hex');
}
