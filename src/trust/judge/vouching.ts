import { orIfRefused, type EvidenceError } from '../../errors/evidence-error.ts';
import { refuse, type Place } from '../../place.ts';
import { NOT_VOUCHED_FOR } from '../trusted-root.ts';
import { holds, type Window } from '../validity-window.ts';

/**
 * The first that is trusted at every time; two of which each is trusted at some do not count. Throws the
 * place's code.
 */
export function requireTrustedThen<T extends { readonly validFor: Window }>(
  trusted: readonly T[],
  times: readonly Date[],
  place: Place,
): T {
  const found = trusted.find(({ validFor }) => times.every((time) => holds(validFor, time)));
  if (found !== undefined) return found;
  return refuse(
    { ...place, hint: NOT_VOUCHED_FOR },
    `a signature made at ${times.map((time) => time.toISOString()).join(' and ')}`,
    'a time at which the trusted root trusts this authority',
  );
}

/** Those that pass, or why the first does not. */
export function vouching<T>(all: readonly T[], requireVouching: (one: T) => void): readonly T[] {
  const refusals: EvidenceError[] = [];
  const passed = all.filter((one) =>
    orIfRefused(
      () => {
        requireVouching(one);
        return true;
      },
      (error) => {
        refusals.push(error);
        return false;
      },
    ),
  );
  const [refusal] = refusals;
  if (passed.length === 0 && refusal !== undefined) throw refusal;
  return passed;
}
