// A summary of a verification, for whoever trusts the verifier, as an in-toto statement in two standard forms.
import { hexOf, type Digest } from '../digest.ts';
import type { Json } from '../document/data.ts';
import { timestampOf } from '../document/time.ts';
import { SVR_TYPE, VSA_TYPE } from '../media-types.ts';
import { encodeStatement, type Statement } from '../statement/statement.ts';

/** What a verifier says, in either form. */
export interface Summary {
  readonly verifier: {
    /** A URI. Whoever reads the summary trusts it only together with a signer. */
    readonly id: string;
    /** By component. */
    readonly versions: Readonly<Record<string, string>>;
  };
  readonly time: Date;
  /** At least one. */
  readonly subjects: Statement['subjects'];
  readonly resourceUri: string;
  readonly policy: Resource;
  readonly attestations: readonly Digest[];
  /** What was verified, each in capital letters; empty: the verification failed. */
  readonly properties: readonly string[];
  /** What the standard has no field for: by URI, as its rules for further fields demand. */
  readonly extensions: Readonly<Record<string, Json>>;
}

/** What is named by a URI, and bound by its digest. */
export interface Resource {
  readonly uri: string;
  readonly digest: Digest;
}

/** What a verification has only if it was complete, with a signer who was named, under a root that is no sandbox, and no safety was given up. */
export const VERIFIED_PROPERTY = 'AFFIDAVIT_VERIFIED';

/** What stands beside it. */
export const UNWEAKENED_PROPERTY = 'AFFIDAVIT_NOTHING_WEAKENED';

/** What stands in their place if only flags that gave safety up let it pass: nobody who does not ask for it takes it for the other. */
export const WEAKENED_PROPERTY = 'AFFIDAVIT_VERIFIED_WEAKENED';

/** What the standards have no field for. docs/format.md §16 */
export const DETAILS_FIELD = 'urn:affidavit:verification';

/** Where a SLSA level would stand: we make no claim about it. */
const NO_LEVEL = 'SLSA_BUILD_LEVEL_UNEVALUATED';

/** The version of SLSA by whose rules the summary is written. */
const SLSA_VERSION = '1.1';

/** SLSA's Verification Summary Attestation. https://slsa.dev/spec/v1.1/verification_summary */
export function encodeVsa(summary: Summary): Uint8Array {
  const { verifier, time, subjects, resourceUri, policy, properties } = summary;
  const isPassed = properties.length > 0;
  const predicate = {
    verifier: { id: verifier.id, version: verifier.versions },
    timeVerified: timestampOf(time),
    resourceUri,
    policy: descriptorOf(policy),
    inputAttestations: summary.attestations.map((digest) => ({ digest: digestSet(digest) })),
    verificationResult: isPassed ? 'PASSED' : 'FAILED',
    verifiedLevels: isPassed ? [NO_LEVEL, ...properties] : ['FAILED'],
    slsaVersion: SLSA_VERSION,
    ...summary.extensions,
  };
  return encodeStatement({ subjects, predicateType: VSA_TYPE, predicate });
}

/** in-toto's Simple Verification Result. https://github.com/in-toto/attestation/blob/main/spec/predicates/svr.md */
export function encodeSvr(summary: Summary): Uint8Array {
  const { verifier, time, subjects, policy, properties, extensions } = summary;
  const predicate = {
    verifier: { id: verifier.id, policies: [descriptorOf(policy)] },
    timeCreated: timestampOf(time),
    properties,
    ...extensions,
  };
  return encodeStatement({ subjects, predicateType: SVR_TYPE, predicate });
}

function descriptorOf({ uri, digest }: Resource): Json {
  return { uri, digest: digestSet(digest) };
}

function digestSet(digest: Digest): Json {
  return { sha256: hexOf(digest) };
}
