// Which recipes a tree has: what evidence can be of.

import { EvidenceError, faultOf, unlessRefused, type Fault } from '../errors/evidence-error.ts';
import { isAsked } from '../evidence/lint/criteria-faults.ts';
import { recipeNameOf, type Criteria } from '../evidence/recipe/criteria.ts';
import { profileSuffix } from '../evidence/recipe/profile.ts';
import { profileOf, type ProfileSelection } from '../evidence/resolve/apply-profile.ts';
import { matching, withAncestors } from '../evidence/resolve/candidates.ts';
import type { Catalogue } from '../evidence/resolve/catalogue.ts';
import type { Overlay } from '../evidence/resolve/overlay.ts';
import { quote } from '../quote.ts';

/** A recipe: an overlay with a concrete service and accelerator, with each value of its profile. */
export interface TreeRecipe {
  /** From criteria and profile, whatever the file is called. */
  readonly name: string;
  /** The overlay's, with the directory of the recipes. */
  readonly file: string;
  readonly criteria: Criteria;
  readonly profile: ProfileSelection | undefined;
}

export interface TreeRecipes {
  readonly recipes: ReadonlyMap<string, TreeRecipe>;
  /** RECIPE_DUPLICATE */
  readonly faults: readonly Fault[];
}

export function recipesIn(catalogue: Catalogue): TreeRecipes {
  const recipes = new Map<string, TreeRecipe>();
  const faults: Fault[] = [];
  for (const overlay of catalogue.overlays.values()) {
    for (const recipe of recipesOf(overlay, catalogue)) {
      const other = recipes.get(recipe.name);
      if (other === undefined) recipes.set(recipe.name, recipe);
      else faults.push(duplicate(recipe, other));
    }
  }
  return { recipes, faults };
}

function recipesOf(overlay: Overlay, catalogue: Catalogue): readonly TreeRecipe[] {
  const { file, criteria } = overlay;
  if (criteria === undefined || criteria.service === '' || criteria.accelerator === '') return [];
  if (!isAsked(overlay, catalogue.rules)) return [];
  const name = recipeNameOf(criteria);
  // What has two profiles or no root is refused when it is resolved.
  const profile = unlessRefused(() =>
    profileOf([catalogue.root, ...withAncestors(matching(catalogue, criteria), catalogue)]),
  );
  if (profile === undefined) return [{ name, file, criteria, profile }];
  return [...profile.values.keys()].map((value) => {
    const suffix = profileSuffix({ selection: `${profile.name}=${value}` });
    return { name: `${name}${suffix}`, file, criteria, profile: { name: profile.name, value } };
  });
}

function duplicate({ name, file }: TreeRecipe, other: TreeRecipe): Fault {
  return faultOf(
    new EvidenceError('RECIPE_DUPLICATE', {
      at: `${file}#/spec/criteria`,
      found: `the criteria of ${quote(name)}, which ${other.file} has too`,
      expected: 'criteria of its own for each overlay: they name the recipe',
      hint: 'change the criteria of one of them, or make them one overlay',
    }),
  );
}
