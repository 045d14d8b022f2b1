import { createHash } from 'node:crypto';

import { TAG, parseDer, requireTag } from '../../der/read-der.ts';
import type { Place } from '../../place.ts';
import { postJson } from '../http/client.ts';
import { requestFrom } from '../http/service-request.ts';
import { TIMESTAMP_AUTHORITY, type Witness } from './witness.ts';

/**
 * Asks for a timestamp of the signature, in the JSON of sigstore's own authority. The answer is in base64.
 * https://github.com/sigstore/timestamp-authority/blob/main/openapi.yaml
 */
export const stamp: Witness<string> = async ({ signature }, { url: at, namedBy, secrets }) => {
  // A signing config has the whole address. Older ones have only the host.
  const bare = new URL(at).pathname === '/';
  const url = bare ? `${at}/api/v1/timestamp` : at;
  const artifactHash = createHash('sha256').update(signature).digest('base64');
  // Asked for anything else, the real authority answers with 500 (2.1.3).
  const init = postJson({ artifactHash, hashAlgorithm: 'sha256' }, 'application/timestamp-reply');
  const service = { name: TIMESTAMP_AUTHORITY, at, namedBy, secrets };
  return await requestFrom({ ...service, url, init }, (body) => {
    // Something else than a response, e.g. a web page, is no matter of the trusted root.
    const place: Place = { code: 'SERVICE_ANSWER_INVALID', at, hint: '' };
    requireTag(parseDer(body, place), TAG.sequence);
    return body.toString('base64');
  });
};
