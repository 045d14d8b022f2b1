// What to do next for a recipe that lacks something: the exact commands, as lists of words.

import { compareBytes } from '../compare-bytes.ts';
import type { Fault } from '../errors/evidence-error.ts';
import { sentence, type Sentence } from '../sentence.ts';
import { pathWord } from '../shell-words.ts';
import { adviceOf, reachSteps } from './advice.ts';
import type { GatePiece, State, Step } from './gate-json.ts';
import type { TreeRecipe } from './recipes.ts';
import { command, commitPointer, committed, makeEvidence, say, type Folders } from './steps.ts';
import type { TouchedPointer } from './touched-pointers.ts';

export interface Lacking {
  readonly recipe: TreeRecipe;
  readonly evidence: readonly GatePiece[];
  /** Whether the policy is AICR's allowlist, whose entries are other ones. */
  readonly isAllowlist: boolean;
  /** Whether the change adds signers to the policy. */
  readonly isListing: boolean;
  /** Why head cannot resolve the recipe. */
  readonly fault: Fault | undefined;
  readonly touched: readonly TouchedPointer[];
  /** From which the change is counted. */
  readonly mergeBase: string | undefined;
  /** Whether the change has the recipe as it was. */
  readonly isSame: boolean;
  /** Whether the evidence is enough without that of these pointers. */
  readonly isGoodWithout: (paths: ReadonlySet<string>) => boolean;
  /** Pointers that break the contract only by others to the same bundle, which is of this recipe. */
  readonly stays: ReadonlySet<string>;
  /** Whom to ask, where there are too few. */
  readonly ask: Sentence;
  /** Registries that the policy lists. */
  readonly hosts: readonly string[];
}

const MERGE_LISTING =
  'a change cannot list its own signer: merge the listing by itself first, and run the gate of this change again';
const OTHER_NAME =
  'the policy does not list this signer; if it is to, the maintainers list it in a change of its own, merged first, and have the gate of this change run again; the entry for "signers" of the policy: ';
const WITHOUT = 'or do without this evidence:';
const STAYS =
  'what it leads to is evidence of this recipe: its pointer can stay, once the change has no pointer of another recipe to the same bundle';
const TAKE_BACK =
  'take back what this change does to the pointers, from the root of the repository:';
const INSTEAD = 'or, in place of that: ';
const ENOUGH = 'then commit that, which is enough:';
const ENOUGH_BUT = 'then commit that, which is enough, unless this change is to bring evidence:';

export function nextSteps(state: State, lacking: Lacking, folders: Folders): readonly Step[] {
  if (lacking.fault !== undefined) return [say('commit', lacking.fault.hint)];
  const anew = (): readonly Step[] => makeEvidence(lacking.recipe, folders);
  const back = (isForEvidence = true): readonly Step[] =>
    withoutBad(lacking, isForEvidence, folders);
  const steps: Readonly<Partial<Record<State, () => readonly Step[]>>> = {
    invalid: () =>
      lacking.stays.size > 0 && takenBack(lacking).length === 0
        ? [say('elsewhere', STAYS)]
        : [...back(false), ...hintsOf(state, lacking, INSTEAD)],
    'not-allowed': () =>
      lacking.isListing
        ? [say('elsewhere', MERGE_LISTING)]
        : [...allowedSigner(lacking), ...back()],
    unreachable: () => reachable(lacking, folders),
    missing: () => [...(lacking.ask.length > 0 ? [say('elsewhere', lacking.ask)] : []), ...back()],
    unsigned: () => [...takeBack(lacking), ...signEvidence(lacking, folders)],
    stale: back,
    undecided: () => [...hintsOf(state, lacking), ...back()],
    short: () =>
      takenBack(lacking).length > 0 ? back() : [say('elsewhere', lacking.ask), ...anew()],
    red: back,
  };
  return steps[state]?.() ?? [];
}

/** What the faults of the pieces that decide say, each once. */
function hintsOf(state: State, { evidence }: Lacking, lead = ''): readonly Step[] {
  const hints = evidence.flatMap((piece) =>
    piece.state === state && piece.fault !== undefined ? [adviceOf(piece.fault)] : [],
  );
  return [...new Set(hints)].map((hint) => say('elsewhere', `${lead}${hint}`));
}

