// RFC 3161 timestamps, asked for in DER (RFC 3161 §3.4) or in the JSON of sigstore's own authority:
// https://github.com/sigstore/timestamp-authority/blob/main/openapi.yaml

import { SANDBOX_ORGANIZATION } from '../media-types.ts';
import { buildRoot, issueFrom } from './certificate-authority.ts';
import * as x509 from './certificate.ts';
import type { KeyPair, SigningCertificate, Validity } from './certificate.ts';
import { GRPC, errorReply } from './http.ts';
import type { Reply, Request } from './http.ts';
import { parseTimestampRequest } from './timestamp-request.ts';
import { buildTimestampResponse } from './timestamp-response.ts';

export const TIMESTAMP_PATH = '/api/v1/timestamp';

export interface TimestampAuthority {
  readonly root: SigningCertificate;
  readonly leaf: SigningCertificate;
}

/** A leaf for timestamps alone, under a root of its own. */
export function buildTimestampAuthority(
  keys: { readonly root: KeyPair; readonly leaf: KeyPair },
  validity: Validity,
): TimestampAuthority {
  const root = buildRoot('timestamp root', keys.root, validity);
  const leaf = issueFrom(root, keys.leaf, {
    subjectName: x509.distinguishedName(SANDBOX_ORGANIZATION, 'timestamp'),
    validity,
    extensions: [
      x509.digitalSignatureExtension(),
      // RFC 3161 §2.3: this purpose alone, and critical.
      x509.extendedKeyUsageExtension(x509.EXTENDED_KEY_USAGE.timeStamping, true),
    ],
  });
  return { root, leaf };
}

/** POST /api/v1/timestamp. Throws EvidenceError of class `invalid` for malformed JSON. */
export function answerTimestamp(authority: TimestampAuthority, request: Request): Reply {
  const wanted = parseTimestampRequest(request);
  if ('refused' in wanted) return errorReply(400, GRPC.invalidArgument, wanted.refused);
  const body = buildTimestampResponse(authority.leaf, wanted, request.at);
  return { status: 201, contentType: 'application/timestamp-reply', headers: {}, body };
}
