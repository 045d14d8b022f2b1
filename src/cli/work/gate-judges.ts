// What the pointers of a change lead to, each verified as `verify-evidence` does it: here, or in threads if there are many.
import { availableParallelism } from 'node:os';

import { inOrder } from '../../batch/in-order.ts';
import { attempt, EvidenceError, faultOf } from '../../errors/evidence-error.ts';
import { parsePointer, type PointedArtifact } from '../../evidence/pointer/pointer.ts';
import type { Criteria } from '../../evidence/recipe/criteria.ts';
import { parseCatalogue } from '../../evidence/resolve/catalogue.ts';
import { ownRecipes, ownRecipesOf } from '../../evidence/resolve/own-recipe.ts';
import type { RecipeFiles } from '../../evidence/resolve/recipe-files.ts';
import { ReadBefore } from '../../evidence/verify/read-before.ts';
import { judgedOf, type Verified } from '../../gate/judge-piece.ts';
import { isOnlyShared, type ComparedPointers } from '../../gate/pointers.ts';
import type { RecipeChange } from '../../gate/recipe-change.ts';
import type { TreeRecipe } from '../../gate/recipes.ts';
import { timed } from '../../io/disk/talk.ts';
import { readTrust } from '../../io/sigstore/read-trust.ts';
import { JudgePool } from '../../io/workers/judge-pool.ts';
import { MAX_FETCHED_BUNDLES } from '../../limits.ts';
import { keysOf, parsePolicy } from '../../policy/policy.ts';
import { verificationJson } from '../../report/json.ts';
import type { Call } from '../call/command.ts';
import { fetchBudget, tooMuch, type FetchBudget } from './fetch-budget.ts';
import { findBundles, type Bundles } from './gate-bundles.ts';
import { hostsOf, openPlaces, placeOf, type Place } from './gate-places.ts';
import { judge, type Rules } from './verify-input.ts';

/** A pointer to judge, and where its bundle is. */
export interface Piece {
  /** Of the pointer, from the root of the repository. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Of the recipe that it has to be of. */
  readonly criteria: Criteria;
  /** For which it may be. */
  readonly nodes: ReadonlySet<number>;
  readonly place: Place;
}

/** Pieces that are judged in one go. */
export type Group = readonly Piece[];

/** Of each piece of a group, by the path of its pointer. */
export type Answers = readonly (readonly [path: string, verified: Verified])[];

/** By what all pieces are judged: what a thread is told when it starts. */
export interface Brief {
  readonly policy: { readonly bytes: Uint8Array; readonly file: string };
  /** Those of head; undefined if it has none. */
  readonly recipes: RecipeFiles | undefined;
  readonly at: Date;
  /** One for all threads. */
  readonly budget: FetchBudget;
}

/** A pointer that has to be judged. */
export interface Pointed {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly recipe: TreeRecipe;
  /** For which it may be evidence. */
  readonly nodes: ReadonlySet<number>;
  readonly artifact: PointedArtifact;
  readonly locations: readonly string[];
}

/** So many are judged here: a thread reads all rules once more. */
const MOST_HERE = 8;
/** Pieces that a thread is given at once. */
const TOGETHER = 8;
/** Groups that are begun before the first of them is judged, for each thread. */
const AHEAD = 4;
/** Pieces here: while one is fetched, others are. */
const AHEAD_HERE = 4;

/** What leads to something, of the affected recipes. */
export function piecesOf(
  affected: readonly RecipeChange[],
  { pointers }: ComparedPointers,
): readonly Pointed[] {
  return affected.flatMap(({ recipe, otherwise }) => {
    const nodes = new Set([...recipe.nodes, ...(otherwise?.nodes ?? [])]);
    return (pointers.get(recipe.name) ?? []).flatMap(
      ({ path, bytes, pointer, faults }): readonly Pointed[] => {
        const isGood = faults.length === 0 || isOnlyShared({ faults });
        const { artifact, affidavit } = pointer ?? {};
        if (!isGood || artifact === undefined) return [];
        const locations = affidavit?.locations ?? [];
        return [{ path, bytes, recipe, nodes, artifact, locations }];
      },
    );
  });
}

export interface JudgedPieces {
  /** Each by the path of its pointer. */
  readonly verified: ReadonlyMap<string, Verified>;
  readonly atHand: Bundles;
}

/** @param directory of bundles */
export async function judgePieces(
  call: Call,
  pointed: readonly Pointed[],
  { directory, ...rules }: Omit<Brief, 'budget'> & { readonly directory: string | undefined },
): Promise<JudgedPieces> {
  // Where nothing has to be judged, nothing is looked for.
  if (pointed.length === 0) {
    return { verified: new Map(), atHand: await findBundles(directory, { isNeeded: false }) };
  }
  // Threads that begin are ready when the bundles are found.
  const judges = openJudges(call, { ...rules, budget: fetchBudget() }, pointed.length);
  try {
    const atHand = await findBundles(directory, { isNeeded: true });
    const policy = parsePolicy(rules.policy.bytes, rules.policy.file);
    const hosts = hostsOf(policy, call.options.texts('registry'));
    const { verified, pieces } = await placedPieces(pointed, atHand, hosts);
    const groups = groupsOf(pieces, judges.together);
    for await (const answers of inOrder(groups, judges.judge, judges.ahead)) {
      call.signal.throwIfAborted();
      requireJudged(answers);
      for (const [path, one] of answers) verified.set(path, one);
    }
    return { verified, atHand };
  } finally {
    await judges.close();
  }
}

