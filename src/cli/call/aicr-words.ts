// What users of aicr type, and what it is here. Loaded only with a mistake.

/** Of commands whose second word is another one here. */
export const AICR_COMMANDS: ReadonlyMap<string, string> = new Map([
  ['verify', 'verify-evidence'],
  ['evidence verify', 'verify-evidence'],
]);

/** The name of our flag, and what stands after it. */
export const AICR_FLAGS: ReadonlyMap<string, string> = new Map([
  ['-t', 'format'],
  ['--emit-attestation', 'emit-evidence OUT --layout directory'],
  ['--expected-issuer', 'certificate-oidc-issuer'],
  ['--expected-identity-regexp', 'certificate-identity'],
  ['--full', 'redact none'],
  ['--oidc-device-flow', 'login device'],
  ['--assume-yes', 'yes'],
]);

/** Of a choice. */
export const AICR_VALUES: ReadonlyMap<string, string> = new Map([['text', 'markdown']]);

/** They name a file that is an argument here. */
export const AICR_FILES: ReadonlySet<string> = new Set(['-r', '--recipe', '-s', '--snapshot']);
