// The decision: what each affected recipe has, what the policy asks for, and what that makes together. docs/gate.md

import { compareBytes } from '../compare-bytes.ts';
import { recipeNameOf } from '../evidence/recipe/criteria.ts';
import { USUAL_GATE, ruleFor, type GateRule } from '../policy/gate-policy.ts';
import { isOfAllowlist } from '../policy/nearest-entry.ts';
import { nameOfSigner } from '../policy/policy-signer.ts';
import type { Policy } from '../policy/policy.ts';
import type { ChangedRecipes } from './changed-recipes.ts';
import { GOOD, NOT_ASKED, stateOf, type Found, type Wanted } from './combine.ts';
import { countsOf, decidedCode } from './decided-code.ts';
import { exemptionFor, idleParts, withExemption } from './exemption.ts';
import {
  lineOf,
  oldFailures,
  removedButExempt,
  removedWithEvidence,
  told,
  filesApart,
} from './findings.ts';
import type { GateJson, GatePiece, GateRecipe, ListedSigner, PlacedFault } from './gate-json.ts';
import { isOwn, judgePiece, type JudgedPiece, type Terms, type Verified } from './judge-piece.ts';
import { nextSteps, type Lacking } from './next-steps.ts';
import { isOnlyShared, placedFault, type ComparedPointers } from './pointers.ts';
import { withNodes, type RecipeChange } from './recipe-change.ts';
import type { Otherwise } from './resolved-recipe.ts';
import type { Folders } from './steps.ts';

export interface DecisionInput {
  readonly changed: ChangedRecipes;
  readonly pointers: ComparedPointers;
  /** From which the change is counted; undefined with `--all`. */
  readonly mergeBase: string | undefined;
  /** `--all`: each recipe of head is affected. */
  readonly isAll: boolean;
  readonly policy: Policy;
  /** The same file as the change would have it; undefined if it does not change. */
  readonly policyOfHead?: Policy | undefined;
  /** By the path of the pointer: at least of those of `affectedRecipes`. */
  readonly verified: ReadonlyMap<string, Verified>;
  /** What of the recipe is otherwise since base had the evidence first; by the path of the pointer. */
  readonly since?: ReadonlyMap<string, Otherwise>;
  readonly at: Date;
  readonly folders: Folders;
  /** What is to be told of the change as a whole. */
  readonly findings: readonly PlacedFault[];
}

export type Decision = Pick<
  GateJson,
  | 'mode'
  | 'exitCode'
  | 'decidedExitCode'
  | 'counts'
  | 'recipes'
  | 'faults'
  | 'pointers'
  | 'findings'
  | 'more'
  | 'listed'
>;

/** Recipes of head that the change adds or changes, or whose pointers it touches. */
export function affectedRecipes({
  changed,
  pointers,
  isAll,
}: Pick<DecisionInput, 'changed' | 'pointers' | 'isAll'>): readonly RecipeChange[] {
  return changed.recipes.filter(({ status, recipe }) => {
    if (status === 'removed') return false;
    return isAll || status !== 'same' || pointers.touched.has(recipe.name);
  });
}

export function decide(input: DecisionInput): Decision {
  const { changed, pointers, policy, policyOfHead } = input;
  const { mode } = policy.gate ?? USUAL_GATE;
  const listed = policyOfHead === undefined ? [] : addedSigners(policy, policyOfHead);
  const gone = namesOfGone(changed, pointers.pointed);
  const recipes = affectedRecipes(input).map((change) =>
    decideRecipe(change, input, { listed, gone }),
  );
  const faults = changed.faults.map(placedFault);
  const decidedExitCode = decidedCode({ recipes, faults, pointers });
  return {
    mode,
    exitCode: mode === 'warn' ? 0 : decidedExitCode,
    decidedExitCode,
    counts: {
      recipes: changed.recipes.filter(({ status }) => status !== 'removed').length,
      affected: recipes.length,
      states: countsOf(recipes),
    },
    recipes,
    listed,
    ...told(faults, pointers, [
      ...input.findings,
      ...pointers.findings,
      ...filesApart(changed, input.folders.recipes),
      ...removedWithEvidence(changed, pointers.pointed),
      ...idleParts(policy.gate ?? USUAL_GATE, changed, input.at),
      ...recipes.flatMap((recipe) => removedButExempt(recipe, pointers)),
      ...recipes.flatMap(oldFailures),
    ]),
  };
}

function addedSigners(policy: Policy, head: Policy): readonly ListedSigner[] {
  const known = new Set(policy.signers.map(textOf));
  return head.signers
    .filter((entry) => !known.has(textOf(entry)))
    .map((entry) => {
      const { tier, label } = entry;
      return {
        ...nameOfSigner(entry),
        ...(tier && { tier }),
        ...(label !== undefined && { label }),
      };
    });
}

/** An entry, wherever it stands. */
function textOf(entry: Policy['signers'][number]): string {
  return JSON.stringify({ ...entry, at: undefined });
}