function allowedSigner(lacking: Lacking): readonly Step[] {
  const others = lacking.evidence.filter(({ fault }) => fault?.code === 'SIGNER_NOT_ALLOWED');
  if (others.length === 0 || lacking.isAllowlist) return hintsOf('not-allowed', lacking);
  const entries = new Set(others.flatMap(({ signer }) => (signer ? [entryOf(signer)] : [])));
  const said = [...entries].map((entry) => say('elsewhere', sentence`${[OTHER_NAME]}${entry}`));
  return [...said, say('elsewhere', WITHOUT)];
}

/** As a policy has it. */
function entryOf(signer: NonNullable<GatePiece['signer']>): string {
  return JSON.stringify({ ...signer, tier: undefined, label: undefined });
}

/** What cannot be had or judged, each by its own way. */
function reachable({ evidence, hosts }: Lacking, folders: Folders): readonly Step[] {
  const steps = evidence
    .filter(({ state }) => state === 'unreachable')
    .flatMap((piece) => reachSteps(piece, folders, hosts));
  return [...new Map(steps.map((step) => [JSON.stringify(step), step])).values()];
}

/** What the change brings must be good by itself: other evidence does not help while this is there. */
function withoutBad(lacking: Lacking, isForEvidence: boolean, folders: Folders): readonly Step[] {
  const taken = takenBack(lacking);
  if (taken.length === 0) return makeEvidence(lacking.recipe, folders);
  const first = takeBack(lacking);
  const paths = new Set(taken.map(({ path }) => path));
  if (!lacking.isSame && !lacking.isGoodWithout(paths)) {
    return [...first, ...makeEvidence(lacking.recipe, folders)];
  }
  const isMore = isForEvidence && taken.some(({ change }) => change === 'added');
  return [
    ...first,
    say('commit', isMore ? ENOUGH_BUT : ENOUGH, ...committed('Take back pointers')),
    ...(isMore ? makeEvidence(lacking.recipe, folders) : []),
  ];
}

function takeBack(lacking: Lacking): readonly Step[] {
  const commands = takenBack(lacking).map((each) => undo(each, lacking));
  return commands.length === 0 ? [] : [say('commit', TAKE_BACK, ...commands)];
}

function takenBack({ evidence, touched, isSame, stays }: Lacking): readonly TouchedPointer[] {
  const bad = new Set(
    evidence.filter(({ state }) => !LEFT.has(state)).map(({ pointer }) => pointer.path),
  );
  const brought = touched.filter(
    ({ path, change }) => change !== 'removed' && !stays.has(path) && bad.has(path),
  );
  // Without a change of the recipe what was there is as good as it was.
  const removed = touched.filter(
    ({ change, isMoved }) => change === 'removed' && isSame && (!isMoved || brought.length > 0),
  );
  return [...brought, ...removed].toSorted((a, b) => compareBytes(a.path, b.path));
}

/** Good, or another place or a signature makes it so. */
const LEFT: ReadonlySet<State> = new Set(['single', 'unreachable', 'unsigned']);

function undo(
  { path, change }: TouchedPointer,
  { mergeBase = 'HEAD' }: Lacking,
): readonly string[] {
  // What is a pattern to git would take other files too.
  const git = /[*?[\\]|^:/.test(path) ? 'git --literal-pathspecs' : 'git';
  if (change === 'added') return command(`${git} rm --`, path);
  return command(`${git} checkout ${mergeBase} --`, path);
}

function signEvidence(lacking: Lacking, folders: Folders): readonly Step[] {
  const paths = lacking.evidence
    .filter(({ state, digest }) => state === 'unsigned' && digest !== undefined)
    .map(({ pointer }) => pathWord(pointer.path));
  if (paths.length === 0) return makeEvidence(lacking.recipe, folders);
  return [
    say(
      'laptop',
      'sign what the pointer leads to, or have the workflow of your fork sign it:',
      command('affidavit evidence sign', ...paths, '--login', 'browser'),
    ),
    commitPointer(folders),
  ];
}
