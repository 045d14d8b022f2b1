import { MAX_FINDINGS } from '../limits.ts';
import type { Sentence } from '../sentence.ts';
import { ERROR_CATALOGUE, type ErrorCode } from './catalogue.ts';
import type { ErrorClass } from './meaning.ts';

export interface ErrorDetail {
  /** Where: a file, and in it a JSON pointer as a fragment (RFC 6901 §6), e.g. `recipe.yaml#/kind`. */
  readonly at?: string | undefined;
  /** What was found. Foreign text goes through `quote` first. */
  readonly found: string;
  readonly expected: string;
  /** What the user can do next. */
  readonly hint: string;
  readonly cause?: unknown;
}

/**
 * The only error class of this project: for everything that is wrong with an input, a service or a call.
 */
export class EvidenceError extends Error {
  override readonly name = 'EvidenceError';
  readonly code: ErrorCode;
  readonly at: string | undefined;
  readonly found: string;
  readonly expected: string;
  readonly hint: string;

  constructor(code: ErrorCode, detail: ErrorDetail) {
    super(`${ERROR_CATALOGUE[code][1]}: found ${detail.found}, expected ${detail.expected}`, {
      cause: detail.cause,
    });
    this.code = code;
    this.at = detail.at;
    this.found = detail.found;
    this.expected = detail.expected;
    this.hint = detail.hint;
  }

  get class(): ErrorClass {
    return ERROR_CATALOGUE[this.code][0];
  }
}

/** The same error with another code, and perhaps another place. The first one is its cause. */
export function withCode(error: EvidenceError, code: ErrorCode, at = error.at): EvidenceError {
  const { found, expected, hint } = error;
  return new EvidenceError(code, { at, found, expected, hint, cause: error });
}

/** The same error with another hint. */
export function withHint(error: EvidenceError, hint: string): EvidenceError {
  return new EvidenceError(error.code, { ...faultOf(error), hint, cause: error });
}

/**
 * Runs a parser. `otherwise` decides what becomes of what it refuses. A bug is thrown on: it is never an
 * answer.
 */
export function orIfRefused<T, U>(parse: () => T, otherwise: (error: EvidenceError) => U): T | U {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    return otherwise(error);
  }
}

/** What a parser makes; undefined for what it refuses. */
export function unlessRefused<T>(parse: () => T): T | undefined {
  return orIfRefused(parse, () => undefined);
}

/** What a promise that was refused gives. A bug and an interrupt are thrown on. */
export function noneIfRefused(error: unknown): undefined {
  if (!(error instanceof EvidenceError) || error.class === 'interrupted') throw error;
}

/** What was asked for, or why it was not given. */
export type Attempt<T> =
  | { readonly value: T; readonly error?: undefined }
  | { readonly value?: undefined; readonly error: EvidenceError };

/**
 * Asks somebody else for something. Thrown on is what ends a command whoever is asked: a bug, an interrupt, a wrong
 * call, what a person has to decide, and a broken login of the user's own.
 */
export async function attempt<T>(ask: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await ask() };
  } catch (error) {
    if (error instanceof EvidenceError && isOfOthers(error)) return { error };
    throw error;
  }
}

function isOfOthers({ code, class: kind }: EvidenceError): boolean {
  return (kind === 'unjudged' || kind === 'invalid') && !code.startsWith('CREDENTIAL');
}

/** One thing that is wrong, as a value. All of them together decide a verdict. */
export interface Fault {
  readonly code: ErrorCode;
  /** As in `ErrorDetail`. */
  readonly at: string | undefined;
  readonly found: string;
  readonly expected: string;
  readonly hint: string;
  /** The same in the words of the domain. Absent: the meaning of the code says it. */
  readonly sentence?: Sentence;
}

/** Faults that say the same of the same place have the same key. */
export function faultKey({ code, at = '', found }: Fault): string {
  return JSON.stringify([code, at, found]);
}

/** Something that a person should know and that changes no verdict. */
export type Finding = Fault;

/** What was read, and what a person should know of it. */
export interface Parsed<T> {
  readonly value: T;
  readonly findings: readonly Finding[];
}

/** The same of a list: all values, and all findings in their order. */
export function parsedList<T>(items: readonly Parsed<T>[]): Parsed<readonly T[]> {
  return {
    value: items.map(({ value }) => value),
    findings: items.flatMap(({ findings }) => findings),
  };
}

/** A finding for each item. From MAX_FINDINGS on they are counted, so that no document fills a report with them. */
export function findingsOf<T>(
  items: readonly T[],
  finding: (item: T) => Finding,
): readonly Finding[] {
  const told = items.slice(0, MAX_FINDINGS).map((item) => finding(item));
  const [first] = told;
  const more = items.length - told.length;
  if (first === undefined || more === 0) return told;
  const at = first.at?.split('#', 1)[0];
  const sentence = [`${more} more of these`];
  return [...told, { ...first, at, found: `${more} more of these`, sentence }];
}

export function faultOf(error: EvidenceError): Fault {
  const { code, at, found, expected, hint } = error;
  return { code, at, found, expected, hint };
}
