// Who counts as one signer: two names of one person or organisation are no second opinion.

import type { VerificationJson } from '../report/report-json.ts';

export type SignedBy = Pick<VerificationJson, 'signer' | 'signature' | 'policy'>;

/** What two pieces have in common if one signer made both; more than one text each. */
export function signerKeys({ signer, signature, policy }: SignedBy): readonly string[] {
  if (signer === undefined) return [];
  const label = policy?.entry?.label;
  const labels = label === undefined ? [] : [`label ${label}`];
  if ('publicKey' in signer) return [...labels, `key ${signer.publicKey}`];
  const identity = signer.identity.toLowerCase();
  const name = `identity ${signer.issuer} ${identity.replace(/@refs\/.*$/s, '')}`;
  return [...labels, name, ...ownerOf(identity), ...ownersIn(signature, signer.issuer)];
}

/** A workflow of one owner may be run by another one, whom only the certificate names. */
function ownersIn(signature: SignedBy['signature'], issuer: string): readonly string[] {
  if (signature.state !== 'verified' || signature.certificate === undefined) return [];
  const { sourceRepositoryUri = '', sourceRepositoryOwnerId } = signature.certificate;
  const ids =
    sourceRepositoryOwnerId === undefined ? [] : [`owner ${issuer} ${sourceRepositoryOwnerId}`];
  return [...ownerOf(sourceRepositoryUri.toLowerCase()), ...ids];
}

/** Scheme, host and owner: `https://github.com/owner`. */
function ownerOf(uri: string): readonly string[] {
  const owner = /^[a-z][a-z0-9+.-]*:\/\/[^/]+\/[^/@]+/.exec(uri)?.[0];
  return owner === undefined ? [] : [`owner ${owner}`];
}

/** How many signers there are at least: pieces that share a key are of one, and so are those in a chain. */
export function countSigners(pieces: readonly (readonly string[])[]): number {
  const parent = new Map<string, string>();
  const rootOf = (key: string): string => {
    let root = key;
    for (
      let next = parent.get(root);
      next !== undefined && next !== root;
      next = parent.get(root)
    ) {
      root = next;
    }
    return root;
  };
  for (const [first, ...others] of pieces) {
    if (first === undefined) continue;
    for (const key of [first, ...others]) parent.set(rootOf(key), rootOf(first));
  }
  return new Set(pieces.flatMap(([first]) => (first === undefined ? [] : [rootOf(first)]))).size;
}
