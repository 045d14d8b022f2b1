import { EvidenceError } from '../../errors/evidence-error.ts';
import { contradictionsIn } from '../../gate/contradictions.ts';
import type { GateJson } from '../../gate/gate-json.ts';
import { nameOf, ofTheCaller, readFileBounded } from '../../io/disk/files.ts';
import { printReport } from '../../io/disk/print-report.ts';
import { GitHub } from '../../io/github/github.ts';
import { isCurrent, openPullRequests, setStatus } from '../../io/github/pull-requests.ts';
import type { Change, CommitStatus } from '../../io/github/pull-requests.ts';
import { putComment, type Put, type Stuck } from '../../io/github/sticky-comment.ts';
import { MAX_JSON_BYTES } from '../../limits.ts';
import { escapeInvisible, quote } from '../../quote.ts';
import {
  gateTitle,
  renderGateMarkdown,
  renderSuperseded,
} from '../../report/render/gate-markdown.ts';
import { parseStoredGate } from '../../report/stored-report.ts';
import { parseServiceUrl } from '../../sign/signing-config.ts';
import type { Call } from '../call/command.ts';

/** What is posted: the comment, and the state of the commit. */
interface Post extends Pick<CommitStatus, 'state' | 'description'> {
  readonly text: string;
  /** Whether a comment is made if there is none. */
  readonly make: boolean;
}

/** Shows the decision of the gate in the pull requests that it is about. */
export async function runGatePost(call: Call): Promise<number> {
  const change = changeOf(call);
  const place = { ...placeOf(call), token: tokenOf(call.environment) };
  const post = await postOf(call, change);
  const github = await GitHub.open(place);
  const asked = call.options.has('pull-request')
    ? [call.options.number('pull-request')]
    : await openPullRequests(github, change);
  const said: string[] = [];
  const puts: Put[] = [];
  const failures: unknown[] = [];
  for (const number of asked) {
    const comment = { ...post, number, marker: markerOf(change), author: authorOf(call) };
    const putting = putComment(
      github,
      comment,
      async () => await isCurrent(github, number, change),
    );
    await putting.then(
      (put) => {
        puts.push(put);
        return said.push(sayStuck(number, put.stuck));
      },
      (error: unknown) => failures.push(error),
    );
  }
  const status = call.options.text('status');
  // It decides: also where no comment can be written.
  const isAbout = puts.some(({ stuck }) => stuck !== 'moved') || failures.length > 0;
  if (status !== undefined && isAbout) {
    const context = `${status} (${change.base})`;
    const url = puts.find((put) => put.url !== undefined)?.url;
    await setStatus(github, change.head, { ...post, context, url });
    said.push(`status ${quote(context)}: ${post.state}`);
  }
  if (asked.length === 0) said.push(NO_PULL_REQUEST);
  await printReport(said.map((line) => `${line}\n`).join(''), undefined);
  if (failures.length > 0) throw failures[0];
  return 0;
}

const NO_PULL_REQUEST = 'no open pull request into the base has this head: nothing posted';

function sayStuck(number: number, stuck: Stuck): string {
  return `pull request ${number}: ${STUCK[stuck]}`;
}

const STUCK: Readonly<Record<Stuck, string>> = {
  moved: 'is closed, or has another head or base by now: nothing posted',
  none: 'no comment yet',
  created: 'comment created',
  updated: 'comment updated',
};

/** Another base is judged apart, and the same commit may be the head of two pull requests. */
function markerOf({ base }: Change): string {
  // Without two hyphens in it, which could end it.
  const name = encodeURIComponent(base.toWellFormed()).replaceAll('-', '%2D');
  return `<!-- affidavit-gate:${name} -->`;
}

function authorOf({ options }: Call): string {
  return options.text('author') ?? 'github-actions[bot]';
}

function changeOf({ options }: Call): Change {
  const [base, head] = [options.required('base'), options.required('head')];
  if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(head)) {
    throw usage('--head', quote(head), 'the whole id of a commit', 'name it as git rev-parse does');
  }
  if (base === '' || base.startsWith('refs/')) {
    const hint = 'name the branch as GitHub does, e.g. main';
    throw usage('--base', quote(base), 'the name of a branch', hint);
  }
  return { base, head };
}

