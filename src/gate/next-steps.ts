// What to do next for a recipe that lacks something: the exact commands, as lists of words.

import { pathWord } from '../shell-words.ts';
import type { GatePiece, State, Step } from './gate-json.ts';
import type { TreeRecipe } from './recipes.ts';

/** From the root of the repository. */
export interface Folders {
  readonly recipes: string;
  readonly evidence: string;
}

interface Lacking {
  readonly recipe: TreeRecipe;
  readonly evidence: readonly GatePiece[];
  /** Whether the change adds signers to the policy. */
  readonly isListing: boolean;
}

const OTHER_SIGNER =
  'ask another signer, whom the policy lists, to make evidence on a cluster of their own:';
const CORRECT = 'correct what is said of the recipe';
const MERGE_LISTING =
  'a change cannot list its own signer: merge the listing by itself first, and run the gate of this change again';
const OTHER_NAME =
  'have a signer make the evidence whom the policy lists, or have the maintainers list this one in a change of its own, merged first';

export function nextSteps(state: State, lacking: Lacking, folders: Folders): readonly Step[] {
  const steps: Readonly<Partial<Record<State, () => readonly Step[]>>> = {
    invalid: () => [...hintsOf(state, lacking, CORRECT), ...makeEvidence(lacking, folders)],
    'not-allowed': () => allowedSigner(lacking),
    unreachable: () => hintsOf(state, lacking),
    missing: () => makeEvidence(lacking, folders),
    unsigned: () => signEvidence(lacking, folders),
    stale: () => makeEvidence(lacking, folders),
    undecided: () => [...hintsOf(state, lacking), ...makeEvidence(lacking, folders)],
    short: () => [say('elsewhere', OTHER_SIGNER), ...makeEvidence(lacking, folders)],
    red: () => makeEvidence(lacking, folders),
  };
  return steps[state]?.() ?? [];
}

/** What the faults of the pieces that decide say, each once. @param usual if there is none */
function hintsOf(state: State, { evidence }: Lacking, usual?: string): readonly Step[] {
  const hints = evidence.flatMap((piece) =>
    piece.state === state && piece.fault !== undefined ? [piece.fault.hint] : [],
  );
  const all = hints.length === 0 && usual !== undefined ? [usual] : hints;
  return [...new Set(all)].map((hint) => say('elsewhere', hint));
}

function allowedSigner(lacking: Lacking): readonly Step[] {
  if (lacking.isListing) return [say('elsewhere', MERGE_LISTING)];
  const { evidence } = lacking;
  const isOther = evidence.some(({ fault }) => fault?.code === 'SIGNER_NOT_ALLOWED');
  return isOther ? [say('elsewhere', OTHER_NAME)] : hintsOf('not-allowed', lacking);
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
    command('git commit --signoff --message', 'Add evidence'),
    command('git push'),
  );
}
