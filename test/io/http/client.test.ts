import type { RequestListener, ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import { gzipSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { exchange, postJson } from '../../../src/io/http/client.ts';
import type { HttpAnswer, HttpFailure, HttpRequest } from '../../../src/io/http/client.ts';
import { deadAddress, withServer } from './local-server.ts';

const MAX_BYTES = 1000;
const PATIENCE_MS = 30_000;
/** Timers may be a little early; what is waited for at least, in milliseconds. */
const PAUSES = [245, 495] as const;

/** Node's own, which differ from version to version. */
const ANY_WORDS: unknown = expect.stringMatching(/./);

/** A call that may take its time, with what a test changes. */
async function call(
  url: string,
  change: Partial<HttpRequest> = {},
): Promise<HttpAnswer | HttpFailure> {
  return await exchange({
    url,
    init: {},
    timeoutMs: PATIENCE_MS,
    maxBytes: MAX_BYTES,
    ...change,
  });
}

/** What comes of one call, and how often the server was asked for it. */
async function outcomeOf(
  answer: RequestListener,
  change: Partial<HttpRequest> = {},
): Promise<{ readonly outcome: HttpAnswer | HttpFailure | undefined; readonly calls: number }> {
  let outcome: HttpAnswer | HttpFailure | undefined;
  const heard = await withServer(answer, async (url) => {
    outcome = await call(url, change);
  });
  return { outcome, calls: heard.length };
}

/** Begins a body, and does not end it. */
function begin(response: ServerResponse, body: string | Buffer): void {
  response.writeHead(200);
  response.write(body);
}

// Together, because most of the time is the pause before a server is asked again.
describe.concurrent('an answer', () => {
  it.each([200, 201, 204, 299])('of status %i is ok', async (status) => {
    const { outcome, calls } = await outcomeOf((_, response) => response.writeHead(status).end());
    expect(outcome).toMatchObject({ ok: true, status, body: Buffer.alloc(0) });
    expect(calls).toBe(1);
  });

  it('comes with its headers and its body, also if it is a refusal', async () => {
    const { outcome, calls } = await outcomeOf((_, response) => {
      response.writeHead(401, { 'www-authenticate': 'Bearer realm="here"' }).end('who are you?');
    });
    if (outcome === undefined || 'reason' in outcome) throw new Error('no answer');
    expect([outcome.ok, outcome.status]).toEqual([false, 401]);
    expect(outcome.headers.get('www-authenticate')).toBe('Bearer realm="here"');
    expect(outcome.body.toString()).toBe('who are you?');
    expect(calls).toBe(1);
  });

  it('is to what was sent', async () => {
    const [heard] = await withServer(
      (_, response) => response.end(),
      async (url) => {
        await call(url, { init: postJson({ a: ['ä'] }) });
      },
    );
    expect(heard).toMatchObject({ method: 'POST', body: '{"a":["ä"]}' });
    expect(heard?.headers).toMatchObject({
      'content-type': 'application/json',
      accept: 'application/json',
    });
  });

  it('to HEAD has no body, however long it says that it is', async () => {
    const { outcome } = await outcomeOf(
      (_, response) => response.writeHead(200, { 'content-length': MAX_BYTES + 1 }).end(),
      { init: { method: 'HEAD' } },
    );
    expect(outcome).toMatchObject({ ok: true, body: Buffer.alloc(0) });
  });
});

describe.concurrent('the limit of an answer', () => {
  it('lets through what is just as long', async () => {
    const body = Buffer.alloc(MAX_BYTES, 'x');
    const { outcome } = await outcomeOf((_, response) => response.end(body));
    expect(outcome).toMatchObject({ status: 200, body });
  });

  it('refuses one byte more and hangs up, without waiting for the end', async () => {
    const hungUp = Promise.withResolvers<boolean>();
    const { outcome, calls } = await outcomeOf((_, response) => {
      response.on('close', () => {
        hungUp.resolve(!response.writableFinished);
      });
      begin(response, Buffer.alloc(MAX_BYTES + 1, 'x'));
    });
    expect(outcome).toEqual({ status: 200, cause: 'cut', reason: 'the answer is too long' });
    expect(await hungUp.promise).toBe(true);
    expect(calls).toBe(1);
  });

  it('counts a refusal as well, which is asked for again if it may pass', async () => {
    const body = Buffer.alloc(MAX_BYTES + 1, 'x');
    for (const [status, expected] of [
      [404, 1],
      [503, 3],
    ] as const) {
      const { outcome, calls } = await outcomeOf((_, response) => {
        response.writeHead(status).end(body);
      });
      expect(outcome).toEqual({ status, cause: 'cut', reason: 'the answer is too long' });
      expect(calls).toBe(expected);
    }
  });

  it('is that of what came: nothing is unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(1_000_000));
    const headers = { 'content-encoding': 'gzip' };
    const { outcome } = await outcomeOf(
      (_, response) => response.writeHead(200, headers).end(bomb),
      { maxBytes: bomb.length },
    );
    expect(outcome).toMatchObject({ status: 200, body: bomb });
  });
});

describe.concurrent('a redirect', () => {
  it.each([301, 302, 303, 307, 308])(
    '%i is an answer like others, and elsewhere hears nothing',
    async (status) => {
      const elsewhere = await withServer(
        (_, response) => response.end('stolen'),
        async (location) => {
          const init = { headers: { authorization: 'Bearer secret' } };
          const { outcome, calls } = await outcomeOf(
            (_, response) => response.writeHead(status, { location }).end(),
            { init },
          );
          expect(outcome).toMatchObject({ ok: false, status });
          expect(calls).toBe(1);
        },
      );
      expect(elsewhere).toEqual([]);
    },
  );
});

describe.concurrent('the time of an answer', () => {
  const reason: unknown = expect.stringContaining('timeout');

  it('ends in the middle of a body, which is not asked for again', async () => {
    const { outcome, calls } = await outcomeOf((_, response) => begin(response, 'slow'), {
      timeoutMs: 1000,
    });
    expect(outcome).toEqual({ status: 200, cause: 'slow', reason });
    expect(calls).toBe(1);
  });

  it('is not prolonged by a body that comes drop by drop', async () => {
    const { outcome } = await outcomeOf(
      (_, response) => {
        begin(response, '.');
        const drops = setInterval(() => response.write('.'), 20);
        response.on('close', () => {
          clearInterval(drops);
        });
      },
      { timeoutMs: 1000 },
    );
    expect(outcome).toEqual({ status: 200, cause: 'slow', reason });
  });

  it('is that of each try alone', async () => {
    let asked = 0;
    const { outcome, calls } = await outcomeOf(
      (_, response) => {
        asked += 1;
        if (asked === 3) response.end('at last');
      },
      { timeoutMs: 1000 },
    );
    expect(outcome).toMatchObject({ status: 200, body: Buffer.from('at last') });
    expect(calls).toBe(3);
  });
});

describe.concurrent('a call is repeated', () => {
  it.each([408, 429, 500, 502, 503, 504, 599])('twice after status %i', async (status) => {
    const { outcome, calls } = await outcomeOf((_, response) =>
      response.writeHead(status).end('no'),
    );
    expect(outcome).toMatchObject({ ok: false, status, body: Buffer.from('no') });
    expect(calls).toBe(3);
  });

  it.each([200, 304, 400, 401, 403, 404, 405, 409, 410, 412, 413, 416, 422, 425, 451, 499])(
    'never after status %i',
    async (status) => {
      const { outcome, calls } = await outcomeOf((_, response) => response.writeHead(status).end());
      expect(outcome).toMatchObject({ status });
      expect(calls).toBe(1);
    },
  );

  it('until it has an answer, with the same words, after pauses that grow', async () => {
    let asked = 0;
    const heard = await withServer(
      (_, response) => {
        asked += 1;
        response.writeHead(asked < 3 ? 503 : 404).end();
      },
      async (url) => {
        expect(await call(url, { init: postJson('again') })).toMatchObject({ status: 404 });
      },
    );
    expect(heard.map(({ body }) => body)).toEqual(['"again"', '"again"', '"again"']);
    const times = heard.map(({ at }) => at);
    for (const [index, pause] of PAUSES.entries()) {
      expect((times[index + 1] ?? 0) - (times[index] ?? 0)).toBeGreaterThan(pause);
    }
  });

  it('when the server hangs up before it has a status', async () => {
    const { outcome, calls } = await outcomeOf((request) => request.socket.destroy());
    expect(outcome).toEqual({ status: undefined, cause: 'down', reason: ANY_WORDS });
    expect(calls).toBe(3);
  });

  it('when nobody listens', async () => {
    const url = await deadAddress();
    const start = performance.now();
    const outcome = await call(url);
    expect(outcome).toEqual({
      status: undefined,
      cause: 'down',
      reason: expect.stringContaining('ECONNREFUSED'),
    });
    expect(performance.now() - start).toBeGreaterThan(PAUSES[0] + PAUSES[1]);
  });
});

describe.concurrent('Retry-After', () => {
  it.each([
    [429, '7', [7000, 7000]],
    [503, '7', [7000, 7000]],
    [503, '0', [250, 500]],
    [503, '99999', [30_000, 30_000]],
    [503, 'soon', [250, 500]],
    [503, '-7', [250, 500]],
    [503, '2000', [30_000, 30_000]],
    [503, 'Sat, 01 Jan 2000 00:00:00 GMT', [250, 500]],
    [503, 'Fri, 01 Jan 2100 00:00:00 GMT', [30_000, 30_000]],
  ] as const)('of status %i, "%s", counts up to a cap', async (status, value, pauses) => {
    const waited: number[] = [];
    const { calls } = await outcomeOf(
      (_, response) => response.writeHead(status, { 'retry-after': value }).end(),
      { wait: async (ms) => await Promise.resolve(waited.push(ms)) },
    );
    expect(calls).toBe(3);
    expect(waited).toEqual(pauses);
  });
});

describe.concurrent('a body that ends early', () => {
  it.each<[string, Record<string, string>]>([
    ['than its length', { 'content-length': '10' }],
    ['than its last chunk', {}],
  ])('%s is no answer', async (_, headers) => {
    const { outcome, calls } = await outcomeOf((request, response) => {
      response.writeHead(200, headers);
      response.write('half', () => request.socket.destroy());
    });
    expect(outcome).toEqual({ status: 200, cause: 'cut', reason: ANY_WORDS });
    expect(calls).toBe(1);
  });
});

describe.concurrent('what cannot be sent', () => {
  it.each<[string, Partial<HttpRequest>]>([
    ['to no address', { url: 'nowhere' }],
    ['by another protocol', { url: 'ftp://127.0.0.1/x' }],
    ['with a header of two lines', { init: { headers: { authorization: 'a\nb' } } }],
  ])('%s is told, not thrown', async (_, change) => {
    const outcome = await call('http://127.0.0.1:1', change);
    expect(outcome).toMatchObject({ status: undefined, reason: ANY_WORDS });
  });
});
