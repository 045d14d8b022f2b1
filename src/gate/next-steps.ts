// What to do next for a recipe that lacks something: the exact commands, as lists of words.

import { compareBytes } from '../compare-bytes.ts';
import type { Fault } from '../errors/evidence-error.ts';
import { pathWord } from '../shell-words.ts';
import type { GatePiece, State, Step } from './gate-json.ts';
import type { TreeRecipe } from './recipes.ts';
import type { TouchedPointer } from './touched-pointers.ts';

/** From the root of the repository. */
export interface Folders {
  readonly recipes: string;
  readonly evidence: string;
}

export interface Lacking {
  readonly recipe: TreeRecipe;
  readonly evidence: readonly GatePiece[];
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
}

const OTHER_SIGNER =
  'ask another signer, whom the policy lists, to make evidence on a cluster of their own:';
const MERGE_LISTING =
  'a change cannot list its own signer: merge the listing by itself first, and run the gate of this change again';
const OTHER_NAME =
  'have the maintainers list this signer in a change of its own, merged first, and run the gate of this change again; or do without this evidence:';
const TAKE_BACK =
  'take back what this change does to the pointers, from the root of the repository:';
const ENOUGH = 'then commit that, which is enough:';
const ENOUGH_BUT = 'then commit that, which is enough, unless this change is to bring evidence:';

export function nextSteps(state: State, lacking: Lacking, folders: Folders): readonly Step[] {
  if (lacking.fault !== undefined) return [say('commit', lacking.fault.hint)];
  const anew = (): readonly Step[] => makeEvidence(lacking, folders);
  const back = (isForEvidence = true): readonly Step[] =>
    withoutBad(lacking, isForEvidence, folders);
  const steps: Readonly<Partial<Record<State, () => readonly Step[]>>> = {
    invalid: () => [...hintsOf(state, lacking), ...back(false)],
    'not-allowed': () =>
      lacking.isListing
        ? [say('elsewhere', MERGE_LISTING)]
        : [...allowedSigner(lacking), ...back()],
    unreachable: () => hintsOf(state, lacking),
    missing: back,
    unsigned: () => [...takeBack(lacking), ...signEvidence(lacking, folders)],
    stale: back,
    undecided: () => [...hintsOf(state, lacking), ...back()],
    short: () =>
      takenBack(lacking).length > 0 ? back() : [say('elsewhere', OTHER_SIGNER), ...anew()],
    red: back,
  };
  return steps[state]?.() ?? [];
}

/** What the faults of the pieces that decide say, each once. */
function hintsOf(state: State, { evidence }: Lacking): readonly Step[] {
  const hints = evidence.flatMap((piece) =>
    piece.state === state && piece.fault !== undefined ? [piece.fault.hint] : [],
  );
  return [...new Set(hints)].map((hint) => say('elsewhere', hint));
}

function allowedSigner(lacking: Lacking): readonly Step[] {
  const isOther = lacking.evidence.some(({ fault }) => fault?.code === 'SIGNER_NOT_ALLOWED');
  return isOther ? [say('elsewhere', OTHER_NAME)] : hintsOf('not-allowed', lacking);
}

/** What the change brings must be good by itself: other evidence does not help while this is there. */
function withoutBad(lacking: Lacking, isForEvidence: boolean, folders: Folders): readonly Step[] {
  const taken = takenBack(lacking);
  if (taken.length === 0) return makeEvidence(lacking, folders);
  const first = takeBack(lacking);
  const paths = new Set(taken.map(({ path }) => path));
  if (!lacking.isSame && !lacking.isGoodWithout(paths)) {
    return [...first, ...makeEvidence(lacking, folders)];
  }
  const isMore = isForEvidence && taken.some(({ change }) => change === 'added');
  return [
    ...first,
    say('commit', isMore ? ENOUGH_BUT : ENOUGH, ...committed('Take back pointers')),
    ...(isMore ? makeEvidence(lacking, folders) : []),
  ];
}

function takeBack(lacking: Lacking): readonly Step[] {
  const commands = takenBack(lacking).map((each) => undo(each, lacking));
  return commands.length === 0 ? [] : [say('commit', TAKE_BACK, ...commands)];
}

function takenBack({ evidence, touched, isSame }: Lacking): readonly TouchedPointer[] {
  const bad = new Set(
    evidence.filter(({ state }) => !LEFT.has(state)).map(({ pointer }) => pointer.path),
  );
  const brought = touched.filter(
    ({ path, change, isRead }) => change !== 'removed' && (!isRead || bad.has(path)),
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

function say(where: Step['where'], what: string, ...commands: Step['commands']): Step {
  return { where, what: [what], commands };
}

/** @param text words without anything that a shell reads, and then words of any kind */
function command(text: string, ...others: readonly string[]): readonly string[] {
  return [...text.split(' '), ...others];
}

function makeEvidence({ recipe }: Lacking, folders: Folders): readonly Step[] {
  const data = ['--data', pathWord(folders.recipes)];
  const files = '--recipe recipe.yaml --snapshot snapshot.yaml';
  const directory = pathWord(folders.evidence);
  return [
    say(
      'laptop',
      'resolve the recipe as it is in this change:',
      command('affidavit recipe resolve', ...data, ...asked(recipe), '--output', 'recipe.yaml'),
    ),
    say(
      'cluster',
      'look at the cluster, and run the checks there:',
      command('aicr snapshot --output snapshot.yaml'),
      command(`aicr validate ${files} --output results.json`),
    ),
    say(
      'laptop',
      'pack the evidence; publish it in a registry of your own and sign it, which writes the pointer:',
      command(
        `affidavit validate ${files} --results results.json`,
        ...data,
        '--no-sign',
        '--emit-evidence',
        'evidence.tar.gz',
      ),
      command(
        'affidavit evidence publish evidence.tar.gz oci://ghcr.io/YOU/aicr-evidence --login browser --evidence-dir',
        directory,
      ),
    ),
    commit(folders),
  ];
}

/** The flags of `recipe resolve` that ask for this recipe. */
function asked({ criteria, profile }: TreeRecipe): readonly string[] {
  const { service, accelerator, os, intent, platform, nodes } = criteria;
  const rows = [
    ...[
      ['--service', service],
      ['--accelerator', accelerator],
      ['--os', os],
    ],
    ...[
      ['--intent', intent],
      ['--platform', platform],
      ['--nodes', nodes === 0 ? '' : `${nodes}`],
    ],
    ['--profile', profile === undefined ? '' : `${profile.name}=${profile.value}`],
  ];
  return rows.filter(([, value]) => value !== '').flat();
}

function signEvidence(lacking: Lacking, folders: Folders): readonly Step[] {
  const paths = lacking.evidence
    .filter(({ state, digest }) => state === 'unsigned' && digest !== undefined)
    .map(({ pointer }) => pathWord(pointer.path));
  if (paths.length === 0) return makeEvidence(lacking, folders);
  return [
    say(
      'laptop',
      'sign what the pointer leads to, or have the workflow of your fork sign it:',
      command('affidavit evidence sign', ...paths, '--login', 'browser'),
    ),
    commit(folders),
  ];
}

function commit({ evidence }: Folders): Step {
  return say(
    'commit',
    'commit the pointer:',
    command('git add --', evidence),
    ...committed('Add evidence'),
  );
}

function committed(message: string): Step['commands'] {
  return [command('git commit --signoff --message', message), command('git push')];
}
