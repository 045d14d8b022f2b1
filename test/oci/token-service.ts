import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A call that the service got. */
export interface AskedForToken {
  readonly method: string | undefined;
  /** What stands in its address, and in its body; between two of one name is a space. */
  readonly fields: Readonly<Record<string, string>>;
  readonly authorization: string | undefined;
}

/**
 * A token service on this machine (distribution's token authentication). What `answer` gives is sent: a number as a
 * status, a text as it is, anything else as JSON.
 *
 * @returns what it was asked
 */
export async function withTokenService(
  answer: (asked: AskedForToken) => unknown,
  use: (realm: string) => Promise<void>,
): Promise<readonly AskedForToken[]> {
  const calls: AskedForToken[] = [];
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request);
    const { method, headers, url = '' } = request;
    const { searchParams } = new URL(url, 'http://localhost');
    const all = new URLSearchParams([...searchParams, ...new URLSearchParams(body)]);
    const fields = Object.fromEntries(
      [...all.keys()].map((name) => [name, all.getAll(name).join(' ')]),
    );
    const asked = { method, fields, authorization: headers.authorization };
    calls.push(asked);
    const given = answer(asked);
    response.statusCode = typeof given === 'number' ? given : 200;
    response.end(typeof given === 'string' ? given : JSON.stringify(given));
  };
  const server = createServer((request, response) => void serve(request, response));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/token`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
  return calls;
}
