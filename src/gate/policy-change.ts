// That a change edits the policy, which judges it as it was before.

import { USUAL_GATE } from '../policy/gate-policy.ts';
import type { Policy } from '../policy/policy.ts';
import { sentence, words } from '../sentence.ts';
import type { PlacedFault } from './gate-json.ts';

/** @param path of the policy, from the root of the repository */
export function policyChange(path: string, base: Policy, head: Policy): PlacedFault {
  const [before, after] = [base, head].map(({ gate = USUAL_GATE }) => gate.mode);
  const what =
    before === after
      ? words('the change edits the policy')
      : sentence`the change edits the policy: its mode ${words(before ?? '')} becomes ${words(after ?? '')}`;
  return {
    ...({ code: 'POLICY_CHANGED', at: path } as const),
    found: 'another policy at head than at base',
    expected: 'a change of recipes, or one of the policy',
    hint: 'look at it as at a change of who is trusted',
    sentence: sentence`${what}, which counts once that is merged; this report is by the policy as it was`,
    file: path,
    line: 1,
  };
}
