// One request with bodies of any length, in both directions, as long as they go fast enough.

import type { ClientRequest } from 'node:http';
import type { LookupFunction } from 'node:net';

import { withHint, type EvidenceError } from '../../errors/evidence-error.ts';
import {
  openAnswer,
  type AnswerHeaders,
  type HttpFailure,
  type OpenAnswer,
} from '../http/client.ts';
import type { KeptConnections } from '../http/route.ts';
import { Pace, type SlowestPace } from './pace.ts';
import type { Patience } from './patience.ts';

export interface PacedRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: { readonly size: number; open(): AsyncIterable<Uint8Array> };
}

export interface PacedWay {
  readonly slowest: SlowestPace;
  readonly patience: Patience;
  readonly lookup: LookupFunction;
  readonly signal: AbortSignal | undefined;
  readonly ca: readonly string[] | undefined;
  readonly kept: KeptConnections | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  /** Where it came from at last. */
  readonly url: URL;
  /** Throws BrokenAnswer. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Hangs up: nobody reads the body. */
  drop(): void;
  /** The beginning of the body, if that is not to be read. */
  readonly said: string;
}

/** The body ended early. */
export class BrokenAnswer extends Error {
  readonly failure: HttpFailure;

  constructor(failure: HttpFailure) {
    super('the answer ended early');
    this.failure = failure;
  }
}

const OFFLINE_HINT =
  'name what is on disk: an archive or a layout that evidence fetch wrote, or with a pointer --bundle PATH; or run it without --offline';

/** Of the body of an answer that is no success: enough for the errors of a registry. */
const MAX_SAID_BYTES = 16 * 1024;

/** Throws what our own code refused on the way. */
export async function askPaced(
  url: URL,
  { method, headers, body }: PacedRequest,
  { slowest, patience, lookup, signal, ca, kept }: PacedWay,
): Promise<Answer | HttpFailure> {
  const pace = new Pace(slowest, patience);
  const way = {
    signal: signal === undefined ? pace.signal : AbortSignal.any([pace.signal, signal]),
    timeout: slowest.ms,
    lookup,
    kept,
    ...(ca !== undefined && { ca }),
  };
  const isShort = body === undefined;
  const length = method === 'GET' || method === 'HEAD' ? {} : { 'content-length': '0' };
  const sent = { ...headers, ...(isShort ? length : { 'content-length': String(body.size) }) };
  const write = async (request: ClientRequest): Promise<void> => {
    if (!isShort) await writeBody(request, body, pace);
  };
  const init = { method, headers: sent };
  const opened = isShort
    ? await pace.during(openAnswer(url.href, init, way))
    : await openAnswer(url.href, init, { ...way, write });
  if ('reason' in opened) {
    if (opened.refusal !== undefined) throw refused(opened.refusal);
    return opened;
  }
  return await answerOf(opened, url, { pace, isWanted: !isShort || method === 'GET' });
}

function refused(error: EvidenceError): EvidenceError {
  return error.code === 'NETWORK_BLOCKED' ? withHint(error, OFFLINE_HINT) : error;
}

/** What is not wanted is read to its end, so that the next request can have the connection. */
async function answerOf(
  opened: OpenAnswer,
  url: URL,
  { pace, isWanted }: { readonly pace: Pace; readonly isWanted: boolean },
): Promise<Answer> {
  const drop = (): void => {
    opened.response.destroy();
  };
  const answer = { ...opened, url, drop, body: pacedBody(opened, pace), said: '' };
  return opened.ok && isWanted ? answer : { ...answer, said: await beginning(answer.body) };
}

async function writeBody(
  request: ClientRequest,
  body: NonNullable<PacedRequest['body']>,
  pace: Pace,
): Promise<void> {
  let sent = 0;
  const state = { isOver: false };
  const answered = until(request, ['response', 'close'], () => {
    state.isOver = true;
  });
  for await (const chunk of body.open()) {
    // It has answered before it has all, or the connection is gone: the answer tells.
    if (state.isOver) return;
    sent += chunk.length;
    if (!request.write(chunk)) await pace.during(until(request, ['drain', 'response', 'close']));
    pace.count(chunk.length);
  }
  if (sent === body.size) request.end();
  else throw new TypeError(`${sent} bytes to be sent, and not ${body.size}`);
  await pace.during(answered);
}

/** Until the first of these events. */
async function until(
  request: ClientRequest,
  events: readonly string[],
  then: () => void = () => undefined,
): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      then();
      for (const event of events) request.off(event, done);
      resolve();
    };
    for (const event of events) request.on(event, done);
  });
}

async function* pacedBody(
  { response, failure }: OpenAnswer,
  pace: Pace,
): AsyncGenerator<Uint8Array, void, void> {
  const source: AsyncIterator<Uint8Array> = response[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next: IteratorResult<Uint8Array, unknown> = await pace.during(source.next());
      if (next.done === true) return;
      pace.count(next.value.length);
      yield next.value;
    }
  } catch (error) {
    throw new BrokenAnswer(failure(error));
  } finally {
    response.destroy();
  }
}

async function beginning(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= MAX_SAID_BYTES) break;
    }
  } catch (error) {
    if (!(error instanceof BrokenAnswer)) throw error;
  }
  return Buffer.concat(chunks).subarray(0, MAX_SAID_BYTES).toString('utf8');
}