/** What is the same for all recipes of the change. */
interface Together {
  readonly listed: readonly ListedSigner[];
  readonly gone: ReadonlySet<string>;
}

function decideRecipe(
  change: RecipeChange,
  input: DecisionInput,
  { listed, gone }: Together,
): GateRecipe {
  const { recipe, status, fields, files } = change;
  const { policy, pointers, at, folders } = input;
  const gate = policy.gate ?? USUAL_GATE;
  const rule = ruleFor(gate, recipe.name, recipeNameOf(recipe.criteria));
  const judged = judgedOf(change, input, { rule, at });
  const required = isRequired(rule, change, { pointed: pointers.pointed, gone });
  const wanted = { rule, listed: new Set(policy.signers.map(({ tier }) => tier)) };
  const isAsked = required || change.fault !== undefined;
  const found = isAsked ? stateOf(change, judged, wanted) : NOT_ASKED;
  const exemption = exemptionFor(gate.exemptions, recipe.name, { found, at });
  const state = exemption?.expired === false ? 'exempt' : found.state;
  const evidence = judged
    .map(({ piece }): GatePiece => ({ ...piece, counted: found.counted.has(piece.pointer.path) }))
    .toSorted((a, b) => compareBytes(a.pointer.path, b.pointer.path));
  return {
    name: recipe.name,
    ...(recipe.profile && { profile: `${recipe.profile.name}=${recipe.profile.value}` }),
    overlay: { path: recipe.file, ...lineOf(input.changed.files, recipe) },
    change: status,
    fields,
    files,
    state,
    required,
    why: exemption === undefined ? found.why : withExemption(found, exemption),
    evidence,
    pieces: { found: found.pieces, wanted: rule.minimumPieces },
    signers: { found: found.signers, wanted: rule.minimumSigners },
    ...(exemption && { exemption }),
    next: nextSteps(
      state,
      lackingOf(change, input, { evidence, judged, wanted, listed, found }),
      folders,
    ),
  };
}

interface Decided {
  readonly evidence: readonly GatePiece[];
  readonly judged: readonly JudgedPiece[];
  readonly wanted: Wanted;
  readonly listed: readonly ListedSigner[];
  readonly found: Found;
}

function lackingOf(
  change: RecipeChange,
  { pointers, mergeBase, policy, verified }: DecisionInput,
  { evidence, judged, wanted, listed, found }: Decided,
): Lacking {
  const { recipe, status, fault } = change;
  return {
    ...{ evidence, isListing: listed.length > 0, fault, mergeBase },
    isAllowlist: policy.signers.some(isOfAllowlist),
    recipe: found.nodes === undefined ? recipe : withNodes(recipe, found.nodes),
    touched: pointers.touched.get(recipe.name) ?? [],
    isSame: status === 'same',
    isGoodWithout: (paths) => {
      const others = judged.filter(({ piece }) => !paths.has(piece.pointer.path));
      return GOOD.has(stateOf(change, others, wanted).state);
    },
    stays: new Set(
      (pointers.pointers.get(recipe.name) ?? [])
        .filter((pointer) => isOnlyShared(pointer) && isOwn(verified.get(pointer.path)))
        .map(({ path }) => path),
    ),
    ask: found.ask ?? [],
    hosts: (policy.gate ?? USUAL_GATE).registries,
  };
}

function judgedOf(
  { recipe: { name }, otherwise }: RecipeChange,
  { pointers, verified, since }: DecisionInput,
  terms: Omit<Terms, 'since' | 'nodes'>,
): readonly JudgedPiece[] {
  const own = pointers.pointers.get(name) ?? [];
  const nodes = otherwise?.nodes ?? [];
  return own.map((pointer) => {
    const { path } = pointer;
    return judgePiece(pointer, verified.get(path), { ...terms, nodes, since: since?.get(path) });
  });
}

function isRequired(
  { require }: GateRule,
  { recipe, status, under }: RecipeChange,
  { pointed, gone }: Pick<ComparedPointers, 'pointed'> & { readonly gone: ReadonlySet<string> },
): boolean {
  if (require === 'all' || (require === 'added' && status === 'added')) return true;
  const isPointed = [recipe.name, ...under].some((name) => pointed.has(name));
  return isPointed || gone.has(recipeNameOf(recipe.criteria));
}

/** Names by criteria of recipes that have pointers, and are gone: perhaps one got or lost a profile. */
function namesOfGone(
  { recipes }: ChangedRecipes,
  pointed: ReadonlySet<string>,
): ReadonlySet<string> {
  const there = new Set(
    recipes.flatMap(({ recipe, status }) => (status === 'removed' ? [] : [recipe.name])),
  );
  const gone = recipes.filter(
    ({ recipe, status }) => status === 'removed' && pointed.has(recipe.name),
  );
  const names = [...pointed].filter((name) => !there.has(name));
  return new Set([...names, ...gone.map(({ recipe }) => recipeNameOf(recipe.criteria))]);
}
