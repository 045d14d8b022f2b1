// What a change does to one recipe: for each way to ask for it, which are numbers of nodes, and no profile.

import {
  faultKey,
  faultOf,
  orIfRefused,
  type Attempt,
  type Fault,
} from '../errors/evidence-error.ts';
import { keyOf } from './asked.ts';
import { sameInputs, sameLayers } from './recipe-inputs.ts';
import type { Side, TreeRecipe } from './recipes.ts';
import {
  NO_CHANGE,
  capped,
  compareResolved,
  otherwiseIn,
  resolveRecipe,
  type ExactDifference,
  type Otherwise,
  type RecipeDifference,
  type ResolvedRecipe,
} from './resolved-recipe.ts';

export interface RecipeChange extends RecipeDifference {
  /** Of head; for a removed one, of base. */
  readonly recipe: TreeRecipe;
  readonly status: 'added' | 'removed' | 'changed' | 'same' | 'unresolved';
  /** All that differs in any way to ask for it, and nothing cut off: a text for each. */
  readonly exact: readonly string[];
  /** Recipes that answered at base for what it is for, which had no overlay of its own, or another default. */
  readonly under: readonly string[];
  /** What of it is otherwise, or may be, although older evidence may not bind it. */
  readonly otherwise?: Otherwise;
  /** Why head cannot resolve it. If base cannot for the same reason, it is `same`, and has none. */
  readonly fault?: Fault;
}

export interface Compared {
  readonly before: Side;
  readonly after: Side;
  /** Files that differ. */
  readonly paths: ReadonlySet<string>;
  /** Each recipe of head is taken as changed. */
  readonly isAll: boolean;
}

/** A recipe of head, and what base has for it. */
export interface Met {
  readonly recipe: TreeRecipe;
  /** Undefined if it has none. */
  readonly old: TreeRecipe | undefined;
  /** What whoever names no profile got, who gets this one now; undefined if that is no other one. */
  readonly usual?: TreeRecipe | undefined;
}

/** One way to ask for it. */
interface Way {
  readonly nodes: number;
  /** Whether no profile is named. */
  readonly isUsual: boolean;
  /** Behind the names of fields. */
  readonly label: string;
  readonly from: TreeRecipe | undefined;
  readonly to: TreeRecipe;
}

/** What comes of asking in one way. */
type Part = Way &
  ExactDifference & {
    readonly isSame: boolean;
    readonly otherwise?: Omit<Otherwise, 'nodes'> | undefined;
    readonly fault?: Fault;
  };

/** Tells of recipes, one after the other. Each is resolved once. */
export function comparing(compared: Compared): (met: Met) => RecipeChange {
  const { before, after, isAll } = compared;
  const resolved = { before: resolving(before), after: resolving(after) };
  return (met) => {
    const { recipe, old, usual } = met;
    const parts = waysOf(met).map((way) => ({ ...way, ...partOf(way, compared, resolved) }));
    const under = [...(old?.under ?? []), ...(usual ? [usual.name, ...(usual.under ?? [])] : [])];
    const fault = parts.flatMap((part) => part.fault ?? [])[0];
    if (fault) return { ...NO_CHANGE, recipe, status: 'unresolved', exact: [], under, fault };
    const isKnown = !isAll && before.error === undefined;
    const status = isKnown && isNew(met) ? 'added' : statusOf(parts);
    const otherwise = otherwiseOf(parts, recipe, resolved.after);
    return { recipe, status, under, ...together(parts), ...otherwise };
  };
}

/** Whether it has an overlay of its own now, and had none. */
function isNew({ recipe, old }: Met): boolean {
  return recipe.under === undefined && (old === undefined || old.under !== undefined);
}

function statusOf(parts: readonly Part[]): 'same' | 'changed' {
  return parts.every(({ isSame }) => isSame) ? 'same' : 'changed';
}

/** The same recipe, asked for with another number of nodes. */
export function withNodes(recipe: TreeRecipe, nodes: number): TreeRecipe {
  if (recipe.criteria.nodes === nodes) return recipe;
  return { ...recipe, criteria: { ...recipe.criteria, nodes } };
}

/** Nobody could ask for what base has not, and head has no overlay for, nor anybody evidence of. */
function waysOf({ recipe, old, usual }: Met): readonly Way[] {
  const isAsked = old !== undefined || (recipe.under ?? []).length === 0;
  return [
    ...(isAsked ? waysFrom(old, recipe, false) : []),
    ...(usual ? waysFrom(usual, recipe, true) : []),
  ];
}

function waysFrom(
  old: TreeRecipe | undefined,
  recipe: TreeRecipe,
  isUsual: boolean,
): readonly Way[] {
  const own = recipe.criteria.nodes;
  const counts = new Set([own, ...recipe.nodes, ...(old?.nodes ?? [])]);
  return [...counts].map((nodes) => ({
    ...{ nodes, isUsual, from: old && withNodes(old, nodes), to: withNodes(recipe, nodes) },
    label: `${nodes === own ? '' : ` (nodes: ${nodes})`}${isUsual ? ' (no profile named)' : ''}`,
  }));
}

