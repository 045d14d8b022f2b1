import type { ErrorCode } from './catalogue.ts';
import type { EvidenceError } from './evidence-error.ts';

/** One thing that is wrong, as a value: it decides a verdict together with others. */
export interface Fault {
  readonly code: ErrorCode;
  /** As in `ErrorDetail`. */
  readonly at: string | undefined;
  readonly found: string;
  readonly expected: string;
  readonly hint: string;
}

/** Something worth saying that changes no verdict. */
export type Finding = Fault;

/** What was read, and what is worth saying of it. */
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

/** What an error says, as a value. */
export function faultOf(error: EvidenceError): Fault {
  const { code, at, found, expected, hint } = error;
  return { code, at, found, expected, hint };
}
