// GitHub's REST API: octokit keeps to its limits and repeats what may pass, on the connections of all our clients.

import type { Octokit } from '@octokit/core';

import { EvidenceError } from '../../errors/evidence-error.ts';
import { refusal } from '../../place.ts';
import { AFFIDAVIT } from '../../tool.ts';
import { exchangeOnce, type HttpInit } from '../http/client.ts';
import { answerInvalid, noAnswer, told, type ServiceName } from '../http/no-answer.ts';
import { dataAt } from './data-at.ts';

/** Whose pull requests, and who asks. */
export interface GitHubPlace {
  readonly api: URL;
  /** OWNER/NAME */
  readonly repository: string;
  readonly token: string;
}

export interface GitHubCall {
  /** As GitHub's documentation has it, below the repository: `GET /pulls`. */
  readonly route: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** The permission of the token, as a workflow gives it. */
  readonly needs: 'pull-requests: read' | 'pull-requests: write' | 'statuses: write';
  /** Asked before it is tried again: a pause may be long. If it must not be, it is as if what it is about were gone. */
  readonly mayRepeat?: () => Promise<boolean>;
}

const TIMEOUT_MS = 30_000;
/** A hundred comments, each as long as GitHub takes them, with escapes. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
const PAGE = 100;
const MAX_PAGES = 100;
/** If a limit is met: the longest pause that is made, and how often. GitHub's own limit may ask for an hour. */
const MAX_PAUSE_S = 300;
const MAX_PAUSES = 3;

export class GitHub {
  readonly #octokit: Octokit;
  readonly #service: ServiceName;
  readonly #names: { readonly owner: string; readonly repo: string };

  private constructor(octokit: Octokit, service: ServiceName, repository: string) {
    const [owner = '', repo = ''] = repository.split('/');
    this.#octokit = octokit;
    this.#service = service;
    this.#names = { owner, repo };
  }

  static async open({ api, repository, token }: GitHubPlace): Promise<GitHub> {
    const { Octokit } = await import('@octokit/core');
    const { throttling } = await import('@octokit/plugin-throttling');
    const { retry } = await import('@octokit/plugin-retry');
    const at = api.href.replace(/\/$/, '');
    const service = { name: 'GitHub', at, namedBy: '--api-url', secrets: [token] };
    const octokit = new (Octokit.plugin(throttling, retry))({
      auth: token,
      baseUrl: at,
      userAgent: `${AFFIDAVIT.name}/${AFFIDAVIT.version}`,
      // Nothing of it is for users: what went wrong is said once.
      log: { debug: none, info: none, warn: none, error: none },
      throttle: { onRateLimit: mayWait, onSecondaryRateLimit: mayWait },
      // 403 and 429 are limits, which the other plugin knows.
      retry: { doNotRetry: [400, 401, 403, 404, 410, 422, 429, 451] },
    });
    return new GitHub(octokit, service, repository);
  }

