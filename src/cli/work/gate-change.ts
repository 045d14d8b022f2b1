// What the gate reads of a repository: two commits, their recipes and pointers, and the policy.
import { digestOf, type Digest } from '../../digest.ts';
import { attempt, EvidenceError, faultOf, withHint } from '../../errors/evidence-error.ts';
import type { RecipeTree } from '../../evidence/resolve/recipe-files.ts';
import type { GateJson, PlacedFault } from '../../gate/gate-json.ts';
import { mergedPointers } from '../../gate/merged-pointers.ts';
import type { PointerFiles } from '../../gate/pointers.ts';
import { policyChange } from '../../gate/policy-change.ts';
import type { Folders } from '../../gate/steps.ts';
import { nameOf, readConfig, requireOneStdin } from '../../io/disk/files.ts';
import { readPolicyAt } from '../../io/git/policy-at.ts';
import { readFileAt } from '../../io/git/read-files.ts';
import { readRecipeTree } from '../../io/git/recipe-tree.ts';
import type { Repository } from '../../io/git/repository.ts';
import { MAX_CONFIG_BYTES } from '../../limits.ts';
import { refuse } from '../../place.ts';
import { parsePolicy, type Policy } from '../../policy/policy.ts';
import { quote } from '../../quote.ts';
import { faultJson } from '../../report/json.ts';
import { sentence } from '../../sentence.ts';
import type { Call } from '../call/command.ts';
import { readPointers, requirePointers } from './gate-evidence.ts';
import { registriesIn } from './open-registries.ts';

/** What the call asks for. */
export interface Asked {
  /** Undefined: the repository that the working directory is in. */
  readonly git: string | undefined;
  /** Undefined: each recipe of head. */
  readonly base: string | undefined;
  readonly head: string;
  readonly policy: string | undefined;
  readonly policyRef: string | undefined;
  readonly folders: Folders;
  /** Whether the call names the folder of the evidence. */
  readonly namesEvidence: boolean;
  readonly bundles: string | undefined;
}

export interface GivenPolicy {
  readonly bytes: Uint8Array;
  readonly policy: Policy;
  /** As the user named it. */
  readonly source: string;
  readonly digest: Digest;
  /** That it was read from. */
  readonly commit?: string;
  /** The same file as head has it; undefined if it does not differ, or cannot be read. */
  readonly policyOfHead?: Policy | undefined;
}

export interface Change extends Pick<GateJson, 'base' | 'head'> {
  readonly recipes: { readonly base: RecipeTree | undefined; readonly head: RecipeTree };
  readonly pointers: { readonly base: PointerFiles; readonly head: PointerFiles };
  readonly policy: GivenPolicy;
  readonly folders: Folders;
  readonly findings: readonly PlacedFault[];
}

/** Throws USAGE. */
export function askedOf(options: Call['options']): Asked {
  const base = options.text('base');
  if (base === undefined && !options.has('all')) {
    const hint = 'name the branch into which is merged, or judge every recipe of head with --all';
    refuse({ code: 'USAGE', at: '--base', hint }, 'none of them', '--base or --all');
  }
  const [policy, policyRef] = [options.text('policy'), options.text('policy-ref')];
  if (policy === undefined && policyRef === undefined) {
    const hint = 'say who may sign: a file, or one of the base, e.g. --policy-ref main:policy.json';
    refuse({ code: 'USAGE', at: '--policy', hint }, 'none of them', '--policy or --policy-ref');
  }
  requireOneStdin([policy, options.text('trusted-root'), options.text('registry-ca')]);
  const recipes = folderOf('--recipes', options.text('recipes') ?? 'recipes');
  const evidence = options.text('evidence-dir') ?? `${recipes || '.'}/evidence`;
  const folders = { recipes, evidence: folderOf('--evidence-dir', evidence) };
  requireApart(folders);
  // Also if nothing will be asked of it.
  registriesIn(options);
  return {
    ...{ git: options.text('git'), base, head: options.required('head') },
    ...{ policy, policyRef, folders, namesEvidence: options.has('evidence-dir') },
    bundles: options.text('bundles'),
  };
}

/** As git names it: parts with a slash between them, and nothing for the root. */
function folderOf(flag: string, text: string): string {
  const folder = text.replace(/^(?:\.\/)+/, '').replace(/\/+$/, '');
  if (folder === '.') return '';
  const isFolder = !/^\/|\/\/|(?:^|\/)\.{0,2}(?:\/|$)/.test(folder);
  if (isFolder) return folder;
  const hint = 'write it as the repository has it, e.g. recipes';
  return refuse(
    { code: 'USAGE', at: flag, hint },
    quote(text),
    'a folder, from the root of the repository',
  );
}

function requireApart({ recipes, evidence }: Folders): void {
  if (evidence !== '' && evidence !== recipes && !recipes.startsWith(`${evidence}/`)) return;
  const hint = 'have the pointers in a folder of their own, e.g. recipes/evidence';
  refuse(
    { code: 'USAGE', at: '--evidence-dir', hint },
    'a folder that holds the recipes',
    'one that does not',
  );
}

