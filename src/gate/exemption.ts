// Until when the policy lets a recipe merge without good evidence.

import { timestampOf } from '../document/time.ts';
import type { Exemption } from '../policy/gate-policy.ts';
import { sentence, words, type Sentence } from '../sentence.ts';
import type { ExemptionJson, State } from './gate-json.ts';

/** The one that ends last, even if it has ended: whoever relied on it has to know. */
export function exemptionFor(
  exemptions: readonly Exemption[],
  { name, state, at }: { readonly name: string; readonly state: State; readonly at: Date },
): ExemptionJson | undefined {
  const fitting = exemptions
    .filter(({ recipe, states }) => recipe === name && states.some((each) => each === state))
    .toSorted((a, b) => b.until.getTime() - a.until.getTime());
  const [longest] = fitting;
  if (longest === undefined) return undefined;
  const { recipe: _, until, ...exemption } = longest;
  return { ...exemption, until: timestampOf(until), expired: until < at };
}

export function withExemption(
  { state, why }: { readonly state: State; readonly why: Sentence },
  { expired, until, who, reason }: ExemptionJson,
): Sentence {
  if (expired) return sentence`${why}; its exemption ended at ${words(until)}`;
  return sentence`it is ${words(state)}, and exempt until ${words(until)} by ${who}: ${reason}`;
}
