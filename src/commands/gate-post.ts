import type { Command } from '../cli/call/command.ts';

export default {
  summary: 'Show what the gate decided in its pull requests, on GitHub.',

  description: [
    'Renders the JSON report of gate as one comment, which is updated in place, and never a second one. It is known by a hidden first line and by its author. The commit gets the status that --status names: success for exit code 0, error for 3 and 70, else failure. What ended with an error is shown as well.',
    'Without --pull-request: the open pull requests into BRANCH whose head is SHA. If there is none, or the head has moved on, nothing is posted. The token is that of GITHUB_TOKEN; it needs pull-requests: write, and statuses: write for --status.',
    'Exit codes: 0 it is posted, whatever it says, or there is nothing to post; 3 GitHub does not take it, or FILE is no report; 64 called wrongly, or the report is of another head or base.',
  ].join('\n\n'),

  usage: `gate post --base BRANCH --head SHA (--report FILE | --begin)
  --repository OWNER/NAME [--pull-request N] [--author LOGIN]
  [--status NAME] [--api-url URL]`,

  examples: [
    {
      run: 'affidavit gate post --repository you/recipes --base main --head 3f786850e387550fdab836ed7e6dc881de23001b --begin --status evidence',
      does: 'First mark what was said before as superseded.',
    },
    {
      run: 'affidavit gate post --repository you/recipes --base main --head 3f786850e387550fdab836ed7e6dc881de23001b --report gate.json --status evidence',
      does: 'Show the decision, and set the status "evidence (main)".',
    },
  ],

  args: {},

  flags: {
    repository: {
      type: 'text',
      helpValue: 'OWNER/NAME',
      required: true,
      summary: 'The repository into which is merged.',
    },
    base: {
      type: 'text',
      helpValue: 'BRANCH',
      required: true,
      summary: 'The branch into which is merged, as GitHub names it.',
    },
    head: {
      type: 'text',
      helpValue: 'SHA',
      required: true,
      summary: 'The commit that was judged, its whole id.',
    },
    report: {
      type: 'text',
      helpValue: 'FILE',
      summary:
        'JSON report of gate, or the JSON of the error that it ended with; - is standard input.',
    },
    begin: {
      type: 'switch',
      summary: 'Mark the comment as superseded, and the status as pending, before the gate runs.',
    },
    'pull-request': {
      type: 'number',
      helpValue: 'N',
      min: 1,
      max: 2_147_483_647,
      summary: 'The only pull request; else all into BRANCH with this head.',
    },
    author: {
      type: 'text',
      helpValue: 'LOGIN',
      summary: 'Whose comment is updated: the user of the token; by default github-actions[bot].',
    },
    status: {
      type: 'text',
      helpValue: 'NAME',
      summary: 'Set the commit status "NAME (BRANCH)" too.',
    },
    'api-url': {
      type: 'text',
      helpValue: 'URL',
      summary: 'API of a GitHub of your own; by default https://api.github.com.',
    },
  },

  load: async () => (await import('../cli/work/run-gate-post.ts')).runGatePost,
} satisfies Command;
