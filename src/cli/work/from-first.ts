import { inTurn, locationFailed, worstOf, type FailedLocation } from '../../pointer/locations.ts';
import type { Repository } from '../../pointer/registry.ts';
import { sayFindings } from './say-findings.ts';

/** Around an error that no other place would change: of what is written, and where it goes to. */
export class Final extends Error {}

/** Tries one place after the other. What fails is told of, and the worst error is thrown if all do. */
export async function fromFirst<T>(
  places: readonly Repository[],
  use: (repository: Repository) => Promise<T>,
): Promise<T> {
  const failed: FailedLocation[] = [];
  const asked = async (place: Repository): Promise<{ readonly value: T }> => ({
    value: await use(place),
  });
  const found = await inTurn(places, asked, failed).catch((error: unknown) => {
    sayFindings(failed.map(locationFailed));
    throw error instanceof Final ? error.cause : error;
  });
  const worst = found === undefined ? worstOf(failed.map(({ error }) => error)) : undefined;
  sayFindings(failed.filter(({ error }) => error !== worst).map(locationFailed));
  if (found !== undefined) return found.value;
  throw worst ?? new TypeError('no place');
}
