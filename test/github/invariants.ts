// What must hold of the workflows, whatever else they do: data of strangers runs nowhere, and nobody has a right that is
// not needed. Each invariant says what breaks it.
import {
  OUR_ACTION,
  workflowIn,
  type Job,
  type Step,
  type Workflow,
  type WorkflowName,
} from './workflow-file.ts';

interface Expected {
  readonly triggers: readonly string[];
  readonly permissions: Readonly<Record<string, string>>;
  /** What it may read of the event, which strangers write in parts. */
  readonly event: readonly string[];
}

export const EXPECTED: Readonly<Record<WorkflowName, Expected>> = {
  'recipe-evidence': {
    triggers: ['pull_request'],
    permissions: { contents: 'read' },
    event: ['event.pull_request.head.sha', 'event.pull_request.number'],
  },
  'recipe-evidence-comment': {
    triggers: ['workflow_run'],
    permissions: { contents: 'read', 'pull-requests': 'write', statuses: 'write' },
    event: ['event.workflow_run.event', 'event.workflow_run.head_sha'],
  },
  'recipe-evidence-all': {
    triggers: ['schedule', 'workflow_dispatch'],
    permissions: { contents: 'read' },
    event: [],
  },
  'sign-evidence': {
    triggers: ['push', 'workflow_dispatch'],
    permissions: { contents: 'write', 'id-token': 'write', packages: 'write' },
    event: ['event.repository.fork'],
  },
};

type Invariant = (workflow: Workflow, text: string, expected: Expected) => boolean;

/** By what they forbid. */
export const INVARIANTS: Readonly<Record<string, Invariant>> = {
  'another trigger': ({ on }, _, { triggers }) => isSame(Object.keys(on), triggers),
  'a right for all jobs': ({ permissions }) => isSame(permissions, {}),
  'another right': ({ jobs }, _, { permissions }) =>
    Object.values(jobs).every((job) => isSame(sorted(job.permissions), sorted(permissions))),
  'an expression in a script': (workflow) =>
    stepsOf(workflow).every(({ run = '' }) => !run.includes('${{')),
  'another text of the event': (_, text, { event }) =>
    [...text.matchAll(/\bgithub\.(event\.[\w.]+|event\b|head_ref|ref_name)/g)].every(
      ([, name = '']) => event.includes(name),
    ),
  'a secret': (_, text) => !/\bsecrets\b/.test(text),
  'an action by a name that can move': (workflow) =>
    usedIn(workflow).every((name) => /^[\w-]+\/[\w/-]+@[0-9a-f]{40}$/.test(name)),
  'another action': (workflow) => usedIn(workflow).every((name) => isAllowed(name, workflow)),
  'files of the head': (workflow) => isSigning(workflow) || stepsOf(workflow).every(writesNoFile),
  'another commit than that of the push': (workflow) =>
    stepsOf(workflow).every(
      ({ uses = '', with: given = {} }) =>
        !uses.startsWith('actions/checkout@') || isSame(given, { 'persist-credentials': false }),
    ),
  'what another run made': (_, text) =>
    !/download-artifact|actions\/cache|gh run download|restore-keys/.test(text),
  'a token where nothing needs it': (workflow) =>
    jobsOf(workflow).every(
      ({ env = {}, steps }) =>
        !hasToken(env) && steps.every((step) => !hasToken(step.env ?? {}) || needsToken(step)),
    ),
  'a job without an end': (_, text) => /^ {4}timeout-minutes: \d\d$/m.test(text),
  'another base than its own': (workflow) =>
    isSigning(workflow) || jobsOf(workflow).every(({ env = {} }) => env['BASE'] === 'main'),
  'a policy of the change': (workflow) =>
    judging(workflow).every(({ with: given }) =>
      /^--policy-ref origin\/\$\{\{ env\.BASE \}\}:\S+$/m.test(String(given?.['arguments'])),
    ),
  'a status on another commit than the judged one': (workflow) =>
    !isDeciding(workflow) || jobsOf(workflow).every((job) => isOneCommit(job)),
  'a decision before the old one is superseded': (workflow) =>
    !isDeciding(workflow) || jobsOf(workflow).every((job) => beginsFirst(job)),
};

/** What breaks, of a workflow with this text. */
export function brokenIn(name: WorkflowName, text: string): readonly string[] {
  const workflow = workflowIn(text);
  return Object.entries(INVARIANTS)
    .filter(([, holds]) => !holds(workflow, withoutComments(text), EXPECTED[name]))
    .map(([what]) => what);
}

function withoutComments(text: string): string {
  return text.replaceAll(/(^|\s)#.*$/gm, '$1');
}

function jobsOf({ jobs }: Workflow): readonly Job[] {
  return Object.values(jobs);
}

function stepsOf(workflow: Workflow): readonly Step[] {
  return jobsOf(workflow).flatMap(({ steps }) => steps);
}

function usedIn(workflow: Workflow): readonly string[] {
  return stepsOf(workflow).flatMap(({ uses }) => (uses === undefined ? [] : [uses]));
}

function isSigning({ on }: Workflow): boolean {
  return 'push' in on;
}

function isDeciding({ on }: Workflow): boolean {
  return 'workflow_run' in on;
}

/** Only who signs has files: those of its own branch. */
function isAllowed(name: string, workflow: Workflow): boolean {
  return name === OUR_ACTION || (isSigning(workflow) && name.startsWith('actions/checkout@'));
}

/** Of git only what brings objects into a repository without files. */
function writesNoFile({ uses = '', run = '' }: Step): boolean {
  const verbs = [
    ...run.matchAll(/(?:^|\s)(git|gh|tar|unzip|curl|wget)\b([^\n\\]*(?:\\\n[^\n\\]*)*)/g),
  ];
  return (
    !uses.startsWith('actions/checkout@') &&
    verbs.every(
      ([, program, words = '']) =>
        program === 'git' &&
        (words.startsWith(' init --quiet --bare ') || / fetch --quiet /.test(words)),
    )
  );
}

function hasToken(env: Readonly<Record<string, string>>): boolean {
  return Object.values(env).some((value) => /github\.token|GITHUB_TOKEN/.test(value));
}

function needsToken({ run = '' }: Step): boolean {
  return /\bgate post\b|\bfetch --quiet\b|\bdocker login\b|\bpush origin\b/.test(run);
}

function judging(workflow: Workflow): readonly Step[] {
  return stepsOf(workflow).filter(({ with: given }) => given?.['command'] === 'gate');
}

function isOneCommit({ env = {}, steps }: Job): boolean {
  const posts = steps.filter(({ run = '' }) => run.includes('gate post'));
  const judges = steps.filter(({ with: given }) => given?.['command'] === 'gate');
  return (
    env['HEAD_SHA'] === '${{ github.event.workflow_run.head_sha }}' &&
    steps.every((step) => !('HEAD_SHA' in (step.env ?? {}))) &&
    posts.length === 2 &&
    posts.every(({ run = '' }) => run.includes('--head "$HEAD_SHA"')) &&
    judges.length === 1 &&
    judges.every(({ with: given }) =>
      /^--head \$\{\{ env\.HEAD_SHA \}\}$/m.test(String(given?.['arguments'])),
    )
  );
}

function beginsFirst({ steps }: Job): boolean {
  const first = steps.find(({ run }) => run !== undefined);
  return first?.run?.includes('--begin') === true;
}

function sorted(fields: Readonly<Record<string, string>> | undefined): unknown {
  return Object.entries(fields ?? {})
    .map((pair) => pair.join(': '))
    .toSorted();
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
