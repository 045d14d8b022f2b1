// Rekor v1: https://github.com/sigstore/rekor/blob/main/openapi.yaml

import { isDataList, type Data } from '../../document/data.ts';
import { decodeJson } from '../../document/json.ts';
import { ObjectReader } from '../../document/object-reader.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { counted } from '../../sentence.ts';
import { verifierPem } from '../../sign/credential.ts';
import type { SignedEnvelope } from '../../sign/encode-sigstore-bundle.ts';
import type { InclusionProofJson, LogEntryJson } from '../../sign/log-entry-json.ts';
import { postJson } from '../http/client.ts';
import { callService, isConflict, readAnswer, requestFrom } from '../http/service-request.ts';
import { TRANSPARENCY_LOG, type Witness } from './witness.ts';

/** Logs a DSSE envelope as a dsse entry, which has the hashes of the envelope and its payload. */
export const logInRekorV1 = rekorV1Witness(dsseProposal);

/** @param proposalOf the entry to ask for: its kind, version and spec */
export function rekorV1Witness(
  proposalOf: (signed: SignedEnvelope) => unknown,
): Witness<LogEntryJson> {
  return async (signed, { url: at, namedBy, secrets }) => {
    const url = `${at}/api/v1/log/entries`;
    const service = { name: TRANSPARENCY_LOG, at, namedBy, url, secrets };
    const proposal = proposalOf(signed);
    const outcome = await callService({ ...service, init: postJson(proposal) });
    if (!isConflict(outcome)) return readAnswer(service, outcome, parseEntry);
    // The entry is there: an earlier answer was lost. The log may say where, or look for it.
    const uuid = uuidOf(outcome.headers.get('location') ?? '');
    const request =
      uuid === undefined
        ? { url: `${url}/retrieve`, init: postJson({ entries: [proposal] }) }
        : { url: `${url}/${uuid}`, init: {} };
    const entries = await requestFrom({ ...service, ...request }, parseEntries);
    return entries.find((entry) => isOf(signed, entry)) ?? refuseOthers(service, entries.length);
  };
}

/** Only the UUID is taken from it: the address stays that of the signing config. */
function uuidOf(location: string): string | undefined {
  return /\/((?:[0-9a-f]{16})?[0-9a-f]{64})$/.exec(location)?.[1];
}

/** Whether the log has this signature there. All that it says is verified with the whole bundle. */
function isOf({ signature }: SignedEnvelope, { canonicalizedBody }: LogEntryJson): boolean {
  const body = Buffer.from(canonicalizedBody, 'base64').toString('utf8');
  return body.includes(JSON.stringify(signature.toString('base64')));
}

function refuseOthers(
  { name, at }: { readonly name: string; readonly at: string },
  count: number,
): never {
  throw new EvidenceError('SELF_CHECK_FAILED', {
    at,
    found: `from the ${name}, ${counted(count, 'entry', 'entries')} of another signature, as if it were ours`,
    expected: 'the entry of this signature, which it says to have already',
    hint: 'sign again; if it happens again, tell whoever runs this log',
  });
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

/** One entry by its UUID, or a list of those that were found. */
function parseEntries(body: Buffer): readonly LogEntryJson[] {
  const data = decodeJson(body, 'answer');
  return isDataList(data) ? data.map(readEntry) : [readEntry(data)];
}

function parseEntry(body: Buffer): LogEntryJson {
  return readEntry(decodeJson(body, 'answer'));
}

/** One member, named by the entry's UUID. What it says is verified with the whole bundle. */
function readEntry(data: Data): LogEntryJson {
  const json = new ObjectReader(data, 'answer');
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
