import type { ErrorCode } from '../../src/errors/catalogue.ts';
import { EvidenceError, type Fault } from '../../src/errors/evidence-error.ts';

/** A fault with this code, of which only the code matters. */
export function faultWith(code: ErrorCode, at = 'here'): Fault {
  return { code, at, found: `found by ${code}`, expected: 'expected', hint: 'hint' };
}

export function errorWith(code: ErrorCode, at = 'here'): EvidenceError {
  return new EvidenceError(code, faultWith(code, at));
}
