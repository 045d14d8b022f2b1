import { createHash } from 'node:crypto';

import { digestOfHex, type Digest } from '../../digest.ts';
import { EvidenceError } from '../../errors/evidence-error.ts';
import { refusal } from '../../place.ts';
import { startIn } from '../../pointer/answer-headers.ts';
import type { Descriptor } from '../../pointer/registry.ts';
import { quote } from '../../quote.ts';
import type { HttpFailure } from '../http/client.ts';
import { noAnswer } from '../http/no-answer.ts';
import type { Connection } from './connection.ts';
import { BrokenAnswer, type Answer } from './paced-request.ts';

/** How often a blob is asked for again in all, and how often if nothing more came. */
const MAX_BREAKS = 20;
const MAX_VAIN = 3;

/**
 * A blob from the first byte to the last, whatever breaks on the way. Throws if it is not the one that is named.
 *
 * @param held its first bytes, which are there already: only what follows is asked for and given
 */
export async function* readBlob(
  connection: Connection,
  blob: Descriptor,
  held?: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  const hash = createHash('sha256');
  let offset = 0;
  const take = (chunk: Uint8Array): void => {
    hash.update(chunk);
    offset += chunk.length;
  };
  for await (const chunk of held ?? []) take(chunk);
  let vain = 0;
  for (let breaks = 0; offset < blob.size; breaks += 1) {
    const before = offset;
    const broken = yield* readPart(connection, blob, offset, take);
    if (offset >= blob.size) break;
    vain = offset > before ? 0 : vain + 1;
    // If it was slow, the bytes that came are no progress.
    if (vain < MAX_VAIN && breaks < MAX_BREAKS && broken?.cause !== 'slow') continue;
    throw shortBlob(connection, blob, offset, broken);
  }
  requireDigest(connection, blob, digestOfHex(hash.digest('hex')));
}

function requireDigest(connection: Connection, blob: Descriptor, digest: Digest): void {
  if (digest === blob.digest) return;
  throw otherBytes(connection.name, blob.digest, `the digest ${digest}`);
}

function shortBlob(
  connection: Connection,
  { digest, size }: Descriptor,
  offset: number,
  broken: HttpFailure | undefined,
): EvidenceError {
  if (broken !== undefined && broken.cause !== 'cut') return noAnswer(connection.service(), broken);
  return connection.invalid(200, `${offset} of ${size} bytes of ${digest}, and no more`);
}

/** Bytes that are not those that are named. */
export function otherBytes(
  name: string,
  digest: string,
  found: string,
  hint = 'do not use them: fetch the artifact from another location (--location HOST/REPO), and tell whoever runs the registry',
): EvidenceError {
  return refusal({ code: 'REGISTRY_BYTES_OTHER', at: name, hint }, found, `the bytes of ${digest}`);
}

/** From the offset on, as far as it comes. What broke it, if anything did. */
async function* readPart(
  connection: Connection,
  blob: Descriptor,
  offset: number,
  take: (chunk: Uint8Array) => void,
): AsyncGenerator<Uint8Array, HttpFailure | undefined, void> {
  const answer = await askFrom(connection, blob, offset);
  // Without a range it begins anew, and what is there already comes once more.
  let skip = answer.status === 206 ? 0 : offset;
  let left = blob.size - offset;
  try {
    for await (const chunk of answer.body) {
      const fresh = chunk.subarray(skip);
      skip -= chunk.length - fresh.length;
      left -= fresh.length;
      if (left < 0) {
        throw otherBytes(connection.name, blob.digest, `more than ${blob.size} bytes`);
      }
      take(fresh);
      yield fresh;
    }
  } catch (error) {
    if (error instanceof BrokenAnswer) return error.failure;
    throw error;
  }
  return undefined;
}

async function askFrom(connection: Connection, blob: Descriptor, offset: number): Promise<Answer> {
  const ask = {
    method: 'GET',
    url: connection.url(`blobs/${blob.digest}`),
    what: `the blob ${blob.digest}`,
  } as const;
  if (offset > 0) {
    const range = { range: `bytes=${offset}-` };
    const answer = await connection.ask({ ...ask, headers: range, also: [416] });
    if (answer.status === 200 || isFrom(answer, offset)) return requireBytes(connection, answer);
    answer.drop();
  }
  return requireBytes(connection, await connection.ask(ask));
}

function isFrom({ status, headers }: Answer, offset: number): boolean {
  return status === 206 && startIn(headers.get('content-range') ?? '') === offset;
}

/** A page for people is no blob: that of a login, or of a network that asks for one. */
function requireBytes(connection: Connection, answer: Answer): Answer {
  const type = answer.headers.get('content-type') ?? '';
  if (!type.startsWith('text/html')) return answer;
  answer.drop();
  throw connection.invalid(answer.status, `${type}, which is a page for people`);
}

/**
 * Throws REGISTRY_BYTES_OTHER if its length is another one: nobody can have written that with this digest. A registry
 * that does not say the length may say yes to anything: then the blob is read.
 */
export async function hasBlob(connection: Connection, blob: Descriptor): Promise<boolean> {
  const { digest, size } = blob;
  const url = connection.url(`blobs/${digest}`);
  const ask = { method: 'HEAD', url, what: `the blob ${digest}`, also: [404] } as const;
  const { status, headers } = await connection.ask(ask);
  if (status === 404) return false;
  const length = headers.get('content-length');
  if (length === undefined) return await isServed(connection, blob);
  if (Number(length) === size) return true;
  const found = `a blob of ${quote(length)} bytes`;
  const hint = 'push to another repository, and tell whoever runs this registry';
  throw otherBytes(connection.name, `${digest}, ${size} of them`, found, hint);
}

async function isServed(connection: Connection, blob: Descriptor): Promise<boolean> {
  try {
    for await (const _ of readBlob(connection, blob));
    return true;
  } catch (error) {
    if (error instanceof EvidenceError && error.code === 'REGISTRY_LACKS') return false;
    throw error;
  }
}
