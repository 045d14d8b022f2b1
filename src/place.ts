import type { ErrorCode } from './errors/catalogue.ts';
import { EvidenceError, orIfRefused, withCode } from './errors/evidence-error.ts';

/** Where something is read, and what it means when it is not as it must be. */
export interface Place {
  readonly code: ErrorCode;
  /** The file and a JSON pointer, e.g. `attestation.intoto.jsonl#/mediaType`. */
  readonly at: string;
  readonly hint: string;
}

/** Throws an EvidenceError with the place's code. Foreign text in `found` goes through `quote` first. */
export function refuse(place: Place, found: string, expected: string, cause?: unknown): never {
  throw new EvidenceError(place.code, { ...place, found, expected, cause });
}

/** Runs a parser. What it refuses gets this code, and keeps its place. */
export function refusedAs<T>(code: ErrorCode, parse: () => T): T {
  return orIfRefused(parse, (error) => {
    throw error.code === code ? error : withCode(error, code);
  });
}

/** Runs a parser of what is at one place. What it refuses gets this place. */
export function within<T>(place: Place, parse: () => T): T {
  return orIfRefused(parse, (error) => refuse(place, error.found, error.expected, error));
}
