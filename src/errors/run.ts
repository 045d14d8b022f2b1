import type { Meanings } from './meaning.ts';

/** What ends a run before the evidence is judged. */
export const RUN_ERRORS = {
  // The user has to decide.
  UNSIGNED: ['undecided', 'the evidence is not signed'],
  RECIPE_OTHER: ['undecided', 'the recipe of the evidence is not the one at hand'],
  SIGNER_NOT_PINNED: ['undecided', 'nobody said which signer is expected'],
  // Nothing was judged: files, services, and the caller's own files.
  FILE_UNREADABLE: ['unjudged', 'a file cannot be read'],
  FILE_UNWRITABLE: ['unjudged', 'a file cannot be written'],
  FILE_CHANGED: ['unjudged', 'a file changed while it was being read'],
  OUTPUT_EXISTS: ['unjudged', 'the output already exists'],
  POLICY_INVALID: ['unjudged', 'the policy cannot be used'],
  RECIPE_FILE_INVALID: ['unjudged', 'the recipe to compare with cannot be used'],
  TRUSTED_ROOT_INVALID: ['unjudged', 'the trusted root cannot be used'],
  SIGNING_CONFIG_INVALID: ['unjudged', 'the signing config cannot be used'],
  SIGNING_FAILED: ['unjudged', 'signing did not succeed'],
  SELF_CHECK_FAILED: ['unjudged', 'what was signed does not verify and was not written'],
  SERVICE_FAILED: ['unjudged', 'a service did not answer as it should'],
  COMMAND_NOT_STARTED: ['unjudged', 'the command cannot be started'],
  PORT_UNAVAILABLE: ['unjudged', 'the port cannot be used'],
  NODE_UNSUPPORTED: ['unjudged', 'this Node cannot run affidavit'],
  NETWORK_BLOCKED: ['unjudged', 'a network call was attempted offline'],
  KEY_INVALID: ['unjudged', 'the key cannot be used'],
  KEY_LOCKED: ['unjudged', 'the password of the key is missing or wrong'],
  KEY_PLUGIN_FAILED: ['unjudged', 'the plugin of a key service did not do what it was asked'],
  TRUST_CACHE_MISSING: ['unjudged', 'there is no updated copy of the trusted root'],
  TRUST_CACHE_INVALID: ['unjudged', 'the updated copy of the trusted root cannot be trusted'],
  TRUST_CACHE_STALE: ['unjudged', 'the updated copy of the trusted root is too old'],
  TRUST_UPDATE_FAILED: ['unjudged', 'the trusted root was not updated'],
  TUF_ROOT_INVALID: ['unjudged', 'the first TUF root cannot be used'],
  // How the command was called.
  USAGE: ['usage', 'the command line is not understood'],
  RESULTS_REQUIRED: ['usage', 'evidence needs results'],
  IDENTITY_INCOMPLETE: ['usage', 'an identity needs its issuer, and an issuer its identity'],
  TOKEN_MISSING: ['usage', 'signing needs an identity token'],
  SOURCE_DATE_EPOCH_INVALID: ['usage', 'SOURCE_DATE_EPOCH cannot be used'],
  INTERNAL: ['internal', 'a bug in affidavit'],
  INTERRUPTED: ['interrupted', 'interrupted'],
} as const satisfies Meanings;
