// A GitHub on this machine: pull requests, comments and statuses. What it is asked and what it answers is compared with
// GitHub's own description.
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';

import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

import { withServer } from '../io/http/local-server.ts';

type Fields = Readonly<Record<string, unknown>>;

interface Operation {
  readonly parameters: readonly ({ readonly $ref: string } | Parameter)[];
  readonly requestBody?: object;
  readonly responses: Readonly<Record<string, object>>;
}

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
}

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly examples: Readonly<Record<string, { readonly value: Fields | readonly Fields[] }>>;
    readonly parameters: Readonly<Record<string, Parameter>>;
  };
}

const description = JSON.parse(
  readFileSync(new URL('../../testdata/github/description.json', import.meta.url), 'utf8'),
) as Description;
const ajv = new Ajv2020({ strict: false, validateFormats: false });
ajv.addSchema({ $id: 'github', ...description });

export interface Comment {
  readonly id: number;
  readonly author: string;
  body: string;
}

export interface Pull {
  readonly number: number;
  state: 'open' | 'closed';
  readonly base: string;
  head: string;
}

export interface Asked {
  readonly method: string;
  /** Below the repository, with its query. */
  readonly path: string;
  readonly body: Fields;
  readonly token: string | undefined;
}

/** Another answer than GitHub's usual one. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly data?: unknown;
}

export class GitHubServer {
  readonly pulls: Pull[] = [];
  readonly comments: (Comment & { readonly pull: number })[] = [];
  readonly asked: Asked[] = [];
  /** What differs from the description. */
  readonly complaints: string[] = [];
  author = 'github-actions[bot]';
  /** Comes first; undefined: as usual. */
  trouble: (asked: Asked) => Answer | undefined = () => undefined;
  #lastId = 1000;

  add(pull: number, author: string, body: string): number {
    this.#lastId += 1;
    this.comments.push({ id: this.#lastId, pull, author, body });
    return this.#lastId;
  }

  /** Those of the author that the posts have. */
  get ours(): readonly string[] {
    return this.comments.filter(({ author }) => author === this.author).map(({ body }) => body);
  }

  get statuses(): readonly Fields[] {
    return this.asked
      .filter(({ method, path }) => method === 'POST' && path.startsWith('/statuses/'))
      .map(({ body }) => body);
  }

  async use(use: (url: string) => Promise<void>): Promise<void> {
    await withServer((request, response, body) => {
      const { pathname, search } = new URL(request.url ?? '', 'http://github');
      const asked = {
        method: request.method ?? '',
        path: `${pathname}${search}`.replace(/^\/repos\/[^/]+\/[^/]+/, ''),
        body: (body === '' ? {} : JSON.parse(body)) as Fields,
        token: request.headers.authorization,
      };
      this.asked.push(asked);
      this.#answer(asked, pathname, response);
    }, use);
    if (this.complaints.length > 0) throw new Error(this.complaints.join('\n'));
  }

  #answer(asked: Asked, pathname: string, response: ServerResponse): void {
    const operation = this.#operationOf(asked, pathname);
    const { status, headers, data } = this.trouble(asked) ?? this.#usual(asked);
    if (operation !== undefined) this.#compare(operation, status, data);
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
    response.end(data === undefined ? undefined : JSON.stringify(data));
  }

  #usual({ method, path, body }: Asked): Answer {
    const { pathname, searchParams } = new URL(path, 'http://github');
    const [, first, second = '', third = ''] = pathname.split('/');
    if (first === 'statuses') return { status: 201, data: { ...example('status'), ...body } };
    if (first === 'pulls') return this.#pulls(second, searchParams);
    if (second === 'comments') return this.#comment(method, Number(third), body);
    const pull = Number(second);
    if (method === 'POST') {
      const id = this.add(pull, this.author, String(body['body']));
      return { status: 201, data: this.#shown(id) };
    }
    const all = this.comments.filter((comment) => comment.pull === pull);
    return pageOf(
      all.map(({ id }) => this.#shown(id)),
      searchParams,
    );
  }

  #pulls(number: string, query: URLSearchParams): Answer {
    if (number === '') {
      const isWanted = ({ state, base }: Pull): boolean =>
        state === query.get('state') && base === query.get('base');
      const wanted = this.pulls.filter((pull) => isWanted(pull));
      return pageOf(
        wanted.map((pull) => pullOf(pull, true)),
        query,
      );
    }
    const found = this.pulls.find((pull) => pull.number === Number(number));
    return found === undefined ? NOT_FOUND : { status: 200, data: pullOf(found, false) };
  }

  #comment(method: string, id: number, body: Fields): Answer {
    const index = this.comments.findIndex((comment) => comment.id === id);
    const comment = this.comments[index];
    if (comment === undefined) return NOT_FOUND;
    if (method === 'DELETE') {
      this.comments.splice(index, 1);
      return { status: 204 };
    }
    comment.body = String(body['body']);
    return { status: 200, data: this.#shown(id) };
  }

  #shown(id: number): Fields {
    const { author = '', body = '' } = this.comments.find((comment) => comment.id === id) ?? {};
    const shown = example('issue-comment');
    return { ...shown, id, body, user: { ...(shown['user'] as Fields), login: author } };
  }

  #operationOf({ method, path, body }: Asked, pathname: string): string | undefined {
    const found = Object.keys(description.paths).find((template) => {
      const pattern = template.replaceAll(/\{[^}]+\}/g, '[^/]+');
      return new RegExp(`^${pattern}$`).test(pathname);
    });
    const operation = description.paths[found ?? '']?.[method.toLowerCase()];
    if (found === undefined || operation === undefined) {
      this.complaints.push(`${method} ${path} is no operation`);
      return undefined;
    }
    const at = `/paths/${pointer(found)}/${method.toLowerCase()}`;
    const known = operation.parameters.map((parameter) => parameterOf(parameter));
    for (const [name, value] of new URL(path, 'http://github').searchParams) {
      const index = known.findIndex((each) => each?.name === name && each.in === 'query');
      const reference = operation.parameters[index];
      const where =
        reference !== undefined && '$ref' in reference
          ? reference.$ref.slice(1)
          : `${at}/parameters/${index}`;
      const given = /^\d+$/.test(value) ? Number(value) : value;
      this.#check(`${where}/schema`, given, `${method} ${path}: ${name}`);
    }
    if (operation.requestBody !== undefined) {
      this.#check(`${at}/requestBody/content/application~1json/schema`, body, `${method} ${path}`);
    }
    return at;
  }

  /** What the description does not have, e.g. a limit, looks as its other errors do. */
  #compare(operation: string, status: number, data: unknown): void {
    const isError = status >= 400;
    const schema = isError
      ? '/components/schemas/basic-error'
      : `${operation}/responses/${status}/content/application~1json/schema`;
    if (status >= 300 && !isError) return;
    if (status !== 204) this.#check(schema, data, `the answer ${status} of ${operation}`);
  }

  #check(where: string, value: unknown, what: string): void {
    const validate: ValidateFunction | undefined = ajv.getSchema(`github#${where}`);
    if (validate === undefined) this.complaints.push(`${what}: the description has no ${where}`);
    else if (!validate(value)) {
      this.complaints.push(`${what}: ${ajv.errorsText(validate.errors)}`);
    }
  }
}

