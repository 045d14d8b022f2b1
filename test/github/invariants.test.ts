import { describe, expect, it } from 'vitest';

import { EXPECTED, INVARIANTS, brokenIn } from './invariants.ts';
import { ACTION, WORKFLOWS, textOf, workflowNamed, type WorkflowName } from './workflow-file.ts';

const DECIDE = 'recipe-evidence-comment';
const QUICK = 'recipe-evidence';
const SIGN = 'sign-evidence';

const CHECKOUT = `- uses: actions/checkout@${'1'.repeat(40)}
        with:
          persist-credentials: false
          ref: \${{ github.event.workflow_run.head_sha }}
      `;

/** A change of one thing, and what it breaks; the first of `breaks` is what it is about. */
interface Mutant {
  readonly of: WorkflowName;
  readonly what: string;
  readonly from: string | RegExp;
  readonly to: string;
  readonly breaks: readonly string[];
}

const MUTANTS: readonly Mutant[] = [
  {
    of: QUICK,
    what: 'runs with the rights of the base',
    from: 'pull_request:',
    to: 'pull_request_target:',
    breaks: ['another trigger'],
  },
  {
    of: DECIDE,
    what: 'gives all jobs all rights',
    from: 'permissions: {}',
    to: 'permissions: write-all',
    breaks: ['a right for all jobs'],
  },
  {
    of: QUICK,
    what: 'may comment',
    from: 'contents: read\n',
    to: 'contents: read\n      pull-requests: write\n',
    breaks: ['another right'],
  },
  {
    of: DECIDE,
    what: 'may push',
    from: 'contents: read',
    to: 'contents: write',
    breaks: ['another right'],
  },
  {
    of: DECIDE,
    what: 'lets the shell read the commit',
    from: '--head "$HEAD_SHA" --status "$STATUS" --begin',
    to: '--head "${{ env.HEAD_SHA }}" --status "$STATUS" --begin',
    breaks: ['an expression in a script', 'a status on another commit than the judged one'],
  },
  {
    of: QUICK,
    what: 'reads the name of the branch',
    from: 'github.event.pull_request.head.sha',
    to: 'github.event.pull_request.head.ref',
    breaks: ['another text of the event'],
  },
  {
    of: QUICK,
    what: 'reads the name of the branch in another way',
    from: 'github.event.pull_request.number',
    to: 'github.head_ref',
    breaks: ['another text of the event'],
  },
  {
    of: DECIDE,
    what: 'takes the number of the pull request from the event',
    from: '            --base "$BASE" --head "$HEAD_SHA" --status "$STATUS" --report "$REPORT"',
    to: '            --base "$BASE" --head "$HEAD_SHA" --status "$STATUS" --report "$REPORT" \\\n            --pull-request "$N"\n        # \n      - env:\n          N: ${{ github.event.workflow_run.pull_requests }}\n        run: exit',
    breaks: ['another text of the event'],
  },
  {
    of: QUICK,
    what: 'has a secret',
    from: 'BASE: main',
    to: 'BASE: main\n      KEY: ${{ secrets.KEY }}',
    breaks: ['a secret'],
  },
  {
    of: SIGN,
    what: 'uses a tag',
    from: /actions\/checkout@[0-9a-f]{40}/,
    to: 'actions/checkout@v7',
    breaks: ['an action by a name that can move'],
  },
  {
    of: DECIDE,
    what: 'checks out the head',
    from: '- name: Build affidavit',
    to: `${CHECKOUT}- name: Build affidavit`,
    breaks: ['another action', 'files of the head', 'another commit than that of the push'],
  },
  {
    of: DECIDE,
    what: 'checks out the head with git',
    from: 'init --quiet --bare "$RUNNER_TEMP/recipes.git"\n',
    to: 'init --quiet --bare "$RUNNER_TEMP/recipes.git"\n          git checkout "$HEAD_SHA"\n',
    breaks: ['files of the head'],
  },
  {
    of: QUICK,
    what: 'makes a repository with files',
    from: 'git init --quiet --bare',
    to: 'git init --quiet',
    breaks: ['files of the head'],
  },
  {
    of: SIGN,
    what: 'checks out another commit',
    from: 'persist-credentials: false',
    to: 'persist-credentials: false\n          ref: ${{ inputs.ref }}',
    breaks: ['another commit than that of the push'],
  },
  {
    of: SIGN,
    what: 'leaves its token on the disk',
    from: 'persist-credentials: false',
    to: 'persist-credentials: true',
    breaks: ['another commit than that of the push'],
  },
  {
    of: DECIDE,
    what: 'reads an artifact of the other run',
    from: '- name: Build affidavit',
    to: `- uses: actions/download-artifact@${'1'.repeat(40)}\n      - name: Build affidavit`,
    breaks: ['what another run made', 'another action'],
  },
  {
    of: DECIDE,
    what: 'gives the token to all steps',
    from: 'BASE: main',
    to: 'BASE: main\n      GITHUB_TOKEN: ${{ github.token }}',
    breaks: ['a token where nothing needs it'],
  },
  {
    of: DECIDE,
    what: 'gives the token to the gate',
    from: 'id: gate\n',
    to: 'id: gate\n        env:\n          GITHUB_TOKEN: ${{ github.token }}\n',
    breaks: ['a token where nothing needs it'],
  },
  {
    of: QUICK,
    what: 'may run for hours',
    from: /^ {4}timeout-minutes.*\n/m,
    to: '',
    breaks: ['a job without an end'],
  },
  {
    of: DECIDE,
    what: 'takes the base from the event',
    from: 'BASE: main',
    to: 'BASE: ${{ github.event.workflow_run.pull_requests[0].base.ref }}',
    breaks: ['another base than its own', 'another text of the event'],
  },
  {
    of: DECIDE,
    what: 'takes the policy of the head',
    from: '--policy-ref origin/${{ env.BASE }}:',
    to: '--policy-ref ${{ env.HEAD_SHA }}:',
    breaks: ['a policy of the change'],
  },
  {
    of: DECIDE,
    what: 'judges what the branch is by now',
    from: '--head ${{ env.HEAD_SHA }}',
    to: '--head FETCH_HEAD',
    breaks: ['a status on another commit than the judged one'],
  },
  {
    of: DECIDE,
    what: 'sets the status on another commit',
    from: '--head "$HEAD_SHA" --status "$STATUS" --report "$REPORT"',
    to: '--head "$GITHUB_SHA" --status "$STATUS" --report "$REPORT"',
    breaks: ['a status on another commit than the judged one'],
  },
  {
    of: DECIDE,
    what: 'leaves the old decision until there is a new one',
    from: ' --begin',
    to: ' --report x',
    breaks: ['a decision before the old one is superseded'],
  },
];

