import type { Meanings } from './meaning.ts';

/** The signature. */
export const SIGNATURE_ERRORS = {
  SIGSTORE_BUNDLE_INVALID: ['invalid', 'the attestation is not a well-formed Sigstore bundle'],
  SIGNATURE_INVALID: ['invalid', 'the signature does not verify'],
  CERTIFICATE_INVALID: ['invalid', 'the signing certificate is not trusted'],
  LOG_ENTRY_INVALID: ['invalid', 'the transparency log entry does not prove this signature'],
  TIMESTAMP_INVALID: ['invalid', 'the time of signing is not proven'],
  PAYLOAD_TYPE_UNEXPECTED: ['invalid', 'what was signed is not an in-toto statement'],
  SIGNER_NOT_ALLOWED: ['invalid', 'the signer is not one that is allowed'],
} as const satisfies Meanings;
