// One comment on a pull request, that stays the same one.
import { EvidenceError } from '../../errors/evidence-error.ts';
import { quote } from '../../quote.ts';
import { commandLine } from '../../shell-words.ts';
import { dataAt } from './data-at.ts';
import type { GitHub } from './github.ts';

export interface StickyComment {
  readonly number: number;
  /** Its first line, which nobody sees. Others can write it too, so the author counts as well. */
  readonly marker: string;
  readonly author: string;
  readonly text: string;
  /** Whether it is made if there is none. */
  readonly make: boolean;
}

/** `moved`: what it is about is no longer there, so nothing was written. */
export type Stuck = 'updated' | 'created' | 'moved' | 'none';

/** What became of it, and the address at which people see it. */
export interface Put {
  readonly stuck: Stuck;
  readonly url?: string;
}

const ROUTE = '/issues/{issue_number}/comments';
const COMMENT = '/issues/comments/{comment_id}';
const needs = 'pull-requests: write';
/** Somebody may delete it while it is written. */
const MOST_TRIES = 3;

type Current = () => Promise<boolean>;

/** @param current asked before anything is written, each time: an older report must not replace a newer one */
export async function putComment(
  github: GitHub,
  comment: StickyComment,
  current: Current,
): Promise<Put> {
  for (let tries = 1; ; tries += 1) {
    const [oldest, ...twins] = await ours(github, comment);
    if (!(await current())) return { stuck: 'moved' };
    if (oldest === undefined) {
      return comment.make ? await create(github, comment, current) : { stuck: 'none' };
    }
    await remove(github, twins);
    const updated = await update(github, oldest, comment, current);
    if (updated !== undefined) return updated;
    if (tries === MOST_TRIES) throw github.invalid('a comment that is listed and is not there');
  }
}

/** Another run may have made one at the same time, or this one twice, if an answer was lost: the oldest stays. */
async function create(github: GitHub, comment: StickyComment, current: Current): Promise<Put> {
  const parameters = { issue_number: comment.number, body: bodyOf(comment) };
  const call = { route: `POST ${ROUTE}`, parameters, needs, mayRepeat: current } as const;
  const made = await github.call(call).catch(async (error: unknown) => {
    if (await current().catch(() => true)) throw error;
    return undefined;
  });
  if (made === undefined) return { stuck: 'moved' };
  await requireAuthor(github, comment, made);
  const [oldest, ...twins] = await ours(github, comment);
  await remove(github, twins);
  const isOurs = oldest === undefined || oldest === dataAt(made, 'id');
  if (isOurs) return { stuck: 'created', ...urlIn(made) };
  // Its own is deleted by now. What is there may be of a newer head.
  if (!(await current())) return { stuck: 'moved' };
  return (await update(github, oldest, comment, current)) ?? { stuck: 'updated' };
}

function urlIn(comment: unknown): Pick<Put, 'url'> {
  const url = dataAt(comment, 'html_url');
  return typeof url === 'string' && /^https?:\/\//.test(url) ? { url } : {};
}

/** The next run looks for a comment of the author: of another one it would find none, and make a second. */
async function requireAuthor(
  github: GitHub,
  { author }: StickyComment,
  made: unknown,
): Promise<void> {
  const [id, login] = [dataAt(made, 'id'), dataAt(made, 'user', 'login')];
  if (typeof login !== 'string' || isSame(login, author)) return;
  if (typeof id === 'number') await remove(github, [id]);
  throw new EvidenceError('USAGE', {
    at: '--author',
    found: `a token of ${quote(login)}`,
    expected: `a token of ${quote(author)}, who writes the comment`,
    hint: `name the token's account: ${commandLine(['--author', login])}; the comment that was made is deleted`,
  });
}

/** GitHub's logins are the same in upper and lower case. */
function isSame(login: unknown, author: string): boolean {
  return typeof login === 'string' && login.toLowerCase() === author.toLowerCase();
}

function bodyOf({ marker, text }: Pick<StickyComment, 'marker' | 'text'>): string {
  return `${marker}\n${text}`;
}

/** From the oldest. */
async function ours(
  github: GitHub,
  { number, marker, author }: StickyComment,
): Promise<readonly number[]> {
  const found: number[] = [];
  const call = { route: `GET ${ROUTE}`, parameters: { issue_number: number }, needs } as const;
  for await (const comment of github.all(call)) {
    const [id, body, login] = [
      dataAt(comment, 'id'),
      dataAt(comment, 'body'),
      dataAt(comment, 'user', 'login'),
    ];
    const isMarked = typeof body === 'string' && body.split(/\r?\n/, 1)[0] === marker;
    if (typeof id === 'number' && isMarked && isSame(login, author)) found.push(id);
  }
  return found.toSorted((a, b) => a - b);
}

/** Undefined if it is there no more. */
async function update(
  github: GitHub,
  id: number,
  comment: StickyComment,
  mayRepeat: Current,
): Promise<Put | undefined> {
  const parameters = { comment_id: id, body: bodyOf(comment) };
  const call = { route: `PATCH ${COMMENT}`, parameters, needs, mayRepeat } as const;
  const answer = await github.unlessGone(call);
  return answer && { stuck: 'updated', ...urlIn(answer.data) };
}

async function remove(github: GitHub, ids: readonly number[]): Promise<void> {
  for (const id of ids) {
    const parameters = { comment_id: id };
    await github.unlessGone({ route: `DELETE ${COMMENT}`, parameters, needs });
  }
}
