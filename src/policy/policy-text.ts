import type { PolicySigner } from './policy-signer.ts';
import { keyFileOf, type Policy } from './policy.ts';

/** A policy of flags as the file, in one line, that says the same; one without any signer allows nobody. Verifiers judge no evidence. */
export function policyText(policy: Policy = { signers: [] }): string {
  const signers = policy.signers.map(entryText);
  return JSON.stringify({
    schemaVersion: '1.1.0',
    ...policy,
    signers,
    verifiers: undefined,
    file: undefined,
  });
}

function entryText(signer: PolicySigner): object {
  const entry = { ...signer, at: undefined };
  if ('publicKey' in entry) {
    const { publicKey, ...terms } = entry;
    return { key: keyFileOf({ publicKey, hint: '' }), ...terms };
  }
  if ('template' in entry) return { ...entry, template: entry.template.text };
  if (!('subject' in entry)) return entry;
  const { subject, ...terms } = entry;
  return { identity: subject, ...terms };
}
