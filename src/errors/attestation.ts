import type { Meanings } from './meaning.ts';

export const SIGNATURE_ERRORS = {
  SIGSTORE_BUNDLE_INVALID: ['invalid', 'the attestation is not a well-formed Sigstore bundle'],
  SIGNATURE_INVALID: ['invalid', 'the signature does not verify'],
  CERTIFICATE_INVALID: ['invalid', 'the signing certificate is not trusted'],
  LOG_ENTRY_INVALID: ['invalid', 'the transparency log entry does not prove this signature'],
  PUBLIC_KEY_UNKNOWN: ['invalid', 'the key that signed is not one that the verifier was given'],
  JUDGES_DISAGREE: ['invalid', 'two verifiers do not agree about the signature'],
  TIMESTAMP_INVALID: ['invalid', 'the time of signing is not proven'],
  PAYLOAD_TYPE_UNEXPECTED: ['invalid', 'what was signed is not an in-toto statement'],
  SIGNER_NOT_ALLOWED: ['invalid', 'the signer is not allowed'],
  SIGNER_NOT_VALID: ['invalid', 'the signer was not allowed at the time of signing'],
  SIGNER_REVOKED: ['invalid', 'the signer was revoked before the evidence was signed'],
  PROOFS_TOO_FEW: ['invalid', 'the signature has fewer logs or timestamps than the policy demands'],
  STALE: ['undecided', 'the evidence is older than the policy allows'],
} as const satisfies Meanings;

export const STATEMENT_ERRORS = {
  STATEMENT_INVALID: ['invalid', 'the statement is not an in-toto statement about a recipe'],
  STATEMENT_DIFFERS: ['invalid', 'statement.intoto.json differs from what was signed'],
  PREDICATE_TYPE_RETIRED: ['invalid', 'the predicateType is one that nobody reads any more'],
  PREDICATE_TYPE_UNKNOWN: ['invalid', 'the predicateType is not known'],
} as const satisfies Meanings;
