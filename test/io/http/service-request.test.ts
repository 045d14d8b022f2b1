import type { RequestListener } from 'node:http';

import { describe, expect, it } from 'vitest';

import type { EvidenceError } from '../../../src/errors/evidence-error.ts';
import { postJson } from '../../../src/io/http/client.ts';
import { requestFrom } from '../../../src/io/http/service-request.ts';
import { rejection } from '../../document/refusal.ts';
import { deadAddress, withServer } from '../http/local-server.ts';

/** Longer than a busy machine needs for any answer. */
const PATIENCE_MS = 10_000;

/** The error of a call to a service that answers so. */
async function errorFrom(
  answer: RequestListener,
  timeoutMs: number,
): Promise<EvidenceError | undefined> {
  let error: EvidenceError | undefined;
  await withServer(answer, async (url) => {
    error = await errorAt(url, timeoutMs);
  });
  return error;
}

async function errorAt(url: string, timeoutMs = PATIENCE_MS): Promise<EvidenceError | undefined> {
  const service = { name: 'transparency log', at: url, url, secrets: ['a-secret-token'] };
  const request = { ...service, init: postJson('a-secret-token'), timeoutMs };
  return await rejection(
    requestFrom(request, (body) => {
      if (body.toString() !== 'right') throw new TypeError('a-secret-token');
    }),
  );
}

describe.concurrent('a service', () => {
  it.each<[string, RequestListener, string, string]>([
    ['slow', () => undefined, 'SERVICE_SLOW', 'timeout'],
    [
      'slow in the middle',
      (_, response) => response.writeHead(200).write('ri'),
      'SERVICE_SLOW',
      'timeout',
    ],
    [
      'sending one byte after the other',
      (_, response) => {
        response.writeHead(200);
        const drip = setInterval(() => response.write('x'), 20);
        response.on('close', () => clearInterval(drip));
      },
      'SERVICE_SLOW',
      'timeout',
    ],
    [
      'changing to another protocol',
      ({ socket }) => {
        socket.write(
          'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n',
        );
      },
      'SERVICE_ANSWER_INVALID',
      'status 101',
    ],
    [
      'hanging up',
      (request) => request.socket.destroy(),
      'SERVICE_UNREACHABLE',
      'no usable answer',
    ],
    [
      'hanging up in the middle',
      (request, response) => {
        response.writeHead(200).write('ri', () => request.socket.destroy());
      },
      'SERVICE_ANSWER_INVALID',
      'status 200',
    ],
    [
      'answering garbage',
      (_, response) => response.end('x'),
      'SERVICE_ANSWER_INVALID',
      'asked for',
    ],
    [
      'refusing',
      (_, response) => response.writeHead(403).end('no'),
      'SERVICE_FAILED',
      'status 403',
    ],
    [
      'leading elsewhere',
      (_, response) => response.writeHead(307, { location: 'http://127.0.0.1:1' }).end(),
      'SERVICE_FAILED',
      'status 307, a redirect,',
    ],
    ['busy', (_, response) => response.writeHead(429).end(), 'SERVICE_FAILED', 'status 429'],
    ['broken', (_, response) => response.writeHead(500).end(), 'SERVICE_FAILED', 'status 500'],
  ])('%s is an error of its own, which names it', async (_, answer, code, words) => {
    const error = await errorFrom(answer, code === 'SERVICE_SLOW' ? 300 : PATIENCE_MS);
    expect(error).toMatchObject({ code, class: 'unjudged' });
    expect(error?.at).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(error?.found).toContain('the transparency log');
    expect(error?.found).toContain(words);
    expect(JSON.stringify(error)).not.toContain('a-secret');
  });

  it('that is down is an error of its own', async () => {
    const url = await deadAddress();
    expect(await errorAt(url)).toMatchObject({ code: 'SERVICE_UNREACHABLE', at: url });
  });
});
