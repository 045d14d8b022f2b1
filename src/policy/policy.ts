import { createPublicKey, type KeyObject } from 'node:crypto';

import { digestOf, type Digest } from '../digest.ts';
import { decodeJson } from '../document/json.ts';
import { ObjectReader, requireSchemaVersion } from '../document/object-reader.ts';
import { refuse, refusedAs } from '../place.ts';
import { quote } from '../quote.ts';
import { recognising } from '../recognise.ts';
import { parsePublicKey } from '../trust/public-key.ts';
import { isKeySigner, type ProvenSigner } from '../trust/trust.ts';
import { looksLikeAllowlist, parseAllowlist } from './allowlist.ts';
import { MAX_DAYS, optional, optionalCount } from './fields.ts';
import { parseGate, type GatePolicy } from './gate-policy.ts';
import { parseSigner, refuseNewerKeys } from './parse-signer.ts';
import { parseVerifier } from './parse-verifier.ts';
import type { PolicySigner } from './policy-signer.ts';

/** Who may sign, and what every signature must have. schemas/policy.schema.json */
export interface Policy {
  /** Who may sign evidence. */
  readonly signers: readonly PolicySigner[];
  /** Who may sign summaries of a verification. One list for both would let whoever signs evidence also say that it was verified. */
  readonly verifiers?: readonly PolicySigner[] | undefined;
  /** How many logs must have an entry. */
  readonly minimumLogs?: number | undefined;
  /** How many timestamps there must be; the time that a log promises is none. */
  readonly minimumTimestamps?: number | undefined;
  /** How long ago the signature may have been made, in days. Then somebody must say what time it is. */
  readonly maximumAgeDays?: number | undefined;
  /** What the gate asks of a change. */
  readonly gate?: GatePolicy | undefined;
  /** The file that says all this, as the user named it. */
  readonly file?: { readonly source: string; readonly digest: Digest };
}

/**
 * A policy of one entry: the public key of a file, in PEM.
 *
 * @param file how the user named it
 * @throws EvidenceError KEY_INVALID (unjudged)
 */
export function policyOfKey(pem: Uint8Array, file: string): Policy {
  return { signers: [{ publicKey: parsePublicKey(pem, file).spki }] };
}

/** The same rules for who may sign summaries: its signers are the verifiers of the policy; undefined if it names none. */
export function policyOfVerifiers(policy: Policy | undefined): Policy | undefined {
  const { verifiers } = policy ?? {};
  return verifiers && { ...policy, signers: verifiers, verifiers: undefined };
}

/** The keys that may have signed, for `sigstoreTrust`: a bundle has only the name of its key. */
export function keysOf(policy: Policy | undefined): readonly KeyObject[] {
  return [...(policy?.signers ?? []), ...(policy?.verifiers ?? [])].flatMap((signer) =>
    'publicKey' in signer
      ? [createPublicKey({ key: signer.publicKey, format: 'der', type: 'spki' })]
      : [],
  );
}

/** The flags that name a signer. */
export function pinOf(signer: ProvenSigner): readonly string[] {
  if (isKeySigner(signer)) return ['--public-key', 'KEY.pub'];
  const { type, subject, issuer } = signer;
  const kind = type === 'other' ? ['--certificate-identity-type', type] : [];
  return ['--certificate-identity', subject, '--certificate-oidc-issuer', issuer, ...kind];
}

/** Who signed, in a sentence. */
export function signerWords(signer: ProvenSigner): string {
  if (isKeySigner(signer)) return `the key ${quote(signer.hint)}`;
  return `${quote(signer.subject)} (issuer ${quote(signer.issuer)})`;
}

/** What is in the file `KEY.pub` of that flag; undefined for an identity. */
export function keyFileOf(signer: ProvenSigner): string | undefined {
  if (!isKeySigner(signer)) return undefined;
  const key = createPublicKey({ key: signer.publicKey, format: 'der', type: 'spki' });
  return key.export({ format: 'pem', type: 'spki' }).toString();
}

/**
 * Reads a policy file: our own JSON, or AICR's allowlist. Unknown fields are refused: a misspelt one must not count as
 * absent.
 *
 * @throws EvidenceError POLICY_INVALID (unjudged)
 */
export function parsePolicy(bytes: Uint8Array, file: string): Policy {
  const read = looksLikeAllowlist(bytes) ? parseAllowlist : parseOwn;
  const policy = refusedAs('POLICY_INVALID', () =>
    recognising('policy', { file, bytes }, () => read(bytes, file)),
  );
  return { ...policy, file: { source: file, digest: digestOf(bytes) } };
}

function parseOwn(bytes: Uint8Array, file: string): Policy {
  const reader = new ObjectReader(decodeJson(bytes, file), file);
  const { minor } = requireSchemaVersion(reader, '1.2.0');
  refuseNewerKeys(reader, minor, 'policy');
  // One that is about summaries alone allows nobody to sign evidence.
  const isOfVerifiers = reader.has('verifiers') && !reader.has('signers');
  const signers = isOfVerifiers
    ? []
    : reader.list('signers', (data, at) => parseSigner(data, at, minor));
  const policy = {
    signers,
    minimumLogs: optionalCount(reader, 'minimumLogs'),
    minimumTimestamps: optionalCount(reader, 'minimumTimestamps'),
    maximumAgeDays: optionalCount(reader, 'maximumAgeDays', MAX_DAYS),
    gate: optional(reader, 'gate', (name) => parseGate(reader.object(name))),
    verifiers: optional(reader, 'verifiers', (name) => requireVerifiers(reader, name)),
  };
  reader.end();
  requireDistinct(signers);
  if (signers.length > 0 || isOfVerifiers) return policy;
  const hint = 'name the identities that may sign';
  const expected = 'at least one signer';
  return reader.refuse('signers', { found: 'an empty list', expected, hint });
}

function requireVerifiers(reader: ObjectReader, name: string): readonly PolicySigner[] {
  const verifiers = reader.list(name, parseVerifier);
  requireDistinct(verifiers);
  if (verifiers.length > 0) return verifiers;
  const hint = 'name whose summaries count, or leave "verifiers" out';
  return reader.refuse(name, { found: 'an empty list', expected: 'at least one verifier', hint });
}

/** What is there twice is a mistake: of two entries, only one might be corrected later. */
function requireDistinct(signers: readonly PolicySigner[]): void {
  const seen = new Map<string, string>();
  for (const { at = '', ...signer } of signers) {
    const text = JSON.stringify(signer);
    const first = seen.get(text);
    if (first !== undefined) {
      const place = { code: 'POLICY_INVALID', at, hint: 'remove one of the two' } as const;
      refuse(place, `the same entry as ${first}`, 'each entry once');
    }
    seen.set(text, at);
  }
}
