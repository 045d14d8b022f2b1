// Evidence as an artifact of a registry, and the statement about it that is signed.

import { createHash } from 'node:crypto';

import { gunzip } from '../../archive/gzip.ts';
import { digestOf, digestOfHex, hexOf, type Digest } from '../../digest.ts';
import { dataMap, mapIn } from '../../document/data.ts';
import { decodeJson, encodeJson } from '../../document/json.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { MAX_SIGSTORE_BUNDLE_BYTES } from '../../limits.ts';
import { refuse } from '../../place.ts';
import { artifactManifest } from '../../pointer/artifact.ts';
import type { StoredManifest } from '../../pointer/registry.ts';
import { parseSigstoreBundle, payloadOf } from '../../trust/sigstore-bundle.ts';
import { compareCopy } from '../dialect/other-copy.ts';
import { parseEvidenceStatement, type ReceivedEvidence } from '../dialect/read-statement.ts';
import { STATEMENT_FILE } from '../layout.ts';

/**
 * The manifest of the artifact whose layer is this tar.gz, which is read once.
 *
 * @throws EvidenceError what `gunzip` and `parseEvidenceStatement` throw
 */
export async function artifactOf(
  archive: AsyncIterable<Uint8Array>,
  statement: Uint8Array,
): Promise<StoredManifest> {
  const [layerHash, tarHash] = [createHash('sha256'), createHash('sha256')];
  let size = 0;
  async function* hashed(): AsyncGenerator<Uint8Array, void> {
    for await (const chunk of archive) {
      layerHash.update(chunk);
      size += chunk.length;
      yield chunk;
    }
  }
  for await (const piece of gunzip(hashed())) tarHash.update(piece);
  const { type, aicrVersion } = parseEvidenceStatement(statement, STATEMENT_FILE);
  return artifactManifest({
    layer: { digest: digestOfHex(layerHash.digest('hex')), size },
    tarDigest: digestOfHex(tarHash.digest('hex')),
    predicateType: type.predicateType,
    version: aicrVersion,
  });
}

/** The same statement about the artifact: all but the subject stays as it is. */
export function artifactStatement(
  statement: Uint8Array,
  name: string,
  artifact: Digest,
): Uint8Array {
  const fields = mapIn(decodeJson(statement, STATEMENT_FILE));
  const subject = dataMap({ name, digest: dataMap({ sha256: hexOf(artifact) }) });
  return Buffer.from(encodeJson(new Map([...fields, ['subject', [subject]]])));
}

/**
 * What a Sigstore bundle says that it signs; nobody has verified it.
 *
 * @param statement that of the evidence, which has to say the same but for a subject that is an artifact
 * @throws EvidenceError STATEMENT_DIFFERS, and what parsing throws
 */
export function signedStatement(
  sigstoreBundle: Uint8Array,
  file: string,
  statement: Uint8Array,
): ReceivedEvidence {
  const limits = { name: file, maxBytes: MAX_SIGSTORE_BUNDLE_BYTES };
  const payload = payloadOf(parseSigstoreBundle(sigstoreBundle, limits));
  const signed = parseEvidenceStatement(payload, file);
  const own = parseEvidenceStatement(statement, STATEMENT_FILE);
  const { value, faults } = compareCopy(signed, own);
  const [fault] = faults;
  if (fault !== undefined) throw new EvidenceError(fault.code, { ...fault, hint: AS_IT_WAS });
  if (signed.artifact !== undefined || Buffer.from(payload).equals(statement)) return value;
  const place = { code: 'STATEMENT_DIFFERS', at: STATEMENT_FILE, hint: AS_IT_WAS } as const;
  return refuse(place, digestOf(statement), `${digestOf(payload)}, which was signed`);
}

const AS_IT_WAS = 'name the bundle as it was signed; nothing was pushed';
