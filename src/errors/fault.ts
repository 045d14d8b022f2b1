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

/** What an error says, as a value. */
export function faultOf(error: EvidenceError): Fault {
  const { code, at, found, expected, hint } = error;
  return { code, at, found, expected, hint };
}