/** What can be judged, and why the rest cannot. */
async function placedPieces(
  pointed: readonly Pointed[],
  atHand: Bundles,
  hosts: ReadonlySet<string>,
): Promise<{ readonly verified: Map<string, Verified>; readonly pieces: readonly Piece[] }> {
  const verified = new Map<string, Verified>();
  const pieces: Piece[] = [];
  let fetched = 0;
  for (const { path, bytes, recipe, nodes, ...leads } of pointed) {
    const { value: place, error } = await attempt(async () => {
      const found = await placeOf(atHand, leads, hosts);
      if ('repositories' in found) requireFew(++fetched, path);
      return found;
    });
    if (place === undefined) verified.set(path, { fault: faultOf(error) });
    else pieces.push({ path, bytes, criteria: recipe.criteria, nodes, place });
  }
  return { verified, pieces };
}

/** Throws INTERNAL. */
function requireJudged(answers: Answers): void {
  for (const [, one] of answers) {
    if ('fault' in one && one.fault.code === 'INTERNAL') {
      throw new EvidenceError('INTERNAL', one.fault);
    }
  }
}

/** Throws FETCHED_TOO_MUCH. */
function requireFew(count: number, at: string): void {
  if (count <= MAX_FETCHED_BUNDLES) return;
  throw tooMuch(at, `bundle ${count} to fetch`, `at most ${MAX_FETCHED_BUNDLES} bundles`);
}

/** Pieces of one recipe beside each other, which is resolved once for them. @param most so many at once */
function groupsOf(pieces: readonly Piece[], most: number): readonly Group[] {
  const groups: Piece[][] = [];
  for (const piece of pieces) {
    const last = groups.at(-1);
    const isSame = last?.[0]?.criteria === piece.criteria && last.length < most;
    if (isSame) last.push(piece);
    else groups.push([piece]);
  }
  return groups;
}

interface Judges {
  /** Groups that are begun before the first of them is judged. */
  readonly ahead: number;
  /** Pieces of a group. */
  readonly together: number;
  readonly judge: (group: Group) => Promise<Answers>;
  readonly close: () => Promise<void>;
}

function openJudges(call: Call, brief: Brief, count: number): Judges {
  const threads = availableParallelism();
  if (count <= MOST_HERE || threads === 1) {
    let here: ReturnType<typeof judging> | undefined;
    const judgeHere: Judges['judge'] = async (group) => {
      here ??= judging(call, brief);
      return await (
        await here
      )(group);
    };
    return { ahead: AHEAD_HERE, together: 1, judge: judgeHere, close: async () => {} };
  }
  const [, program = ''] = process.argv;
  const words = [program, 'gate', ...call.talk, ...call.words];
  const pool = new JudgePool<Answers, Group>(words, threads, died, brief);
  pool.begin(Math.ceil(count / TOGETHER));
  return {
    ahead: threads * AHEAD,
    together: TOGETHER,
    judge: async (group) => await pool.judge(group),
    close: async () => await pool.close(),
  };
}

function died(group: Group, cause: unknown): Answers {
  const reason = cause instanceof Error ? `: ${cause.message}` : '';
  const found = `a thread that ended without a verdict${reason}`;
  const hint = 'run it again; if the machine was short of memory, give it more';
  return group.map(({ path }) => [
    path,
    { fault: { code: 'INTERNAL', at: path, found, expected: 'a verdict', hint } },
  ]);
}

/** Judges one piece after the other by rules that are read once. Nothing that is wrong with one is thrown, but a bug. */
export async function judging(
  call: Call,
  brief: Brief,
): Promise<(group: Group) => Promise<Answers>> {
  const judgeOne = await judgingOne(call, brief);
  return async (group) => {
    const answers: [string, Verified][] = [];
    for (const piece of group) answers.push([piece.path, await judgeOne(piece)]);
    return answers;
  };
}

async function judgingOne(call: Call, brief: Brief): Promise<(piece: Piece) => Promise<Verified>> {
  const quiet: Call = {
    ...call,
    progress: async (what, work) => await timed(what, work),
  };
  const rules = await rulesOf(call, brief);
  const open = openPlaces(quiet, brief.budget);
  return async ({ path, bytes, criteria, nodes, place }) => {
    try {
      const own = rules.recipes && ownRecipesOf(rules.recipes, criteria, nodes);
      const pointer = { file: path, path: path.split('/'), pointer: parsePointer(bytes, path) };
      let first: Verified | undefined;
      for await (const input of open(place, pointer)) {
        let asked = criteria.nodes;
        const recipes = own && {
          ...own,
          resolveLike: (...[recipe, alike]: Parameters<typeof own.resolveLike>) => {
            asked = recipe.criteria.nodes;
            return own.resolveLike(recipe, alike);
          },
        };
        const report = verificationJson(await judge(quiet, input, { ...rules, recipes }));
        const judged = { ...judgedOf(report), nodes: asked };
        if (report.verdict === 'verified') return judged;
        first ??= judged;
      }
      if (first === undefined) throw new TypeError('a piece in no place');
      return first;
    } catch (error) {
      if (!(error instanceof EvidenceError) || error.class === 'interrupted') throw error;
      return { fault: faultOf(error) };
    }
  };
}

async function rulesOf({ options }: Call, { policy: given, recipes, at }: Brief): Promise<Rules> {
  const policy = parsePolicy(given.bytes, given.file);
  const trust = await readTrust(options.text('trusted-root'), undefined, {
    publicKeys: keysOf(policy),
  });
  return {
    ...{ trust, policy, now: at, readBefore: new ReadBefore() },
    recipes: recipes && ownRecipes(parseCatalogue(recipes)),
  };
}
