// Which location is asked next, and what is said of those that failed.

import { ERROR_CATALOGUE } from '../errors/catalogue.ts';
import {
  attempt,
  withCode,
  type EvidenceError,
  type Fault,
  type Finding,
} from '../errors/evidence-error.ts';
import type { Repository } from './registry.ts';

export interface FailedLocation {
  readonly name: string;
  readonly error: EvidenceError;
}

/**
 * Asks one location after the other, until `use` gives something. Those that fail are added to `failed`, with their name where
 * the error has no place.
 */
export async function inTurn<T>(
  locations: readonly Repository[],
  use: (location: Repository) => Promise<T | undefined>,
  failed: FailedLocation[],
): Promise<T | undefined> {
  for (const location of locations) {
    const { value, error } = await attempt(async () => await use(location));
    if (value !== undefined) return value;
    if (error === undefined) continue;
    const { name } = location;
    failed.push({ name, error: withCode(error, error.code, error.at ?? name) });
  }
  return undefined;
}

/** Other bytes than a digest names are worse than none. Of equals the first. */
export function worstOf<T extends Pick<Fault, 'code'>>(faults: readonly T[]): T | undefined {
  return faults.find(({ code }) => ERROR_CATALOGUE[code][0] === 'invalid') ?? faults[0];
}

export function locationFailed({ name, error }: FailedLocation): Finding {
  const { code, found, expected, hint } = error;
  return { code: 'LOCATION_FAILED', at: name, found: `${code}: ${found}`, expected, hint };
}
