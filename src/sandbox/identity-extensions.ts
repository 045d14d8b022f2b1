// Who a certificate is for: https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md

import * as der from '../der/write-der.ts';
import { extension } from './certificate.ts';

const OID_SUBJECT_ALTERNATIVE_NAME = '2.5.29.17';
const FULCIO = '1.3.6.1.4.1.57264.1';
const GITHUB = 'https://github.com/';

// GeneralName's tags, RFC 5280 §4.2.1.6.
const OTHER_NAME = 0;
const RFC822_NAME = 1;
const URI = 6;

/** The claims of a token that has been verified. */
export type Claims = ReadonlyMap<string, string>;

/** The value of an extension: undefined if the claims do not have it. */
type Encode = (claim: string, claims: Claims) => Buffer | undefined;

/** Deprecated extensions: their value is the text itself, no DER. */
const raw: Encode = (claim) => Buffer.from(claim, 'utf8');
const text: Encode = der.utf8String;
const address: Encode = (claim) => der.utf8String(GITHUB + claim);
const runInvocation: Encode = (run, claims) => {
  const repository = claims.get('repository');
  const attempt = claims.get('run_attempt');
  if (repository === undefined || attempt === undefined) return undefined;
  return der.utf8String(`${GITHUB}${repository}/actions/runs/${run}/attempts/${attempt}`);
};

const EXTENSIONS: readonly (readonly [arc: number, claim: string, encode: Encode])[] = [
  [1, 'iss', raw],
  [2, 'event_name', raw],
  [3, 'sha', raw],
  [4, 'workflow', raw],
  [5, 'repository', raw],
  [6, 'ref', raw],
  [8, 'iss', text],
  [9, 'job_workflow_ref', address],
  [10, 'job_workflow_sha', text],
  [11, 'runner_environment', text],
  [12, 'repository', address],
  [13, 'sha', text],
  [14, 'ref', text],
  [15, 'repository_id', text],
  [16, 'repository_owner', address],
  [17, 'repository_owner_id', text],
  [18, 'workflow_ref', address],
  [19, 'workflow_sha', text],
  [20, 'event_name', text],
  [21, 'run_id', runInvocation],
  [22, 'repository_visibility', text],
  [24, 'sub', text],
];

/** `name!domain`, as Fulcio writes it. */
export const USER_NAME = /^[A-Za-z0-9._-]+![A-Za-z0-9.-]+$/;

/** The identity in the token, and what its holder must sign to prove that they have a key. */
export function principalOf(claims: Claims): { readonly challenge: string; readonly name: Buffer } {
  const email = claims.get('email');
  const subject = claims.get('sub') ?? '';
  if (email !== undefined) return { challenge: email, name: generalName(RFC822_NAME, email) };
  // Fulcio makes `name!domain` for an issuer of user names. Here the token has it as it is.
  if (USER_NAME.test(subject)) return { challenge: subject, name: userName(subject) };
  // As Fulcio does for GitHub Actions: the workflow is the identity, the subject is the challenge.
  const workflow = claims.get('job_workflow_ref');
  const uri = workflow === undefined ? subject : GITHUB + workflow;
  return { challenge: subject, name: generalName(URI, uri) };
}

function generalName(tag: number, name: string): Buffer {
  return der.implicit(tag, Buffer.from(name, 'ascii'));
}

/** RFC 5280 §4.2.1.6: a type, and its value under [0]. */
function userName(name: string): Buffer {
  const value = der.explicit(0, der.utf8String(name));
  // Implicit, and a SEQUENCE: constructed, as `explicit` writes it.
  return der.explicit(OTHER_NAME, der.oid(`${FULCIO}.7`), value);
}

/** The subject alternative name, the issuer, and each claim of GitHub Actions that is there. */
export function identityExtensions(claims: Claims): readonly Buffer[] {
  const name = der.sequence(principalOf(claims).name);
  const values = EXTENSIONS.flatMap(([arc, claim, encode]) => {
    const found = claims.get(claim);
    const value = found === undefined ? undefined : encode(found, claims);
    return value === undefined ? [] : [extension(`${FULCIO}.${arc}`, value)];
  });
  return [extension(OID_SUBJECT_ALTERNATIVE_NAME, name, true), ...values];
}
