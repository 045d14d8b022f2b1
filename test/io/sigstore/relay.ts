import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request on its way to a service. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** What a dishonest or broken service does: it may ask the real one, as often as it likes. */
export type Behaviour = (call: Call, real: (call: Call) => Promise<Answer>) => Promise<Answer>;

export interface Relay {
  readonly url: string;
  /** Method and path of each call. */
  readonly heard: readonly string[];
  readonly close: () => void;
}

/** A server before another one. */
export async function startRelay(target: string, behave: Behaviour): Promise<Relay> {
  const heard: string[] = [];
  const real = async ({ method, path, headers, body }: Call): Promise<Answer> => {
    const {
      'content-type': type = 'application/json',
      accept = '*/*',
      authorization = '',
    } = headers;
    const init = { method, headers: { 'content-type': type, accept, authorization } };
    const reply = await fetch(`${target}${path}`, method === 'GET' ? init : { ...init, body });
    const location = reply.headers.get('location');
    return {
      status: reply.status,
      headers: location === null ? {} : { location },
      body: Buffer.from(await reply.arrayBuffer()),
    };
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      heard.push(`${method} ${path}`);
      const call = { method, path, headers, body: Buffer.concat(chunks).toString() };
      void (async () => {
        const { status, headers: more, body } = await behave(call, real);
        response.writeHead(status, { 'content-type': 'application/json', ...more }).end(body);
      })();
    });
  });
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
