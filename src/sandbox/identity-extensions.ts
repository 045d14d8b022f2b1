// Who a certificate is for: https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md

import * as der from '../der/write-der.ts';
import { extension } from './certificate.ts';

const OID_SUBJECT_ALTERNATIVE_NAME = '2.5.29.17';
const FULCIO = '1.3.6.1.4.1.57264.1';
const GITHUB = 'https://github.com/';

// GeneralName's tags, RFC 5280 §4.2.1.6.
const RFC822_NAME = 1;
const URI = 6;

/** The claims of a token that has been verified. */
export type Claims = ReadonlyMap<string, string>;

/** Deprecated extensions: their value is the text itself, no DER. */
const RAW_CLAIMS: readonly (readonly [arc: number, claim: string])[] = [
  [2, 'event_name'],
  [3, 'sha'],
  [4, 'workflow'],
  [5, 'repository'],
  [6, 'ref'],
];

/** Their value is a UTF8String: what stands before the claim, then the claim. */
const TEXT_CLAIMS: readonly (readonly [arc: number, claim: string, before: string])[] = [
  [9, 'job_workflow_ref', GITHUB],
  [10, 'job_workflow_sha', ''],
  [11, 'runner_environment', ''],
  [12, 'repository', GITHUB],
  [13, 'sha', ''],
  [14, 'ref', ''],
  [15, 'repository_id', ''],
  [16, 'repository_owner', GITHUB],
  [17, 'repository_owner_id', ''],
  [18, 'workflow_ref', GITHUB],
  [19, 'workflow_sha', ''],
  [20, 'event_name', ''],
];

const ISSUER_RAW = 1;
const ISSUER_TEXT = 8;
const RUN_INVOCATION_URI = 21;
const REPOSITORY_VISIBILITY = 22;

/** Whom the token names, and what its holder must sign to prove the possession of a key. */
export function principalOf(claims: Claims): { readonly challenge: string; readonly name: Buffer } {
  const email = claims.get('email');
  const subject = claims.get('sub') ?? '';
  if (email !== undefined) return { challenge: email, name: generalName(RFC822_NAME, email) };
  // As Fulcio does for GitHub Actions: the workflow is the identity, the subject is the challenge.
  const workflow = claims.get('job_workflow_ref');
  const uri = workflow === undefined ? subject : GITHUB + workflow;
  return { challenge: subject, name: generalName(URI, uri) };
}

function generalName(tag: number, text: string): Buffer {
  return der.implicit(tag, Buffer.from(text, 'ascii'));
}

/** The subject alternative name, the issuer, and each claim of GitHub Actions that is there. */
export function identityExtensions(claims: Claims, issuer: string): readonly Buffer[] {
  const raw = RAW_CLAIMS.map(([arc, claim]) => [arc, claims.get(claim)] as const);
  const text = TEXT_CLAIMS.map(([arc, claim, before]) => {
    const value = claims.get(claim);
    return [arc, value === undefined ? undefined : before + value] as const;
  });
  return [
    extension(OID_SUBJECT_ALTERNATIVE_NAME, der.sequence(principalOf(claims).name), true),
    ...present([[ISSUER_RAW, issuer], ...raw], (value) => Buffer.from(value, 'utf8')),
    ...present(
      [
        [ISSUER_TEXT, issuer],
        ...text,
        [RUN_INVOCATION_URI, runInvocation(claims)],
        [REPOSITORY_VISIBILITY, claims.get('repository_visibility')],
      ],
      der.utf8String,
    ),
  ];
}

function present(
  values: readonly (readonly [arc: number, value: string | undefined])[],
  encode: (value: string) => Buffer,
): readonly Buffer[] {
  return values.flatMap(([arc, value]) =>
    value === undefined ? [] : [extension(`${FULCIO}.${arc}`, encode(value))],
  );
}

function runInvocation(claims: Claims): string | undefined {
  const repository = claims.get('repository');
  const run = claims.get('run_id');
  const attempt = claims.get('run_attempt');
  if (repository === undefined || run === undefined || attempt === undefined) return undefined;
  return `${GITHUB}${repository}/actions/runs/${run}/attempts/${attempt}`;
}
