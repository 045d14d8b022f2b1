// Single steps of what to do next: words, and commands as lists of words.

import { pathWord } from '../shell-words.ts';
import type { Step } from './gate-json.ts';
import type { TreeRecipe } from './recipes.ts';

/** From the root of the repository. */
export interface Folders {
  readonly recipes: string;
  readonly evidence: string;
}

/** A registry of the contributor's own. */
export const OWN_PLACE = 'oci://ghcr.io/YOU/aicr-evidence';

export function say(
  where: Step['where'],
  what: string | Step['what'],
  ...commands: Step['commands']
): Step {
  return { where, what: typeof what === 'string' ? [what] : what, commands };
}

/** @param text words without anything that a shell reads, and then words of any kind */
export function command(text: string, ...others: readonly string[]): readonly string[] {
  return [...text.split(' '), ...others];
}

export function commitPointer({ evidence }: Folders): Step {
  return say(
    'commit',
    'commit the pointer:',
    command('git add --', evidence),
    ...committed('Add evidence'),
  );
}

export function committed(message: string): Step['commands'] {
  return [command('git commit --signoff --message', message), command('git push')];
}

/** From a cluster to a pointer. */
export function makeEvidence(recipe: TreeRecipe, folders: Folders): readonly Step[] {
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
        `affidavit evidence publish evidence.tar.gz ${OWN_PLACE} --login browser --evidence-dir`,
        directory,
      ),
    ),
    commitPointer(folders),
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
