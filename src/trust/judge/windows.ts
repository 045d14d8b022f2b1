import { refuse, type Place } from '../../place.ts';
import { holds, type Window } from '../message-reader.ts';
import { NOT_VOUCHED_FOR } from '../trusted-root.ts';

/**
 * One of them is trusted at every time; two of which each is trusted at some do not count. Throws the
 * place's code.
 */
export function requireTrustedThen(
  trusted: readonly { readonly validFor: Window }[],
  times: readonly Date[],
  place: Place,
): void {
  if (trusted.some(({ validFor }) => times.every((time) => holds(validFor, time)))) return;
  refuse(
    { ...place, hint: NOT_VOUCHED_FOR },
    `a signature made at ${times.map((time) => time.toISOString()).join(' and ')}`,
    'a time at which the trusted root trusts this authority',
  );
}
