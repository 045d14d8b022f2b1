import { ERROR_CATALOGUE } from '../../errors/catalogue.ts';
import type { Fault } from '../../errors/evidence-error.ts';

/** What a verifier would say of it, once somebody he trusts has signed it. */
export function outcomeOf(faults: readonly Fault[]): 'verified' | 'failed' | 'undecided' {
  if (faults.length === 0) return 'verified';
  const isOpen = faults.some(({ code }) => ERROR_CATALOGUE[code][0] === 'undecided');
  return isOpen ? 'undecided' : 'failed';
}
