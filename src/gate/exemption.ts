// Until when the policy lets a recipe merge without good evidence.

import { timestampOf } from '../document/time.ts';
import { recipeNameOf } from '../evidence/recipe/criteria.ts';
import { ruleFor, type Exemption, type GatePolicy, type GateRule } from '../policy/gate-policy.ts';
import { quote } from '../quote.ts';
import { sentence, words, type Sentence } from '../sentence.ts';
import type { ChangedRecipes } from './changed-recipes.ts';
import type { Found } from './combine.ts';
import type { ExemptionJson, PlacedFault, State } from './gate-json.ts';

/**
 * The one that ends last, even if it has ended: whoever relied on it has to know.
 *
 * @param found.others what its state hides: red evidence is not let through because something worse is
 */
export function exemptionFor(
  exemptions: readonly Exemption[],
  name: string,
  {
    found: { state, others },
    at,
  }: { readonly found: Pick<Found, 'state' | 'others'>; readonly at: Date },
): ExemptionJson | undefined {
  const all = [state, ...others];
  const fitting = exemptions
    .filter(({ recipe, states }) => recipe === name && all.every((each) => isIn(each, states)))
    .toSorted((a, b) => b.until.getTime() - a.until.getTime());
  const [longest] = fitting;
  if (longest === undefined) return undefined;
  const { recipe: _, until, ...exemption } = longest;
  return { ...exemption, until: timestampOf(until), expired: until < at };
}

function isIn(state: State, states: readonly string[]): boolean {
  return states.includes(state);
}

/** What counts for nothing, whoever relied on it: misspelt, or left over. */
export function idleParts(
  policy: GatePolicy,
  { rules, recipes }: ChangedRecipes,
  now: Date,
): readonly PlacedFault[] {
  const present = recipes.filter(({ status }) => status !== 'removed');
  const there = new Set(present.map(({ recipe }) => recipe.name));
  const used = new Set(
    present.map(({ recipe }) => ruleFor(policy, recipe.name, recipeNameOf(recipe.criteria))),
  );
  // `*` is for recipes that are still to come.
  const idle = policy.rules.filter((rule) => rule.recipes !== '*' && !used.has(rule));
  const idleRules = rules === undefined ? [] : idle.map(idleRule);
  const exemptions = policy.exemptions.flatMap(({ at, recipe, until }): readonly PlacedFault[] => {
    const isGone = rules !== undefined && !there.has(recipe);
    if (!isGone && until >= now) return [];
    return [
      {
        ...({ code: 'EXEMPTION_IDLE', at } as const),
        found: isGone ? `no recipe ${quote(recipe)} at head` : `its end, ${timestampOf(until)}`,
        expected: 'a recipe of head, and an end that is not over',
        hint: isGone
          ? 'remove the exemption from the policy, or correct it, unless its recipe is still to come'
          : 'remove the exemption from the policy, or have its maintainers decide anew until when',
        sentence: isGone
          ? sentence`the exemption of ${recipe} counts for nothing: head has no such recipe`
          : sentence`the exemption of ${recipe} counts for nothing: it ended at ${timestampOf(until)}`,
      },
    ];
  });
  return [...idleRules, ...exemptions];
}

function idleRule({ at, recipes }: GateRule): PlacedFault {
  return {
    code: 'RULE_IDLE',
    at: `${at}/recipes`,
    found: `${quote(recipes)}, which no recipe of head is judged by`,
    expected: 'the name of a recipe of head, or how some begin',
    hint: 'correct it if it is misspelt: those recipes are judged by another rule, or as if there were none',
  };
}

export function withExemption(
  { state, why }: { readonly state: State; readonly why: Sentence },
  { expired, until, who, reason }: ExemptionJson,
): Sentence {
  if (expired) return sentence`${why}; its exemption ended at ${words(until)}`;
  return sentence`it is ${words(state)}, and exempt until ${words(until)} by ${who}: ${reason}`;
}
