import type { Meanings } from './meaning.ts';

/** Nothing was judged: files, services, and what the caller judges with. */
export const EFFECT_ERRORS = {
  FILE_UNREADABLE: ['unjudged', 'a file cannot be read'],
  FILE_UNWRITABLE: ['unjudged', 'a file cannot be written'],
  FILE_CHANGED: ['unjudged', 'a file changed while it was being read'],
  OUTPUT_EXISTS: ['unjudged', 'the output exists already'],
  POLICY_INVALID: ['unjudged', 'the policy cannot be used'],
  TRUSTED_ROOT_INVALID: ['unjudged', 'the trusted root cannot be used'],
  SIGNING_CONFIG_INVALID: ['unjudged', 'the signing config cannot be used'],
  SIGNING_FAILED: ['unjudged', 'signing did not succeed'],
  SELF_CHECK_FAILED: ['unjudged', 'what was signed does not verify and was not written'],
  SERVICE_FAILED: ['unjudged', 'a service did not answer as it should'],
  COMMAND_NOT_STARTED: ['unjudged', 'the command cannot be started'],
  PORT_UNAVAILABLE: ['unjudged', 'the port cannot be used'],
  NODE_UNSUPPORTED: ['unjudged', 'this Node cannot run affidavit'],
  NETWORK_BLOCKED: ['unjudged', 'a network call was attempted offline'],
} as const satisfies Meanings;
