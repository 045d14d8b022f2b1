// An entry of a policy: whom it names, and when and for what that signer may sign.

import { createHash } from 'node:crypto';

import { digestOf, type Digest } from '../digest.ts';
import { quote } from '../quote.ts';
import { isKeySigner } from '../trust/trust.ts';
import type { CertificateClaims, Identity, ProvenSigner } from '../trust/trust.ts';
import { matches, type Template } from './template.ts';

/** How near a signer is to those who judge. */
export const TIERS = ['first-party', 'partner', 'community'] as const;
export type Tier = (typeof TIERS)[number];

/** What a subject alternative name may be. */
export type IdentityType = Identity['type'];
export const IDENTITY_TYPES = ['uri', 'email', 'other'] as const satisfies readonly IdentityType[];

/** Whom an entry names: by a certificate, or by a key. */
export type NamedSigner = NamedIdentity | NamedKey;

export type NamedIdentity = (
  | { readonly subject: string; readonly type?: IdentityType | undefined }
  | { readonly template: Template }
  /** AICR's name of an identity (`sourceOf`). */
  | { readonly source: string }
) & {
  readonly issuer: string;
  /** What the certificate must say besides, each an exact match. */
  readonly claims?: CertificateClaims | undefined;
};

export interface NamedKey {
  /** SubjectPublicKeyInfo, DER, as `spkiOf` writes it. */
  readonly publicKey: Buffer;
}

export interface SignerTerms {
  /** Where the entry stands, e.g. `policy.json#/signers/0`; undefined if no file has it. */
  readonly at?: string;
  readonly label?: string | undefined;
  readonly tier?: Tier | undefined;
  /** Names of the recipes that the signer may sign evidence of; undefined: all. */
  readonly recipes?: readonly string[] | undefined;
  /** Both ends belong to it. */
  readonly validFor?: ValidFor | undefined;
  /** From then on whom the entry names is refused, whatever this and other entries ask for besides. */
  readonly revokedAt?: Date | undefined;
  /** Of an entry of `verifiers`: as whom, and of what, the signer may say that it was verified. */
  readonly verifier?: VerifierTerms | undefined;
}

export interface VerifierTerms {
  /** What `verifier.id` may be, each an exact match. */
  readonly ids: readonly [string, ...string[]];
  /** What `resourceUri` may be; undefined: anything. */
  readonly resources?: readonly (string | Template)[] | undefined;
  /** By which policies it must have been verified; undefined: by any. */
  readonly policies?: readonly Digest[] | undefined;
  /** What must have been verified, all of it; undefined: what our own summaries say of complete evidence. */
  readonly properties?: readonly string[] | undefined;
  /** How long ago it may have been verified. */
  readonly maximumAgeDays?: number | undefined;
}

export interface ValidFor {
  readonly start: Date | undefined;
  readonly end: Date | undefined;
}

export type PolicySigner = NamedSigner & SignerTerms;

/** Whether the entry names this signer. Only a template leaves something open. */
export function isNamedBy(entry: NamedSigner, signer: ProvenSigner): boolean {
  if ('publicKey' in entry) return isKeySigner(signer) && entry.publicKey.equals(signer.publicKey);
  return !isKeySigner(signer) && isIdentity(entry, signer);
}

function isIdentity(entry: NamedIdentity, signer: Identity): boolean {
  const { type, subject, issuer } = signer;
  if (issuer !== entry.issuer) return false;
  if ('template' in entry) return type === entry.template.type && matches(entry.template, subject);
  if ('source' in entry) return type !== 'other' && sourceOf(signer) === entry.source;
  const isType = entry.type === undefined ? type !== 'other' : type === entry.type;
  return isType && subject === entry.subject;
}

/** The names of the claims that are not as the entry has them. One that nobody knows is one of them. */
export function otherClaims(entry: NamedSigner, signer: ProvenSigner): readonly string[] {
  if ('publicKey' in entry || isKeySigner(signer)) return [];
  const found: ReadonlyMap<string, unknown> = new Map(Object.entries(signer.claims));
  return Object.entries(entry.claims ?? {})
    .filter(([name, value]) => value !== undefined && found.get(name) !== value)
    .map(([name]) => name);
}

/** How many hexadecimal digits of a SHA-256 AICR takes. */
const SOURCE_DIGITS = 32;

/** The folder in which AICR keeps evidence of this identity, and by which its allowlist names it. */
export function sourceOf({ subject, issuer }: Pick<Identity, 'subject' | 'issuer'>): string {
  const hash = createHash('sha256').update(`${issuer}\n${subject}`);
  return hash.digest('hex').slice(0, SOURCE_DIGITS);
}

/** Whom a policy or a report names, as JSON has it; of a key its digest. */
export type SignerName =
  | { readonly identity: string; readonly issuer: string; readonly type?: 'other' }
  | { readonly template: string; readonly issuer: string }
  | { readonly source: string; readonly issuer: string }
  | { readonly key: string };

export function nameOfSigner(signer: NamedSigner | ProvenSigner): SignerName {
  if ('publicKey' in signer) return { key: digestOf(signer.publicKey) };
  const { issuer } = signer;
  if ('template' in signer) return { template: signer.template.text, issuer };
  if ('source' in signer) return { source: signer.source, issuer };
  const { type, subject } = signer;
  return { identity: subject, issuer, ...(type === 'other' && { type }) };
}

/** In words, for errors. */
export function describeSigner(signer: NamedSigner | ProvenSigner): string {
  return sayName(nameOfSigner(signer));
}

export function sayName(name: SignerName): string {
  if ('key' in name) return `the key ${name.key}`;
  const by = `issuer ${quote(name.issuer)}`;
  if ('template' in name) return `${quote(name.template)} (template, ${by})`;
  if ('source' in name) return `${quote(name.source)} (source, ${by})`;
  return `${quote(name.identity)} (${name.type === undefined ? '' : `type ${name.type}, `}${by})`;
}
