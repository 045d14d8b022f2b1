// What overlays call a profile, a resolved recipe selects and a claim names.

import { AICR_V1ALPHA3, AICR_V1BETA2 } from '../../media-types.ts';
import { KNOWN_VALUES } from './known-values.ts';

/** Of overlays that offer a profile, and of recipes that select one. */
export const PROFILE_VERSIONS: ReadonlySet<string> = new Set([AICR_V1BETA2, AICR_V1ALPHA3]);

/** The advertiser, if something else than the recipe's own components offers the GPUs. */
export const EXTERNAL = 'external';

/** What profiles and their values are called by. */
export const PROFILE_LETTERS = 'letters, digits, ".", "_" and "-"';

const IDENTIFIER = /^[A-Za-z0-9._-]+$/;

export function isProfileName(name: string): boolean {
  return IDENTIFIER.test(name);
}

/** `name=value`. */
export function isSelection(text: string): boolean {
  const parts = text.split('=');
  return parts.length === 2 && parts.every(isProfileName);
}

/** What accelerators demand comes first in the name of a recipe, before any profile. */
const { accelerator: _, ...OTHERS } = KNOWN_VALUES.current;

const DEMANDS = new Set(Object.values(OTHERS).flatMap((values) => values.split(' ')));

/**
 * The name does not begin as a value of the criteria does. A profile `ubuntu=training` would give a recipe without system
 * and intent the name of one that demands both, and a policy may allow a signer for that name alone.
 */
export function isOwnName(name: string): boolean {
  const [start = ''] = name.toLowerCase().split('-');
  return !DEMANDS.has(start);
}

export const OWN_NAME = 'a name that no criterion of a recipe has as its value';