  /** The data of the answer. */
  async call(call: GitHubCall): Promise<unknown> {
    return (await this.#answer(call)).data;
  }

  /** Undefined if what it is about is there no more. */
  async unlessGone(call: GitHubCall): Promise<{ readonly data: unknown } | undefined> {
    try {
      return await this.#answer(call);
    } catch (error) {
      if (error instanceof EvidenceError && isGone(error)) return undefined;
      throw error;
    }
  }

  /** All pages of a list. A page may have fewer than it was asked for, and not be the last. */
  async *all({ parameters, ...call }: GitHubCall): AsyncGenerator {
    for (let page = 1; page <= MAX_PAGES; page += 1) {
      const asked = { ...parameters, per_page: PAGE, page };
      const { data, headers } = await this.#answer({ ...call, parameters: asked });
      if (!Array.isArray(data)) throw this.invalid('no list');
      yield* data as readonly unknown[];
      // Not its address, which could be that of another host.
      if (!/;\s*rel="next"/.test(headers.link ?? '')) return;
    }
    throw this.invalid(`more than ${MAX_PAGES} pages`);
  }

  invalid(what: string): EvidenceError {
    return answerInvalid(this.#service, 200, what);
  }

  async #answer(call: GitHubCall) {
    const route = call.route.replace(' ', ' /repos/{owner}/{repo}');
    const answer = await this.#octokit
      .request(route, {
        ...{ ...call.parameters, ...this.#names, headers: API_VERSION },
        request: { fetch: fetchFor(this.#service, call.mayRepeat) },
      })
      .catch((error: unknown) => {
        throw failureOf(error, this.#service, call);
      });
    const { status, headers } = answer;
    const data: unknown = answer.data;
    if (status >= 300) throw failed(this.#service, status, 'a redirect, which is not followed');
    return { headers, data };
  }
}

const API_VERSION = { 'x-github-api-version': '2022-11-28' };

function mayWait(seconds: number, _options: unknown, _octokit: unknown, tries: number): boolean {
  return seconds <= MAX_PAUSE_S && tries < MAX_PAUSES;
}

function none(): void {
  // What octokit logs may have a request in it.
}

const GONE = 410;

/** For octokit: one try, without redirects, through the proxy if there is one. */
function fetchFor(service: ServiceName, mayRepeat: GitHubCall['mayRepeat']) {
  let isRepeated = false;
  return async (url: string, init: HttpInit): Promise<Response> => {
    if (isRepeated && (await mayRepeat?.()) === false) return new Response(null, { status: GONE });
    isRepeated = true;
    const limits = { timeoutMs: TIMEOUT_MS, maxBytes: MAX_ANSWER_BYTES };
    const outcome = await exchangeOnce({ url, init, ...limits });
    if ('reason' in outcome) throw noAnswer(service, outcome);
    const { status, headers, body } = outcome;
    const content = body.length === 0 ? null : new Uint8Array(body);
    return new Response(content, { status, headers: [...headers] });
  };
}

function failureOf(error: unknown, service: ServiceName, call: GitHubCall): unknown {
  const cause = dataAt(error, 'cause');
  const status = dataAt(error, 'status');
  if (cause instanceof EvidenceError) return cause;
  if (typeof status !== 'number') return error;
  if (cause !== undefined) return answerInvalid(service, status, 'not what a server may answer');
  const said = dataAt(error, 'response', 'data', 'message');
  const words = typeof said === 'string' ? said : '';
  const left = dataAt(error, 'response', 'headers', 'x-ratelimit-remaining');
  if (status === 429 || left === '0' || /\bsecondary rate\b/i.test(words)) {
    return failed(service, status, words, 'too many calls were made: try again later');
  }
  return status === 401 || status === 403
    ? refused(service, status, words, call)
    : failed(service, status, words);
}

function refused(service: ServiceName, status: number, words: string, call: GitHubCall) {
  return refusal(
    { code: 'GITHUB_REFUSED', at: service.at, hint: refusedHint(status, words, call) },
    `status ${status} from GitHub${told(service, words)}`,
    status === 401 ? 'a token that counts' : `a token with ${call.needs}`,
  );
}

function refusedHint(status: number, words: string, { needs }: GitHubCall): string {
  if (status === 401) return 'get a new token, and give it in GITHUB_TOKEN';
  if (/\blocked\b/i.test(words)) return 'unlock the conversation, and run this again';
  return `give the job the permission ${needs}; a run of pull_request from a fork never has it, one of workflow_run may`;
}

function failed(
  service: ServiceName,
  status: number,
  words: string,
  hint = HINTS.get(status) ??
    (status >= 500
      ? 'GitHub is busy or down: try again later'
      : 'check --repository and --api-url'),
): EvidenceError {
  const found = `status ${status} from GitHub${told(service, words)}`;
  const expected = 'a successful answer';
  return refusal({ code: 'SERVICE_FAILED', at: service.at, hint }, found, expected, status);
}

const HINTS: ReadonlyMap<number, string> = new Map([
  [301, 'the repository was renamed: give --repository its new name'],
  [404, 'check --repository, --pull-request and --head; the token must be able to see them'],
  [422, 'check --head: the repository must have this commit'],
]);

function isGone({ cause }: EvidenceError): boolean {
  return cause === 404 || cause === GONE;
}