type Resolved = Attempt<ResolvedRecipe> | undefined;
type Resolve = (recipe: TreeRecipe) => Resolved;

/** Those for other criteria than the last are forgotten. */
function resolving({ catalogue }: Side): Resolve {
  let last = '';
  const known = new Map<string, Resolved>();
  return (recipe) => {
    if (catalogue === undefined) return undefined;
    const key = keyOf(recipe);
    if (key !== last) known.clear();
    last = key;
    const id = JSON.stringify([recipe.criteria.nodes, recipe.profile]);
    const resolved = known.get(id) ?? attemptTo(() => resolveRecipe(catalogue, recipe));
    known.set(id, resolved);
    return resolved;
  };
}

function attemptTo<T>(make: () => T): Attempt<T> {
  return orIfRefused(
    (): Attempt<T> => ({ value: make() }),
    (error) => ({ error }),
  );
}

type Told = Omit<Part, keyof Way>;

const SAME: Told = { isSame: true, exact: [], ...NO_CHANGE };

function partOf(
  { from, to }: Way,
  { before, after, paths, isAll }: Compared,
  resolved: { readonly before: Resolve; readonly after: Resolve },
): Told {
  if (from && sameInputs([before, from], [after, to], paths)) return SAME;
  const now = resolved.after(to);
  const was = from && (likeNow([before, from], [after, to], now) ?? resolved.before(from));
  const fault = faultIn(now);
  if (fault && !isFaultOf(was, fault)) return { ...SAME, isSame: false, fault };
  return now?.value ? sinceThen(was?.value, now.value, { name: to.name, isAll }) : SAME;
}

/** By the rules of v0.11 a recipe is made of layers alone: if they are the same, it differs in what its files are. */
function likeNow(
  [before, from]: readonly [Side, TreeRecipe],
  to: readonly [Side, TreeRecipe],
  now: Resolved,
): Resolved {
  const { catalogue } = before;
  if (catalogue?.rules !== 'v0.11' || now?.value === undefined) return undefined;
  if (!sameLayers([before, from], to)) return undefined;
  return attemptTo(() => resolveRecipe(catalogue, from, now.value));
}

/** @param was undefined if nobody knows */
function sinceThen(
  was: ResolvedRecipe | undefined,
  now: ResolvedRecipe,
  { name, isAll }: { readonly name: string; readonly isAll: boolean },
): Told {
  const otherwise = isAll ? undefined : otherwiseIn(was, now);
  if (was !== undefined) {
    const changes = compareResolved(was, now);
    return { ...changes, isSame: changes.exact.length === 0, otherwise };
  }
  // Of what nobody knows nothing else is the same.
  return { ...SAME, isSame: now.fault !== undefined, exact: [`all of ${name}`], otherwise };
}

function isFaultOf(was: Resolved, fault: Fault): boolean {
  const known = faultIn(was);
  return known !== undefined && faultKey(known) === faultKey(fault);
}

function faultIn(resolved: Resolved): Fault | undefined {
  return resolved?.error === undefined ? resolved?.value.fault : faultOf(resolved.error);
}

/** All of them as one: what comes of another way to ask is told with it. */
function together(parts: readonly Part[]): ExactDifference {
  const own = parts.filter(({ isUsual }) => !isUsual);
  const fields = parts.flatMap(({ label, fields: { items } }) =>
    items.map((each) => ({ ...each, field: `${each.field}${label}` })),
  );
  const files = new Map(own.flatMap((part) => part.files.items.map((each) => [each.path, each])));
  return {
    exact: parts.flatMap(({ isUsual, nodes, exact }) =>
      exact.map((text) => `${isUsual ? 'no profile ' : ''}${nodes} ${text}`),
    ),
    fields: capped(fields, undefined, sumOf(parts.map((part) => part.fields.more))),
    files: capped(
      [...files.values()],
      undefined,
      Math.max(0, ...own.map((part) => part.files.more)),
    ),
  };
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Also where base had another one for a number of nodes, it needs evidence of its own. */
function otherwiseOf(
  parts: readonly Part[],
  recipe: TreeRecipe,
  resolved: Resolve,
): Pick<RecipeChange, 'otherwise'> {
  const own = parts.filter(({ isUsual }) => !isUsual);
  const known = own.flatMap(({ otherwise }) => otherwise ?? []);
  const nodes = own.flatMap(({ nodes: count, isSame }) =>
    count !== recipe.criteria.nodes && (!isSame || isApart(recipe, count, resolved)) ? [count] : [],
  );
  if (known.length === 0 && nodes.length === 0) return {};
  const files = known.some((each) => each.files);
  return { otherwise: { files, checks: known.some((each) => each.checks), nodes } };
}

/** Whether it is another recipe for this number of nodes than for its own. */
function isApart(recipe: TreeRecipe, nodes: number, resolved: Resolve): boolean {
  if (!recipe.nodes.has(nodes)) return false;
  const [own, other] = [recipe, withNodes(recipe, nodes)].map((each) => resolved(each)?.value);
  return !own || !other || compareResolved(own, other).exact.length > 0;
}
