import type { ErrorCode } from './errors/catalogue.ts';
import {
  EvidenceError,
  orIfRefused,
  withCode,
  withHint,
  type Fault,
} from './errors/evidence-error.ts';

/** What to do with something signed that is not as it was signed: for whoever got it, and for its signer. */
export const AS_SIGNED = 'use the bundle as it was signed: download it again, or ask its signer';

/** The same for whoever is to sign it. */
export const AS_PACKED =
  'use the bundle as it was packed, and compare its digest with whoever packed it';

/** What helps if it was signed like that. */
export const SIGN_AGAIN = `${AS_SIGNED}; if that does not help, it has to be signed again`;

/** Starts a hint about a document that is signed already, so that nobody can correct it in its place. */
export const MADE_AGAIN = 'have the evidence made again: ';

/** Where something is read, and what it means when it is not as it must be. */
export interface Place {
  readonly code: ErrorCode;
  /** The file and a JSON pointer, e.g. `attestation.intoto.jsonl#/mediaType`. */
  readonly at: string;
  readonly hint: string;
}

/** A place, or none: not everything that is wrong is in a file. */
type Where = Omit<Place, 'at'> & { readonly at?: string | undefined };

/** An EvidenceError with the place's code. Foreign text in `found` goes through `quote` first. */
export function refusal(
  place: Where,
  found: string,
  expected: string,
  cause?: unknown,
): EvidenceError {
  return new EvidenceError(place.code, { ...place, found, expected, cause });
}

/** Throws it. */
export function refuse(place: Where, found: string, expected: string, cause?: unknown): never {
  throw refusal(place, found, expected, cause);
}

/** The same as a value that ends nothing. */
export function faultAt({ code, at, hint }: Where, found: string, expected: string): Fault {
  return { code, at, found, expected, hint };
}

/** Runs a parser. What it refuses gets this code, and keeps its place. */
export function refusedAs<T>(code: ErrorCode, parse: () => T): T {
  return orIfRefused(parse, (error) => {
    throw error.code === code ? error : withCode(error, code);
  });
}

/** Runs a parser of a document that was received. Whom it was made by has to correct it. */
export function received<T>(parse: () => T): T {
  return orIfRefused(parse, (error) => {
    if (!OF_DOCUMENTS.test(error.code)) throw error;
    throw withHint(error, `${MADE_AGAIN}${error.hint}`);
  });
}

/** Not what another version of this program reads, and not a part that is missing. */
const OF_DOCUMENTS = /^(?:DOCUMENT|FIELD|KIND|API|RECIPE|LIMIT|RESULTS)_/;

/** Runs a parser of what is at one place. What it refuses gets this place. */
export function within<T>(place: Place, parse: () => T): T {
  return orIfRefused(parse, (error) => refuse(place, error.found, error.expected, error));
}
