import { EvidenceError, faultOf, type Finding } from '../../errors/evidence-error.ts';
import type { Repository } from '../../pointer/registry.ts';
import { sayFindings } from './say-findings.ts';

/** Around an error that no other place would change: of what is written, and where it goes to. */
export class Final extends Error {}

/** Tries one place after the other. What fails is told of, and the last error is thrown if all do. */
export async function fromFirst<T>(
  places: readonly Repository[],
  use: (repository: Repository) => Promise<T>,
): Promise<T> {
  for (const [index, place] of places.entries()) {
    try {
      return await use(place);
    } catch (error) {
      if (error instanceof Final) throw error.cause;
      const mayBeElsewhere = error instanceof EvidenceError && NEXT.has(error.class);
      if (!mayBeElsewhere || index === places.length - 1) throw error;
      sayFindings([locationFailed(place, error)]);
    }
  }
  throw new TypeError('no place');
}

const NEXT: ReadonlySet<string> = new Set(['unjudged', 'invalid']);

function locationFailed({ name }: Repository, error: EvidenceError): Finding {
  return { ...faultOf(error), at: error.at ?? name };
}
