// What a change does to one recipe: for its own number of nodes, and for each other one for which it is another recipe.

import {
  faultKey,
  faultOf,
  orIfRefused,
  type Attempt,
  type Fault,
} from '../errors/evidence-error.ts';
import { sameInputs, type Made } from './recipe-inputs.ts';
import type { TreeRecipe } from './recipes.ts';
import {
  NO_CHANGE,
  capped,
  compareResolved,
  otherwiseIn,
  resolveRecipe,
  type Otherwise,
  type RecipeDifference,
  type ResolvedRecipe,
} from './resolved-recipe.ts';

export interface RecipeChange extends RecipeDifference {
  /** Of head; for a removed one, of base. */
  readonly recipe: TreeRecipe;
  readonly status: 'added' | 'removed' | 'changed' | 'same' | 'unresolved';
  /** All that differs for any number of nodes, and nothing cut off: a text for each. */
  readonly exact?: readonly string[];
  /** Recipes that answered at base for what it is for, which had no overlay of its own, or another default. */
  readonly under?: readonly string[];
  /** What of it is otherwise, or may be, although older evidence may not bind it. */
  readonly otherwise?: Otherwise;
  /** Why head cannot resolve it. If base cannot for the same reason, it is `same`, and has none. */
  readonly fault?: Fault;
}

export interface Compared {
  /** Files that differ. */
  readonly paths: ReadonlySet<string>;
  /** Whether there is a base, and it can be read. */
  readonly isKnown: boolean;
  /** Each recipe of head is taken as changed. */
  readonly isAll: boolean;
}

type Before = readonly [side: Made[0], recipe: TreeRecipe | undefined];

/** What it is for one number of nodes. */
type Part = Omit<RecipeChange, 'recipe' | 'otherwise'> & {
  readonly otherwise?: Omit<Otherwise, 'nodes'>;
};

const SAME: Part = { status: 'same', ...NO_CHANGE };

export function changeOf(
  [before, old]: Before,
  [after, recipe]: Made,
  compared: Compared,
): RecipeChange {
  const own = recipe.criteria.nodes;
  const counts = [...new Set([own, ...recipe.nodes, ...(old?.nodes ?? [])])];
  const parts = counts.map(
    (nodes) =>
      [
        nodes,
        partOf([before, old && withNodes(old, nodes)], [after, withNodes(recipe, nodes)], compared),
      ] as const,
  );
  const apart = nodesApart([after, recipe]);
  const told = { recipe, ...together(parts, recipe), ...otherwiseOf(parts, own, apart) };
  if (old?.under === undefined) return told;
  const isAdded = recipe.under === undefined && told.status !== 'unresolved';
  return { ...told, ...(isAdded && { status: 'added' }), under: old.under };
}

/**
 * Whoever names no profile gets this recipe now, and got another one at base: it has changed for them.
 *
 * @param since what it is otherwise than that one
 */
export function withDefault(
  change: RecipeChange,
  since: RecipeChange,
  old: TreeRecipe,
): RecipeChange {
  if (change.status === 'unresolved' || since.status === 'same') return change;
  const isNew = change.status === 'added' && change.recipe.under === undefined;
  const fields = since.fields.items.map((each) => ({
    ...each,
    field: `${each.field} (no profile named)`,
  }));
  return {
    ...change,
    status: isNew ? 'added' : 'changed',
    exact: [...(change.exact ?? []), ...(since.exact ?? []).map((text) => `no profile ${text}`)],
    fields: capped(
      [...change.fields.items, ...fields],
      undefined,
      change.fields.more + since.fields.more,
    ),
    under: [...(change.under ?? []), old.name, ...(old.under ?? [])],
  };
}

/** The same recipe, asked for with another number of nodes. */
export function withNodes(recipe: TreeRecipe, nodes: number): TreeRecipe {
  if (recipe.criteria.nodes === nodes) return recipe;
  return { ...recipe, criteria: { ...recipe.criteria, nodes } };
}

type Parts = readonly (readonly [nodes: number, part: Part])[];

