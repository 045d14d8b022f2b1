import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { deadAddress } from '../io/http/local-server.ts';
import { elementsOf, proseOf, referencesIn, renderHtml } from '../report/rendered.ts';
import type { Run } from '../run-cli.ts';
import { runProgram } from '../run-here.ts';
import { decidedAs, gateReport, skipPauses } from './gate-report.ts';
import { GitHubServer, type Answer } from './github-server.ts';

const TOKEN = 'ghs_16C7e42F292c6912E7710c838347Ae178B4a';
const HEAD = 'c'.repeat(40);
const MARKER = '<!-- affidavit-gate:main -->';
const BOT = 'github-actions[bot]';
const NOW = new Date('2026-01-31T00:00:00Z');

const REPORT = gateReport(HEAD);

const BREACH = { code: 'POINTER_EDITED', at: 'x.yaml', found: 'a', expected: 'b', hint: 'c' };

const folder = mkdtempSync(join(tmpdir(), 'affidavit-gate-post-'));
let server = new GitHubServer();
/** All that was printed. */
let printed = '';

beforeEach(() => {
  server = new GitHubServer();
  server.pulls.push({ number: 12, state: 'open', base: 'main', head: HEAD });
  skipPauses(NOW);
});

afterEach(() => {
  vi.useRealTimers();
  const posted = server.asked.map(({ body, path }) => JSON.stringify([path, body])).join('');
  const shown = printed + posted;
  for (const piece of [TOKEN, TOKEN.slice(4), Buffer.from(TOKEN).toString('base64')]) {
    expect(shown).not.toContain(piece);
  }
  printed = '';
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** A file with this report. */
function file(report: object = REPORT): string {
  const path = join(folder, 'gate.json');
  writeFileSync(path, JSON.stringify(report));
  return path;
}

interface Called extends Run {
  /** How long it would have waited, in seconds. */
  readonly waited: number;
}

async function call(words: readonly string[], env: object = { GITHUB_TOKEN: TOKEN }): Promise<Run> {
  const run = await runProgram(['gate', 'post', ...words], { env: { ...env } });
  printed += run.stdout + run.stderr;
  return run;
}

/** Posts to the server. */
async function post(...words: readonly string[]): Promise<Called> {
  let called: Called | undefined;
  await server.use(async (url) => {
    const place = ['--repository', 'you/recipes', '--base', 'main', '--head', HEAD];
    const run = await call([...place, '--api-url', url, ...words]);
    called = { ...run, waited: (Date.now() - NOW.getTime()) / 1000 };
  });
  if (called === undefined) throw new Error('nothing was called');
  return called;
}

async function postReport(...words: readonly string[]): Promise<Called> {
  return await post('--report', file(), ...words);
}

function limited(message: string, headers: Answer['headers'] = {}): Answer {
  return { status: 403, headers, data: { message } };
}

/** A trouble that passes. */
function once(answer: Answer, fits: (method: string, path: string) => boolean): () => number {
  let met = 0;
  server.trouble = ({ method, path }) => {
    if (met > 0 || !fits(method, path)) return undefined;
    met += 1;
    return answer;
  };
  return () => met;
}

/** Of each comment, as GitHub's description shows one. */
const ADDRESS = 'https://github.com/octocat/Hello-World/issues/1347#issuecomment-1';

describe('gate post', () => {
  it('E-52 keeps one comment: made once, updated in place, never a second one', async () => {
    const first = await postReport('--status', 'evidence');
    expect([first.code, first.stderr]).toEqual([0, '']);
    expect(first.stdout).toBe(
      'pull request 12: comment created\nstatus "evidence (main)": failure\n',
    );
    const [made = ''] = server.ours;
    expect(made.split('\n').slice(0, 2)).toEqual([
      MARKER,
      '## ⚠️ Evidence is missing or not enough (exit 4)',
    ]);
    expect(made).toContain('h100-eks-ubuntu-training');
    const ids = server.comments.map(({ id }) => id);
    const second = await post('--report', file(decidedAs(REPORT, 'confirmed')));
    expect(second.stdout).toBe('pull request 12: comment updated\n');
    expect(server.comments.map(({ id }) => id)).toEqual(ids);
    expect(server.ours[0]).toContain('## ✅ The evidence is what the policy asks for');
    expect(server.statuses).toEqual([
      {
        state: 'failure',
        context: 'evidence (main)',
        description: 'Evidence is missing or not enough',
        target_url: ADDRESS,
      },
    ]);
    const updated = await post(
      '--report',
      file(decidedAs(REPORT, 'confirmed')),
      '--status',
      'evidence',
    );
    expect([updated.code, server.statuses[1]?.['target_url']]).toEqual([0, ADDRESS]);
    expect(server.asked.every(({ token }) => token === `token ${TOKEN}`)).toBe(true);
  });

  it('knows its author in upper and lower case', async () => {
    await postReport('--author', BOT.toUpperCase());
    expect((await postReport('--author', BOT.toUpperCase())).stdout).toContain('comment updated');
    expect(server.comments).toHaveLength(1);
  });

  it('leaves no comment of another author, of which the next run would make a second one: 64', async () => {
    const run = await postReport('--author', 'alice');
    expect([run.code, server.comments]).toEqual([64, []]);
    expect(run.stderr).toContain('at: --author');
    expect(run.stderr).toContain("--author 'github-actions[bot]'");
  });

  it('begins with a status that is pending, marks what stood there as superseded, and makes no comment', async () => {
    const begun = await post('--begin', '--status', 'evidence');
    expect([begun.code, server.comments]).toEqual([0, []]);
    expect(server.statuses).toMatchObject([{ state: 'pending', context: 'evidence (main)' }]);
    await postReport();
    expect((await post('--begin')).code).toBe(0);
    expect(server.ours).toEqual([
      `${MARKER}\nWhat stood here is superseded. The evidence is judged again, for commit \`${HEAD}\`.\n`,
    ]);
    await postReport();
    expect(server.ours).toHaveLength(1);
    expect(server.ours[0]).toContain('exit 4');
  });

  it('finds its comment among 250, in pages that may be short', async () => {
    for (let index = 0; index < 240; index += 1) server.add(12, 'somebody', `comment ${index}`);
    const id = server.add(12, BOT, `${MARKER}\nold`);
    for (let index = 0; index < 9; index += 1) server.add(12, 'somebody', 'later');
    const run = await postReport();
    expect([run.code, run.stdout]).toEqual([0, 'pull request 12: comment updated\n']);
    expect(server.comments).toHaveLength(250);
    expect(server.comments.find((comment) => comment.id === id)?.body).toContain('exit 4');
    const pages = server.asked.filter(({ path }) => path.startsWith('/issues/12/comments?'));
    expect(pages.map(({ path }) => new URLSearchParams(path.split('?')[1]).get('page'))).toEqual([
      '1',
      '2',
      '3',
    ]);
  });

  it('leaves the comment of another with our marker, and one of ours that only quotes it', async () => {
    server.add(12, 'mallory', `${MARKER}\nThe evidence is fine.`);
    server.add(12, BOT, `Somebody wrote:\n${MARKER}`);
    server.add(12, BOT, '<!-- affidavit-gate:release -->\nof another base');
    const before = server.comments.map(({ body }) => body);
    expect((await postReport()).stdout).toBe('pull request 12: comment created\n');
    expect(server.comments.map(({ body }) => body).slice(0, 3)).toEqual(before);
    expect(server.comments).toHaveLength(4);
  });

  it('updates the comment of the author that --author names', async () => {
    server.author = 'evidence-app[bot]';
    server.add(12, 'evidence-app[bot]', `${MARKER}\nold`);
    expect((await postReport('--author', 'evidence-app[bot]')).stdout).toContain('updated');
    expect(server.comments).toHaveLength(1);
  });

  it.each(['older', 'younger'])('keeps one of two twins if the other one is %s', async (age) => {
    server.trouble = ({ method, path }) => {
      if (method !== 'POST' || !path.endsWith('/comments')) return undefined;
      server.trouble = () => undefined;
      if (age === 'older') server.add(12, BOT, `${MARKER}\nof another run`);
      else {
        server.trouble = (next) => {
          if (next.method !== 'GET') return undefined;
          server.trouble = () => undefined;
          server.add(12, BOT, `${MARKER}\nof another run`);
          return undefined;
        };
      }
      return undefined;
    };
    const run = await postReport();
    expect(run.code).toBe(0);
    expect(server.ours).toHaveLength(1);
    expect(server.ours[0]).toContain('exit 4');
    expect(server.asked.filter(({ method }) => method === 'DELETE')).toHaveLength(1);
  });

  it('makes a new one if the comment was deleted in between', async () => {
    server.add(12, BOT, `${MARKER}\nold`);
    server.trouble = ({ method }) => {
      if (method === 'PATCH') server.comments.splice(0);
      return undefined;
    };
    expect((await postReport()).stdout).toBe('pull request 12: comment created\n');
    expect(server.ours).toHaveLength(1);
  });

  it('waits as long as a secondary limit asks for, and goes on', async () => {
    const answer = limited('You have exceeded a secondary rate limit. Please wait.', {
      'retry-after': '60',
    });
    const met = once(answer, (method) => method === 'POST');
    const run = await postReport();
    expect([run.code, met(), server.ours.length]).toEqual([0, 1, 1]);
    expect(run.waited).toBeGreaterThanOrEqual(60);
  });

  it('waits until the primary limit is over, if that is soon', async () => {
    const reset = `${NOW.getTime() / 1000 + 30}`;
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset };
    const met = once(limited('API rate limit exceeded', headers), () => true);
    const run = await postReport();
    expect([run.code, met(), server.ours.length]).toEqual([0, 1, 1]);
    expect(run.waited).toBeGreaterThanOrEqual(30);
  });

  it('does not wait for a limit that is over in an hour', async () => {
    const reset = `${NOW.getTime() / 1000 + 3600}`;
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset };
    server.trouble = () => limited('API rate limit exceeded', headers);
    const run = await postReport();
    expect([run.code, server.asked.length]).toEqual([3, 1]);
    expect(run.stderr).toContain('SERVICE_FAILED');
    expect(run.stderr).toContain('too many calls were made');
  });

  it.each([
    ['a comment', 'POST', '/issues/12/comments', 'pull-requests: write'],
    ['a status', 'POST', `/statuses/${HEAD}`, 'statuses: write'],
    ['pull requests', 'GET', '/pulls', 'pull-requests: read'],
  ])('says which permission is missing for %s: 403', async (_, method, path, permission) => {
    server.trouble = (asked) =>
      asked.method === method && asked.path.startsWith(path)
        ? limited('Resource not accessible by integration')
        : undefined;
    const run = await postReport('--status', 'evidence');
    expect(run.code).toBe(3);
    expect(run.stderr).toContain('GITHUB_REFUSED');
    expect(run.stderr).toContain(`want: a token with ${permission}`);
    expect(run.stderr).toContain(`give the job the permission ${permission}`);
  });

  it('sets the status where the conversation is locked, and says how to unlock it', async () => {
    server.trouble = ({ method, path }) =>
      method === 'POST' && path === '/issues/12/comments'
        ? limited('Unable to create comment because issue is locked.')
        : undefined;
    const run = await postReport('--status', 'evidence');
    expect(run.code).toBe(3);
    expect(run.stderr).toContain('next: unlock the conversation');
    expect(server.statuses).toMatchObject([{ state: 'failure' }]);
  });

  it('says that the token is not taken: 401, even if the answer repeats it', async () => {
    server.trouble = () => ({ status: 401, data: { message: `Bad credentials ${TOKEN}` } });
    const run = await postReport();
    expect(run.code).toBe(3);
    expect(run.stderr).toContain('GITHUB_REFUSED');
    expect(run.stderr).toContain('GITHUB_TOKEN');
  });

  it('says what to check if there is no such repository: 404', async () => {
    server.trouble = () => ({ status: 404, data: { message: 'Not Found' } });
    const run = await postReport();
    expect([run.code, run.stderr.includes('SERVICE_FAILED')]).toEqual([3, true]);
    expect(run.stderr).toContain('check --repository');
  });

  it('follows no redirect, which could take the token elsewhere', async () => {
    let heard = 0;
    server.trouble = () => {
      heard += 1;
      return { status: 301, headers: { location: 'http://127.0.0.1:1/' }, data: { message: '' } };
    };
    const run = await postReport();
    expect([run.code, heard]).toEqual([3, 1]);
    expect(run.stderr).toContain('give --repository its new name');
  });

  it('repeats after a server error, without a second comment if the first answer was lost', async () => {
    let met = 0;
    server.trouble = ({ method, body }) => {
      if (method !== 'POST' || met > 0) return undefined;
      met += 1;
      server.add(12, BOT, String(body['body']));
      return { status: 502, data: { message: 'Bad Gateway' } };
    };
    const run = await postReport();
    expect([run.code, met, server.ours.length]).toEqual([0, 1, 1]);
  });

  it('gives up on a server that stays broken', async () => {
    server.trouble = () => ({ status: 500, data: { message: 'Server Error' } });
    const run = await postReport();
    expect([run.code, server.asked.length]).toEqual([3, 4]);
    expect(run.stderr).toContain('GitHub is busy or down: try again later');
  });

  it('says that it cannot be reached', async () => {
    const place = ['--repository', 'you/recipes', '--base', 'main', '--head', HEAD];
    const run = await call([...place, '--api-url', await deadAddress(), '--begin']);
    expect(run.code).toBe(3);
    expect(run.stderr).toContain('SERVICE_UNREACHABLE');
  });

  it.each([
    ['no list', { data: {} }, 'no list'],
    ['a list without an end', { headers: { link: '<x>; rel="next"' }, data: [] }, '100 pages'],
  ])('takes %s for no answer', async (_, answer, said) => {
    const withoutCheck = { status: 200, ...answer };
    server.trouble = () => withoutCheck;
    const run = await postReport().catch(() => undefined);
    server.complaints.splice(0);
    expect(printed).toContain('SERVICE_ANSWER_INVALID');
    expect(printed).toContain(said);
    expect(run?.code ?? 3).toBe(3);
  });

  it.each([
    ['has another head by now', { head: 'd'.repeat(40) }],
    ['is closed', { state: 'closed' as const }],
    ['goes into another base', { base: 'release' }],
  ])('posts nothing if the pull request %s: 0', async (_, changed) => {
    Object.assign(server.pulls[0] ?? {}, changed);
    for (const words of [['--pull-request', '12'], []]) {
      const run = await postReport('--status', 'evidence', ...words);
      expect([run.code, run.stderr]).toEqual([0, '']);
    }
    expect(server.asked.filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  it.each(['PATCH', 'POST'])('looks again after a pause: %s', async (method) => {
    const old = method === 'PATCH' ? [server.add(12, BOT, `${MARKER}\nold`)] : [];
    server.trouble = (asked) => {
      if (asked.method !== method || !/comments/.test(asked.path)) return undefined;
      server.trouble = () => undefined;
      Object.assign(server.pulls[0] ?? {}, { head: 'd'.repeat(40) });
      return limited('You have exceeded a secondary rate limit.', { 'retry-after': '60' });
    };
    const run = await postReport();
    expect([run.code, run.stdout]).toEqual([0, expect.stringContaining('nothing posted')]);
    expect(server.ours).toEqual(old.map(() => `${MARKER}\nold`));
  });

  it('leaves the comment of a newer head that was made at the same time', async () => {
    server.trouble = ({ method, path }) => {
      if (method !== 'POST' || !/comments/.test(path)) return undefined;
      server.trouble = () => undefined;
      server.add(12, BOT, `${MARKER}\nof the newer head`);
      Object.assign(server.pulls[0] ?? {}, { head: 'd'.repeat(40) });
      return undefined;
    };
    const run = await postReport();
    expect([run.code, run.stdout]).toEqual([0, expect.stringContaining('nothing posted')]);
    expect(server.ours).toEqual([`${MARKER}\nof the newer head`]);
  });

  it('looks again before it writes: a head that moves on meanwhile gets nothing', async () => {
    server.trouble = ({ path }) => {
      if (path.startsWith('/issues/12/comments')) {
        Object.assign(server.pulls[0] ?? {}, { head: 'd'.repeat(40) });
      }
      return undefined;
    };
    const run = await postReport('--status', 'evidence');
    expect([run.code, server.comments, server.statuses]).toEqual([0, [], []]);
    expect(run.stdout).toContain('nothing posted');
  });

  it('posts to each open pull request into the base with this head, and to no other', async () => {
    server.pulls.push(
      { number: 13, state: 'open', base: 'main', head: HEAD },
      { number: 14, state: 'open', base: 'release', head: HEAD },
      { number: 15, state: 'open', base: 'main', head: 'd'.repeat(40) },
    );
    expect((await postReport()).code).toBe(0);
    expect(server.comments.map(({ pull }) => pull)).toEqual([12, 13]);
  });

  it('says that there is no pull request: 0', async () => {
    server.pulls.splice(0);
    const run = await postReport('--status', 'evidence');
    expect([run.code, server.asked.length]).toEqual([0, 1]);
    expect(run.stdout).toContain('no open pull request');
  });

  it.each([
    ['another head', { head: { name: 'x', commit: 'd'.repeat(40) } }, '#/head/commit'],
    ['another base', { base: { ...REPORT.base, name: 'origin/release' } }, '#/base'],
    ['no base', { base: null }, '#/base'],
  ])('refuses a report of %s: 64, before any call', async (_, changed, at) => {
    const run = await post('--report', file({ ...REPORT, ...changed }));
    expect([run.code, server.asked]).toEqual([64, []]);
    expect(run.stderr).toContain('REPORT_OTHER');
    expect(run.stderr).toContain(at);
  });

  it.each(['main', 'refs/heads/main', 'origin/main', 'refs/remotes/upstream/main'])(
    'knows the base as %s',
    async (name) => {
      const report = { ...REPORT, base: { ...REPORT.base, name } };
      expect((await post('--report', file(report))).code).toBe(0);
    },
  );

  it.each([
    [0, 'confirmed', 'success'],
    [1, 'red', 'failure'],
    [2, 'invalid', 'failure'],
    [3, 'unreachable', 'error'],
    [4, 'missing', 'failure'],
  ] as const)('sets for exit code %i, as for %s, the status %s', async (code, decided, state) => {
    const report = decidedAs(REPORT, decided);
    expect(report.exitCode).toBe(code);
    await post('--report', file(report), '--status', 'evidence');
    expect(server.statuses).toMatchObject([{ state }]);
  });

  it('says what a policy that only warns would not let through, and is a success', async () => {
    await post('--report', file({ ...REPORT, mode: 'warn', exitCode: 0 }), '--status', 'evidence');
    const words =
      'Evidence is missing or not enough; this policy only warns, else it would be exit 4';
    expect(server.ours[0]).toContain(`## ⚠️ ${words} (exit 0)`);
    expect(server.statuses).toMatchObject([{ state: 'success', description: words }]);
  });

  it('says SANDBOX first, and has no tick for it', async () => {
    const report = { ...decidedAs(REPORT, 'confirmed'), sandbox: true };
    await post('--report', file(report), '--status', 'evidence');
    expect(server.ours[0]).toMatch(/^.*\n## ⚠️ SANDBOX: /);
    expect(server.statuses[0]?.['description']).toMatch(/^SANDBOX: /);
  });

  it.each([
    [2, 'failure', 'RECIPES_GONE', 'Whoever made the change has to mend it.'],
    [3, 'error', 'GIT_OBJECT_MISSING', 'A maintainer can run the gate again'],
    [64, 'failure', 'USAGE', 'A maintainer has to mend how the gate is called'],
    [70, 'error', 'INTERNAL', 'a maintainer has to report it'],
  ])(
    'posts an error too: exit code %i is the status %s, and says whose turn it is',
    async (exitCode, state, code, turn) => {
      const hint =
        'run `git -C clone fetch --unshallow origin 0123456789012345678901234567890123456789`';
      const error = { code, at: null, found: 'x', expected: 'y', hint };
      const json = { schemaVersion: '1.0.0', exitCode, error };
      const run = await post('--report', file(json), '--status', 'evidence');
      expect(run.code).toBe(0);
      const title = `Recipe evidence: no decision, since the gate failed (exit ${exitCode})`;
      for (const words of [title, code, turn, HEAD, hint.slice(4)]) {
        expect(server.ours[0]).toContain(words);
      }
      expect(server.statuses).toMatchObject([{ state, description: `No decision: ${code}` }]);
    },
  );

  it('shows foreign text as text: no mention, link, issue, comment or marker', async () => {
    const hostile = `@everyone #1 you/recipes#1 GH-1 https://evil.example ![x](y) --> ${MARKER} <!-- </td> \`\` [a](b) ✅`;
    const [recipe] = REPORT.recipes;
    const why = ['because ', { value: hostile }];
    const report = {
      ...REPORT,
      recipes: [{ ...recipe, name: hostile, why }],
      policy: { ...REPORT.policy, source: hostile },
    };
    expect((await post('--report', file(report))).code).toBe(0);
    const [text = ''] = server.ours;
    const page = renderHtml(text);
    expect(referencesIn(page)).toEqual([]);
    expect(elementsOf(page).filter(({ tagName }) => ['a', 'img'].includes(tagName))).toEqual([]);
    expect(proseOf(page).join('')).not.toMatch(/-->|<!--|✅/);
    expect(page.childNodes.filter(({ nodeName }) => nodeName === '#comment')).toHaveLength(1);
    expect(text).toContain('@everyone');
  });

  it('fits into a comment, however much there is', async () => {
    const recipes = Array.from({ length: 2000 }, (_, index) => ({
      ...REPORT.recipes[0],
      name: `recipe-${index}-${'x'.repeat(200)}`,
    }));
    const counts = {
      ...REPORT.counts,
      affected: recipes.length,
      states: { missing: recipes.length },
    };
    expect((await post('--report', file({ ...REPORT, recipes, counts }))).code).toBe(0);
    expect(server.ours[0]?.length).toBeLessThan(65_536);
    expect(server.ours[0]).toMatch(/and \d+ more recipes/);
  });

  it.each<readonly [string, string | object, string]>([
    ['what is no JSON', 'x', 'REPORT_INVALID'],
    ['Markdown', '# fine', 'REPORT_INVALID'],
    ['a field that nobody knows', { ...REPORT, extra: 1 }, 'REPORT_INVALID'],
    ['a success that nobody decided', { ...REPORT, exitCode: 0 }, 'REPORT_INVALID'],
    [
      'a success in spite of a recipe',
      { ...REPORT, exitCode: 0, decidedExitCode: 0 },
      'REPORT_INVALID',
    ],
    [
      'counts of something else',
      { ...REPORT, counts: decidedAs(REPORT, 'confirmed').counts },
      'REPORT_INVALID',
    ],
    [
      'a success in spite of a breach',
      { ...decidedAs(REPORT, 'confirmed'), pointers: { ...REPORT.pointers, breaches: [BREACH] } },
      'REPORT_INVALID',
    ],
    ...contradictory(),
    ['a failure where the policy only warns', { ...REPORT, mode: 'warn' }, 'REPORT_INVALID'],
    ['another version', { ...REPORT, schemaVersion: '9.0.0' }, 'REPORT_VERSION_UNKNOWN'],
  ])('refuses %s: 3, before any call', async (_, content, code) => {
    const path = join(folder, 'other.json');
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    const run = await post('--report', path);
    expect([run.code, server.asked]).toEqual([3, []]);
    expect(run.stderr).toContain(code);
  });

  it.each([
    ['--head', ['--head', 'main']],
    ['--base', ['--base', 'refs/heads/main']],
    ['--repository', ['--repository', 'https://github.com/you/recipes']],
    ['--repository', ['--repository', 'you/..']],
    ['--api-url', ['--api-url', 'http://github.example.com']],
    ['--api-url', ['--api-url', `https://${TOKEN}@github.example.com`]],
    ['--report', []],
    ['--report', ['--begin', '--report', 'gate.json']],
  ])('refuses a wrong %s: 64', async (at, words) => {
    const place = { '--repository': 'you/recipes', '--base': 'main', '--head': HEAD };
    const rest = Object.entries(place).flatMap((pair) => (words.includes(pair[0]) ? [] : pair));
    const run = await call([...rest, ...(at === '--report' ? [] : ['--begin']), ...words]);
    expect(run.code).toBe(64);
    expect(run.stderr).toContain(`at: ${at}`);
  });

  it.each([{}, { GITHUB_TOKEN: '' }, { GITHUB_TOKEN: `${TOKEN}\n` }])(
    'refuses a call without a token that can be sent: 64 (%#)',
    async (env) => {
      const words = ['--repository', 'you/recipes', '--base', 'main', '--head', HEAD, '--begin'];
      const run = await call(words, env);
      expect(run.code).toBe(64);
      expect(run.stderr).toContain('at: GITHUB_TOKEN');
    },
  );
});

/** One field of a good report, and each of them another one than the rest says. */
function contradictory(): readonly (readonly [string, object, string])[] {
  const good = decidedAs(REPORT, 'confirmed');
  const [recipe] = good.recipes;
  const fields = {
    required: false,
    pieces: { found: 2, wanted: 3 },
    signers: { found: 1, wanted: 1 },
    evidence: [],
  };
  const exempt = decidedAs(REPORT, 'exempt');
  return [
    ...Object.entries(fields).map(
      ([name, value]) =>
        [
          `a good recipe with other ${name}`,
          { ...good, recipes: [{ ...recipe, [name]: value }] },
          `#/recipes/0/${name}`,
        ] as const,
    ),
    [
      'an exemption that is over',
      {
        ...exempt,
        recipes: exempt.recipes.map((each) => ({
          ...each,
          exemption: { ...each.exemption, expired: true },
        })),
      },
      '#/recipes/0/state',
    ],
    [
      'a count of affected recipes',
      { ...good, counts: { ...good.counts, affected: 2 } },
      '#/counts/affected',
    ],
    [
      'breaches that are not told',
      { ...good, more: { ...good.more, breaches: 1 } },
      '#/more/breaches',
    ],
  ];
}
