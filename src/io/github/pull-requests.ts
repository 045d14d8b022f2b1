// Pull requests, and the state of their heads.
import { dataAt } from './data-at.ts';
import type { GitHub } from './github.ts';

/** What is judged: the commit that is to be merged, and the branch that it goes into. */
export interface Change {
  readonly base: string;
  readonly head: string;
}

/** The numbers of those that are open. Not those that GitHub lists for a commit: it leaves out forks. */
export async function openPullRequests(github: GitHub, change: Change): Promise<readonly number[]> {
  const numbers: number[] = [];
  const parameters = { state: 'open', base: change.base };
  const needs = 'pull-requests: read';
  for await (const pull of github.all({ route: 'GET /pulls', parameters, needs })) {
    const number = dataAt(pull, 'number');
    if (typeof number === 'number' && isOf(pull, change)) numbers.push(number);
  }
  return numbers;
}

/** Whether the pull request is still what was judged. */
export async function isCurrent(github: GitHub, number: number, change: Change): Promise<boolean> {
  const pull = await github.call({
    route: 'GET /pulls/{pull_number}',
    parameters: { pull_number: number },
    needs: 'pull-requests: read',
  });
  return isOf(pull, change);
}

function isOf(pull: unknown, { base, head }: Change): boolean {
  return (
    dataAt(pull, 'state') === 'open' &&
    dataAt(pull, 'base', 'ref') === base &&
    dataAt(pull, 'head', 'sha') === head
  );
}

export interface CommitStatus {
  readonly state: 'pending' | 'success' | 'failure' | 'error';
  readonly context: string;
  /** GitHub takes 140 characters. */
  readonly description: string;
  /** Where it leads. */
  readonly url: string | undefined;
}

export async function setStatus(
  github: GitHub,
  head: string,
  { state, context, description, url }: CommitStatus,
): Promise<void> {
  await github.call({
    route: 'POST /statuses/{sha}',
    parameters: {
      ...{ sha: head, state, context, description: description.slice(0, 140) },
      ...(url !== undefined && { target_url: url }),
    },
    needs: 'statuses: write',
  });
}