const NOT_FOUND: Answer = { status: 404, data: { message: 'Not Found', status: '404' } };

function example(name: string): Fields {
  const { value } = description.components.examples[name] ?? { value: {} };
  return (Array.isArray(value) ? value[0] : value) as Fields;
}

function pullOf({ number, state, base, head }: Pull, isListed: boolean): Fields {
  const shown = isListed ? example('pull-request-simple-items') : example('pull-request');
  return {
    ...shown,
    ...{ number, state },
    // Those of the example are older than what the description says of teams.
    requested_teams: [],
    base: { ...(shown['base'] as Fields), ref: base },
    head: { ...(shown['head'] as Fields), sha: head },
  };
}

/** As GitHub does, with the next page in Link: a page may be short. */
function pageOf(all: readonly unknown[], query: URLSearchParams): Answer {
  const [page, size] = [Number(query.get('page') ?? 1), Number(query.get('per_page') ?? 30)];
  const data = all.slice((page - 1) * size, page * size);
  const next = '<https://api.github.com/elsewhere?page=2>; rel="next", <https://x>; rel="last"';
  return { status: 200, data, ...(all.length > page * size && { headers: { link: next } }) };
}

function parameterOf(parameter: Operation['parameters'][number]): Parameter | undefined {
  if (!('$ref' in parameter)) return parameter;
  return description.components.parameters[parameter.$ref.split('/').at(-1) ?? ''];
}

function pointer(name: string): string {
  return encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'));
}