/** Reads all of it in one go: a constant number of processes, whatever the change is. */
export async function readChange(repository: Repository, asked: Asked): Promise<Change> {
  const head = await repository.commitOf(asked.head, '--head');
  const base = await baseOf(repository, asked.base, head);
  const policy = await readGivenPolicy(repository, asked, { base, head });
  const { evidence } = asked.folders;
  const read = async (commit: string) => ({
    tree: await readRecipesOf(repository, commit, asked.folders),
    pointers: await readPointers(repository, commit, evidence),
  });
  const before = base && (await read(base.mergeBase));
  const after = await read(head);
  const tipOfBase = base && base.commit !== base.mergeBase ? base.commit : undefined;
  const pointers = await pointersOnceMerged(
    tipOfBase,
    { before: before?.pointers, head: after.pointers },
    async (tip) => await readPointers(repository, tip, evidence),
  );
  const sides = new Map([
    [head, pointers.head],
    [base?.commit ?? head, pointers.base],
  ]);
  const named = { folder: evidence, isNamed: asked.namesEvidence };
  await requirePointers(repository, sides, named);
  return {
    base: base ?? null,
    head: { name: asked.head, commit: head },
    recipes: { base: before?.tree, head: after.tree },
    pointers,
    policy: policy.policy,
    findings: [...behindBase(head, tipOfBase), ...policy.findings],
    folders: asked.folders,
  };
}

/** The recipes of a commit, without the evidence that may lie among them. */
export async function readRecipesOf(
  repository: Repository,
  commit: string,
  { recipes, evidence }: Folders,
): Promise<RecipeTree> {
  return await readRecipeTree(repository, commit, recipes, withinOf(recipes, evidence));
}

/** What was merged into the base since is there when head is merged, and protects. @param tip of a base that moved on */
async function pointersOnceMerged(
  tip: string | undefined,
  { before, head }: { readonly before: PointerFiles | undefined; readonly head: PointerFiles },
  read: (commit: string) => Promise<PointerFiles>,
): Promise<Change['pointers']> {
  if (before === undefined) return { base: head, head };
  if (tip === undefined) return { base: before, head };
  const base = await read(tip);
  return { base, head: mergedPointers(before, base, head) };
}

function behindBase(head: string, base: string | undefined): readonly PlacedFault[] {
  if (base === undefined) return [];
  const fault = faultJson({
    code: 'HEAD_BEHIND',
    at: '--head',
    found: `${head}, which does not come from ${base}, the tip of the base`,
    expected: 'a head with all that base has: what is merged has both',
    hint: 'bring the branch up to date with the base, as `git merge` or `git rebase` does, push it, and run the gate again',
    sentence: sentence`head lacks what was merged into the base since, up to ${base}`,
  });
  return [fault];
}

async function baseOf(
  repository: Repository,
  name: string | undefined,
  head: string,
): Promise<NonNullable<Change['base']> | undefined> {
  if (name === undefined) return undefined;
  const commit = await repository.commitOf(name, '--base');
  return { name, commit, mergeBase: await repository.mergeBase(commit, head) };
}

/** The evidence, as a folder in the recipes. */
function withinOf(recipes: string, evidence: string): readonly string[] {
  if (recipes === '') return [evidence];
  return evidence.startsWith(`${recipes}/`) ? [evidence.slice(recipes.length + 1)] : [];
}

async function readGivenPolicy(
  repository: Repository,
  { policy, policyRef }: Asked,
  { base, head }: { readonly base: Change['base'] | undefined; readonly head: string },
): Promise<Pick<Change, 'policy' | 'findings'>> {
  if (policyRef === undefined) {
    const bytes = await readPolicyFile(policy ?? '');
    return { policy: givenPolicy(bytes, nameOf(policy ?? '')), findings: [] };
  }
  const { bytes, path, commit } = await readPolicyAt(repository, policyRef, {
    base: base?.commit,
    head,
  });
  const given = { ...givenPolicy(bytes, policyRef), commit };
  if (base && !(await isEdited(repository, path, [base.mergeBase, head]))) {
    return { policy: given, findings: [] };
  }
  const { value: policyOfHead, error } = await attempt(async () => {
    const changed = await readFileAt(repository, head, path, MAX_CONFIG_BYTES);
    if (changed === undefined) throw withoutPolicy(path);
    return Buffer.compare(bytes, changed) === 0 ? undefined : parsePolicy(changed, path);
  });
  if (error) return { policy: given, findings: [notAtHead(path, error)] };
  if (policyOfHead === undefined) return { policy: given, findings: [] };
  const findings = base ? [policyChange(path, given.policy, policyOfHead)] : [];
  return { policy: { ...given, policyOfHead }, findings };
}

function notAtHead(path: string, error: EvidenceError): PlacedFault {
  return {
    ...{ ...faultJson(faultOf(error)), file: path, line: 1 },
    sentence: sentence`once this change is merged no gate can run: ${path} is no policy at head; this report is by that of the base`,
  };
}

/** By the change itself: base may have moved on. */
async function isEdited(
  repository: Repository,
  path: string,
  [before, after]: readonly [string, string],
): Promise<boolean> {
  const [old, now] = [
    await repository.entryAt(before, path),
    await repository.entryAt(after, path),
  ];
  return old?.id !== now?.id || old?.kind !== now?.kind;
}

async function readPolicyFile(path: string): Promise<Uint8Array> {
  const { value, error } = await attempt(
    async () => await readConfig(path, 'policy', 'POLICY_INVALID'),
  );
  if (value !== undefined) return value;
  const isOfCommit = error.code === 'FILE_UNREADABLE' && /^[^:]+:.+$/s.test(path);
  throw isOfCommit
    ? withHint(error, 'name a file; what is in a commit is for --policy-ref')
    : error;
}

/** It is judged by that of the base, but once it is merged nothing would be. */
function withoutPolicy(path: string): EvidenceError {
  return new EvidenceError('POLICY_INVALID', {
    at: path,
    found: 'no such file at head: no gate could run once this is merged',
    expected: 'a policy, as base has one',
    hint: 'put the file back, or have the gate read another one before this is merged',
  });
}

function givenPolicy(bytes: Uint8Array, source: string): GivenPolicy {
  return { bytes, source, policy: parsePolicy(bytes, source), digest: digestOf(bytes) };
}
