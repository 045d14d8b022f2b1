import { digestOf } from '../digest.ts';
import type { Data } from '../document/data.ts';
import { decodeJson } from '../document/json.ts';
import { ObjectReader, requireSchemaVersion } from '../document/object-reader.ts';
import { nearest } from '../nearest.ts';
import { refusedAs } from '../place.ts';
import { quote } from '../quote.ts';
import { recognising } from '../recognise.ts';
import { isKeySigner, type ProvenSigner } from '../trust/trust.ts';

/** Who may sign. schemas/policy.schema.json */
export interface Policy {
  readonly signers: readonly PolicySigner[];
}

/** Named as the certificate names it. */
export interface PolicySigner {
  readonly subject: string;
  readonly issuer: string;
}

/** Only an exact match counts: a pattern would accept names that only look similar. */
export function allows(policy: Policy, signer: ProvenSigner): boolean {
  if (isKeySigner(signer)) return false;
  return policy.signers.some(
    ({ subject, issuer }) =>
      signer.type !== 'other' && subject === signer.subject && issuer === signer.issuer,
  );
}

/** A signer in words, for errors. */
export function describeSigner(signer: PolicySigner | ProvenSigner): string {
  if ('publicKey' in signer) return `the key ${digestOf(signer.publicKey)}`;
  const { subject, issuer } = signer;
  return `${quote(subject)} (issuer ${quote(issuer)})`;
}

/** The flags that name a signer. */
export function pinOf(signer: ProvenSigner): readonly string[] {
  if (isKeySigner(signer)) return ['--public-key', 'KEY.pub'];
  const { subject, issuer } = signer;
  return ['--certificate-identity', subject, '--certificate-oidc-issuer', issuer];
}

/**
 * Reads a policy file. Unknown fields are refused: a misspelt one must not count as absent.
 *
 * @throws EvidenceError POLICY_INVALID (unjudged)
 */
export function parsePolicy(bytes: Uint8Array, file: string): Policy {
  const read = (): Policy => {
    const reader = new ObjectReader(decodeJson(bytes, file), file);
    requireSchemaVersion(reader);
    const signers = reader.list('signers', parseIdentity);
    reader.end();
    if (signers.length > 0) return { signers };
    return reader.refuse('signers', {
      code: 'POLICY_INVALID',
      expected: 'at least one signer',
      hint: 'name the identities that may sign',
    });
  };
  return refusedAs('POLICY_INVALID', () => recognising('policy', { file, bytes }, read));
}

function parseIdentity(data: Data, at: string): PolicySigner {
  const reader = new ObjectReader(data, at);
  requireOwnNames(reader);
  const signer = {
    subject: requireText(reader, 'identity'),
    issuer: requireText(reader, 'issuer'),
  };
  reader.end();
  return signer;
}

const NAMES = ['identity', 'issuer'];

/** The names of another tool are all told at once. One that is only misspelt has a better answer of its own. */
function requireOwnNames(reader: ObjectReader): void {
  const missing = NAMES.find((name) => !reader.has(name));
  const others = reader.names().filter((name) => !NAMES.includes(name));
  if (missing === undefined || others.length === 0) return;
  if (nearest(missing, others) !== undefined) return;
  reader.refuse(missing, {
    code: 'POLICY_INVALID',
    found: `no ${quote(missing)}, but ${others
      .slice(0, 3)
      .map((name) => quote(name, 60))
      .join(', ')}`,
    expected: '"identity", who may sign, and "issuer", who vouches for it',
    hint: 'write "identity" and "issuer" for the names of your policy',
  });
}

function requireText(reader: ObjectReader, name: string): string {
  const text = reader.string(name);
  if (text !== '') return text;
  return reader.refuse(name, {
    code: 'POLICY_INVALID',
    expected: 'a text that is not empty',
    hint: 'write the whole identity as the report shows it',
  });
}
