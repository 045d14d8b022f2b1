// Each flag of verify-evidence can change a verdict, and is named then, or it cannot, and stands in this list.
import { describe, expect, it } from 'vitest';

import type { Command } from '../../../src/cli/call/command.ts';
import { Options, type OptionValue } from '../../../src/cli/call/options.ts';
import { namedRules } from '../../../src/cli/work/named-rules.ts';
import type { Rules } from '../../../src/cli/work/verify-input.ts';
import verifyEvidence from '../../../src/commands/verify-evidence.ts';
import { digestOf } from '../../../src/digest.ts';
import { fakeTrust } from '../../attestation/fake-trust.ts';

const FLAGS: Command['flags'] = verifyEvidence.flags;

/** What is judged, where from, and what is made of it. Root and policy have a field of their own. */
const NO_RULES = new Set([
  ...['from', 'jobs', 'shard', 'fail-fast', 'bundle', 'offline', 'registry-ca', 'format', 'output'],
  ...['trusted-root', 'trust-cache', 'tuf-root', 'policy'],
  ...Object.keys(FLAGS).filter((name) => FLAGS[name]?.group === 'summary'),
]);

const DIGEST = digestOf('');

const RULES = {
  trust: { ...fakeTrust(), weakened: ['--judge own'] },
  policy: { signers: [{ publicKey: Buffer.from('') }] },
  recipe: { digest: DIGEST },
  recipes: { digest: () => DIGEST },
  maxRunSpan: 36 * 3_600_000,
} as unknown as Rules;

function rulesOf(given: Readonly<Record<string, OptionValue>>, rules = RULES): object {
  return namedRules(new Options(new Map(Object.entries(given)), Object.keys(FLAGS)), rules);
}

describe('the rules of a call', () => {
  it.each(Object.keys(FLAGS))('name --%s if it can change a verdict', (name) => {
    const rules = rulesOf({ [name]: true });
    expect(Object.keys(rules)).toEqual(NO_RULES.has(name) ? [] : [`--${name}`]);
  });

  it('have values in one order and form, and digests in place of files', () => {
    const given = { recipe: 'a/recipe.yaml', 'max-run-span': '2160m', judge: 'own', at: 'T' };
    const [one, other] = [given, Object.fromEntries(Object.entries(given).toReversed())].map(
      (words) => JSON.stringify(rulesOf(words)),
    );
    expect(one).toBe(other);
    expect(JSON.parse(one ?? '')).toEqual({
      ...{ '--at': 'T', '--judge': 'own', '--max-run-span': '36h0m0s', '--recipe': DIGEST },
    });
  });

  it('name no flag that says what is the default', () => {
    const rules = { trust: fakeTrust(), maxRunSpan: 24 * 3_600_000 } as unknown as Rules;
    expect(rulesOf({ judge: 'both', 'max-run-span': '24h' }, rules)).toEqual({});
  });
});