function mutated({ of: name, from, to }: Mutant): string {
  const text = textOf(name);
  const changed = text.replace(from, () => to);
  expect(changed).not.toBe(text);
  return changed;
}

describe('E-53 the workflows', () => {
  it.each(WORKFLOWS)(
    'run no data of strangers, and have no right that they do not need: %s',
    (name) => {
      expect(brokenIn(name, textOf(name))).toEqual([]);
    },
  );

  it.each(MUTANTS)('are refused if one $what: $of', (mutant) => {
    const broken = brokenIn(mutant.of, mutated(mutant));
    expect(broken.toSorted()).toEqual(mutant.breaks.toSorted());
  });

  it.each(WORKFLOWS)('tell a linter to be silent with a reason alone: %s', (name) => {
    for (const [, reason = ''] of textOf(name).matchAll(/zizmor: ignore\[[\w-]+\](.*)/g)) {
      expect(reason.length).toBeGreaterThan(20);
    }
    expect(textOf(name)).not.toMatch(/actionlint.*ignore|shellcheck disable/);
  });

  it('show each invariant broken', () => {
    const shown = new Set(MUTANTS.map(({ breaks: [about = ''] }) => about));
    expect([...shown].toSorted()).toEqual(Object.keys(INVARIANTS).toSorted());
  });

  it('give no expression to a shell in the action, and take no token', () => {
    for (const { run = '', uses } of ACTION.runs.steps) {
      expect([run.includes('${{'), uses]).toEqual([false, undefined]);
    }
    expect(Object.keys(ACTION.inputs)).toEqual(['command', 'arguments', 'fail']);
  });

  it('fetch in the same way for the quick answer and for the decision', () => {
    const fetches = [QUICK, DECIDE].map((name) =>
      Object.values(workflowNamed(name as WorkflowName).jobs)
        .flatMap(({ steps }) => steps)
        .find(({ run = '' }) => run.includes('fetch')),
    );
    expect(fetches[0]?.run).toBe(fetches[1]?.run);
    expect(Object.keys(EXPECTED)).toEqual([...WORKFLOWS]);
  });
});