function placeOf({ options }: Call): { readonly api: URL; readonly repository: string } {
  const repository = options.required('repository');
  if (!/^[A-Za-z0-9][\w-]*\/(?!\.{1,2}$)[\w.-]+$/.test(repository)) {
    const hint = 'name it as GitHub does, without an address';
    throw usage('--repository', quote(repository), 'OWNER/NAME', hint);
  }
  const hint = 'give the address of the API, e.g. https://github.example.com/api/v3';
  const text = options.text('api-url') ?? 'https://api.github.com';
  return { repository, api: parseServiceUrl(text, { code: 'USAGE', at: '--api-url', hint }) };
}

function tokenOf(environment: Call['environment']): string {
  const token = environment['GITHUB_TOKEN'] ?? '';
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  const found = token === '' ? 'no token' : 'something else than one word, which is not shown';
  const hint = 'in a workflow: env: GITHUB_TOKEN: ${{ github.token }}';
  throw usage('GITHUB_TOKEN', found, 'a token of GitHub in this variable', hint);
}

async function postOf(call: Call, change: Change): Promise<Post> {
  const path = call.options.text('report');
  const begins = call.options.has('begin');
  if ((path === undefined) !== begins) {
    const found = begins ? 'both of them' : 'none of them';
    throw usage(
      '--report',
      found,
      '--report or --begin',
      'give --begin first, and --report when the gate has ended',
    );
  }
  if (path === undefined) return beginning(change);
  const bytes = await ofTheCaller(
    'REPORT_INVALID',
    readFileBounded(path, MAX_JSON_BYTES, 'report'),
  );
  const file = escapeInvisible(nameOf(path));
  const report = await parseStoredGate<GateJson>(bytes, file);
  // An error says nothing of head and base: it may be that they were not found.
  if (!('error' in report)) {
    requireDecided(report, file);
    requireSame(report, change, file);
  }
  return {
    text: renderGateMarkdown(report, change.head),
    state: stateOf(report.exitCode),
    description: gateTitle(report),
    make: true,
  };
}

function beginning({ head }: Change): Post {
  const description = 'The evidence is being judged';
  return { text: renderSuperseded(head), state: 'pending', description, make: false };
}

function stateOf(exitCode: number): CommitStatus['state'] {
  if (exitCode === 0) return 'success';
  return exitCode === 3 || exitCode === 70 ? 'error' : 'failure';
}

/** A success that was written in is none: the states of the recipes say what was decided, and that says the rest. */
function requireDecided(report: GateJson, file: string): void {
  const [contradiction] = contradictionsIn(report);
  if (contradiction === undefined) return;
  const [place, found, expected] = contradiction;
  throw new EvidenceError('REPORT_INVALID', {
    at: `${file}#/${place}`,
    found: JSON.stringify(found),
    expected: `${JSON.stringify(expected)}, as the rest of the report says`,
    hint: 'run gate again; what was changed by hand is no report',
  });
}

/** A report of something else would be shown, and believed, as one of this change. */
function requireSame({ base, head }: GateJson, change: Change, file: string): void {
  const hint = 'run gate for what is posted, with the name of the branch as --base';
  if (head.commit !== change.head) {
    throw new EvidenceError('REPORT_OTHER', {
      ...{ at: `${file}#/head/commit`, found: quote(head.commit), expected: quote(change.head) },
      hint,
    });
  }
  if (base === null || branchOf(base.name, change.base) !== change.base) {
    const found = base === null ? 'no base: a report of --all' : quote(base.name);
    throw new EvidenceError('REPORT_OTHER', {
      ...{ at: `${file}#/base`, found, expected: quote(change.base) },
      hint,
    });
  }
}

/** As git names it in a clone: `origin/main` is main, unless that is the name of the branch itself. */
function branchOf(name: string, wanted: string): string {
  return name === wanted
    ? name
    : name.replace(/^(?:refs\/heads\/|refs\/remotes\/[^/]+\/|origin\/)/, '');
}

function usage(at: string, found: string, expected: string, hint: string): EvidenceError {
  return new EvidenceError('USAGE', { at, found, expected, hint });
}