/** All of them as one: that of another number of nodes is told with it. */
function together(parts: Parts, recipe: TreeRecipe): Omit<Part, 'otherwise'> {
  const all = parts.map(([, part]) => part);
  const broken = all.find(({ status }) => status === 'unresolved');
  if (broken !== undefined) {
    const { otherwise: _, ...rest } = broken;
    return rest;
  }
  const changed = all.find(({ status }) => status !== 'same');
  const fields = parts.flatMap(([nodes, part]) =>
    part.fields.items.map((each) =>
      nodes === recipe.criteria.nodes
        ? each
        : { ...each, field: `${each.field} (nodes: ${nodes})` },
    ),
  );
  const files = new Map(all.flatMap((part) => part.files.items.map((each) => [each.path, each])));
  return {
    status: changed?.status ?? 'same',
    exact: parts.flatMap(([nodes, part]) =>
      exactlyOf(part, recipe.name).map((text) => `${nodes} ${text}`),
    ),
    fields: capped(fields, undefined, sumOf(all.map((part) => part.fields.more))),
    files: capped([...files.values()], undefined, Math.max(...all.map((part) => part.files.more))),
  };
}

/** Of what nobody knows nothing else is the same. */
function exactlyOf({ status, exact }: Part, name: string): readonly string[] {
  return exact ?? (status === 'same' ? [] : [`all of ${name}`]);
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

/** @param apart numbers for which head has another recipe: also where it had at base, each needs evidence of its own */
function otherwiseOf(
  parts: Parts,
  own: number,
  apart: ReadonlySet<number>,
): Pick<RecipeChange, 'otherwise'> {
  const known = parts.flatMap(([, { otherwise }]) => otherwise ?? []);
  const nodes = parts.flatMap(([count, { status }]) =>
    count !== own && (status !== 'same' || apart.has(count)) ? [count] : [],
  );
  if (known.length === 0 && nodes.length === 0) return {};
  const files = known.some((each) => each.files);
  return { otherwise: { files, checks: known.some((each) => each.checks), nodes } };
}

/** The numbers of nodes for which it is another recipe than for its own. */
function nodesApart([side, recipe]: Made): ReadonlySet<number> {
  const others = [...recipe.nodes].filter((nodes) => nodes !== recipe.criteria.nodes);
  if (others.length === 0) return new Set();
  const own = resolved(side, recipe)?.value;
  return new Set(
    others.filter((nodes) => {
      const other = resolved(side, withNodes(recipe, nodes))?.value;
      return own === undefined || other === undefined || isOther(compareResolved(own, other));
    }),
  );
}

function isOther({ fields, files }: RecipeDifference): boolean {
  return fields.items.length + files.items.length > 0;
}

function partOf([before, old]: Before, after: Made, compared: Compared): Part {
  if (old === undefined) {
    const status = compared.isKnown ? 'added' : 'changed';
    return unknown(resolved(...after), { status, isAll: compared.isAll });
  }
  if (sameInputs([before, old], after, compared.paths)) return SAME;
  const was = resolved(before, old);
  const now = resolved(...after);
  if (was?.value !== undefined && now?.value !== undefined) return difference(was.value, now.value);
  return unknown(now, { status: 'changed', isAll: compared.isAll, before: was?.error });
}

/** What it was nobody knows. @param before why base could not resolve it */
function unknown(
  after: Attempt<ResolvedRecipe> | undefined,
  {
    status,
    isAll,
    before,
  }: {
    readonly status: 'added' | 'changed';
    readonly isAll: boolean;
    readonly before?: Fault | undefined;
  },
): Part {
  const fault = after?.error === undefined ? after?.value.fault : faultOf(after.error);
  if (fault !== undefined) return isSameFault(before, fault) ? SAME : brokenBy(fault);
  const now = isAll ? undefined : after?.value;
  const otherwise = now && otherwiseIn(undefined, now);
  return { status, ...NO_CHANGE, ...(otherwise && { otherwise }) };
}

function difference(before: ResolvedRecipe, after: ResolvedRecipe): Part {
  const { fault } = after;
  if (fault !== undefined && !isSameFault(before.fault, fault)) return brokenBy(fault);
  const changes = compareResolved(before, after);
  const status = isOther(changes) ? 'changed' : 'same';
  return { status, ...changes, otherwise: otherwiseIn(before, after) };
}

function resolved({ catalogue }: Made[0], recipe: TreeRecipe): Attempt<ResolvedRecipe> | undefined {
  return (
    catalogue &&
    orIfRefused(
      (): Attempt<ResolvedRecipe> => ({ value: resolveRecipe(catalogue, recipe) }),
      (error) => ({ error }),
    )
  );
}

function isSameFault(before: Fault | undefined, fault: Fault): boolean {
  return before !== undefined && faultKey(before) === faultKey(fault);
}

function brokenBy(fault: Fault): Part {
  return { status: 'unresolved', ...NO_CHANGE, fault };
}
